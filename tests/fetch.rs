//! Files that an export only names, fetched from a small server that stands for Slack.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::slack::{EXPORT_TOKEN, OWN_TOKEN, PNG};
use crate::support::{Ran, SlackServer, Work};

/// An export whose only channel has a message for each of `files`.
fn export(work: &Work, files: &[&str]) -> PathBuf {
    let folder = work.scratch("export");
    fs::create_dir_all(folder.join("general")).unwrap();
    let write = |name: &str, value: Value| {
        fs::write(
            folder.join(name),
            serde_json::to_vec_pretty(&value).unwrap(),
        )
        .unwrap();
    };
    write(
        "users.json",
        json!([{ "id": "U1", "name": "ann", "profile": { "real_name": "Ann" } }]),
    );
    write(
        "channels.json",
        json!([{ "id": "C1", "name": "general", "created": 1_700_000_000, "members": ["U1"] }]),
    );
    let messages: Vec<Value> = files
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let id = format!("F{number}");
            let address = format!("https://files.slack.com/files-pri/T1-{id}/download/{name}");
            json!({
                "type": "message", "user": "U1", "text": "see here", "ts": format!("17000{number:05}.000100"),
                "files": [{
                    "id": id, "name": name, "mimetype": "image/png", "size": PNG.len(), "mode": "hosted",
                    "url_private": format!("{address}?t={EXPORT_TOKEN}"),
                    "url_private_download": format!("{address}?t={EXPORT_TOKEN}"),
                }],
            })
        })
        .collect();
    write("general/2023-11-14.json", Value::Array(messages));
    folder
}

/// Reads an export of such files.
fn read(work: &Work, files: &[&str]) -> PathBuf {
    let export = export(work, files);
    let _ = work.run(&["read".as_ref(), export.as_os_str()]).done();
    export
}

fn fetch(work: &Work, slack: &SlackServer, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let url = format!("fetch.server_url={}", slack.url);
    let mut all = vec!["fetch", "--json", "--set", &url, "--set", "fetch.retries=1"];
    all.extend(args);
    let mut env = env.to_vec();
    // The most that anybody can ask to be told.
    env.push(("RUST_LOG", "trace"));
    let ran = work.run_with(&env, &all);
    for (what, told) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        assert!(!told.contains("planted"), "{what} holds a token:\n{told}");
    }
    for (name, content) in work.files("") {
        let holds = content.windows(7).any(|seven| seven == b"planted");
        assert!(!holds, "{name} holds a token");
    }
    ran
}

/// Returns the number of findings of each code there are.
fn findings(ran: &Ran) -> BTreeMap<String, u64> {
    serde_json::from_value(ran.json()["findings"].clone()).unwrap()
}

