//! The pages: all channels, and one channel.

use std::collections::BTreeMap;

use chatferry_model::GraphMessageId;
use chatferry_model::plan::{TargetPlace, TargetSummary};
use chatferry_model::post::{ChatMessage, Post};

use super::library::{Library, encode};
use super::posts::FOUND;
use super::thread;
use crate::error::PageError;
use crate::html::Html;
use chatferry_model::figures::{count, thousands};

/// The requested part of a channel.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// The page, from 1.
    pub(super) page: Option<usize>,
    /// Words to look for.
    pub(super) words: String,
}

/// All channels and chats.
pub(super) fn overview(library: &Library) -> String {
    let targets = &library.details.targets;
    let posts: u64 = targets.iter().map(|target| target.posts).sum();
    frame(library, None, "Preview", |html| {
        html.leaf("h1", &[], "Preview");
        html.leaf(
            "p",
            &[("class", "soft")],
            &format!(
                "{} in {}, as Teams will show them. Times are in UTC. Nothing was uploaded.",
                count(posts, "post"),
                count(targets.len() as u64, "place"),
            ),
        );
        html.within("div", &[("class", "index")], |html| {
            channels(html, library, None);
        });
    })
}

/// A page of a channel, or what was found in it.
pub(super) fn channel(
    library: &Library,
    summary: &TargetSummary,
    ask: &Ask,
) -> Result<String, PageError> {
    let posts = library.posts(summary)?;
    let show = |post: &Post<'_, ChatMessage<'_>>| thread::post(post, library);
    let name = summary.target.name();
    let at = format!("/t/{}", encode(summary.target.key.as_str()));
    if !ask.words.is_empty() {
        let (found, more) = posts.find(&ask.words, &show)?;
        return Ok(frame(library, Some(summary), name, |html| {
            header(html, summary, &at, &ask.words);
            let number = if more {
                format!("The first {FOUND} posts")
            } else {
                count(found.len() as u64, "post")
            };
            html.within("p", &[("class", "soft")], |html| {
                html.text(&format!("{number} with “"));
                html.name(&ask.words);
                html.text("”. ");
                html.leaf("a", &[("href", &at)], "Show all");
            });
            for post in &found {
                html.within("section", &[("class", "thread")], |html| html.trusted(post));
            }
        }));
    }
    let pages = posts.pages();
    let page = ask.page.unwrap_or(1).clamp(1, pages);
    let threads = posts.page(page, &show)?;
    Ok(frame(library, Some(summary), name, |html| {
        header(html, summary, &at, "");
        pager(html, &at, page, pages);
        for thread in &threads {
            thread::thread(html, thread);
        }
        if threads.is_empty() {
            html.leaf("p", &[("class", "soft")], "No messages.");
        }
        pager(html, &at, page, pages);
    }))
}

/// Returns the address of a post.
pub(super) fn address_of(
    library: &Library,
    summary: &TargetSummary,
    id: GraphMessageId,
) -> Result<Option<String>, PageError> {
    let posts = library.posts(summary)?;
    let key = encode(summary.target.key.as_str());
    let page = posts.page_of(id);
    Ok(page.map(|page| format!("/t/{key}?page={page}#p{id}")))
}

/// Returns a page about something that cannot be shown.
pub(super) fn failure(title: &str, words: &str) -> String {
    Html::page(title, style, |html| {
        html.within("main", &[("class", "alone")], |html| {
            html.leaf("h1", &[], title);
            html.leaf("p", &[], words);
            html.leaf("a", &[("href", "/")], "All channels");
        });
    })
}

fn style(html: &mut Html) {
    html.void("link", &[("rel", "stylesheet"), ("href", "/style.css")]);
}

fn frame(
    library: &Library,
    current: Option<&TargetSummary>,
    title: &str,
    inside: impl FnOnce(&mut Html),
) -> String {
    Html::page(title, style, |html| {
        html.leaf("a", &[("class", "skip"), ("href", "#main")], "To the posts");
        html.within("div", &[("class", "app")], |html| {
            html.within(
                "nav",
                &[("class", "rail"), ("aria-label", "Channels")],
                |html| {
                    html.leaf(
                        "a",
                        &[("href", "/"), ("class", "home")],
                        "chatferry preview",
                    );
                    if current.is_some() {
                        channels(html, library, current);
                    }
                },
            );
            html.within("main", &[("id", "main")], inside);
        });
    })
}

