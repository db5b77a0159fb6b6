//! Slack's emoji by name. The table is iamcal's, which is Slack's own; tables with GitHub's names
//! lack a third of them (crates/readers/src/slack/FORMAT.md 5).

use std::collections::HashMap;
use std::sync::LazyLock;

use chatferry_model::Text;
use chatferry_model::emoji::Emoji;

use crate::emoji::{self, Row};

const TABLE: &str = include_str!("table.tsv");

/// Names that Slack knows and iamcal does not.
const LEGACY: &[(&str, &str)] = &[("simple_smile", "slightly_smiling_face")];

static ROWS: LazyLock<HashMap<&'static str, Row>> = LazyLock::new(|| {
    let mut rows = emoji::read(TABLE);
    for (name, modern) in LEGACY {
        if let Some(row) = rows.get(modern).copied() {
            rows.insert(name, row);
        }
    }
    rows
});

/// A name as it stands in reactions and text, taken apart: `wave::skin-tone-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Without the tone.
    pub(super) base: &'a str,
    /// The tones, `2` to `6`, if there are any: `3` or `3-5`.
    pub(super) tone: &'a str,
}

impl<'a> Name<'a> {
    pub(super) fn parse(name: &'a str) -> Self {
        let name = name.trim_matches(':');
        match name.split_once("::skin-tone-") {
            Some((base, tone)) => Self { base, tone },
            None => Self {
                base: name,
                tone: "",
            },
        }
    }

    /// The characters; none for a custom emoji.
    pub(super) fn characters(self) -> Option<Text<'static>> {
        let row = ROWS.get(self.base)?;
        let mut tones = self.tone.split('-').filter_map(tone);
        let (first, second) = (tones.next(), tones.next());
        let Some(first) = first else {
            return Some(Text::from_static(row.plain));
        };
        let filled = second
            .and_then(|second| row.toned_twice(first, second))
            .or_else(|| row.toned(first));
        // A tone on something that has none stands beside it, as Slack shows it.
        Some(
            filled
                .unwrap_or_else(|| format!("{}{first}", row.plain))
                .into(),
        )
    }

    /// The emoji, whether standard or custom.
    pub(super) fn emoji(self) -> Emoji<'a> {
        Emoji {
            name: self.base.into(),
            unicode: self.characters(),
        }
    }
}

/// Returns true if it is one of Slack's own.
pub(super) fn is_standard(name: &str) -> bool {
    ROWS.contains_key(name)
}

/// The characters of `1f44f-1f3fb`, as rich text spells them.
pub(super) fn from_hex(hex: &str) -> Option<Text<'static>> {
    let code = |part| u32::from_str_radix(part, 16).ok().and_then(char::from_u32);
    let characters: Option<String> = hex.split('-').map(code).collect();
    characters
        .filter(|characters| !characters.is_empty())
        .map(Text::from)
}

/// Slack counts the tones from 2, as the scale of Fitzpatrick does.
fn tone(number: &str) -> Option<char> {
    match number {
        "2" => Some('\u{1f3fb}'),
        "3" => Some('\u{1f3fc}'),
        "4" => Some('\u{1f3fd}'),
        "5" => Some('\u{1f3fe}'),
        "6" => Some('\u{1f3ff}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        // emoji-datasource 16.0.0: 1,972 names; one more is Slack's alone.
        assert_eq!(ROWS.len(), 1_972 + LEGACY.len());
        for (name, row) in ROWS.iter() {
            assert!(!row.plain.is_empty() && !row.plain.is_ascii(), "{name}");
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_+-'".contains(c)),
                "{name}"
            );
            for toned in [row.toned('🏿'), row.toned_twice('🏿', '🏿')] {
                assert!(toned.is_none_or(|toned| toned.contains('🏿')), "{name}");
            }
        }
        assert_eq!(
            ROWS.values()
                .filter(|row| row.toned('🏻').is_some())
                .count(),
            336
        );
    }

    #[test]
    fn names_and_tones() {
        for (name, characters) in [
            ("wave", Some("👋")),
            ("+1", Some("👍")),
            ("thumbsup", Some("👍")),
            (":wave::skin-tone-2:", Some("👋🏻")),
            ("wave::skin-tone-6", Some("👋🏿")),
            ("handshake::skin-tone-2-6", Some("🫱🏻‍🫲🏿")),
            ("handshake::skin-tone-4", Some("🤝🏽")),
            ("people_holding_hands::skin-tone-3", Some("🧑🏼‍🤝‍🧑🏼")),
            ("tada::skin-tone-3", Some("🎉🏼")),
            ("wave::skin-tone-9", Some("👋")),
            ("simple_smile", Some("🙂")),
            ("heart", Some("❤\u{fe0f}")),
            ("flag-de", Some("🇩🇪")),
            ("skin-tone-2", Some("🏻")),
            ("partyparrot", None),
            ("", None),
        ] {
            assert_eq!(
                Name::parse(name).characters().as_deref(),
                characters,
                "{name}"
            );
        }
    }

    #[test]
    fn hexadecimal_spelling() {
        assert_eq!(from_hex("1f44f-1f3fb").as_deref(), Some("👏🏻"));
        assert_eq!(from_hex("zz"), None);
        assert_eq!(from_hex("110000"), None);
        assert_eq!(from_hex(""), None);
    }
}
