//! Addresses of Slack itself: of messages, channels and files.

use std::collections::HashSet;

use chatferry_model::deferred::SourceMessage;
use chatferry_model::document::Document;
use chatferry_model::message::{SourceLink, SourcePlace};
use chatferry_model::{ConversationId, FileId, Micros, Text};

use super::name_table::NameTable;
use super::time::{SlackTs, message_id};
use crate::url;

/// The addresses in `body` that lead into Slack.
pub(super) fn links<'m>(body: &Document<'m>, name_table: &NameTable) -> Vec<SourceLink<'m>> {
    let mut links: Vec<SourceLink<'m>> = Vec::new();
    let mut seen = HashSet::new();
    body.addresses(|url| {
        if let Some(to) = place(url, name_table)
            && seen.insert(url.clone())
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
/// `https://acme.slack.com/archives/C024BE91L/p1549310295511000?thread_ts=1549310000.000100`. Until
/// 2017 channels were called by their names in it.
fn place(url: &str, name_table: &NameTable) -> Option<SourcePlace<'static>> {
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
        "files" | "docs" | "lists" | "canvas" => {
            return segments.find(|id| is_id(id, &['F'])).map(file);
        }
        // The address of the bytes: `files-pri/T024BE7LD-F024BERPE/plan.pdf`.
        segment if segment.starts_with("files-") => {
            let parts = segments.next()?.split('-');
            return parts.into_iter().find(|id| is_id(id, &['F'])).map(file);
        }
        _ => return None,
    }
    let segment = segments.next()?;
    let id = if is_id(segment, &['C', 'D', 'G']) {
        segment
    } else {
        name_table.conversation_called(segment)?
    };
    let conversation = ConversationId::new(id.to_owned());
    for segment in segments {
        let time = match segment.strip_prefix('p') {
            Some(digits) => Micros::new(digits.parse().ok()?).ok()?,
            // The client's own: `thread/C024BE91L-1549310295.511000`.
            None => match segment.split_once('-') {
                Some((_, ts)) if segment.starts_with(id) => SlackTs::parse(ts).get()?,
                _ => continue,
            },
        };
        let message = message_id(time);
        return Some(SourcePlace::Message(SourceMessage {
            conversation,
            message,
        }));
    }
    Some(SourcePlace::Conversation(conversation))
}

fn file(id: &str) -> SourcePlace<'static> {
    SourcePlace::File(FileId::new(id.to_owned()))
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
            (
                "https://acme.slack.com/archives/general/p1549310295511000",
                Some(SourcePlace::Message(SourceMessage {
                    conversation: ConversationId::new("C1"),
                    message: chatferry_model::MessageId::new("1549310295.511000"),
                })),
            ),
            (
                "https://app.slack.com/client/T024BE7LD/C024BE91L/thread/C024BE91L-1549310295.511000",
                Some(message()),
            ),
            (
                "https://acme.slack.com/docs/T024BE7LD/F024BERPE",
                Some(SourcePlace::File(FileId::new("F024BERPE"))),
            ),
            (
                "https://files.slack.com/files-pri/T024BE7LD-F024BERPE/plan.pdf",
                Some(SourcePlace::File(FileId::new("F024BERPE"))),
            ),
            ("https://acme.slack.com/archives/nowhere", None),
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
            assert_eq!(place(url, &NameTable::for_tests()), to, "{url}");
        }
    }
}
