//! The name of a workspace. Official exports give it only in the name of the zip.

use chatferry_model::manifest::Workspace;
use serde::Deserialize;

use super::layout::{self, Root};
use super::lenient::Str;
use crate::{Container, encoding};

/// The place where the answer of Slack's `auth.test` lies that slackdump's archives hold.
pub(super) const FILE: &str = "workspace.json";

/// The middle of the name of official exports: `Acme Slack export Jan 1 2020 - Feb 1 2020.zip`.
const BEFORE_DATES: &str = " Slack export ";

/// The answer of `auth.test`, of which only this is of use.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Identity<'a> {
    team: Str<'a>,
    team_id: Str<'a>,
}

/// The workspace of a root: `listed` as its people say, with its name where anything tells it.
pub(super) fn named(
    container: &Container,
    root: &Root,
    listed: Option<Workspace>,
) -> Option<Workspace> {
    let (id, name) = identity(container, root);
    let mut workspace = match (listed, id) {
        (Some(listed), _) => listed,
        (None, Some(id)) => Workspace { id, name: None },
        (None, None) => return None,
    };
    workspace.name = name.or_else(|| name_of(container, root));
    Some(workspace)
}

/// The name of a root's workspace as its folder or zip is called.
pub(super) fn name_of(container: &Container, root: &Root) -> Option<String> {
    let folder = root.prefix.trim_end_matches('/');
    let (around, folder) = layout::split_last(folder);
    if around.ends_with("teams/") {
        // Grid exports have a folder for each workspace.
        return Some(folder.to_owned());
    }
    let called = [folder, container.name()];
    let mut names = called.iter().filter_map(|name| {
        let (name, _) = name.split_once(BEFORE_DATES)?;
        Some(name.trim()).filter(|name| !name.is_empty())
    });
    names.next().map(str::to_owned)
}

fn identity(container: &Container, root: &Root) -> (Option<String>, Option<String>) {
    let mut bytes = Vec::new();
    let read = layout::find(container, &root.prefix, FILE)
        .is_some_and(|entry| container.read(entry, &mut bytes).is_ok());
    if !read {
        return (None, None);
    }
    let (text, _) = encoding::decode(&bytes);
    let identity: Identity<'_> = serde_json::from_str(&text).unwrap_or_default();
    let owned = |text: &Str<'_>| text.id().map(|text| text.to_string());
    (owned(&identity.team_id), owned(&identity.team))
}
