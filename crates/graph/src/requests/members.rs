//! Calls about members (crates/graph/RULES.md E16, E17).

use chatferry_model::EntraId;
use serde_json::{Value, json};

use super::{Call, Kind, segment, user_address};
use crate::throttle::Scope;

/// Somebody to be made a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TeamMember {
    pub(crate) user: EntraId,
    pub(crate) owner: bool,
}

/// `@odata.type` of a member, as the samples of creating and adding one write it.
const MEMBER: &str = "#microsoft.graph.aadUserConversationMember";
/// Returns the member as the samples for adding several write it.
const ONE_OF_SEVERAL: &str = "microsoft.graph.aadUserConversationMember";

impl TeamMember {
    /// `aadUserConversationMember`
    pub(super) fn conversation_member(self, graph: &str) -> Value {
        self.typed(MEMBER, graph)
    }

    fn typed(self, odata_type: &str, graph: &str) -> Value {
        let roles: &[&str] = if self.owner { &["owner"] } else { &[] };
        json!({
            "@odata.type": odata_type,
            "roles": roles,
            "user@odata.bind": user_address(graph, self.user),
        })
    }
}

/// Adds up to 200 members to a team at once (crates/graph/RULES.md R53).
pub(crate) fn add_team_members(graph: &str, team: &str, members: &[TeamMember]) -> Call {
    let values: Vec<_> = members
        .iter()
        .map(|member| member.typed(ONE_OF_SEVERAL, graph))
        .collect();
    Call::post(
        Kind::AddMembers,
        format!("/teams/{}/members/add", segment(team)),
    )
    .with(&json!({ "values": values }))
    .within(Scope::members(team))
}

/// Adds one member to a private channel.
pub(crate) fn add_channel_member(
    graph: &str,
    team: &str,
    channel: &str,
    member: TeamMember,
) -> Call {
    let path = format!(
        "/teams/{}/channels/{}/members",
        segment(team),
        segment(channel)
    );
    Call::post(Kind::AddMembers, path)
        .with(&member.conversation_member(graph))
        .within(Scope::members(channel))
}

/// Lists a team's members.
pub(crate) fn list_team_members(team: &str) -> Call {
    Call::get(Kind::Probe, format!("/teams/{}/members", segment(team)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn members_in_bulk() {
        let member = TeamMember {
            user: "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().unwrap(),
            owner: false,
        };
        let call = add_team_members("https://graph.microsoft.com", "T1", &[member]);
        insta::assert_snapshot!(shown(&call), @r#"
        AddMembers within Members("T1")
        POST /teams/T1/members/add
        {
          "values": [
            {
              "@odata.type": "microsoft.graph.aadUserConversationMember",
              "roles": [],
              "user@odata.bind": "https://graph.microsoft.com/v1.0/users('8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca')"
            }
          ]
        }
        "#);
    }
}
