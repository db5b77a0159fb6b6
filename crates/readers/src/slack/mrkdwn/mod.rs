//! mrkdwn, the markup of `text` before there were blocks, and of bots to this day
//! (crates/readers/src/slack/FORMAT.md 4).
//!
//! A text is cut into fences, quotes and running lines here, and each line into its inlines in
//! [`inline`]. Entities are decoded last, in the words that are left; so nothing that a person
//! escaped becomes markup, and nothing is decoded twice.

mod date;
mod entity;
mod inline;
#[cfg(test)]
mod tests;
mod token;

use chatferry_model::Text;
use chatferry_model::document::{
    Block, Code, Document, Inline, Link, Mark, Marks, MentionTarget, Quote,
};

use entity::Piece;

pub(super) use date::{date, moment};
pub(super) use entity::decode;
pub(super) use token::{everyone, is_any_id, labels};

use super::context::Context;
use super::name_table::NameTable;

/// Reads a text into blocks, its words set in `marks`.
pub(super) fn blocks<'m>(text: &'m str, marks: Marks, context: &mut Context<'m>) -> Vec<Block<'m>> {
    let mut out = Vec::new();
    push_blocks(text, marks, false, context, &mut out);
    out
}

/// Reads a text that stands within a line: fences and quotes are plain there.
pub(super) fn inlines<'m>(
    text: &'m str,
    marks: Marks,
    context: &mut Context<'m>,
) -> Vec<Inline<'m>> {
    let mut out = Vec::new();
    let mut rest = text.trim_end_matches(['\n', '\r']);
    while let Some((line, after)) = split_line(rest) {
        inline::push(line, marks, context, &mut out);
        if !after.is_empty() {
            out.push(Inline::Break);
        }
        rest = after;
    }
    out
}

/// Appends the text of a `plain_text`: no markup but emoji, escaped as everything is.
pub(super) fn plain_text<'m>(
    text: &'m str,
    marks: Marks,
    context: &Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    for piece in entity::pieces(text) {
        match piece {
            Piece::Words(words) => plain_into(words, marks, context, out),
            Piece::Entity(character) => push_words(character.into_owned().into(), marks, out),
        }
    }
}

/// Appends a plain text that is not escaped. `:name:` is an emoji there where it is one of Slack's own.
pub(super) fn plain_into<'m>(
    text: &'m str,
    marks: Marks,
    context: &Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    inline::push_plain(text, marks, context, out);
}

const FENCE: &str = "```";

fn push_blocks<'m>(
    text: &'m str,
    marks: Marks,
    in_quote: bool,
    context: &mut Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    let mut running = Running::default();
    let mut rest = text;
    // Where the next fence is, as long as it is ahead.
    let mut fence = find_fence(text, 0);
    let mut line_start = true;
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        if fence.as_ref().is_some_and(|fence| fence.from < at) {
            fence = find_fence(text, at);
        }
        if line_start
            && let Some(marker) = quote_marker(rest)
            && (!running.quote.is_empty() || quotes_anything(rest, &marker))
        {
            let quoted = rest.get(marker.length..).unwrap_or_default();
            running.close_paragraph(out);
            if marker.to_the_end && !in_quote {
                let quoted = quoted.strip_prefix(' ').unwrap_or(quoted);
                let mut inside = running.take_quote();
                push_blocks(quoted, marks, true, context, &mut inside);
                running.quote = inside;
                break;
            }
            // A fence within a quoted line belongs to the quote.
            let ahead = fence
                .as_ref()
                .filter(|fence| fence.from >= at + marker.length);
            match first_line(text, at + marker.length, ahead) {
                Line::To(fence, before) => {
                    running.quote_line(before, marks, context);
                    running.quote_code(fence.code, context.name_table);
                    rest = text.get(fence.to..).unwrap_or_default();
                }
                Line::Whole(line, after) => {
                    running.quote_line(line, marks, context);
                    rest = after;
                    continue;
                }
            }
            rest = rest.strip_prefix('\n').unwrap_or(rest);
            line_start = true;
            continue;
        }
        running.close_quote(out);
        match first_line(text, at, fence.as_ref()) {
            Line::To(fence, before) => {
                running.words(before, marks, context);
                running.close_paragraph(out);
                out.push(code_block(fence.code, context.name_table));
                rest = text.get(fence.to..).unwrap_or_default();
                line_start = rest.starts_with('\n');
                if line_start {
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
            Line::Whole(line, after) => {
                running.words(line, marks, context);
                if rest.len() > line.len() {
                    running.paragraph.push(Inline::Break);
                }
                rest = after;
                line_start = true;
            }
        }
    }
    running.close_quote(out);
    running.close_paragraph(out);
}

