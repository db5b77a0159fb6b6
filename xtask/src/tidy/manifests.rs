//! Rules over the `Cargo.toml` files and the lock file.

use toml::{Table, Value};

use super::tree::{File, Tree};
use super::violation::Violation;

/// The crates of the workspace a crate may see. `model` is below all; what converts does not see
/// one another, what shows or fetches sees the one it works with, and only the binary sees all.
const LAYERS: &[(&str, &[&str])] = &[
    ("chatferry-model", &[]),
    ("chatferry-readers", &["chatferry-model"]),
    ("chatferry-readers-fuzz", &["chatferry-readers"]),
    ("chatferry-mapping", &["chatferry-model"]),
    ("chatferry-render", &["chatferry-model"]),
    ("chatferry-graph", &["chatferry-model"]),
    ("chatferry-twin", &["chatferry-model"]),
    ("chatferry-fetch", &["chatferry-model", "chatferry-readers"]),
    ("chatferry-pages", &["chatferry-model", "chatferry-graph"]),
    (
        "chatferry",
        &[
            "chatferry-model",
            "chatferry-readers",
            "chatferry-mapping",
            "chatferry-render",
            "chatferry-graph",
            "chatferry-twin",
            "chatferry-fetch",
            "chatferry-pages",
        ],
    ),
    ("xtask", &[]),
];

/// A client's tests may talk to the simulated server; nothing else is seen only by tests.
const SEEN_BY_TESTS: &[(&str, &str)] = &[("chatferry-graph", "chatferry-twin")];

/// The packages that open sockets, and the crates that may use them.
const NETWORK: &[&str] = &["tokio", "reqwest"];
const NETWORKED: &[&str] = &[
    "chatferry-graph",
    "chatferry-twin",
    "chatferry-fetch",
    "chatferry-pages",
    "chatferry",
];

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Keeps readers, mapping, render and graph independent of one another (crates/DECISIONS.md section
/// 1).
pub(super) fn layers_hold(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages(tree) {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
            let message = format!("`{}` has no row in the table of layers", package.name);
            violations.push(Violation::of_file(&package.file.path, message));
            continue;
        };
        for dependency in package.dependencies() {
            let ours = LAYERS.iter().any(|(name, _)| *name == dependency.name);
            let for_tests = dependency.for_tests
                && SEEN_BY_TESTS.contains(&(package.name.as_str(), dependency.name.as_str()));
            if ours && !for_tests && !allowed.contains(&dependency.name.as_str()) {
                let message = format!("`{}` must not see `{}`", package.name, dependency.name);
                violations.push(Violation::of_file(&package.file.path, message));
            }
        }
    }
    violations
}

/// Keeps tokio and reqwest to the crates of [`NETWORKED`] (crates/DECISIONS.md section 1).
pub(super) fn network_stays_in_its_crates(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages(tree) {
        for dependency in package.dependencies() {
            let networked = NETWORKED.contains(&package.name.as_str());
            if NETWORK.contains(&dependency.name.as_str()) && !networked {
                let message = format!("`{}` must not see `{}`", package.name, dependency.name);
                violations.push(Violation::of_file(&package.file.path, message));
            }
        }
    }
    violations
}

/// Requires the lint table of the workspace in every crate.
pub(super) fn lints_are_the_workspace_s(tree: &Tree) -> Vec<Violation> {
    packages(tree)
        .filter(|package| {
            let lints = package
                .manifest
                .get("lints")
                .and_then(|lints| lints.get("workspace"));
            lints.and_then(Value::as_bool) != Some(true)
        })
        .map(|package| Violation::of_file(&package.file.path, "lacks `[lints] workspace = true`"))
        .collect()
}

/// The lock file names no registry but crates.io, and cargo's settings no other source.
pub(super) fn packages_come_from_crates_io(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| file.name() == "Cargo.lock") {
        for (index, line) in file.text().lines().enumerate() {
            let source = line
                .strip_prefix("source = \"")
                .and_then(|rest| rest.strip_suffix('"'));
            if source.is_some_and(|source| source != CRATES_IO) {
                violations.push(Violation::of_line(&file.path, index, "not from crates.io"));
            }
        }
    }
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.starts_with(".cargo/"))
    {
        let settings = file.text().parse::<Table>().unwrap_or_default();
        for key in ["source", "registries", "registry"] {
            if settings.contains_key(key) {
                violations.push(Violation::of_file(&file.path, format!("sets `{key}`")));
            }
        }
    }
    violations
}

/// Packages whose library has another name.
const LIBRARIES: &[(&str, &str)] = &[("rustls-webpki", "webpki")];

/// Requires that sources of a crate name each of its dependencies.
pub(super) fn dependencies_are_used(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages(tree) {
        let folder = package.file.path.trim_end_matches("Cargo.toml");
        let texts: Vec<_> = tree
            .rust()
            .filter(|file| file.path.starts_with(folder) || package.tests_are_in(&file.path))
            .map(File::text)
            .collect();
        for dependency in package.dependencies() {
            let library = LIBRARIES.iter().find(|(name, _)| *name == dependency.alias);
            let library = library.map_or(dependency.alias.as_str(), |(_, library)| library);
            let library = library.replace('-', "_");
            if !texts.iter().any(|text| names(text, &library)) {
                let message = format!("no source of this crate names `{}`", dependency.alias);
                violations.push(Violation::of_file(&package.file.path, message));
            }
        }
    }
    violations
}

/// Returns true if `word` occurs in `text` as a whole word.
fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|tail| tail.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

