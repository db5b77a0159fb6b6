//! Mattermost's emoji by name. Its list is not Slack's, and skin tones are part of the names
//! (crates/readers/src/mattermost/FORMAT.md 4): `wave_light_skin_tone`.

use std::collections::HashMap;
use std::sync::LazyLock;

use chatferry_model::Text;

use crate::emoji::{self, Row};

const TABLE: &str = include_str!("table.tsv");

static ROWS: LazyLock<HashMap<&'static str, Row>> = LazyLock::new(|| emoji::read(TABLE));

/// The tones as names say them; one that another ends with comes after it.
const TONES: [(&str, char); 5] = [
    ("medium_light", '\u{1f3fc}'),
    ("medium_dark", '\u{1f3fe}'),
    ("medium", '\u{1f3fd}'),
    ("light", '\u{1f3fb}'),
    ("dark", '\u{1f3ff}'),
];

/// The characters of one of Mattermost's own emoji; none for a custom one.
pub(super) fn characters(name: &str) -> Option<Text<'static>> {
    if let Some(row) = ROWS.get(name) {
        return Some(Text::from_static(row.plain));
    }
    let (name, last) = without_tone(name)?;
    let filled = match (ROWS.get(name), without_tone(name)) {
        (Some(row), _) => row.toned(last),
        (None, Some((name, first))) => ROWS.get(name)?.toned_twice(first, last),
        (None, None) => None,
    };
    filled.map(Text::from)
}

fn without_tone(name: &str) -> Option<(&str, char)> {
    let rest = name.strip_suffix("_skin_tone")?;
    TONES.iter().find_map(|(tone, character)| {
        let name = rest.strip_suffix(tone)?.strip_suffix('_')?;
        Some((name, *character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        // 4,463 names of the server's list, of which 2,130 are others with tones; that the
        // templates make each of them is proved where the table is made.
        assert_eq!(ROWS.len(), 4_463 - 2_130);
        let toned = ROWS.values().filter(|row| row.toned('🏻').is_some());
        assert_eq!(toned.count(), 1_965 / 5);
        for (name, row) in ROWS.iter() {
            assert!(!row.plain.is_empty(), "{name}");
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_+-'".contains(c)),
                "{name}"
            );
        }
    }

    #[test]
    fn names_and_tones() {
        for (name, expected) in [
            ("wave", Some("👋")),
            ("+1", Some("👍")),
            ("thumbsup", Some("👍")),
            ("wave_light_skin_tone", Some("👋🏻")),
            ("+1_medium_light_skin_tone", Some("👍🏼")),
            ("wave_dark_skin_tone", Some("👋🏿")),
            ("couple_dark_skin_tone_light_skin_tone", Some("👩🏿‍🤝‍👨🏻")),
            ("heart", Some("❤\u{fe0f}")),
            ("skin-tone-2", Some("🏻")),
            ("tada_light_skin_tone", None),
            ("party-parrot", None),
            ("", None),
        ] {
            assert_eq!(characters(name).as_deref(), expected, "{name}");
        }
    }
}