/// The first line of a rest of a text.
enum Line<'f, 't> {
    /// The item is whole; the text behind its line feed.
    Whole(&'t str, &'t str),
    /// A fence begins in it; the words before.
    To(&'f Fence<'t>, &'t str),
}

/// The line that begins at `at`, of which no more is looked at than what comes before the fence:
/// there may be thousands of fences in one line.
fn first_line<'f, 't>(text: &'t str, at: usize, fence: Option<&'f Fence<'t>>) -> Line<'f, 't> {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(fence) = fence {
        let before = text.get(at..fence.from).unwrap_or_default();
        if split_line(before).is_none_or(|(line, _)| line.len() == before.len()) {
            return Line::To(fence, before);
        }
    }
    let (line, after) = split_line(rest).unwrap_or((rest, ""));
    Line::Whole(line, after)
}

/// The block that is being gathered.
#[derive(Default)]
struct Running<'m> {
    paragraph: Vec<Inline<'m>>,
    /// The blocks of the quote; the last one may be a paragraph that goes on.
    quote: Vec<Block<'m>>,
}

impl<'m> Running<'m> {
    fn words(&mut self, line: &'m str, marks: Marks, context: &mut Context<'m>) {
        inline::push(line, marks, context, &mut self.paragraph);
    }

    fn quote_line(&mut self, line: &'m str, marks: Marks, context: &mut Context<'m>) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(Block::Paragraph(paragraph)) = self.quote.last_mut() {
            paragraph.push(Inline::Break);
            inline::push(line, marks, context, paragraph);
        } else {
            let mut paragraph = Vec::new();
            inline::push(line, marks, context, &mut paragraph);
            self.quote.push(Block::Paragraph(paragraph));
        }
    }

    fn quote_code(&mut self, code: &'m str, name_table: &NameTable) {
        if matches!(self.quote.last(), Some(Block::Paragraph(paragraph)) if paragraph.is_empty()) {
            self.quote.pop();
        }
        self.quote.push(code_block(code, name_table));
    }

    fn take_quote(&mut self) -> Vec<Block<'m>> {
        std::mem::take(&mut self.quote)
    }

    fn close_quote(&mut self, out: &mut Vec<Block<'m>>) {
        let mut blocks = self.take_quote();
        for block in &mut blocks {
            if let Block::Paragraph(paragraph) = block {
                trim_breaks(paragraph);
            }
        }
        blocks
            .retain(|block| !matches!(block, Block::Paragraph(paragraph) if paragraph.is_empty()));
        if !blocks.is_empty() {
            out.push(Block::Quote(Quote { blocks, cite: None }));
        }
    }

    fn close_paragraph(&mut self, out: &mut Vec<Block<'m>>) {
        let mut paragraph = std::mem::take(&mut self.paragraph);
        trim_breaks(&mut paragraph);
        if !paragraph.is_empty() {
            out.push(Block::Paragraph(paragraph));
        }
    }
}

/// Takes away the line breaks at both ends: what follows or comes before is a block of its own.
pub(super) fn trim_breaks(inlines: &mut Vec<Inline<'_>>) {
    while inlines.last() == Some(&Inline::Break) {
        inlines.pop();
    }
    let leading = inlines
        .iter()
        .take_while(|inline| **inline == Inline::Break)
        .count();
    inlines.drain(..leading);
}

struct Marker {
    length: usize,
    to_the_end: bool,
}

/// `&gt;` at the start of a line, escaped or (from bots) not; three of them quote all that follows.
fn quote_marker(line: &str) -> Option<Marker> {
    ["&gt;", ">"]
        .into_iter()
        .find(|sign| line.starts_with(sign))
        .map(|sign| {
            let three = line.starts_with(&sign.repeat(3));
            Marker {
                length: if three { 3 * sign.len() } else { sign.len() },
                to_the_end: three,
            }
        })
}

