//! A strict scanner of message HTML: well formed, and made of what Teams keeps.
//!
//! It takes less than browsers do: names in lower case, attributes in double quotes, every element
//! closed. What rendering writes is like that; what is not was not written by rendering.

use chatferry_model::deferred::UNRESOLVED_URL;
use chatferry_model::teams_html::{Element, SCHEMES, element, foreign_element};

/// The elements that a scan found, in order.
#[derive(Debug, Default)]
pub(crate) struct Scan<'a> {
    /// The id of each `<at>`, and whether there is text in it.
    pub(crate) ats: Vec<(&'a str, bool)>,
    /// The id of each `<attachment>`.
    pub(crate) attachments: Vec<&'a str>,
    /// The ids of the images that the post itself should bring along.
    pub(crate) images: Vec<&'a str>,
    /// Addresses that stand for places known at upload only.
    pub(crate) stand_ins: Vec<&'a str>,
    /// The first thing that Teams' own client writes and rendering does not.
    pub(crate) foreign: Option<String>,
}

/// The problem with a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The position in bytes from the start.
    at: usize,
    what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (at byte {})", self.what, self.at)
    }
}

/// The beginning of addresses of images within the text.
const HOSTED: &str = "../hostedContents/";

/// Elements that are not closed.
const VOID: &[&str] = &["br", "hr", "img"];

/// Scans `html` once.
pub(crate) fn scan(html: &str) -> Result<Scan<'_>, Fault> {
    let mut scan = Scan::default();
    let mut open: Vec<&'static Element> = Vec::new();
    let mut at = 0;
    while let Some(rest) = html.get(at..) {
        let Some(step) = memchr::memchr(b'<', rest.as_bytes()) else {
            break;
        };
        scan.text(&open, rest.get(..step).unwrap_or_default());
        let start = at + step;
        let fault = |what: String| Fault { at: start, what };
        let tag = html.get(start + 1..).unwrap_or_default();
        at = start + 1 + tag_end(tag).ok_or_else(|| fault("a < that begins no tag".to_owned()))?;
        let tag = html.get(start + 1..at - 1).unwrap_or_default();
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(element) if element.tag == name => {}
                _ => return Err(fault(format!("</{name}> closes nothing"))),
            }
            continue;
        }
        let name_end = tag
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        let element = element(name).or_else(|| {
            scan.foreign.get_or_insert_with(|| format!("<{name}>"));
            foreign_element(name)
        });
        let element = element.ok_or_else(|| fault(format!("<{name}> is not kept by Teams")))?;
        scan.attributes(element, attributes).map_err(fault)?;
        if !VOID.contains(&element.tag) {
            open.push(element);
        }
    }
    scan.text(&open, html.get(at..).unwrap_or_default());
    match open.last() {
        Some(element) => Err(Fault {
            at: html.len(),
            what: format!("<{}> is not closed", element.tag),
        }),
        None => Ok(scan),
    }
}

/// Returns the length of a tag, its `>` included; `>` in quotes does not end it.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at + 1),
            b'<' => return None,
            _ => {}
        }
    }
    None
}

