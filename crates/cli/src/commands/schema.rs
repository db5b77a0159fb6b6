//! `chatferry schema`: JSON Schemas of the files in the work folder.

use chatferry_model::schema::SCHEMAS;

use crate::args::{GlobalArgs, SchemaArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::suggest::advice;

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &SchemaArgs) -> Result<ExitStatus, CliError> {
    let printer = context::printer(global);
    let Some(name) = &args.name else {
        if global.json {
            let names: Vec<&str> = SCHEMAS.iter().map(|schema| schema.name).collect();
            printer.result(&names)?;
            return Ok(ExitStatus::Done);
        }
        for schema in SCHEMAS {
            printer.data(&format!("{:16} {}", schema.name, schema.place))?;
        }
        return Ok(ExitStatus::Done);
    };
    let schema = SCHEMAS
        .iter()
        .find(|schema| schema.name == name)
        .ok_or_else(|| {
            CliError::usage(format!("there is no schema {name:?}")).hint(advice(
                name,
                SCHEMAS.iter().map(|schema| schema.name),
                "`chatferry schema` lists them all",
            ))
        })?;
    let text = serde_json::to_string_pretty(&(schema.make)())
        .map_err(|error| CliError::bug(error.to_string()))?;
    printer.data(&text)?;
    Ok(ExitStatus::Done)
}
