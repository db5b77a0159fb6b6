//! Fetching: the files that an export only names, from Slack's servers into `1-fetch`.
//!
//! In reading order: what is wanted ([`wanted`]), where it may come from ([`address`]), by what
//! token ([`token`]), what an answer must be ([`content_check`]), one file ([`download`]), all of them
//! ([`worker_pool`]), what is there already ([`journal`]), and what went wrong ([`failure`],
//! [`codes`]).
//!
//! Invariants: a token goes to Slack's hosts only, encrypted, and never along a redirect to another
//! host; no token reaches an output, a file, a log or an error. What is complete stays, whenever
//! the program is killed. A file that fails costs itself.

pub(crate) mod address;
pub(crate) mod codes;
mod content_check;
mod download;
mod failure;
pub(crate) mod journal;
pub(crate) mod token;
pub(crate) mod wanted;
pub(crate) mod worker_pool;
