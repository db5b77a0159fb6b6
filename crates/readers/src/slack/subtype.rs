//! The outcome for a message of each subtype: the table of crates/readers/src/slack/FORMAT.md 3.1.
//!
//! The subtype decides and never the text, which is in the language of the workspace (trap 68).

use crate::Support;

/// The outcome for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Somebody said it.
    Message,
    /// Somebody said it in the third person (`/me`).
    Me,
    /// A reply that was shown in the conversation too.
    Broadcast,
    /// A file shared in the way before 2018: what was said is in the file's first comment.
    FileShare,
    /// A comment on a file: what was said is in `comment`.
    FileComment,
    /// The source noted something that people want to see: a huddle, a reminder.
    Line,
    /// The source noted something that is left out unless the options say otherwise.
    Notice,
    /// Nothing was said, nothing is shown.
    Nothing,
    /// Says that another message was pinned.
    PinnedItem,
    /// Stands for a message that was deleted.
    Tombstone,
    /// The content was kept from whoever made the export.
    Denied,
    /// An event that carries the message it is about.
    Envelope,
    /// Unknown: a message if it says anything.
    Unknown,
}

use Treatment::{
    Broadcast, Denied, Envelope, FileComment, FileShare, Line, Me, Message, Nothing, Notice,
    PinnedItem, Tombstone, Unknown,
};

/// Every subtype that is known, sorted.
pub(super) const SUBTYPES: &[(&str, Treatment)] = &[
    ("app_conversation_join", Nothing),
    ("app_conversation_leave", Nothing),
    ("assistant_app_thread", Message),
    ("bot_add", Notice),
    ("bot_disable", Notice),
    ("bot_enable", Notice),
    ("bot_message", Message),
    ("bot_remove", Notice),
    ("channel_archive", Notice),
    ("channel_canvas_updated", Nothing),
    ("channel_convert_to_private", Notice),
    ("channel_convert_to_public", Notice),
    ("channel_join", Notice),
    ("channel_leave", Notice),
    ("channel_name", Notice),
    ("channel_posting_permissions", Notice),
    ("channel_purpose", Notice),
    ("channel_tab_added", Nothing),
    ("channel_tab_removed", Nothing),
    ("channel_tab_renamed", Nothing),
    ("channel_topic", Notice),
    ("channel_unarchive", Notice),
    ("document_mention", Message),
    ("ekm_access_denied", Denied),
    ("emoji_changed", Nothing),
    ("file_changed", Nothing),
    ("file_comment", FileComment),
    ("file_created", Nothing),
    ("file_deleted", Nothing),
    ("file_mention", Message),
    ("file_public", Nothing),
    ("file_share", FileShare),
    ("file_shared", Nothing),
    ("file_unshared", Nothing),
    ("group_archive", Notice),
    ("group_join", Notice),
    ("group_leave", Notice),
    ("group_name", Notice),
    ("group_purpose", Notice),
    ("group_topic", Notice),
    ("group_unarchive", Notice),
    ("huddle_thread", Line),
    ("joiner_notification", Nothing),
    ("joiner_notification_for_inviter", Nothing),
    ("me_message", Me),
    ("message_changed", Envelope),
    ("message_deleted", Nothing),
    ("message_replied", Nothing),
    ("pinned_item", PinnedItem),
    ("reminder_add", Line),
    ("reminder_delete", Line),
    ("reply_broadcast", Broadcast),
    ("sh_room_created", Line),
    ("sh_room_shared", Line),
    ("share_shortcut", Nothing),
    ("slackbot_response", Message),
    ("tabbed_canvas_updated", Nothing),
    ("thread_broadcast", Broadcast),
    ("tombstone", Tombstone),
    ("unpinned_item", Nothing),
    ("welcome_party", Nothing),
];

impl Treatment {
    /// Returns the outcome for it, in words.
    pub(super) fn support(self) -> (Support, &'static str) {
        match self {
            Message => (Support::Whole, "message"),
            Me => (Support::Whole, "message in italics"),
            Broadcast => (Support::Whole, "reply, shown in the channel too"),
            FileShare => (
                Support::Whole,
                "message with its file and what was said about it",
            ),
            FileComment => (
                Support::Whole,
                "message, unless the share has said it already",
            ),
            Line => (Support::Whole, "system line"),
            Notice => (
                Support::Partly,
                "left out and counted; a system line if `system_messages` says so",
            ),
            Nothing => (
                Support::No,
                "left out and counted; a system line where somebody answered it",
            ),
            PinnedItem => (
                Support::Partly,
                "left out and counted; pins come from the list of channels",
            ),
            Tombstone => (
                Support::Partly,
                "a line above the replies, left out and counted without any",
            ),
            Denied => (Support::No, "a line that says so"),
            Envelope => (Support::Whole, "the message within"),
            Unknown => (
                Support::Partly,
                "message if it says anything, with a finding",
            ),
        }
    }
}

/// Returns the outcome for a message of that subtype; without one somebody said it.
pub(super) fn treatment(subtype: Option<&str>) -> Treatment {
    let Some(subtype) = subtype else {
        return Message;
    };
    match SUBTYPES.binary_search_by(|(name, _)| (*name).cmp(subtype)) {
        Ok(at) => SUBTYPES
            .get(at)
            .map_or(Unknown, |(_, treatment)| *treatment),
        Err(_) => Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(SUBTYPES.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn who_said_something_is_never_left_out() {
        for (subtype, expected) in [
            (None, Message),
            (Some("bot_message"), Message),
            (Some("thread_broadcast"), Broadcast),
            (Some("channel_join"), Notice),
            (Some("tombstone"), Tombstone),
            (Some("invented_in_2031"), Unknown),
        ] {
            assert_eq!(treatment(subtype), expected, "{subtype:?}");
        }
    }
}
