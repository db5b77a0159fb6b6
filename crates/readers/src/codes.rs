//! The kinds of findings of this crate, for `chatferry explain`.

chatferry_model::finding_codes! {
    MATTERMOST_BURN_ON_READ = Warning, "mattermost-burn-on-read",
        "A burn-on-read post is in the export without its words, which are not in any export.",
        "It was skipped, or is shown as a line that says so where somebody replied or reacted to it.";
    MATTERMOST_CHANNEL_MISSING = Warning, "mattermost-channel-missing",
        "Posts were written in a channel that no line of the export describes.",
        "It is taken for a private channel of that name; look at its members before it is uploaded.";
    MATTERMOST_COMPLIANCE = Warning, "mattermost-compliance",
        "A compliance export holds neither reactions nor pins nor cards, and only what was said since it was switched on.",
        "Read a bulk export as well where one can be had; what is in both is taken from that.";
    MATTERMOST_CUSTOM_EMOJI = Warning, "mattermost-custom-emoji",
        "A custom emoji was used whose picture is not in the export.",
        "Its name stands in its place; servers of some versions leave the pictures out of archives, and `/api/v4/emoji` has them.";
    MATTERMOST_DEACTIVATED_DIRECT = Warning, "mattermost-deactivated-direct",
        "Servers before 9.5 leave out what deactivated people wrote in direct messages.",
        "Update the server and export again, if direct messages are to be migrated whole.";
    MATTERMOST_DIRECT_REACTIONS = Warning, "mattermost-direct-reactions",
        "No version of the server exports reactions to direct messages, but for those to replies.",
        "The messages come without them; nothing can be done about it in the export.";
    MATTERMOST_DUPLICATE = Info, "mattermost-duplicate",
        "The same post is in the export more than once, or in several of the exports.",
        "It was read once, as the last of the exports has it.";
    MATTERMOST_EARLY_TIME = Info, "mattermost-early-time",
        "A post is older than Mattermost, so it was imported from elsewhere.",
        "No action needed, unless the time is wrong; it is kept as it is.";
    MATTERMOST_EMPTY_FILE = Warning, "mattermost-empty-file",
        "A file attached to a post is 0 bytes long in the export.",
        "It is kept as it is; if it was not empty on the server, an old command-line export may have overwritten it there.";
    MATTERMOST_EMPTY_POST = Info, "mattermost-empty-post",
        "A post holds neither words nor files.",
        "It was left out; nothing was to be seen of it in Mattermost either.";
    MATTERMOST_EXPORT_WARNING = Warning, "mattermost-export-warning",
        "The server noted that it could not put a file into the export.",
        "The post names the file; restore it on the server and export again, if it is needed.";
    MATTERMOST_FILE_MISSING = Warning, "mattermost-file-missing",
        "A file hangs on a post, but its bytes are not in the export.",
        "The post names it; export again with attachments, or with the folder `data` beside the lines.";
    MATTERMOST_LATE_TIME = Warning, "mattermost-late-time",
        "A post has a time after the export was made, which Teams would refuse.",
        "It takes the time of the export; correct the line named if the right time is known.";
    MATTERMOST_NO_ARCHIVED = Warning, "mattermost-no-archived",
        "The export holds no archived channel, and by default servers leave them out with all their posts.",
        "If there are any, export again with `mmctl export create --include-archived-channels`.";
    MATTERMOST_NO_THREADS = Warning, "mattermost-no-threads",
        "The XML of compliance exports does not say which post a reply answers.",
        "Every reply stands by itself; export as CSV, or read a bulk export, to have threads.";
    MATTERMOST_NO_TIME = Error, "mattermost-no-time",
        "A post does not say when it was written, or gives a time before 2000.",
        "It was left out, or took the time of its first reply; look at the line named.";
    MATTERMOST_OLD_VERSION = Warning, "mattermost-old-version",
        "The export was written by an old server, whose notices of joins and the like look as if people had said them.",
        "They are read as messages; update the server and export again, if that matters.";
    MATTERMOST_ORPHAN_REPLY = Warning, "mattermost-orphan-reply",
        "The post that a thread answers is not in the export.",
        "The replies stand under a line that says so; an export of an earlier time may hold it.";
    MATTERMOST_OTHER_ENCODING = Warning, "mattermost-other-encoding",
        "A line holds bytes that are not UTF-8.",
        "They are shown as replacement characters.";
    MATTERMOST_PERMALINK = Info, "mattermost-permalink",
        "A post links to another post by an id that no export holds.",
        "The link is kept as it is and leads to the Mattermost server as long as that is there.";
    MATTERMOST_REPAIRED = Warning, "mattermost-repaired",
        "A post holds something in another form than the server writes it.",
        "What could be meant was taken, and what could not was left out; look at the line named.";
    MATTERMOST_SCOPED = Warning, "mattermost-scoped",
        "The export is of one team or channel, and such exports hold no direct or group messages.",
        "If these are to be migrated too, export again without `--team-name` and `--channel-name`.";
    MATTERMOST_SELF_DIRECT = Warning, "mattermost-self-direct",
        "A conversation of one person may be notes to oneself or, before 9.5, talk with somebody who was deactivated.",
        "It is read as notes to oneself; update the server and export again, if that matters.";
    MATTERMOST_UNKNOWN_BLOCK = Warning, "mattermost-unknown-block",
        "A post holds a kind of content that chatferry does not know.",
        "Its words were kept; its form was not. Please report the kind named by the finding.";
    MATTERMOST_UNKNOWN_LINE = Warning, "mattermost-unknown-line",
        "The export holds lines of a type that is not known.",
        "They were skipped; please report the type, so that it can be read.";
    MATTERMOST_UNKNOWN_TYPE = Warning, "mattermost-unknown-type",
        "A post is of a type that is not known.",
        "It is read as an ordinary message; please report the type.";
    MATTERMOST_UNREADABLE = Error, "mattermost-unreadable",
        "A line of the export, or a reply in it, cannot be read.",
        "It was left out; export again, or look at the line named.";
    MATTERMOST_WIKI = Warning, "mattermost-wiki",
        "The export holds pages of a wiki or comments on them, which are in no channel.",
        "They were skipped; copy the pages from Mattermost if they are needed.";
    READ_DAMAGED_ENTRY = Error, "read-damaged-entry",
        "A file inside the export is damaged or cannot be unpacked.",
        "What comes before the damage was read; download the export again to get the rest.";
    READ_NOTHING = Error, "read-nothing",
        "No message was read: the export holds none, or none that was selected.",
        "Check that it is the whole export, and that the conversations and dates that were selected are in it.";
    READ_OTHER_SOURCE = Warning, "read-other-source",
        "The export also holds files that look like an export of another source.",
        "They were not read; give that export by itself, with a work folder of its own.";
    SLACK_CANVAS = Info, "slack-canvas",
        "A canvas is listed in the export, but its text is not in it.",
        "Open the canvas in Slack and save it, if it is needed.";
    SLACK_CUT_FILE = Error, "slack-cut-file",
        "A file of messages ends in the middle.",
        "Every whole message before the cut was read; download the export again to get the rest.";
    SLACK_DAMAGED_LIST = Error, "slack-damaged-list",
        "A list of people or conversations cannot be read whole.",
        "The entries that can be read were used; download the export again to get the rest.";
    SLACK_DENIED = Error, "slack-denied",
        "Slack withheld the content of a message because the organisation controls its encryption keys (EKM).",
        "A line stands in its place; ask the organisation's administrator for access and export again.";
    SLACK_DOCUMENT = Warning, "slack-document",
        "A message has a canvas, post or list attached whose text is not in the export.",
        "The message names it; open it in Slack and save it, if it is needed.";
    SLACK_DUPLICATE = Info, "slack-duplicate",
        "The same message is in the export more than once, or in several of the exports.",
        "It was read once, in the version that was changed last.";
    SLACK_EARLY_TIME = Info, "slack-early-time",
        "A message is older than Slack, so it was imported from elsewhere.",
        "No action needed, unless the time is wrong; it is kept as it is.";
    SLACK_EMAIL_FILES = Warning, "slack-email-files",
        "An e-mail in the export came with files that no export holds.",
        "The message names them; save them from Slack, if they are needed.";
    SLACK_EMPTY_FILE = Error, "slack-empty-file",
        "A file that should hold messages is empty.",
        "Nothing could be read from it; download the export again to get its messages.";
    SLACK_FILE_GONE = Warning, "slack-file-gone",
        "A file was deleted, hidden by the workspace's plan, or kept from the export.",
        "The message says so in its place; nothing else of the file is in the export.";
    SLACK_FILE_UNUSED = Warning, "slack-file-unused",
        "The export holds a file that is attached to no message.",
        "It is not moved; take it from the export, if it is needed.";
    SLACK_FILE_WITHOUT_ID = Warning, "slack-file-without-id",
        "A file hangs on a message without an id, so that it cannot be told from others.",
        "The message was read without it.";
    SLACK_HUDDLE_TRANSCRIPT = Warning, "slack-huddle-transcript",
        "The export holds transcripts of huddles, in a form that Slack does not describe.",
        "They were left out; keep `huddle_transcripts.json` of the export, if they are needed.";
    SLACK_LINK_PREVIEW = Info, "slack-link-preview",
        "A preview of a link was left out.",
        "The link itself is kept; the setting `link_previews` brings the previews back.";
    SLACK_LIST = Warning, "slack-list",
        "A Slack list is in the export, but its rows are not.",
        "Open the list in Slack and export it as CSV, if it is needed.";
    SLACK_MEMBERS_GUESSED = Warning, "slack-members-guessed",
        "No list says who is in a conversation.",
        "Those who wrote in it are taken for its members; look at them before it is uploaded.";
    SLACK_NO_TIME = Error, "slack-no-time",
        "A message has no timestamp that can be its own: none, one before 2000, or one long after all others (Slack also uses it as the message ID).",
        "It was left out, because it has no place in the conversation; the finding shows its first words.";
    SLACK_NOT_A_LIST = Warning, "slack-not-a-list",
        "A file of messages holds something else than a list.",
        "What looks like messages in it was read; the number of messages read tells whether any were.";
    SLACK_NOT_A_MESSAGE = Warning, "slack-not-a-message",
        "An entry in a file of messages is not a message.",
        "It was skipped; open the file at that place to see what it is.";
    SLACK_ORPHAN_REPLY = Warning, "slack-orphan-reply",
        "The message that a thread answers is not in the export.",
        "The replies are shown under a line that says so; a wider range of dates in the export may hold it.";
    SLACK_OTHER_ENCODING = Warning, "slack-other-encoding",
        "A file is not UTF-8 throughout.",
        "It was read, in the code page that fits, or with \u{fffd} for invalid bytes.";
    SLACK_REPAIRED = Warning, "slack-repaired",
        "A message was damaged in a way that could be repaired.",
        "It was read: a broken character is shown as \u{fffd}, and a field that is not JSON is missing.";
    SLACK_SEARCH_RESULTS = Info, "slack-search-results",
        "An archive of slackdump holds the results of searches beside conversations.",
        "They were left out, being copies; archive the conversations they come from, if they are not in it.";
    SLACK_TOO_DEEP = Error, "slack-too-deep",
        "A message is nested far deeper than anything that Slack shows.",
        "The innermost parts were dropped; where nothing else was left, the plain text is used.";
    SLACK_UNKNOWN_BLOCK = Warning, "slack-unknown-block",
        "A message holds a kind of content that chatferry does not know.",
        "Its words were kept; its form was not. Please report the kind named by the finding.";
    SLACK_UNKNOWN_BLOCK_LOST = Error, "slack-unknown-block-lost",
        "A message holds a kind of content that chatferry does not know, and no words were found in it.",
        "The message's own text was used where it has one. Please report the kind named by the finding.";
    SLACK_UNKNOWN_SUBTYPE = Warning, "slack-unknown-subtype",
        "A message is of a kind that chatferry does not know.",
        "It was read as an ordinary message. Please report the kind named by the finding.";
    SLACK_UNKNOWN_SUBTYPE_EMPTY = Info, "slack-unknown-subtype-empty",
        "An event of a kind that chatferry does not know has no content.",
        "It was left out; nobody said anything.";
    SLACK_UNLISTED = Warning, "slack-unlisted",
        "A folder of messages belongs to a conversation that the export does not list.",
        "It was read and is taken for private; name it and choose its place in the next stage.";
    SLACK_UNREADABLE = Error, "slack-unreadable",
        "A message is damaged beyond repair.",
        "It was left out, the others in its file were read; download the export again to get it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
        for code in CODES {
            assert!(
                ["mattermost-", "read-", "slack-"]
                    .iter()
                    .any(|source| code.id.starts_with(source)),
                "{}",
                code.id
            );
            assert!(
                code.summary.ends_with('.') && code.remedy.ends_with('.'),
                "{}",
                code.id
            );
        }
    }
}
