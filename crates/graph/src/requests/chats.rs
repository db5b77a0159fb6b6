//! Calls about chats (crates/graph/RULES.md E14, E15, 1.15).

use std::collections::BTreeSet;

use chatferry_model::EntraId;
use chatferry_model::plan::{Chat, ChatKind};
use serde_json::{Value, json};

use super::{Call, Kind, Thread, segment, user_address};
use crate::throttle::Scope;

/// Teams cuts the topic of a chat there (crates/graph/RULES.md 2.6).
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

/// `aadUserConversationMember` of a chat. Guests of the tenant are `guest` there, everybody else is
/// `owner` (crates/graph/RULES.md 1.15).
fn member(graph: &str, user: EntraId, guests: &BTreeSet<EntraId>) -> Value {
    let role = if guests.contains(&user) {
        "guest"
    } else {
        "owner"
    };
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": [role],
        "user@odata.bind": user_address(graph, user),
    })
}

/// Creates a chat; for two people the one they have already is answered (crates/graph/RULES.md
/// R54). Its members see nothing older than the chat for now (R56).
pub(crate) fn create_chat(graph: &str, chat: &Chat, guests: &BTreeSet<EntraId>) -> Call {
    let members = chat.members.iter();
    let members: Vec<_> = members.map(|user| member(graph, *user, guests)).collect();
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
pub(crate) fn add_chat_member(
    graph: &str,
    chat: &Thread,
    user: EntraId,
    guests: &BTreeSet<EntraId>,
) -> Call {
    let mut body = member(graph, user, guests);
    if let Some(body) = body.as_object_mut() {
        let everything = "0001-01-01T00:00:00Z".into();
        body.insert("visibleHistoryStartDateTime".to_owned(), everything);
    }
    Call::post(Kind::AddMembers, format!("{}/members", chat.path()))
        .with(&body)
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
        insta::assert_snapshot!(shown(&create_chat(GRAPH, &chat("one_on_one"), &BTreeSet::new())), @r##"
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
    fn guests_of_the_tenant_have_a_role_of_their_own() {
        let guests = BTreeSet::from([JANE.parse().unwrap()]);
        let call = create_chat(GRAPH, &chat("group"), &guests);
        let body: Value = serde_json::from_slice(&call.body.unwrap()).unwrap();
        assert_eq!(body["members"][0]["roles"], json!(["guest"]));
        assert_eq!(body["members"][1]["roles"], json!(["owner"]));
        let thread = Thread::chat("19:x@thread.v2");
        let call = add_chat_member(GRAPH, &thread, JANE.parse().unwrap(), &guests);
        let body: Value = serde_json::from_slice(&call.body.unwrap()).unwrap();
        assert_eq!(body["roles"], json!(["guest"]));
    }

    #[test]
    fn a_long_topic_is_cut_as_teams_does() {
        let group = chat("group");
        assert_eq!(topic(&group).unwrap().chars().count(), 250);
        let body: serde_json::Value =
            serde_json::from_slice(&create_chat(GRAPH, &group, &BTreeSet::new()).body.unwrap())
                .unwrap();
        assert_eq!(body["topic"], topic(&group).unwrap());
    }

    #[test]
    fn members_of_a_group() {
        let thread = Thread::chat("19:x@thread.v2");
        insta::assert_snapshot!(shown(&remove_chat_member(&thread, "M1=")), @r#"
        RemoveMember within Members("19:x@thread.v2")
        DELETE /chats/19:x@thread.v2/members/M1%3D
        "#);
        insta::assert_snapshot!(shown(&add_chat_member(GRAPH, &thread, JANE.parse().unwrap(), &BTreeSet::new())), @r##"
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
