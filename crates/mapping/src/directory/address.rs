//! Addresses to compare.

use unicode_normalization::UnicodeNormalization;

/// An e-mail address or UPN in the form in which two spellings of it are equal: composed, in lower
/// case, without blanks around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address(String);

impl Address {
    /// The address `text` spells; nothing if it has no `@` with something on both sides.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let blank = |c: char| c.is_whitespace() || c.is_control();
        if local.is_empty() || domain.is_empty() || text.contains(blank) {
            return None;
        }
        let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
        Some(Self(lower.nfc().collect()))
    }

    /// Returns the part after the `@`.
    pub(crate) fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Returns the part before the `@`.
    pub(crate) fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        let address = Address::new("zoë.müller@acme.example");
        for text in [
            " Zoë.Müller@ACME.example ",
            "ZOE\u{308}.MU\u{308}LLER@acme.example",
        ] {
            assert_eq!(Address::new(text), address, "{text}");
        }
        assert_ne!(Address::new("zoe.muller@acme.example"), address);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "zoe", "@acme.example", "zoe@", "zoe m@acme.example"] {
            assert_eq!(Address::new(text), None, "{text}");
        }
    }
}
