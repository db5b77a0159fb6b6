//! Suggestions by likeness: a column for a person to look at, never a decision.

use std::collections::{BTreeMap, HashMap};

use chatferry_model::person::Person;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::directory::{Address, Directory, DirectoryUser};

/// The maximum number of suggested users.
const MOST: usize = 3;
/// The maximum number of users that a search shows.
const MOST_FOUND: usize = 20;

/// The directory by the words of its names.
pub(crate) struct Suggester<'a> {
    directory: &'a Directory,
    by_word: HashMap<String, Vec<usize>>,
    by_local: HashMap<String, Vec<usize>>,
}

impl<'a> Suggester<'a> {
    /// Prepares a directory for being asked.
    pub(crate) fn new(directory: &'a Directory) -> Self {
        let mut by_word = HashMap::<_, Vec<_>>::new();
        let mut by_local = HashMap::<_, Vec<_>>::new();
        for (at, user) in directory.users().iter().enumerate() {
            for word in words(&user.display_name) {
                by_word.entry(word).or_default().push(at);
            }
            for address in [Some(&user.user_principal_name), user.mail.as_ref()] {
                if let Some(address) = address.and_then(|a| Address::new(a)) {
                    let users = by_local.entry(address.local().to_owned()).or_default();
                    if users.last() != Some(&at) {
                        users.push(at);
                    }
                }
            }
        }
        Self {
            directory,
            by_word,
            by_local,
        }
    }

    /// The users who might be `person`, as `Name <UPN>; …`.
    pub(crate) fn suggest(&self, person: &Person) -> String {
        let users = self.candidates(person).into_iter();
        users
            .map(DirectoryUser::label)
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Users who might be `person`, the likeliest first: the same words in the name, in any order
    /// and without accents, or the same address at another domain.
    pub(crate) fn candidates(&self, person: &Person) -> Vec<&'a DirectoryUser> {
        let mut likeness = BTreeMap::<usize, usize>::new();
        let names = [Some(&person.name), person.real_name.as_ref()];
        for name in names.into_iter().flatten() {
            let words = words(name);
            let mut shared = BTreeMap::<usize, usize>::new();
            for user in words
                .iter()
                .filter_map(|word| self.by_word.get(word))
                .flatten()
            {
                *shared.entry(*user).or_default() += 1;
            }
            for (user, shared) in shared {
                // One word in common says nothing, unless there is no other on either side.
                if shared >= 2 || (words.len() == 1 && self.words_of(user) == 1) {
                    let best = likeness.entry(user).or_default();
                    *best = (*best).max(shared);
                }
            }
        }
        let local = person.email.as_deref().and_then(Address::new);
        let handle = person.handle.as_ref().map(|handle| handle.to_lowercase());
        let mut locals = vec![local.as_ref().map(Address::local), handle.as_deref()];
        locals.dedup();
        for local in locals.into_iter().flatten() {
            for user in self.by_local.get(local).into_iter().flatten() {
                *likeness.entry(*user).or_default() += 2;
            }
        }
        let mut users: Vec<_> = likeness
            .into_iter()
            .filter_map(|(at, shared)| {
                self.directory
                    .users()
                    .get(at)
                    .map(|user| (shared, at, user))
            })
            .collect();
        users.sort_by_key(|(shared, at, user)| {
            (
                std::cmp::Reverse(*shared),
                self.words_of(*at),
                &user.user_principal_name,
            )
        });
        users
            .into_iter()
            .take(MOST)
            .map(|(_, _, user)| user)
            .collect()
    }

    /// Users whose name or address has all words of `text`, or beginnings of them; in the order of
    /// the directory.
    pub(crate) fn search(&self, text: &str) -> Vec<&'a DirectoryUser> {
        let wanted = words(text);
        let has = |user: &&DirectoryUser| {
            let mut known = words(&user.display_name);
            known.extend(words(&user.user_principal_name));
            known.extend(user.mail.as_deref().map(words).unwrap_or_default());
            wanted
                .iter()
                .all(|word| known.iter().any(|known| known.starts_with(word)))
        };
        let users = self.directory.users().iter();
        users.filter(has).take(MOST_FOUND).collect()
    }

    fn words_of(&self, at: usize) -> usize {
        self.directory
            .users()
            .get(at)
            .map_or(0, |user| words(&user.display_name).len())
    }
}

/// The words of a name, each once, without accents and case; initials say too little.
fn words(name: &str) -> Vec<String> {
    let mut plain = String::with_capacity(name.len());
    for c in name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ı' => plain.push('i'),
            c => plain.push(c),
        }
    }
    let mut words: Vec<String> = plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1)
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}
