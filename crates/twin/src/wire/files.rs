//! Files and folders: `driveItem` and what belongs to it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{RequestBody, Text};
use crate::state::UploadSession;
use crate::state::drive::{Drive, Item, Link};

/// The parameters of `createUploadSession`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadBody<'a> {
    #[serde(borrow, default)]
    pub(crate) item: Option<UploadItem<'a>>,
    #[serde(default)]
    pub(crate) defer_commit: Option<bool>,
}

impl<'de> RequestBody<'de> for UploadBody<'de> {
    const TYPE: &'static str = "microsoft.graph.createUploadSession";
    const PROPERTIES: &'static [&'static str] = &["deferCommit", "item"];
}

/// `driveItemUploadableProperties`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadItem<'a> {
    #[serde(rename = "@microsoft.graph.conflictBehavior", borrow, default)]
    pub(crate) conflict: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) file_size: Option<u64>,
}

/// The parameters of `createLink`.
#[derive(Debug, Deserialize)]
pub(crate) struct LinkBody<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) scope: Option<Text<'a>>,
}

impl<'de> RequestBody<'de> for LinkBody<'de> {
    const TYPE: &'static str = "microsoft.graph.createLink";
    const PROPERTIES: &'static [&'static str] = &[
        "expirationDateTime",
        "message",
        "password",
        "recipients",
        "retainInheritedPermissions",
        "scope",
        "sendNotification",
        "type",
    ];
}

pub(crate) fn drive(drive: &Drive, root: &Item) -> Value {
    json!({
        "id": drive.id,
        "driveType": drive.kind,
        "name": "Documents",
        "webUrl": drive.path_url(root),
    })
}

/// `driveItem`, with its hashes or without
pub(crate) fn item(drive: &Drive, item: &Item, hashes: bool) -> Value {
    let mut names = drive.names(item);
    names.pop();
    let path: String = names.iter().map(|name| format!("/{name}")).collect();
    let mut value = json!({
        "id": item.id,
        "name": item.name,
        "size": item.content.as_ref().map_or(0, |content| content.size),
        "eTag": format!("\"{{{}}},{}\"", item.guid, item.version),
        "cTag": format!("\"c:{{{}}},{}\"", item.guid, item.version),
        "createdDateTime": item.created.to_string(),
        "lastModifiedDateTime": item.modified.to_string(),
        "webUrl": drive.web_url(item),
        "parentReference": {"driveId": drive.id, "driveType": drive.kind},
    });
    let (facet, content) = match &item.content {
        Some(content) => (
            "file",
            json!({
                "mimeType": content.media_type,
                "hashes": hashes.then(|| json!({"quickXorHash": content.quick_xor_hash})),
            }),
        ),
        None => ("folder", json!({"childCount": drive.child_count(&item.id)})),
    };
    if let Some(value) = value.as_object_mut() {
        value.insert(facet.to_owned(), content);
        if item.parent.is_none() {
            value.insert("root".to_owned(), json!({}));
        }
    }
    if let (Some(parent), Some(reference)) = (&item.parent, value.pointer_mut("/parentReference")) {
        reference["id"] = json!(parent);
        reference["path"] = json!(format!("/drives/{}/root:{path}", drive.id));
    }
    value
}

/// `uploadSession`
pub(crate) fn upload(session: &UploadSession, url: Option<&str>) -> Value {
    let mut value = json!({
        "expirationDateTime": session.expires.to_string(),
        "nextExpectedRanges": [session.expected()],
    });
    if let (Some(url), Some(value)) = (url, value.as_object_mut()) {
        value.insert("uploadUrl".to_owned(), json!(url));
    }
    value
}

/// `permission`
pub(crate) fn link(link: &Link, drive: &Drive, item: &Item) -> Value {
    json!({
        "id": link.id,
        "roles": [if link.kind == "edit" { "write" } else { "read" }],
        "link": {
            "type": link.kind,
            "scope": link.scope,
            "webUrl": format!("{}?share={}", drive.path_url(item), link.id),
        },
    })
}
