//! Entities. Slack escapes `&`, `<` and `>`; a bare entity of another name was HTML that a service
//! sent for a preview, since an `&` that somebody typed is `&amp;` always.

use std::borrow::Cow;

use chatferry_model::Text;

/// Turns entities into what they stand for, once (crates/readers/src/slack/FORMAT.md trap 46).
pub(in crate::slack) fn decode(raw: &str) -> Text<'_> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return raw.into();
    }
    let mut decoded = String::with_capacity(raw.len());
    for piece in pieces(raw) {
        match piece {
            Piece::Words(words) => decoded.push_str(words),
            Piece::Entity(character) => decoded.push_str(&character),
        }
    }
    decoded.into()
}

/// A piece of a text with entities.
pub(super) enum Piece<'t> {
    /// Words without entities.
    Words(&'t str),
    /// The characters that an entity stands for.
    Entity(Cow<'t, str>),
}

/// Cuts a text at its entities.
pub(super) fn pieces(raw: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = raw;
    let mut from = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        while let Some(at) = rest
            .get(from..)
            .and_then(|rest| memchr::memchr(b'&', rest.as_bytes()))
            .map(|found| from + found)
        {
            let (before, entity) = rest.split_at(at);
            let Some((character, length)) = entity_at(entity) else {
                from = at + 1;
                continue;
            };
            if !before.is_empty() {
                (rest, from) = (entity, 0);
                return Some(Piece::Words(before));
            }
            (rest, from) = (entity.get(length..).unwrap_or_default(), 0);
            return Some(Piece::Entity(character));
        }
        Some(Piece::Words(std::mem::take(&mut rest)))
    })
}

/// The entity that a text begins with: what it stands for, and its length in bytes.
fn entity_at(text: &str) -> Option<(Cow<'_, str>, usize)> {
    /// Bytes of the longest name, `&CounterClockwiseContourIntegral;`.
    const LONGEST: usize = 33;
    for (entity, character) in [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        if text.starts_with(entity) {
            return Some((character.into(), entity.len()));
        }
    }
    let head = text.as_bytes().get(..text.len().min(LONGEST))?;
    let length = memchr::memchr(b';', head)? + 1;
    let entity = text.get(..length)?;
    let decoded = html_escape::decode_html_entities(entity);
    (decoded != entity).then_some((decoded, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_once() {
        for (raw, decoded) in [
            ("plain", "plain"),
            ("a &amp; b", "a & b"),
            ("&lt;b&gt;", "<b>"),
            ("&amp;lt;", "&lt;"),
            ("&nbsp;&#39;&", "\u{a0}'&"),
            ("&amp;rsquo; &rsquo; &#x2026;", "&rsquo; \u{2019} \u{2026}"),
            ("AT&T; R&D &nosuch; &", "AT&T; R&D &nosuch; &"),
            ("&&amp;&", "&&&"),
        ] {
            assert_eq!(decode(raw), decoded, "{raw}");
        }
    }
}
