//! A private work folder, and the binary run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{CLIENT_ID, SECRET, TwinServer};

/// A file or folder of `fixtures/`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures")
        .join(path)
}

/// A work folder of its own, removed at the end.
pub(crate) struct Work {
    folder: TempDir,
}

/// A finished run; look at its status or its output.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(
            self.code, expected,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Demands exit code 0 or 1: done, perhaps with errors among the findings.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert!(
            self.code <= 1,
            "code {}\nstdout:\n{}\nstderr:\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// The JSON on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }
}

impl Work {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The work folder itself.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join("work").join(inside)
    }

    /// Room for a test's own files.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatferry"));
        command
            .env_clear()
            .current_dir(self.folder.path())
            .env("CHATFERRY_WORK", self.path(""));
        command
    }

    /// Runs the binary.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Ran {
        Self::finish(self.command().args(args))
    }

    /// Runs the binary with environment variables.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run_with(&self, env: &[(&str, &str)], args: &[&str]) -> Ran {
        Self::finish(self.command().envs(env.iter().copied()).args(args))
    }

    /// Starts the binary with environment variables, to be killed.
    pub(crate) fn start_with<S: AsRef<std::ffi::OsStr>>(
        &self,
        env: &[(&str, &str)],
        args: &[S],
    ) -> Child {
        self.command()
            .envs(env.iter().copied())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Runs the binary with something on its standard input.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run_typing(&self, args: &[&str], typed: &str) -> Ran {
        let input = self.scratch("typed");
        fs::write(&input, typed).unwrap();
        let input = fs::File::open(input).unwrap();
        Self::finish(self.command().args(args).stdin(input))
    }

    fn finish(command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Converts an export with acme's directory.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn convert(&self, export: &Path) -> Ran {
        let directory = fixture("directory/acme.json");
        self.run(&[
            "convert".as_ref(),
            export.as_os_str(),
            "--directory".as_ref(),
            directory.as_os_str(),
            "--placeholder".as_ref(),
            "migration@acme.example".as_ref(),
        ])
    }

    /// Converts the fixture export of acme.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn convert_acme(&self) -> Ran {
        self.convert(&fixture("slack/acme"))
    }

    fn graph_command(&self, twin: &TwinServer, args: &[&str]) -> Command {
        let mut command = self.command();
        command.env("CHATFERRY_CLIENT_SECRET", SECRET).args(args);
        // This tenant has no limits; those of Graph are kept in `rehearse.rs`, in virtual time.
        command.env("CHATFERRY_LIMITS_CHANNEL_POSTS", "10000");
        command.env("CHATFERRY_LIMITS_APP_CHANNEL_POSTS", "10000");
        command.env("CHATFERRY_LIMITS_TEAM_POSTS", "10000");
        command.env("CHATFERRY_LIMITS_OTHER_CALLS", "0");
        command.args(["--graph-url", &twin.url, "--login-url", &twin.url]);
        command.args(["--tenant-id", &twin.tenant_id, "--client-id", CLIENT_ID]);
        command
    }

    /// Runs a command that talks to the tenant.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn against(&self, twin: &TwinServer, args: &[&str]) -> Ran {
        Self::finish(&mut self.graph_command(twin, args))
    }

    /// Starts a command that talks to the tenant, to be killed.
    pub(crate) fn start_against(&self, twin: &TwinServer, args: &[&str]) -> Child {
        self.graph_command(twin, args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Everything in a folder of the work folder, by relative path.
    pub(crate) fn files(&self, inside: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(inside), "", &mut files);
        assert!(!files.is_empty(), "{inside} is empty");
        files
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}
