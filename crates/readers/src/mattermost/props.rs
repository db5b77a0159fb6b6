//! The useful part of a post's `props` (crates/readers/src/mattermost/FORMAT.md 2.3).

use std::collections::BTreeMap;

use serde_json::Value;

use super::card::Card;
use crate::Element;
use crate::Support::{No, Whole};

/// The useful part of a post's `props`.
#[derive(Debug, Default)]
pub(super) struct Props {
    /// The name it was shown under, where that is not its author's.
    pub(super) sender: Option<String>,
    pub(super) cards: Vec<Card>,
    /// Names to show of channels, by name.
    pub(super) channels: BTreeMap<String, String>,
}

/// The keys that are read. Others are the server's and its plugins' own business.
pub(super) const KEYS: &[Element] = &[
    Element::new("attachments", Whole, "cards"),
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

impl Props {
    pub(super) fn of(raw: &str) -> Self {
        // Of what is in most of them nothing is of use.
        let mut of_use = KEYS.iter().filter(|key| key.support != No);
        if !of_use.any(|key| memchr::memmem::find(raw.as_bytes(), key.name.as_bytes()).is_some()) {
            return Self::default();
        }
        let value: Value = serde_json::from_str(raw).unwrap_or_default();
        let sender = value.get("override_username").and_then(Value::as_str);
        let cards = value.get("attachments").and_then(Value::as_array);
        let channels = value.get("channel_mentions").and_then(Value::as_object);
        let channels = channels.into_iter().flatten().filter_map(|(name, of)| {
            let shown = of.get("display_name")?.as_str()?;
            Some((name.clone(), shown.to_owned()))
        });
        Self {
            sender: sender.filter(|name| !name.is_empty()).map(str::to_owned),
            cards: cards.into_iter().flatten().map(Card::of).collect(),
            channels: channels.collect(),
        }
    }
}
