//! Calls about files (crates/graph/RULES.md E18–E21).

use bytes::Bytes;
use serde_json::json;

use super::{Call, Kind, Thread, segment};
use crate::throttle::Scope;

/// Returns the place where a channel's files lie; asking for it is what gets it made
/// (crates/graph/RULES.md R60).
pub(crate) fn files_folder(thread: &Thread) -> Call {
    Call::get(Kind::Folder, format!("{}/filesFolder", thread.path()))
}

/// The OneDrive of somebody, by object id or UPN.
pub(crate) fn drive_of(user: &str) -> Call {
    Call::get(Kind::Probe, format!("/users/{}/drive", segment(user))).within(Scope::Files)
}

/// A folder in a drive, as addresses of what is in it begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FolderPath(String);

impl FolderPath {
    /// The folder of that id.
    pub(crate) fn item(drive: &str, item: &str) -> Self {
        Self(format!(
            "/drives/{}/items/{}:",
            segment(drive),
            segment(item)
        ))
    }

    /// A folder of that name at the top of a drive; it is made with the first file in it.
    pub(crate) fn at_top(drive: &str, name: &str) -> Self {
        Self(format!(
            "/drives/{}/root:/{}",
            segment(drive),
            segment(name)
        ))
    }

    /// The folder as the journal has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{}", self.0, segment(name))
    }
}

impl From<String> for FolderPath {
    fn from(path: String) -> Self {
        Self(path)
    }
}

/// Looks a file up by its name.
pub(crate) fn find_file(folder: &FolderPath, name: &str) -> Call {
    Call::get(Kind::Probe, folder.file(name)).within(Scope::Files)
}

/// Puts a small file there at once. What is there is replaced only where that is asked for.
pub(crate) fn put_file(folder: &FolderPath, name: &str, bytes: Bytes, replace: bool) -> Call {
    let path = format!(
        "{}:/content?@microsoft.graph.conflictBehavior={}",
        folder.file(name),
        behaviour(replace)
    );
    Call::put(Kind::PutFile, path)
        .with_bytes(bytes)
        .within(Scope::Files)
}

/// Opens an upload session for a larger file.
pub(crate) fn open_upload(folder: &FolderPath, name: &str, size: u64, replace: bool) -> Call {
    Call::post(
        Kind::OpenUpload,
        format!("{}:/createUploadSession", folder.file(name)),
    )
    .with(&json!({
        "item": {
            "@microsoft.graph.conflictBehavior": behaviour(replace),
            "name": name,
            "fileSize": size,
        },
    }))
    .within(Scope::Files)
}

/// Lets everybody of the organisation see a file; the same link is answered again.
pub(crate) fn share_file(drive: &str, item: &str) -> Call {
    Call::post(
        Kind::ShareFile,
        format!(
            "/drives/{}/items/{}/createLink",
            segment(drive),
            segment(item)
        ),
    )
    .with(&json!({ "type": "view", "scope": "organization" }))
    .within(Scope::Files)
}

/// An image within the text of a message of `thread`, at its address.
pub(crate) fn read_image(thread: &Thread, path: &str) -> Call {
    Call::get(Kind::ReadBytes, path.to_owned()).within(thread.reads())
}

fn behaviour(replace: bool) -> &'static str {
    if replace { "replace" } else { "fail" }
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn files() {
        let channel = FolderPath::item("b!d", "01I");
        let chat = FolderPath::at_top("b!d", "Microsoft Teams Chat Files");
        let mut put = put_file(&channel, "a b&c.txt", Bytes::new(), false);
        put.body = None;
        let calls = [
            files_folder(&Thread::channel("T1", "19:a@thread.tacv2")),
            drive_of("jane@acme.example"),
            find_file(&channel, "a b&c.txt"),
            find_file(&chat, "ä.txt"),
            put,
            open_upload(&chat, "a.zip", 5_000_000, true),
            share_file("b!d", "01I"),
        ];
        let lines: Vec<_> = calls
            .iter()
            .map(|call| shown(call).replace('\n', " ").trim_end().to_owned())
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
