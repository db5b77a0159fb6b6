//! Posts with images, files, links and reactions, against the simulated tenant and all its rules.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod deferred;
mod entrance;
mod kills;
mod late;
mod misread;
mod rendered;
mod tenant;
