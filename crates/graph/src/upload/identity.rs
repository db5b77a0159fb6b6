//! The identity of a target in the journal: the part that must not change once it exists.
//!
//! It is a text of named fields with a version in front, so that a journal can be read by people and
//! by later versions. Journals written before hold a hash of a text that followed the names of this
//! code; [`Identity::is`] recognises it, and the row is rewritten with the text.

use chatferry_model::plan::{ChatKind, Existing, Membership, TargetPlace};
use xxhash_rust::xxh3::xxh3_128;

/// The identity of a target: where it is and who may read it. Names may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    text: String,
    /// The hash that journals held before there was a version.
    before: String,
}

impl Identity {
    /// Returns the identity of a target's place.
    pub(crate) fn of(place: &TargetPlace) -> Self {
        let (text, before) = match place {
            TargetPlace::Channel(channel) => {
                let team = &channel.team;
                let general = channel.general;
                let (existing, existing_before) = existing(channel.existing.as_ref());
                let (membership, membership_before) = match channel.membership {
                    Membership::Standard => ("standard", "Standard"),
                    Membership::Private => ("private", "Private"),
                    Membership::Shared => ("shared", "Shared"),
                };
                (
                    format!(
                        "v1 channel membership={membership} general={general} existing={existing} team={team}"
                    ),
                    format!("{team}\n{membership_before}\n{general}\n{existing_before}"),
                )
            }
            TargetPlace::Chat(chat) => {
                let (existing, existing_before) = existing(chat.existing.as_ref());
                let (kind, kind_before) = match chat.kind {
                    ChatKind::OneOnOne => ("oneOnOne", "OneOnOne"),
                    ChatKind::Group => ("group", "Group"),
                };
                (
                    format!("v1 chat kind={kind} existing={existing}"),
                    format!("{kind_before}\n{existing_before}"),
                )
            }
        };
        Self {
            text,
            before: format!("{:032x}", xxh3_128(before.as_bytes())),
        }
    }

    /// Returns the text for the journal.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns true if a journal's row is about this target.
    pub(crate) fn is(&self, recorded: &str) -> bool {
        recorded == self.text || self.is_before(recorded)
    }

    /// Returns true if a journal's row is about this target, in the form without a version.
    pub(crate) fn is_before(&self, recorded: &str) -> bool {
        recorded == self.before
    }
}

/// Returns an existing place as it is written, and as it was written before.
fn existing(existing: Option<&Existing>) -> (String, String) {
    match existing {
        None => ("-".to_owned(), "None".to_owned()),
        Some(Existing::Name(name)) => (format!("name:{name}"), format!("Some(Name({name:?}))")),
        Some(Existing::Id(id)) => (format!("id:{id}"), format!("Some(Id({id:?}))")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn channel(more: serde_json::Value) -> TargetPlace {
        let mut channel = json!({"team": "acme", "name": "leads", "membership": "private"});
        channel
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::from_value(json!({"channel": channel})).unwrap()
    }

    #[test]
    fn it_reads_well_and_leaves_names_out() {
        let identity = Identity::of(&channel(json!({})));
        assert_eq!(
            identity.as_str(),
            "v1 channel membership=private general=false existing=- team=acme"
        );
        assert_eq!(Identity::of(&channel(json!({"name": "bosses"}))), identity);
        let existing = Identity::of(&channel(json!({"existing": {"id": "19:a"}})));
        assert!(existing.as_str().contains("existing=id:19:a"));
        assert!(!existing.is(identity.as_str()));
    }

    /// The hashes stand in journals that were written before identities had a version.
    #[test]
    fn the_form_without_a_version_is_recognised() {
        let chat =
            json!({"chat": {"kind": "group", "members": [], "existing": {"name": "a \"b\""}}});
        let chat: TargetPlace = serde_json::from_value(chat).unwrap();
        for (place, text) in [
            (channel(json!({})), "acme\nPrivate\nfalse\nNone"),
            (
                channel(
                    json!({"membership": "standard", "general": true, "existing": {"id": "19:a"}}),
                ),
                "acme\nStandard\ntrue\nSome(Id(\"19:a\"))",
            ),
            (chat, "Group\nSome(Name(\"a \\\"b\\\"\"))"),
        ] {
            let hash = format!("{:032x}", xxh3_128(text.as_bytes()));
            let identity = Identity::of(&place);
            assert!(identity.is(&hash) && identity.is_before(&hash), "{text}");
            assert!(!identity.is_before(identity.as_str()));
        }
    }
}
