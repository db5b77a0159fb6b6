//! Addresses without the secrets they carry.

use std::sync::LazyLock;

use chatferry_model::Text;
use memchr::memmem::Finder;

/// The address without the token that an export puts into its query
/// (crates/readers/src/slack/FORMAT.md traps 51, 52): any parameter whose value is a Slack token,
/// and `t` and `token` at Slack's file servers.
pub(crate) fn without_token(url: Text<'_>) -> Text<'_> {
    let Some(query_at) = memchr::memchr(b'?', url.as_bytes()) else {
        return url;
    };
    let slack = is_slack_file(&url);
    let (address, rest) = url.split_at(query_at);
    let (query, fragment) = match rest.find('#') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let is_secret = |parameter: &str| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        is_token(value) || (slack && matches!(name, "t" | "token"))
    };
    let query = query.strip_prefix('?').unwrap_or(query);
    let separator = if query.contains("&amp;") {
        "&amp;"
    } else {
        "&"
    };
    if !query.split(separator).any(is_secret) {
        return url;
    }
    let mut clean = address.to_owned();
    let mut next = '?';
    for parameter in query.split(separator).filter(|p| !is_secret(p)) {
        clean.push(next);
        if next == '&' && separator.len() > 1 {
            clean.push_str("amp;");
        }
        clean.push_str(parameter);
        next = '&';
    }
    clean.push_str(fragment);
    clean.into()
}

/// Returns true if an address is one of Slack's file servers, where a token is needed.
pub(crate) fn is_slack_file(url: &str) -> bool {
    let host = host_of(url);
    host == "slack-files.com"
        || host.ends_with("-files.slack.com")
        || DOMAINS.iter().any(|domain| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest == "files." || rest.ends_with(".files."))
        })
}

/// The domains of Slack and of its service for governments.
const DOMAINS: [&str; 2] = ["slack.com", "slack-gov.com"];

/// Returns true if a host is Slack's own.
pub(crate) fn is_slack_host(host: &str) -> bool {
    DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The host of an address; empty if it has none.
pub(crate) fn host_of(url: &str) -> &str {
    let host = url.split("://").nth(1).unwrap_or_default();
    host.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

/// Returns true if a value is a secret of Slack's: `xoxe-…`, `xoxb-…`.
fn is_token(value: &str) -> bool {
    value
        .strip_prefix("xox")
        .and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_lowercase()))
        .is_some_and(|rest| rest.starts_with('-') || rest.starts_with("%2D"))
}

/// Blots out export tokens (`xoxe-…`) that stand elsewhere than in an address: in words, in code.
pub(crate) fn redact_tokens(line: &mut Vec<u8>, from: usize) {
    const TOKEN: &[u8] = b"xoxe-";
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(TOKEN));
    let mut at = from;
    while let Some(found) = line.get(at..).and_then(|rest| FINDER.find(rest)) {
        let start = at + found + TOKEN.len();
        let rest = line.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
            .count();
        line.splice(start..start + length, *b"removed");
        at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_and_the_rest_stays() {
        for (url, clean) in [
            (
                "https://files.slack.com/files-pri/T1-F1/a.png?t=xoxe-1-2",
                "https://files.slack.com/files-pri/T1-F1/a.png",
            ),
            (
                "https://files.slack.com/a.png?pub=1&token=abc&x=2#top",
                "https://files.slack.com/a.png?pub=1&x=2#top",
            ),
            (
                "https://files.slack.com/a.png?t=xoxe-1&amp;pub=1&amp;x=1",
                "https://files.slack.com/a.png?pub=1&amp;x=1",
            ),
            (
                "https://example.com/?t=5&key=xoxe-1-2-3",
                "https://example.com/?t=5",
            ),
            ("https://example.com/?t=5", "https://example.com/?t=5"),
            ("https://example.com/", "https://example.com/"),
            ("?", "?"),
        ] {
            assert_eq!(without_token(url.into()), clean, "{url}");
        }
    }

    #[test]
    fn tokens_in_words_are_blotted_out() {
        let mut line = b"xoxe-0 {\"a\":\"see xoxe-1-2-ab and xoxe-\"}".to_vec();
        redact_tokens(&mut line, 7);
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "xoxe-0 {\"a\":\"see xoxe-removed and xoxe-removed\"}"
        );
    }
}
