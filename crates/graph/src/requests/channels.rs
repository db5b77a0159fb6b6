//! Calls about channels (crates/graph/RULES.md E4, E5, E24).

use chatferry_model::Millis;
use chatferry_model::plan::Channel;
use serde_json::json;

use super::{Call, Kind, TeamMember, segment};
use crate::throttle::Scope;

/// Graph's limit for descriptions, in characters (crates/graph/RULES.md 2.6).
const LONGEST_DESCRIPTION: usize = 1_024;

/// Creates a standard channel in migration mode. Never for a private one, which would silently
/// become standard (crates/graph/RULES.md R10).
pub(crate) fn create_standard_channel(team: &str, channel: &Channel, created: Millis) -> Call {
    let mut body = json!({
        "@microsoft.graph.channelCreationMode": "migration",
        "displayName": channel.name,
        "membershipType": "standard",
        "createdDateTime": created,
    });
    describe(&mut body, channel);
    Call::post(
        Kind::CreateChannel,
        format!("/teams/{}/channels", segment(team)),
    )
    .with(&body)
    .within(Scope::team(team))
}

/// Creates a channel outside migration mode; a private or shared one with its owner and members. A
/// shared one is made asynchronously (crates/graph/RULES.md R13).
pub(crate) fn create_normal_channel(
    graph: &str,
    team: &str,
    channel: &Channel,
    members: &[TeamMember],
) -> Call {
    let members: Vec<_> = members
        .iter()
        .map(|member| member.conversation_member(graph))
        .collect();
    let mut body = json!({
        "displayName": channel.name,
        "membershipType": channel.membership,
    });
    if let Some(body) = body.as_object_mut().filter(|_| !members.is_empty()) {
        body.insert("members".to_owned(), members.into());
    }
    describe(&mut body, channel);
    Call::post(
        Kind::CreateChannel,
        format!("/teams/{}/channels", segment(team)),
    )
    .with(&body)
    .within(Scope::team(team))
}

fn describe(body: &mut serde_json::Value, channel: &Channel) {
    if channel.description.is_empty() {
        return;
    }
    let description: String = channel
        .description
        .chars()
        .take(LONGEST_DESCRIPTION)
        .collect();
    if let Some(body) = body.as_object_mut() {
        body.insert("description".to_owned(), description.into());
    }
}

/// Lists a team's channels.
pub(crate) fn list_channels(team: &str) -> Call {
    Call::get(Kind::Read, format!("/teams/{}/channels", segment(team))).within(Scope::team(team))
}

/// Reads a team's General channel, whatever it is called (crates/graph/RULES.md 1.6).
pub(crate) fn primary_channel(team: &str) -> Call {
    Call::get(
        Kind::Read,
        format!("/teams/{}/primaryChannel", segment(team)),
    )
}

/// Archives a channel. All its parameters are optional, but an object is expected.
pub(crate) fn archive_channel(team: &str, channel: &str) -> Call {
    Call::post(Kind::Archive, format!("{}/archive", address(team, channel)))
        .with(&json!({}))
        .within(Scope::thread(channel))
}

/// Takes a channel out of the archive.
pub(crate) fn unarchive_channel(team: &str, channel: &str) -> Call {
    Call::post(
        Kind::Archive,
        format!("{}/unarchive", address(team, channel)),
    )
    .within(Scope::thread(channel))
}

fn address(team: &str, channel: &str) -> String {
    format!("/teams/{}/channels/{}", segment(team), segment(channel))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use chatferry_model::plan::Membership;

    use super::*;

    fn channel(description: &str) -> Channel {
        serde_json::from_value(json!({
            "team": "acme",
            "name": "dev",
            "description": description,
            "membership": "standard",
        }))
        .unwrap()
    }

    #[test]
    fn a_standard_channel() {
        let created = "2015-01-01T00:00:00.001Z".parse().unwrap();
        let call = create_standard_channel("T1", &channel("Code"), created);
        insta::assert_snapshot!(shown(&call), @r#"
        CreateChannel within Team("T1")
        POST /teams/T1/channels
        {
          "@microsoft.graph.channelCreationMode": "migration",
          "createdDateTime": "2015-01-01T00:00:00.001Z",
          "description": "Code",
          "displayName": "dev",
          "membershipType": "standard"
        }
        "#);
    }

    #[test]
    fn a_private_channel_is_not_asked_for_in_migration_mode() {
        let owner = TeamMember {
            user: "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().unwrap(),
            owner: true,
        };
        let private = Channel {
            membership: Membership::Private,
            ..channel("")
        };
        let call = create_normal_channel("https://graph.microsoft.com", "T1", &private, &[owner]);
        insta::assert_snapshot!(shown(&call), @r##"
        CreateChannel within Team("T1")
        POST /teams/T1/channels
        {
          "displayName": "dev",
          "members": [
            {
              "@odata.type": "#microsoft.graph.aadUserConversationMember",
              "roles": [
                "owner"
              ],
              "user@odata.bind": "https://graph.microsoft.com/v1.0/users('8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca')"
            }
          ],
          "membershipType": "private"
        }
        "##);
    }

    #[test]
    fn an_archived_channel() {
        insta::assert_snapshot!(shown(&archive_channel("T1", "19:a@thread.tacv2")), @r#"
        Archive within Thread("19:a@thread.tacv2")
        POST /teams/T1/channels/19:a@thread.tacv2/archive
        {}
        "#);
        insta::assert_snapshot!(shown(&unarchive_channel("T1", "19:a@thread.tacv2")), @r#"
        Archive within Thread("19:a@thread.tacv2")
        POST /teams/T1/channels/19:a@thread.tacv2/unarchive
        "#);
    }
}
