//! Web pages that show a conversion: the report, one file for later, and the preview, a server for
//! this machine.
//!
//! Invariants: no script runs and nothing is loaded from elsewhere, whatever the names and posts
//! hold; text is escaped in one place ([`html`]), and the bodies of posts are sanitised.
#![forbid(unsafe_code)]

mod error;
mod html;

pub mod preview;
pub mod report;

pub use error::PageError;

/// The look of all pages; small, for light and dark, screens and paper.
const STYLE: &str = include_str!("style.css");
