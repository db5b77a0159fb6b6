//! Files as Slack writes them (crates/readers/src/slack/FORMAT.md 3.4).

use chatferry_model::FileId;
use chatferry_model::file::{File as ModelFile, FilePlace, Gone, Preview};
use chatferry_model::phrases::source as phrases;
use serde::Deserialize;

use super::lenient::{Flag, List, Num, Obj, Str};
use super::mrkdwn::{self, decode};
use super::name_table::NameTable;
use super::reactions::Reaction;
use crate::Support;
use crate::url::{self, is_slack_file};

/// The kind of a file, by its `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The bytes are at Slack.
    Hosted,
    /// Text of which the message carries the head.
    Snippet,
    /// A message of another kind of post.
    Email,
    /// A link to somewhere else.
    External,
    /// A document of Slack's own, whose body no export holds (crates/readers/src/slack/FORMAT.md
    /// trap 72).
    Document,
    /// A stub of what is gone.
    Gone(Gone),
}

/// Every mode that is known.
pub(super) const MODES: &[(&str, Mode)] = &[
    ("hosted", Mode::Hosted),
    ("snippet", Mode::Snippet),
    ("email", Mode::Email),
    ("external", Mode::External),
    ("quip", Mode::Document),
    ("canvas", Mode::Document),
    ("space", Mode::Document),
    ("post", Mode::Document),
    ("docs", Mode::Document),
    ("list", Mode::Document),
    ("tombstone", Mode::Gone(Gone::Deleted)),
    ("hidden_by_limit", Mode::Gone(Gone::HiddenByLimit)),
];

impl Mode {
    /// Returns the outcome for it, in words.
    pub(super) fn support(self) -> (Support, &'static str) {
        match self {
            Self::Hosted => (
                Support::Whole,
                "file, if the export holds it or it can be fetched",
            ),
            Self::Snippet => (Support::Whole, "file, with its head as code"),
            Self::Email => (Support::Whole, "file, with sender, subject and text"),
            Self::External => (Support::Whole, "link"),
            Self::Document => (
                Support::Partly,
                "its title and what the message shows of it: no export holds the text",
            ),
            Self::Gone(_) => (Support::No, "a line that says why"),
        }
    }
}

/// A file on a message, or its stub.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct File<'a> {
    id: Str<'a>,
    name: Str<'a>,
    title: Str<'a>,
    mimetype: Str<'a>,
    filetype: Str<'a>,
    mode: Str<'a>,
    file_access: Str<'a>,
    pub(super) user: Str<'a>,
    size: Num,
    original_w: Num,
    original_h: Num,
    alt_txt: Str<'a>,
    is_external: Flag,
    url_private: Str<'a>,
    url_private_download: Str<'a>,
    url: Str<'a>,
    url_download: Str<'a>,
    permalink: Str<'a>,
    external_url: Str<'a>,
    preview: Str<'a>,
    preview_is_truncated: Flag,
    lines_more: Num,
    plain_text: Str<'a>,
    subject: Str<'a>,
    from: List<Obj<Address<'a>>>,
    to: List<Obj<Address<'a>>>,
    cc: List<Obj<Address<'a>>>,
    headers: Obj<Headers<'a>>,
    attachments: List<Obj<Attached<'a>>>,
    transcription: Obj<Transcription<'a>>,
    pub(super) initial_comment: Obj<Comment<'a>>,
    /// The reactions; until 2016 they were on the file rather than on the message.
    pub(super) reactions: List<Obj<Reaction<'a>>>,
}

/// A comment on a file, in 2015's way.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Comment<'a> {
    pub(super) user: Str<'a>,
    pub(super) comment: Str<'a>,
    pub(super) is_intro: Flag,
}

/// Somebody an e-mail is from or to.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Address<'a> {
    original: Str<'a>,
    address: Str<'a>,
}

/// The head of an e-mail.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Headers<'a> {
    date: Str<'a>,
}

/// A file that came with an e-mail; no export holds it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Attached<'a> {
    filename: Str<'a>,
    name: Str<'a>,
}

/// The text spoken in a clip.
/// The media type of canvases and posts, which become HTML when they are asked for, of another size
/// (crates/readers/src/slack/FORMAT.md 1).
const DOCUMENT: &str = "application/vnd.slack-docs";

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Transcription<'a> {
    preview: Obj<TranscriptHead<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct TranscriptHead<'a> {
    content: Str<'a>,
    has_more: Flag,
}

