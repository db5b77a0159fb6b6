//! `chatferry render`: messages into the posts of `3-render`.

use chatferry_model::finding::Stage;
use chatferry_model::folder::RenderFolder;
use chatferry_model::plan::RenderDetails;
use chatferry_render::RenderSettings;

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
    summary::sums(context.printer, &[("render", &ran.manifest.sums)]);
    findings::show(context.printer, &[context.work.render().root()])?;
    context.printer.result(&ran.manifest)?;
    Ok(ExitStatus::with_errors(ran.errors))
}

/// Runs the stage.
pub(crate) fn stage(context: &Context) -> Result<Ran<RenderDetails>, CliError> {
    let settings = RenderSettings {
        selection: context.selection.clone(),
        message_bytes: context.settings.limits.message_bytes,
        code_blocks: context.settings.code_blocks,
        broadcast: context.settings.broadcast,
        compress: context.settings.compress,
        ..RenderSettings::default()
    };
    let mut inputs = Inputs::new();
    let relevant = (
        context.settings.limits.message_bytes,
        context.settings.broadcast,
        context.settings.code_blocks,
        context.settings.compress,
        read::selection(context),
    );
    inputs.insert("settings".to_owned(), hash_value(&relevant)?);
    let (read, map) = (context.work.read(), context.work.map());
    for name in ["people.csv", "conversations.csv", "teams.csv"] {
        inputs.insert(format!("2-map/{name}"), hash_file(&map.join(name))?);
    }
    let progress = StageProgress::new(context.printer, "Rendering", Unit::Things("messages"));
    let ran = StageRun::new(Stage::Render, context.work.render().root(), inputs)
        .reads(read.root())?
        .reads(&map)?
        .run(false, |into| {
            let plan = chatferry_mapping::load_plan(&map, &read)?;
            let into = RenderFolder::new(into.to_owned());
            Ok(chatferry_render::render(
                &read, &plan, &settings, &into, &progress,
            )?)
        })?;
    let details = &ran.manifest.details;
    let counts = [
        (
            details.targets.iter().map(|target| target.posts).sum(),
            "post",
        ),
        (
            details.targets.iter().map(|target| target.replies).sum(),
            "reply",
        ),
        (details.targets.len() as u64, "target"),
        (details.teams.len() as u64, "team"),
    ];
    summary::step(
        context.printer,
        "Rendered",
        &ran,
        &summary::list(&counts),
        progress.elapsed(),
    );
    Ok(ran)
}
