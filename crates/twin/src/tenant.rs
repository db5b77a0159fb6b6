//! The tenant: its state behind one lock, its clock, and how a call goes through it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{HeaderName, Response};

use crate::answer::{self, Answer, Ids};
use crate::call::{Call, Query};
use crate::clock::Clock;
use crate::faults::{Fault, Seeded, What};
use crate::ids::{AppId, ChatId, MessageId, TeamId, UserId};
use crate::inspect::{self, ChatSummary, TeamSummary};
use crate::refusal::{Outcome, Refusal, Refused};
use crate::route::{self, Route};
use crate::routes;
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

/// How an answer reaches its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Not at all: the connection breaks.
    Broken,
    /// Half of it; then the connection breaks.
    Cut,
}

/// An answer on its way out.
pub(crate) struct Outgoing {
    pub(crate) response: Response<Bytes>,
    pub(crate) delivery: Delivery,
    pub(crate) delay: Duration,
}

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

    fn state(&self) -> MutexGuard<'_, State> {
        // After a panic elsewhere the state is still what a test wants to look at.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the whole tenant as JSON, except rolling windows and fault plans.
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

    /// What is enforced.
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

    /// How many faults calls have met.
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

    /// How often each rule was broken with that outcome.
    pub fn counts(&self, outcome: Outcome) -> BTreeMap<Rule, u64> {
        self.state().log.counts(outcome)
    }

    /// Carries out a call. `None` for a body too large to be read.
    pub(crate) fn answer(&self, parts: &Parts, body: Option<&[u8]>) -> Outgoing {
        let now = self.0.clock.now();
        let state = &mut *self.state();
        let request_id = state.request_ids.guid();
        let client_id = parts.headers.get("client-request-id");
        let client_id = client_id.and_then(|value| value.to_str().ok());
        let ids = Ids {
            request: &request_id,
            client: client_id,
            now,
        };
        let mut call = Call {
            method: &parts.method,
            address: parts.uri.path_and_query().map_or("/", |path| path.as_str()),
            path: parts.uri.path(),
            query: Query::parse(parts.uri.query()),
            headers: &parts.headers,
            body: body.unwrap_or_default(),
            now,
            origin: origin(parts),
            plant: false,
        };
        let segments = route::segments(call.path);
        let found = Route::find(call.method, &segments);
        let mut delivery = Delivery::Whole;
        let mut delay = Duration::ZERO;
        let mut faulty = None;
        match draw_fault(state, &call, found.as_ref().ok()) {
            None => {}
            Some(What::Answer {
                status,
                retry_after_s,
            }) => faulty = Some(answer::fault(status, retry_after_s, &ids)),
            Some(What::Reset) => {
                faulty = Some(Answer::empty(500));
                delivery = Delivery::Broken;
            }
            Some(What::Lose) => delivery = Delivery::Broken,
            Some(What::Cut) => delivery = Delivery::Cut,
            Some(What::Delay { ms }) => delay = Duration::from_millis(ms),
            Some(What::ExpireToken) => state.tokens.expire(call.authorization(), now),
            Some(What::Plant) => call.plant = true,
        }
        let answer = faulty.unwrap_or_else(|| {
            let result = match segments.as_slice() {
                [twin, what] if twin == "_twin" => {
                    routes::control::answer(state, &self.0.clock, &call, what)
                }
                _ => carry_out(state, &call, &segments, found, body.is_none()),
            };
            result.unwrap_or_else(|refused| {
                state.record(&call, &refused, refused.outcome());
                answer::refusal(&refused, &ids)
            })
        });
        Outgoing {
            response: respond(answer, &ids),
            delivery,
            delay,
        }
    }
}

impl State {
    fn record(&mut self, call: &Call<'_>, refused: &Refused, outcome: Outcome) {
        let refusal = Refusal {
            rule: refused.rule,
            outcome,
            method: call.method.to_string(),
            path: call.address.to_owned(),
            at: call.now,
            detail: refused.detail.clone(),
        };
        self.log.record(refusal, self.settings.refusals_kept);
    }

    /// Writes down that a call went through but not as its caller may think.
    pub(crate) fn note(&mut self, call: &Call<'_>, rule: Rule, detail: String) {
        self.record(call, &rule.refuse(detail), Outcome::Noted);
    }
}

fn draw_fault(state: &mut State, call: &Call<'_>, route: Option<&Route<'_>>) -> Option<What> {
    let route = route?;
    let place = state.place(route);
    state.faults.draw(route.kind(), call.path, &place)
}

/// The gateway: token, limits, size; then the call itself.
fn carry_out(
    state: &mut State,
    call: &Call<'_>,
    segments: &[String],
    found: Result<Route<'_>, Refused>,
    oversized: bool,
) -> Result<Answer, Refused> {
    let is_graph = segments.first().is_some_and(|segment| segment == "v1.0");
    let found = match found {
        Ok(Route::Token { tenant }) => return routes::token::issue(state, call, tenant),
        Err(refused) if !is_graph => return Err(refused),
        found => found,
    };
    let caller = state.tokens.caller(call.authorization(), call.now)?;
    let route = found?;
    let place = state.place(&route);
    let limits = &state.settings.limits;
    state
        .windows
        .admit(limits, &caller.app, &route, &place, call.now)?;
    if oversized || call.body.len() > state.settings.request_bytes {
        return Err(Rule::R42.refuse(format!("more than {} bytes", state.settings.request_bytes)));
    }
    routes::dispatch(state, call, &caller, &route)
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

/// Scheme and host by which the caller reached the tenant.
fn origin(parts: &Parts) -> String {
    if let Some(authority) = parts.uri.authority() {
        return format!("{}://{authority}", parts.uri.scheme_str().unwrap_or("http"));
    }
    let host = parts.headers.get(header::HOST);
    match host.and_then(|host| host.to_str().ok()) {
        Some(host) => format!("http://{host}"),
        None => "https://graph.microsoft.com".to_owned(),
    }
}

fn respond(answer: Answer, ids: &Ids<'_>) -> Response<Bytes> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !answer.content_type.is_empty() {
        put(header::CONTENT_TYPE, &answer.content_type);
    }
    put(HeaderName::from_static("request-id"), ids.request);
    put(
        HeaderName::from_static("client-request-id"),
        ids.client.unwrap_or(ids.request),
    );
    put(header::DATE, &ids.now.http_date());
    for (name, value) in answer.headers {
        put(name, &value);
    }
    response
}
