//! The findings of rendering.

use chatferry_model::finding::{Code, Severity};

/// All codes of this crate, by id.
pub const CODES: &[&Code] = &[
    &BROADCAST_REPEATED,
    &EMOJI_STILL,
    &FILE_GONE,
    &FILE_NOT_CARRIED,
    &FILE_NOT_FETCHED,
    &IMAGE_AS_LINK,
    &IMAGE_DAMAGED,
    &IMAGE_REDUCED,
    &IMAGE_TOO_LARGE,
    &IMAGES_TOO_MANY,
    &LINK_UNRESOLVED,
    &MESSAGE_EMPTY,
    &MESSAGE_SPLIT,
    &REPLY_IN_CHAT,
    &REPLY_WITHOUT_ROOT,
    &TEXT_AS_FILE,
    &UNMAPPED_AUTHOR,
    &UNSAFE_LINK,
];

/// A reply that was shown in its conversation too is posted twice.
pub const BROADCAST_REPEATED: Code = Code {
    id: "render-broadcast-repeated",
    severity: Severity::Info,
    summary: "A reply that was also sent to the channel is posted in the thread and, as a copy, in the channel.",
    remedy: "Set broadcast to \"thread\" to have it in the thread only.",
};

/// A custom emoji that moves is shown as a still picture.
pub const EMOJI_STILL: Code = Code {
    id: "render-emoji-still",
    severity: Severity::Info,
    summary: "An animated custom emoji is shown as its first frame, since Teams takes only PNG and JPEG within a message.",
    remedy: "No action needed; its name is in the picture's description.",
};

/// A file had been gone before the export.
pub const FILE_GONE: Code = Code {
    id: "render-file-gone",
    severity: Severity::Info,
    summary: "A file was deleted or hidden before the export was made.",
    remedy: "The post shows its name and the reason; this export cannot bring it back.",
};

/// A file stays where it is.
pub const FILE_NOT_CARRIED: Code = Code {
    id: "render-file-not-carried",
    severity: Severity::Warning,
    summary: "A file is named in the post, but its content is not moved to Teams.",
    remedy: "Set files to \"upload\" to move it, or keep a copy of the export; a file that is listed in the export but not in it can't be moved.",
};

/// A file was never fetched.
pub const FILE_NOT_FETCHED: Code = Code {
    id: "render-file-not-fetched",
    severity: Severity::Warning,
    summary: "A file is named in the post, but its content is still at the source, so it is not moved to Teams.",
    remedy: "Run `chatferry fetch` and render again while the source still has it.",
};

/// A picture became a link or its description.
pub const IMAGE_AS_LINK: Code = Code {
    id: "render-image-as-link",
    severity: Severity::Warning,
    summary: "A picture within a message is shown as a link or by its description.",
    remedy: "Open the link to see it while its server still has it.",
};

/// A picture can't be opened.
pub const IMAGE_DAMAGED: Code = Code {
    id: "render-image-damaged",
    severity: Severity::Warning,
    summary: "A picture is truncated or damaged and is attached to its post as a file instead of being shown.",
    remedy: "Look whether the source still shows it; if so, export or fetch it again.",
};

/// A picture shows less than its original, which is not attached.
pub const IMAGE_REDUCED: Code = Code {
    id: "render-image-reduced",
    severity: Severity::Warning,
    summary: "A picture is shown smaller or as a still, and its original is not moved to Teams.",
    remedy: "Set files to \"upload\" to have the original attached to the post.",
};

/// A picture is too large to be shown.
pub const IMAGE_TOO_LARGE: Code = Code {
    id: "render-image-too-large",
    severity: Severity::Warning,
    summary: "A picture is too large to be opened or sent within a text and is attached to its post as a file.",
    remedy: "Nothing is lost; who wants it shown makes it smaller in the source.",
};

/// A post has more pictures than a request takes.
pub const IMAGES_TOO_MANY: Code = Code {
    id: "render-images-too-many",
    severity: Severity::Info,
    summary: "A post has more pictures than a request takes, so that some of them are attached as files.",
    remedy: "Nothing is lost; limits.request_bytes sets the size.",
};

/// A link leads into the source, to what has no place in Teams.
pub const LINK_UNRESOLVED: Code = Code {
    id: "render-link-unresolved",
    severity: Severity::Warning,
    summary: "A link to a message, channel or file of the source keeps its old address, since what it leads to has no address in Teams.",
    remedy: "If it leads into a skipped conversation, carry that over too; otherwise it works as long as the source does.",
};

/// A message shows nothing.
pub const MESSAGE_EMPTY: Code = Code {
    id: "render-message-empty",
    severity: Severity::Info,
    summary: "A message has nothing that a reader could see, and Teams takes no empty message.",
    remedy: "No action needed; a short note is shown in its place.",
};

/// A message is too large for one post.
pub const MESSAGE_SPLIT: Code = Code {
    id: "render-message-split",
    severity: Severity::Info,
    summary: "A message is larger than Teams takes and was split into several posts.",
    remedy: "Its parts are numbered and follow one another in the thread; limits.message_bytes sets the size.",
};

/// A reply in a chat, which has no threads.
pub const REPLY_IN_CHAT: Code = Code {
    id: "render-reply-in-chat",
    severity: Severity::Info,
    summary: "A reply in a thread of a direct message became an ordinary message, since chats have no threads.",
    remedy: "It says which message it replies to.",
};

/// A reply whose root is not rendered.
pub const REPLY_WITHOUT_ROOT: Code = Code {
    id: "render-reply-without-root",
    severity: Severity::Warning,
    summary: "A reply became a message of its own, since the message it replies to is outside of the chosen dates.",
    remedy: "It says which message it replies to; choose an earlier date to have the whole thread.",
};

/// A text became a file.
pub const TEXT_AS_FILE: Code = Code {
    id: "render-text-as-file",
    severity: Severity::Info,
    summary: "A text that would take more than 20 posts is attached to its post as a file, with its beginning shown.",
    remedy: "Nothing is lost; set files to \"list\" to have all of it as posts.",
};

/// Somebody without an account in Teams wrote messages.
pub const UNMAPPED_AUTHOR: Code = Code {
    id: "render-unmapped-author",
    severity: Severity::Info,
    summary: "Messages of somebody without an account in Teams are posted by the placeholder, with the name in the text.",
    remedy: "Enter an account for the person in 2-map/people.csv and run render again.",
};

/// An address that Teams would not open.
pub const UNSAFE_LINK: Code = Code {
    id: "render-unsafe-link",
    severity: Severity::Warning,
    summary: "A link of a kind that Teams does not open is written out as text.",
    remedy: "No action needed; the address is shown beside the words of the link.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_sorted_and_say_something() {
        assert!(CODES.is_sorted_by(|a, b| a.id < b.id));
        for code in CODES {
            assert!(code.id.starts_with("render-"), "{}", code.id);
            assert!(code.summary.ends_with('.'), "{}", code.id);
            assert!(code.remedy.ends_with('.'), "{}", code.id);
        }
    }
}
