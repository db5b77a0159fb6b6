//! A tenant that people use, and an export with a target of every kind for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chatferry_twin::{ChannelKind, Settings, UserId};
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, line, threads};
use crate::world::{OTHER, World};

fn user(id: &str) -> UserId {
    UserId::from(id)
}

/// A world with a team, a channel and a group that people made.
pub(crate) fn peopled(settings: Settings) -> Arc<World> {
    let world = World::new(settings);
    let members = [user(AUTHOR), user(MEMBER)];
    let team = world.tenant.add_team(None, "Old team", &members);
    let add = |name, kind| world.tenant.add_channel(&team, None, name, kind, &members);
    add("Plans", ChannelKind::Standard).unwrap();
    world.tenant.add_chat(
        None,
        Some("Lunch"),
        &[members.as_slice(), &[user(OTHER)]].concat(),
    );
    // The two have talked to each other before.
    world.tenant.add_chat(None, None, &members);
    world
}

/// A target of every kind.
pub(crate) fn everything() -> Rendered {
    of_every_kind(0)
}

/// The same from a newer export: late replies, messages between old ones, and at the end.
pub(crate) fn everything_newer() -> Rendered {
    of_every_kind(3)
}

/// `more` posts on top of each target.
fn of_every_kind(more: i64) -> Rendered {
    let threads = |count: i64| {
        let mut posts = threads(count);
        for n in 0..more {
            // A reply to the first root, a message in the midst of others, and one at the end.
            posts.push((1_500 + n, Some(0)));
            posts.push((500 + n, None));
            posts.push((count * 1_000 + n, None));
        }
        posts.sort_unstable();
        posts
    };
    let line = |count: i64| {
        let mut posts = line(count);
        posts.extend((0..more).flat_map(|n| [(500 + n, None), (count * 1_000 + n, None)]));
        posts.sort_unstable();
        posts
    };
    let members = json!([AUTHOR, MEMBER]);
    let old = |change: serde_json::Value| {
        let mut plan = json!({ "team": "old", "membership": "standard" });
        for (field, value) in change.as_object().unwrap() {
            plan[field] = value.clone();
        }
        plan
    };
    Rendered::new()
        .another_team(json!({
            "key": "old",
            "existing": { "name": "old team" },
            "name": "Old team",
            "created": "2016-01-01T00:00:00.000Z",
            "owners": [AUTHOR],
            "members": [OTHER],
        }))
        .channel("dev", json!({}), &threads(40))
        .channel("attic", json!({ "archive": true }), &threads(4))
        .channel("Allgemein", json!({ "general": true }), &threads(12))
        .channel(
            "hr",
            json!({ "membership": "private", "members": members }),
            &threads(8),
        )
        .channel(
            "partners",
            json!({ "membership": "shared", "members": members }),
            &threads(8),
        )
        .channel(
            "plans",
            old(json!({ "existing": { "name": "Plans" } })),
            &threads(20),
        )
        .channel("hello", old(json!({ "general": true })), &threads(8))
        .channel("fresh", old(json!({})), &threads(16))
        .channel(
            "secret",
            old(json!({ "membership": "private", "members": [MEMBER, OTHER] })),
            &threads(4),
        )
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": members }),
            &line(30),
        )
        .chat(
            "mpim",
            json!({ "kind": "group", "topic": "Trip", "members": [AUTHOR, MEMBER, OTHER] }),
            &line(20),
        )
        .chat(
            "lunch",
            json!({ "kind": "group", "existing": { "name": "Lunch" }, "members": members }),
            &line(10),
        )
}

/// How many memberships there are, and what is wrong with them.
pub(crate) fn members(world: &World) -> (u64, Vec<String>) {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut check = |what: String, found: usize, wanted: usize| {
        count += found as u64;
        if found != wanted {
            wrong.push(format!("{what} has {found} members, not {wanted}"));
        }
    };
    for team in world.tenant.teams() {
        let wanted = if team.display_name == "Old team" {
            3
        } else {
            2
        };
        let people: BTreeSet<_> = world.tenant.members(&team.id).into_iter().collect();
        check(team.display_name.clone(), team.members, wanted);
        check(team.display_name, people.len(), wanted);
        for channel in team.channels {
            let wanted = if channel.membership_type == "standard" {
                0
            } else {
                2
            };
            check(channel.display_name, channel.members, wanted);
        }
    }
    for chat in world.tenant.chats() {
        let wanted = if chat.topic.is_some() { 3 } else { 2 };
        check(chat.id.to_string(), chat.members, wanted);
    }
    if world.tenant.teams().len() != 2 || world.tenant.chats().len() != 3 {
        wrong.push("there are more teams or chats than there should be".to_owned());
    }
    (count, wrong)
}