struct Package<'a> {
    file: &'a File,
    name: String,
    manifest: Table,
}

struct Dependency {
    name: String,
    /// The key in the manifest, by which sources name the library.
    alias: String,
    for_tests: bool,
}

fn packages(tree: &Tree) -> impl Iterator<Item = Package<'_>> {
    tree.files
        .iter()
        .filter(|file| file.name() == "Cargo.toml")
        .filter_map(|file| {
            let manifest = file.text().parse::<Table>().ok()?;
            let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
            Some(Package {
                file,
                name,
                manifest,
            })
        })
}

impl Package<'_> {
    /// Returns true if `path` belongs to a test target that lies outside the folder of the crate.
    fn tests_are_in(&self, path: &str) -> bool {
        let targets = self.manifest.get("test").and_then(Value::as_array);
        targets.into_iter().flatten().any(|target| {
            let outside = target.get("path").and_then(Value::as_str);
            let outside = outside.and_then(|outside| outside.strip_prefix("../../"));
            outside
                .and_then(|outside| outside.rsplit_once('/'))
                .is_some_and(|(folder, _)| path.starts_with(&format!("{folder}/")))
        })
    }

    /// Returns the dependencies of every kind and target. `name` is that of the package.
    fn dependencies(&self) -> Vec<Dependency> {
        let mut found = Vec::new();
        let targets = self.manifest.get("target").and_then(Value::as_table);
        let tables = targets.into_iter().flat_map(|targets| targets.values());
        for table in tables.filter_map(Value::as_table).chain([&self.manifest]) {
            for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
                let dependencies = table.get(kind).and_then(Value::as_table);
                for (alias, details) in dependencies.into_iter().flatten() {
                    let package = details.get("package").and_then(Value::as_str);
                    let name = package.unwrap_or(alias).to_owned();
                    found.push(Dependency {
                        name,
                        alias: alias.clone(),
                        for_tests: kind == "dev-dependencies",
                    });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, rest: &str) -> Tree {
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        Tree::of(&[("crates/x/Cargo.toml", text.as_str())])
    }

    #[test]
    fn a_reader_that_sees_render_is_caught() {
        let tree = package(
            "chatferry-readers",
            "[dependencies]\nchatferry-render = \"1\"\n",
        );
        assert_eq!(layers_hold(&tree).len(), 1);
        let tree = package(
            "chatferry-readers",
            "[dependencies]\nchatferry-model = \"1\"\n",
        );
        assert_eq!(layers_hold(&tree), []);
    }

    #[test]
    fn an_alias_or_a_target_hides_nothing() {
        let renamed = "[dependencies]\nr = { package = \"chatferry-graph\", version = \"1\" }\n";
        assert_eq!(layers_hold(&package("chatferry-render", renamed)).len(), 1);
        let unix = "[target.'cfg(unix)'.build-dependencies]\nchatferry-twin = \"1\"\n";
        assert_eq!(layers_hold(&package("chatferry-model", unix)).len(), 1);
    }

    #[test]
    fn only_the_tests_of_graph_may_see_the_twin() {
        let tests = "[dev-dependencies]\nchatferry-twin = \"1\"\n";
        assert_eq!(layers_hold(&package("chatferry-graph", tests)), []);
        assert_eq!(layers_hold(&package("chatferry-render", tests)).len(), 1);
        let product = "[dependencies]\nchatferry-twin = \"1\"\n";
        assert_eq!(layers_hold(&package("chatferry-graph", product)).len(), 1);
    }

    #[test]
    fn a_dependency_that_no_source_names_is_caught() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nserde-json = \"1\"\n";
        let of = |source| {
            let files = [
                ("crates/a/Cargo.toml", manifest),
                ("crates/a/src/b.rs", source),
            ];
            dependencies_are_used(&Tree::of(&files)).len()
        };
        assert_eq!(of("use serde_json::Value;\n"), 0);
        assert_eq!(of("use serde_json_lines::Value;\n"), 1);
    }

    #[test]
    fn a_crate_without_a_layer_is_caught() {
        assert_eq!(layers_hold(&package("chatferry-utils", "")).len(), 1);
    }

    #[test]
    fn a_reader_with_sockets_is_caught() {
        let tree = package("chatferry-readers", "[dev-dependencies]\ntokio = \"1\"\n");
        assert_eq!(network_stays_in_its_crates(&tree).len(), 1);
        let tree = package("chatferry-graph", "[dependencies]\ntokio = \"1\"\n");
        assert_eq!(network_stays_in_its_crates(&tree), []);
    }

    #[test]
    fn own_lints_are_caught() {
        assert_eq!(lints_are_the_workspace_s(&package("xtask", "")).len(), 1);
        let own = package("xtask", "[lints.rust]\nunsafe_code = \"allow\"\n");
        assert_eq!(lints_are_the_workspace_s(&own).len(), 1);
        let shared = package("xtask", "[lints]\nworkspace = true\n");
        assert_eq!(lints_are_the_workspace_s(&shared), []);
    }

    #[test]
    fn another_registry_is_caught() {
        let lock = format!("source = \"{CRATES_IO}\"\nsource = \"git+https://git.example/x\"\n");
        let settings = "[source.crates-io]\nreplace-with = \"mirror\"\n";
        let tree = Tree::of(&[("Cargo.lock", &lock), (".cargo/config.toml", settings)]);
        let lines: Vec<_> = packages_come_from_crates_io(&tree)
            .iter()
            .map(|v| v.line)
            .collect();
        assert_eq!(lines, [Some(2), None]);
    }
}
