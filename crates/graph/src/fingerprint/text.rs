//! The text of a message's HTML, without what Graph reads back wrong.
//!
//! Graph's `GET` gives the text of the first inline code for each code block behind it
//! (crates/graph/RULES.md G20), and may give an emoji another `alt` than the one that was sent
//! (crates/render/TEAMS_HTML.md 3b). A message is not recognised by either.

use memchr::memchr;
use xxhash_rust::xxh3::Xxh3;

/// A hash of what is read in `html` and comes back as it was sent; signed, because that is what
/// SQLite stores.
pub(super) fn text_hash(html: &str) -> i64 {
    let mut hash = Xxh3::new();
    for (text, place) in Texts::of(html) {
        if !matches!(place, Place::Block { behind: true, .. }) {
            add_words(&mut hash, text, |c| is_unseen(c) || is_emoji(c));
        }
    }
    hash.digest().cast_signed()
}

/// A hash of all that is read in `html`: what journals of earlier versions hold of a message.
pub(super) fn whole_text_hash(html: &str) -> i64 {
    let mut hash = Xxh3::new();
    for (text, _) in Texts::of(html) {
        add_words(&mut hash, text, is_unseen);
    }
    hash.digest().cast_signed()
}

/// Returns true if a code block reads like the first inline code before it. Where it was not sent
/// so, that is Graph's defect (crates/graph/RULES.md G20).
pub(crate) fn repeats_inline_code(html: &str) -> bool {
    let mut inline: Option<(usize, Xxh3)> = None;
    let mut blocks: Vec<(usize, Xxh3)> = Vec::new();
    for (text, place) in Texts::of(html) {
        let hash = match place {
            Place::Plain => continue,
            Place::Inline(number) => match inline.get_or_insert_with(|| (number, Xxh3::new())) {
                (first, hash) if *first == number => hash,
                _ => continue,
            },
            Place::Block { number, .. } => {
                if blocks.last().is_none_or(|(last, _)| *last != number) {
                    blocks.push((number, Xxh3::new()));
                }
                match blocks.last_mut() {
                    Some((_, hash)) => hash,
                    None => continue,
                }
            }
        };
        add_words(hash, text, is_unseen);
    }
    inline.is_some_and(|(first, inline)| {
        let behind = blocks.iter().filter(|(number, _)| *number > first);
        behind
            .map(|(_, block)| block.digest())
            .any(|block| block == inline.digest())
    })
}

/// The place of a text. Pieces of code are numbered in their order, from 1.
#[derive(Clone, Copy)]
enum Place {
    Plain,
    Inline(usize),
    Block {
        number: usize,
        /// True if there is code before it.
        behind: bool,
    },
}

/// The texts of a message between its tags, an emoji's `alt` among them.
struct Texts<'h> {
    rest: &'h str,
    /// The number of pieces of code begun so far.
    codes: usize,
    inline: bool,
    /// The number of block elements that are open.
    blocks: usize,
}

impl<'h> Texts<'h> {
    fn of(rest: &'h str) -> Self {
        Self {
            rest,
            codes: 0,
            inline: false,
            blocks: 0,
        }
    }

    fn place(&self) -> Place {
        let number = self.codes;
        match (self.blocks, self.inline) {
            (0, false) => Place::Plain,
            (0, true) => Place::Inline(number),
            (_, _) => Place::Block {
                number,
                behind: number > 1,
            },
        }
    }

    /// Passes a tag, given from its `<`.
    fn pass(&mut self, tag: &str) {
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let closing = tag.starts_with("</");
        match name {
            Some("code") if self.blocks == 0 => {
                self.codes += usize::from(!closing);
                self.inline = !closing;
            }
            Some("codeblock" | "pre") if closing => self.blocks = self.blocks.saturating_sub(1),
            Some("codeblock" | "pre") => {
                self.codes += usize::from(self.blocks == 0);
                self.blocks += 1;
            }
            _ => {}
        }
    }
}

