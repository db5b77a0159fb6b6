//! Files: attached to the post where their bytes are here, or else a line that names each; with the
//! text that the message carries of it.

use chatferry_model::EntraId;
use chatferry_model::deferred::PostFile;
use chatferry_model::document::{Block, Code, Inline, Link, Mark};
use chatferry_model::figures;
use chatferry_model::file::{File, FilePlace, Gone};
use chatferry_model::phrases::Phrases;

use super::{Renderer, Scope};
use crate::codes;
use crate::html::{Attribute, Tag, WriteHtml, is_visible};
use crate::media::{Bytes, Stored};
use crate::settings::{Files, Images};

impl Renderer<'_> {
    /// A file of the message: its picture, itself, or a line that names it; and the text that the
    /// message carries of it.
    pub(super) fn file(&mut self, file: Option<&File<'_>>) {
        let phrases = self.scope.settings.phrases;
        let Some(file) = file else {
            return self.blocks(&[line(None, false, phrases)]);
        };
        let Scope {
            settings, media, ..
        } = self.scope;
        let bytes = media.bytes_of(file);
        if let Some(bytes) = &bytes
            && self.picture_of_file(file, bytes)
        {
            self.fate(file, true);
            return;
        }
        let before = self.files.len();
        let attached = match &bytes {
            Some(_) if is_shown_whole(file) => false,
            Some(bytes) if settings.images == Images::Off => {
                !media.is_picture(bytes) && self.attach(file, bytes)
            }
            Some(bytes) => self.attach(file, bytes),
            None => false,
        };
        // An attachment shows the name already.
        if !attached || self.files.len() == before || is_visible_title(file) {
            self.blocks(&[line(Some(file), attached, phrases)]);
        }
        self.fate(file, attached);
        if !attached {
            self.note_file(file);
        }
        if self.scope.previews {
            self.blocks(&text_of(file, phrases));
        }
    }

    /// Attaches the bytes of `file` to the post; returns true if it did.
    pub(super) fn attach(&mut self, file: &File<'_>, bytes: &Bytes) -> bool {
        if self.scope.settings.files != Files::Upload {
            return false;
        }
        let Some(stored) = self.scope.media.store(file, bytes) else {
            return false;
        };
        self.attach_stored(stored);
        true
    }

    /// Attaches a stored file to the post, once.
    pub(crate) fn attach_stored(&mut self, stored: Stored) {
        if self.files.iter().any(|file| file.path == *stored.path) {
            return;
        }
        let (conversation, message) = self.scope.message;
        let of = [conversation.as_str(), message.as_str(), &stored.path].join("\0");
        let id = guid(xxhash_rust::xxh3::xxh3_128(of.as_bytes()));
        self.element_with(Tag::Attachment, &[Attribute::AttachmentId(&id)], |_| {});
        self.html.show();
        self.files.push(PostFile {
            id: id.into(),
            path: String::from(stored.path).into(),
            name: stored.name.into(),
            bytes: stored.bytes,
        });
    }

    /// Accounts for a file, of which the bytes came along or not.
    pub(super) fn fate(&mut self, file: &File<'_>, came: bool) {
        let lost = match &file.place {
            _ if came || is_shown_whole(file) => None,
            FilePlace::External(_) => None,
            FilePlace::Gone(_) => Some("gone"),
            FilePlace::Remote(_) => Some("not-fetched"),
            FilePlace::Blob(_) => Some("only-named"),
        };
        self.fates.push((file.id.as_str().into(), lost));
    }

    fn note_file(&mut self, file: &File<'_>) {
        match &file.place {
            FilePlace::Blob(_) | FilePlace::Remote(_) if is_shown_whole(file) => {}
            FilePlace::Blob(_) => self.note(&codes::FILE_NOT_CARRIED, "a file of the export"),
            FilePlace::Remote(_) => self.note(&codes::FILE_NOT_FETCHED, "a file of the source"),
            FilePlace::External(_) => {}
            FilePlace::Gone(_) => self.note(&codes::FILE_GONE, "a file that is gone"),
        }
    }
}

