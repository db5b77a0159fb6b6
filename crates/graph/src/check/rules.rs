//! The rules of crates/graph/RULES.md section 6 that can be checked without a network: one table.

use chatferry_model::finding::Code;

use crate::codes;

/// A rule of Graph's, and the finding that breaking it makes.
#[derive(Debug)]
pub struct Rule {
    /// The number in crates/graph/RULES.md section 6 or 8, or the section where it has none.
    pub number: &'static str,
    /// The demand of the rule.
    pub sentence: &'static str,
    /// The evidence for the rule.
    pub basis: &'static str,
    /// The finding.
    pub code: &'static Code,
}

macro_rules! rules {
    ($($name:ident = $number:literal, $basis:literal, $sentence:literal, $code:ident;)+) => {
        $(pub(super) static $name: Rule = Rule {
            number: $number,
            sentence: $sentence,
            basis: $basis,
            code: &codes::$code,
        };)+

        /// All rules that are checked, by number.
        pub const RULES: &[&Rule] = &[$(&$name),+];
    };
}

rules! {
    TEAM_NAME = "2.6", "known limits of Teams, unverified",
        "a team's name has 1 to 256 characters", CHECK_TEAM_NAME;
    HTML = "2.7", "Microsoft's samples, vendors' fidelity lists",
        "HTML is made of what Teams keeps", CHECK_HTML;
    FOREIGN_HTML = "2.7", "real messages, crates/render/TEAMS_HTML.md 2",
        "HTML is made of what chatferry writes", CHECK_HTML_FOREIGN;
    STANDARD_ONLY = "R10", "observed, ISS#14011: silently becomes standard",
        "a private conversation goes into a private channel", CHECK_PRIVATE_AS_STANDARD;
    CHANNEL_AFTER_TEAM = "R11", "observed, cliq2teams",
        "a channel is not older than its team", CHECK_CHANNEL_OLDER_THAN_TEAM;
    CHANNEL_NAME = "R12", "documented, limits of Teams",
        "a channel's name is legal", CHECK_CHANNEL_NAME;
    CHANNEL_NAME_ONCE = "R12", "documented, limits of Teams",
        "a channel's name is unique in its team", CHECK_CHANNEL_NAME_TWICE;
    ONE_GENERAL = "R12", "documented: General comes with the team",
        "a team has one General channel", CHECK_GENERAL_TWICE;
    PRIVATE_OWNER = "R14", "documented, channel-post",
        "a private channel is made with an owner", CHECK_PRIVATE_OWNER;
    CHANNELS = "R15", "documented, limits of Teams",
        "a team has at most 1,000 channels", CHECK_TOO_MANY_CHANNELS;
    MOST_ATTACHMENTS = "2.4", "documented, limits of Teams",
        "a message has at most 10 attachments", CHECK_TOO_MANY_ATTACHMENTS;
    AUTHOR = "R26", "documented; observed, ISS#2230",
        "the author is the object id of a user", CHECK_AUTHOR;
    AUTHOR_KIND = "R27", "documented for federated users, inferred for others",
        "the author is an aadUser", CHECK_AUTHOR_KIND;
    AFTER_CONTAINER = "R28", "documented, teams-import-messages",
        "a post is strictly later than its channel or chat", CHECK_POST_BEFORE_CHANNEL;
    UNIQUE_TIME = "R31", "documented; observed, ISS#7654",
        "every post of a target has a millisecond of its own", CHECK_DUPLICATE_TIME;
    ID_IS_TIME = "R32", "inferred from documented samples",
        "a post's id is its time", CHECK_ID;
    BODY = "R34", "documented, chatMessage",
        "a post has a body in HTML", CHECK_BODY;
    ROOT = "R35", "inferred",
        "a reply answers a root that comes earlier", CHECK_ROOT_MISSING;
    NO_REPLIES_IN_CHATS = "R36", "documented, chatMessage",
        "chats have no replies", CHECK_REPLY_IN_CHAT;
    MENTIONS = "R37", "observed, cliq2teams",
        "every mention has exactly one non-empty place in the text", CHECK_MENTION_MISMATCH;
    ATTACHMENTS = "R38", "documented, chatmessage-post",
        "every attachment has its place in the text, and every place its attachment",
        CHECK_ATTACHMENT_MISMATCH;
    EXTENSION = "R39", "observed, cliq2teams",
        "a file's address ends in a name with an extension", CHECK_ATTACHMENT_EXTENSION;
    HOSTED = "R40", "documented, chatmessage-post",
        "an image in the text comes along with the post", CHECK_IMAGE_MISSING;
    REQUEST_SIZE = "R42", "observed, a Microsoft engineer",
        "a request holds at most 4 MiB", CHECK_REQUEST_SIZE;
    MESSAGE_SIZE = "R43", "documented, approximately",
        "a message weighs at most about 28 KiB", CHECK_MESSAGE_SIZE;
    REACTIONS = "R44", "documented, import-messages",
        "a message has at most 250 reactions", CHECK_REACTIONS;
    CHAT_MEMBERS = "R55", "observed in third-party code",
        "a chat has two different members or more", CHECK_CHAT_MEMBERS;
    FILE_NAME = "R64", "documented, OneDrive's restrictions",
        "a file's name is legal in SharePoint", CHECK_FILE_NAME;
    HOSTED_TYPE = "G1", "observed, mgdc#9134",
        "an image in the text is a PNG or a JPEG", CHECK_IMAGE_TYPE;
    SHAPE = "1.7", "documented, chatMessage",
        "a post is a chatMessage as an import sets it", CHECK_SHAPE;
    DEFERRED = "design 2", "chatferry's own",
        "whatever a post leaves blank is listed beside it, and the reverse", CHECK_DEFERRED;
    BROUGHT_ALONG = "design 2", "chatferry's own",
        "3-render holds every image and file that is uploaded", CHECK_FILE_MISSING;
    COUNT = "design 2", "chatferry's own",
        "a file holds as many posts as the manifest says", CHECK_COUNT;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_code_has_a_rule() {
        let of_rules: Vec<_> = RULES.iter().map(|rule| rule.code.id).collect();
        for code in codes::CODES
            .iter()
            .filter(|code| code.id.starts_with("check-"))
        {
            assert!(of_rules.contains(&code.id), "{} is never found", code.id);
        }
    }
}
