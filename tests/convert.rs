//! `convert` and the stages it is made of.

use std::fs;

use crate::support::{Work, fixture};

#[test]
fn acme_comes_through_with_nothing_lost() {
    let work = Work::new();
    let ran = work.run(&[
        "convert",
        "--json",
        fixture("slack/acme").to_str().unwrap(),
        "--directory",
        fixture("directory/acme.json").to_str().unwrap(),
        "--placeholder",
        "migration@acme.example",
    ]);
    let result = ran.done().json();
    for (stage, sums) in result["sums"].as_object().unwrap() {
        for (unit, sum) in sums.as_object().unwrap() {
            let all = |key: &str| -> u64 {
                let counts = sum[key].as_object().cloned().unwrap_or_default();
                counts.values().map(|count| count.as_u64().unwrap()).sum()
            };
            let (input, output) = (
                sum["input"].as_u64().unwrap(),
                sum["output"].as_u64().unwrap(),
            );
            assert_eq!(
                input,
                output + all("merged") + all("skipped"),
                "{stage} {unit}"
            );
        }
    }
    assert!(
        result["sums"]["read"]["messages"]["input"]
            .as_u64()
            .unwrap()
            > 150
    );
}

#[test]
fn the_same_export_gives_the_same_bytes_on_any_number_of_threads() {
    let one = Work::new();
    let many = Work::new();
    let args = |work: &Work| {
        let export = fixture("slack/acme");
        let directory = fixture("directory/acme.csv");
        let threads = if work.path("") == one.path("") {
            "1"
        } else {
            "4"
        };
        let args = [
            "convert",
            export.to_str().unwrap(),
            "--directory",
            directory.to_str().unwrap(),
            "--placeholder",
            "migration@acme.example",
        ]
        .map(str::to_owned);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        work.run_with(&[("RAYON_NUM_THREADS", threads)], &args)
            .done();
        work.files("")
    };
    let (first, second) = (args(&one), args(&many));
    assert!(
        first.keys().eq(second.keys()),
        "{:?} {:?}",
        first.keys(),
        second.keys()
    );
    for (name, content) in &first {
        assert!(content == &second[name], "{name} differs");
    }
}

#[test]
fn a_second_run_does_nothing_and_an_edit_is_honoured() {
    let work = Work::new();
    work.convert_acme().done();
    let before = work.files("");
    let again = work.convert_acme().done();
    assert_eq!(
        again
            .stderr
            .matches("(unchanged since the last run)")
            .count(),
        3,
        "{}",
        again.stderr
    );
    assert!(before == work.files(""));

    let conversations = work.path("2-map/conversations.csv");
    let text = fs::read_to_string(&conversations).unwrap();
    assert!(text.contains("random"));
    fs::write(
        &conversations,
        text.replacen(",random,", ",Watercooler,", 2),
    )
    .unwrap();
    work.run(&["map"]).done();
    work.run(&["render"]).done();
    let posts = work.files("3-render/posts");
    let renamed = posts
        .values()
        .any(|file| String::from_utf8_lossy(file).contains("\"name\":\"Watercooler\""));
    assert!(renamed, "{}", fs::read_to_string(&conversations).unwrap());
}

#[test]
fn export_tokens_and_paths_stay_out_of_every_file() {
    let work = Work::new();
    let ran = work.convert_acme().done();
    for (name, content) in work.files("") {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("xoxe-"), "a token in {name}");
    }
    assert!(!ran.stderr.contains("xoxe-"));
}

#[test]
fn a_damaged_export_is_read_as_far_as_there_is_anything() {
    let work = Work::new();
    let ran = work.convert(&fixture("slack/damaged")).code(1);
    assert!(!work.files("3-render/posts").is_empty());
    assert!(ran.stderr.contains("error"), "{}", ran.stderr);
}

#[test]
fn what_is_no_export_is_told_so() {
    let work = Work::new();
    let empty = work.scratch("empty");
    fs::create_dir(&empty).unwrap();
    let cut = work.scratch("cut.zip");
    fs::write(&cut, b"PK\x03\x04 not a whole zip").unwrap();
    let text = work.scratch("notes.txt");
    fs::write(&text, "hello").unwrap();
    for path in [&empty, &cut, &text, &work.scratch("missing.zip")] {
        let ran = work.run(&["read".as_ref(), path.as_os_str()]).code(3);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            ran.stderr.contains(name),
            "{name} is not named: {}",
            ran.stderr
        );
        assert!(!work.path("1-read").exists());
    }
}

#[test]
fn a_cut_file_between_the_stages_is_noticed() {
    let work = Work::new();
    work.convert_acme().done();
    let messages = work.path("1-read/messages");
    let file = fs::read_dir(&messages)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let content = fs::read(&file).unwrap();
    fs::write(&file, &content[..content.len() / 2]).unwrap();
    let ran = work.run(&["render"]).code(3);
    assert!(
        ran.stderr
            .contains(file.file_name().unwrap().to_str().unwrap()),
        "{}",
        ran.stderr
    );
    assert!(
        work.path("3-render/manifest.json").exists(),
        "the last good output is gone"
    );
}

#[test]
fn conversations_and_dates_can_be_selected() {
    let work = Work::new();
    let export = fixture("slack/acme");
    let ran = work.run(&[
        "convert",
        export.to_str().unwrap(),
        "--placeholder",
        "migration@acme.example",
        "--directory",
        fixture("directory/acme.json").to_str().unwrap(),
        "--only",
        "gen*",
        "--since",
        "2020-01-01",
        "--json",
    ]);
    let result = ran.done().json();
    let posts = work.files("3-render/posts");
    assert_eq!(posts.len(), 1, "{:?}", posts.keys());
    let text = String::from_utf8(posts.into_values().next().unwrap()).unwrap();
    assert!(!text.contains("\"createdDateTime\":\"2019-"), "{result}");
}

#[test]
fn a_sanitiser_would_change_no_post() {
    let work = Work::new();
    work.convert_acme().done();
    work.run(&["check", "--strict"]).code(0);

    let posts = work.path("3-render/posts");
    let file = fs::read_dir(&posts)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = fs::read_to_string(&file).unwrap();
    let end = text.rfind(",\"hash\"").unwrap();
    let edited = text[..end].replace("<p>", "<p onclick=\\\"x()\\\">");
    fs::write(&file, format!("{edited}}}}}\n")).unwrap();
    work.run(&["check", "--strict"]).code(1);
}
