//! The outcome for a post of each type (crates/readers/src/mattermost/FORMAT.md 2.2). The type
//! decides and never the text, which is in the language of the server.

use super::wiki;
use crate::Element;
use crate::Support::{Partly, Whole};

/// The outcome for a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Somebody said it.
    Said,
    /// The server noted it: left out unless the options say otherwise.
    Notice,
    /// Of a type that nothing is known of: said, if it says anything.
    Unknown,
}

/// The type of posts that vanish once they are read: an export has the post without its words
/// (crates/readers/src/mattermost/FORMAT.md M4).
pub(super) const BURN_ON_READ: &str = "burn_on_read";

/// Types that somebody or something said.
const SAID: &[&str] = &[
    "",
    BURN_ON_READ,
    "card",
    "me",
    "reminder",
    "slack_attachment",
    // An absent person's own words.
    "system_auto_responder",
];

/// Types of notices that do not begin with `system_`.
const NOTICES: &[&str] = &["add_bot_teams_channels", "warn_metric_status"];

/// The prefix of a plugin's post type that a person wrote.
const OF_PLUGINS: &str = "custom_";

/// The prefix of a post type that the server wrote.
const OF_SERVER: &str = "system_";

/// All types, and what becomes of posts of each.
pub(super) fn elements() -> Vec<Element> {
    let all = SAID.iter().chain(wiki::POSTS).chain(NOTICES);
    let mut elements: Vec<_> = all.map(|kind| treatment(kind).element(kind)).collect();
    elements.extend([
        Treatment::Said.element("(`custom_…`, of plugins)"),
        Treatment::Notice.element("(`system_…`)"),
        Treatment::Unknown.element("(any other)"),
    ]);
    elements
}

impl Treatment {
    fn element(self, kind: &'static str) -> Element {
        let name = if kind.is_empty() { "(none)" } else { kind };
        match self {
            Self::Said => Element::new(name, Whole, "message"),
            Self::Notice => Element::new(
                name,
                Partly,
                "left out and counted, or a small line (`system_messages`)",
            ),
            Self::Unknown => Element::new(name, Whole, "message, with a finding"),
        }
    }
}

pub(super) fn treatment(kind: &str) -> Treatment {
    if SAID.contains(&kind) || wiki::POSTS.contains(&kind) || kind.starts_with(OF_PLUGINS) {
        Treatment::Said
    } else if kind.starts_with(OF_SERVER) || NOTICES.contains(&kind) {
        Treatment::Notice
    } else {
        Treatment::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_said_something_is_never_left_out() {
        for (kind, expected) in [
            ("", Treatment::Said),
            ("me", Treatment::Said),
            ("custom_calls", Treatment::Said),
            ("system_auto_responder", Treatment::Said),
            ("system_join_channel", Treatment::Notice),
            ("system_invented_in_2031", Treatment::Notice),
            ("invented_in_2031", Treatment::Unknown),
        ] {
            assert_eq!(treatment(kind), expected, "{kind}");
        }
    }
}
