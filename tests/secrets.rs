//! Nothing that opens the tenant or the source is in a file, a log or an argument, after any kind
//! of run.

use std::path::PathBuf;

use chatferry_twin::App;
use serde_json::{Value, json};

use crate::support::{CLIENT_ID, Ran, SECRET, TwinServer, Work, fixture};

/// The beginning of every JWT that names its algorithm or type first: tokens and assertions alike.
const JWTS: [&str; 2] = ["eyJhbGci", "eyJ0eXAi"];
/// The password of the test keys.
const PASSWORD: &str = "planted-pfx-word";
/// A token of another issuer.
const FEDERATED: &str = "planted.federated.token";
/// The token of our export, and that of acme's.
const EXPORT_TOKEN: &str = "xoxe-1-planted";
const ACMES_TOKEN: &str = "xoxe-FAKE-FIXTURE-TOKEN";
/// Part of what an upload session's address is good for.
const SESSION: &str = "uploadSessions/";

fn key(name: &str) -> String {
    let keys = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../graph/tests/keys");
    keys.join(name).to_str().unwrap().to_owned()
}

/// Looks through everything that a run left and said.
fn nothing_shows(work: &Work, said: &[Ran]) {
    let planted = [
        SECRET,
        PASSWORD,
        FEDERATED,
        EXPORT_TOKEN,
        ACMES_TOKEN,
        SESSION,
    ]
    .into_iter()
    .chain(JWTS);
    for planted in planted {
        for ran in said {
            assert!(!ran.stdout.contains(planted), "{planted}: {}", ran.stdout);
            assert!(!ran.stderr.contains(planted), "{planted}: {}", ran.stderr);
        }
        for (name, content) in work.files("") {
            let found = content
                .windows(planted.len())
                .any(|part| part == planted.as_bytes());
            assert!(!found, "{planted} is in {name}");
        }
    }
}

/// An export with a token wherever Slack writes an address.
fn export_with_tokens(work: &Work) -> PathBuf {
    let address =
        |name: &str| format!("https://files.slack.com/files-pri/T1-F1/{name}?t={EXPORT_TOKEN}");
    let folder = work.scratch("export");
    std::fs::create_dir_all(folder.join("general")).unwrap();
    let write = |name: &str, value: Value| {
        std::fs::write(folder.join(name), value.to_string()).unwrap();
    };
    write(
        "users.json",
        json!([{ "id": "U1", "name": "ann", "profile": {
            "real_name": "Ann", "email": "ann@acme.example", "image_72": address("ann.png"),
        } }]),
    );
    write(
        "channels.json",
        json!([{ "id": "C1", "name": "general", "created": 1_600_000_000, "members": ["U1"],
            "topic": { "value": address("topic") }, "purpose": { "value": address("purpose") } }]),
    );
    write(
        "canvases.json",
        json!([{ "id": "F2", "title": "Plan", "url_private": address("plan") }]),
    );
    let file = |id: &str, mode: &str| {
        json!({
            "id": id, "name": "a.png", "title": "a", "mimetype": "image/png", "size": 5, "mode": mode,
            "url_private": address("a.png"), "url_private_download": address("download/a.png"),
            "thumb_360": address("a_360.png"), "permalink": address("link"),
            "permalink_public": address("public"), "external_url": address("external"),
        })
    };
    let said = |n: u32, more: Value| {
        let mut message = json!({
            "type": "message", "user": "U1", "text": "see", "ts": format!("17000000{n:02}.000100"),
        });
        for (field, value) in more.as_object().unwrap() {
            message[field] = value.clone();
        }
        message
    };
    let image = json!({ "type": "image", "image_url": address("block.png"), "alt_text": "a" });
    let messages = [
        said(0, json!({ "files": [file("F1", "hosted")] })),
        said(
            1,
            json!({ "files": [file("F3", "external"), file("F4", "tombstone")] }),
        ),
        said(
            2,
            json!({ "text": format!("<{}|there> and <{0}>", address("text")) }),
        ),
        said(3, json!({ "blocks": [image] })),
        said(
            4,
            json!({ "blocks": [{ "type": "rich_text", "elements": [{
            "type": "rich_text_section",
            "elements": [{ "type": "link", "url": address("rich"), "text": "rich" }],
        }] }] }),
        ),
        said(
            5,
            json!({ "attachments": [{
            "title": "t", "title_link": address("title"), "from_url": address("from"),
            "image_url": address("image.png"), "thumb_url": address("thumb.png"),
            "author_name": "b", "author_link": address("author"), "footer": "f",
            "footer_icon": address("footer.png"), "text": "x", "fallback": address("fallback"),
        }] }),
        ),
        said(
            6,
            json!({ "bot_id": "B1", "subtype": "bot_message", "username": "bot",
            "icons": { "image_48": address("bot.png") } }),
        ),
        said(
            7,
            json!({ "room": { "id": "R1", "attached_file_ids": ["F1"] },
            "subtype": "huddle_thread", "upload": true, "file": file("F5", "snippet") }),
        ),
        json!({ "type": "message", "ts": address("what is no time"), "text": 7 }),
    ];
    write("general/2023-11-14.json", messages.into_iter().collect());
    folder
}

