//! Fetching: the files that an export only links to, from the source's servers into `1-fetch`.
//!
//! In reading order: the files to fetch ([`wanted`]), the servers they may come from ([`address`]),
//! the token to show them ([`token`]), the checks of an answer ([`content_check`]), one file
//! ([`download`]), all of them ([`worker_pool`]), the files that are here already ([`journal`]), the
//! output for later stages ([`publish`]), and what went wrong ([`failure`], [`codes`]).
//!
//! Invariants: a token goes to the source's hosts only, encrypted, and never along a redirect to
//! another host; no token reaches an output, a file, a log or an error. What is complete stays,
//! whenever the program is killed. A file that fails costs itself.
#![forbid(unsafe_code)]

mod address;
pub mod codes;
mod content_check;
mod download;
mod error;
mod failure;
mod journal;
mod publish;
mod token;
mod wanted;
mod worker_pool;

pub use address::Servers;
pub use error::FetchError;
pub use journal::FetchJournal;
pub use publish::{FetchDetails, publish};
pub use token::Tokens;
pub use wanted::{Missing, Wanted, missing, wanted};
pub use worker_pool::{FetchOptions, Report, fetch};
