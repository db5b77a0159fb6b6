//! What was left blank is filled in, and what can't be is told.

use chatferry_twin::{Fault, Kind, What, When};
use serde_json::json;

use crate::rendered::{AUTHOR, Rendered, Said};
use crate::tenant::Twin;

/// As large as needs several pieces.
const LARGE: usize = 11 * 1024 * 1024 + 5;

fn large() -> Vec<u8> {
    (0..LARGE).map(|n| (n % 253) as u8).collect()
}

fn codes(findings: &chatferry_model::finding::Findings) -> Vec<(&'static str, u64)> {
    findings
        .totals()
        .map(|(code, count)| (code.id, count))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn files_of_any_size_lie_in_the_channels_folder_once_each() {
    let large = large();
    let rendered = Rendered::new()
        .file("one", b"small")
        .file("two", &large)
        .file("three", b"other")
        .channel(
            "dev",
            vec![
                Said::at(0, "one").file("one", "a.txt", 5),
                Said::at(1_000, "again, by another name").file("one", "b.txt", 5),
                Said::at(2_000, "both")
                    .file("one", "a.txt", 5)
                    .file("two", "big.zip", LARGE),
                Said::at(3_000, "same name").file("three", "A.TXT", 5),
                Said::at(3_500, "twice")
                    .file("one", "a.txt", 5)
                    .file("one", "c.txt", 5),
            ],
        )
        .channel(
            "ops",
            vec![Said::at(0, "elsewhere").file("one", "a.txt", 5)],
        )
        .private_channel("hr", vec![Said::at(0, "private").file("one", "a.txt", 5)]);
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(codes(&report.findings), []);
    assert_eq!(twin.broken(), [] as [&str; 0]);
    let mut files = twin.files();
    files.sort();
    let names: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    // One library for all standard channels, one for the private channel.
    let of_team = names
        .iter()
        .filter(|name| name.to_lowercase().ends_with("/a.txt"))
        .count();
    assert_eq!((names.len(), of_team), (4, 2), "{names:?}");
    assert!(
        names.contains(&"hr/a.txt") && names.contains(&"dev/big.zip"),
        "{names:?}"
    );
    let renamed = files
        .iter()
        .find(|(path, _)| path.ends_with("A 1.TXT") || path.ends_with("a 1.txt"));
    assert!(renamed.is_some(), "{names:?}");
    let (_, content) = files
        .iter()
        .find(|(path, _)| path == "dev/big.zip")
        .unwrap();
    assert!(*content == large);
    // Whoever has the address of a session may write.
    for file in std::fs::read_dir(journal.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let session = b"uploadSessions";
        assert!(!bytes.windows(session.len()).any(|part| part == session));
    }
    let (_, content, attachments) = twin.messages("dev").pop().unwrap();
    assert_eq!(attachments.as_array().unwrap().len(), 1, "{attachments:#}");
    assert!(
        !content.contains("8c0a1a67-50ce-4114-bb6c-000000000000"),
        "{content}"
    );
    assert!(
        twin.verify(&rendered.folder(), journal.path())
            .await
            .is_equal()
    );
}

#[tokio::test(start_paused = true)]
async fn images_go_within_the_text_or_as_files_where_the_tenant_wants_no_others() {
    let image = vec![7; 200_000];
    let rendered = Rendered::new()
        .image("one", &image)
        .image("two", b"png")
        .channel(
            "dev",
            vec![
                Said::at(0, "look").image("one", image.len()),
                Said::at(1_000, "look again")
                    .image("two", 3)
                    .image("one", image.len())
                    .answers(0),
            ],
        );
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!((report.totals.posted, codes(&report.findings)), (2, vec![]));
    assert_eq!(twin.broken(), [] as [&str; 0]);
    assert_eq!(twin.files(), []);
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(
        verified.is_equal() && codes(&verified.findings).is_empty(),
        "{verified:#?}"
    );

    let (twin, journal) = (
        Twin::new(|s| s.inline_images = false),
        tempfile::tempdir().unwrap(),
    );
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!(report.totals.posted, 2);
    assert_eq!(codes(&report.findings), [("upload-images-as-files", 1)]);
    assert_eq!(twin.broken(), ["R41"]);
    assert_eq!(twin.files().len(), 2);
    for (_, content, attachments) in twin.messages("dev") {
        assert!(!content.contains("<img"), "{content}");
        assert!(!attachments.as_array().unwrap().is_empty());
    }
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(
        verified.is_equal() && codes(&verified.findings).is_empty(),
        "{verified:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn links_lead_to_teams_where_the_place_is_known_and_back_where_not() {
    let to = |message: &str| json!({ "message": { "conversation": "C1", "message": message } });
    let rendered = Rendered::new().linked("said", "dev", 0).channel(
        "dev",
        vec![
            Said::at(0, "said"),
            Said::at(1_000, "known")
                .link(to("said"))
                .link(json!({ "target": "dev" })),
            Said::at(2_000, "unknown")
                .link(to("never"))
                .link(json!({ "target": "nowhere" })),
            Said::at(3_000, "who").mention("dev").mention("nowhere"),
        ],
    );
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!((report.totals.posted, codes(&report.findings)), (4, vec![]));
    assert_eq!(twin.broken(), [] as [&str; 0]);
    let messages = twin.messages("dev");
    let known = &messages[1].1;
    assert!(
        known.contains("https://teams.microsoft.com/l/message/19%3A"),
        "{known}"
    );
    assert!(known.contains("/1500000000000?tenantId=6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b&amp;"));
    assert!(
        known.contains("https://teams.microsoft.com/l/channel/19%3A"),
        "{known}"
    );
    let unknown = &messages[2].1;
    assert_eq!(
        unknown
            .matches("https://acme.slack.com/archives/C1/p1?x=1&amp;y=2")
            .count(),
        2
    );
    let who = &messages[3].1;
    assert!(
        who.contains("<at id=\"0\">dev</at>") && who.contains("<p>nowhere</p>"),
        "{who}"
    );
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(
        verified.is_equal() && codes(&verified.findings).is_empty(),
        "{verified:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_that_goes_nowhere_leaves_a_line_and_a_finding() {
    let rendered = Rendered::new().file("one", b"small").channel(
        "dev",
        vec![
            Said::at(0, "gone").file("gone", "gone.txt", 5),
            Said::at(1_000, "changed").file("one", "a.txt", 6),
            Said::at(2_000, "no room").file("one", "a.txt", 5),
        ],
    );
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    twin.tenant.inject(Fault {
        when: When::nth(Kind::PutContent, 1),
        what: What::Answer {
            status: 507,
            retry_after_s: None,
        },
    });
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!(report.totals.posted, 3);
    assert_eq!(codes(&report.findings), [("upload-file-refused", 3)]);
    for (_, content, attachments) in twin.messages("dev") {
        assert!(content.contains("could not be uploaded"), "{content}");
        assert!(attachments.is_null(), "{attachments}");
    }
    assert!(
        twin.verify(&rendered.folder(), journal.path())
            .await
            .is_equal()
    );
}

#[tokio::test(start_paused = true)]
async fn reactions_are_tried_once_and_sent_where_they_are_kept() {
    for keeps in [true, false] {
        let posts = (0..6)
            .map(|n| Said::at(n * 1_000, "nice").reaction())
            .collect();
        let rendered = Rendered::new().channel("dev", posts);
        let twin = Twin::new(|settings| settings.keep_reactions = keeps);
        let journal = tempfile::tempdir().unwrap();
        let report = twin
            .upload(&rendered.folder(), journal.path())
            .await
            .unwrap();
        assert_eq!(report.totals.posted, 6);
        assert_eq!(twin.broken(), [] as [&str; 0]);
        let teams = twin.tenant.teams();
        let mut channels = teams.iter().flat_map(|team| &team.channels);
        let channel = channels.find(|found| found.display_name == "dev").unwrap();
        let messages = twin.tenant.messages(channel.id.as_str()).unwrap();
        let with = messages.iter().filter(|(_, post)| {
            post.extras
                .as_ref()
                .is_some_and(|extras| extras.reactions.is_some())
        });
        assert_eq!(with.count(), if keeps { 6 } else { 0 });
    }
}

#[tokio::test(start_paused = true)]
async fn files_of_chats_lie_in_a_onedrive_and_are_shared() {
    let rendered = Rendered::new()
        .file("one", b"small")
        .chat("friends", vec![Said::at(0, "see").file("one", "a.txt", 5)]);
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!((report.totals.posted, codes(&report.findings)), (1, vec![]));
    assert_eq!(twin.files()[0].0, "Microsoft Teams Chat Files/a.txt");
    let drives = twin.tenant.drives();
    assert_eq!(drives.len(), 1, "{AUTHOR}: {drives:?}");
}

#[tokio::test(start_paused = true)]
async fn a_post_whose_first_try_knew_less_is_recognised_and_verified_as_it_is() {
    let rendered = Rendered::new()
        .channel(
            "dev",
            vec![
                Said::at(0, "see there").link(json!({ "target": "ops" })),
                Said::at(1_000, "more"),
            ],
        )
        .channel("ops", vec![Said::at(0, "there")]);
    let (twin, journal) = (Twin::new(|_| {}), tempfile::tempdir().unwrap());
    let answer = |kind, nth, status, seconds| Fault {
        when: When::nth(kind, nth),
        what: What::Answer {
            status,
            retry_after_s: seconds,
        },
    };
    // The other channel comes later; and when the lost post is looked for, it can't be read yet.
    twin.tenant
        .inject(answer(Kind::CreateChannel, 2, 503, Some(8)));
    twin.tenant.inject(Fault {
        when: When::nth(Kind::PostMessage, 1),
        what: What::Lose,
    });
    twin.tenant
        .inject(answer(Kind::GetMessage, 1, 503, Some(20)));
    twin.tenant.inject(answer(Kind::GetMessage, 2, 404, None));
    let report = twin
        .upload(&rendered.folder(), journal.path())
        .await
        .unwrap();
    assert_eq!((report.totals.posted, report.totals.adopted), (2, 1));
    let messages = twin.messages("dev");
    assert!(messages[0].1.contains("acme.slack.com"), "{messages:?}");
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
}
