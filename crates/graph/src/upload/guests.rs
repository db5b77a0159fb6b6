//! Guests of the tenant among the people in chats: there they have a role of their own
//! (crates/graph/RULES.md 1.15).

use std::collections::BTreeSet;

use chatferry_model::EntraId;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::Run;
use super::error::UploadFailure;
use super::input::Input;
use crate::requests;
use crate::retry::RetryAction;

/// The guests among the people of all chats, read when they are first asked for.
pub(super) struct Guests {
    people: BTreeSet<EntraId>,
    known: OnceCell<BTreeSet<EntraId>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    #[serde(default)]
    user_type: Option<String>,
}

impl User {
    fn is_guest(&self) -> bool {
        let kind = self.user_type.as_deref().unwrap_or_default();
        kind.eq_ignore_ascii_case("guest")
    }
}

impl Guests {
    pub(super) fn among(input: &Input) -> Self {
        let plans = input.chats().filter_map(|planned| planned.chat());
        Self {
            people: plans
                .flat_map(|chat| chat.members.iter().copied())
                .collect(),
            known: OnceCell::new(),
        }
    }

    /// The guests. An app that may not list the users takes nobody for one.
    pub(super) async fn get(&self, run: &Run<'_>) -> Result<&BTreeSet<EntraId>, UploadFailure> {
        self.known.get_or_try_init(|| self.read(run)).await
    }

    async fn read(&self, run: &Run<'_>) -> Result<BTreeSet<EntraId>, UploadFailure> {
        let mut unseen = self.people.clone();
        let mut guests = BTreeSet::new();
        let see = |users: Vec<User>| {
            for user in users {
                let id = user.id.parse().ok().filter(|id| unseen.remove(id));
                guests.extend(id.filter(|_| user.is_guest()));
            }
            !unseen.is_empty()
        };
        let call = requests::list_users();
        match run.client.read_pages(call, run.observer, see).await {
            Err(failure) if failure.remedy == RetryAction::Abort => Err(failure.into()),
            _ => Ok(guests),
        }
    }
}
