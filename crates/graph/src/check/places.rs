//! The rules for teams, channels and chats.

use std::collections::HashMap;

use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::plan::{Channel, Chat, Membership, RenderDetails, Target, TargetPlace, Team};
use chatferry_model::teams_names;

use super::rules::{self, Rule};

/// Channels a team may have (crates/graph/RULES.md R15).
const MOST_CHANNELS: usize = 1_000;

/// Checks everything that the manifest says.
pub(super) fn check(details: &RenderDetails, findings: &mut Findings) {
    for team in &details.teams {
        let channels = details.targets.iter().filter_map(|summary| {
            let TargetPlace::Channel(channel) = &summary.target.place else {
                return None;
            };
            (channel.team == team.key).then_some((&summary.target, channel))
        });
        check_team(team, &channels.collect::<Vec<_>>(), findings);
    }
    for summary in &details.targets {
        check_target(&summary.target, findings);
    }
}

fn check_team(team: &Team, channels: &[(&Target, &Channel)], findings: &mut Findings) {
    let mut broken = |rule: &'static Rule, of: &str, words: String| {
        let place = Place {
            file: Some(of.to_owned().into()),
            ..Place::default()
        };
        findings.note(Stage::Check, rule.code, place, words);
    };
    if let Some(fault) = teams_names::team_fault(&team.name) {
        broken(
            &rules::TEAM_NAME,
            team.key.as_str(),
            format!("{:?}: {fault}", team.name),
        );
    }
    // General is always there, whether or not something goes into it.
    let own = channels
        .iter()
        .filter(|(_, channel)| !channel.general)
        .count()
        + 1;
    if own > MOST_CHANNELS {
        broken(
            &rules::CHANNELS,
            team.key.as_str(),
            format!("{own} channels"),
        );
    }
    let mut named = HashMap::from([("general".to_owned(), "General")]);
    let mut general = None;
    for (target, channel) in channels {
        let key = target.key.as_str();
        if channel.general {
            if let Some(other) = general.replace(key) {
                broken(&rules::ONE_GENERAL, key, format!("{other} goes there too"));
            }
        } else if let Some(fault) = teams_names::channel_fault(&channel.name) {
            broken(
                &rules::CHANNEL_NAME,
                key,
                format!("{:?}: {fault}", channel.name),
            );
        } else if let Some(other) = named.insert(channel.name.to_lowercase(), key) {
            broken(
                &rules::CHANNEL_NAME_ONCE,
                key,
                format!("{:?}, as {other}", channel.name),
            );
        }
        if target.created < team.created {
            let words = format!("{} is before {}", target.created, team.created);
            broken(&rules::CHANNEL_AFTER_TEAM, key, words);
        }
    }
}

fn check_target(target: &Target, findings: &mut Findings) {
    let mut broken = |rule: &'static Rule, words: String| {
        let place = Place {
            file: Some(target.key.to_string().into()),
            conversation: target
                .sources
                .first()
                .map(|s| s.conversation.to_string().into()),
            ts: None,
        };
        findings.note(Stage::Check, rule.code, place, words);
    };
    match &target.place {
        TargetPlace::Channel(channel) => {
            if channel.membership == Membership::Standard
                && let Some(source) = target.sources.iter().find(|s| s.kind.is_private())
            {
                let words = format!(
                    "{} ({}) would go to {:?}",
                    source.name,
                    source.kind.as_str(),
                    channel.name
                );
                broken(&rules::STANDARD_ONLY, words);
            }
            if channel.membership == Membership::Private && channel.members.is_empty() {
                broken(
                    &rules::PRIVATE_OWNER,
                    format!("{:?} has no members", channel.name),
                );
            }
        }
        TargetPlace::Chat(Chat { members, .. }) => {
            let mut sorted = members.clone();
            sorted.sort_unstable();
            sorted.dedup();
            if sorted.len() != members.len() || sorted.len() < 2 {
                let words = format!("{} members, {} different", members.len(), sorted.len());
                broken(&rules::CHAT_MEMBERS, words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn target(key: &str, kind: &str, change: serde_json::Value) -> serde_json::Value {
        let mut channel = json!({ "team": "acme", "name": key, "membership": "standard" });
        for (name, value) in change.as_object().unwrap() {
            channel[name] = value.clone();
        }
        json!({
            "target": {
                "key": key,
                "place": { "channel": channel },
                "created": "2015-01-01T00:00:00.001Z",
                "sources": [{ "conversation": "C1", "kind": kind, "name": key, "messages": 1 }],
            },
            "posts": 0, "replies": 0, "bytes": 0,
        })
    }

    fn codes(targets: Vec<serde_json::Value>) -> Vec<&'static str> {
        let details: RenderDetails = serde_json::from_value(json!({
            "teams": [{ "key": "acme", "name": "Acme", "created": "2015-01-01T00:00:00.000Z" }],
            "targets": targets,
        }))
        .unwrap();
        let mut findings = Findings::default();
        check(&details, &mut findings);
        findings.totals().map(|(code, _)| code.id).collect()
    }

    #[test]
    fn good_places_break_nothing() {
        let member = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca";
        let good = vec![
            target("dev", "public", json!({})),
            target(
                "all",
                "public",
                json!({ "name": "General", "general": true }),
            ),
            target(
                "hr",
                "private",
                json!({ "membership": "private", "members": [member] }),
            ),
        ];
        assert_eq!(codes(good), [] as [&str; 0]);
    }

    #[test]
    fn every_rule_for_places_is_noticed() {
        let member = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca";
        let chat = |members: serde_json::Value| {
            let mut chat = target("dm", "dm", json!({}));
            chat["target"]["place"] =
                json!({ "chat": { "kind": "one_on_one", "members": members } });
            chat
        };
        let mut old = target("old", "public", json!({}));
        old["target"]["created"] = json!("2014-01-01T00:00:00.000Z");
        for (targets, code) in [
            (
                vec![target("a/b", "public", json!({}))],
                "check-channel-name",
            ),
            (
                vec![target("general", "public", json!({}))],
                "check-channel-name-twice",
            ),
            (
                vec![
                    target("a", "public", json!({})),
                    target("A", "public", json!({})),
                ],
                "check-channel-name-twice",
            ),
            (
                vec![
                    target("a", "public", json!({ "general": true })),
                    target("b", "public", json!({ "general": true })),
                ],
                "check-general-twice",
            ),
            (
                vec![target("hr", "private", json!({}))],
                "check-private-as-standard",
            ),
            (
                vec![target("dm", "dm", json!({}))],
                "check-private-as-standard",
            ),
            (
                vec![target("hr", "private", json!({ "membership": "private" }))],
                "check-private-owner",
            ),
            (vec![old], "check-channel-older-than-team"),
            (vec![chat(json!([member]))], "check-chat-members"),
            (vec![chat(json!([member, member]))], "check-chat-members"),
        ] {
            assert_eq!(codes(targets), [code]);
        }
        let many = (0..1_000).map(|n| target(&format!("c{n}"), "public", json!({})));
        assert_eq!(codes(many.collect()), ["check-too-many-channels"]);
    }
}