/// The channels by team, then the chats.
fn channels(html: &mut Html, library: &Library, current: Option<&TargetSummary>) {
    let mut of_team: BTreeMap<&str, Vec<&TargetSummary>> = BTreeMap::new();
    let mut chats = Vec::new();
    for summary in &library.details.targets {
        match &summary.target.place {
            TargetPlace::Channel(channel) => {
                of_team
                    .entry(channel.team.as_str())
                    .or_default()
                    .push(summary);
            }
            TargetPlace::Chat(_) => chats.push(summary),
        }
    }
    let teams = library.details.teams.iter();
    let teams =
        teams.filter_map(|team| Some((team.name.as_str(), of_team.remove(team.key.as_str())?)));
    let chats = Some(("Chats", chats)).filter(|(_, chats)| !chats.is_empty());
    let groups: Vec<_> = teams.chain(chats).collect();
    for (name, mut targets) in groups {
        targets.sort_by_key(|summary| (!is_general(summary), summary.target.name().to_lowercase()));
        html.within("h2", &[], |html| html.name(name));
        html.within("ul", &[], |html| {
            for summary in targets {
                html.within("li", &[], |html| entry(html, summary, current));
            }
        });
    }
}

fn entry(html: &mut Html, summary: &TargetSummary, current: Option<&TargetSummary>) {
    let address = format!("/t/{}", encode(summary.target.key.as_str()));
    let is_current = current.is_some_and(|current| current.target.key == summary.target.key);
    let here = if is_current { "page" } else { "false" };
    html.within("a", &[("href", &address), ("aria-current", here)], |html| {
        html.within("span", &[], |html| html.name(summary.target.name()));
        if is_closed(summary) {
            html.leaf("span", &[("class", "lock")], "private");
        }
        html.leaf("span", &[("class", "num soft")], &thousands(summary.posts));
    });
}

fn is_general(summary: &TargetSummary) -> bool {
    matches!(&summary.target.place, TargetPlace::Channel(channel) if channel.general)
}

fn is_closed(summary: &TargetSummary) -> bool {
    matches!(&summary.target.place, TargetPlace::Channel(channel) if channel.membership.is_closed())
}

fn header(html: &mut Html, summary: &TargetSummary, at: &str, words: &str) {
    html.within("header", &[], |html| {
        html.within("div", &[], |html| {
            html.within("h1", &[], |html| html.name(summary.target.name()));
            html.within("p", &[("class", "soft small")], |html| {
                html.text(&format!(
                    "{}, {}",
                    count(summary.posts, "post"),
                    count(summary.replies, "reply")
                ));
                if let TargetPlace::Channel(channel) = &summary.target.place
                    && !channel.description.is_empty()
                {
                    html.text(" · ");
                    html.name(&channel.description);
                }
            });
        });
        html.within(
            "form",
            &[("action", at), ("role", "search"), ("method", "get")],
            |html| {
                html.void(
                    "input",
                    &[
                        ("type", "search"),
                        ("name", "q"),
                        ("value", words),
                        ("placeholder", "Find in this channel"),
                        ("aria-label", "Find in this channel"),
                    ],
                );
                html.leaf("button", &[], "Find");
            },
        );
    });
}

fn pager(html: &mut Html, at: &str, page: usize, pages: usize) {
    if pages < 2 {
        return;
    }
    html.within(
        "nav",
        &[("class", "pager"), ("aria-label", "Pages")],
        |html| {
            let steps = [
                ("First", 1, page > 1),
                ("Earlier", page.saturating_sub(1), page > 1),
                ("Later", page + 1, page < pages),
                ("Last", pages, page < pages),
            ];
            for (number, (words, to, open)) in steps.into_iter().enumerate() {
                if number == 2 {
                    let here = format!(
                        "Page {} of {}",
                        thousands(page as u64),
                        thousands(pages as u64)
                    );
                    html.leaf("span", &[], &here);
                }
                if open {
                    let address = format!("{at}?page={to}");
                    html.leaf("a", &[("href", &address)], words);
                } else {
                    html.leaf("span", &[("class", "soft")], words);
                }
            }
        },
    );
}
