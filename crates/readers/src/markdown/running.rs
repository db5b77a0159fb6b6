//! Running text: words that the parser takes apart are joined again, so that names in them are
//! whole, and bare addresses are found, which it does not know.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag};

use super::builder::Builder;
use super::{Dialect, Inlines, Words};
use crate::autolink;

impl<'m, W: Inlines<'m>> Builder<'m, W> {
    pub(super) fn text(&mut self, words: CowStr<'m>, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            let mut joined = std::mem::take(&mut code.text).into_cow().into_owned();
            joined.push_str(&words);
            code.text = joined.into();
            return;
        }
        let plain = self.source.get(range.clone()) == Some(&*words);
        if !plain {
            if range.start >= self.read {
                self.add(Words::Owned(words.into_string()), range);
            }
            return;
        }
        let mut at = range.start.max(self.read);
        while at < range.end {
            let found = match self.dialect {
                Dialect::Mattermost if self.links.is_empty() => {
                    autolink::find(self.source, at..range.end)
                }
                _ => None,
            };
            let Some(link) = found else {
                self.add_source(at..range.end);
                return;
            };
            self.add_source(at..link.start);
            at = self.address(link);
            self.read = at;
        }
    }

    /// Takes a bare address, or the sized picture it is part of, and says where that ends.
    fn address(&mut self, link: Range<usize>) -> usize {
        let pending = match &self.pending {
            Some((Words::Borrowed(words), _)) => words,
            Some((Words::Owned(words), _)) => words.as_str(),
            None => "",
        };
        let address = self.source.get(link.clone()).unwrap_or_default();
        let after = self.source.get(link.end..).unwrap_or_default();
        if let Some((picture, before, length)) = autolink::sized_image(pending, address, after) {
            let kept = match self.pending.take() {
                Some((Words::Borrowed(words), at)) => words
                    .get(..before)
                    .map(|words| (Words::Borrowed(words), at)),
                Some((Words::Owned(mut words), at)) => {
                    words.truncate(before);
                    Some((Words::Owned(words), at))
                }
                None => None,
            };
            self.pending = kept;
            self.flush();
            let picture = self.inlines.picture(picture);
            self.line.push(picture);
            return link.end + length;
        }
        self.flush();
        self.line.push(autolink::inline(address, self.marks));
        link.end
    }

    fn add_source(&mut self, range: Range<usize>) {
        if let Some(words) = self.source.get(range.clone()) {
            self.add(Words::Borrowed(words), range);
        }
    }

    /// Adds words to those before them, so that a name is whole which the parser took apart.
    fn add(&mut self, words: Words<'m>, range: Range<usize>) {
        let joined = match (self.pending.take(), words) {
            (None, words) => words,
            (Some((Words::Borrowed(before), end)), Words::Borrowed(words)) => {
                let whole = (end == range.start)
                    .then(|| self.source.get(end - before.len()..range.end))
                    .flatten();
                match whole {
                    Some(whole) => Words::Borrowed(whole),
                    None => Words::Owned(format!("{before}{words}")),
                }
            }
            (Some((Words::Borrowed(before), _)), Words::Owned(words)) => {
                Words::Owned(format!("{before}{words}"))
            }
            (Some((Words::Owned(mut before), _)), words) => {
                before.push_str(match &words {
                    Words::Borrowed(words) => words,
                    Words::Owned(words) => words,
                });
                Words::Owned(before)
            }
        };
        self.pending = Some((joined, range.end));
    }

    pub(super) fn flush(&mut self) {
        if let Some((words, _)) = self.pending.take()
            && !matches!(&words, Words::Borrowed(""))
        {
            let in_link = !self.links.is_empty();
            self.inlines
                .words(words, self.marks, in_link, &mut self.line);
        }
    }

    /// Returns true if a mark is one: not within an address, nor one tilde in Mattermost, where it
    /// begins the name of a channel.
    pub(super) fn mark_opens(&mut self, event: &Event<'_>, range: &Range<usize>) -> bool {
        let source = self.source.get(range.clone()).unwrap_or_default();
        let tilde = self.dialect == Dialect::Mattermost
            && matches!(event, Event::Start(Tag::Strikethrough))
            && !source.starts_with("~~");
        let inside = range.start < self.read;
        if tilde && !inside {
            self.add_source(range.start..range.start + 1);
        }
        self.marking.push(!tilde && !inside);
        !tilde && !inside
    }

    pub(super) fn mark_closes(&mut self, range: &Range<usize>) -> bool {
        let marks = self.marking.pop().unwrap_or(true);
        let closing = range.end.saturating_sub(1);
        if !marks && closing >= self.read && self.source.get(closing..range.end) == Some("~") {
            self.add_source(closing..range.end);
        }
        marks
    }
}
