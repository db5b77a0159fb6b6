//! `chatferry map`: people and conversations into `2-map`.

use std::path::Path;

use chatferry_mapping::{Directory, MapDetails, MapSettings};
use chatferry_model::finding::Stage;

use crate::commands::{read, summary};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings;
use crate::progress::{StageProgress, Unit};
use crate::stage::{Inputs, Ran, StageRun, hash_file, hash_value};

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let ran = stage(context)?;
    summary::sums(context.printer, &[("map", &ran.manifest.sums)]);
    findings::show(context.printer, &[&context.work.map()])?;
    context.printer.result(&ran.manifest)?;
    Ok(ExitStatus::with_errors(ran.errors))
}

/// Runs the stage.
pub(crate) fn stage(context: &Context) -> Result<Ran<MapDetails>, CliError> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let settings = MapSettings {
        team: given(&context.settings.team),
        placeholder: given(&context.settings.placeholder),
        owners: context.settings.owners.clone(),
        selection: context.selection.clone(),
        ..MapSettings::default()
    };
    let mut inputs = Inputs::new();
    let relevant = (
        &settings.team,
        &settings.placeholder,
        &settings.owners,
        read::selection(context),
    );
    inputs.insert("settings".to_owned(), hash_value(&relevant)?);
    // What an admin changed is an input like any other.
    let edits = chatferry_mapping::edits(&context.work.map())?;
    inputs.insert("edits".to_owned(), hash_value(&format!("{edits:?}"))?);
    let directory = match given(&context.settings.directory) {
        None => Directory::default(),
        Some(path) => {
            inputs.insert("directory".to_owned(), hash_file(Path::new(&path))?);
            Directory::load(Path::new(&path))?
        }
    };
    let progress = StageProgress::new(context.printer, "Mapping", Unit::Things("people"));
    let folder = context.work.read();
    let place = context.work.map();
    let ran = StageRun::new(Stage::Map, &place, inputs)
        .reads(folder.root())?
        .run(false, |into| {
            Ok(chatferry_mapping::map(
                &folder, &directory, &settings, &place, into,
            )?)
        })?;
    summary::step(
        context.printer,
        "Mapped",
        &ran,
        &ran.manifest.details.to_string(),
        progress.elapsed(),
    );
    Ok(ran)
}
