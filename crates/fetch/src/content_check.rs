//! The checks that a response must pass to be taken for the file
//! (crates/readers/src/slack/FORMAT.md trap 51).

use chatferry_readers::FileServers;

use crate::failure::Failure;

/// Bytes from the start of a file that are looked at.
pub(crate) const HEAD: usize = 16 * 1024;

/// The expected properties of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Bytes, as the export says it.
    pub(crate) size: Option<u64>,
    /// The media type, likewise; can be wrong.
    pub(crate) media_type: Option<String>,
}

/// The received bytes and headers.
#[derive(Clone, Debug)]
pub(crate) struct Received<'a> {
    /// The server's `Content-Type`.
    pub(crate) content_type: Option<&'a str>,
    /// The first [`HEAD`] bytes.
    pub(crate) head: &'a [u8],
    /// All bytes.
    pub(crate) bytes: u64,
}

/// A file that is what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proven {
    /// The media type that the first bytes show, else the one that was announced.
    pub(crate) media_type: Option<String>,
    /// True if that is not what the export says.
    pub(crate) other: bool,
}

/// Kinds that can be told by their first bytes: the media type, and those that may be declared of
/// such a file as well.
const KINDS: &[Kind] = &[
    kind("image/png", &[(0, b"\x89PNG\r\n\x1a\n")]),
    kind("image/jpeg", &[(0, b"\xff\xd8\xff")]).also(&["image/jpg", "image/pjpeg"]),
    kind("image/gif", &[(0, b"GIF87a")]),
    kind("image/gif", &[(0, b"GIF89a")]),
    kind("image/webp", &[(0, b"RIFF"), (8, b"WEBP")]),
    kind("image/bmp", &[(0, b"BM"), (6, b"\0\0\0\0")]).also(&["image/x-ms-bmp"]),
    kind("image/tiff", &[(0, b"II*\0")]),
    kind("image/tiff", &[(0, b"MM\0*")]),
    kind("image/heic", &[(4, b"ftyphei")]).also(&["image/heif"]),
    kind("image/heic", &[(4, b"ftypmif1")]).also(&["image/heif"]),
    kind("image/avif", &[(4, b"ftypavif")]),
    kind("application/pdf", &[(0, b"%PDF-")]),
    kind("application/zip", &[(0, b"PK\x03\x04")]).also(ZIPPED),
    kind("application/zip", &[(0, b"PK\x05\x06")]).also(ZIPPED),
    kind("application/gzip", &[(0, b"\x1f\x8b")])
        .also(&["application/x-gzip", "application/x-tar"]),
    kind("application/x-7z-compressed", &[(0, b"7z\xbc\xaf\x27\x1c")]),
    kind("application/vnd.rar", &[(0, b"Rar!\x1a\x07")]).also(&["application/x-rar-compressed"]),
    kind(
        "application/x-ole-storage",
        &[(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
    )
    .also(OLE),
    kind("video/mp4", &[(4, b"ftyp")]).also(&[
        "video/quicktime",
        "audio/mp4",
        "audio/x-m4a",
        "audio/m4a",
    ]),
    kind("video/webm", &[(0, b"\x1a\x45\xdf\xa3")]).also(&["audio/webm", "video/x-matroska"]),
    kind("audio/ogg", &[(0, b"OggS")]).also(&["video/ogg", "application/ogg"]),
    kind("audio/wav", &[(0, b"RIFF"), (8, b"WAVE")]).also(&["audio/x-wav", "audio/vnd.wave"]),
    kind("audio/mpeg", &[(0, b"ID3")]).also(&["audio/mp3"]),
];

/// Declared of files that are zips inside.
const ZIPPED: &[&str] = &[
    "application/x-zip-compressed",
    "application/java-archive",
    "application/epub+zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];

/// Declared of Office's old files, and of its new ones under a password.
const OLE: &[&str] = &[
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// Kinds whose files always begin as [`KINDS`] says, so that anything else is no such file. The
/// others may have something in front of it, or are declared too loosely.
const CERTAIN: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/jpg",
    "image/gif",
    "image/webp",
    "application/zip",
];

#[derive(Clone, Copy)]
struct Kind {
    media_type: &'static str,
    begins: &'static [(usize, &'static [u8])],
    also: &'static [&'static str],
}

