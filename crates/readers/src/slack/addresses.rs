//! Addresses of files with the tokens an export puts into them (crates/readers/src/slack/FORMAT.md
//! trap 51), for fetching.
//!
//! Reading takes the tokens out of everything it writes, so whoever fetches comes back to the
//! export. All objects of all its JSON files are walked, wherever a file may stand: in messages, in
//! their attachments and roots, in lists of canvases. Nothing is kept but one file of the export at
//! a time.

use std::borrow::Cow;
use std::fmt;

use chatferry_model::FileId;
use secrecy::SecretString;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::mrkdwn::decode;
use super::split::{self, Piece};
use crate::{Container, FileServers, TakeAddress, encoding, url};

/// Slack's servers, and how their pages differ from a file.
pub(super) static SERVERS: FileServers = FileServers {
    label: "Slack",
    domains: &["slack.com", "slack-gov.com", "slack-files.com"],
    token_variable: "CHATFERRY_SLACK_TOKEN",
    sign_in_path: "signin",
    sign_in_parameter: "redir",
    own_page_marks: &[
        "slack-edge.com",
        "signin_form",
        "workspace-signin",
        "?redir=",
        "<title>slack",
        "sign in",
    ],
    addresses: walk,
};

/// The keys of a file's addresses, best first.
const KEYS: [&str; 4] = ["url_private_download", "url_private", "url_download", "url"];

/// Hands over each file's id and address, where that holds a token; some more than once. What can't
/// be read is passed over: reading has told of it.
fn walk(container: &Container, take: TakeAddress<'_>) {
    let mut buffer = Vec::new();
    let lists = container.entries().iter().filter(|entry| {
        entry.path.ends_with(".json")
            && !entry.path.contains("__uploads/")
            && !entry.path.contains("/attachments/")
    });
    for entry in lists {
        // What came before the damage is in the buffer all the same.
        let _ = container.read(entry, &mut buffer);
        walk_text(&encoding::decode(&buffer).0, take);
    }
}

fn walk_text(text: &str, take: TakeAddress<'_>) {
    if walk_value(text, take).is_ok() {
        return;
    }
    for piece in split::elements(text).into_iter().flatten() {
        if let Piece::Element(element) = piece {
            // One that can't be read costs itself.
            let _ = walk_value(element, take);
        }
    }
}

fn walk_value(text: &str, take: TakeAddress<'_>) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Walk { take, keep: false }.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Walks a value and all within it; returns it if it is a string that is wanted.
struct Walk<'t> {
    take: TakeAddress<'t>,
    keep: bool,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Option<String>;

    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.keep.then(|| text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        loop {
            let item = Walk {
                take: &mut *self.take,
                keep: false,
            };
            if items.next_element_seed(item)?.is_none() {
                return Ok(None);
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        let mut addresses: [Option<String>; KEYS.len()] = Default::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let address = KEYS.iter().position(|name| *name == key);
            if &*key == "preview" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(Walk {
                take: &mut *self.take,
                keep: &*key == "id" || address.is_some(),
            })?;
            if &*key == "id" {
                id = value;
            } else if let Some(place) = address.and_then(|at| addresses.get_mut(at)) {
                *place = value;
            }
        }
        if let Some(id) = id.filter(|id| id.starts_with('F'))
            && let Some(address) = addresses.into_iter().flatten().find_map(with_token)
        {
            (self.take)(FileId::new(&id), address);
        }
        Ok(None)
    }
}

/// The address, if it holds a token.
fn with_token(raw: String) -> Option<SecretString> {
    let address = decode(&raw).into_cow().into_owned();
    let clean = url::without_token(address.as_str().into());
    (clean.as_str() != address).then(|| SecretString::from(address))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn walked(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        walk_text(text, &mut |id, address| {
            assert!(!format!("{address:?}").contains("xoxe"));
            found.push(format!("{} {}", id.as_str(), address.expose_secret()));
        });
        found
    }

    #[test]
    fn files_are_found_wherever_they_stand() {
        let text = r#"[
          {"ts":"1.0","id":"U1","url":"https://files.slack.com/no?t=xoxe-0"},
          {"ts":"2.0","files":[{"id":"F1","url_private":"https:\/\/files.slack.com\/a?t=xoxe-1",
             "url_private_download":"https:\/\/files.slack.com\/d\/a?pub=1&amp;t=xoxe-1"}]},
          {"ts":"3.0","root":{"attachments":[{"files":[{"url_private":"https://files.slack.com/b?token=xoxe-2","id":"F2"}]}]}},
          {"ts":"4.0","files":[{"id":"F3","url_private":"https://files.slack.com/c"},{"id":"F4","mode":"tombstone"}]}
        ]"#;
        insta::assert_snapshot!(walked(text).join("\n"), @r"
        F1 https://files.slack.com/d/a?pub=1&t=xoxe-1
        F2 https://files.slack.com/b?token=xoxe-2
        ");
    }

    #[test]
    fn a_damaged_message_costs_one() {
        let text = r#"[{"id":"F1","url_private":"https://files.slack.com/a?t=xoxe-1"},{"id":NaN},
          {"id":"F2","url_private":"https://files.slack.com/b?t=xoxe-1"},{"id":"F3","url_pri"#;
        let found = walked(text);
        assert!(found.iter().any(|line| line.starts_with("F1 ")));
        assert!(
            found.iter().any(|line| line.starts_with("F2 ")),
            "{found:?}"
        );
    }
}