#[test]
fn every_file_is_proven_and_a_failure_costs_one() {
    let work = Work::new();
    let elsewhere = SlackServer::start("");
    let slack = SlackServer::start(&elsewhere.url);
    let export = read(
        &work,
        &[
            "fine.png",
            "gone.png",
            "denied.png",
            "cut.png",
            "cut-once.png",
            "busy.png",
            "ill.png",
            "short.png",
            "json.png",
            "sign-in.png",
            "elsewhere.png",
            "slow.png",
        ],
    );
    let ran = fetch(&work, &slack, &[], &[export.to_str().unwrap()]).code(1);
    insta::assert_json_snapshot!(ran.json()["sums"]["files"], @r#"
    {
      "input": 12,
      "output": 5,
      "skipped": {
        "denied": 1,
        "failed": 1,
        "gone": 1,
        "not at the source": 1,
        "sign-in page": 1,
        "wrong content": 1,
        "wrong length": 1
      }
    }
    "#);
    insta::assert_json_snapshot!(findings(&ran), @r#"
    {
      "fetch-denied": 1,
      "fetch-elsewhere": 1,
      "fetch-failed": 1,
      "fetch-gone": 1,
      "fetch-sign-in": 1,
      "fetch-wrong-content": 1,
      "fetch-wrong-length": 1
    }
    "#);
    assert_eq!(elsewhere.asked().len(), 0, "something went to another host");
    // The same bytes are one blob, and nothing half done lies about.
    let blobs = work.files("1-fetch/blobs");
    assert_eq!(blobs.values().collect::<Vec<_>>(), [PNG]);

    // Again: only what is missing is asked for.
    let before = slack.count("fine.png");
    assert_eq!((before, slack.count("busy.png")), (1, 2));
    let again = fetch(&work, &slack, &[], &[export.to_str().unwrap()]).code(1);
    assert_eq!(again.json()["sums"], ran.json()["sums"]);
    assert_eq!(slack.count("fine.png"), before);
    let listed = String::from_utf8(work.files("1-fetch").remove("files.jsonl").unwrap()).unwrap();
    assert_eq!(listed.matches("\"image/png\"").count(), 5);
}

#[test]
fn somebody_s_own_token_stays_with_its_host() {
    let work = Work::new();
    let elsewhere = SlackServer::start("");
    let slack = SlackServer::start(&elsewhere.url);
    read(&work, &["fine.png", "moved.png", "elsewhere.png"]);
    let env = [("CHATFERRY_SLACK_TOKEN", OWN_TOKEN)];
    let ran = fetch(&work, &slack, &env, &[]).code(1);
    assert_eq!(
        findings(&ran).keys().collect::<Vec<_>>(),
        ["fetch-elsewhere"]
    );
    assert_eq!(elsewhere.asked().len(), 0);
    for asked in slack.asked() {
        assert_eq!(
            asked.authorization.is_some(),
            !asked.path.starts_with("/moved/"),
            "{asked:?}"
        );
        assert!(!asked.path.contains("xox"), "{asked:?}");
    }
}

#[test]
fn a_wrong_token_leaves_nothing_behind() {
    let work = Work::new();
    let slack = SlackServer::start("");
    let names: Vec<String> = (0..60).map(|number| format!("{number}.png")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    read(&work, &names);
    let env = [("CHATFERRY_SLACK_TOKEN", "xoxp-planted-and-revoked")];
    let ran = fetch(&work, &slack, &env, &[]).code(1);
    let found = findings(&ran);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["fetch-not-tried", "fetch-sign-in"]
    );
    assert_eq!(found.values().sum::<u64>(), 60);
    // It does not go on against a wall.
    assert!(slack.asked().len() < 40, "{}", slack.asked().len());
    assert!(
        !fs::read_dir(work.path("1-fetch/blobs"))
            .unwrap()
            .any(|_| true)
    );
    // With a good one all come.
    let env = [("CHATFERRY_SLACK_TOKEN", OWN_TOKEN)];
    let ran = fetch(&work, &slack, &env, &[]).code(0);
    assert_eq!(ran.json()["sums"]["files"]["output"], 60);
}

#[test]
fn without_a_token_nothing_is_asked() {
    let work = Work::new();
    let slack = SlackServer::start("");
    read(&work, &["fine.png", "gone.png"]);
    let ran = fetch(&work, &slack, &[], &[]).code(2);
    assert!(
        ran.stderr.contains("CHATFERRY_SLACK_TOKEN"),
        "{}",
        ran.stderr
    );
    let plan = fetch(&work, &slack, &[], &["--dry-run"]).code(0).json();
    assert_eq!(
        (&plan["missing"], &plan["missing_bytes"]),
        (&json!(2), &json!(2 * PNG.len()))
    );
    let none = fetch(&work, &slack, &[], &["--dry-run", "--until", "2020-01-01"])
        .code(0)
        .json();
    assert_eq!(none["files"], 0);
    let none = fetch(&work, &slack, &[], &["--dry-run", "--only", "random"])
        .code(0)
        .json();
    assert_eq!(none["files"], 0);
    assert_eq!(slack.asked().len(), 0);
    let ran = work
        .run(&["fetch", "--set", "fetch.server_url=http://proxy.example"])
        .code(2);
    assert!(ran.stderr.contains("this machine"), "{}", ran.stderr);
}

#[test]
fn a_killed_run_keeps_what_is_complete() {
    let work = Work::new();
    let slack = SlackServer::start("");
    read(&work, &["a.png", "never.png", "b.png", "c.png"]);
    let url = format!("fetch.server_url={}", slack.url);
    let env = [("CHATFERRY_SLACK_TOKEN", OWN_TOKEN)];
    let mut child = work.start_with(
        &env,
        &["fetch", "--set", &url, "--set", "fetch.concurrency=2"],
    );
    let ledger = work.path("1-fetch/ledger.log");
    let begun = Instant::now();
    while fs::read_to_string(&ledger)
        .unwrap_or_default()
        .matches("\"F")
        .count()
        < 3
    {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing came");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!work.path("1-fetch/files.jsonl").exists());

    // The file that was under way is gone now; the others are not asked for again.
    let asked = slack.count("a.png") + slack.count("b.png") + slack.count("c.png");
    assert_eq!(asked, 3);
    let folder = export(&work, &["a.png", "gone.png", "b.png", "c.png"]);
    let _ = work.run(&["read".as_ref(), folder.as_os_str()]).done();
    let ran = fetch(&work, &slack, &env, &[]).code(1);
    assert_eq!(ran.json()["sums"]["files"]["output"], 3);
    assert_eq!(slack.asked().len(), asked + 2);
    let blobs = work.files("1-fetch/blobs");
    assert_eq!(blobs.values().collect::<Vec<_>>(), [PNG]);
}

#[test]
fn what_was_fetched_hangs_on_its_post() {
    let work = Work::new();
    let slack = SlackServer::start("");
    let export = export(&work, &["fine.png"]);
    let _ = work.convert(&export).done();
    let carried = || {
        ["3-render/files", "3-render/images"]
            .into_iter()
            .filter(|folder| fs::read_dir(work.path(folder)).is_ok_and(|mut all| all.any(|_| true)))
            .flat_map(|folder| work.files(folder).into_values())
            .any(|content| content == PNG)
    };
    assert!(!carried());
    let _ = fetch(&work, &slack, &[], &[export.to_str().unwrap()]).code(0);
    let _ = work.convert(&export).done();
    assert!(carried());
    let page = fs::read_to_string(work.path("report/index.html")).unwrap();
    assert!(!page.contains("render-file-not-fetched"));
}
