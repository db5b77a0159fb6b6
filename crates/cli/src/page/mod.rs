//! Web pages: the report's and the preview's. Elements are built typed and escaped in one place.

mod html;

pub(crate) use html::Html;

/// The look of all pages; small, for light and dark, screens and paper.
pub(crate) const STYLE: &str = include_str!("style.css");
