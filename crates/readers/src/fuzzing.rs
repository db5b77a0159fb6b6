//! Entry points that `fuzz/` feeds with arbitrary bytes, and `tests/fuzz.rs` with what once broke.
//! Each says which promise was broken; none is part of the library's interface.

use crate::container;

pub use crate::slack::fuzzing::{message, mrkdwn};

/// Reads the name of an archive's entry (crates/readers/src/slack/FORMAT.md traps 1, 2, 12, 74).
///
/// # Errors
/// When the path leaves the container, or is not in the form in which paths are compared.
pub fn archive_name(raw: &[u8]) -> Result<(), String> {
    let Some(path) = container::entry_path(raw) else {
        return Ok(());
    };
    let is_inside = !path.is_empty()
        && !path.contains('\0')
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !is_inside {
        return Err(format!("{path:?} is no path within a container"));
    }
    if container::normalise(&path) != path {
        return Err(format!("{path:?} is not in form NFC"));
    }
    let again = container::entry_path(path.as_bytes());
    if again.as_ref() != Some(&path) {
        return Err(format!("{path:?} becomes {again:?} when it is read again"));
    }
    Ok(())
}
