//! Files: a line that names each, with the text it carries.

use chatferry_model::document::{Block, Code, Inline, Link, Mark};
use chatferry_model::file::{File, FilePlace, Gone, Preview};

use super::Renderer;
use crate::codes;
use crate::html::is_visible;
use crate::texts::Texts;

impl Renderer<'_> {
    pub(super) fn note_file(&mut self, file: &File<'_>) {
        match &file.place {
            FilePlace::Blob(_) | FilePlace::Remote(_) if is_shown_whole(file) => {}
            FilePlace::Blob(_) => self.note(&codes::FILE_NOT_CARRIED, "a file of the export"),
            FilePlace::Remote(_) => self.note(&codes::FILE_NOT_CARRIED, "a file of the source"),
            FilePlace::External(_) => {}
            FilePlace::Gone(_) => self.note(&codes::FILE_GONE, "a file that is gone"),
        }
    }
}

/// What is shown of a file: 📎 **name** (12 KB), a note, and the text the message carries of it.
pub(crate) fn blocks_of_file<'f>(
    file: Option<&'f File<'_>>,
    texts: &'static Texts,
) -> Vec<Block<'f>> {
    let Some(file) = file else {
        let line = vec![
            Inline::text("📎 "),
            Inline::marked(texts.file, Mark::Bold.into()),
        ];
        return vec![Block::Paragraph(line)];
    };
    let mut blocks = vec![Block::Paragraph(line(file, texts))];
    if let Some(preview) = &file.preview {
        blocks.extend(text_of(preview, texts));
    }
    blocks
}

fn line<'f>(file: &'f File<'_>, texts: &'static Texts) -> Vec<Inline<'f>> {
    let visible = |text: &&str| is_visible(text);
    let title = file.title.as_deref().filter(visible);
    let name = Some(file.name.as_str()).filter(visible);
    let alt = file.alt.as_deref().filter(visible);
    let shown = title.or(name).unwrap_or(texts.file);

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
    details.extend(file.size.map(size));
    if !details.is_empty() {
        line.push(Inline::text(format!(" ({})", details.join(", "))));
    }
    if let Some(alt) = alt {
        line.push(Inline::text(" – "));
        line.push(Inline::text(alt));
    }
    if let Some(note) = note(file, texts) {
        line.push(Inline::text(" · "));
        line.push(Inline::marked(note, Mark::Italic.into()));
    }
    line
}

/// Whether the message carries all of the file's text, so that nothing of it stays behind.
fn is_shown_whole(file: &File<'_>) -> bool {
    file.preview.as_ref().is_some_and(|preview| !preview.cut)
}

fn note(file: &File<'_>, texts: &'static Texts) -> Option<&'static str> {
    match &file.place {
        FilePlace::Blob(_) | FilePlace::Remote(_) if is_shown_whole(file) => None,
        FilePlace::Blob(_) | FilePlace::Remote(_) => Some(texts.file_not_carried),
        FilePlace::External(_) => None,
        FilePlace::Gone(Gone::Deleted) => Some(texts.file_deleted),
        FilePlace::Gone(Gone::HiddenByLimit) => Some(texts.file_hidden),
        FilePlace::Gone(Gone::Denied) => Some(texts.file_denied),
        FilePlace::Gone(Gone::Unknown) => Some(texts.file_unknown),
    }
}

fn text_of<'f>(preview: &'f Preview<'_>, texts: &'static Texts) -> Vec<Block<'f>> {
    let mut blocks = vec![Block::Code(Code {
        language: preview.language.as_deref().map(Into::into),
        text: preview.text.as_str().into(),
    })];
    if preview.cut {
        let cut = format!("… {}", texts.shortened);
        blocks.push(Block::Paragraph(vec![Inline::marked(
            cut,
            Mark::Italic.into(),
        )]));
    }
    blocks
}

/// As Teams shows it: 512 B, 12 KB, 3.4 MB.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, so that no floating point decides how a figure is rounded.
    let mut tenths = (u128::from(bytes) * 10).div_ceil(1024);
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = tenths.div_ceil(1024);
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if tenths < 100 && tenths % 10 != 0 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (12_288, "12 KB"),
            (3_565_158, "3.4 MB"),
            (5 << 30, "5 GB"),
            (u64::MAX, "16777216 TB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
