//! The preview: the posts of `3-render` as Teams will show them, as web pages for this machine
//! only.
//!
//! In reading order: what there is ([`library`]), one channel's posts ([`posts`]), a post's body
//! made safe to show ([`body`]), the pages ([`pages`], [`thread`]), who may ask and what browsers
//! may do with the answers ([`guard`]), and which address is which page ([`routes`]).
//!
//! Invariants: it listens on loopback only and answers to no other name; no script runs and nothing
//! is loaded from elsewhere, whatever the posts hold. Of a channel's posts only their order is kept
//! in memory.

mod body;
mod guard;
mod library;
mod pages;
mod posts;
mod routes;
mod thread;
mod words;

pub use library::Library;
pub use routes::serve;