/// Returns true if there are words behind the sign, or in the quoted lines that follow: a `>` alone
/// is a character.
fn quotes_anything(text: &str, marker: &Marker) -> bool {
    let behind = text.get(marker.length..).unwrap_or_default();
    if marker.to_the_end {
        return !behind.trim().is_empty();
    }
    let mut lines = behind.split('\n');
    if lines.next().is_some_and(|line| !line.trim().is_empty()) {
        return true;
    }
    for line in lines {
        match quote_marker(line) {
            None => return false,
            Some(marker)
                if line
                    .get(marker.length..)
                    .is_some_and(|line| !line.trim().is_empty()) =>
            {
                return true;
            }
            Some(_) => {}
        }
    }
    false
}

struct Fence<'t> {
    from: usize,
    to: usize,
    code: &'t str,
}

/// The next pair of fences with something between them. An unclosed one is three plain characters.
fn find_fence(text: &str, start: usize) -> Option<Fence<'_>> {
    let mut from = start + text.get(start..)?.find(FENCE)?;
    loop {
        let inside = text.get(from + FENCE.len()..)?;
        let mut end = inside.find(FENCE)?;
        if end == 0 {
            // Nothing between: a run of ticks, all plain.
            let ticks = inside.bytes().take_while(|c| *c == b'`').count();
            let after = from + FENCE.len() + ticks;
            from = after + text.get(after..)?.find(FENCE)?;
            continue;
        }
        // The ticks that close stand at the end of a run of ticks.
        while inside.as_bytes().get(end + FENCE.len()) == Some(&b'`') {
            end += 1;
        }
        return Some(Fence {
            from,
            to: from + FENCE.len() + end + FENCE.len(),
            code: inside.get(..end)?,
        });
    }
}

fn code_block<'m>(code: &'m str, name_table: &NameTable) -> Block<'m> {
    let code = code.strip_prefix('\n').unwrap_or(code);
    let code = code.strip_suffix('\n').unwrap_or(code);
    let mut text = Text::default();
    literal(code, name_table, |words| {
        if text.is_empty() {
            text = words;
            return;
        }
        // Grows in place: code may be nothing but tokens.
        let mut joined = std::mem::take(&mut text).into_cow().into_owned();
        joined.push_str(&words);
        text = joined.into();
    });
    Block::Code(Code {
        language: None,
        text,
    })
}

/// Hands over the words of code: entities decoded, what stands in brackets as it is shown.
fn literal<'t>(code: &'t str, name_table: &NameTable, mut hand_over: impl FnMut(Text<'t>)) {
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = code
        .get(at..)
        .and_then(|rest| memchr::memchr(b'<', rest.as_bytes()))
    {
        let start = at + found;
        let token = code.get(start..).and_then(token::parse);
        let Some((words, length)) =
            token.and_then(|t| t.words(name_table).map(|words| (words, t.length)))
        else {
            at = start + 1;
            continue;
        };
        if let Some(before) = code.get(from..start).filter(|before| !before.is_empty()) {
            hand_over(decode(before));
        }
        hand_over(words);
        at = start + length;
        from = at;
    }
    if let Some(rest) = code.get(from..).filter(|rest| !rest.is_empty()) {
        hand_over(decode(rest));
    }
}

/// The first line and what comes after its line feed. A line feed inside a token's label does not
/// end the line.
fn split_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let mut at = 0;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'<', b'\n', rest.as_bytes()))
    {
        let here = at + found;
        let rest = text.get(here..).unwrap_or_default();
        if rest.starts_with('\n') {
            let line = text.get(..here)?;
            return Some((line.strip_suffix('\r').unwrap_or(line), rest.get(1..)?));
        }
        at = here + token::parse(rest).map_or(1, |token| token.length);
    }
    Some((text, ""))
}

/// Appends words, joined to those before them where they are set alike.
pub(super) fn push_words<'m>(words: Text<'m>, marks: Marks, out: &mut Vec<Inline<'m>>) {
    if words.is_empty() {
        return;
    }
    if let Some(Inline::Text(last)) = out.last_mut()
        && last.marks == marks
    {
        let mut joined = std::mem::take(&mut last.text).into_cow().into_owned();
        joined.push_str(&words);
        last.text = joined.into();
        return;
    }
    out.push(Inline::marked(words, marks));
}

/// Appends words line by line, with a break for each line feed.
pub(super) fn push_lines<'m>(words: Text<'m>, marks: Marks, out: &mut Vec<Inline<'m>>) {
    if memchr::memchr2(b'\n', b'\r', words.as_bytes()).is_none() {
        return push_words(words, marks, out);
    }
    match words.into_cow() {
        std::borrow::Cow::Borrowed(words) => each_line(words, |line, first| {
            if !first {
                out.push(Inline::Break);
            }
            push_words(line.into(), marks, out);
        }),
        std::borrow::Cow::Owned(words) => each_line(&words, |line, first| {
            if !first {
                out.push(Inline::Break);
            }
            push_words(line.to_owned().into(), marks, out);
        }),
    }
}

