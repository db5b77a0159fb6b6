//! A post as HTML.

use chatferry_model::figures::{bytes, count};
use chatferry_model::post::{ChatMessage, Post};
use maud::{Markup, PreEscaped, html};

use super::body;
use super::library::{Library, encode};
use super::posts::Thread;
use crate::page::name;

/// Colours of the circles that stand for people; see the style sheet.
const COLOURS: u64 = 8;

/// Returns a post.
pub(super) fn post(post: &Post<'_, ChatMessage<'_>>, library: &Library) -> Markup {
    let author = &post.body.from.user;
    let created = post.body.created_date_time.to_string();
    let shown = created.replace('T', " ");
    let shown = shown.get(..16).unwrap_or(&shown);
    let colour = u64::from_str_radix(author.id.to_string().get(..8).unwrap_or_default(), 16);
    let colour = colour.unwrap_or_default() % COLOURS;
    html! {
        article.post id={ "p" (post.id) } {
            div class={ "face c" (colour) } aria-hidden="true" { (initials(&author.display_name)) }
            div.said {
                p.by {
                    b { (name(&author.display_name)) } " "
                    a.when href={ "#p" (post.id) } { time datetime=(created) { (shown) } }
                }
                @if let Some(subject) = &post.body.subject { h3 { (name(subject)) } }
                // The sanitiser let it through.
                div.body { (PreEscaped(body::show(post, library))) }
                (files(post))
            }
        }
    }
}

fn files(post: &Post<'_, ChatMessage<'_>>) -> Markup {
    html! {
        @if !post.files.is_empty() {
            ul.files aria-label="Files" {
                @for file in &post.files {
                    li {
                        a href={ "/file/" (encode(&file.path)) "/" (encode(&file.name)) } {
                            (name(&file.name))
                        }
                        span class="soft small" { " " (bytes(file.bytes)) }
                    }
                }
            }
        }
    }
}

/// Returns a root and its replies.
pub(super) fn thread(thread: &Thread) -> Markup {
    html! {
        section.thread {
            (thread.root)
            @if !thread.replies.is_empty() {
                div.replies {
                    @for reply in &thread.replies { (reply) }
                    @if thread.more > 0 {
                        p class="soft small" { (count(thread.more as u64, "reply")) " more" }
                    }
                }
            }
        }
    }
}

fn initials(name: &str) -> String {
    let words = name.split_whitespace();
    let letters = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let letters: Vec<char> = letters.flat_map(char::to_uppercase).collect();
    match letters.as_slice() {
        [] => "?".to_owned(),
        [one] => one.to_string(),
        [first, .., last] => format!("{first}{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_people() {
        for (name, letters) in [
            ("Rosalind Okafor", "RO"),
            ("maren", "M"),
            ("渡辺 淳", "渡淳"),
            ("Ann (Ops) de la Cruz", "AC"),
            ("!!", "?"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
