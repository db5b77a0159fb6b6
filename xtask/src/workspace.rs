//! The workspace's folder, and the name of cargo in it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The cargo that started us, or the one on the path, to be run from the root.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The folder cargo builds into.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The way an example is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// Soon.
    Dev,
    /// To run for long.
    Release,
}

/// Runs an example of a crate of the workspace, and says whether it ended well. Tasks see neither
/// the networked crates nor the renderer; what they need of those is an example there.
pub(crate) fn example<S: AsRef<OsStr>>(
    profile: Profile,
    package: &str,
    name: &str,
    arguments: impl IntoIterator<Item = S>,
) -> io::Result<bool> {
    let profile = match profile {
        Profile::Dev => "dev",
        Profile::Release => "release",
    };
    let mut command = cargo();
    command.args(["run", "--quiet", "--profile", profile]);
    command.args(["--package", package, "--example", name, "--"]);
    Ok(command.args(arguments).status()?.success())
}
