//! The intermediate format of chatferry: what every reader produces and every later stage consumes.
//!
//! In reading order: ids and times, then people, conversations and messages with their rich-text
//! [`document`], then what could not be carried over ([`finding`]), then how all of it lies on disk
//! ([`jsonl`], [`folder`], [`manifest`]), and last what the later stages hand to one another
//! ([`plan`], [`post`] with its [`deferred`] references, and what they may hold: [`teams_html`],
//! [`teams_names`]).
//!
//! Invariants: nothing of a source's markup and nothing of HTML is in a document; no network, no
//! clock, no environment. Types borrow from the line they were parsed from ([`Text`]), so that a
//! stage can hold one message at a time.
#![forbid(unsafe_code)]

mod id;
mod text;
mod time;

pub mod conversation;
pub mod document;
pub mod emoji;
pub mod fetched;
pub mod file;
pub mod message;
pub mod person;

pub mod figures;
pub mod finding;
pub mod progress;
pub mod selection;
pub mod sum;

pub mod folder;
pub mod jsonl;
pub mod manifest;
pub mod schema;

pub mod learned_name;
pub mod limits;
pub mod schedule;

pub mod deferred;
pub mod phrases;
pub mod plan;
pub mod post;
pub mod teams_html;
pub mod teams_names;

pub use id::{
    ConversationId, EntraId, FileId, GraphMessageId, InvalidEntraId, MessageId, PersonId,
    TargetKey, TeamKey, WorkspaceId,
};
pub use text::Text;
pub use time::{InvalidTime, Micros, Millis};
