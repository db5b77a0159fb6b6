//! Mattermost's exports as nobody should write them: cut, swapped, doubled and shuffled. Nothing
//! panics, every sum holds, and what is not read is told.
use std::fs;
use std::path::{Path, PathBuf};

use chatferry_model::finding::Severity;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_readers::ReadOptions;
use proptest::prelude::*;

use crate::support::run;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mattermost")
}

fn acme() -> Vec<String> {
    let text = fs::read_to_string(fixture().join("acme/import.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn read(bytes: &[u8]) -> Outcome<ReadDetails> {
    let temporary = tempfile::tempdir().unwrap();
    let export = temporary.path().join("export.jsonl");
    fs::write(&export, bytes).unwrap();
    run(
        &[export],
        &ReadOptions::default(),
        &temporary.path().join("out"),
    )
}

fn written(outcome: &Outcome<ReadDetails>) -> u64 {
    outcome.sums["messages"].output
}

/// How many findings say that something was lost.
fn losses(outcome: &Outcome<ReadDetails>) -> u64 {
    let findings = outcome.findings.lines();
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.count).sum()
}

#[test]
fn line_ends_marks_and_doubled_lines_change_nothing() {
    let lines = acme();
    let plain = read(lines.join("\n").as_bytes());
    assert!(written(&plain) > 30);
    for changed in [
        lines.join("\r\n"),
        format!("\u{feff}{}\n\n \n", lines.join("\n\n")),
        // Everything but the first line the other way round: posts before channels and people.
        lines[..1]
            .iter()
            .chain(lines[1..].iter().rev())
            .cloned()
            .collect::<Vec<_>>()
            .join("\n"),
    ] {
        let read = read(changed.as_bytes());
        assert_eq!(written(&read), written(&plain));
        assert_eq!(losses(&read), losses(&plain));
    }
}

#[test]
fn ends_in_the_middle() {
    let text = acme().join("\n");
    for end in (2_000..text.len()).step_by(1_777) {
        let cut = read(text.as_bytes()[..end].into());
        // A line that is cut is told, unless the cut falls between two.
        let whole = text.as_bytes()[end - 1] == b'\n' || text.as_bytes()[end] == b'\n';
        assert!(whole || losses(&cut) > 0, "cut at {end}");
    }
}

/// A value of another type in the place of one.
fn odd_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("\"\"".to_owned()),
        Just("true".to_owned()),
        Just("-1".to_owned()),
        Just("1e999".to_owned()),
        Just("99999999999999999999999".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("[[[[[[[[[[[[]]]]]]]]]]]]".to_owned()),
        Just("\"\\ud800\"".to_owned()),
        Just("\"\\u0000\\uffff\"".to_owned()),
        Just("\"../../../etc/passwd\"".to_owned()),
        Just("\"C:\\\\x\\\\..\\\\y\"".to_owned()),
        Just("\"/absolute/path\"".to_owned()),
        Just(format!("\"{}\"", "x".repeat(5_000))),
        Just(format!("\"{}\"", "ü".repeat(90))),
        Just("\":a::a:::+1:@all ~ ~~ ~~~ @ @@ <http://[ ![](/api/v4/files/ \\\" ```\"".to_owned()),
        "[ -~]{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn values_of_other_types(line in 1_usize..60, nth in 0_usize..40, odd in odd_value()) {
        let mut lines = acme();
        let plain = written(&read(lines.join("\n").as_bytes()));
        let line = line % lines.len();
        // The value behind the nth colon, up to where the next key or bracket comes.
        let Some((at, _)) = lines[line].match_indices("\":").nth(nth) else { return Ok(()) };
        let from = at + 2;
        let rest = &lines[line][from..];
        let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
        lines[line].replace_range(from..from + end, &odd);
        let changed = read(lines.join("\n").as_bytes());
        prop_assert!(written(&changed) > 0);
        // Less than before is told, one way or another: an error, or a reason for each left out.
        let sum = &changed.sums["messages"];
        prop_assert_eq!(sum.input, sum.output + sum.skipped.values().sum::<u64>() + sum.merged.values().sum::<u64>());
        prop_assert!(written(&changed) + sum.skipped.values().sum::<u64>() + losses(&changed) * 10 >= plain, "{}", lines[line]);
    }

    #[test]
    fn bytes_that_are_anything(at in 0_usize..28_000, with in prop::collection::vec(any::<u8>(), 0..9)) {
        let mut bytes = acme().join("\n").into_bytes();
        let at = 250 + at % (bytes.len() - 300);
        bytes.splice(at..at + with.len(), with);
        read(&bytes);
    }

    #[test]
    fn tables_of_anything(row in 1_usize..20, column in 0_usize..20, odd in "[ -~\n\"]{0,10}") {
        let name = "traps/compliance-csv/export/compliance-export-2024-03-06-10h00m00s/batch001-1709596800000-1709640000000/posts.csv";
        let text = fs::read_to_string(fixture().join(name)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = row % lines.len();
        let mut cells: Vec<&str> = lines[line].split(',').collect();
        let cell = column % cells.len();
        cells[cell] = &odd;
        lines[line] = cells.join(",");
        let temporary = tempfile::tempdir().unwrap();
        let export = temporary.path().join("posts.csv");
        fs::write(&export, lines.join("\n")).unwrap();
        run(&[export], &ReadOptions::default(), &temporary.path().join("out"));
    }

    #[test]
    fn xml_of_anything(at in 60_usize..6_000, length in 0_usize..40, odd in "[ -~]{0,10}") {
        let text = fs::read_to_string(fixture().join("traps/compliance-actiance/export/actiance_export.xml")).unwrap();
        let at = 60 + at % (text.len() - 120);
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + length..)) else { return Ok(()) };
        let temporary = tempfile::tempdir().unwrap();
        let export = temporary.path().join("actiance_export.xml");
        fs::write(&export, format!("<?xml version=\"1.0\"?><FileDump>{before}{odd}{after}")).unwrap();
        run(&[export], &ReadOptions::default(), &temporary.path().join("out"));
    }
}