const fn kind(media_type: &'static str, begins: &'static [(usize, &'static [u8])]) -> Kind {
    Kind {
        media_type,
        begins,
        also: &[],
    }
}

impl Kind {
    const fn also(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }

    fn fits(&self, head: &[u8]) -> bool {
        self.begins
            .iter()
            .all(|(at, magic)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
    }

    fn may_be(&self, declared: &str) -> bool {
        self.media_type == declared || self.also.contains(&declared)
    }
}

/// Proves that what came is the file.
pub(crate) fn check_content(
    servers: &FileServers,
    expected: &Expected,
    received: &Received<'_>,
) -> Result<Proven, Failure> {
    let declared = expected.media_type.as_deref().map(essence);
    let declared = declared.as_deref();
    let length_fits = expected.size.is_none_or(|size| size == received.bytes);
    if is_page(received) && !is_page_expected(servers, declared, received, length_fits) {
        return Err(Failure::SignIn);
    }
    if let Some(size) = expected.size
        && !length_fits
    {
        return Err(Failure::Length {
            found: received.bytes,
            expected: size,
        });
    }
    let found = KINDS.iter().find(|kind| kind.fits(received.head));
    match (found, declared) {
        (None, Some(declared)) if CERTAIN.contains(&declared) => Err(Failure::Content {
            declared: declared.to_owned(),
        }),
        (Some(kind), Some(declared)) if !kind.may_be(declared) => Ok(Proven {
            media_type: Some(kind.media_type.to_owned()),
            // "Some bytes" is no contradiction.
            other: declared != "application/octet-stream",
        }),
        (_, Some(declared)) => Ok(Proven {
            media_type: Some(declared.to_owned()),
            other: false,
        }),
        (found, None) => Ok(Proven {
            media_type: found
                .map(|kind| kind.media_type.to_owned())
                .or_else(|| received.content_type.map(essence)),
            other: false,
        }),
    }
}

/// Returns true if the received bytes are a web page.
fn is_page(received: &Received<'_>) -> bool {
    received
        .content_type
        .is_some_and(|kind| essence(kind) == "text/html")
        || looks_like_page(received.head)
}

/// Returns true if a web page can be the file: one that somebody uploaded, a snippet of HTML, a
/// document made when it is asked for. A page that the source shows to strangers is none of them.
fn is_page_expected(
    servers: &FileServers,
    declared: Option<&str>,
    received: &Received<'_>,
    length_fits: bool,
) -> bool {
    if is_own_page(servers, received.head) {
        return false;
    }
    match declared {
        Some("text/html" | "application/xhtml+xml") | None => true,
        // Text that is the source of a page is sent as text.
        Some(declared) => {
            let as_page = received
                .content_type
                .is_some_and(|kind| essence(kind) == "text/html");
            declared.starts_with("text/") && !as_page && length_fits
        }
    }
}

fn looks_like_page(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"].iter().any(|begin| {
        text.get(..begin.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(begin))
    })
}

/// Returns true if the bytes are a page that the source shows to strangers.
fn is_own_page(servers: &FileServers, head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let marks = servers.own_page_marks;
    looks_like_page(head) && marks.iter().any(|mark| text.contains(mark))
}

/// A media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::EXAMPLE;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
    const SIGN_IN: &[u8] =
        b"<!DOCTYPE html><html><head><link href=\"https://a.chat-edge.example/x.css\">";

    fn proof(
        declared: Option<&str>,
        size: Option<u64>,
        content_type: &str,
        head: &[u8],
    ) -> Result<Option<String>, Failure> {
        let expected = Expected {
            size,
            media_type: declared.map(str::to_owned),
        };
        let received = Received {
            content_type: Some(content_type),
            head,
            bytes: head.len() as u64,
        };
        check_content(&EXAMPLE, &expected, &received).map(|proven| proven.media_type)
    }

    #[test]
    fn a_sign_in_page_is_no_file() {
        for declared in [
            Some("image/png"),
            Some("text/html"),
            Some("text/plain"),
            None,
        ] {
            for content_type in ["text/html; charset=utf-8", "application/octet-stream"] {
                let proof = proof(declared, None, content_type, SIGN_IN);
                assert_eq!(proof, Err(Failure::SignIn), "{declared:?} {content_type}");
            }
        }
    }

    #[test]
    fn pages_that_people_uploaded_are_files() {
        let page = b"<!DOCTYPE html><p>Report";
        let length = Some(page.len() as u64);
        assert!(proof(Some("text/html"), length, "text/html", page).is_ok());
        assert!(proof(Some("text/plain"), length, "text/plain", page).is_ok());
        assert!(proof(Some("text/html"), None, "text/html", page).is_ok());
        let wrong = proof(Some("application/pdf"), length, "text/html", page);
        assert_eq!(wrong, Err(Failure::SignIn));
    }

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        let length = Some(PNG.len() as u64);
        let png = Some("image/png".to_owned());
        assert_eq!(
            proof(Some("image/png"), length, "image/png", PNG),
            Ok(png.clone())
        );
        assert_eq!(
            proof(Some("image/heic"), length, "image/heic", PNG),
            Ok(png.clone())
        );
        assert_eq!(proof(None, None, "binary/octet-stream", PNG), Ok(png));
        let json = proof(Some("image/png"), None, "image/png", b"{\"ok\":false}");
        assert!(matches!(json, Err(Failure::Content { .. })));
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        let zipped = proof(Some(word), None, word, b"PK\x03\x04rest");
        assert_eq!(zipped, Ok(Some(word.to_owned())));
        let text = proof(Some("text/plain"), None, "text/plain", b"hello");
        assert_eq!(text, Ok(Some("text/plain".to_owned())));
    }

    #[test]
    fn the_length_must_be_the_export_s() {
        let short = proof(Some("image/png"), Some(100), "image/png", PNG);
        assert_eq!(
            short,
            Err(Failure::Length {
                found: 12,
                expected: 100
            })
        );
    }
}
