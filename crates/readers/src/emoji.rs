//! Tables of emoji by name: a row has the names of one, its characters, and these with skin tones.
//! Each source has a table of its own, because they call them differently.

use std::collections::HashMap;

/// The light and the medium-light tone, which stand in templates for the first and the second.
const FIRST: char = '\u{1f3fb}';
const SECOND: char = '\u{1f3fc}';

/// One emoji: what is empty it does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) plain: &'static str,
    one_tone: &'static str,
    two_tones: &'static str,
}

impl Row {
    /// The characters in one tone.
    pub(crate) fn toned(self, tone: char) -> Option<String> {
        fill(self.one_tone, tone, tone)
    }

    /// The characters in two tones, of two people.
    pub(crate) fn toned_twice(self, first: char, second: char) -> Option<String> {
        fill(self.two_tones, first, second)
    }
}

fn fill(template: &str, first: char, second: char) -> Option<String> {
    let tone = |c| match c {
        FIRST => first,
        SECOND => second,
        c => c,
    };
    (!template.is_empty()).then(|| template.chars().map(tone).collect())
}

/// Reads a table: names, characters, and the two templates, in columns.
pub(crate) fn read(table: &'static str) -> HashMap<&'static str, Row> {
    let mut rows = HashMap::with_capacity(4_096);
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let names = next();
        let row = Row {
            plain: next(),
            one_tone: next(),
            two_tones: next(),
        };
        rows.extend(names.split(' ').map(|name| (name, row)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_tones() {
        let table = "# names\nwave hi\t👋\t👋🏻\t\nhold\t🧑‍🤝‍🧑\t🧑🏻‍🤝‍🧑🏻\t🧑🏻‍🤝‍🧑🏼\ntada\t🎉\t\t";
        let rows = read(table);
        assert_eq!(rows.len(), 4);
        let toned = |name: &str| rows[name].toned('🏿');
        assert_eq!(toned("hi").as_deref(), Some("👋🏿"));
        assert_eq!(toned("tada"), None);
        assert_eq!(rows["wave"].toned_twice('🏻', '🏿'), None);
        let two = rows["hold"].toned_twice('🏿', '🏻');
        assert_eq!(two.as_deref(), Some("🧑🏿‍🤝‍🧑🏻"));
    }
}
