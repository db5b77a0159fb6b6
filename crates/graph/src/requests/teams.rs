//! Calls about teams (crates/graph/RULES.md E2, E3, E9).

use chatferry_model::plan::{Team, Visibility};
use serde_json::json;

use super::{Call, Kind, query_value, segment};
use crate::throttle::Scope;

/// Graph's limit for descriptions, in characters (crates/graph/RULES.md 2.6).
const LONGEST_DESCRIPTION: usize = 1_024;

/// Creates a team in migration mode. `marker` ends the description, so that the team is recognised
/// after a lost answer. Neither owner nor members: they come after the import
/// (crates/graph/RULES.md R52).
pub(crate) fn create_team(graph: &str, team: &Team, marker: &str) -> Call {
    let room = LONGEST_DESCRIPTION.saturating_sub(marker.chars().count() + 1);
    let mut description: String = team.description.chars().take(room).collect();
    if !description.is_empty() {
        description.push(' ');
    }
    description.push_str(marker);
    Call::post(Kind::CreateTeam, "/teams".to_owned())
        .with(&json!({
            "@microsoft.graph.teamCreationMode": "migration",
            "template@odata.bind": format!("{graph}/v1.0/teamsTemplates('standard')"),
            "displayName": team.name,
            "description": description,
            "visibility": match team.visibility {
                Visibility::Private => "private",
                Visibility::Public => "public",
            },
            "createdDateTime": team.created,
        }))
        .within(Scope::CreateTeam)
}

/// Reads a team that may not be there yet.
pub(crate) fn get_team(team: &str) -> Call {
    Call::get(Kind::Probe, format!("/teams/{}", segment(team)))
}

/// Reads how far the creation of a team has come.
pub(crate) fn get_operation(team: &str, operation: &str) -> Call {
    let path = format!("/teams/{}/operations/{}", segment(team), segment(operation));
    Call::get(Kind::Poll, path)
}

/// Lists the groups of that name, to find a team that is there already, or whose creation was not
/// answered.
pub(crate) fn find_group(name: &str) -> Call {
    let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
    let path = format!(
        "/groups?$filter={}&$select=id,displayName,description,resourceProvisioningOptions",
        query_value(&filter)
    );
    Call::get(Kind::Probe, path)
}

/// Returns the call that lists teams, where the app may not read groups.
pub(crate) fn find_team(name: &str) -> Call {
    let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
    let path = format!(
        "/teams?$filter={}&$select=id,displayName,description",
        query_value(&filter)
    );
    Call::get(Kind::Probe, path)
}

/// Takes the team out of migration mode, after all its channels.
pub(crate) fn complete_team(team: &str) -> Call {
    Call::post(
        Kind::CompleteTeam,
        format!("/teams/{}/completeMigration", segment(team)),
    )
}

/// Deletes a team with everything in it (crates/graph/RULES.md E25); its group goes, and the team
/// with it.
pub(crate) fn delete_team(team: &str) -> Call {
    Call::delete(Kind::DeleteTeam, format!("/groups/{}", segment(team)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    fn team() -> Team {
        serde_json::from_value(json!({
            "key": "acme",
            "name": "Acme's team",
            "description": "What we do",
            "created": "2015-01-01T00:00:00.000Z",
        }))
        .unwrap()
    }

    #[test]
    fn a_team() {
        let call = create_team("https://graph.microsoft.com", &team(), "[chatferry 1a2b]");
        insta::assert_snapshot!(shown(&call), @r#"
        CreateTeam within CreateTeam
        POST /teams
        {
          "@microsoft.graph.teamCreationMode": "migration",
          "createdDateTime": "2015-01-01T00:00:00.000Z",
          "description": "What we do [chatferry 1a2b]",
          "displayName": "Acme's team",
          "template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
          "visibility": "private"
        }
        "#);
    }

    #[test]
    fn the_marker_is_never_cut_off() {
        let team = Team {
            description: "x".repeat(2_000),
            ..team()
        };
        let call = create_team("https://graph.microsoft.com", &team, "[chatferry 1a2b]");
        let body: serde_json::Value = serde_json::from_slice(&call.body.unwrap()).unwrap();
        let description = body["description"].as_str().unwrap();
        assert_eq!(description.len(), LONGEST_DESCRIPTION);
        assert!(description.ends_with(" [chatferry 1a2b]"));
    }

    #[test]
    fn looking_for_a_team() {
        insta::assert_snapshot!(shown(&find_group("Acme's team")), @"
        Probe within Other
        GET /groups?$filter=displayName%20eq%20%27Acme%27%27s%20team%27&$select=id,displayName,description,resourceProvisioningOptions
        ");
    }

    #[test]
    fn the_end_of_a_team() {
        insta::assert_snapshot!(shown(&complete_team("T1")), @"
        CompleteTeam within Other
        POST /teams/T1/completeMigration
        ");
    }
}
