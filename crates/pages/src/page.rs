//! The frame of a page, and names in it.
//!
//! Templates escape all text and every attribute; [`page`] then takes out the control characters that
//! no page may hold. Names of people, channels and files are strangers' words.

use maud::{DOCTYPE, Markup, html};

/// The look of all pages; small, for light and dark, screens and paper.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Returns a whole page; `head` follows the title.
pub(crate) fn page(title: &str, head: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (title) }
                (head)
            }
            body { (body) }
        }
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    page.into_string().replace(is_odd, "\u{fffd}") + "\n"
}

/// Returns a name that a stranger chose: apart from the text around it, whatever direction it runs
/// in.
pub(crate) fn name(name: &str) -> Markup {
    html! { bdi { (name) } }
}

/// Returns names with a comma between them.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> Markup {
    html! {
        @for (number, each) in names.into_iter().enumerate() {
            @if number > 0 { ", " }
            (name(each))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_words_stay_words() {
        let evil = "\"><script>alert(1)</script>&amp;\u{0}'";
        let body = html! { p title=(evil) hidden { (name(evil)) br; } };
        let page = page(evil, &html! {}, &body);
        assert!(!page.contains("<script"), "{page}");
        insta::assert_snapshot!(page.split("<body>").nth(1).unwrap_or_default(), @r#"<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;�'" hidden><bdi>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;�'</bdi><br></p></body></html>"#);
    }
}
