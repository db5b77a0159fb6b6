//! The valid values of limits.

use super::values::Settings;
use crate::error::CliError;

/// The least number of bytes into which any message can be split, with its heading.
const LEAST_MESSAGE_BYTES: usize = 1_024;

/// Proves that every limit lets something through.
///
/// # Errors
/// For the first that does not.
pub(super) fn check(settings: &Settings) -> Result<(), CliError> {
    let limits = &settings.limits;
    for (name, number, least) in [
        (
            "limits.message_bytes",
            limits.message_bytes,
            LEAST_MESSAGE_BYTES,
        ),
        (
            "limits.request_bytes",
            limits.request_bytes,
            limits.message_bytes,
        ),
        ("limits.concurrency", limits.concurrency, 1),
        ("fetch.concurrency", settings.fetch.concurrency, 1),
    ] {
        if number < least {
            return Err(CliError::usage(format!(
                "{name}: {number} is too little; it has to be at least {least}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of a setting, and what makes it wrong.
    type Fault = (&'static str, fn(&mut Settings));

    #[test]
    fn limits_that_let_nothing_through_are_refused() {
        assert!(check(&Settings::default()).is_ok());
        let faults: [Fault; 3] = [
            ("limits.message_bytes", |s| s.limits.message_bytes = 0),
            ("limits.request_bytes", |s| s.limits.request_bytes = 2_000),
            ("limits.concurrency", |s| s.limits.concurrency = 0),
        ];
        for (name, fault) in faults {
            let mut settings = Settings::default();
            fault(&mut settings);
            let error = check(&settings).unwrap_err();
            assert!(error.message.starts_with(name), "{}", error.message);
        }
    }
}
