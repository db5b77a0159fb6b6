//! Calls about messages (crates/graph/RULES.md E11–E13, E26).

use bytes::Bytes;
use chatferry_model::GraphMessageId;

use super::{Call, Kind, Thread};

/// Posts a message, as an answer to `root` if there is one.
pub(crate) fn post_message(thread: &Thread, root: Option<GraphMessageId>, body: Bytes) -> Call {
    let (kind, path) = match root {
        None => (Kind::PostRoot, format!("{}/messages", thread.path())),
        Some(root) => (
            Kind::PostReply,
            format!("{}/messages/{root}/replies", thread.path()),
        ),
    };
    Call::post(kind, path)
        .with_bytes(body)
        .within(thread.posts())
}

/// Looks a message up by its key. A reply is looked for below its root.
pub(crate) fn get_message(
    thread: &Thread,
    root: Option<GraphMessageId>,
    id: GraphMessageId,
) -> Call {
    let path = match root {
        None => format!("{}/messages/{id}", thread.path()),
        Some(root) => format!("{}/messages/{root}/replies/{id}", thread.path()),
    };
    Call::get(Kind::Probe, path).within(thread.reads())
}

/// Lists the roots of a channel, or the messages of a chat, 50 a page, which is the most there is.
pub(crate) fn list_messages(thread: &Thread) -> Call {
    Call::get(Kind::Read, format!("{}/messages?$top=50", thread.path())).within(thread.reads())
}

/// Lists the replies to a root.
pub(crate) fn list_replies(thread: &Thread, root: GraphMessageId) -> Call {
    Call::get(
        Kind::Read,
        format!("{}/messages/{root}/replies?$top=50", thread.path()),
    )
    .within(thread.reads())
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn roots_and_replies() {
        let thread = Thread::channel("T1", "19:a@thread.tacv2");
        let id = |text: &str| GraphMessageId::at(text.parse().unwrap());
        let root = id("2019-02-04T19:58:15.511Z");
        let reply = id("2019-02-04T19:58:15.512Z");
        let body = Bytes::from_static(b"{}");
        let calls = [
            post_message(&thread, None, body.clone()),
            post_message(&thread, Some(root), body),
            get_message(&thread, None, root),
            get_message(&thread, Some(root), reply),
            list_messages(&thread),
            list_replies(&thread, root),
        ];
        let lines: Vec<_> = calls
            .iter()
            .map(|call| shown(call).replace('\n', " ").trim_end().to_owned())
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        PostRoot within ChannelPost { team: "T1", channel: "19:a@thread.tacv2" } POST /teams/T1/channels/19:a@thread.tacv2/messages {}
        PostReply within ChannelPost { team: "T1", channel: "19:a@thread.tacv2" } POST /teams/T1/channels/19:a@thread.tacv2/messages/1549310295511/replies {}
        Probe within MessageRead("19:a@thread.tacv2") GET /teams/T1/channels/19:a@thread.tacv2/messages/1549310295511
        Probe within MessageRead("19:a@thread.tacv2") GET /teams/T1/channels/19:a@thread.tacv2/messages/1549310295511/replies/1549310295512
        Read within MessageRead("19:a@thread.tacv2") GET /teams/T1/channels/19:a@thread.tacv2/messages?$top=50
        Read within MessageRead("19:a@thread.tacv2") GET /teams/T1/channels/19:a@thread.tacv2/messages/1549310295511/replies?$top=50
        "#);
    }
}
