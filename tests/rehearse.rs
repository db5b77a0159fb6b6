//! `rehearse`: the whole upload against the simulated tenant, in virtual time.

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
