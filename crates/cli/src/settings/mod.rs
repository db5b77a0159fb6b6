//! Settings: flags over environment over `chatferry.toml` over defaults.
//!
//! Each layer is a TOML table; they are laid over one another and read once, so that a key exists
//! in every layer as soon as it is a field here. `CHATFERRY_LIMITS_CHANNEL_POSTS` is
//! `limits.channel_posts`. Secrets are no settings: they come from the environment alone.

mod file;
mod layers;
mod limits;
mod values;

pub(crate) use layers::Overrides;
pub(crate) use values::Settings;
