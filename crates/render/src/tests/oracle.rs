//! What HTML must be like: a strict sanitiser that has nothing to do, tags in pairs, and all words.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use chatferry_model::teams_html::{ELEMENTS, SCHEMES, element};

use crate::html::{clean, is_visible};

/// ammonia with exactly the list of Teams.
static TEAMS: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    let attributes: HashMap<_, HashSet<_>> = ELEMENTS
        .iter()
        .map(|element| (element.tag, element.attributes.iter().copied().collect()))
        .collect();
    builder
        .tags(ELEMENTS.iter().map(|element| element.tag).collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(ammonia::UrlRelative::Custom(Box::new(hosted)))
        .link_rel(None);
    builder
});

/// The one address that is not absolute: of a picture that the post brings along.
fn hosted(address: &str) -> Option<Cow<'_, str>> {
    let rest = address.strip_prefix("../hostedContents/")?;
    let number = rest.strip_suffix("/$value")?;
    number.parse::<u32>().ok().map(|_| address.into())
}

/// Holds `html` against everything that must be true of any HTML that leaves this crate.
pub(super) fn check(html: &str) {
    assert_eq!(TEAMS.clean(html).to_string(), html, "ammonia changed it");
    check_tags(html);
}

/// Every tag is closed in its turn, stands in the list, and so do its attributes.
fn check_tags(html: &str) {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag that ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {html}");
            continue;
        }
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let known = element(name).unwrap_or_else(|| panic!("{name} in {html}"));
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("a quoted value");
            assert!(
                known.attributes.contains(&attribute),
                "{attribute} in {html}"
            );
            let (value, others) = value.split_once('"').expect("a quote that ends");
            if attribute == "href" {
                let scheme = value
                    .split(':')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                assert!(SCHEMES.contains(&&*scheme), "{value} in {html}");
            }
            if attribute == "src" {
                assert!(hosted(value).is_some(), "{value} in {html}");
            }
            attributes = others.trim_start();
        }
        if !matches!(name, "br" | "hr" | "img") {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open in {html}");
}

/// Whether all that can be seen of `plain` stands in `html`, in its order.
pub(super) fn has_all_of(html: &str, plain: &str) -> bool {
    is_within(plain, &words(html))
}

/// Whether all that can be seen of `inner` stands in `outer`, in its order.
pub(super) fn is_within(inner: &str, outer: &str) -> bool {
    let mut outer = outer.chars();
    visible(inner).all(|wanted| outer.any(|found| found == wanted))
}

/// The characters of a text that can be seen.
pub(super) fn visible(text: &str) -> impl Iterator<Item = char> {
    let seen = |character: &char| is_visible(character.encode_utf8(&mut [0; 4]));
    let text: Vec<char> = clean(text).chars().filter(seen).collect();
    text.into_iter()
}

/// The text between the tags.
fn words(html: &str) -> String {
    let mut words = String::new();
    for piece in html.split('<') {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text);
        words.push_str(&html_escape::decode_html_entities(text));
    }
    words
}

#[test]
fn the_oracle_can_say_no() {
    for bad in [
        "<script>alert(1)</script>",
        "<p onclick=\"x\">a</p>",
        "<a href=\"javascript:x\">a</a>",
        "<p>a",
        "<p>a & b</p>",
        "<p>a\u{a0}b</p>",
        "<p>a\0b</p>",
        "<p><p>a</p></p>",
        "<table><tr><td>a</td></tr></table>",
        "<img src=\"../x\">",
        "<img src=\"../hostedContents/1/../x\">",
        "<img src=\"https://evil.example/x.png\" onerror=\"alert(1)\">",
    ] {
        let changed = TEAMS.clean(bad).to_string() != bad;
        assert!(changed, "{bad}");
    }
    assert!(std::panic::catch_unwind(|| check_tags("<p><i>a</p></i>")).is_err());
    assert!(std::panic::catch_unwind(|| check_tags("<b>a</b>")).is_err());
    assert!(std::panic::catch_unwind(|| check_tags("<a href=\"x:y\">a</a>")).is_err());
    assert!(std::panic::catch_unwind(|| check_tags("<p id=\"1\">a</p>")).is_err());
    assert!(!has_all_of("<p>one three</p>", "one two three"));
    assert!(has_all_of("<p>one <i>t&amp;wo</i></p>", "onet&\nwo"));
}
