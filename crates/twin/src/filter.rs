//! `$filter`, as far as it works without advanced queries (crates/graph/RULES.md 1.13).

use crate::refusal::Refused;
use crate::rules::Rule;

/// `mail eq 'x' or userPrincipalName eq 'y'`; anything else is refused (G8).
#[derive(Debug)]
pub(crate) struct Filter(Vec<(&'static str, String)>);

impl Filter {
    /// Reads a filter by these properties.
    pub(crate) fn parse(text: &str, properties: &[&'static str]) -> Result<Filter, Refused> {
        let refuse = || {
            Rule::G8
                .refuse(format!("cannot filter by {text}"))
                .with("$filter")
        };
        let mut terms = Vec::new();
        let mut rest = text.trim();
        loop {
            let (name, tail) = rest.split_once(" eq '").ok_or_else(refuse)?;
            let mut known = properties.iter();
            let property = known.find(|property| **property == name.trim());
            let (value, tail) = quoted(tail).ok_or_else(refuse)?;
            terms.push((*property.ok_or_else(refuse)?, value));
            match tail.trim() {
                "" => return Ok(Filter(terms)),
                tail => rest = tail.strip_prefix("or ").ok_or_else(refuse)?,
            }
        }
    }

    /// Returns true if a resource with these properties matches. Case does not count.
    pub(crate) fn takes<'a>(&self, property: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().any(|(name, wanted)| {
            property(name).is_some_and(|value| value.to_lowercase() == wanted.to_lowercase())
        })
    }
}

/// Reads up to the closing quote; two quotes stand for one.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (head, tail) = rest.split_once('\'')?;
        value.push_str(head);
        match tail.strip_prefix('\'') {
            Some(tail) => {
                value.push('\'');
                rest = tail;
            }
            None => return Some((value, tail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn takes(filter: &str, name: &str) -> Option<bool> {
        let filter = Filter::parse(filter, &["id", "displayName"]).ok()?;
        Some(filter.takes(|property| (property == "displayName").then_some(name)))
    }

    #[test]
    fn names_are_compared_whole() {
        assert_eq!(takes("displayName eq 'Acme'", "ACME"), Some(true));
        assert_eq!(takes("displayName eq 'Acme'", "Acme 2"), Some(false));
        assert_eq!(takes("id eq '7' or displayName eq 'Ä'", "ä"), Some(true));
        assert_eq!(takes("displayName eq ''", ""), Some(true));
    }

    #[test]
    fn two_quotes_stand_for_one() {
        assert_eq!(
            takes("displayName eq 'Acme''s ''team'''", "Acme's 'team'"),
            Some(true)
        );
        assert_eq!(takes("displayName eq 'Acme's team'", "Acme's team"), None);
    }

    #[test]
    fn nothing_else_is_understood() {
        for filter in [
            "",
            "displayName",
            "displayName ne 'a'",
            "mail eq 'a'",
            "displayName eq 'a' and id eq 'b'",
            "displayName eq 'a",
            "startswith(displayName,'a')",
        ] {
            assert_eq!(takes(filter, "a"), None, "{filter}");
        }
    }
}
