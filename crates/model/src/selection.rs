//! The conversations and dates a stage deals with: `--only`, `--except`, `--since`, `--until`.

use wildmatch::WildMatchPattern;

use crate::Micros;

/// The conversations and dates a stage deals with. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Conversations by id or name, `*` standing for any characters; empty: all.
    pub only: Vec<String>,
    /// Conversations to leave out, likewise.
    pub except: Vec<String>,
    /// Nothing said before this.
    pub since: Option<Micros>,
    /// Nothing said at this time or after.
    pub until: Option<Micros>,
}

impl Selection {
    /// Returns true if a conversation of that id and name is wanted.
    #[must_use]
    pub fn has_conversation(&self, id: &str, name: &str) -> bool {
        let listed =
            |patterns: &[String]| patterns.iter().any(|p| matches(p, id) || matches(p, name));
        (self.only.is_empty() || listed(&self.only)) && !listed(&self.except)
    }

    /// Returns true if something said at that time is wanted.
    #[must_use]
    pub fn has_time(&self, time: Micros) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Returns true if everything is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns true if `text` fits `pattern`, in which `*` stands for any characters; case does not
/// count.
fn matches(pattern: &str, text: &str) -> bool {
    // No other sign is a wildcard: names may hold `?`.
    let pattern = pattern.trim_start_matches('#');
    WildMatchPattern::<'*', '\0'>::new_case_insensitive(pattern).matches(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("general", "general", true),
            ("#General", "general", true),
            ("general", "general-2", false),
            ("dev-*", "dev-ops", true),
            ("*-ops", "dev-ops", true),
            ("*-ops", "dev-ops-ops", true),
            ("d*o*s", "dev-ops", true),
            ("d*x*s", "dev-ops", false),
            ("*", "", true),
            ("größe-*", "GRÖSSE-1", false),
            ("GRÖẞE?", "größe?", true),
            ("what?", "whats", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn except_wins_over_only() {
        let selection = Selection {
            only: vec!["dev-*".into()],
            except: vec!["C9".into()],
            ..Selection::default()
        };
        assert!(selection.has_conversation("C1", "dev-ops"));
        assert!(!selection.has_conversation("C9", "dev-ops"));
        assert!(!selection.has_conversation("C1", "general"));
    }

    #[test]
    fn dates_are_half_open() {
        let at = |text: &str| text.parse::<Micros>().unwrap();
        let selection = Selection {
            since: Some(at("2020-01-01T00:00:00Z")),
            until: Some(at("2021-01-01T00:00:00Z")),
            ..Selection::default()
        };
        assert!(selection.has_time(at("2020-01-01T00:00:00Z")));
        assert!(!selection.has_time(at("2021-01-01T00:00:00Z")));
    }
}
