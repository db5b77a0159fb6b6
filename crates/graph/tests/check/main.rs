//! Whole folders against the rules: many chunks, many targets, any number of threads.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use chatferry_graph::check::{CheckDetails, CheckLimits, check};
use chatferry_model::finding::Stage;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::{Manifest, Outcome};
use chatferry_model::plan::{RenderDetails, Target, TargetSummary};
use chatferry_model::progress::Silent;
use chatferry_model::{Millis, TargetKey};
use serde_json::{Value, json};

/// The time of the first post; later ones follow a millisecond apart.
const FIRST: i64 = 1_500_000_000_000;

struct Folder {
    _place: tempfile::TempDir,
    root: PathBuf,
    details: RenderDetails,
}

impl Folder {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("3-render");
        std::fs::create_dir_all(root.join("posts")).unwrap();
        let team = json!({ "key": "acme", "name": "Acme", "created": "2016-01-01T00:00:00.000Z" });
        let teams = vec![serde_json::from_value(team).unwrap()];
        Self {
            _place: place,
            root,
            details: RenderDetails {
                rehearsal_account: false,
                teams,
                targets: Vec::new(),
            },
        }
    }

    fn rendered(&self) -> RenderFolder {
        RenderFolder::new(self.root.clone())
    }

    /// Writes a target of `count` posts, each changed by `change` or left out.
    fn channel(
        mut self,
        name: &str,
        count: i64,
        change: impl Fn(i64, Value) -> Option<Value>,
    ) -> Self {
        let target: Target = serde_json::from_value(json!({
            "key": name,
            "place": { "channel": { "team": "acme", "name": name, "membership": "standard" } },
            "created": "2016-01-01T00:00:00.000Z",
            "sources": [{ "conversation": name, "kind": "public", "messages": count }],
        }))
        .unwrap();
        let path = self.rendered().posts(&TargetKey::new(name));
        let mut writer = JsonlWriter::create(&path, Format::POSTS, Some(&target)).unwrap();
        for n in 0..count {
            if let Some(post) = change(n, post(n)) {
                writer.write(&post).unwrap();
            }
        }
        writer.finish().unwrap();
        self.details.targets.push(TargetSummary {
            target,
            posts: count.cast_unsigned(),
            replies: 0,
            bytes: 0,
            file_bytes: 0,
            first: None,
            last: None,
        });
        Manifest::new(Stage::Render, self.details.clone())
            .write(&self.root)
            .unwrap();
        self
    }

    fn check(&self) -> Outcome<CheckDetails> {
        let outcome = check(&self.rendered(), &CheckLimits::default(), &Silent).unwrap();
        outcome.sums["messages"].check("messages").unwrap();
        outcome
    }
}

fn time(n: i64) -> String {
    Millis::new(FIRST + n).unwrap().to_string()
}

/// Every fourth post is a root with three replies.
fn post(n: i64) -> Value {
    let mut post = json!({
        "id": time(n),
        "source": { "conversation": "C1", "message": n.to_string() },
        "body": {
            "createdDateTime": time(n),
            "from": { "user": {
                "id": "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca",
                "displayName": "Jane",
                "userIdentityType": "aadUser",
            } },
            "body": { "contentType": "html", "content": format!(
                "<p>This is <strong>what</strong> was said as number {n}, with a \
                 <a href=\"https://example.org/{n}\">link</a> and some more words, as people do.</p>\
                 <p>And another <i>paragraph</i> &amp; so on.</p>"
            ) },
        },
    });
    if n % 4 != 0 {
        post["replyTo"] = time(n / 4 * 4).into();
    }
    post
}

fn found(outcome: &Outcome<CheckDetails>) -> Vec<(&'static str, u64)> {
    outcome
        .findings
        .totals()
        .map(|(code, count)| (code.id, count))
        .collect()
}

#[test]
fn a_good_folder_has_no_findings() {
    let folder = Folder::new()
        .channel("a", 9_000, |_, post| Some(post))
        .channel("b", 3, |_, p| Some(p));
    let outcome = folder.check();
    assert_eq!(found(&outcome), []);
    assert_eq!(outcome.sums["messages"].output, 9_003);
    assert_eq!(outcome.details.targets, 2);
    assert!(outcome.details.largest > 300);
}

#[test]
fn neighbours_are_compared_across_chunks() {
    // 9,000 posts are several chunks. Every hundredth has its neighbour's time. Every 1,001st
    // answers a reply, eight in all; two of them were roots, with three replies each.
    let folder = Folder::new().channel("a", 9_000, |n, mut post| {
        if n % 100 == 99 {
            post["id"] = time(n - 1).into();
            post["body"]["createdDateTime"] = time(n - 1).into();
        } else if n % 1_001 == 1_000 {
            post["replyTo"] = time(n - n % 4 + 1).into();
        }
        Some(post)
    });
    let outcome = folder.check();
    assert_eq!(
        found(&outcome),
        [("check-duplicate-time", 90), ("check-root-missing", 14)]
    );
    assert_eq!(outcome.sums["messages"].skipped["breaks a rule"], 104);
}

#[test]
fn a_reply_needs_its_root_before_it() {
    let folder = Folder::new()
        .channel("a", 8, |n, post| (n != 4).then_some(post))
        .channel("b", 8, |n, mut post| {
            if n == 1 {
                post["replyTo"] = time(4).into();
            }
            Some(post)
        });
    let outcome = folder.check();
    assert_eq!(
        found(&outcome),
        [("check-count", 1), ("check-root-missing", 4)]
    );
}

#[test]
fn a_broken_line_costs_one_post() {
    let folder = Folder::new().channel("a", 8, |n, post| {
        Some(if n == 3 {
            json!({ "id": "yesterday" })
        } else {
            post
        })
    });
    let outcome = folder.check();
    assert_eq!(found(&outcome), [("check-shape", 1)]);
    assert_eq!(outcome.sums["messages"].output, 7);
    let lines = outcome.findings.lines();
    assert_eq!(lines[0].place.file.as_deref(), Some("posts/a.jsonl:5"));
}

#[test]
fn findings_are_the_same_on_any_number_of_threads() {
    let folder = Folder::new().channel("a", 9_000, |n, mut post| {
        if n % 7 == 0 {
            post["body"]["body"]["content"] = "<b>not kept</b>".into();
        }
        Some(post)
    });
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let outcome = pool.install(|| folder.check());
        format!("{:?}", outcome.findings.lines())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_cut_file_is_unreadable() {
    let folder = Folder::new().channel("a", 8, |_, post| Some(post));
    let path: &Path = &folder.rendered().posts(&TargetKey::new("a"));
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, &text[..text.len() / 2]).unwrap();
    let error = check(&folder.rendered(), &CheckLimits::default(), &Silent).unwrap_err();
    assert!(error.to_string().contains("a.jsonl"), "{error}");
}

#[test]
fn checking_is_quick() {
    let folder = Folder::new().channel("a", 60_000, |_, post| Some(post));
    let started = Instant::now();
    let outcome = folder.check();
    let rate = outcome.sums["messages"].output as f64 / started.elapsed().as_secs_f64();
    println!("{rate:.0} posts/s checked");
    // Far below what an optimised build does.
    assert!(rate > 10_000.0, "{rate} posts/s");
}
