//! Calls about chats (graph.md E14, E15, 1.15).

use chatferry_model::EntraId;
use chatferry_model::plan::{Chat, ChatKind};
use serde_json::json;

use super::{Call, Kind, TeamMember, Thread, segment, user_address};
use crate::throttle::Scope;

/// Teams cuts the topic of a chat there (graph.md 2.6).
const LONGEST_TOPIC: usize = 250;

/// The topic of a group as Teams will have it.
pub(crate) fn topic(chat: &Chat) -> Option<String> {
    let topic = chat
        .topic
        .as_ref()
        .filter(|_| chat.kind == ChatKind::Group)?;
    let topic: String = topic.chars().take(LONGEST_TOPIC).collect();
    Some(topic.trim().to_owned()).filter(|topic| !topic.is_empty())
}

/// Creates a chat; for two people the one they have already is answered (graph.md R54). Everybody
/// in it is an owner, and sees nothing older than the chat for now (R56).
pub(crate) fn create_chat(graph: &str, chat: &Chat) -> Call {
    let members: Vec<_> = chat
        .members
        .iter()
        .map(|user| {
            TeamMember {
                user: *user,
                owner: true,
            }
            .conversation_member(graph)
        })
        .collect();
    let (kind, chat_type) = match chat.kind {
        ChatKind::OneOnOne => (Kind::OpenChat, "oneOnOne"),
        ChatKind::Group => (Kind::CreateChat, "group"),
    };
    let mut body = json!({ "chatType": chat_type, "members": members });
    if let (Some(body), Some(topic)) = (body.as_object_mut(), topic(chat)) {
        body.insert("topic".to_owned(), topic.into());
    }
    Call::post(kind, "/chats".to_owned()).with(&body)
}

/// Lists the chats that somebody is in, to find one whose creation was not answered.
pub(crate) fn list_chats_of(user: EntraId) -> Call {
    Call::get(Kind::Probe, format!("/users/{user}/chats?$top=50"))
}

/// Takes a member out of a group chat. `membership` is the id of the membership.
pub(crate) fn remove_chat_member(chat: &Thread, membership: &str) -> Call {
    let path = format!("{}/members/{}", chat.path(), segment(membership));
    Call::delete(Kind::RemoveMember, path).within(Scope::members(chat.id()))
}

/// Puts somebody into a group chat who sees all of its history.
pub(crate) fn add_chat_member(graph: &str, chat: &Thread, user: EntraId) -> Call {
    Call::post(Kind::AddMembers, format!("{}/members", chat.path()))
        .with(&json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": user_address(graph, user),
            "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
        }))
        .within(Scope::members(chat.id()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    const JANE: &str = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca";
    const GRAPH: &str = "https://graph.microsoft.com";

    fn chat(kind: &str) -> Chat {
        serde_json::from_value(json!({
            "kind": kind,
            "topic": format!("Plans{}", " and more".repeat(40)),
            "members": [JANE, "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6cb"],
        }))
        .unwrap()
    }

    #[test]
    fn a_chat_of_two_has_no_topic() {
        insta::assert_snapshot!(shown(&create_chat(GRAPH, &chat("one_on_one"))), @r##"
        OpenChat within Other
        POST /chats
        {
          "chatType": "oneOnOne",
          "members": [
            {
              "@odata.type": "#microsoft.graph.aadUserConversationMember",
              "roles": [
                "owner"
              ],
              "user@odata.bind": "https://graph.microsoft.com/v1.0/users('8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca')"
            },
            {
              "@odata.type": "#microsoft.graph.aadUserConversationMember",
              "roles": [
                "owner"
              ],
              "user@odata.bind": "https://graph.microsoft.com/v1.0/users('8c0a1a67-50ce-4114-bb6c-da9c5dbcf6cb')"
            }
          ]
        }
        "##);
    }

    #[test]
    fn a_long_topic_is_cut_as_teams_does() {
        let group = chat("group");
        assert_eq!(topic(&group).unwrap().chars().count(), 250);
        let body: serde_json::Value =
            serde_json::from_slice(&create_chat(GRAPH, &group).body.unwrap()).unwrap();
        assert_eq!(body["topic"], topic(&group).unwrap());
    }

    #[test]
    fn members_of_a_group() {
        let thread = Thread::chat("19:x@thread.v2");
        insta::assert_snapshot!(shown(&remove_chat_member(&thread, "M1=")), @r#"
        RemoveMember within Members("19:x@thread.v2")
        DELETE /chats/19:x@thread.v2/members/M1%3D
        "#);
        insta::assert_snapshot!(shown(&add_chat_member(GRAPH, &thread, JANE.parse().unwrap())), @r##"
        AddMembers within Members("19:x@thread.v2")
        POST /chats/19:x@thread.v2/members
        {
          "@odata.type": "#microsoft.graph.aadUserConversationMember",
          "roles": [
            "owner"
          ],
          "user@odata.bind": "https://graph.microsoft.com/v1.0/users('8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca')",
          "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z"
        }
        "##);
        insta::assert_snapshot!(shown(&list_chats_of(JANE.parse().unwrap())), @"
        Probe within Other
        GET /users/8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca/chats?$top=50
        ");
    }
}
