//! The words that chatferry itself adds to messages, all in one place.
//!
//! [`Phrases`] are put around a message when it is rendered and uploaded; another language is another
//! constant. [`source`] are what a reader writes for what the source says without words: they are
//! English, since `1-read` does not depend on the language that is set.

/// The words put around messages.
#[derive(Debug)]
pub struct Phrases {
    /// The language, by its BCP 47 tag.
    pub language: &'static str,
    /// The way a point in time is written, in the words of `strftime`.
    pub date_time: &'static str,
    /// After the name of an author that is no person.
    pub bot: &'static str,
    /// In place of a name nobody knows.
    pub nobody: &'static str,
    /// In place of a root that is deleted or not in the export.
    pub placeholder: &'static str,
    /// In place of a root whose author is left out.
    pub left_out: &'static str,
    /// In place of a message that shows nothing.
    pub empty: &'static str,
    /// On a message changed after it was sent; given when, if that is known.
    pub edited: fn(Option<&str>) -> String,
    /// On a pinned message.
    pub pinned: &'static str,
    /// On a reply that was shown in the conversation too.
    pub broadcast: &'static str,
    /// Above the copy of such a reply in the channel; given the time of the thread's root.
    pub replied: fn(&str) -> String,
    /// Above a reply whose root is left out or that stands in a chat, which has no threads; given
    /// the time of its root.
    pub in_reply: fn(&str) -> String,
    /// On each part of a message that was split: which, of how many.
    pub part: fn(usize, usize) -> String,
    /// In place of the rest of a message of which only the first part is repeated.
    pub rest_in_thread: &'static str,
    /// A channel that is not in the export.
    pub unknown_channel: &'static str,
    /// A channel whose name not everybody may know.
    pub private_channel: &'static str,
    /// In place of the name of a file without one.
    pub file: &'static str,
    /// In place of the name of a picture without one.
    pub image: &'static str,
    /// Behind a file that stays where it is.
    pub file_not_carried: &'static str,
    /// Behind a file that was deleted before the export.
    pub file_deleted: &'static str,
    /// Behind a file that the source's plan kept hidden.
    pub file_hidden: &'static str,
    /// Behind a file that whoever made the export could not see.
    pub file_denied: &'static str,
    /// Behind a file that the export says nothing about.
    pub file_unknown: &'static str,
    /// Behind the name of a file that could not be uploaded.
    pub file_not_uploaded: &'static str,
    /// Behind the head of a text of which there is more.
    pub shortened: &'static str,
    /// Behind the head of a text that is in a file, whole.
    pub whole_in_file: &'static str,
    /// Between the author and the conversation of a quotation.
    pub quoted_in: &'static str,
    /// A call to those online.
    pub here: &'static str,
    /// A call to all of the conversation.
    pub channel: &'static str,
    /// A call to all of the workspace.
    pub everyone: &'static str,
}

/// All languages there are words in.
pub const LANGUAGES: &[&Phrases] = &[&ENGLISH];

/// The words of that language, by its BCP 47 tag.
#[must_use]
pub fn phrases(language: &str) -> Option<&'static Phrases> {
    let known = |phrases: &&&Phrases| phrases.language.eq_ignore_ascii_case(language);
    LANGUAGES.iter().find(known).copied()
}

/// English.
pub const ENGLISH: Phrases = Phrases {
    language: "en",
    date_time: "%Y-%m-%d %H:%M %Z",
    bot: "bot",
    nobody: "unknown",
    placeholder: "The message that started this thread was deleted or is not in the export.",
    left_out: "The message that started this thread was left out.",
    empty: "This message shows nothing.",
    edited: |time| match time {
        Some(time) => format!("edited {time}"),
        None => "edited".to_owned(),
    },
    pinned: "pinned",
    broadcast: "also sent to the channel",
    replied: |time| format!("Reply, also sent to the channel, in the thread of {time}"),
    in_reply: |time| format!("Reply to a message of {time}"),
    part: |number, count| format!("part {number} of {count}"),
    rest_in_thread: "The rest is in the thread.",
    unknown_channel: "unknown-channel",
    private_channel: "private-channel",
    file: "file",
    image: "image",
    file_not_carried: "not moved to Teams",
    file_deleted: "deleted before the export",
    file_hidden: "hidden by the limits of the old plan",
    file_denied: "not visible to whoever made the export",
    file_unknown: "not in the export",
    file_not_uploaded: "could not be uploaded",
    shortened: "shortened",
    whole_in_file: "all of it is in the file",
    quoted_in: "in",
    here: "here",
    channel: "channel",
    everyone: "everyone",
};

/// The words that readers write into messages.
pub mod source {
    /// In place of a root that is not in the export.
    pub const ROOT_MISSING: &str = "The message that this thread answers is not in the export.";
    /// In place of a message that was deleted.
    pub const DELETED: &str = "This message was deleted.";
    /// In place of a message of which the export says only that it is there.
    pub const WITHHELD: &str = "The content of this message was kept from the export.";
    /// In place of a message without anything in it, to which somebody reacted.
    pub const EMPTY: &str = "This message is empty.";
    /// In place of a message that was deleted once it was read.
    pub const BURNT_ON_READ: &str =
        "This message was burn-on-read: its words are not in any export.";
    /// A spoken meeting.
    pub const HUDDLE: &str = "Huddle";
    /// Between the beginning and the end of a meeting.
    pub const HUDDLE_UNTIL: &str = " to ";
    /// Before the people of a meeting.
    pub const HUDDLE_WITH: &str = ", with ";
    /// A call without a name.
    pub const CALL: &str = "Call";
    /// A workspace without a name.
    pub const WORKSPACE: &str = "workspace";
    /// A canvas without a title.
    pub const CANVAS: &str = "[canvas]";
    /// A linked message without words.
    pub const MESSAGE: &str = "message";
    /// A cited source without a title.
    pub const CITATION: &str = "source";
    /// A mentioned object without a name.
    pub const ITEM: &str = "[item]";
    /// A picture without a name.
    pub const PICTURE: &str = "picture";
    /// The author of an e-mail.
    pub const MAIL_FROM: &str = "From";
    /// The recipients of an e-mail.
    pub const MAIL_TO: &str = "To";
    /// The further recipients of an e-mail.
    pub const MAIL_CC: &str = "Cc";
    /// The date of an e-mail.
    pub const MAIL_DATE: &str = "Date";
    /// The subject of an e-mail.
    pub const MAIL_SUBJECT: &str = "Subject";
    /// The attachments of an e-mail, of which only the names are known.
    pub const MAIL_ATTACHMENTS: &str = "Attachments (not moved to Teams)";
}
