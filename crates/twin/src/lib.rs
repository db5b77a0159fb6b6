//! A simulated Microsoft 365 tenant that enforces the rules of Teams' import API.
//!
//! It answers the token endpoint and the part of Graph that a migration needs, refuses what the
//! real service refuses, with the same status, code and text, and keeps a log of every rule that
//! was broken and why. What it holds can be looked at, so that a test can say: every message
//! exactly once, in order, by its author, and no rule broken.
//!
//! ```
//! use chatferry_twin::{App, Clock, Moment, Settings, Tenant, User};
//!
//! let clock = Clock::manual(Moment::parse("2026-11-20T12:00:00Z").unwrap());
//! let tenant = Tenant::new(Settings::default(), clock);
//! tenant.register_app(App::new("0c3b6a52-7d0e-4f3c-9c4e-0d3e5f6a7b8c", "its secret"));
//! tenant.add_user(User::new("5d1f0a9e-3b2c-4d8e-8f70-112233445566", "Anna", "anna@contoso.com"));
//! let router = chatferry_twin::router(tenant.clone());
//! // ... send requests to `router`, then:
//! assert!(tenant.refusals().is_empty());
//! # drop(router);
//! ```
//!
//! # Talking to it
//! Get a token at `/{tenant id}/oauth2/v2.0/token` with the client credentials of a registered
//! app, then call `/v1.0/...` as you would call Graph. [`serve`] listens on a socket; [`router`]
//! can be driven in process, also under a paused tokio runtime, where hours of throttled upload
//! take milliseconds: the twin never sleeps, it compares its [`Clock`] with what it remembers.
//!
//! # Its own addresses
//! They ask for no token.
//!
//! | call | body or answer |
//! |---|---|
//! | `GET /_twin/rules` | the rule book: number, sentence, source, and status, code and text on violation |
//! | `GET /_twin/refusals` | counts by rule, and the log: rule, method, path, time, what exactly was wrong |
//! | `GET /_twin/report` | the same as text for people, by rule, each with its latest case |
//! | `GET /_twin/state` | teams, channels and chats with their migration state, members, roots, replies; drives |
//! | `GET /_twin/settings`, `POST` | what is enforced ([`Settings`]); what a POST leaves out gets its default |
//! | `GET /_twin/clock`, `POST {"advanceMs": 1000}` | the time; moves a manual clock on |
//! | `POST /_twin/faults {"plan": [...], "seeded": {...}}` | what is to go wrong ([`Fault`], [`Seeded`]) |
//! | `GET /_twin/dump`, `POST` | the whole tenant; a POST puts that one in its place, up to 64 MiB |
//!
//! # What it holds itself to
//! [`BOOK`] is the rule book. Rules `R1`–`R68` are the import API's as researched in the
//! project's facts. Where the sources disagree or are silent, [`Settings`] has a knob whose default
//! is the strict reading.

mod answer;
mod assertion;
mod call;
mod clock;
mod faults;
mod filter;
mod gateway;
mod html;
mod ids;
mod inspect;
mod limits;
mod moment;
mod names;
mod operation_kind;
mod pairs;
mod quick_xor;
mod refusal;
mod report;
mod route;
mod routes;
mod rules;
mod seed;
mod server;
mod settings;
mod state;
mod tenant;
mod wire;

pub use clock::{Clock, NotManual};
pub use faults::{Fault, Seeded, What, When};
pub use ids::{AppId, ChannelId, ChatId, DriveId, ItemId, MessageId, OperationId, TeamId, UserId};
pub use inspect::{
    ChannelSummary, ChatSummary, DriveSummary, FileSummary, TeamSummary, ThreadSummary,
};
pub use moment::Moment;
pub use refusal::{Outcome, Refusal};
pub use route::Kind;
pub use rules::{BOOK, Entry, Rule, Verdict};
pub use seed::ChannelKind;
pub use server::{router, serve};
pub use settings::{AddressStyle, Files, Limits, Settings, Troubles, Weight};
pub use state::{
    App, ContentType, Extras, HostedContent, Importance, MessageText, OperationKind, Post, User,
};
pub use tenant::{DumpError, NoSuchConversation, Tenant};
