//! The findings of fetching.

chatferry_model::finding_codes! {
    FETCH_DENIED = Error, "fetch-denied",
        "The source refuses to hand out a file.",
        "The message names the file and its address. Use the token of a user who can see and read the file, and run `chatferry fetch` again.";
    FETCH_ELSEWHERE = Error, "fetch-elsewhere",
        "A file's address, or the address it redirects to, is not at the source's servers.",
        "No request was sent there, because a token must not go to anybody else. The message names the file and its address; copy it by hand if it matters.";
    FETCH_FAILED = Error, "fetch-failed",
        "A file could not be fetched despite several attempts.",
        "Run `chatferry fetch` again: it fetches only missing files.";
    FETCH_GONE = Error, "fetch-gone",
        "A file is no longer on the source's servers.",
        "It was deleted after the export was made. The message names it; no action needed.";
    FETCH_NOT_TRIED = Error, "fetch-not-tried",
        "Files were not tried, because the run ended before their turn.",
        "Fix what the other findings report, or simply run `chatferry fetch` again: it fetches only missing files.";
    FETCH_OTHER_TYPE = Info, "fetch-other-type",
        "A file is of another kind than the source says.",
        "It is complete and treated as what its first bytes show. No action needed.";
    FETCH_SIGN_IN = Error, "fetch-sign-in",
        "The source answered with its sign-in page instead of a file: the token is missing, revoked or must not read files.",
        "Make a new export and give it to `chatferry fetch EXPORT`, or set the environment variable that `chatferry fetch --help` names to a token that may read files, and run it again.";
    FETCH_WRONG_CONTENT = Error, "fetch-wrong-content",
        "The answer is not a file of the kind it should be.",
        "It was discarded; the message names the file and its address. Run `chatferry fetch` again, or download the file by hand.";
    FETCH_WRONG_LENGTH = Error, "fetch-wrong-length",
        "The answer is not as long as the file is, by what the export says.",
        "It was discarded; the message names the file and its address. Run `chatferry fetch` again, or make a new export.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_explained() {
        for code in CODES {
            assert!(code.id.starts_with("fetch-"), "{}", code.id);
            assert!(!code.summary.is_empty() && !code.remedy.is_empty());
        }
    }
}
