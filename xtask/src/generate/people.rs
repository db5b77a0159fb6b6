//! The people and bots who write.

use super::random::Random;
use super::words;

/// Somebody in `users.json`.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) handle: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) deleted: bool,
    pub(super) guest: bool,
    /// True if the tenant's directory has them.
    pub(super) in_directory: bool,
}

impl Person {
    pub(super) fn real_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    pub(super) fn email(&self) -> String {
        format!("{}@synthetic.example", self.handle)
    }
}

/// Returns the number of people: one for a thousand messages, at least twenty.
pub(super) fn invent(random: &mut Random, messages: usize) -> Vec<Person> {
    let count = (messages / 1_000).clamp(20, 3_000);
    (0..count)
        .map(|number| {
            let first = random.pick(words::FIRST_NAMES).to_owned();
            let last = random.pick(words::LAST_NAMES).to_owned();
            let ascii = |name: &str| -> String {
                name.to_lowercase()
                    .chars()
                    .filter(char::is_ascii_alphabetic)
                    .collect()
            };
            let handle = format!("{}.{}{number}", ascii(&first), ascii(&last));
            let guest = random.chance(3.0);
            let deleted = random.chance(10.0);
            let in_directory = !deleted && random.chance(97.0);
            Person {
                id: random.id('U'),
                handle,
                first,
                last,
                deleted,
                guest,
                in_directory,
            }
        })
        .collect()
}
