//! End-to-end tests: the real binary on fixtures, against a simulated tenant.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

mod command_line;
mod convert;
mod faults;
mod fetch;
mod journals;
mod map;
mod preview;
mod rehearse;
mod report;
mod secrets;
mod snapshots;
mod upload;
