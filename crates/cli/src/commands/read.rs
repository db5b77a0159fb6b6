//! `chatferry read`: an export into `1-read`.

use chatferry_model::finding::Stage;
use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::ReadDetails;
use chatferry_readers::ReadOptions;

use crate::args::{ExportArgs, ReadArgs};
use crate::commands::summary;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings;
use crate::progress::{StageProgress, Unit};
use crate::stage::{Ran, StageRun, hash_value};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ReadArgs) -> Result<ExitStatus, CliError> {
    let ran = stage(context, &args.export)?;
    let place = context.work.read();
    summary::sums(context.printer, &[("read", &ran.manifest.sums)]);
    findings::show(context.printer, &[place.root()])?;
    context.printer.result(&ran.manifest)?;
    Ok(ExitStatus::with_errors(ran.errors))
}

/// Runs the stage.
pub(crate) fn stage(context: &Context, args: &ExportArgs) -> Result<Ran<ReadDetails>, CliError> {
    let options = ReadOptions {
        compress: context.settings.compress,
        selection: context.selection.clone(),
        system_messages: context.settings.system_messages,
        link_previews: context.settings.link_previews,
        text_smileys: context.settings.text_smileys,
    };
    let mut inputs = chatferry_readers::hash_inputs(&args.exports)?;
    let relevant = (
        options.compress,
        options.system_messages,
        options.link_previews,
        options.text_smileys,
        selection(context),
    );
    inputs.insert("settings".to_owned(), hash_value(&relevant)?);

    let progress = StageProgress::new(context.printer, "Reading", Unit::Bytes);
    let place = context.work.read();
    let ran = StageRun::new(Stage::Read, place.root(), inputs).run(args.force, |folder| {
        let folder = ReadFolder::new(folder.to_owned());
        Ok(chatferry_readers::read(
            &args.exports,
            &folder,
            &options,
            &progress,
        )?)
    })?;
    let counts = [
        (
            summary::output(&ran.manifest, "conversations"),
            "conversation",
        ),
        (summary::output(&ran.manifest, "messages"), "message"),
        (summary::output(&ran.manifest, "people"), "person"),
    ];
    let what = format!(
        "{} from {}",
        summary::list(&counts),
        ran.manifest.details.layout
    );
    summary::step(context.printer, "Read", &ran, &what, progress.elapsed());
    Ok(ran)
}

/// The selection as part of a stage's inputs.
pub(crate) fn selection(context: &Context) -> String {
    format!("{:?}", context.selection)
}
