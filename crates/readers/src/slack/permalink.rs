//! Addresses of Slack itself: of messages, channels and files.

use chatferry_model::deferred::SourceMessage;
use chatferry_model::document::Document;
use chatferry_model::message::{SourceLink, SourcePlace};
use chatferry_model::{ConversationId, FileId, Micros, Text};

use super::time::message_id;
use crate::url;

/// The addresses in `body` that lead into Slack.
pub(super) fn links<'m>(body: &Document<'m>) -> Vec<SourceLink<'m>> {
    let mut links: Vec<SourceLink<'m>> = Vec::new();
    body.addresses(|url| {
        if let Some(to) = place(url)
            && !links.iter().any(|link| link.url == *url)
        {
            let url = url.clone();
            links.push(SourceLink { url, to });
        }
    });
    links
}

/// The address of the message `ts` of a conversation, for content that names only its place.
pub(super) fn address(conversation: &str, ts: &str) -> Text<'static> {
    let digits: String = ts.chars().filter(char::is_ascii_digit).collect();
    format!("https://slack.com/archives/{conversation}/p{digits}").into()
}

/// Returns the target of an address:
/// `https://acme.slack.com/archives/C024BE91L/p1549310295511000?thread_ts=1549310000.000100`.
fn place(url: &str) -> Option<SourcePlace<'static>> {
    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
    if !url::is_slack_host(host) {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    match segments.next()? {
        "archives" | "messages" => {}
        // In the browser's own client the workspace comes first.
        "client" => {
            segments.next()?;
        }
        "files" => {
            let id = segments.find(|id| is_id(id, &['F']))?.to_owned();
            return Some(SourcePlace::File(FileId::new(id)));
        }
        _ => return None,
    }
    let id = segments.next().filter(|id| is_id(id, &['C', 'D', 'G']))?;
    let conversation = ConversationId::new(id.to_owned());
    let Some(message) = segments.find_map(|segment| segment.strip_prefix('p')) else {
        return Some(SourcePlace::Conversation(conversation));
    };
    let time = Micros::new(message.parse().ok()?).ok()?;
    Some(SourcePlace::Message(SourceMessage {
        conversation,
        message: message_id(time),
    }))
}

/// Returns true if that looks like an id of Slack's and not like a word.
fn is_id(text: &str, kinds: &[char]) -> bool {
    text.len() >= 8
        && text.starts_with(kinds)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_slack_say_where_they_lead() {
        let conversation = || ConversationId::new("C024BE91L");
        let message = || {
            SourcePlace::Message(SourceMessage {
                conversation: conversation(),
                message: chatferry_model::MessageId::new("1549310295.511000"),
            })
        };
        for (url, to) in [
            (
                "https://acme.slack.com/archives/C024BE91L/p1549310295511000",
                Some(message()),
            ),
            (
                "https://acme.slack.com/archives/C024BE91L/p1549310295511000?thread_ts=1549310000.000100&cid=C024BE91L",
                Some(message()),
            ),
            (
                "https://acme.enterprise.slack.com/archives/C024BE91L/p1549310295511000",
                Some(message()),
            ),
            (
                "https://acme.slack.com/archives/C024BE91L",
                Some(SourcePlace::Conversation(conversation())),
            ),
            (
                "https://app.slack.com/client/T024BE7LD/C024BE91L/",
                Some(SourcePlace::Conversation(conversation())),
            ),
            (
                "https://acme.slack.com/files/U024BE7LH/F024BERPE/plan.pdf",
                Some(SourcePlace::File(FileId::new("F024BERPE"))),
            ),
            ("https://acme.slack.com/archives/general", None),
            ("https://acme.slack.com/archives/C024BE91L/p12x", None),
            (
                "https://slack.com/archives/C024BE91L",
                Some(SourcePlace::Conversation(conversation())),
            ),
            (
                "https://agency.slack-gov.com/archives/C024BE91L/p1549310295511000",
                Some(message()),
            ),
            (
                "https://acme.slack.com.evil.example/archives/C024BE91L",
                None,
            ),
            ("https://example.com/archives/C024BE91L", None),
        ] {
            assert_eq!(place(url), to, "{url}");
        }
    }
}
