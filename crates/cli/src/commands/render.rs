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
use crate::stage::{self, Inputs, Ran, StageRun, hash_file, hash_value};

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let ran = stage(context)?;
    summary::sums(context.printer, &[("render", &ran.manifest.sums)]);
    findings::show(context.printer, &[context.work.render().root()])?;
    context.printer.result(&ran.manifest)?;
    Ok(ExitStatus::with_errors(ran.errors))
}

/// Returns the settings of rendering.
fn settings(context: &Context) -> Result<RenderSettings, CliError> {
    let settings = &context.settings;
    Ok(RenderSettings {
        selection: context.selection.clone(),
        fetched: Some(context.work.fetch()),
        message_bytes: settings.limits.message_bytes,
        request_bytes: settings.limits.request_bytes,
        images: settings.images,
        animated_images: settings.animated_images,
        files: settings.files,
        reactions: settings.reactions,
        reactions_probe: settings.reactions_probe,
        mentions: settings.mentions,
        channel_mentions: settings.channel_mentions,
        broadcast_mentions: settings.broadcast_mentions,
        code_blocks: settings.code_blocks,
        broadcast: settings.broadcast,
        compress: settings.compress,
        time_zone: settings.time_zone()?,
        phrases: settings.phrases()?,
    })
}

/// The settings that what is rendered depends on.
fn relevant(context: &Context) -> impl serde::Serialize + use<> {
    let settings = &context.settings;
    (
        [settings.limits.message_bytes, settings.limits.request_bytes],
        (settings.images, settings.animated_images, settings.files),
        (settings.reactions, settings.reactions_probe),
        (
            settings.mentions,
            settings.channel_mentions,
            settings.broadcast_mentions,
        ),
        (settings.broadcast, settings.code_blocks, settings.compress),
        (settings.time_zone.clone(), settings.language.clone()),
        read::selection(context),
    )
}

/// Runs the stage.
pub(crate) fn stage(context: &Context) -> Result<Ran<RenderDetails>, CliError> {
    let settings = settings(context)?;
    let mut inputs = Inputs::new();
    inputs.insert("settings".to_owned(), hash_value(&relevant(context))?);
    let fetched = context.work.fetch().files();
    if fetched.exists() {
        inputs.insert("1-fetch/files.jsonl".to_owned(), hash_file(&fetched)?);
    }
    let (read, map) = (context.work.read(), context.work.map());
    stage::present(read.root())?;
    stage::present(&map)?;
    for table in chatferry_mapping::tables(&map)? {
        let name = table.file_stem().unwrap_or_default().to_string_lossy();
        inputs.insert(format!("2-map/{name}"), hash_file(&table)?);
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
