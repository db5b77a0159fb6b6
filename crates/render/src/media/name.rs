//! Names that SharePoint takes (crates/graph/RULES.md 1.12), each for one content.

use std::collections::HashMap;

use chatferry_model::Text;
use chatferry_model::teams_names::{FORBIDDEN_IN_FILES, file_fault};

/// The most characters of a name: with its folders it must stay below 400.
const LONGEST: usize = 120;

/// `name` as SharePoint takes it: without the characters and words it refuses, not too long, and
/// with an extension (crates/graph/RULES.md R39): its own, or else `extension`.
pub(crate) fn legal(name: &str, extension: &str) -> String {
    let cleaned: String = name
        .chars()
        .map(|c| match c {
            // Legal, but they have a meaning in addresses.
            '#' | '%' => '_',
            c if FORBIDDEN_IN_FILES.contains(c) => '_',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    let cleaned = without_vti(cleaned);
    let trimmed = cleaned.trim_matches(|c: char| c == ' ' || c == '\u{a0}');
    let trimmed = trimmed.trim_end_matches('.').trim_end();
    let (stem, own) = match trimmed.rsplit_once('.') {
        Some((stem, own)) if is_extension(own) => (stem, own),
        _ => (trimmed, extension),
    };
    let mut stem = stem.trim_end_matches([' ', '.']);
    while let Some(rest) = stem.strip_prefix("~$") {
        stem = rest.trim_start();
    }
    let stem: String = stem.chars().take(LONGEST - own.len() - 1).collect();
    let stem = stem.trim_end_matches([' ', '.']);
    let name = format!("{stem}.{own}");
    if stem.is_empty() {
        format!("file.{own}")
    } else if stem.starts_with('.') || file_fault(&name).is_some() {
        format!("_{name}")
    } else {
        name
    }
}

/// `name` without `_vti_`, whatever its case.
fn without_vti(mut name: String) -> String {
    let forbidden = |window: &[u8]| window.eq_ignore_ascii_case(b"_vti_");
    while let Some(at) = name.as_bytes().windows(5).position(forbidden) {
        name.replace_range(at + 4..at + 5, "-");
    }
    name
}

/// Returns true if the end of a name is an extension and not the last words of a title.
fn is_extension(text: &str) -> bool {
    (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The extension that goes with a media type, or `bin`.
pub(crate) fn extension_of(media_type: Option<&str>) -> &'static str {
    let Some(media_type) = media_type else {
        return "bin";
    };
    let plain = media_type.split(';').next().unwrap_or_default().trim();
    let plain = plain.to_ascii_lowercase();
    EXTENSIONS
        .iter()
        .find(|(known, _)| *known == plain)
        .map_or("bin", |(_, extension)| extension)
}

/// The media types that sources say, and their extensions.
const EXTENSIONS: &[(&str, &str)] = &[
    ("application/gzip", "gz"),
    ("application/json", "json"),
    ("application/msword", "doc"),
    ("application/pdf", "pdf"),
    ("application/rtf", "rtf"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/xml", "xml"),
    ("application/zip", "zip"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/wav", "wav"),
    ("audio/webm", "webm"),
    ("image/bmp", "bmp"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tiff"),
    ("image/webp", "webp"),
    ("message/rfc822", "eml"),
    ("text/calendar", "ics"),
    ("text/css", "css"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/javascript", "js"),
    ("text/markdown", "md"),
    ("text/plain", "txt"),
    ("text/xml", "xml"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
];

/// The names that belong to one content, and those that belong to several.
#[derive(Default)]
pub(super) struct NameIndex {
    /// By the hash of the name without case: the hash of the content, or nothing if there are
    /// several.
    blobs: HashMap<u64, Option<u64>>,
}

impl NameIndex {
    /// Learns that `blob` is called `name`.
    pub(super) fn add(&mut self, name: &str, blob: &str) {
        let blob = hash(blob);
        self.blobs
            .entry(hash(&name.to_lowercase()))
            .and_modify(|known| *known = known.filter(|known| *known == blob))
            .or_insert(Some(blob));
    }

    /// `name` if no other content has it; else with the beginning of its hash. What that makes of a
    /// name depends on no order, so that posts can be rendered side by side.
    pub(super) fn unique(&self, name: String, blob: &str) -> String {
        let owner = self.blobs.get(&hash(&name.to_lowercase()));
        if owner == Some(&Some(hash(blob))) {
            name
        } else {
            with_suffix(&name, blob)
        }
    }
}

fn hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

/// `plan.pdf` of the content `4be1…` as `plan-4be1c2d3.pdf`.
pub(super) fn with_suffix(name: &str, hash: &str) -> String {
    let short = Text::from(hash.chars().take(8).collect::<String>());
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{short}.{extension}"),
        None => format!("{name}-{short}"),
    }
}

/// The name of a picture in `3-render/images` as a file: told apart by its content, since it need
/// not be that of the source.
pub(crate) fn name_of_picture(name: &str, path: &str) -> String {
    let (hash, extension) = path.rsplit_once('.').unwrap_or((path, "png"));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    with_suffix(&legal(&format!("{stem}.{extension}"), extension), hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_legal() {
        for (name, legal_name) in [
            ("plan.pdf", "plan.pdf"),
            ("Q3: plan / draft?.docx", "Q3_ plan _ draft_.docx"),
            ("  spaces .txt ", "spaces.txt"),
            ("no extension", "no extension.bin"),
            ("v1.2 final", "v1.2 final.bin"),
            ("a.tar.gz", "a.tar.gz"),
            ("CON.txt", "_CON.txt"),
            ("com7", "_com7.bin"),
            ("common.txt", "common.txt"),
            ("~$plan.docx", "plan.docx"),
            (".gitignore", "file.gitignore"),
            (".env.txt", "_.env.txt"),
            ("my_vti_file.txt", "my_vti-file.txt"),
            ("my_VTI_vti_file.txt", "my_VTI-vti_file.txt"),
            ("", "file.bin"),
            ("...", "file.bin"),
            ("exe.\u{202e}fdp.exe", "exe._fdp.exe"),
            ("100% #1.png", "100_ _1.png"),
        ] {
            assert_eq!(legal(name, "bin"), legal_name, "{name:?}");
        }
        let long = legal(&format!("{}.jpeg", "ä".repeat(300)), "bin");
        assert_eq!(long.chars().count(), 120);
        assert_eq!(long.get(long.len() - 5..), Some(".jpeg"));
        assert_eq!(extension_of(Some("Text/HTML; charset=utf-8")), "html");
        assert_eq!(extension_of(Some("x/y")), "bin");
    }

    proptest! {
        #[test]
        fn every_name_is_legal(name in "\\PC{0,40}|[ .~$a-z:#_]{0,30}") {
            let legal = legal(&name, "bin");
            prop_assert_eq!(file_fault(&legal), None, "{:?}", legal);
            prop_assert!(!legal.contains(['#', '%']) && !legal.starts_with('.'));
            let (stem, extension) = legal.rsplit_once('.').unwrap();
            prop_assert!(!stem.is_empty() && is_extension(extension));
        }
    }

    #[test]
    fn a_name_of_several_contents_is_told_apart() {
        let mut names = NameIndex::default();
        names.add("a.txt", "0000");
        names.add("image.png", "aaaaaaaaaa");
        names.add("Image.png", "bbbbbbbbbb");
        assert_eq!(names.unique("a.txt".to_owned(), "0000"), "a.txt");
        assert_eq!(
            names.unique("image.png".to_owned(), "aaaaaaaaaa"),
            "image-aaaaaaaa.png"
        );
        assert_eq!(
            names.unique("Image.png".to_owned(), "bbbbbbbbbb"),
            "Image-bbbbbbbb.png"
        );
        assert_eq!(
            names.unique("new.txt".to_owned(), "cccccccccc"),
            "new-cccccccc.txt"
        );
    }
}
