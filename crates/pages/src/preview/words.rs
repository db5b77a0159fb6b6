//! The words of a body, as a reader sees them.

use html_escape::decode_html_entities;

/// The words of a body, without its elements.
pub(super) fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    for piece in html.split('<') {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text);
        words.push_str(&decode_html_entities(text));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_people_read() {
        assert_eq!(
            words("<p>Fish &amp; <b>chips</b></p>1 &lt; 2"),
            "Fish & chips1 < 2"
        );
    }
}
