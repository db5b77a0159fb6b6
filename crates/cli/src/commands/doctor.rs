//! `chatferry doctor`: whether an upload could begin, without changing anything.

use chatferry_graph::Unobserved;
use chatferry_graph::doctor::{Diagnosis, DoctorOptions, Health, doctor};

use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::graph;
use crate::runtime::runtime;

/// The number of times the doctor asks again where nobody answers.
const RETRIES: u32 = 1;

/// Runs the command.
pub(crate) fn run(mut context: Context) -> Result<ExitStatus, CliError> {
    // Who asks whether it works waits for the answer: an upload's patience is not wanted here.
    let retries = &mut context.settings.limits.retries;
    *retries = (*retries).min(RETRIES);
    let context = &context;
    let client = graph::client(context)?;
    let placeholder = &context.settings.placeholder;
    let options = DoctorOptions {
        placeholder: (!placeholder.is_empty()).then(|| placeholder.clone()),
    };
    let folder = context.work.render();
    let diagnosis = runtime()?.block_on(doctor(&client, &folder, &options, &Unobserved));
    show(context, &diagnosis);
    context.printer.result(&diagnosis)?;
    Ok(match diagnosis.checks.first() {
        // Without a token nothing else can be looked at.
        Some(token) if token.state == Health::Broken => ExitStatus::Graph,
        _ if diagnosis.is_fine() => ExitStatus::Done,
        _ => ExitStatus::DoneWithErrors,
    })
}

fn show(context: &Context, diagnosis: &Diagnosis) {
    let rows: Vec<Vec<String>> = diagnosis
        .checks
        .iter()
        .map(|check| {
            let state = match check.state {
                Health::Fine => "fine",
                Health::Doubtful => "doubtful",
                Health::Broken => "broken",
            };
            // What a server says can be long, so it stands below the table.
            let says = match check.state {
                Health::Fine => check.says.clone(),
                Health::Doubtful | Health::Broken => "see below".to_owned(),
            };
            vec![check.name.to_owned(), state.to_owned(), says]
        })
        .collect();
    context.printer.table(&["check", "state", "found"], &rows);
    for check in &diagnosis.checks {
        if check.state != Health::Fine {
            let remedy = check.remedy.unwrap_or_default();
            let line = format!("\n{}: {}\n{remedy}", check.name, check.says);
            context.printer.plain(line.trim_end());
        }
    }
    if let Some(url) = &diagnosis.consent_url {
        let missing = diagnosis.missing.join(", ");
        context.printer.plain(&format!(
            "\nAdd to the app registration, as application permissions: {missing}\n\
             Then have an administrator consent: {url}"
        ));
    }
    if diagnosis.is_fine() {
        context.printer.step("Ready", "to upload");
    } else {
        context.printer.note("Not ready", "fix the items above");
    }
}
