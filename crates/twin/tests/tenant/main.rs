//! The tenant through its router, in process and over a socket.

// Clippy lets helpers panic only where it sees that they belong to tests.
#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod lost_team;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod support;
#[cfg(test)]
mod time;
#[cfg(test)]
mod troubles;
