//! Asynchronous operations of Graph: their address in a response, and their progress
//! (crates/graph/RULES.md 1.3).

use serde::Deserialize;

use super::Run;
use super::error::UploadFailure;
use crate::client::Answer;
use crate::requests;
use crate::retry::RetryAction;

/// The progress of creating a team or channel.
pub(super) enum Progress {
    Pending,
    Succeeded,
    /// Nothing will come of it, for this reason.
    Failed(String),
}

/// The progress of an operation of a team.
pub(super) async fn progress(
    run: &Run<'_>,
    team: &str,
    operation: &str,
) -> Result<Progress, UploadFailure> {
    #[derive(Deserialize)]
    struct Operation {
        status: String,
        #[serde(default)]
        error: Option<OperationError>,
    }

    #[derive(Deserialize)]
    struct OperationError {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }

    let call = requests::get_operation(team, operation);
    match run.client.read::<Operation>(&call, run.observer).await {
        Ok(operation) => match operation.status.to_ascii_lowercase().as_str() {
            "succeeded" => Ok(Progress::Succeeded),
            "failed" | "invalid" => {
                let error = operation
                    .error
                    .map(|error| format!(": {} {}", error.code, error.message));
                let error = error.unwrap_or_default();
                Ok(Progress::Failed(format!(
                    "Teams could not create it{error}"
                )))
            }
            _ => Ok(Progress::Pending),
        },
        // The operation may not be readable, or not yet; then the team itself tells.
        Err(failure) if failure.remedy == RetryAction::Refuse => Ok(Progress::Pending),
        Err(failure) => Err(failure.into()),
    }
}

/// The ids in `Content-Location` and `Location`, of which both styles occur: `/teams('T')` and
/// `/teams/T` (crates/graph/RULES.md 1.2).
pub(super) fn addressed(answer: &Answer) -> (Option<String>, Option<String>) {
    let location = answer.header("location").unwrap_or_default();
    let content = answer.header("content-location").unwrap_or_default();
    let team = named("teams", content).or_else(|| named("teams", location));
    (team, named("operations", location))
}

/// The id of the operation that an answer begins.
pub(super) fn begun_by(answer: &Answer) -> Option<String> {
    addressed(answer).1
}

fn named(collection: &str, address: &str) -> Option<String> {
    let plain = address.replace("('", "/").replace("')", "");
    let mut segments = plain
        .split('/')
        .skip_while(|segment| *segment != collection);
    segments
        .nth(1)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles_of_addresses_are_read() {
        for address in [
            "/teams('T1')/operations('O1')",
            "/teams/T1/operations/O1",
            "https://graph.microsoft.com/v1.0/teams('T1')/operations('O1')",
        ] {
            assert_eq!(named("teams", address).as_deref(), Some("T1"), "{address}");
            assert_eq!(
                named("operations", address).as_deref(),
                Some("O1"),
                "{address}"
            );
        }
        assert_eq!(named("operations", "/teams('T1')"), None);
        assert_eq!(named("teams", ""), None);
    }
}
