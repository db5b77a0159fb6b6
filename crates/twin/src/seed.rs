//! The content of a tenant before anybody migrates anything into it: teams, channels and chats that
//! people made. Put there without a call, at the time the tenant's clock says.

use std::collections::BTreeMap;

use crate::ids::{ChannelId, ChatId, TeamId, UserId};
use crate::moment::Moment;
use crate::state::{
    Channel, Chat, ChatKind, Membership, Roster, State, Team, TeamMigration, Thread,
};
use crate::tenant::{NoSuchConversation, Tenant};

/// The membership of a seeded channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// The team.
    Standard,
    /// The members, who are added to the team too.
    Private,
    /// The members.
    Shared,
}

impl Tenant {
    /// Puts a team with its General there; under that id, or one of the tenant's own. The first
    /// of the members is its owner.
    pub fn add_team(&self, id: Option<&str>, name: &str, members: &[UserId]) -> TeamId {
        let now = self.clock().now();
        let state = &mut *self.state();
        let id = id.map_or_else(|| state.guids.guid(), str::to_ascii_lowercase);
        let id = TeamId::from(id);
        let general = channel(state, None, "General", Membership::Standard, now);
        let team = Team {
            id: id.clone(),
            display_name: name.to_owned(),
            description: None,
            visibility: "private".to_owned(),
            created: now,
            begun: now,
            ready_at: now,
            migration: TeamMigration::Never,
            general: general.id.clone(),
            channels: BTreeMap::from([(general.id.clone(), general)]),
            deleted: Vec::new(),
            members: roster(state, members, false, now),
            archived_from: None,
            completion: None,
        };
        state.teams.insert(id.clone(), team);
        id
    }

    /// Puts a channel into a team; under that id, or one of the tenant's own.
    ///
    /// # Errors
    /// [`NoSuchConversation`] when there is no such team.
    pub fn add_channel(
        &self,
        team: &TeamId,
        id: Option<&str>,
        name: &str,
        kind: ChannelKind,
        members: &[UserId],
    ) -> Result<ChannelId, NoSuchConversation> {
        let now = self.clock().now();
        let state = &mut *self.state();
        let membership = match kind {
            ChannelKind::Standard => Membership::Standard,
            ChannelKind::Private => Membership::Private,
            ChannelKind::Shared => Membership::Shared,
        };
        let mut channel = channel(state, id, name, membership, now);
        if membership != Membership::Standard {
            channel.members = roster(state, members, false, now);
        }
        let ids: Vec<_> = members
            .iter()
            .map(|user| (state.guids.hex(), user))
            .collect();
        let home = state.teams.get_mut(team);
        let home = home.ok_or_else(|| NoSuchConversation(team.to_string()))?;
        if kind == ChannelKind::Private {
            for (membership, user) in ids {
                if home.members.of(user).is_none() {
                    home.members.add(membership, user, false, now);
                }
            }
        }
        let id = channel.id.clone();
        home.channels.insert(id.clone(), channel);
        Ok(id)
    }

    /// Puts a chat there; under that id, or one of the tenant's own. Two members without a topic
    /// and an id are the one chat of the two, others a group.
    pub fn add_chat(&self, id: Option<&str>, topic: Option<&str>, members: &[UserId]) -> ChatId {
        let now = self.clock().now();
        let state = &mut *self.state();
        let (kind, id) = match (id, topic, members) {
            (None, None, [one, other]) => {
                let (first, last) = (one.min(other), one.max(other));
                let id = format!("19:{first}_{last}@unq.gbl.spaces");
                (ChatKind::OneOnOne, id)
            }
            (Some(id), _, _) if id.ends_with("@unq.gbl.spaces") => {
                (ChatKind::OneOnOne, id.to_owned())
            }
            (Some(id), _, _) => (ChatKind::Group, id.to_owned()),
            (None, _, _) => (
                ChatKind::Group,
                format!("19:{}@thread.v2", state.guids.hex()),
            ),
        };
        let id = ChatId::from(id);
        let chat = Chat {
            id: id.clone(),
            kind,
            topic: topic.map(str::to_owned),
            thread: Thread::new(now),
            members: roster(state, members, true, now),
        };
        state.chats.insert(id.clone(), chat);
        id
    }
}

fn channel(
    state: &mut State,
    id: Option<&str>,
    name: &str,
    membership: Membership,
    now: Moment,
) -> Channel {
    let id = id.map_or_else(
        || format!("19:{}@thread.tacv2", state.guids.hex()),
        str::to_owned,
    );
    Channel {
        id: ChannelId::from(id),
        display_name: name.to_owned(),
        description: None,
        membership,
        layout: "post".to_owned(),
        thread: Thread::new(now),
        members: Roster::default(),
        ready_at: now,
        archived_from: None,
        folder: None,
        folder_asked: 0,
    }
}

/// The first is the owner, or all are, as in chats.
fn roster(state: &mut State, members: &[UserId], all_own: bool, now: Moment) -> Roster {
    let mut roster = Roster::default();
    for (at, user) in members.iter().enumerate() {
        roster.add(state.guids.hex(), user, all_own || at == 0, now);
    }
    roster
}
