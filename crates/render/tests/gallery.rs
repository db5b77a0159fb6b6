//! The gallery: what becomes of every node, to be read here and looked at with `cargo xtask
//! gallery`.

mod support;

use support::{gallery, show};

#[test]
fn everything_has_its_form() {
    let workspace = gallery();
    let posts = workspace.posts("General");
    let mut out = show(&posts).replace(": <", ":\n  <");
    for post in &posts {
        for image in &post.images {
            out.push_str(&format!(
                "{} image {}\n",
                post.source.message,
                serde_json::to_string(image).unwrap()
            ));
        }
        for file in &post.files {
            out.push_str(&format!(
                "{} file {}\n",
                post.source.message,
                serde_json::to_string(file).unwrap()
            ));
        }
    }
    insta::assert_snapshot!(out);
    insta::assert_snapshot!(workspace.render().unwrap().findings().join("\n"));
}

#[test]
fn the_guide_has_a_row_for_everything_in_the_gallery() {
    let guide = include_str!("../../cli/guide/rendering.md");
    let section = guide
        .split("\n## ")
        .find(|part| part.starts_with("Element by element"));
    let rows: Vec<&str> = section
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .skip(1)
        .collect();
    let text = include_str!("../../../fixtures/gallery/messages.jsonl");
    let exhibits: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|message| message["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rows, exhibits);
}