impl<'a> File<'a> {
    pub(super) fn id(&self) -> Option<FileId<'_>> {
        self.id.get().map(FileId::new)
    }

    /// The title or name, where it has one.
    pub(super) fn label(&self) -> Option<&str> {
        self.title.get().or(self.name.get())
    }

    /// The file for the document. `None` where not even an id is there.
    pub(super) fn convert<'m>(&'m self, name_table: &'m NameTable) -> Option<ModelFile<'m>> {
        let id = self.id()?;
        let name = decode(self.name.or_empty());
        let title = self
            .title
            .text()
            .filter(|title| *title != name)
            .map(|title| mrkdwn::bare_words(&title, name_table).into());
        let pixels = |number: Num| number.to_u32().filter(|pixels| *pixels > 0);
        let place = match name_table.blob(id.as_str()) {
            Some(blob) => FilePlace::Blob(blob.into()),
            None => self.place(),
        };
        let is_document = self.mimetype.is(DOCUMENT);
        let size = self.size.get().and_then(|size| u64::try_from(size).ok());
        Some(ModelFile {
            name,
            title,
            media_type: if is_document {
                Some("text/html".into())
            } else {
                self.mimetype.text()
            },
            size: size.filter(|size| *size > 0 && !is_document),
            width: pixels(self.original_w),
            height: pixels(self.original_h),
            alt: self.alt_txt.get().map(decode),
            preview: self.preview(),
            place,
            id,
        })
    }

    /// Returns the mode; none where the export says nothing known.
    fn mode(&self) -> Option<Mode> {
        let mut modes = MODES.iter();
        let found = modes.find(|(name, _)| self.mode.is(name));
        found.map(|(_, mode)| *mode)
    }

    fn place(&self) -> FilePlace<'_> {
        let gone = match (self.mode(), self.file_access.or_empty()) {
            (Some(Mode::Gone(why)), _) => Some(why),
            (_, "file_not_found") => Some(Gone::Deleted),
            (_, "access_denied" | "check_file_info") => Some(Gone::Denied),
            _ => None,
        };
        if let Some(gone) = gone {
            return FilePlace::Gone(gone);
        }
        let address = [
            &self.url_private_download,
            &self.url_private,
            &self.url_download,
            &self.url,
            &self.external_url,
            &self.permalink,
        ]
        .into_iter()
        .find_map(|url| url.get());
        let Some(raw) = address else {
            return FilePlace::Gone(Gone::Unknown);
        };
        let external =
            self.mode() == Some(Mode::External) || self.is_external.is_set() || !is_slack_file(raw);
        let elsewhere = external
            && self
                .url_private_download
                .get()
                .is_none_or(|url| !is_slack_file(url));
        let clean = url::without_token(decode(raw));
        if elsewhere && !is_slack_host(&clean) {
            FilePlace::External(clean)
        } else {
            FilePlace::Remote(clean)
        }
    }

    /// The text that the message itself carries: of snippets, e-mails and clips.
    fn preview(&self) -> Option<Preview<'_>> {
        if self.mode() == Some(Mode::Email) || self.filetype.is("email") {
            return self.email();
        }
        if let Some(head) = self.transcription.get().and_then(|t| t.preview.get())
            && let Some(text) = head.content.text()
        {
            return Some(Preview {
                text,
                language: None,
                cut: head.has_more.is_set(),
            });
        }
        let text = self.preview.text()?;
        if text.starts_with("<document>") {
            return Some(Preview {
                text: document_words(&text).into(),
                language: None,
                cut: true,
            });
        }
        let snippet = self.mode() == Some(Mode::Snippet);
        let language = self
            .filetype
            .text()
            .filter(|kind| snippet && !matches!(kind.as_str(), "text" | "auto" | "post" | "space"));
        Some(Preview {
            text,
            language,
            cut: self.preview_is_truncated.is_set()
                || self.lines_more.get().is_some_and(|more| more > 0),
        })
    }

    fn email(&self) -> Option<Preview<'_>> {
        let mut text = String::new();
        for (name, people) in [
            (phrases::MAIL_FROM, &self.from),
            (phrases::MAIL_TO, &self.to),
            (phrases::MAIL_CC, &self.cc),
        ] {
            let people: Vec<_> = people
                .iter()
                .filter_map(Obj::get)
                .filter_map(|person| person.original.get().or(person.address.get()))
                .collect();
            if !people.is_empty() {
                text.push_str(&format!("{name}: {}\n", people.join(", ")));
            }
        }
        if let Some(date) = self.headers.get().and_then(|headers| headers.date.get()) {
            text.push_str(&format!("{}: {date}\n", phrases::MAIL_DATE));
        }
        if let Some(subject) = self.subject.get() {
            text.push_str(&format!("{}: {subject}\n", phrases::MAIL_SUBJECT));
        }
        let attached = self.of_email();
        if !attached.is_empty() {
            text.push_str(&format!(
                "{}: {}\n",
                phrases::MAIL_ATTACHMENTS,
                attached.join(", ")
            ));
        }
        let body = self.plain_text.get().or(self.preview.get());
        if let Some(body) = body {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(body);
        }
        (!text.is_empty()).then(|| Preview {
            text: text.into(),
            language: None,
            cut: self.plain_text.get().is_none() && self.preview_is_truncated.is_set(),
        })
    }

    /// The names of the files that came with an e-mail, of which no export holds the bytes.
    pub(super) fn of_email(&self) -> Vec<&str> {
        let files = self.attachments.iter().filter_map(Obj::get);
        files
            .filter_map(|file| file.filename.get().or(file.name.get()))
            .collect()
    }

    /// Returns true if this is only a stub: nothing but an id and why.
    pub(super) fn is_stub(&self) -> bool {
        matches!(self.place(), FilePlace::Gone(_))
    }

    /// A document of Slack's own (canvas, post), whose body no export holds
    /// (crates/readers/src/slack/FORMAT.md trap 72).
    pub(super) fn is_document(&self) -> bool {
        self.mode() == Some(Mode::Document)
    }
}

