//! Ids for what Mattermost's export gives none to (crates/readers/src/mattermost/FORMAT.md 2,
//! identity): the same in every export of the same server, so that a later one is recognised.

use std::collections::BTreeSet;

use chatferry_model::folder::file_name;
use chatferry_model::{ConversationId, MessageId};
use xxhash_rust::xxh3::xxh3_128;

/// A longer list of members is named by its hash, so that the file's name stays legal.
const LONGEST: usize = 120;

/// A longer name of a file than this no file system has to take. Names of teams and channels are
/// far shorter, unless somebody means harm.
const LONGEST_FILE: usize = 200;

/// A channel: `team/channel`; channels' names are unique within their team only (trap T10).
pub(super) fn channel(team: &str, channel: &str) -> ConversationId<'static> {
    let id = format!("{}/{}", part(team), part(channel));
    ConversationId::new(if file_name(&id).len() > LONGEST_FILE {
        format!("channel/{:032x}", xxh3_128(id.as_bytes()))
    } else {
        id
    })
}

/// A direct or group message: `dm/ann+bob`, by the set of its members (trap T9).
pub(super) fn direct(members: &BTreeSet<&str>) -> ConversationId<'static> {
    let parts: Vec<String> = members.iter().map(|member| part(member)).collect();
    let kind = if members.len() > 2 { "gm" } else { "dm" };
    let joined = parts.join("+");
    ConversationId::new(if joined.len() > LONGEST {
        format!("{kind}/{:032x}", xxh3_128(joined.as_bytes()))
    } else {
        format!("{kind}/{joined}")
    })
}

/// A post: by its time and author; twins are told apart when the posts are written. `root` is the
/// time of the post it answers, where that is later, as old exports have it.
pub(super) fn post(created: i64, user: &str, root: Option<i64>) -> MessageId<'static> {
    MessageId::new(match root {
        Some(root) if root > created => format!("{created}-{user}-{root}"),
        _ => format!("{created}-{user}"),
    })
}

/// A name that cannot be taken for two. Servers allow nothing but letters, digits, `-`, `_`, `.`.
fn part(name: &str) -> String {
    file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable_and_cannot_be_confused() {
        assert_eq!(channel("acme", "town-square").as_str(), "acme/town-square");
        assert_ne!(channel("a/b", "c"), channel("a", "b/c"));
        let long = "x".repeat(64);
        assert_eq!(channel(&long, &long).as_str().len(), 129);
        assert_eq!(channel(&long.repeat(9), "c").as_str().len(), 40);
        let members = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(direct(&members(&["eve", "bob"])).as_str(), "dm/bob+eve");
        assert_eq!(direct(&members(&["bob", "bob"])).as_str(), "dm/bob");
        assert_eq!(direct(&members(&["c", "b", "a"])).as_str(), "gm/a+b+c");
        assert_ne!(direct(&members(&["a+b"])), direct(&members(&["a", "b"])));
        let long = "x".repeat(64);
        let many = [long.as_str(), "a", "b", &long[1..]];
        assert_eq!(direct(&many.iter().copied().collect()).as_str().len(), 35);
        assert_eq!(post(5, "bob", None).as_str(), "5-bob");
        assert_eq!(post(5, "bob", Some(4)).as_str(), "5-bob");
        assert_eq!(post(5, "bob", Some(9)).as_str(), "5-bob-9");
    }
}