/// A GUID of those bits, marked as made by nobody's rules but our own (RFC 9562, version 8).
fn guid(bits: u128) -> String {
    let version = bits & !(0xf << 76) | 0x8 << 76;
    let variant = version & !(0b11 << 62) | 0b10 << 62;
    EntraId::from_bits(variant).to_string()
}

/// Returns true if a file is called by a title beside its name or its alternative text.
fn is_visible_title(file: &File<'_>) -> bool {
    let words = [&file.title, &file.alt];
    words.into_iter().flatten().any(|words| is_visible(words))
}

/// 📎 **name** (12 KB), and why it is not here if it is not attached either.
fn line<'f>(file: Option<&'f File<'_>>, attached: bool, phrases: &'static Phrases) -> Block<'f> {
    let Some(file) = file else {
        let words = Inline::marked(phrases.file, Mark::Bold.into());
        return Block::Paragraph(vec![Inline::text("📎 "), words]);
    };
    let visible = |text: &&str| is_visible(text);
    let title = file.title.as_deref().filter(visible);
    let name = Some(file.name.as_str()).filter(visible);
    let alt = file.alt.as_deref().filter(visible);
    let shown = title.or(name).unwrap_or(phrases.file);

    let mut line = vec![Inline::text("📎 ")];
    let words = Inline::marked(shown, Mark::Bold.into());
    match &file.place {
        FilePlace::External(url) => line.push(Inline::Link(Link {
            url: url.as_str().into(),
            content: vec![words],
        })),
        FilePlace::Blob(_) | FilePlace::Remote(_) | FilePlace::Gone(_) => line.push(words),
    }
    let mut details: Vec<String> = Vec::new();
    details.extend(name.filter(|name| *name != shown).map(str::to_owned));
    details.extend(file.size.map(figures::file_size));
    if !details.is_empty() {
        line.push(Inline::text(format!(" ({})", details.join(", "))));
    }
    if let Some(alt) = alt {
        line.push(Inline::text(" – "));
        line.push(Inline::text(alt));
    }
    if let Some(note) = note(file, phrases).filter(|_| !attached) {
        line.push(Inline::text(" · "));
        line.push(Inline::marked(note, Mark::Italic.into()));
    }
    Block::Paragraph(line)
}

/// Returns true if the message carries all of the file's text, so that nothing of it stays behind.
fn is_shown_whole(file: &File<'_>) -> bool {
    file.preview.as_ref().is_some_and(|preview| !preview.cut)
}

fn note(file: &File<'_>, phrases: &'static Phrases) -> Option<&'static str> {
    match &file.place {
        FilePlace::Blob(_) | FilePlace::Remote(_) if is_shown_whole(file) => None,
        FilePlace::Blob(_) | FilePlace::Remote(_) => Some(phrases.file_not_carried),
        FilePlace::External(_) => None,
        FilePlace::Gone(Gone::Deleted) => Some(phrases.file_deleted),
        FilePlace::Gone(Gone::HiddenByLimit) => Some(phrases.file_hidden),
        FilePlace::Gone(Gone::Denied) => Some(phrases.file_denied),
        FilePlace::Gone(Gone::Unknown) => Some(phrases.file_unknown),
    }
}

/// The text that the message carries of a file.
pub(crate) fn text_of<'f>(file: &'f File<'_>, phrases: &'static Phrases) -> Vec<Block<'f>> {
    let Some(preview) = &file.preview else {
        return Vec::new();
    };
    let mut blocks = vec![Block::Code(Code {
        language: preview.language.as_deref().map(Into::into),
        text: preview.text.as_str().into(),
    })];
    if preview.cut {
        let cut = format!("… {}", phrases.shortened);
        blocks.push(Block::Paragraph(vec![Inline::marked(
            cut,
            Mark::Italic.into(),
        )]));
    }
    blocks
}
