//! `map`: the plan it ends with, the review in the terminal, and the tenant's people from Graph.

use std::fs;

use crate::support::{TwinServer, Work, fixture};

/// The row of somebody in the table of people.
fn row(work: &Work, id: &str) -> String {
    let text = fs::read_to_string(work.path("2-map/people.csv")).unwrap();
    let row = text
        .lines()
        .find(|line| line.starts_with(&format!("{id},")));
    row.unwrap_or_else(|| panic!("no row {id}")).to_owned()
}

#[test]
fn it_ends_with_what_there_will_be_and_how_long_it_takes() {
    let work = Work::new();
    work.convert_acme().done();
    let ran = work.run(&["map", "--chats", "migrate", "--json"]).done();
    let said = ran.json();
    assert_eq!(said["stage"], "map");
    assert_eq!(said["plan"]["total"]["teams"], 1);
    assert!(said["plan"]["total"]["chats"].as_u64().unwrap() > 0);
    assert!(said["plan"]["upload"]["seconds"].as_u64().unwrap() > 0);
    let file = fs::read(work.path("2-map/plan.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(said["plan"], file);
    for words in ["in all", "Upload: about", "limited by"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    // Made again where somebody deleted it.
    fs::remove_file(work.path("2-map/plan.json")).unwrap();
    work.run(&["map", "--chats", "migrate"]).done();
    assert!(work.path("2-map/plan.json").exists());
}

#[test]
fn the_unmatched_are_decided_about_in_the_terminal() {
    let work = Work::new();
    work.convert_acme().done();
    // Bruno, by a search; Omar is left for later; the tablet is skipped, Maren's words stay the
    // placeholder's; the rest is not reached.
    let typed = "nobody at all\nida\n1\nl\ns\np\nq\n";
    let ran = work.run_typing(&["map", "--review"], typed).done();
    for words in [
        "(1 of ",
        "bruno, 4 messages, the last on 2019-08-12: nobody in the directory has",
        "no user of the directory has all of these words",
        "3 people decided",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert!(
        row(&work, "U04AQ1V0H").contains(",map,edited,"),
        "{}",
        row(&work, "U04AQ1V0H")
    );
    assert!(row(&work, "U04AQ1V0K").contains(",,,,unmatched,"));
    assert!(row(&work, "U04AQ1V0L").contains(",skip,edited,"));
    assert!(row(&work, "U07NRTHW3").contains(",placeholder,edited,"));
    // Nobody is asked twice, and the end of the input ends it.
    let ran = work.run_typing(&["map", "--review"], "").done();
    assert!(ran.stderr.contains("omar, 2 messages"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("bruno, 4 messages"));
    // What was decided is what is rendered.
    work.run(&["render"]).done();
    let posts = work.files("3-render/posts");
    let has = |text: &str| {
        let mut files = posts.values();
        files.any(|file| String::from_utf8_lossy(file).contains(text))
    };
    assert!(has("Ida Berg"), "she speaks for him now");
}

#[test]
fn the_tenant_s_people_come_from_graph_once() {
    let work = Work::new();
    work.run(&["read".as_ref(), fixture("slack/acme").as_os_str()])
        .done();
    let twin = TwinServer::instant();
    let ran = work.against(&twin, &["map", "--from-graph"]).done();
    assert!(ran.stderr.contains("Fetched 11 people"), "{}", ran.stderr);
    assert!(row(&work, "U04AQ1V0A").contains(",map,mapped,"));
    let fetched = fs::read_to_string(work.path("directory.json")).unwrap();
    assert!(fetched.contains("rosalind.okafor@acme.example"));
    // Everything after that is offline.
    drop(twin);
    work.run(&["map", "--team", "Elsewhere"]).done();
    assert!(row(&work, "U04AQ1V0A").contains(",map,mapped,"));
}

#[test]
fn tables_are_workbooks_where_the_settings_say_so() {
    let work = Work::new();
    work.convert_acme().done();
    work.run(&["map", "--set", "sheets=xlsx"]).done();
    assert!(work.path("2-map/people.xlsx").exists() && !work.path("2-map/people.csv").exists());
    work.run(&["render"]).done();
    let saved = work.scratch("users.xlsx");
    fs::copy(work.path("2-map/people.xlsx"), &saved).unwrap();
    let ran = work
        .run(&["map", "--directory", saved.to_str().unwrap()])
        .code(3);
    assert!(
        ran.stderr.contains("there is no column id"),
        "{}",
        ran.stderr
    );
}
