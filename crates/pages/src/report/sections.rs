//! The sections of the page.

mod findings;
mod next;
mod people;
mod places;
mod sums;

pub(super) use findings::findings;
pub(super) use next::next;
pub(super) use people::people;
pub(super) use places::places;
pub(super) use sums::{holds, sums};