impl<'h> Iterator for Texts<'h> {
    type Item = (&'h str, Place);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let place = self.place();
        if !self.rest.starts_with('<') {
            let end = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some((text, place));
        }
        let end = memchr(b'>', self.rest.as_bytes()).map_or(self.rest.len(), |end| end + 1);
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.pass(tag);
        let alt = tag
            .strip_prefix("<emoji ")
            .and_then(|tag| attribute(tag, "alt"));
        Some((alt.unwrap_or_default(), place))
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    value.split('"').next()
}

/// Adds what is left of a text between characters that do not count.
fn add_words(hash: &mut Xxh3, text: &str, skipped: impl Fn(char) -> bool) {
    let text = html_escape::decode_html_entities(text);
    // Runs of what counts, so that plain words are hashed as they stand.
    for word in text.split(skipped) {
        hash.update(word.as_bytes());
    }
}

/// Returns true for blanks, and for characters that join or separate without being visible.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}' | '\u{ad}'
        )
}

/// Returns true for symbols that Teams may make an `<emoji>` of, and for the parts of emoji.
fn is_emoji(c: char) -> bool {
    matches!(
        c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{20e3}' | '\u{2122}' | '\u{2139}'
            | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
            | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
            | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
            | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_way_html_is_written_does_not_count() {
        for (one, other) in [
            (
                "<p>a b</p><p>c</p>",
                "<div>\n<p>a&nbsp;b</p>\n<p>c</p>\n</div>",
            ),
            (
                "<b>x &amp; &lt;y&gt;</b>",
                "<strong>x &#38; &#60;y></strong>",
            ),
            (
                "<img src=\"a\">",
                "<img alt=\"image\" src=\"b\" itemid=\"c\">",
            ),
        ] {
            assert_eq!(text_hash(one), text_hash(other), "{one} | {other}");
            assert_eq!(whole_text_hash(one), whole_text_hash(other), "{one}");
        }
    }

    #[test]
    fn words_count() {
        for (one, other) in [
            ("<p>a</p>", "<p>b</p>"),
            ("a", "A"),
            ("", "a"),
            ("ab", "ba"),
            ("<code>a</code>", "<code>b</code>"),
            ("<pre>a</pre>", "<pre>b</pre>"),
            ("<pre>a</pre>x", "<pre>a</pre>y"),
            ("<code>a</code><pre>b</pre>x", "<code>a</code><pre>b</pre>y"),
        ] {
            assert_ne!(text_hash(one), text_hash(other), "{one} | {other}");
            assert_ne!(whole_text_hash(one), whole_text_hash(other), "{one}");
        }
    }

    #[test]
    fn what_graph_changes_does_not_count() {
        for (sent, found) in [
            (
                "hi \u{1f628}\u{1f3fd}",
                "hi&nbsp;<emoji id=\"fear\" alt=\"\u{1f627}\" title=\"\"></emoji>",
            ),
            (
                "1\u{fe0f}\u{20e3} go",
                "<emoji id=\"one\" alt=\"1\u{fe0f}\u{20e3}\"></emoji> go",
            ),
            (
                "<p>The <code>message</code>:</p><codeblock class=\"plaintext\"><code>Hello</code></codeblock><p>x</p>",
                "<p>The <code>message</code>:</p>\n<codeblock class=\"PlainText\"><code>message</code></codeblock>\n<p>x</p>",
            ),
            (
                "<code>a</code><pre>b</pre><pre>c<br>d</pre>",
                "<code>a</code><pre>a</pre><pre>a</pre>",
            ),
        ] {
            assert_eq!(text_hash(sent), text_hash(found), "{sent} | {found}");
        }
    }

    #[test]
    fn the_defect_is_seen_in_a_block_that_repeats_the_first_inline_code() {
        for (html, repeats) in [
            ("<code>a</code><codeblock><code>a</code></codeblock>", true),
            ("<code>a</code><code>b</code><pre>b</pre><pre>a</pre>", true),
            ("<code>a &lt; b</code><pre>a\n&#60; b</pre>", true),
            ("<code>a</code><code>b</code><pre>b</pre>", false),
            ("<pre>a</pre><code>a</code>", false),
            ("<pre>a</pre><pre>a</pre>", false),
            ("<code>a</code> a <pre>ab</pre>", false),
        ] {
            assert_eq!(repeats_inline_code(html), repeats, "{html}");
        }
    }

    proptest! {
        #[test]
        fn any_html_is_read_to_its_end(html in "(<|/|>|code|pre|emoji alt=\"|é|[a-z ]|&lt;){0,40}") {
            let read: usize = Texts::of(&html).map(|(text, _)| text.len()).sum();
            prop_assert!(read <= html.len());
            let _ = (text_hash(&html), repeats_inline_code(&html));
            let tail = format!("{html}>x");
            prop_assert_ne!(whole_text_hash(&html), whole_text_hash(&tail));
        }
    }
}
