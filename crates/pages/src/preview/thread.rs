//! A post as HTML.

use chatferry_model::post::{ChatMessage, Post};

use super::body;
use super::library::{Library, encode};
use super::posts::Thread;
use crate::html::Html;
use chatferry_model::figures::{bytes, count};

/// Colours of the circles that stand for people; see the style sheet.
const COLOURS: u64 = 8;

/// A post as HTML.
pub(super) fn post(post: &Post<'_, ChatMessage<'_>>, library: &Library) -> String {
    let mut html = Html::default();
    let author = &post.body.from.user;
    let anchor = format!("p{}", post.id);
    let created = post.body.created_date_time.to_string();
    html.within("article", &[("class", "post"), ("id", &anchor)], |html| {
        let colour = u64::from_str_radix(author.id.to_string().get(..8).unwrap_or_default(), 16);
        let class = format!("face c{}", colour.unwrap_or_default() % COLOURS);
        html.leaf(
            "div",
            &[("class", &class), ("aria-hidden", "true")],
            &initials(&author.display_name),
        );
        html.within("div", &[("class", "said")], |html| {
            html.within("p", &[("class", "by")], |html| {
                html.within("b", &[], |html| html.name(&author.display_name));
                let shown = created.replace('T', " ");
                let shown = shown.get(..16).unwrap_or(&shown);
                html.text(" ");
                let link = format!("#{anchor}");
                html.within("a", &[("href", &link), ("class", "when")], |html| {
                    html.leaf("time", &[("datetime", &created)], shown);
                });
            });
            if let Some(subject) = &post.body.subject {
                html.within("h3", &[], |html| html.name(subject));
            }
            html.within("div", &[("class", "body")], |html| {
                html.trusted(&body::show(post, library));
            });
            files(html, post);
        });
    });
    html.finish()
}

fn files(html: &mut Html, post: &Post<'_, ChatMessage<'_>>) {
    if post.files.is_empty() {
        return;
    }
    html.within(
        "ul",
        &[("class", "files"), ("aria-label", "Files")],
        |html| {
            for file in &post.files {
                html.within("li", &[], |html| {
                    let address = format!("/file/{}/{}", encode(&file.path), encode(&file.name));
                    html.within("a", &[("href", &address)], |html| html.name(&file.name));
                    let size = format!(" {}", bytes(file.bytes));
                    html.leaf("span", &[("class", "soft small")], &size);
                });
            }
        },
    );
}

/// A root and its replies.
pub(super) fn thread(html: &mut Html, thread: &Thread) {
    html.within("section", &[("class", "thread")], |html| {
        html.trusted(&thread.root);
        if thread.replies.is_empty() {
            return;
        }
        html.within("div", &[("class", "replies")], |html| {
            for reply in &thread.replies {
                html.trusted(reply);
            }
            if thread.more > 0 {
                let more = format!("{} more", count(thread.more as u64, "reply"));
                html.leaf("p", &[("class", "soft small")], &more);
            }
        });
    });
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
