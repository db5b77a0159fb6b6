//! How an upload that was cut off is ended, and what it made is taken back.

use std::sync::Arc;

use chatferry_graph::{Closing, Limits, Unobserved, UploadOptions, close, plan_rollback, rollback};
use chatferry_twin::{Settings, Troubles};
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, line, threads};
use crate::kinds::{everything, peopled};
use crate::world::{OTHER, World};

async fn cut_off(world: &Arc<World>, rendered: &Rendered, journal: &std::path::Path, at: u64) {
    world.die_at(at);
    tokio::select! {
        _ = world.upload(rendered, journal) => panic!("it should have been cut off"),
        () = world.died.notified() => {}
    }
    world.live();
}

async fn closed(
    world: &Arc<World>,
    rendered: &Rendered,
    journal: &std::path::Path,
    closing: Closing,
) -> Vec<(String, bool)> {
    let (client, options) = (world.client(Limits::default()), UploadOptions::default());
    let folder = rendered.folder();
    let report = close(&client, &folder, journal, &options, closing, &Unobserved).await;
    let report = report.unwrap();
    let places = report.places.into_iter();
    places.map(|place| (place.key, place.closed)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_off_is_unlocked_and_gone_on_with() {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    cut_off(&world, &rendered, journal.path(), 120).await;
    assert_ne!(world.open(), [] as [&str; 0]);

    let through = closed(&world, &rendered, journal.path(), Closing::Through).await;
    assert!(through.iter().any(|(_, closed)| !closed), "{through:?}");
    let all = closed(&world, &rendered, journal.path(), Closing::All).await;
    assert!(all.iter().all(|(_, closed)| *closed), "{all:?}");
    assert_eq!(world.open(), [] as [&str; 0]);

    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    assert_eq!(world.open(), [] as [&str; 0]);
    let nothing = closed(&world, &rendered, journal.path(), Closing::All).await;
    assert_eq!(nothing, []);
}

#[tokio::test(start_paused = true)]
async fn unlocking_may_die_anywhere_and_the_next_upload_goes_on() {
    let members = json!([AUTHOR, MEMBER]);
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(8))
        .channel("Allgemein", json!({ "general": true }), &threads(12))
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": members }),
            &line(8),
        )
        .chat(
            "mpim",
            json!({ "kind": "group", "topic": "Trip", "members": members }),
            &line(8),
        );
    for moments in 0..144 {
        let (silent_mode, moments) = (moments >= 72, moments % 72);
        let (cut, moment) = (12 + moments / 18 * 6, 1 + moments % 18);
        let world = World::new(Settings {
            troubles: Troubles {
                stuck_within_ms: 50_000,
                silent_mode,
                ..Troubles::default()
            },
            ..Settings::default()
        });
        let journal = tempfile::tempdir().unwrap();
        cut_off(&world, &rendered, journal.path(), cut).await;
        world.die_at(moment);
        tokio::select! {
            _ = closed(&world, &rendered, journal.path(), Closing::All) => {}
            () = world.died.notified() => {}
        }
        world.live();
        // What was ended without being noted may take one upload to be found out.
        let mut report = world.upload(&rendered, journal.path()).await.unwrap();
        if !report.is_done() {
            report = world.upload(&rendered, journal.path()).await.unwrap();
        }
        assert!(report.is_done(), "{cut} {moment}: {report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(world.open(), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_general_that_ended_with_its_team_rests_before_it_is_opened() {
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(8))
        .channel("Allgemein", json!({ "general": true }), &threads(12));
    for silent_mode in [false, true] {
        let world = World::new(Settings {
            troubles: Troubles {
                stuck_within_ms: 50_000,
                silent_mode,
                ..Troubles::default()
            },
            ..Settings::default()
        });
        let journal = tempfile::tempdir().unwrap();
        let mut options = UploadOptions::default();
        options.selection.only.push("dev".to_owned());
        let client = world.client(Limits::default());
        let first = crate::upload_with(&client, &rendered, journal.path(), &options).await;
        assert_eq!(first.unwrap().totals.posted, 8);
        closed(&world, &rendered, journal.path(), Closing::All).await;
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_taken_out_of_a_group_to_be_shown_its_history_is_put_back_by_completing() {
    let people = [AUTHOR, MEMBER, OTHER];
    let rendered = Rendered::new().chat(
        "mpim",
        json!({ "kind": "group", "topic": "Trip", "members": people }),
        &line(3),
    );
    let mut in_the_midst = 0;
    for moment in 8..20 {
        let (world, journal) = (
            World::new(Settings::default()),
            tempfile::tempdir().unwrap(),
        );
        cut_off(&world, &rendered, journal.path(), moment).await;
        let ended = world.tenant.chats()[0].thread.migration_mode == Some("completed");
        let places = closed(&world, &rendered, journal.path(), Closing::Through).await;
        if !ended {
            continue;
        }
        in_the_midst += 1;
        assert!(places.contains(&("mpim".to_owned(), true)), "{places:?}");
        let chat = &world.tenant.chats()[0];
        for user in people {
            assert_eq!(world.shown(chat.id.as_str(), user), 3, "{moment}: {user}");
        }
    }
    assert!(in_the_midst >= 5, "{in_the_midst}");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_takes_our_teams_and_nothing_else() {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    assert!(
        world
            .upload(&rendered, journal.path())
            .await
            .unwrap()
            .is_done()
    );
    let plan = plan_rollback(journal.path()).unwrap();
    let teams: Vec<_> = plan.teams.iter().map(|team| team.key.as_str()).collect();
    assert_eq!(teams, ["acme"]);
    let stays: Vec<_> = plan.stays.iter().map(|place| place.key.as_str()).collect();
    assert_eq!(
        stays,
        ["dm", "fresh", "hello", "lunch", "mpim", "plans", "secret"]
    );
    assert_eq!(world.tenant.teams().len(), 2, "planning deletes nothing");

    let (client, options) = (world.client(Limits::default()), UploadOptions::default());
    let folder = rendered.folder();
    let done = rollback(&client, &folder, journal.path(), &options, &Unobserved).await;
    assert_eq!(done.unwrap().teams[0].key, "acme");
    let left: Vec<_> = world
        .tenant
        .teams()
        .into_iter()
        .map(|team| team.display_name)
        .collect();
    assert_eq!(left, ["Old team"]);

    // The next upload makes it anew, and nothing else twice.
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
}
