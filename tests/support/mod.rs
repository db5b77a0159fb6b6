//! The shared parts of the tests: running the binary in a private work folder, and a tenant to
//! upload to.

pub(crate) mod slack;
mod tenant;
mod work;

pub(crate) use slack::SlackServer;
pub(crate) use tenant::{CLIENT_ID, SECRET, TwinServer, rendered};
pub(crate) use work::{Ran, Work, fixture};
