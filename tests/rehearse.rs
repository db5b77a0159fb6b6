//! `rehearse`: the whole upload against the simulated tenant, in virtual time.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Work, fixture};

#[test]
fn acme_is_uploaded_and_verified_without_a_refusal() {
    let work = Work::new();
    work.convert_acme().done();
    let ran = work.run(&["rehearse", "--json"]).code(0);
    let result = ran.json();
    assert_eq!(result["refusals"], 0, "{result:#}");
    assert_eq!(result["verify"]["different"], 0, "{result:#}");
    assert_eq!(result["verify"]["missing"], 0, "{result:#}");
    assert!(
        result["upload"]["posted"].as_u64().unwrap() > 100,
        "{result:#}"
    );
    assert_eq!(
        result["upload"]["throttled"], 0,
        "Graph's rates were not kept: {result:#}"
    );
    // Teams' usual lags are nothing to be told of.
    assert!(!ran.stderr.contains("Waiting"), "{}", ran.stderr);
}

#[test]
fn the_directory_decides_who_exists() {
    let work = Work::new();
    work.convert_acme().done();
    let directory = fixture("directory/acme.json");
    let ran = work.run(&[
        "rehearse",
        "--json",
        "--directory",
        directory.to_str().unwrap(),
    ]);
    assert_eq!(ran.code(0).json()["refusals"], 0);
}

#[test]
fn without_posts_it_says_what_to_do_first() {
    let work = Work::new();
    let ran = work.run(&["rehearse"]).code(3);
    assert!(ran.stderr.contains("convert"), "{}", ran.stderr);
}

/// Writes the users of an export, and a list of channels.
fn export(folder: &Path, channels: &[(&str, &str, &str)]) {
    let users = [("U1", "rosalind.okafor"), ("U2", "tomas.lindqvist")].map(|(id, name)| {
        let email = format!("{name}@acme.example");
        json!({"id": id, "name": name, "profile": {"real_name": name, "email": email}})
    });
    write(folder, "users.json", &json!(users));
    for (list, id, name) in channels {
        let channel = json!([{"id": id, "name": name, "created": 1_500_000_000, "creator": "U1",
            "members": ["U1", "U2"], "topic": {"value": ""}, "purpose": {"value": ""}}]);
        write(folder, list, &channel);
    }
}

fn write(folder: &Path, name: &str, value: &serde_json::Value) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

/// An export with as many messages in a public channel as in a private one.
fn public_and_private(folder: &Path, messages: usize) {
    let channels = [
        ("channels.json", "C1", "everybody"),
        ("groups.json", "G1", "leads"),
    ];
    export(folder, &channels);
    for (_, _, name) in channels {
        let day = (0..messages).map(|n| {
            let ts = format!("{}.000100", 1_551_657_600 + n);
            json!({"type": "message", "user": "U1", "ts": ts, "text": format!("message {n}")})
        });
        write(folder, &format!("{name}/2019-03-04.json"), &day.collect());
    }
}

#[test]
fn a_look_for_a_free_file_name_is_no_refusal() {
    let work = Work::new();
    let folder = work.scratch("export");
    export(&folder, &[("channels.json", "C1", "everybody")]);
    // SharePoint changes what Office opens, so a name is looked for before it is used.
    let day = ["plan.docx", "sum.xlsx", "plan.docx"];
    let day = day.iter().enumerate().map(|(n, name)| {
        let id = format!("F{n}");
        let path = folder.join("__uploads").join(&id).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("file {n}")).unwrap();
        json!({"type": "message", "user": "U1", "ts": format!("155165760{n}.000100"), "text": "",
            "files": [{"id": id, "name": name, "mode": "hosted", "size": 6,
                "url_private": format!("https://files.slack.com/files-pri/T1-F{n}/{name}")}]})
    });
    write(&folder, "everybody/2019-03-04.json", &day.collect());
    work.convert(&folder).done();
    let ran = work.run(&["rehearse", "--json"]).code(0);
    assert_eq!(ran.json()["refusals"], 0, "{}", ran.stderr);
    assert_eq!(ran.json()["upload"]["posted"], 3, "{}", ran.stderr);
}

#[test]
fn code_that_graph_reads_back_wrong_is_no_error() {
    let work = Work::new();
    let folder = work.scratch("export");
    export(&folder, &[("channels.json", "C1", "everybody")]);
    let text = "The `message` is:\n```\nHello, world!\n```";
    let day = json!([{"type": "message", "user": "U1", "ts": "1551657600.000100", "text": text}]);
    write(&folder, "everybody/2019-03-04.json", &day);
    work.convert(&folder).done();
    let verify = &work.run(&["rehearse", "--json"]).code(0).json()["verify"];
    assert_eq!(verify["is_equal"], true, "{verify:#}");
    let code = &verify["findings"][0]["code"];
    assert_eq!(code, "verify-code-misread", "{verify:#}");
}

#[test]
fn every_command_says_the_same_of_the_duration() {
    let work = Work::new();
    let export = work.scratch("export");
    public_and_private(&export, 1_000);
    work.convert(&export).done();
    let seconds = |args: &[&str], pointer: &str| {
        let ran = work.run(args).done().json();
        ran.pointer(pointer).unwrap().as_f64().unwrap()
    };
    // 1,000 posts at 5 a second, and then 1,000 of the private channel.
    let expected = 400.0;
    let plan = fs::read_to_string(work.path("2-map/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["upload"]["seconds"], json!(400));
    let dry_run = seconds(&["upload", "--dry-run", "--json"], "/seconds");
    assert!((dry_run - expected).abs() < 1e-6, "{dry_run}");
    let rehearsed = seconds(&["rehearse", "--json"], "/bound_seconds");
    assert!((rehearsed - expected).abs() < 1e-6, "{rehearsed}");
    let took = seconds(&["rehearse", "--json"], "/seconds");
    assert!((expected..expected * 1.15).contains(&took), "{took}");
    let report = fs::read_to_string(work.path("report/index.html")).unwrap();
    assert!(
        report.contains("It takes 6 min at least"),
        "the report says another duration"
    );
    for args in [&["map"][..], &["upload", "--dry-run"], &["rehearse"]] {
        let ran = work.run(args).done();
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("6 min"), "{args:?}: {said}");
    }
}
