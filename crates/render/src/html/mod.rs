//! HTML from typed elements: right by construction.
//!
//! An [`Element`](tag::Tag) is opened and closed in one place around a closure, so nesting can't go
//! wrong; attributes are values of types of their own, so none can hold what it must not; text goes
//! through one escape. Nothing else in this crate writes a `<`.

mod escape;
mod language;
mod tag;
mod url;
mod writer;

pub(crate) use escape::{clean, is_visible};
pub(crate) use language::Language;
pub(crate) use tag::{Attribute, Color, Style, Tag, Void};
pub(crate) use url::SafeUrl;
pub(crate) use writer::{Html, WriteHtml};