impl<'a> Scan<'a> {
    fn text(&mut self, open: &[&'static Element], text: &str) {
        if open.last().is_some_and(|element| element.tag == "at")
            && !text.trim().is_empty()
            && let Some((_, has_text)) = self.ats.last_mut()
        {
            *has_text = true;
        }
    }

    fn attributes(&mut self, element: &Element, mut rest: &'a str) -> Result<(), String> {
        let mut id = None;
        loop {
            rest = rest.trim_ascii_start();
            if rest.is_empty() || rest == "/" {
                break;
            }
            let (name, value, after) = split_attribute(rest)
                .ok_or_else(|| format!("<{}> has an attribute without quotes", element.tag))?;
            if element.foreign.contains(&name) {
                self.foreign
                    .get_or_insert_with(|| format!("<{} {name}>", element.tag));
            } else if !element.attributes.contains(&name) {
                return Err(format!("<{} {name}> is not kept by Teams", element.tag));
            }
            self.value(name, value)?;
            if name == "id" {
                id = Some(value);
            }
            rest = after;
        }
        match (element.tag, id) {
            ("at", Some(id)) => self.ats.push((id, false)),
            ("attachment", Some(id)) => self.attachments.push(id),
            ("at" | "attachment", None) => return Err(format!("<{}> has no id", element.tag)),
            _ => {}
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &'a str) -> Result<(), String> {
        match name {
            "src" if value.starts_with(HOSTED) => {
                let id = value
                    .get(HOSTED.len()..)
                    .and_then(|rest| rest.strip_suffix("/$value"));
                self.images
                    .push(id.ok_or_else(|| format!("src=\"{value}\" is no image"))?);
            }
            "href" | "src" if value.starts_with(UNRESOLVED_URL) => self.stand_ins.push(value),
            "href" | "src" if !has_known_scheme(value) => {
                return Err(format!(
                    "{name}=\"{value}\" has a scheme that is not allowed"
                ));
            }
            "style" if !is_plain_style(value) => {
                return Err(format!("style=\"{value}\" is not plain"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// A name, its value, and what follows.
fn split_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once("=\"")?;
    let (value, rest) = rest.split_once('"')?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    plain.then_some((name, value, rest))
}

/// Links are absolute, so they always have a scheme.
fn has_known_scheme(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else {
        return false;
    };
    SCHEMES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
}

/// Declarations of words, numbers and colours: nothing that loads or runs anything.
fn is_plain_style(style: &str) -> bool {
    style
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " :;-#.,%".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rendering_writes_passes() {
        let html = concat!(
            "<p>hi <at id=\"0\">Jane</at> &lt;b&gt; > <strong>x</strong><br></p>",
            "<p><a href=\"https://example.org/?a=1&amp;b=&gt;\">link</a></p>",
            "<table><tbody><tr><td><p>1</p></td></tr></tbody></table>",
            "<attachment id=\"a\"></attachment>",
            "<img src=\"../hostedContents/1/$value\" alt=\"a > b\">",
        );
        let scan = scan(html).unwrap();
        assert_eq!(scan.ats, [("0", true)]);
        assert_eq!(scan.attachments, ["a"]);
        assert_eq!(scan.images, ["1"]);
        assert_eq!(scan.foreign, None);
    }

    #[test]
    fn what_the_client_of_teams_writes_is_foreign() {
        for (html, foreign) in [
            (
                "<p>a <emoji id=\"eyes\" alt=\"\u{1f440}\" title=\"Eyes\"></emoji></p>",
                "<emoji>",
            ),
            ("<p>a</p>\n<p style=\"margin-left:40px\">b</p>", "<p style>"),
            (
                "<a href=\"https://a.example\" rel=\"noreferrer\">a</a>",
                "<a rel>",
            ),
            ("<div><em>a</em></div>", "<div>"),
        ] {
            assert_eq!(scan(html).unwrap().foreign.as_deref(), Some(foreign));
        }
    }

    #[test]
    fn what_it_would_not_write_does_not() {
        for html in [
            "a < b",
            "a <",
            "<script>alert(1)</script>",
            "<p onclick=\"x\">a</p>",
            "<p>a",
            "<p>a</b></p>",
            "a</p>",
            "<P>a</P>",
            "<a href=\"javascript:alert(1)\">a</a>",
            "<a href=\"/relative\">a</a>",
            "<a href=https://example.org>a</a>",
            "<a href=\"https://example.org\"<b>a</a>",
            "<span style=\"background: url(https://x)\">a</span>",
            "<img src=\"data:image/png;base64,xx\">",
            "<!-- a -->",
            "<at>a</at>",
        ] {
            assert!(scan(html).is_err(), "{html}");
        }
    }

    #[test]
    fn an_empty_mention_is_seen() {
        assert_eq!(scan("<at id=\"0\"> </at>").unwrap().ats, [("0", false)]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(html in "(<|>|/|\"|=|at|p|id|a| |é|&){0,40}") {
            let _ = scan(&html);
        }

        #[test]
        fn text_that_is_escaped_passes(text in ".{0,80}") {
            let html = format!("<p>{}</p>", html_escape::encode_text(&text));
            proptest::prop_assert!(scan(&html).is_ok());
        }
    }
}
