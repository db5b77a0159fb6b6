//! Members of a team, a private channel or a chat.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::moment::Moment;

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) user: UserId,
    pub(crate) owner: bool,
    /// In a chat: from when on its messages are shown to this member (R58).
    pub(crate) visible_from: Moment,
}

/// The members, in the order they came.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Roster(Vec<Member>);

impl Roster {
    /// Adds a user under that membership id, or sets the role of one who is a member already.
    pub(crate) fn add(
        &mut self,
        id: String,
        user: &UserId,
        owner: bool,
        visible_from: Moment,
    ) -> Member {
        if let Some(member) = self.0.iter_mut().find(|member| member.user == *user) {
            member.owner = owner;
            return member.clone();
        }
        let member = Member {
            id,
            user: user.clone(),
            owner,
            visible_from,
        };
        self.0.push(member.clone());
        member
    }

    /// Takes out a membership by its id; `None` when there is none.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Member> {
        let at = self.0.iter().position(|member| member.id == id)?;
        Some(self.0.remove(at))
    }

    pub(crate) fn of(&self, user: &UserId) -> Option<&Member> {
        self.0.iter().find(|member| member.user == *user)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
