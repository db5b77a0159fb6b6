//! What is worth reading of a post's `props` (mattermost.md 2.3).

use std::collections::BTreeMap;

use serde_json::Value;

use super::card::Card;

/// What a post's `props` say.
#[derive(Debug, Default)]
pub(super) struct Props {
    /// The name it was shown under, where that is not its author's.
    pub(super) sender: Option<String>,
    pub(super) cards: Vec<Card>,
    /// Names to show of channels, by name.
    pub(super) channels: BTreeMap<String, String>,
}

/// What has to be in them, so that reading them is worth while.
const OF_USE: [&str; 3] = ["override_username", "attachments", "channel_mentions"];

impl Props {
    pub(super) fn of(raw: &str) -> Self {
        let of_use = |key: &&str| memchr::memmem::find(raw.as_bytes(), key.as_bytes()).is_some();
        if !OF_USE.iter().any(of_use) {
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
