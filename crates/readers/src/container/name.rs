//! Names of entries: which characters the bytes mean, and which names are safe.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The upper half of code page 437, which zip names are in when they are not UTF-8.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Reads a zip's name: UTF-8 where it is valid, flag or not, else code page 437
/// (crates/readers/src/slack/FORMAT.md 1.1: official exports write UTF-8 without saying so).
fn decode(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => normalise(name),
        Err(_) => raw
            .iter()
            .filter_map(|byte| match byte {
                0..0x80 => Some(char::from(*byte)),
                _ => CP437.chars().nth(usize::from(*byte - 0x80)),
            })
            .collect(),
    }
}

/// The path that the raw name of an entry means; nothing if it is none within the container.
pub(crate) fn entry_path(raw: &[u8]) -> Option<String> {
    enclosed(&decode(raw))
}

/// Unicode's form NFC, in which names are compared (crates/readers/src/slack/FORMAT.md trap 12:
/// macOS writes NFD).
#[must_use]
pub fn normalise(name: &str) -> String {
    if is_nfc(name) {
        name.to_owned()
    } else {
        name.nfc().collect()
    }
}

/// The path with `/` between its parts and no empty or `.` part; nothing if it leaves the
/// container or is absolute (crates/readers/src/slack/FORMAT.md trap 74).
fn enclosed(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    match *parts.as_slice() {
        [] => None,
        // Written by a Windows tool that knows no better.
        [only] if only.contains('\\') => enclosed(&only.replace('\\', "/")),
        _ => Some(parts.join("/")),
    }
}

/// The files that macOS and Windows add to a zip or folder.
pub(super) fn is_clutter(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(part, "__MACOSX" | ".DS_Store" | "Thumbs.db" | "desktop.ini")
            || part.starts_with("._")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_names() {
        for (raw, name) in [
            (&b"general/2020-01-01.json"[..], "general/2020-01-01.json"),
            ("джулия/a".as_bytes(), "джулия/a"),
            ("bu\u{308}ro".as_bytes(), "büro"),
            (b"b\x81ro \xe1", "büro ß"),
            (b"\xff", "\u{a0}"),
        ] {
            assert_eq!(decode(raw), name);
        }
        assert_eq!(CP437.chars().count(), 128);
    }

    #[test]
    fn paths_stay_inside() {
        for (path, enclosed_path) in [
            ("a/b.json", Some("a/b.json")),
            ("./a//b.json", Some("a/b.json")),
            ("a\\b.json", Some("a/b.json")),
            ("./a\\b.json", Some("a/b.json")),
            (".\\..\\..\\b", None),
            ("./..\\..\\b", None),
            ("a/../../b", None),
            ("/etc/passwd", None),
            ("..", None),
            ("", None),
            ("a\0b", None),
        ] {
            assert_eq!(enclosed(path).as_deref(), enclosed_path, "{path}");
        }
    }

    #[test]
    fn clutter() {
        assert!(is_clutter("__MACOSX/general/._2020-01-01.json"));
        assert!(is_clutter("general/.DS_Store"));
        assert!(!is_clutter("general/2020-01-01.json"));
    }
}
