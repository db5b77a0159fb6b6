//! Changes in the HTML of a post, which is written as rendering writes it: lower case, attributes
//! in double quotes, every element closed.

use chatferry_model::phrases::ENGLISH;

/// The HTML of a post that is being changed.
pub(super) struct Content(String);

impl Content {
    pub(super) fn new(html: String) -> Self {
        Self(html)
    }

    pub(super) fn into_html(self) -> String {
        self.0
    }

    /// Puts `address` where `stand_in` is the value of an attribute.
    pub(super) fn address(&mut self, stand_in: &str, address: &str) {
        let from = format!("=\"{stand_in}\"");
        let address = html_escape::encode_double_quoted_attribute(address);
        self.0 = self.0.replace(&from, &format!("=\"{address}\""));
    }

    /// Puts something in the place of an attachment.
    pub(super) fn attachment(&mut self, id: &str, instead: &str) {
        self.0 = self.0.replace(&attachment(id), instead);
    }

    /// Puts something in the place of an image that the post brings along.
    pub(super) fn image(&mut self, id: u32, instead: &str) {
        let source = format!("src=\"../hostedContents/{id}/$value\"");
        while let Some(at) = self.0.find(&source) {
            let (before, after) = self.0.split_at(at);
            let (Some(from), Some(to)) = (before.rfind("<img"), tag_end(after)) else {
                return;
            };
            self.0.replace_range(from..at + to, instead);
        }
    }

    /// Leaves the words of a mention, without the mention.
    pub(super) fn unwrap_at(&mut self, id: u32) {
        let open = format!("<at id=\"{id}\">");
        while let Some(at) = self.0.find(&open) {
            let end = self.0.get(at..).and_then(|rest| rest.find("</at>"));
            if let Some(end) = end {
                self.0.replace_range(at + end..at + end + "</at>".len(), "");
            }
            self.0.replace_range(at..at + open.len(), "");
        }
    }
}

/// Returns the length of a tag from within, its `>` included; `>` in quotes does not end it.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The place of an attachment.
pub(super) fn attachment(id: &str) -> String {
    format!("<attachment id=\"{id}\"></attachment>")
}

/// Returns the text for a file that could not be uploaded; files that are missing from the start
/// look the same.
pub(super) fn missing(name: &str) -> String {
    let name = html_escape::encode_text(name);
    let why = ENGLISH.file_not_uploaded;
    format!("\u{1f4ce} <strong>{name}</strong> · <i>{why}</i>")
}

/// All addresses in attributes, as they stand there.
pub(super) fn addresses(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices("=\"")
        .filter_map(|(at, mark)| html.get(at + mark.len()..)?.split('"').next())
}
