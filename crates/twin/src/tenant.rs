//! The tenant: its state behind one lock, its clock, and what its holder may do with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::faults::{Fault, Seeded};
use crate::ids::{AppId, ChatId, MessageId, TeamId, UserId};
use crate::inspect::{self, ChatSummary, DriveSummary, FileSummary, TeamSummary};
use crate::refusal::{Outcome, Refusal};
use crate::rules::Rule;
use crate::settings::Settings;
use crate::state::{App, Caller, Chat, ChatKind, Post, Roster, State, Thread, User};

/// A simulated tenant. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct Tenant(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    state: Mutex<State>,
}

/// A dump that cannot be read back.
#[derive(Debug, thiserror::Error)]
#[error("the dump of the tenant cannot be read or written")]
pub struct DumpError(#[from] serde_json::Error);

/// There is no such conversation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tenant has no conversation '{0}'")]
pub struct NoSuchConversation(pub String);

impl Tenant {
    /// An empty tenant.
    pub fn new(settings: Settings, clock: Clock) -> Tenant {
        Tenant::with(State::new(settings), clock)
    }

    fn with(state: State, clock: Clock) -> Tenant {
        Tenant(Arc::new(Inner {
            clock,
            state: Mutex::new(state),
        }))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // After a panic elsewhere the state is still what a test wants to look at.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the whole tenant as JSON, rolling windows and fault plans included.
    ///
    /// # Errors
    /// [`DumpError`] when the state cannot be written.
    pub fn dump(&self) -> Result<Vec<u8>, DumpError> {
        Ok(serde_json::to_vec(&*self.state())?)
    }

    /// Reads a tenant back from its dump.
    ///
    /// # Errors
    /// [`DumpError`] when it is none.
    pub fn restore(dump: &[u8], clock: Clock) -> Result<Tenant, DumpError> {
        Ok(Tenant::with(serde_json::from_slice(dump)?, clock))
    }

    /// The clock the tenant goes by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// Changes what is enforced, from the next call on.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.state().settings);
    }

    /// Takes a user into the directory; one with the same object id is replaced.
    pub fn add_user(&self, user: User) {
        self.state().directory.add(user);
    }

    /// The number of users in the directory.
    pub fn users(&self) -> usize {
        self.state().directory.len()
    }

    /// Registers an app; one with the same client id is replaced.
    pub fn register_app(&self, app: App) {
        self.state().apps.insert(app.id.clone(), app);
    }

    /// A token for a user signed in through that app, with these scopes; nothing in the import
    /// API accepts it (R1).
    pub fn delegated_token(&self, app: &AppId, scopes: &[&str]) -> String {
        let caller = Caller {
            app: app.clone(),
            roles: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            delegated: true,
        };
        let now = self.0.clock.now();
        let state = &mut *self.state();
        state
            .tokens
            .issue(caller, &state.settings, &mut state.guids, now)
    }

    /// Lets every token expire now.
    pub fn expire_tokens(&self) {
        let now = self.0.clock.now();
        self.state().tokens.expire_all(now);
    }

    /// Adds a line to the fault plan.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.add(fault);
    }

    /// Draws faults from a seed from now on, or stops doing so.
    pub fn inject_seeded(&self, seeded: Option<Seeded>) {
        self.state().faults.seed(seeded);
    }

    /// Returns the number of faults that calls have met.
    pub fn faults_dealt(&self) -> u64 {
        self.state().faults.dealt()
    }

    /// Puts somebody's message into a channel or chat at that millisecond, whatever the rules;
    /// `false` when the millisecond is taken.
    ///
    /// # Errors
    /// [`NoSuchConversation`]
    pub fn plant(
        &self,
        conversation: &str,
        at: MessageId,
        post: Post,
    ) -> Result<bool, NoSuchConversation> {
        let mut state = self.state();
        let thread = find_mut(&mut state, conversation)?;
        Ok(thread.posts.insert(at, post))
    }

    /// Adds a meeting's chat, which nobody can migrate (R20).
    pub fn add_meeting_chat(&self) -> ChatId {
        let now = self.0.clock.now();
        let mut state = self.state();
        let id = ChatId::from(format!("19:meeting_{}@thread.v2", state.guids.hex()));
        let chat = Chat {
            id: id.clone(),
            kind: ChatKind::Meeting,
            topic: None,
            thread: Thread::new(now),
            members: Roster::default(),
        };
        state.chats.insert(id.clone(), chat);
        id
    }

    /// Every post of a channel or chat, roots and replies, oldest first.
    ///
    /// # Errors
    /// [`NoSuchConversation`]
    pub fn messages(
        &self,
        conversation: &str,
    ) -> Result<Vec<(MessageId, Post)>, NoSuchConversation> {
        let state = self.state();
        let thread = find(&state, conversation)?;
        Ok(thread
            .posts
            .iter()
            .map(|(id, post)| (id, post.clone()))
            .collect())
    }

    /// The posts of a chat that are shown to one of its members (R58), oldest first; none to
    /// others.
    ///
    /// # Errors
    /// [`NoSuchConversation`]
    pub fn messages_shown_to(
        &self,
        chat: &str,
        user: &UserId,
    ) -> Result<Vec<(MessageId, Post)>, NoSuchConversation> {
        let state = self.state();
        let chat = state
            .chats
            .get(chat)
            .ok_or_else(|| NoSuchConversation(chat.to_owned()))?;
        let from = chat.visible_from(user);
        let shown = |id: MessageId| from.is_some_and(|from| id.0 >= from.as_millis());
        let posts = chat.thread.posts.iter().filter(|(id, _)| shown(*id));
        Ok(posts.map(|(id, post)| (id, post.clone())).collect())
    }

    /// The teams in figures, in order of their ids; those not yet provisioned included.
    pub fn teams(&self) -> Vec<TeamSummary> {
        inspect::teams(&self.state())
    }

    /// The chats in figures, in order of their ids.
    pub fn chats(&self) -> Vec<ChatSummary> {
        inspect::chats(&self.state())
    }

    /// The drives in figures, in order of their ids.
    pub fn drives(&self) -> Vec<DriveSummary> {
        inspect::drives(&self.state())
    }

    /// Returns the files, in order of their drives and paths.
    pub fn files(&self) -> Vec<FileSummary> {
        inspect::files(&self.state())
    }

    /// The object ids of a team's members and whether each is an owner, in the order they came;
    /// nobody when there is no such team.
    pub fn members(&self, team: &TeamId) -> Vec<(UserId, bool)> {
        let state = self.state();
        let team = state.teams.get(team);
        team.map_or_else(Vec::new, |team| {
            let members = team.members.iter();
            members
                .map(|member| (member.user.clone(), member.owner))
                .collect()
        })
    }

    /// The latest broken rules, oldest first ([`Settings::refusals_kept`] of them).
    pub fn refusals(&self) -> Vec<Refusal> {
        self.state().log.kept().cloned().collect()
    }

    /// Returns the number of times each rule was broken with that outcome.
    pub fn counts(&self, outcome: Outcome) -> BTreeMap<Rule, u64> {
        self.state().log.counts(outcome)
    }
}

fn find<'s>(state: &'s State, id: &str) -> Result<&'s Thread, NoSuchConversation> {
    let channel = state.teams.values().find_map(|team| team.channels.get(id));
    channel
        .map(|channel| &channel.thread)
        .or_else(|| state.chats.get(id).map(|chat| &chat.thread))
        .ok_or_else(|| NoSuchConversation(id.to_owned()))
}

fn find_mut<'s>(state: &'s mut State, id: &str) -> Result<&'s mut Thread, NoSuchConversation> {
    let mut teams = state.teams.values_mut();
    let channel = teams.find_map(|team| team.channels.get_mut(id));
    channel
        .map(|channel| &mut channel.thread)
        .or_else(|| state.chats.get_mut(id).map(|chat| &mut chat.thread))
        .ok_or_else(|| NoSuchConversation(id.to_owned()))
}
