//! A tenant that people use, and an export with a target of every kind for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chatferry_twin::{ChannelKind, Settings, UserId};
use serde_json::json;

use crate::folder::{AUTHOR, Carried, MEMBER, Rendered, line, threads};
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
    of_every_kind(Rendered::new(), 0)
}

/// The same from a newer export: late replies, messages between old ones, and at the end.
pub(crate) fn everything_newer() -> Rendered {
    of_every_kind(Rendered::new(), 3)
}

/// Both with images, small files and one that goes up in pieces: the newer one has some of them
/// again, and others of the same name.
pub(crate) fn everything_with_files() -> [Rendered; 2] {
    [0, 3].map(|more| {
        let large: Vec<u8> = (0..LARGE).map(|n| (n % 253) as u8).collect();
        let base = Rendered::new()
            .blob("images", "picture", b"a picture")
            .blob("files", "small", b"small")
            .blob("files", "other", b"another one")
            .blob("files", "large", &large)
            .carrying(0, Carried::File("small", "a.txt"))
            .carrying(500, Carried::File("other", "A.TXT"))
            .carrying(501, Carried::File("small", "again.txt"))
            .carrying(502, Carried::Image("picture"))
            .carrying(1_000, Carried::Image("picture"))
            .carrying(2_000, Carried::File("large", "large.zip"))
            .carrying(2_000, Carried::Image("picture"))
            .carrying(3_000, Carried::File("small", "b.txt"));
        of_every_kind(base, more)
    })
}

/// As large as needs two pieces, in bytes.
const LARGE: usize = 5_300_000;

/// `more` posts on top of each target.
fn of_every_kind(base: Rendered, more: i64) -> Rendered {
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
    base.another_team(json!({
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

/// How many files there are, and what is wrong with them: each is in a drive once, and hangs on a
/// post.
pub(crate) fn files(world: &World) -> (u64, Vec<String>) {
    let mut wrong = Vec::new();
    let mut contents = BTreeSet::new();
    let attached = world.attached();
    let files = world.tenant.files();
    for file in &files {
        if !contents.insert((&file.drive, &file.quick_xor_hash)) {
            wrong.push(format!("{} is there more than once", file.path));
        }
    }
    for (address, _) in world.files() {
        if !attached.contains(&address) {
            wrong.push(format!("{address} hangs on no post"));
        }
    }
    (files.len() as u64, wrong)
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
