//! Addresses of files: by id, by path from an item or from the root (crates/graph/RULES.md
//! E18–E21).

use http::Method;

use super::{DriveRef, ItemRef, Route};

/// The path of upload sessions: outside of Graph, as SharePoint's are.
pub(crate) const UPLOADS: [&str; 3] = ["_api", "v2.0", "uploadSessions"];

/// Reads an address that has to do with files.
pub(super) fn named<'a>(method: &Method, segments: &'a [String]) -> Option<Route<'a>> {
    let get = *method == Method::GET;
    let put = *method == Method::PUT;
    let post = *method == Method::POST;
    if let [head @ .., session] = segments
        && *head == UPLOADS
    {
        return match *method {
            Method::PUT => Some(Route::UploadChunk { session }),
            Method::GET => Some(Route::GetUploadSession { session }),
            Method::DELETE => Some(Route::CancelUploadSession { session }),
            _ => None,
        };
    }
    let [version, collection, name, tail @ ..] = segments else {
        return None;
    };
    let (drive, tail) = match (version.as_str(), collection.as_str(), tail) {
        ("v1.0", "drives", tail) => (DriveRef::Id(name), tail),
        ("v1.0", "users", [drive, tail @ ..]) if drive == "drive" => (DriveRef::User(name), tail),
        _ => return None,
    };
    if tail.is_empty() {
        return get.then_some(Route::GetDrive(drive));
    }
    let (item, tail) = item(drive, tail)?;
    let tail: Vec<&str> = tail.iter().map(String::as_str).collect();
    match *tail {
        [] if get => Some(Route::GetItem(item)),
        ["content"] if put => Some(Route::PutContent(item)),
        ["createUploadSession"] if post => Some(Route::CreateUploadSession(item)),
        ["createLink"] if post => Some(Route::CreateLink(item)),
        _ => None,
    }
}

/// `root`, `items/{id}`, `root:/{path}:` or `items/{id}:/{path}:`, and what follows. The colon
/// after the path may be missing where nothing follows.
fn item<'a>(drive: DriveRef<'a>, tail: &'a [String]) -> Option<(ItemRef<'a>, &'a [String])> {
    let (first, mut tail) = tail.split_first()?;
    let (id, by_path) = match first.as_str() {
        "root" => (None, false),
        "root:" => (None, true),
        "items" => {
            let (id, rest) = tail.split_first()?;
            tail = rest;
            match id.strip_suffix(':') {
                Some(id) => (Some(id), true),
                None => (Some(id.as_str()), false),
            }
        }
        _ => return None,
    };
    let mut path: &[String] = &[];
    if by_path {
        let end = tail.iter().position(|name| name.ends_with(':'));
        (path, tail) = tail.split_at(end.map_or(tail.len(), |end| end + 1));
    }
    Some((ItemRef { drive, id, path }, tail))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{DriveRef, Route};
    use crate::route::segments;

    fn names(path: &str) -> (Option<String>, Vec<String>) {
        let segments = segments(path);
        let Ok(Route::GetItem(item)) = Route::find(&Method::GET, &segments) else {
            panic!("{path}");
        };
        assert_eq!(item.drive, DriveRef::Id("D"));
        let names = item.names().map(str::to_owned).collect();
        (item.id.map(str::to_owned), names)
    }

    #[test]
    fn items_are_named_by_id_and_by_path() {
        let read = |path: &str| names(&format!("/v1.0/drives/D/{path}"));
        let (root, by_id) = (None, Some("I".to_owned()));
        assert_eq!(read("root"), (root.clone(), vec![]));
        assert_eq!(read("items/I"), (by_id.clone(), vec![]));
        let path = vec!["a b".to_owned(), "c.txt".to_owned()];
        assert_eq!(read("root:/a%20b/c.txt"), (root.clone(), path.clone()));
        assert_eq!(read("root:/a%20b/c.txt:"), (root, path.clone()));
        assert_eq!(read("items/I:/a%20b/c.txt:"), (by_id, path));
    }

    #[test]
    fn names_of_files_are_left_as_they_are() {
        for name in ["f('x')", "microsoft.graph.txt", "a:b"] {
            let encoded = name.replace('\'', "%27");
            let (_, read) = names(&format!("/v1.0/drives/D/root:/{encoded}:"));
            assert_eq!(read, [name]);
        }
    }
}
