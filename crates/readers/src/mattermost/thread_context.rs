//! The context in which a line of posts is converted.

use chatferry_model::{MessageId, Micros};

use super::converted::Converted;
use super::layout::Layout;
use super::name_table::NameTable;
use super::pictures::Pictures;
use crate::ReadOptions;
use crate::blobs::Blobs;
use crate::plausible::Plausible;

pub(super) const UNREADABLE: &str = "not readable";

/// The inputs of converting.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) layout: Layout<'a>,
    pub(super) name_table: &'a NameTable,
    pub(super) options: &'a ReadOptions,
    pub(super) times: Plausible,
    pub(super) blobs: &'a Blobs<'a>,
    pub(super) pictures: &'a Pictures<'a>,
}

/// The root of a thread.
pub(super) struct Root {
    pub(super) id: MessageId<'static>,
    pub(super) time: Micros,
}

/// The current conversation, and the output.
pub(super) struct ThreadContext<'a, 'o> {
    pub(super) job: Job<'a>,
    pub(super) line: u64,
    pub(super) conversation: String,
    pub(super) out: &'o mut Converted,
}
