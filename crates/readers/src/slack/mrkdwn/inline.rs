//! One line of mrkdwn: styles, code, tokens and emoji.
//!
//! First the line is cut into pieces, then the style signs among them are paired. A sign that has
//! no partner is a plain character. Both passes are linear: a search that failed once is not made
//! again.

use chatferry_model::document::{Inline, Mark, Marks};
use unicode_normalization::char::is_combining_mark;

use super::entity::decode;
use super::token::{self, Token};
use crate::slack::context::Context;
use crate::slack::emoji;
use crate::slack::name_table::NameTable;

#[derive(Clone, Copy, Debug)]
enum Piece<'t> {
    Words(&'t str),
    Code(&'t str),
    Token(Token<'t>),
    Emoji(&'t str),
    Sign {
        sign: Sign,
        opens: bool,
        closes: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
enum Sign {
    Bold,
    Italic,
    Strike,
}

impl Sign {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'*' => Some(Self::Bold),
            b'_' => Some(Self::Italic),
            b'~' => Some(Self::Strike),
            _ => None,
        }
    }

    fn mark(self) -> Mark {
        match self {
            Self::Bold => Mark::Bold,
            Self::Italic => Mark::Italic,
            Self::Strike => Mark::Strike,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Bold => "*",
            Self::Italic => "_",
            Self::Strike => "~",
        }
    }
}

/// Appends what a line says. `line` holds no line feed, but inside a token's label.
pub(super) fn push<'m>(
    line: &'m str,
    marks: Marks,
    context: &mut Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    if memchr::memchr3(b'<', b'`', b':', line.as_bytes()).is_none()
        && memchr::memchr3(b'*', b'_', b'~', line.as_bytes()).is_none()
    {
        super::push_lines(decode(line), marks, out);
        return;
    }
    let pieces = cut(line, true);
    write(&pieces, marks, context, out);
}

/// Appends a text in which style signs and ticks are plain characters.
pub(super) fn push_unstyled<'m>(
    text: &'m str,
    context: &mut Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    let pieces = cut(text, false);
    write(&pieces, Marks::NONE, context, out);
}

fn cut(line: &str, styled: bool) -> Vec<Piece<'_>> {
    let bytes = line.as_bytes();
    let mut pieces = Vec::new();
    let mut words_from = 0;
    let mut at = 0;
    let mut ticks_left = styled;
    // Where an emoji ended last: another may follow at once.
    let mut emoji_end = usize::MAX;
    while let Some(byte) = bytes.get(at).copied() {
        let rest = line.get(at..).unwrap_or_default();
        let found = match byte {
            b'<' => token::parse(rest).map(|token| (Piece::Token(token), token.length)),
            b'`' if ticks_left => {
                let code = code(rest);
                ticks_left = code.is_some() || rest.starts_with("``");
                code
            }
            b':' => emoji_at(line, at, emoji_end == at),
            byte => Sign::of(byte)
                .filter(|_| styled)
                .map(|sign| (sign_at(line, at, sign), 1)),
        };
        let Some((piece, length)) = found else {
            at += 1;
            continue;
        };
        if let Some(words) = line.get(words_from..at).filter(|words| !words.is_empty()) {
            pieces.push(Piece::Words(words));
        }
        pieces.push(piece);
        at += length;
        words_from = at;
        if matches!(piece, Piece::Emoji(_)) {
            emoji_end = at;
        }
    }
    if let Some(words) = line.get(words_from..).filter(|words| !words.is_empty()) {
        pieces.push(Piece::Words(words));
    }
    pieces
}

/// `` `code` ``: at least one character, no tick in it but within a token.
fn code(rest: &str) -> Option<(Piece<'_>, usize)> {
    let inside = rest.get(1..)?;
    let mut at = 0;
    let end = loop {
        at += memchr::memchr2(b'`', b'<', inside.as_bytes().get(at..)?)?;
        let here = inside.get(at..)?;
        if here.starts_with('`') {
            break at;
        }
        at += token::parse(here).map_or(1, |token| token.length);
    };
    let code = inside.get(..end).filter(|code| !code.is_empty())?;
    Some((Piece::Code(code), end + 2))
}

/// `:name:`, with a tone perhaps. Names of Slack's own table are emoji wherever they stand but in
/// `12:30:45` and `a::b::c`; other names only between word boundaries.
fn emoji_at(line: &str, at: usize, after_emoji: bool) -> Option<(Piece<'_>, usize)> {
    let (before, rest) = line.split_at(at);
    let before = before.chars().next_back().filter(|_| !after_emoji);
    let name = name_at(rest.get(1..)?)?;
    let mut length = name.len() + 2;
    let mut whole = name;
    if let Some(tone) = rest
        .get(length..)
        .and_then(|rest| rest.strip_prefix(":skin-tone-"))
    {
        let digits = tone
            .bytes()
            .take_while(|c| c.is_ascii_digit() || *c == b'-')
            .count();
        if digits > 0 && tone.as_bytes().get(digits) == Some(&b':') {
            length += ":skin-tone-:".len() + digits;
            whole = rest.get(1..length - 1)?;
        }
    }
    let after = rest.get(length..)?;
    let next = after.chars().next();
    let scope = |c: Option<char>| c == Some(':');
    let next_is_emoji = || {
        after
            .get(1..)
            .and_then(name_at)
            .is_some_and(emoji::is_standard)
    };
    let fits = if emoji::is_standard(name) {
        let in_time = before.is_some_and(|c| c.is_ascii_digit());
        // A colon behind it is the writer's own, or another emoji's.
        let in_scope = scope(before);
        // `a:b:c` is a ratio rather than an emoji between two letters.
        let in_ratio = name.len() < 3
            && before.is_some_and(|c| c.is_ascii_alphanumeric())
            && next.is_some_and(|c| c.is_ascii_alphanumeric());
        !(in_scope || in_ratio || in_time && name.bytes().all(|c| c.is_ascii_digit()))
    } else {
        let open = |c: Option<char>| {
            c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '/' | '_' | '&' | ';'))
        };
        open(before)
            && open(next.filter(|_| !next_is_emoji()))
            && name.chars().any(char::is_alphabetic)
    };
    fits.then_some((Piece::Emoji(whole), length))
}

