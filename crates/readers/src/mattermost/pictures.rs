//! Files that a text shows or points to by id: `![…](/api/v4/files/<id>)`. The address has no
//! counterpart in an export (crates/readers/src/mattermost/FORMAT.md 4), but the file itself may be
//! in it.

use std::collections::HashMap;
use std::sync::OnceLock;

use chatferry_model::document::{Image, ImageSource, Inline, Mark};
use chatferry_model::phrases::source as phrases;

use super::context::Context;
use super::layout::Layout;

/// The part of such an address before the id, and the length of an id.
const ADDRESS: &str = "/api/v4/files/";
const ID: usize = 26;

/// The files of an export by id.
#[derive(Debug)]
pub(super) struct Pictures<'c> {
    layout: Layout<'c>,
    /// Made only where a text asks for it.
    paths: OnceLock<HashMap<&'c str, &'c str>>,
}

impl<'c> Pictures<'c> {
    pub(super) fn new(layout: Layout<'c>) -> Self {
        Self {
            layout,
            paths: OnceLock::new(),
        }
    }

    /// The path of the file of that id, as lines would have it.
    pub(super) fn path(&self, id: &str) -> Option<&'c str> {
        let paths = self.paths.get_or_init(|| {
            let paths = self.layout.paths();
            paths
                .filter_map(|path| Some((id_of(path)?, path)))
                .collect()
        });
        paths.get(id).copied()
    }
}

/// The id in a path that ends with `…/<id>/<name>`.
pub(super) fn id_of(path: &str) -> Option<&str> {
    let id = path.rsplit(['/', '\\']).nth(1)?;
    is_id(id).then_some(id)
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|c| c.is_ascii_alphanumeric())
}

/// The ids of the files that a text shows or points to.
pub(super) fn ids(text: &str) -> impl Iterator<Item = &str> {
    let found = memchr::memmem::find_iter(text.as_bytes(), ADDRESS);
    found.filter_map(|at| id_at(text.get(at..)?))
}

fn id_at(address: &str) -> Option<&str> {
    let id = address.get(ADDRESS.len()..ADDRESS.len() + ID)?;
    is_id(id).then_some(id)
}

/// A picture of the text: the file it is, if that hangs on the post, else words.
pub(super) fn show<'m>(mut image: Image<'m>, context: &Context<'m>) -> Inline<'m> {
    let ImageSource::Url(url) = &image.source else {
        return Inline::Image(image);
    };
    let Some(id) = url.find(ADDRESS).and_then(|at| id_at(url.get(at..)?)) else {
        return Inline::Image(image);
    };
    if let Some(file) = context.files.iter().find(|file| file.as_str() == id) {
        image.source = ImageSource::File(file.clone());
        return Inline::Image(image);
    }
    let words = match image.alt.or(image.title) {
        Some(name) => format!("[{}: {name}]", phrases::PICTURE),
        None => format!("[{}]", phrases::PICTURE),
    };
    Inline::marked(words, Mark::Italic.into())
}
