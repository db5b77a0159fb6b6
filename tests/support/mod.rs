//! What the tests share: running the binary in a private work folder, and a tenant to upload to.

mod tenant;
mod work;

pub(crate) use tenant::{CLIENT_ID, SECRET, TwinServer, rendered};
pub(crate) use work::{Work, fixture};
