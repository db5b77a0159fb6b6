//! Nothing that opens the tenant or the source is in a file, a log or an argument, after any kind
//! of run.

use std::path::PathBuf;

use chatferry_twin::App;

use crate::support::{CLIENT_ID, Ran, SECRET, TwinServer, Work};

/// How every JWT begins that names its algorithm or type first: tokens and assertions alike.
const JWTS: [&str; 2] = ["eyJhbGci", "eyJ0eXAi"];
/// The password of the test keys.
const PASSWORD: &str = "planted-pfx-word";
/// A token of another issuer.
const FEDERATED: &str = "planted.federated.token";
/// Part of what an upload session's address is good for.
const SESSION: &str = "uploadSessions/";

fn key(name: &str) -> String {
    let keys = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../graph/tests/keys");
    keys.join(name).to_str().unwrap().to_owned()
}

/// Looks through everything that a run left and said.
fn nothing_shows(work: &Work, said: &[Ran]) {
    let planted = [SECRET, PASSWORD, FEDERATED, SESSION]
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