#[test]
fn tokens_of_an_export_show_nowhere() {
    let work = Work::new();
    let export = export_with_tokens(&work);
    let directory = fixture("directory/acme.json");
    let (export, directory) = (export.to_str().unwrap(), directory.to_str().unwrap());
    let trace = [("RUST_LOG", "trace")];
    let placeholder = "migration@acme.example";
    let convert = [
        "convert",
        export,
        "--directory",
        directory,
        "--placeholder",
        placeholder,
        "-vv",
    ];
    let mut said = vec![work.run_with(&trace, &convert).done()];
    let twin = TwinServer::instant();
    said.extend([
        work.run_with(&trace, &["check", "--strict", "-vv"]).done(),
        work.run_with(&trace, &["report", "-vv"]).done(),
        work.against(&twin, &["upload", "--dry-run", "-vv"]).done(),
        work.against(&twin, &["upload", "-vv"]).done(),
        work.against(&twin, &["verify", "-vv"]).done(),
        work.run_with(&trace, &["status", "--json", "-vv"]).done(),
    ]);
    nothing_shows(&work, &said);
    for team in twin.tenant.teams() {
        for channel in team.channels {
            for (_, post) in twin.tenant.messages(channel.id.as_str()).unwrap() {
                let content = post.content.as_str();
                assert!(!content.contains(EXPORT_TOKEN), "{content}");
            }
        }
    }
}

#[test]
fn a_secret_shows_nowhere_at_the_highest_level_of_logs() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let said = [
        work.against(&twin, &["doctor", "-vv"]).done(),
        work.against(&twin, &["doctor", "--json"]).done(),
        work.against(&twin, &["upload", "-vv"]).code(0),
        work.against(&twin, &["verify", "-vv"]).code(0),
        work.run(&["status", "-vv"]).code(0),
    ];
    nothing_shows(&work, &said);
}

#[test]
fn neither_do_certificates_passwords_assertions_and_federated_tokens() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let app = App::new(CLIENT_ID, "another secret").with_federated_token(FEDERATED);
    twin.tenant.register_app(app);
    let token = work.scratch("token");
    std::fs::write(&token, FEDERATED).unwrap();
    let login = [
        "--graph-url",
        &twin.url,
        "--login-url",
        &twin.url,
        "--tenant-id",
        &twin.tenant_id,
        "--client-id",
        CLIENT_ID,
        "-vv",
    ];
    let run = |env: (&str, &str), args: &[&str]| {
        let trace = ("RUST_LOG", "chatferry=trace,chatferry_graph=trace");
        work.run_with(&[env, trace], &[args, &login].concat())
    };
    let federated = ("AZURE_FEDERATED_TOKEN_FILE", token.to_str().unwrap());
    let mut said = vec![run(federated, &["doctor"]).done()];
    // This tenant does not know the certificate, and says so.
    let password = ("CHATFERRY_CERTIFICATE_PASSWORD", PASSWORD);
    let certificate = format!("client_certificate={}", key("aes.pfx"));
    let ran = run(password, &["doctor", "--set", &certificate]).code(4);
    assert!(ran.stdout.contains("AADSTS700027") || ran.stderr.contains("AADSTS700027"));
    said.push(ran);
    let wrong = (
        "CHATFERRY_CERTIFICATE_PASSWORD",
        "planted-pfx-word-that-is-wrong",
    );
    said.push(run(wrong, &["doctor", "--set", &certificate]).code(2));
    std::fs::remove_file(token).unwrap();
    nothing_shows(&work, &said);
}
