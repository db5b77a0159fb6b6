//! Block Kit outside of Slack: other sources carry it in their messages, without Slack's names.

use std::sync::LazyLock;

use chatferry_model::PersonId;
use chatferry_model::document::Block as ModelBlock;

use super::blocks::{self, Block};
use super::context::Context;
use super::lenient::List;
use super::name_table::NameTable;

static NO_NAMES: LazyLock<NameTable> = LazyLock::new(NameTable::default);

/// A list of blocks.
#[derive(Debug, Default)]
pub(crate) struct BlockKit<'a>(Vec<Block<'a>>);

/// The oddities of blocks, and the people in them.
#[derive(Debug)]
pub(crate) struct Noted<'m> {
    /// The oddities, such as a type of block that is not known.
    pub(crate) oddities: Vec<String>,
    /// The people mentioned.
    pub(crate) people: Vec<PersonId<'m>>,
}

impl<'a> BlockKit<'a> {
    /// Reads a JSON array of blocks; what is no block says nothing.
    pub(crate) fn read(json: &'a str) -> Self {
        let list: List<Block<'a>> = serde_json::from_str(json).unwrap_or_default();
        Self(list.into_inner())
    }

    /// Appends what the blocks show.
    pub(crate) fn convert<'m>(&'m self, out: &mut Vec<ModelBlock<'m>>) -> Noted<'m> {
        let mut context = Context::new(&NO_NAMES);
        out.extend(blocks::convert(&self.0, &mut context));
        let notes = context.notes.into_iter();
        let people = context.unlisted_people.into_iter();
        Noted {
            oddities: notes.map(|(_, what)| what).collect(),
            people: people.map(|(person, _)| person).collect(),
        }
    }
}
