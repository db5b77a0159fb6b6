//! Development tasks of chatferry: `cargo xtask TASK [ARGUMENTS]`.
//!
//! A task is a row in [`TASKS`] and a module of the same name.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tasks talk to a developer's terminal"
)]

mod bench;
mod codegen;
mod compare;
mod faults;
mod gallery;
mod generate;
mod pace;
mod process;
mod test_all;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// The name, the purpose and the entry point of a task, which gets the arguments after its name.
type Task = (
    &'static str,
    &'static str,
    fn(Vec<String>) -> anyhow::Result<()>,
);

const TASKS: &[Task] = &[
    (
        "bench",
        "measure `convert` beside a bare loop over the same zip",
        bench::run,
    ),
    (
        "bench-reference",
        "that bare loop alone",
        bench::reference::run,
    ),
    (
        "codegen",
        "make the tables that come from other people's data",
        codegen::run,
    ),
    (
        "compare",
        "diff what two builds make of one export",
        compare::run,
    ),
    (
        "gallery",
        "show every kind of message as a page, beside how Slack shows it",
        gallery::run,
    ),
    (
        "faults",
        "upload to the twin again and again, with faults and deaths, and count",
        faults::run,
    ),
    ("generate", "write a synthetic export", generate::run),
    (
        "pace",
        "upload 300 targets in virtual time beside the bound",
        pace::run,
    ),
    (
        "test-all",
        "run everything a change has to pass",
        test_all::run,
    ),
    ("tidy", "check the rules of the tree", tidy::run),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((name, _, start)) = TASKS.iter().find(|(task, ..)| *task == name) else {
        eprintln!("usage: cargo xtask TASK [ARGUMENTS]    (TASK --help says more)\n");
        for (name, about, _) in TASKS {
            eprintln!("  {name:<16} {about}");
        }
        return ExitCode::from(2);
    };
    // clap takes the first argument for the program's name.
    let arguments = std::iter::once(format!("cargo xtask {name}"))
        .chain(arguments)
        .collect();
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
