//! The promises of the command line: help, codes, schemas, completions.

use crate::support::{Work, fixture};

#[test]
fn every_command_has_help() {
    let work = Work::new();
    let help = work.run(&["--help"]).code(0).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 13, "{commands:?}");
    for command in commands {
        let help = work.run(&[command, "--help"]).code(0).stdout;
        assert!(help.contains("Usage: chatferry"), "{command}: {help}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let work = Work::new();
    for args in [
        &["migrate"][..],
        &["convert"],
        &["render", "--set", "nonsense=1"],
        &["render", "--since", "yesterday"],
        &["explain", "no-such-code"],
        &["schema", "no-such-schema"],
        &["guide", "no-such-page"],
    ] {
        let ran = work.run(args).code(2);
        assert!(ran.stdout.is_empty(), "{args:?}");
        assert!(ran.stderr.contains("error"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn what_is_missing_or_outdated_is_said_with_what_to_do() {
    let work = Work::new();
    for (command, remedy) in [
        ("map", "chatferry read EXPORT"),
        ("render", "chatferry read EXPORT"),
        ("check", "chatferry convert EXPORT"),
        ("upload", "chatferry convert EXPORT"),
        ("verify", "chatferry convert EXPORT"),
    ] {
        let told = work.run(&[command]).code(3).stderr;
        assert!(told.contains(remedy), "{command}: {told}");
    }
    let _ = work.convert(&fixture("slack/acme")).done();
    let states = |work: &Work| {
        let status = work.run(&["status", "--json"]).code(0).json();
        let stages = status["stages"].as_array().unwrap().clone();
        stages
            .iter()
            .map(|stage| stage["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&work), ["done", "done", "done"]);
    let table = work.path("2-map/conversations.csv");
    let edited = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, edited.replace(",ops-alerts,,", ",alerts,,")).unwrap();
    assert_eq!(states(&work), ["done", "outdated", "outdated"]);
    let _ = work.run(&["map"]).done();
    assert_eq!(states(&work), ["done", "done", "outdated"]);
}

#[test]
fn every_code_is_explained() {
    let work = Work::new();
    let all = work.run(&["explain", "--json"]).code(0).json();
    let all = all.as_array().unwrap();
    assert!(all.len() > 20);
    for code in all {
        let id = code["code"].as_str().unwrap();
        let told = work.run(&["explain", id]).code(0).stdout;
        assert!(told.contains(code["remedy"].as_str().unwrap()), "{id}");
    }
}

#[test]
fn every_finding_of_a_real_run_is_explained() {
    let work = Work::new();
    let found = work
        .convert(&crate::support::fixture("slack/damaged"))
        .done();
    let codes = work.run(&["explain"]).code(0).stdout;
    let listed = found
        .stderr
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("finding"))
        .skip(1)
        .take_while(|line| !line.is_empty());
    let mut seen = 0;
    for line in listed {
        let code = line.split_whitespace().next().unwrap();
        assert!(codes.contains(code), "{code}");
        seen += 1;
    }
    assert!(seen > 0, "{}", found.stderr);
}

#[test]
fn schemas_describe_what_is_written() {
    let work = Work::new();
    let names = work.run(&["schema"]).code(0).stdout;
    for name in names
        .lines()
        .filter_map(|line| line.split_whitespace().next())
    {
        let schema = work.run(&["schema", name]).code(0).json();
        assert!(schema["$schema"].is_string(), "{name}");
    }
}

#[test]
fn completions_exist_for_every_shell() {
    let work = Work::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = work.run(&["completions", shell]).code(0).stdout;
        assert!(script.contains("rehearse"), "{shell}");
    }
}

#[test]
fn output_into_a_pipe_has_no_colours() {
    let work = Work::new();
    let ran = work.convert_acme().done();
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
    let ran = work
        .run(&["convert", "missing.zip", "--color", "always"])
        .code(3);
    assert!(ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}