/// The words of a post's preview, which is HTML: a line for each block, a bullet for each item.
fn document_words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    for (number, piece) in html.split('<').enumerate() {
        let text = match piece.split_once('>') {
            _ if number == 0 => piece,
            Some((tag, text)) => {
                let block = matches!(
                    tag.trim_start_matches('/').split(' ').next(),
                    Some("p" | "h1" | "h2" | "h3" | "ul" | "ol" | "br" | "br/" | "pre" | "li")
                );
                if block
                    && !words.is_empty()
                    && !words.ends_with('\n')
                    && !words.ends_with("\u{2022} ")
                {
                    words.push('\n');
                }
                if tag == "li" {
                    words.push_str("\u{2022} ");
                }
                text
            }
            // The preview is cut within a tag.
            None => "",
        };
        words.push_str(&decode(text));
    }
    words.truncate(words.trim_end().len());
    words
}

/// Any of Slack's hosts: what is there can't be opened without an account.
fn is_slack_host(address: &str) -> bool {
    url::is_slack_host(url::host_of(address)) || is_slack_file(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(json: &str) -> String {
        let file: File<'_> = serde_json::from_str(json).unwrap();
        serde_json::to_string(&file.place()).unwrap()
    }

    #[test]
    fn previews_of_posts_are_words() {
        let html = "<document><h2>Plan</h2><ul><li><a href=\"x\">Buy &amp; sell</a></li><li>Rest</li></ul><p>See <b>me</b></p><a hre";
        assert_eq!(
            document_words(html),
            "Plan\n\u{2022} Buy & sell\n\u{2022} Rest\nSee me"
        );
    }

    #[test]
    fn places() {
        insta::assert_snapshot!(
            [
                r#"{"id":"F1","mode":"hosted","url_private_download":"https:\/\/files.slack.com\/a.png?t=xoxe-1"}"#,
                r#"{"id":"F1","mode":"tombstone"}"#,
                r#"{"id":"F1","mode":"hidden_by_limit"}"#,
                r#"{"id":"F1","file_access":"check_file_info"}"#,
                r#"{"id":"F1","mode":"external","is_external":true,"url_private":"https://docs.google.com/x"}"#,
                r#"{"id":"F1","url":"https://slack-files.com/files-pub/T-F-x/a.png"}"#,
                r#"{"id":"F1","mode":"space","permalink":"https://acme.slack.com/files/U1/F1/x"}"#,
                r#"{"id":"F1"}"#,
            ]
            .map(place)
            .join("\n"),
            @r#"
        {"remote":"https://files.slack.com/a.png"}
        {"gone":"deleted"}
        {"gone":"hidden_by_limit"}
        {"gone":"denied"}
        {"external":"https://docs.google.com/x"}
        {"remote":"https://slack-files.com/files-pub/T-F-x/a.png"}
        {"remote":"https://acme.slack.com/files/U1/F1/x"}
        {"gone":"unknown"}
        "#
        );
    }
}
