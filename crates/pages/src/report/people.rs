//! People who are matched to an account, and the number of their messages.

use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{Plan, Voice};

use crate::error::PageError;

/// People shown one by one.
const SHOWN: usize = 100;

/// Everybody of the source by what becomes of them.
#[derive(Debug, Default)]
pub(super) struct People {
    /// The people with an account of their own.
    pub(super) matched: Count,
    /// Persons for whom the placeholder speaks.
    pub(super) unmatched: Count,
    /// Bots and the source's own voice, for whom the placeholder speaks.
    pub(super) bots: Count,
    /// The people whose messages are skipped.
    pub(super) left_out: Count,
    /// The most active people without an account, and the number of those not shown.
    pub(super) without_account: Vec<Somebody>,
    pub(super) not_shown: u64,
}

/// So many people, and their messages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) people: u64,
    pub(super) messages: u64,
}

/// Somebody without an account.
#[derive(Debug)]
pub(super) struct Somebody {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) kind: PersonKind,
    pub(super) messages: u64,
    pub(super) left_out: bool,
}

impl Count {
    fn add(&mut self, person: &Person) {
        self.people += 1;
        self.messages += person.messages;
    }
}

impl People {
    /// Counts them.
    ///
    /// # Errors
    /// When `people.jsonl` is damaged.
    pub(super) fn gather(read: &ReadFolder, plan: &Plan) -> Result<Self, PageError> {
        let mut all = Self::default();
        let mut reader = JsonlReader::open(&read.people(), Format::PEOPLE)?;
        while let Some(chunk) = reader.next_chunk()? {
            for (number, line) in chunk.lines() {
                let person: Person = chunk.parse(number, line)?;
                all.add(person, plan);
            }
        }
        let people = &mut all.without_account;
        people.sort_by(|a, b| {
            b.messages
                .cmp(&a.messages)
                .then_with(|| a.name.cmp(&b.name))
        });
        all.not_shown = people.len().saturating_sub(SHOWN) as u64;
        people.truncate(SHOWN);
        Ok(all)
    }

    fn add(&mut self, person: Person, plan: &Plan) {
        let voice = plan.people.get(&person.id).map(|plan| &plan.voice);
        let is_bot = matches!(person.kind, PersonKind::Bot | PersonKind::System);
        let count = match voice {
            Some(Voice::User(_)) => &mut self.matched,
            Some(Voice::Nobody) => &mut self.left_out,
            _ if is_bot => &mut self.bots,
            _ => &mut self.unmatched,
        };
        count.add(&person);
        // Who never wrote anything needs no account.
        if !matches!(voice, Some(Voice::User(_))) && person.messages > 0 {
            self.without_account.push(Somebody {
                email: person.email.unwrap_or_default(),
                kind: person.kind,
                messages: person.messages,
                left_out: matches!(voice, Some(Voice::Nobody)),
                name: person.name,
            });
        }
    }

    /// Messages of everybody.
    pub(super) fn messages(&self) -> u64 {
        [self.matched, self.unmatched, self.bots, self.left_out]
            .iter()
            .map(|count| count.messages)
            .sum()
    }
}
