//! What becomes of a post of each type (mattermost.md 2.2). The type decides and never the text,
//! which is in the language of the server.

/// What becomes of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Somebody said it.
    Said,
    /// The server noted it: left out unless the options say otherwise.
    Notice,
    /// Of a type that nothing is known of: said, if it says anything.
    Unknown,
}

/// Types that somebody or something said. What begins with `custom_` is a plugin's.
const SAID: &[&str] = &[
    "",
    "burn_on_read",
    "card",
    "me",
    "reminder",
    "slack_attachment",
    // An absent person's own words.
    "system_auto_responder",
];

/// Types of notices that do not begin with `system_`.
const NOTICES: &[&str] = &["add_bot_teams_channels", "warn_metric_status"];

pub(super) fn treatment(kind: &str) -> Treatment {
    if SAID.contains(&kind) || kind.starts_with("custom_") {
        Treatment::Said
    } else if kind.starts_with("system_") || NOTICES.contains(&kind) {
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
