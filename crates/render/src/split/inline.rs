//! Splits lines.

use std::collections::VecDeque;

use chatferry_model::document::{Block, Document, Inline, Link, Span};

use super::text::{self, Boundary};
use super::{Cut, Splitter};

impl<'m> Splitter<'m> {
    /// Cuts a block of inlines, which `make` makes: at a line break where one is near, or else
    /// between words.
    pub(super) fn cut_line(
        &self,
        content: Vec<Inline<'m>>,
        room: usize,
        fresh: bool,
        make: &dyn Fn(Vec<Inline<'m>>) -> Block<'m>,
    ) -> Cut<'m> {
        let around = self.size(&make(vec![Inline::text("x")])) - 1;
        let mut left = room.saturating_sub(around);
        let mut rest = VecDeque::from(content);
        let mut head = Vec::new();
        while let Some(inline) = rest.pop_front() {
            let size = self
                .size(&make(vec![inline.clone()]))
                .saturating_sub(around);
            if size <= left {
                left -= size;
                head.push(inline);
                continue;
            }
            match inline {
                Inline::Text(span) => {
                    let fresh = fresh && head.is_empty();
                    let (now, later) = self.cut_span(span, left, fresh, around, make);
                    head.extend(now);
                    if let Some(later) = later {
                        rest.push_front(later);
                    }
                    break;
                }
                other if size > self.limit.saturating_sub(around) => {
                    for inline in words_of(other).into_iter().rev() {
                        rest.push_front(inline);
                    }
                }
                other => {
                    rest.push_front(other);
                    break;
                }
            }
        }
        if !rest.is_empty() {
            back_to_break(&mut head, &mut rest);
        }
        Cut::Apart(
            (!head.is_empty()).then(|| make(head)),
            (!rest.is_empty())
                .then(|| make(rest.into()))
                .into_iter()
                .collect(),
        )
    }

    fn cut_span(
        &self,
        span: Span<'m>,
        room: usize,
        fresh: bool,
        around: usize,
        make: &dyn Fn(Vec<Inline<'m>>) -> Block<'m>,
    ) -> (Option<Inline<'m>>, Option<Inline<'m>>) {
        let marks = span.marks;
        let one = self.size(&make(vec![Inline::marked("x", marks)]));
        let room = room.saturating_sub(one - around - 1);
        let at = text::cut_at(&span.text, room, Boundary::Word, fresh);
        let (head, tail) = text::halves(span.text, at);
        let part = |text: chatferry_model::Text<'m>| Inline::Text(Span { text, marks });
        (head.map(part), tail.map(part))
    }
}

/// Moves what stands after the last line break back, if that leaves at least half.
fn back_to_break<'m>(head: &mut Vec<Inline<'m>>, rest: &mut VecDeque<Inline<'m>>) {
    let last = head
        .iter()
        .rposition(|inline| matches!(inline, Inline::Break));
    let Some(at) = last.filter(|at| at * 2 >= head.len()) else {
        return;
    };
    for inline in head.split_off(at).into_iter().skip(1).rev() {
        rest.push_front(inline);
    }
}

/// Returns inlines of the same meaning as `inline`, which is too large for a post, that can be cut.
fn words_of(inline: Inline<'_>) -> Vec<Inline<'_>> {
    match inline {
        Inline::Link(Link { url, mut content }) => {
            if content.is_empty() {
                return vec![Inline::text(url.into_cow())];
            }
            content.push(Inline::text(" "));
            content.push(Inline::text(url.into_cow()));
            content
        }
        Inline::Text(_)
        | Inline::Mention(_)
        | Inline::Emoji(_)
        | Inline::Date(_)
        | Inline::Image(_)
        | Inline::Break => {
            let blocks = vec![Block::Paragraph(vec![inline])];
            vec![Inline::text(Document { blocks }.to_plain_text())]
        }
    }
}