/// The name before the next colon, if it may be an emoji's (crates/readers/src/slack/FORMAT.md 4,
/// 5).
fn name_at(rest: &str) -> Option<&str> {
    /// Longer ones can't be made in Slack.
    const LONGEST: usize = 100;
    for (at, c) in rest.char_indices() {
        match c {
            ':' => return rest.get(..at).filter(|name| !name.is_empty()),
            _ if at > LONGEST => return None,
            'A'..='Z' => return None,
            '_' | '+' | '-' | '\'' => {}
            c if c.is_alphanumeric() || is_combining_mark(c) => {}
            _ => return None,
        }
    }
    None
}

/// Returns what a style sign at `at` can do: it opens after a boundary and before a non-space, and
/// closes after a non-space and before a boundary; doubled signs do neither
/// (crates/readers/src/slack/FORMAT.md trap 47).
fn sign_at(line: &str, at: usize, sign: Sign) -> Piece<'_> {
    let (before, rest) = line.split_at(at);
    let before = before.chars().next_back();
    let after = rest.get(1..).and_then(|after| after.chars().next());
    let same = |c: Option<char>| c.is_some_and(|c| sign.as_str().starts_with(c));
    let boundary =
        |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !is_combining_mark(c));
    let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let single = !same(before) && !same(after);
    Piece::Sign {
        sign,
        opens: single && boundary(before) && solid(after),
        closes: single && solid(before) && boundary(after),
    }
}

fn write<'m>(
    mut pieces: &[Piece<'m>],
    marks: Marks,
    context: &mut Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    let mut hopeless = [false; 3];
    while let Some((piece, rest)) = pieces.split_first() {
        pieces = rest;
        match *piece {
            Piece::Words(words) => super::push_lines(decode(words), marks, out),
            Piece::Code(code) => push_code(code, marks | Mark::Code, context.name_table, out),
            Piece::Token(token) => token.push(marks, context, out),
            Piece::Emoji(name) => out.push(Inline::Emoji(context.emoji(name))),
            Piece::Sign { sign, opens, .. } => {
                let dead = hopeless.get_mut(sign as usize);
                let close = (opens && !marks.has(sign.mark()) && dead.as_deref() != Some(&true))
                    .then(|| closing(rest, sign));
                match close {
                    Some(Some(end)) => {
                        let (inside, after) = rest.split_at(end);
                        write(inside, marks | sign.mark(), context, out);
                        pieces = after.get(1..).unwrap_or_default();
                    }
                    Some(None) => {
                        if let Some(dead) = dead {
                            *dead = true;
                        }
                        super::push_words(sign.as_str().into(), marks, out);
                    }
                    None => super::push_words(sign.as_str().into(), marks, out),
                }
            }
        }
    }
}

/// Returns the place where the partner of a sign stands among the pieces after it; something must
/// be between them.
fn closing(pieces: &[Piece<'_>], wanted: Sign) -> Option<usize> {
    pieces
        .iter()
        .skip(1)
        .position(
            |piece| matches!(piece, Piece::Sign { sign, closes: true, .. } if *sign == wanted),
        )
        .map(|at| at + 1)
}

/// Code is literal but for its entities and what stands in brackets.
fn push_code<'m>(code: &'m str, marks: Marks, name_table: &NameTable, out: &mut Vec<Inline<'m>>) {
    super::literal(code, name_table, |words| {
        super::push_lines(words, marks, out);
    });
}

/// Appends a text without markup but for the names of Slack's own emoji.
pub(super) fn push_plain<'m>(
    text: &'m str,
    marks: Marks,
    context: &Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    let mut from = 0;
    let mut at = 0;
    let mut emoji_end = usize::MAX;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memchr::memchr(b':', rest.as_bytes()))
    {
        at += found;
        let piece = emoji_at(text, at, emoji_end == at);
        let Some((Piece::Emoji(name), length)) = piece.filter(|(piece, _)| is_standard(*piece))
        else {
            at += 1;
            continue;
        };
        super::push_lines(text.get(from..at).unwrap_or_default().into(), marks, out);
        out.push(Inline::Emoji(context.emoji(name)));
        at += length;
        from = at;
        emoji_end = at;
    }
    super::push_lines(text.get(from..).unwrap_or_default().into(), marks, out);
}

fn is_standard(piece: Piece<'_>) -> bool {
    matches!(piece, Piece::Emoji(name) if emoji::is_standard(emoji::Name::parse(name).base))
}
