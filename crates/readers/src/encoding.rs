//! The text of files that should be UTF-8: what tools and editors made of it, turned back.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file without a byte order mark, and what to tell of it if it was not UTF-8.
///
/// UTF-16 is known by its mark or by a bracket of two bytes at its start. What is neither, and
/// holds no letter beyond ASCII in UTF-8, is Windows-1252, the code page of old tools; where there
/// are such letters, the other bytes are damage and become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    if let Some((wide, bytes)) = utf_16(bytes) {
        let (text, _) = wide.decode_without_bom_handling(bytes);
        return (text, Some("UTF-16"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.into(), None);
    }
    let is_utf_8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if is_utf_8 {
        let text = String::from_utf8_lossy(bytes);
        return (text, Some("bytes that are not UTF-8"));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    (text, Some("read as Windows-1252"))
}

fn utf_16(bytes: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some((UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => Some((UTF_16BE, rest)),
        [b'[' | b'{', 0, ..] => Some((UTF_16LE, bytes)),
        [0, b'[' | b'{', ..] => Some((UTF_16BE, bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn letters_survive() {
        let list = "[\"Grüße, 日本\"]";
        for (bytes, text, told) in [
            (list.as_bytes().to_vec(), list, false),
            (format!("\u{feff}{list}").into_bytes(), list, false),
            (wide(list, u16::to_le_bytes), list, true),
            (wide(list, u16::to_be_bytes), list, true),
            (
                wide(&format!("\u{feff}{list}"), u16::to_le_bytes),
                list,
                true,
            ),
            (
                wide(&format!("\u{feff}{list}"), u16::to_be_bytes),
                list,
                true,
            ),
            (
                b"[\"Gr\xfc\xdfe \x96 5 \x80\"]".to_vec(),
                "[\"Grüße – 5 €\"]",
                true,
            ),
            (
                "[\"Grü\u{0}e\"]".replace('\u{0}', "\u{1}").into_bytes(),
                "[\"Grü\u{1}e\"]",
                false,
            ),
            (
                [b"[\"ok \xff ", "ü\"]".as_bytes()].concat(),
                "[\"ok \u{fffd} ü\"]",
                true,
            ),
            (Vec::new(), "", false),
        ] {
            let (found, note) = decode(&bytes);
            assert_eq!((&*found, note.is_some()), (text, told));
        }
    }
}