fn each_line<'t>(words: &'t str, mut hand_over: impl FnMut(&'t str, bool)) {
    for (number, line) in words.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        // A carriage return of its own ends a line too.
        for (part, piece) in line.split('\r').enumerate() {
            hand_over(piece, number == 0 && part == 0);
        }
    }
}

/// The words of a text for where no document can stand: titles, topics. Tokens are named as they
/// are shown, the names of Slack's own emoji are their characters.
pub(super) fn bare_words(text: &str, name_table: &NameTable) -> String {
    let mut context = Context::new(name_table);
    let mut line = Vec::new();
    inline::push_unstyled(text, &mut context, &mut line);
    for inline in &mut line {
        match inline {
            Inline::Mention(mention) if !mention.text.is_empty() => {
                let sign = match mention.target {
                    MentionTarget::Conversation(_) => '#',
                    _ => '@',
                };
                mention.text = format!("{sign}{}", mention.text).into();
            }
            Inline::Link(Link { url, content }) if !content.is_empty() => {
                let blocks = vec![Block::Paragraph(std::mem::take(content))];
                let label = Document { blocks }.to_plain_text();
                // Slack makes labels of addresses by itself: `<http://acme.example|acme.example>`.
                let words = if url.contains(&label) {
                    url.as_str().to_owned()
                } else {
                    format!("{label} ({url})")
                };
                content.push(Inline::text(words));
            }
            _ => {}
        }
    }
    let blocks = vec![Block::Paragraph(line)];
    Document { blocks }.to_plain_text()
}

/// A name as people saw it: [`bare_words`], where there is anything to do.
pub(super) fn bare_name<'m>(name: Text<'m>, name_table: &NameTable) -> Text<'m> {
    if name.contains([':', '&', '<']) {
        bare_words(&name, name_table).into()
    } else {
        name
    }
}

/// A plain text for where no document can stand: the names of Slack's own emoji are their
/// characters.
pub(super) fn bare_plain<'m>(text: &'m str, context: &Context<'m>) -> Text<'m> {
    if !text.contains([':', '&']) {
        return text.into();
    }
    let mut line = Vec::new();
    plain_text(text, Marks::NONE, context, &mut line);
    let blocks = vec![Block::Paragraph(line)];
    Document { blocks }.to_plain_text().into()
}

/// Sets all of `inlines` in `mark` too.
pub(super) fn marked<'m>(mut inlines: Vec<Inline<'m>>, mark: Mark) -> Vec<Inline<'m>> {
    for inline in &mut inlines {
        match inline {
            Inline::Text(span) => span.marks |= mark,
            Inline::Mention(mention) => mention.marks |= mark,
            Inline::Link(link) => link.content = marked(std::mem::take(&mut link.content), mark),
            _ => {}
        }
    }
    inlines
}

/// Reads a text in which styles are off: tokens, emoji and entities only.
pub(super) fn unstyled<'m>(text: &'m str, context: &mut Context<'m>) -> Vec<Block<'m>> {
    let mut line = Vec::new();
    inline::push_unstyled(text, context, &mut line);
    trim_breaks(&mut line);
    if line.is_empty() {
        Vec::new()
    } else {
        vec![Block::Paragraph(line)]
    }
}

/// Appends inlines, words joined to those before them where they are set alike.
pub(super) fn append<'m>(inlines: Vec<Inline<'m>>, out: &mut Vec<Inline<'m>>) {
    for inline in inlines {
        match inline {
            Inline::Text(span) => push_words(span.text, span.marks, out),
            other => out.push(other),
        }
    }
}

/// Appends what stands on a button: its label in brackets, a link where it leads somewhere.
pub(super) fn push_button<'m>(
    label: Vec<Inline<'m>>,
    address: Option<Text<'m>>,
    out: &mut Vec<Inline<'m>>,
) {
    push_words(Text::from_static("["), Marks::NONE, out);
    match address {
        Some(url) => out.push(Inline::Link(Link {
            url,
            content: label,
        })),
        None => append(label, out),
    }
    push_words(Text::from_static("]"), Marks::NONE, out);
}
