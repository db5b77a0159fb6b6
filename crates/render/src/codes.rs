//! The findings of rendering.

chatferry_model::finding_codes! {
    BROADCAST_REPEATED = Info, "render-broadcast-repeated",
        "A reply that was also sent to the channel is posted in the thread and, as a copy, in the channel.",
        "Set broadcast to \"thread\" to have it in the thread only.";
    EMOJI_STILL = Info, "render-emoji-still",
        "An animated custom emoji is shown as its first frame, since Teams takes only PNG and JPEG within a message.",
        "No action needed; its name is in the picture's description.";
    FILE_GONE = Info, "render-file-gone",
        "A file was deleted or hidden before the export was made.",
        "The post shows its name and the reason; this export cannot bring it back.";
    FILE_NOT_CARRIED = Warning, "render-file-not-carried",
        "A file is named in the post, but its content is not moved to Teams.",
        "Set files to \"upload\" to move it, or keep a copy of the export; a file that is listed in the export but not in it can't be moved.";
    FILE_NOT_FETCHED = Warning, "render-file-not-fetched",
        "A file is named in the post, but its content is still at the source, so it is not moved to Teams.",
        "Run `chatferry fetch` and render again while the source still has it.";
    IMAGE_AS_LINK = Warning, "render-image-as-link",
        "A picture within a message is shown as a link or by its description.",
        "Open the link to see it while its server still has it.";
    IMAGE_DAMAGED = Warning, "render-image-damaged",
        "A picture is truncated or damaged and is attached to its post as a file instead of being shown.",
        "Look whether the source still shows it; if so, export or fetch it again.";
    IMAGE_REDUCED = Warning, "render-image-reduced",
        "A picture is shown smaller or as a still, and its original is not moved to Teams.",
        "Set files to \"upload\" to have the original attached to the post.";
    IMAGE_TOO_LARGE = Warning, "render-image-too-large",
        "A picture is too large to be opened or sent within a text and is attached to its post as a file.",
        "Nothing is lost; who wants it shown makes it smaller in the source.";
    IMAGES_TOO_MANY = Info, "render-images-too-many",
        "A post has more pictures than a request takes, so that some of them are attached as files.",
        "Nothing is lost; limits.request_bytes sets the size.";
    LINK_UNRESOLVED = Warning, "render-link-unresolved",
        "A link to a message, channel or file of the source keeps its old address, since what it leads to has no address in Teams.",
        "If it leads into a skipped conversation, carry that over too; otherwise it works as long as the source does.";
    MESSAGE_EMPTY = Info, "render-message-empty",
        "A message has nothing that a reader could see, and Teams takes no empty message.",
        "No action needed; a short note is shown in its place.";
    MESSAGE_SPLIT = Info, "render-message-split",
        "A message is larger than Teams takes and was split into several posts.",
        "Its parts are numbered and follow one another in the thread; limits.message_bytes sets the size.";
    REPLY_IN_CHAT = Info, "render-reply-in-chat",
        "A reply in a thread of a direct message became an ordinary message, since chats have no threads.",
        "It says which message it replies to.";
    REPLY_WITHOUT_ROOT = Warning, "render-reply-without-root",
        "A reply became a message of its own, since the message it replies to is outside of the chosen dates.",
        "It says which message it replies to; choose an earlier date to have the whole thread.";
    TEXT_AS_FILE = Info, "render-text-as-file",
        "A text that would take more than 20 posts is attached to its post as a file, with its beginning shown.",
        "Nothing is lost; set files to \"list\" to have all of it as posts.";
    UNMAPPED_AUTHOR = Info, "render-unmapped-author",
        "Messages of somebody without an account in Teams are posted by the placeholder, with the name in the text.",
        "Enter an account for the person in 2-map/people.csv and run render again.";
    UNSAFE_LINK = Warning, "render-unsafe-link",
        "A link of a kind that Teams does not open is written out as text.",
        "No action needed; the address is shown beside the words of the link.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
        for code in CODES {
            assert!(code.id.starts_with("render-"), "{}", code.id);
            assert!(code.summary.ends_with('.'), "{}", code.id);
            assert!(code.remedy.ends_with('.'), "{}", code.id);
        }
    }
}
