//! `chatferry map`: people and conversations into `2-map`.

mod people_of_tenant;
mod plan;
mod review;

use std::path::PathBuf;

use chatferry_mapping::{Directory, MapDetails, MapPlan, MapSettings};
use chatferry_model::finding::Stage;
use chatferry_model::manifest::Manifest;
use serde::Serialize;

use crate::args::MapArgs;
use crate::commands::{read, summary};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings;
use crate::progress::{StageProgress, Unit};
use crate::stage::{self, Inputs, Ran, StageRun, hash_file, hash_value};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &MapArgs) -> Result<ExitStatus, CliError> {
    let fetched = if args.from_graph {
        Some(people_of_tenant::fetch(context)?)
    } else {
        None
    };
    let mut ran = stage_with(context, fetched.clone())?;
    if args.review {
        review::run(context, &mut std::io::stdin().lock())?;
        ran = stage_with(context, fetched)?;
    }
    summary::sums(context.printer, &[("map", &ran.manifest.sums)]);
    findings::show(context.printer, &[&context.work.map()])?;
    let plan = MapPlan::read(&context.work.map())?;
    plan::show(context.printer, &plan);

    #[derive(Serialize)]
    struct Result<'a> {
        #[serde(flatten)]
        manifest: &'a Manifest<MapDetails>,
        plan: MapPlan,
    }
    context.printer.result(&Result {
        manifest: &ran.manifest,
        plan,
    })?;
    Ok(ExitStatus::with_errors(ran.errors))
}

/// Runs the stage.
pub(crate) fn stage(context: &Context) -> Result<Ran<MapDetails>, CliError> {
    stage_with(context, None)
}

/// Runs the stage with the tenant's people as just fetched, if they were.
fn stage_with(context: &Context, fetched: Option<PathBuf>) -> Result<Ran<MapDetails>, CliError> {
    let settings = settings(context);
    let mut inputs = Inputs::new();
    let relevant = format!(
        "{:?}",
        MapSettings {
            // What is not selected is told by its own value.
            selection: chatferry_model::selection::Selection::default(),
            ..settings.clone()
        }
    );
    let relevant = (relevant, read::selection(context));
    inputs.insert("settings".to_owned(), hash_value(&relevant)?);
    // What an admin changed is an input like any other.
    let edits = chatferry_mapping::edits(&context.work.map())?;
    inputs.insert("edits".to_owned(), hash_value(&format!("{edits:?}"))?);
    let directory = match fetched.or_else(|| people_of_tenant::file(context)) {
        None => Directory::default(),
        Some(path) => {
            inputs.insert("directory".to_owned(), hash_file(&path)?);
            Directory::load(&path)?
        }
    };
    stage::present(context.work.read().root())?;
    let progress = StageProgress::new(context.printer, "Mapping", Unit::Things("people"));
    let folder = context.work.read();
    let place = context.work.map();
    let ran = StageRun::new(Stage::Map, &place, inputs)
        .reads(folder.root())?
        // A plan that somebody deleted is made again.
        .run(MapPlan::read(&place).is_err(), |into| {
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

/// Returns the settings of mapping.
fn settings(context: &Context) -> MapSettings {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let settings = &context.settings;
    MapSettings {
        team: given(&settings.team),
        placeholder: given(&settings.placeholder),
        owners: settings.owners.clone(),
        route: settings.route,
        chats: settings.chats,
        people: settings.people.clone(),
        limits: settings.limits,
        sheets: settings.sheets,
        selection: context.selection.clone(),
    }
}
