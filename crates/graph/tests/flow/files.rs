//! Files are there once, whatever breaks.

use chatferry_graph::{Limits, UploadOptions};
use chatferry_twin::{Fault, Kind, Seeded, Settings, What, When};
use serde_json::json;

use crate::folder::{AUTHOR, Carried, MEMBER, Rendered, line, threads};
use crate::kinds::{everything_with_files, files, peopled};
use crate::world::{OTHER, World};

#[tokio::test(start_paused = true)]
async fn files_and_images_are_there_once_on_a_bad_network_and_after_a_newer_export() {
    let mut settings = Settings::default();
    settings.files.keep_content = true;
    settings.files.known_attachments = true;
    let world = peopled(settings);
    world.tenant.inject_seeded(Some(Seeded::network(11, 200)));
    let journal = tempfile::tempdir().unwrap();
    for rendered in everything_with_files() {
        let mut starts = 0;
        let report = loop {
            starts += 1;
            assert!(starts < 30, "not done");
            match world.upload(&rendered, journal.path()).await {
                Ok(report) if report.is_done() => break report,
                _ => {}
            }
        };
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        let (count, wrong) = files(&world);
        assert_eq!(wrong, [] as [&str; 0]);
        // In the libraries of both teams and of three closed channels, and in one OneDrive.
        assert!(count >= 6 * 2, "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_without_a_hash_is_there_once_though_the_answer_to_its_last_piece_is_lost() {
    for (pieces, size) in [(1, 4_200_000), (2, 5_300_000)] {
        let mut settings = Settings::default();
        settings.files.hashes = false;
        settings.files.keep_content = true;
        let world = World::new(settings);
        world.tenant.inject(Fault {
            when: When::nth(Kind::UploadChunk, pieces),
            what: What::Lose,
        });
        let rendered = Rendered::new()
            .blob("files", "large", &vec![7; size])
            .carrying(0, Carried::File("large", "large.zip"))
            .channel("dev", json!({}), &threads(2));
        let journal = tempfile::tempdir().unwrap();
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(files(&world), (1, Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_of_somebody_else_is_never_taken_for_ours() {
    let saying = |at: i64, content: &[u8]| {
        Rendered::new()
            .blob("files", "document", content)
            .carrying(at, Carried::File("document", "plan.docx"))
            .chat(
                "dm",
                json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
                &[(at, None)],
            )
    };
    let (theirs, ours) = (saying(0, b"theirs"), saying(5, b"ours, of another length"));
    for moment in 5..15 {
        let mut settings = Settings::default();
        settings.files.keep_content = true;
        let (world, journals) = (World::new(settings), [(); 2].map(|()| tempfile::tempdir()));
        let [before, journal] = journals.map(Result::unwrap);
        assert!(
            world
                .upload(&theirs, before.path())
                .await
                .unwrap()
                .is_done()
        );
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        world.die_at(moment);
        tokio::select! {
            done = world.upload(&ours, journal.path()) => assert!(done.unwrap().is_done()),
            () = world.died.notified() => {}
        }
        world.live();
        let report = world.upload(&ours, journal.path()).await.unwrap();
        assert!(report.is_done(), "{moment}: {report:#?}");
        let files = world.tenant.files();
        assert_eq!(files.len(), 2, "{moment}");
        assert_eq!(world.attached().len(), 2, "{moment}");
    }
}

#[tokio::test(start_paused = true)]
async fn files_of_chats_go_into_another_onedrive_where_the_chosen_is_not_there() {
    let rendered = Rendered::new()
        .blob("files", "document", b"words")
        .carrying(0, Carried::File("document", "plan.txt"))
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
            &line(2),
        );
    // By whose OneDrive it should be, whose else, and who has one.
    for (account, other, has, there) in [
        (None, Some(OTHER), OTHER, true),
        (Some(OTHER), None, AUTHOR, true),
        (Some(OTHER), None, MEMBER, false),
        (None, None, OTHER, false),
    ] {
        let mut settings = Settings::default();
        let without = [AUTHOR, MEMBER, OTHER]
            .into_iter()
            .filter(|who| *who != has);
        settings.files.no_drive = without.map(str::to_owned).collect();
        let world = World::new(settings);
        let options = UploadOptions {
            files_account: account.map(str::to_owned),
            files_else: other.map(str::to_owned),
            ..UploadOptions::default()
        };
        let client = world.client(Limits::default());
        let journal = tempfile::tempdir().unwrap();
        let report = crate::upload_with(&client, &rendered, journal.path(), &options)
            .await
            .unwrap();
        assert_eq!(report.totals.posted, 2);
        assert_eq!(world.tenant.files().len(), usize::from(there));
        let codes: Vec<_> = report.findings.totals().map(|(code, _)| code.id).collect();
        let told = if there {
            "upload-files-elsewhere"
        } else {
            "upload-file-refused"
        };
        assert_eq!(codes, [told]);
    }
}
