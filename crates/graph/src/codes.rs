//! Every kind of finding of this crate, for `chatferry explain`.

chatferry_model::finding_codes! {
    /// crates/graph/RULES.md R39
    CHECK_ATTACHMENT_EXTENSION = Error, "check-attachment-extension",
        "A file's address ends in a name without an extension, which Graph refuses.",
        "Give the file a name with an extension and render again.";
    /// crates/graph/RULES.md R38
    CHECK_ATTACHMENT_MISMATCH = Error, "check-attachment-mismatch",
        "The attachments of a post and the places for them in its text do not match.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R26
    CHECK_AUTHOR = Error, "check-author",
        "A post has no author, or one that is not the object id of a user.",
        "Check the object ids in 2-map/people.csv and render again.";
    /// crates/graph/RULES.md R27
    CHECK_AUTHOR_KIND = Error, "check-author-kind",
        "A post's author is not an ordinary user of the tenant.",
        "Let an ordinary user or the placeholder speak for that person in 2-map/people.csv and render again.";
    /// chatferry_model::deferred
    CHECK_DEFERRED = Error, "check-blanks",
        "A post's deferred references and their list do not match.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R34
    CHECK_BODY = Error, "check-body",
        "A post is empty or is not HTML.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R12
    CHECK_CHANNEL_NAME = Error, "check-channel-name",
        "A channel's name is one that Teams does not allow.",
        "Change the name in 2-map/conversations.csv and render again.";
    /// crates/graph/RULES.md R12
    CHECK_CHANNEL_NAME_TWICE = Error, "check-channel-name-twice",
        "Two channels of a team have the same name.",
        "Change one of the names in 2-map/conversations.csv and render again.";
    /// crates/graph/RULES.md R11
    CHECK_CHANNEL_OLDER_THAN_TEAM = Error, "check-channel-older-than-team",
        "A channel would be older than its team, which Graph refuses.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R54, R55
    CHECK_CHAT_MEMBERS = Error, "check-chat-members",
        "A chat has fewer than two members, or one of them twice.",
        "Check the members' object ids in 2-map/people.csv and render again.";
    /// crates/DECISIONS.md 2
    CHECK_COUNT = Error, "check-count",
        "A file of posts does not contain the number of posts in the manifest.",
        "Render again: files of 3-render were changed or exchanged.";
    /// crates/graph/RULES.md R31
    CHECK_DUPLICATE_TIME = Error, "check-duplicate-time",
        "Two posts of a channel have the same time, or stand in the wrong order.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/DECISIONS.md 2
    CHECK_FILE_MISSING = Error, "check-file-missing",
        "An image or file of a post is not in 3-render, or is not as large as the post says.",
        "Render again: files of 3-render were moved, changed or deleted.";
    /// crates/graph/RULES.md R64
    CHECK_FILE_NAME = Error, "check-file-name",
        "A file's name is one that SharePoint does not allow.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md 1.6
    CHECK_GENERAL_TWICE = Error, "check-general-twice",
        "Two conversations of a team want to be its General channel.",
        "Let only one of them go to General in 2-map/conversations.csv and render again.";
    /// crates/graph/RULES.md 2.7, crates/DECISIONS.md rule 4.7
    CHECK_HTML = Error, "check-html",
        "A post holds HTML that Teams does not keep, or that is not well formed.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md 2.7, crates/render/TEAMS_HTML.md 2
    CHECK_HTML_FOREIGN = Warning, "check-html-foreign",
        "A post holds HTML that Teams' own client writes and chatferry never does.",
        "No action needed if somebody edited 3-render; look at the post in Teams after a small first upload.";
    /// crates/graph/RULES.md R32
    CHECK_ID = Error, "check-id",
        "A post's id is not its time.",
        "Render again: files of 3-render were changed by hand.";
    /// crates/graph/RULES.md R40
    CHECK_IMAGE_MISSING = Error, "check-image-missing",
        "A post refers to an image that is not included.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md G1
    CHECK_IMAGE_TYPE = Error, "check-image-type",
        "A post has a picture in its text that is neither PNG nor JPEG, and Graph refuses the whole message for it.",
        "Render again: files of 3-render were changed by hand or by an older version.";
    /// crates/graph/RULES.md R37
    CHECK_MENTION_MISMATCH = Error, "check-mention-mismatch",
        "The mentions of a post and the places for them in its text do not match.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R43
    CHECK_MESSAGE_SIZE = Error, "check-message-size",
        "A post exceeds Teams' message size limit.",
        "Lower limits.message_bytes to what the tenant takes and render again.";
    /// crates/graph/RULES.md R28
    CHECK_POST_BEFORE_CHANNEL = Error, "check-post-before-channel",
        "A post is not later than the channel it goes into.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R10, crates/DECISIONS.md rule 4.4
    CHECK_PRIVATE_AS_STANDARD = Error, "check-private-as-standard",
        "A private conversation would go where a whole team can read it.",
        "Let it go to a private channel or nowhere in 2-map/conversations.csv and render again.";
    /// crates/graph/RULES.md R14
    CHECK_PRIVATE_OWNER = Error, "check-private-owner",
        "A private channel has no member who could be its owner.",
        "Map at least one of its members to a user in 2-map/people.csv and render again.";
    /// crates/graph/RULES.md R44
    CHECK_REACTIONS = Error, "check-reactions",
        "A post brings more reactions than Graph takes.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R36
    CHECK_REPLY_IN_CHAT = Error, "check-reply-in-chat",
        "A post of a chat is a reply, but chats have no replies.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R42
    CHECK_REQUEST_SIZE = Error, "check-request-size",
        "A post is larger than Graph takes a request to be.",
        "Lower limits.message_bytes and render again.";
    /// crates/graph/RULES.md R35
    CHECK_ROOT_MISSING = Error, "check-root-missing",
        "A reply comes before the post it answers, or that post is not there or is a reply itself.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md 1.7
    CHECK_SHAPE = Error, "check-shape",
        "A post is not a message as Graph takes it.",
        "Render again: files of 3-render were changed by hand or by another program.";
    /// crates/graph/RULES.md 2.6
    CHECK_TEAM_NAME = Error, "check-team-name",
        "A team has no name, or a longer one than Teams allows.",
        "Change the name in 2-map/teams.csv and render again.";
    /// crates/graph/RULES.md 2.4
    CHECK_TOO_MANY_ATTACHMENTS = Error, "check-too-many-attachments",
        "More files hang on a post than Teams allows.",
        "Render again; if it happens again, report it as a bug of chatferry.";
    /// crates/graph/RULES.md R15
    CHECK_TOO_MANY_CHANNELS = Error, "check-too-many-channels",
        "A team has more channels than Teams allows.",
        "Spread the conversations over several teams in 2-map/conversations.csv and render again.";
    /// crates/graph/RULES.md E24
    UPLOAD_ARCHIVE_REFUSED = Warning, "upload-archive-refused",
        "A channel that was archived in the source could not be archived in Teams.",
        "Archive it by hand in Teams, or give the app the permission that is named.";
    /// crates/graph/RULES.md R26
    UPLOAD_AUTHORS_UNCHECKED = Info, "upload-authors-unchecked",
        "Whether all authors exist in the tenant was not checked, because the app may not read users.",
        "Give the app User.Read.All if it should be checked before anything is sent.";
    /// crates/graph/RULES.md R60–R64
    UPLOAD_FILE_REFUSED = Error, "upload-file-refused",
        "A file could not be put into SharePoint or OneDrive; the post names it in its place.",
        "Read the reason, put it right, and add the file by hand: a post can't be changed later.";
    /// crates/graph/RULES.md 1.10
    UPLOAD_FILES_ELSEWHERE = Warning, "upload-files-elsewhere",
        "The OneDrive that files of chats should go to can't be used, so they went into another.",
        "Nothing needs to be done, unless they should stay together: give that account a OneDrive before the upload, or set files_account.";
    /// crates/graph/RULES.md R58
    UPLOAD_HISTORY_HIDDEN = Warning, "upload-history-hidden",
        "A member of a group chat could not be shown what was said before.",
        "Take that person out of the chat in Teams and add them again with all chat history.";
    /// crates/graph/RULES.md R41
    UPLOAD_IMAGES_AS_FILES = Warning, "upload-images-as-files",
        "The tenant does not take images within texts, so they hang on their posts as files.",
        "Nothing needs to be done.";
    /// crates/graph/RULES.md R58
    UPLOAD_MEMBER_ABSENT = Info, "upload-member-absent",
        "Somebody who was in a conversation is not in the chat it was uploaded into, and was not added.",
        "Add that person in Teams if they should read it.";
    /// crates/graph/RULES.md R58
    UPLOAD_MEMBER_OUT = Error, "upload-member-out",
        "A member of a group chat was taken out to be shown its history and could not be put back.",
        "Run the upload again, or add that person in Teams with all chat history.";
    /// crates/graph/RULES.md R52, R53
    UPLOAD_MEMBER_REFUSED = Warning, "upload-member-refused",
        "Somebody could not be made a member of a team or a private channel.",
        "Add that person by hand in Teams, or run the upload again once the account is in order.";
    /// crates/DECISIONS.md rule 4.2
    UPLOAD_MOVED = Warning, "upload-moved",
        "The time of a post was taken by a message that is not ours, so the post stands some milliseconds later.",
        "Nothing needs to be done.";
    /// crates/graph/RULES.md 1.17
    UPLOAD_NO_OWNER = Warning, "upload-no-owner",
        "A team has no owner, so nobody sees or manages it.",
        "Name an owner with --owner or in 2-map/teams.csv, or add one in the Teams admin center.";
    /// crates/graph/RULES.md R26, R34, R42, R43
    UPLOAD_POST_REFUSED = Error, "upload-post-refused",
        "Graph does not take a post; the others were sent.",
        "Read the reason; run chatferry check, and run the upload again if the cause was in the tenant.";
    /// crates/DECISIONS.md rule 4.3
    UPLOAD_ROOT_REFUSED = Error, "upload-root-refused",
        "A reply was not sent because the post it answers was refused.",
        "See the finding of the post it answers.";
    /// crates/graph/RULES.md 1.15
    UPLOAD_SOURCE_CHANGED = Info, "upload-source-changed",
        "A message that was uploaded reads differently in the newer export; Teams keeps the older wording.",
        "Nothing can be done: no app can change a message in Teams.";
    /// crates/graph/RULES.md 1.15
    UPLOAD_SOURCE_VANISHED = Info, "upload-source-vanished",
        "A message that was uploaded is no longer in the newer export; it stays in Teams.",
        "Delete it in Teams by hand if it should go.";
    /// crates/graph/RULES.md R48, R50
    UPLOAD_TARGET_FAILED = Error, "upload-target-failed",
        "A channel or a team could not be finished.",
        "Read the reason, put it right, and run the upload again: it goes on where it stopped.";
    /// crates/graph/RULES.md 1.15
    UPLOAD_WITHHELD = Warning, "upload-withheld",
        "A message became more posts than were uploaded of it; the further ones were held back, since they may repeat what is there.",
        "Look at the message in Teams; what is missing can be posted there by hand.";
    /// crates/graph/RULES.md 1.10
    VERIFY_ATTACHMENTS = Error, "verify-attachments",
        "A message in Teams has different attachments from those sent.",
        "Compare the message in Teams with 3-render; report it as a bug of chatferry if nobody changed it.";
    /// crates/graph/RULES.md 1.1
    VERIFY_AUTHOR = Error, "verify-author",
        "A message in Teams has another author than the one that was sent.",
        "Compare the message in Teams with 3-render; report it as a bug of chatferry if nobody changed it.";
    /// crates/graph/RULES.md G20
    VERIFY_CODE_MISREAD = Info, "verify-code-misread",
        "Graph gives a code block of a message the text of the inline code before it: a known defect of reading (msgraph-sdk-javascript#1995). The text of such blocks is not compared.",
        "Nothing needs to be done: Teams shows the block as it was sent.";
    /// crates/graph/RULES.md 3.1, 6
    VERIFY_DELETED = Error, "verify-deleted",
        "A message is marked as deleted in Teams.",
        "If nobody deleted it, delete the team and upload again: Teams marks imported messages so at times.";
    /// crates/graph/RULES.md E26
    VERIFY_EXTRA = Warning, "verify-extra",
        "Teams holds a message that was not uploaded from here.",
        "Nothing needs to be done if somebody wrote it since.";
    /// crates/graph/RULES.md R58
    VERIFY_HISTORY = Error, "verify-history",
        "A member of a chat does not see all that was uploaded into it.",
        "Run chatferry upload until the chat is done; or take that person out in Teams and add them with all chat history.";
    /// crates/graph/RULES.md 1.9
    VERIFY_IMAGE = Error, "verify-image",
        "An image in a message in Teams is not the one that was sent, or can't be read.",
        "Look at the message in Teams; the image is in 3-render/images.";
    /// chatferry_model::deferred
    VERIFY_LINKS = Error, "verify-links",
        "A message in Teams leads to other places in Teams than the one that was sent.",
        "Compare the message in Teams with 3-render; report it as a bug of chatferry if nobody changed it.";
    /// crates/graph/RULES.md E26
    VERIFY_MISSING = Error, "verify-missing",
        "A message that was uploaded is not in Teams.",
        "Run the upload again, then verify; Teams may need a while until all can be read.";
    /// crates/graph/RULES.md R26, R34, R42, R43
    VERIFY_REFUSED = Error, "verify-refused",
        "A post that Graph refused is not in Teams.",
        "See the upload's findings for the reason, put it right, and run the upload again: it tries such posts once more.";
    /// crates/graph/RULES.md R35
    VERIFY_ROOT = Error, "verify-root",
        "A reply in Teams answers another message than the one that was sent.",
        "Report it as a bug of chatferry.";
    /// crates/graph/RULES.md 2.7
    VERIFY_TEXT = Error, "verify-text",
        "A message in Teams reads differently from what was sent.",
        "Compare the message in Teams with 3-render; report it as a bug of chatferry if nobody edited it.";
    /// crates/graph/RULES.md R30
    VERIFY_TIME = Error, "verify-time",
        "A message in Teams has another time than the one that was sent.",
        "Report it as a bug of chatferry.";
    /// crates/DECISIONS.md 3
    VERIFY_UNFINISHED = Error, "verify-unfinished",
        "A target was not uploaded to the end, so only a part of it can be compared.",
        "Run chatferry upload until it is done, then verify again.";
    /// crates/graph/RULES.md 1.1
    VERIFY_UNREADABLE = Error, "verify-unreadable",
        "A target could not be read back.",
        "Read the reason; the app needs ChannelMessage.Read.All to verify.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
        for code in CODES {
            let stage = code.id.split('-').next().unwrap();
            assert!(
                ["check", "upload", "verify"].contains(&stage),
                "{}",
                code.id
            );
            for sentence in [code.summary, code.remedy] {
                assert!(
                    sentence.ends_with('.') && sentence.len() > 20,
                    "{}: {sentence}",
                    code.id
                );
            }
        }
    }
}
