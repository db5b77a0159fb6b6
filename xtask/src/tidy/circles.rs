//! No circle of files: what two modules share goes into a module below both.
//!
//! An edge is a private `use` of another module of the same crate. Edges between a module and one
//! that contains it do not count: a parent assembles its children, and they use its types.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{File, Tree};
use super::violation::Violation;

/// A module: its crate's folder of sources and its path in it.
type Module<'a> = (&'a str, Vec<&'a str>);

/// Holds every crate to imports between modules that form no circle.
pub(super) fn imports_form_no_circle(tree: &Tree) -> Vec<Violation> {
    let texts: Vec<_> = tree
        .rust()
        .filter_map(|file| Some((module(file)?, file, file.text())))
        .collect();
    let modules: BTreeSet<_> = texts.iter().map(|(module, ..)| module.clone()).collect();
    let mut edges: BTreeMap<&Module<'_>, BTreeSet<Module<'_>>> = BTreeMap::new();
    for (module, _, text) in &texts {
        let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let paths = imports(product).into_iter();
        let used = paths.filter_map(|path| target(&modules, module, &path));
        edges.insert(module, used.collect());
    }
    texts
        .iter()
        .filter(|(module, ..)| reachable(&edges, module).contains(module))
        .map(|(_, file, _)| {
            let message = "imports a module that imports it, if by way of others: move what they share into a module below both";
            Violation::of_file(&file.path, message)
        })
        .collect()
}

fn module(file: &File) -> Option<Module<'_>> {
    let (folder, path) = file.path.split_once("/src/")?;
    let mut parts: Vec<&str> = path.strip_suffix(".rs")?.split('/').collect();
    if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
        parts.pop();
    }
    (!parts.contains(&"tests")).then_some((folder, parts))
}

/// Returns the paths that private `use` items at the start of a line name, one for each leaf.
fn imports(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("\nuse ") {
        let Some((item, after)) = after.split_once(';') else {
            break;
        };
        expand(&[], item, &mut found);
        rest = after;
    }
    found
}

/// Adds every path of a tree of imports such as `a::{b, c::{d, e as f}}`.
fn expand(before: &[String], item: &str, found: &mut Vec<Vec<String>>) {
    let (path, group) = match item.split_once('{') {
        Some((path, group)) => (path, group.rsplit_once('}').map(|(group, _)| group)),
        None => (item, None),
    };
    let mut whole = before.to_vec();
    let names = path
        .split("::")
        .filter_map(|part| part.split_whitespace().next());
    whole.extend(names.map(str::to_owned));
    let Some(group) = group else {
        found.push(whole);
        return;
    };
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let part = group.get(start..at).unwrap_or_default().trim();
                if !part.is_empty() {
                    expand(&whole, part, found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Returns the module that `path` leads to from `from`, if it neither contains nor is contained.
fn target<'a>(
    modules: &BTreeSet<Module<'a>>,
    from: &Module<'a>,
    path: &[String],
) -> Option<Module<'a>> {
    let (krate, own) = from;
    let mut names = path.iter().map(String::as_str).peekable();
    let mut at = own.clone();
    match *names.peek()? {
        "crate" => {
            names.next();
            at.clear();
        }
        "self" => {
            names.next();
        }
        _ => {}
    }
    while names.next_if_eq(&"super").is_some() {
        at.pop();
    }
    for name in names {
        let known = modules.iter().find(|(of, path)| {
            of == krate
                && path
                    .split_last()
                    .is_some_and(|(last, above)| *last == name && above == at)
        });
        let Some((_, path)) = known else { break };
        at.clone_from(path);
    }
    let related = at.starts_with(own) || own.starts_with(&at);
    (!related).then_some((*krate, at))
}

fn reachable<'a>(
    edges: &BTreeMap<&Module<'a>, BTreeSet<Module<'a>>>,
    from: &Module<'a>,
) -> BTreeSet<Module<'a>> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<Module<'a>> = edges.get(from).into_iter().flatten().cloned().collect();
    while let Some(module) = open.pop() {
        if seen.insert(module.clone()) {
            open.extend(edges.get(&module).into_iter().flatten().cloned());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(files: &[(&str, &str)]) -> Vec<String> {
        let violations = imports_form_no_circle(&Tree::of(files)).into_iter();
        violations.map(|violation| violation.path).collect()
    }

    #[test]
    fn a_circle_is_caught_by_every_kind_of_path() {
        let files = [
            ("crates/a/src/lib.rs", "//! A.\n\nuse b::B;\n"),
            (
                "crates/a/src/b.rs",
                "//! B.\n\nuse std::fmt;\n\nuse super::c::{D, E as F};\n",
            ),
            (
                "crates/a/src/c/mod.rs",
                "//! C.\n\nuse d::D;\n\nuse crate::{e::{E}, G};\n",
            ),
            ("crates/a/src/c/d.rs", "//! D.\n\nuse super::C;\n"),
            ("crates/a/src/e.rs", "//! E.\nuse crate::b;\n"),
        ];
        let all = [
            "crates/a/src/b.rs",
            "crates/a/src/c/mod.rs",
            "crates/a/src/e.rs",
        ];
        assert_eq!(circle(&files), all);
        assert_eq!(circle(&files[..4]), Vec::<String>::new());
    }

    #[test]
    fn what_only_tests_use_closes_no_circle() {
        let files = [
            ("crates/a/src/b.rs", "//! B.\n\nuse crate::c::C;\n"),
            (
                "crates/a/src/c.rs",
                "//! C.\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n\nuse crate::b::B;\n",
            ),
        ];
        assert_eq!(circle(&files), Vec::<String>::new());
    }
}
