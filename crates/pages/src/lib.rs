//! Web pages that show a conversion: the report, one file for later, and the preview, a server for
//! this machine.
//!
//! Invariants: no script runs and nothing is loaded from elsewhere, whatever the names and posts
//! hold; templates escape all text ([`page`]), and the bodies of posts are sanitised.
#![forbid(unsafe_code)]

mod error;
mod page;

pub mod preview;
pub mod report;

pub use error::PageError;
