//! The three entities of mrkdwn. Nothing else is one: `&nbsp;` is five letters and two signs.

use chatferry_model::Text;

/// Turns `&amp;`, `&lt;` and `&gt;` into what they stand for, once
/// (crates/readers/src/slack/FORMAT.md trap 46).
pub(in crate::slack) fn decode(raw: &str) -> Text<'_> {
    let Some(first) = memchr::memchr(b'&', raw.as_bytes()) else {
        return raw.into();
    };
    let mut decoded = String::with_capacity(raw.len());
    let (before, mut rest) = raw.split_at(first);
    decoded.push_str(before);
    while !rest.is_empty() {
        let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find_map(|(entity, c)| rest.strip_prefix(entity).map(|after| (c, after)));
        if let Some((c, after)) = known {
            decoded.push(c);
            rest = after;
            continue;
        }
        let next = memchr::memchr(b'&', rest.as_bytes().get(1..).unwrap_or_default());
        let (plain, after) = rest.split_at(next.map_or(rest.len(), |at| at + 1));
        decoded.push_str(plain);
        rest = after;
    }
    decoded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_entities_once() {
        for (raw, decoded) in [
            ("plain", "plain"),
            ("a &amp; b", "a & b"),
            ("&lt;b&gt;", "<b>"),
            ("&amp;lt;", "&lt;"),
            ("&nbsp;&#39;&", "&nbsp;&#39;&"),
            ("&&amp;&", "&&&"),
        ] {
            assert_eq!(decode(raw), decoded, "{raw}");
        }
    }
}
