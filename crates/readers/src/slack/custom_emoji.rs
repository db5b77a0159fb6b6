//! The workspace's own emoji, where an export or a tool lists them
//! (crates/readers/src/slack/FORMAT.md 5).

use std::collections::{BTreeMap, HashMap};

use chatferry_model::emoji::CustomEmoji;
use serde_json::Value;

use super::layout::{self, Root};
use crate::{Container, Sink, codes, url};

/// Lists of emoji: `{name: address}`, or the answer of Slack's `emoji.list` that holds such.
const LISTS: &[&str] = &["emoji.json", "emojis/index.json", "emoji/index.json"];

/// More aliases in a row than this go in a circle.
const LONGEST_CHAIN: usize = 16;

/// Reads the lists of all roots, sorted by name; a later one knows better.
pub(super) fn read(
    containers: &[Container],
    roots: &[Root],
    sink: &mut Sink<'_>,
) -> Vec<CustomEmoji> {
    let mut addresses = BTreeMap::new();
    for root in roots {
        let Some(container) = containers.get(root.container) else {
            continue;
        };
        for list in LISTS {
            let path = format!("{}{list}", root.prefix);
            let Some(entry) = layout::find(container, &root.prefix, list) else {
                continue;
            };
            let mut bytes = Vec::new();
            let read = container
                .read(entry, &mut bytes)
                .map_err(|error| error.to_string());
            let list = read.and_then(|()| {
                serde_json::from_slice::<Value>(&bytes).map_err(|error| error.to_string())
            });
            match list {
                Ok(list) => addresses.extend(pairs(list)),
                Err(error) => sink.note_file(&codes::SLACK_DAMAGED_LIST, &path, error),
            }
        }
    }
    resolve(&addresses)
}

/// Returns the targets of custom emoji, by name.
pub(super) fn aliases(emoji: &[CustomEmoji]) -> HashMap<String, String> {
    let aliases = emoji
        .iter()
        .filter_map(|emoji| Some((emoji.name.clone(), emoji.alias_of.clone()?)));
    aliases.collect()
}

fn pairs(list: Value) -> Vec<(String, String)> {
    let Value::Object(mut map) = list else {
        return Vec::new();
    };
    if let Some(Value::Object(inner)) = map.remove("emoji") {
        map = inner;
    }
    let pairs = map.into_iter();
    pairs
        .filter_map(|(name, address)| Some((name, address.as_str()?.to_owned())))
        .collect()
}

/// Follows `alias:other` to its end, which may be one of Slack's own that the list does not name.
fn resolve(addresses: &BTreeMap<String, String>) -> Vec<CustomEmoji> {
    let end = |name: &str| {
        let mut here = name;
        for _ in 0..LONGEST_CHAIN {
            match addresses
                .get(here)
                .and_then(|address| address.strip_prefix("alias:"))
            {
                Some(next) => here = next,
                None => break,
            }
        }
        here.to_owned()
    };
    addresses
        .iter()
        .map(|(name, address)| {
            let alias_of = address.starts_with("alias:").then(|| end(name));
            CustomEmoji {
                name: name.clone(),
                file: None,
                url: alias_of.is_none().then(|| {
                    url::without_token(address.as_str().into())
                        .into_cow()
                        .into_owned()
                }),
                alias_of,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_followed() {
        let list = serde_json::json!({"ok": true, "emoji": {
            "parrot": "https://emoji.slack-edge.com/T1/parrot/1.gif",
            "bird": "alias:fowl", "fowl": "alias:parrot", "yes": "alias:+1", "loop": "alias:loop"
        }});
        let emoji = resolve(&pairs(list).into_iter().collect());
        let shown: Vec<_> = emoji
            .iter()
            .map(|e| (e.name.as_str(), e.alias_of.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                ("bird", Some("parrot")),
                ("fowl", Some("parrot")),
                ("loop", Some("loop")),
                ("parrot", None),
                ("yes", Some("+1"))
            ]
        );
    }
}
