//! `chatferry explain`: what a finding means and what to do about it.

use serde::Serialize;

use crate::args::{ExplainArgs, GlobalArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings;
use crate::suggest::advice;

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &ExplainArgs) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Explained<'a> {
        code: &'a str,
        severity: String,
        summary: &'a str,
        remedy: &'a str,
    }

    let printer = context::printer(global);
    let codes = findings::codes();
    let explained: Vec<Explained<'_>> = codes
        .values()
        .filter(|code| args.code.as_deref().is_none_or(|wanted| wanted == code.id))
        .map(|code| Explained {
            code: code.id,
            severity: code.severity.to_string(),
            summary: code.summary,
            remedy: code.remedy,
        })
        .collect();
    if let (Some(wanted), []) = (&args.code, explained.as_slice()) {
        return Err(
            CliError::usage(format!("there is no finding {wanted:?}")).hint(advice(
                wanted,
                codes.keys().copied(),
                "`chatferry explain` lists them all",
            )),
        );
    }
    if global.json {
        printer.result(&explained)?;
    } else if args.code.is_some() {
        for code in &explained {
            let Explained {
                code,
                severity,
                summary,
                remedy,
            } = code;
            printer.data(&format!("{code} ({severity})\n\n{summary}\n{remedy}"))?;
        }
    } else {
        let width = explained
            .iter()
            .map(|code| code.code.len())
            .max()
            .unwrap_or(0);
        for Explained {
            code,
            severity,
            summary,
            ..
        } in &explained
        {
            printer.data(&format!("{code:width$}  {severity:7}  {summary}"))?;
        }
    }
    Ok(ExitStatus::Done)
}
