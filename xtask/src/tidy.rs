//! `cargo xtask tidy`: the rules of the tree that the compiler does not hold.
//!
//! A rule is a pure function over [`Tree`] and a row in [`RULES`]. The same rules run as a test.

mod circles;
mod citations;
mod docs;
mod fixtures;
mod licences;
mod manifests;
mod source_names;
mod sources;
mod tree;
mod violation;

use anyhow::{Result, ensure};
use clap::Parser;

use crate::workspace;
use tree::Tree;
use violation::Violation;

/// Checks the rules of the tree.
#[derive(Parser)]
struct Args {}

const RULES: &[fn(&Tree) -> Vec<Violation>] = &[
    manifests::layers_hold,
    manifests::network_stays_in_its_crates,
    manifests::lints_are_the_workspace_s,
    manifests::packages_come_from_crates_io,
    manifests::dependencies_are_used,
    sources::modules_have_a_subject,
    sources::modules_say_what_they_are,
    sources::modules_are_short,
    sources::whitespace_is_plain,
    sources::places_are_portable,
    source_names::sources_are_named_at_home,
    circles::imports_form_no_circle,
    citations::citations_lead_somewhere,
    docs::docs_begin_with_the_thing,
    fixtures::fixtures_parse,
];

/// Prints every violation; fails if there is one.
pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let Args {} = Args::parse_from(arguments);
    let tree = Tree::read(&workspace::root())?;
    let mut violations = check(&tree);
    violations.extend(licences::violations(&tree)?);
    for violation in &violations {
        println!("{violation}");
    }
    ensure!(violations.is_empty(), "{} violations", violations.len());
    println!("tidy: {} files, nothing to say", tree.files.len());
    println!("docs that begin vaguely: {}", docs::figures(&tree));
    Ok(())
}

fn check(tree: &Tree) -> Vec<Violation> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(violations: &[Violation]) -> String {
        violations
            .iter()
            .map(|violation| format!("\n  {violation}"))
            .collect()
    }

    #[test]
    fn the_tree_is_tidy() {
        let tree = Tree::read(&workspace::root()).unwrap();
        assert!(
            tree.files
                .iter()
                .any(|file| file.path == "xtask/src/tidy.rs")
        );
        let violations = check(&tree);
        assert!(violations.is_empty(), "{}", listed(&violations));
    }

    #[test]
    fn licences_are_allowed() {
        let tree = Tree::read(&workspace::root()).unwrap();
        let violations = licences::violations(&tree).unwrap();
        assert!(violations.is_empty(), "{}", listed(&violations));
    }
}
