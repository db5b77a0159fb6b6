//! The useful part of a post's `props` (crates/readers/src/mattermost/FORMAT.md 2.3).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::card::Card;
use super::layouts::Layout;
use super::parts::Markdown;
use super::{adaptive_card, mm_blocks};
use crate::Support::{No, Whole};
use crate::block_kit::BlockKit;
use crate::{Element, split};

/// Deeper than this no JSON is read, whatever it is.
const DEEPEST: usize = 100;

/// The useful part of a post's `props`.
#[derive(Debug, Default)]
pub(super) struct Props<'p> {
    /// The name it was shown under, where that is not its author's.
    pub(super) sender: Option<String>,
    /// Names to show of channels, by name.
    pub(super) channels: BTreeMap<String, String>,
    /// The title of a wiki's page.
    pub(super) title: Option<String>,
    /// What a program laid out below the text, in the order in which it is shown.
    pub(super) extras: Vec<Extra<'p>>,
}

/// Something that a program laid out below the text.
#[derive(Debug)]
pub(super) enum Extra<'p> {
    Card(Box<Card>),
    Layout(Layout),
    BlockKit(BlockKit<'p>),
    /// The text of the panel beside the post.
    Panel(Markdown),
}

/// The keys that are read. Others are the server's and its plugins' own business.
pub(super) const KEYS: &[Element] = &[
    Element::new("attachments", Whole, "cards"),
    Element::new("mm_blocks", Whole, "Mattermost's blocks, as below"),
    Element::new(
        "mm_blocks_actions",
        Whole,
        "addresses of buttons, where the server has not sealed them",
    ),
    Element::new("blocks", Whole, "Block Kit, as in exports of Slack"),
    Element::new(
        "cards",
        Whole,
        "Adaptive Cards: words, labels, pictures, links",
    ),
    Element::new("card", Whole, "text of the panel at the side, in a box"),
    Element::new("title", Whole, "title of a wiki's page"),
    Element::new("channel_mentions", Whole, "names of channels in the text"),
    Element::new("override_username", Whole, "name of the sender"),
    Element::new("override_icon_url", No, "nothing"),
    Element::new("from_webhook", No, "nothing: the name of the sender tells"),
    Element::new("from_bot", No, "nothing: the author is a bot"),
    Element::new("previewed_post", No, "nothing: the link is in the text"),
    Element::new(
        "disable_group_highlight",
        No,
        "nothing: no mention notifies anybody",
    ),
];

/// The values that borrow from the text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Borrowed<'p> {
    #[serde(borrow)]
    attachments: Option<&'p RawValue>,
    #[serde(borrow)]
    blocks: Option<&'p RawValue>,
}

impl<'p> Borrowed<'p> {
    fn of(raw: &'p str) -> Self {
        serde_json::from_str(raw).unwrap_or_default()
    }

    fn block_kit(&self) -> Option<Extra<'p>> {
        let blocks = self.blocks?;
        Some(Extra::BlockKit(BlockKit::read(blocks.get())))
    }
}

impl<'p> Props<'p> {
    pub(super) fn of(raw: &'p str) -> Self {
        // Of what is in most of them nothing is of use.
        let mut of_use = KEYS.iter().filter(|key| key.support != No);
        if !of_use.any(|key| memchr::memmem::find(raw.as_bytes(), key.name.as_bytes()).is_some()) {
            return Self::default();
        }
        let value = value_of(raw);
        let text = |key: &str| {
            let text = value.get(key).and_then(Value::as_str);
            text.filter(|text| !text.trim().is_empty())
        };
        let channels = value.get("channel_mentions").and_then(Value::as_object);
        let channels = channels.into_iter().flatten().filter_map(|(name, of)| {
            let shown = of.get("display_name")?.as_str()?;
            Some((name.to_lowercase(), shown.to_owned()))
        });
        let borrowed = Borrowed::of(raw);
        let attachments = borrowed.attachments.map(RawValue::get).unwrap_or_default();
        let attachments: Vec<&'p RawValue> = serde_json::from_str(attachments).unwrap_or_default();
        let mut extras = Vec::new();
        for raw in attachments {
            let card = Card::of(&value_of(raw.get()));
            extras.push(Extra::Card(Box::new(card)));
            extras.extend(Borrowed::of(raw.get()).block_kit());
        }
        if let Some(blocks) = value.get("mm_blocks") {
            let actions = value.get("mm_blocks_actions");
            extras.push(Extra::Layout(mm_blocks::read(blocks, actions)));
        }
        extras.extend(borrowed.block_kit());
        if let Some(cards) = value.get("cards") {
            extras.push(Extra::Layout(adaptive_card::read(cards)));
        }
        extras.extend(text("card").map(|card| Extra::Panel(Markdown::new(card))));
        Self {
            sender: text("override_username").map(str::to_owned),
            channels: channels.collect(),
            title: text("title").map(str::to_owned),
            extras,
        }
    }
}

/// The JSON of a text, without what is nested deeper than anything is read.
fn value_of(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| {
        let pruned = split::prune(&split::repair(raw), DEEPEST);
        serde_json::from_str(&pruned).unwrap_or_default()
    })
}
