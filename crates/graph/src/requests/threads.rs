//! Calls about what channels and chats have in common (crates/graph/RULES.md E5–E10, E15, E17).

use std::sync::Arc;

use chatferry_model::Millis;
use serde_json::json;

use super::{Call, Kind, segment};
use crate::throttle::Scope;

/// Requests about threads: channels and chats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    path: Arc<str>,
    key: Arc<str>,
    /// A channel's team.
    team: Option<Arc<str>>,
}

impl Thread {
    /// The channel of that id.
    pub(crate) fn channel(team: &str, channel: &str) -> Self {
        let path = format!("/teams/{}/channels/{}", segment(team), segment(channel));
        Self {
            path: path.into(),
            key: channel.into(),
            team: Some(team.into()),
        }
    }

    /// The chat of that id.
    pub(crate) fn chat(chat: &str) -> Self {
        Self {
            path: format!("/chats/{}", segment(chat)).into(),
            key: chat.into(),
            team: None,
        }
    }

    /// Returns the id.
    pub(crate) fn id(&self) -> &str {
        &self.key
    }

    pub(crate) fn is_chat(&self) -> bool {
        self.team.is_none()
    }

    /// The id of a channel's team.
    pub(crate) fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The budget of posts into it.
    pub(super) fn posts(&self) -> Scope {
        let thread = Arc::clone(&self.key);
        match &self.team {
            Some(team) => Scope::ChannelPost {
                team: Arc::clone(team),
                channel: thread,
            },
            None => Scope::ChatPost(thread),
        }
    }

    /// The budget of reads from it.
    pub(super) fn reads(&self) -> Scope {
        Scope::MessageRead(Arc::clone(&self.key))
    }

    fn others(&self) -> Scope {
        Scope::Thread(Arc::clone(&self.key))
    }
}

/// Reads a channel or chat.
pub(crate) fn get_thread(thread: &Thread) -> Call {
    Call::get(Kind::Read, thread.path.to_string()).within(thread.others())
}

/// Puts a channel or chat into migration mode; `created` becomes its creation time.
pub(crate) fn start(thread: &Thread, created: Millis) -> Call {
    Call::post(Kind::Start, format!("{}/startMigration", thread.path))
        .with(&json!({ "conversationCreationDateTime": created }))
        .within(thread.others())
}

/// Takes a channel or chat out of migration mode.
pub(crate) fn complete(thread: &Thread) -> Call {
    Call::post(Kind::Complete, format!("{}/completeMigration", thread.path)).within(thread.others())
}

/// Lists the members of a private or shared channel, or of a chat.
pub(crate) fn list_thread_members(thread: &Thread) -> Call {
    // A channel that was just made may not be found yet; a chat is looked at to see whether it is
    // it.
    let kind = if thread.is_chat() {
        Kind::Probe
    } else {
        Kind::Read
    };
    Call::get(kind, format!("{}/members", thread.path)).within(thread.others())
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn starting_and_completing() {
        let created = "2015-01-01T00:00:00.001Z".parse().unwrap();
        let channel = Thread::channel("T1", "19:a@thread.tacv2");
        insta::assert_snapshot!(shown(&start(&channel, created)), @r#"
        Start within Thread("19:a@thread.tacv2")
        POST /teams/T1/channels/19:a@thread.tacv2/startMigration
        {
          "conversationCreationDateTime": "2015-01-01T00:00:00.001Z"
        }
        "#);
        insta::assert_snapshot!(shown(&complete(&channel)), @r#"
        Complete within Thread("19:a@thread.tacv2")
        POST /teams/T1/channels/19:a@thread.tacv2/completeMigration
        "#);
        let chat = Thread::chat("19:a_b@unq.gbl.spaces");
        insta::assert_snapshot!(shown(&complete(&chat)), @r#"
        Complete within Thread("19:a_b@unq.gbl.spaces")
        POST /chats/19:a_b@unq.gbl.spaces/completeMigration
        "#);
    }
}
