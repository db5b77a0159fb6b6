//! The way into Teams of each target, and why that one.

use chatferry_model::plan::{Channel, Chat, ChatKind, Membership, TargetPlace, Team};
use serde::Serialize;

/// The way a target is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Created in migration mode together with its team (crates/graph/RULES.md E4).
    Standard,
    /// The channel that comes with a new team (crates/graph/RULES.md 1.6).
    General,
    /// A standard channel of a team that has members already: created, then put into migration
    /// mode (crates/graph/RULES.md E4b, E6).
    AfterTeam,
    /// A channel that the tenant has: put into migration mode (crates/graph/RULES.md E6).
    ExistingChannel,
    /// Created private once the team has members, then put into migration mode
    /// (crates/graph/RULES.md E6): in migration mode it would silently become standard (R10).
    Private,
    /// Creates a shared channel in the same way (crates/graph/RULES.md E4c).
    Shared,
    /// The one chat that two people have (crates/graph/RULES.md R54), put into migration mode (E7).
    OneOnOne,
    /// A group chat, created, then put into migration mode (crates/graph/RULES.md E7).
    Group,
    /// A group chat that the tenant has: put into migration mode (crates/graph/RULES.md E7).
    ExistingGroup,
    /// Uploaded before: put into migration mode once more, for what is new (crates/graph/RULES.md
    /// R49).
    Again,
}

impl Route {
    /// The way for a target; `team` is a channel's.
    pub(super) fn of(place: &TargetPlace, team: Option<&Team>) -> Self {
        match place {
            TargetPlace::Channel(channel) => {
                Self::of_channel(channel, team.is_some_and(|team| team.existing.is_some()))
            }
            TargetPlace::Chat(Chat {
                kind: ChatKind::OneOnOne,
                ..
            }) => Self::OneOnOne,
            TargetPlace::Chat(Chat {
                existing: Some(_), ..
            }) => Self::ExistingGroup,
            TargetPlace::Chat(_) => Self::Group,
        }
    }

    fn of_channel(channel: &Channel, team_exists: bool) -> Self {
        match channel.membership {
            _ if channel.existing.is_some() || (channel.general && team_exists) => {
                Self::ExistingChannel
            }
            Membership::Private => Self::Private,
            Membership::Shared => Self::Shared,
            Membership::Standard if channel.general => Self::General,
            Membership::Standard if team_exists => Self::AfterTeam,
            Membership::Standard => Self::Standard,
        }
    }

    /// Returns true if it is filled before its team is complete.
    pub(crate) fn is_early(self) -> bool {
        matches!(self, Self::Standard | Self::General)
    }

    /// Returns true if nobody else puts anything old into it: what stands at a time of the past is
    /// ours.
    pub(super) fn is_ours_alone(self) -> bool {
        matches!(
            self,
            Self::Standard | Self::General | Self::AfterTeam | Self::Private | Self::Shared
        )
    }

    /// Returns true if a national cloud has it (crates/graph/RULES.md 0.3, R68).
    pub(super) fn is_everywhere(self) -> bool {
        self.is_early()
    }

    /// The way in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "new channel in migration mode",
            Self::General => "the team's General channel",
            Self::AfterTeam => "new channel, then put in migration mode",
            Self::ExistingChannel => "existing channel, put in migration mode",
            Self::Private => {
                "private channel, created with its members, then put in migration mode"
            }
            Self::Shared => "shared channel, created with its owner, then put in migration mode",
            Self::OneOnOne => "chat of two, put in migration mode",
            Self::Group => "group chat, created with its members, then put in migration mode",
            Self::ExistingGroup => "existing group chat, put in migration mode",
            Self::Again => "uploaded before, put in migration mode once more",
        }
    }

    /// Returns the reason for the way: one sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Standard => {
                "Its team is new, and nobody sees the channel before everything is in it."
            }
            Self::General => "It comes with the team, and is completed last.",
            Self::AfterTeam => {
                "Its team has members already, and takes no new channels in migration mode."
            }
            Self::ExistingChannel => "The plan names a channel that is there.",
            Self::Private => {
                "Asked for in migration mode it would become a channel for the whole team; and its \
                 members have to be in the team, which is when the team is complete."
            }
            Self::Shared => "Only standard channels are created in migration mode.",
            Self::OneOnOne => {
                "Two people have one chat; its beginning is set far back, because what is older \
                 would never be shown."
            }
            Self::Group => {
                "Chats are not created in migration mode; afterwards every member is taken out and \
                 put back, four changes a minute, to be shown the history."
            }
            Self::ExistingGroup => {
                "The plan names a chat that is there; afterwards its members are shown the history."
            }
            Self::Again => "Only what is new since then is sent.",
        }
    }
}

#[cfg(test)]
mod tests {
    use chatferry_model::plan::Existing;
    use serde_json::json;

    use super::*;

    fn route(place: serde_json::Value, existing: Option<Existing>) -> Route {
        let place: TargetPlace = serde_json::from_value(place).unwrap();
        let mut team: Team = serde_json::from_value(
            json!({ "key": "acme", "name": "Acme", "created": "2015-01-01T00:00:00.000Z" }),
        )
        .unwrap();
        team.existing = existing;
        Route::of(&place, Some(&team))
    }

    #[test]
    fn each_place_has_its_way() {
        let channel = |change: serde_json::Value| {
            let mut channel = json!({ "team": "acme", "name": "dev", "membership": "standard" });
            for (field, value) in change.as_object().unwrap() {
                channel[field] = value.clone();
            }
            json!({ "channel": channel })
        };
        let chat = |kind: &str| json!({ "chat": { "kind": kind, "members": [] } });
        let there = || Some(Existing::Id("T".to_owned()));
        for (place, team, expected) in [
            (channel(json!({})), None, Route::Standard),
            (channel(json!({ "general": true })), None, Route::General),
            (channel(json!({})), there(), Route::AfterTeam),
            (
                channel(json!({ "general": true })),
                there(),
                Route::ExistingChannel,
            ),
            (
                channel(json!({ "existing": { "name": "x" } })),
                there(),
                Route::ExistingChannel,
            ),
            (
                channel(json!({ "membership": "private" })),
                None,
                Route::Private,
            ),
            (
                channel(json!({ "membership": "private" })),
                there(),
                Route::Private,
            ),
            (
                channel(json!({ "membership": "shared" })),
                None,
                Route::Shared,
            ),
            (chat("one_on_one"), None, Route::OneOnOne),
            (chat("group"), None, Route::Group),
        ] {
            assert_eq!(route(place.clone(), team), expected, "{place}");
        }
    }
}
