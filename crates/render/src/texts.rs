//! The words put around messages, in one place: another language is another constant.

/// The words put around messages.
#[derive(Debug)]
pub struct Texts {
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
pub const LANGUAGES: &[&Texts] = &[&ENGLISH];

/// The words of that language, by its BCP 47 tag.
#[must_use]
pub fn texts(language: &str) -> Option<&'static Texts> {
    let known = |texts: &&&Texts| texts.language.eq_ignore_ascii_case(language);
    LANGUAGES.iter().find(known).copied()
}

/// English.
pub const ENGLISH: Texts = Texts {
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
    shortened: "shortened",
    whole_in_file: "all of it is in the file",
    quoted_in: "in",
    here: "here",
    channel: "channel",
    everyone: "everyone",
};
