//! The findings of fetching.

use chatferry_model::finding::{Code, Severity};

/// All codes, for `chatferry explain`.
pub const CODES: &[&Code] = &[
    &FETCH_DENIED,
    &FETCH_ELSEWHERE,
    &FETCH_FAILED,
    &FETCH_GONE,
    &FETCH_NOT_TRIED,
    &FETCH_OTHER_TYPE,
    &FETCH_SIGN_IN,
    &FETCH_WRONG_CONTENT,
    &FETCH_WRONG_LENGTH,
];

/// 401, 403.
pub(crate) static FETCH_DENIED: Code = Code {
    id: "fetch-denied",
    severity: Severity::Error,
    summary: "The source refuses to hand out a file.",
    remedy: "The message names the file and its address. Use the token of a user who can see and read the file, and run `chatferry fetch` again.",
};

/// Not one of the source's hosts.
pub(crate) static FETCH_ELSEWHERE: Code = Code {
    id: "fetch-elsewhere",
    severity: Severity::Error,
    summary: "A file's address, or the address it redirects to, is not at the source's servers.",
    remedy: "No request was sent there, because a token must not go to anybody else. The message names the file and its address; copy it by hand if it matters.",
};

/// Anything that may pass.
pub(crate) static FETCH_FAILED: Code = Code {
    id: "fetch-failed",
    severity: Severity::Error,
    summary: "A file could not be fetched despite several attempts.",
    remedy: "Run `chatferry fetch` again: it fetches only missing files.",
};

/// 404, 410.
pub(crate) static FETCH_GONE: Code = Code {
    id: "fetch-gone",
    severity: Severity::Error,
    summary: "A file is no longer on the source's servers.",
    remedy: "It was deleted after the export was made. The message names it; no action needed.",
};

/// The run was stopped.
pub(crate) static FETCH_NOT_TRIED: Code = Code {
    id: "fetch-not-tried",
    severity: Severity::Error,
    summary: "Files were not tried, because the run ended before their turn.",
    remedy: "Fix what the other findings report, or simply run `chatferry fetch` again: it fetches only missing files.",
};

/// A picture that is another kind of picture.
pub(crate) static FETCH_OTHER_TYPE: Code = Code {
    id: "fetch-other-type",
    severity: Severity::Info,
    summary: "A file is of another kind than the source says.",
    remedy: "It is complete and treated as what its first bytes show. No action needed.",
};

/// 200 with a page (crates/readers/src/slack/FORMAT.md trap 51).
pub(crate) static FETCH_SIGN_IN: Code = Code {
    id: "fetch-sign-in",
    severity: Severity::Error,
    summary: "The source answered with its sign-in page instead of a file: the token is missing, revoked or must not read files.",
    remedy: "Make a new export and give it to `chatferry fetch EXPORT`, or set the environment variable that `chatferry fetch --help` names to a token that may read files, and run it again.",
};

/// Bytes of no such kind.
pub(crate) static FETCH_WRONG_CONTENT: Code = Code {
    id: "fetch-wrong-content",
    severity: Severity::Error,
    summary: "The answer is not a file of the kind it should be.",
    remedy: "It was discarded; the message names the file and its address. Run `chatferry fetch` again, or download the file by hand.",
};

/// Cut or grown.
pub(crate) static FETCH_WRONG_LENGTH: Code = Code {
    id: "fetch-wrong-length",
    severity: Severity::Error,
    summary: "The answer is not as long as the file is, by what the export says.",
    remedy: "It was discarded; the message names the file and its address. Run `chatferry fetch` again, or make a new export.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_explained() {
        assert!(CODES.is_sorted_by(|a, b| a.id < b.id));
        for code in CODES {
            assert!(code.id.starts_with("fetch-"), "{}", code.id);
            assert!(!code.summary.is_empty() && !code.remedy.is_empty());
        }
    }
}
