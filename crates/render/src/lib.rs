//! Renders messages to the posts that Teams keeps: `1-read` and the plan in, `3-render` out.
//!
//! A message on its way, module by module: `plan_audit` holds the plan against `1-read`; `stage`
//! runs the pipeline; `message_stream` reads chunks of messages; `chunk` and `message` render each
//! one's `decoration` and `document`, in the `layout` of Teams, through typed `html`, `split` if it
//! is too large, into its `line`; `target` decides its `time` and writes it.
//!
//! Invariants: all HTML comes out of typed elements; no clock and no randomness, so the same input
//! gives the same bytes on any number of threads; one pass, with memory that does not grow with the
//! number of messages.
#![forbid(unsafe_code)]

mod chunk;
mod decoration;
mod document;
mod error;
mod excluded_authors;
mod html;
mod layout;
mod line;
mod links;
mod media;
mod message;
mod message_stream;
mod names;
mod plan_audit;
mod reactions;
mod settings;
mod size;
mod split;
mod stage;
mod target;
mod time;

#[cfg(test)]
mod tests;

pub mod codes;

pub use error::RenderError;
pub use jiff::tz::TimeZone;
pub use settings::{
    AnimatedImages, Broadcast, BroadcastMentions, ChannelMentions, CodeBlocks, Files, Images,
    Mentions, Reactions, RenderSettings,
};
pub use stage::render;
pub use time::time_zone;
