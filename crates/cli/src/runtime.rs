//! The runtime of the commands that wait for a network, and the way they are ended.

use tokio::runtime::{Builder, Runtime};

use crate::error::CliError;

/// Returns a runtime of several threads.
///
/// # Errors
/// When the system has no room for one.
pub(crate) fn runtime() -> Result<Runtime, CliError> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| CliError::system("runtime", &error))
}

/// Completes when Ctrl-C is pressed. Without a way to hear that, the program is killed, which is as
/// good.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
