//! The pages: all channels, and one channel.

use std::collections::BTreeMap;

use chatferry_model::GraphMessageId;
use chatferry_model::figures::{count, thousands};
use chatferry_model::plan::{TargetPlace, TargetSummary};
use chatferry_model::post::{ChatMessage, Post};
use maud::{Markup, html};

use super::library::{Library, encode};
use super::posts::FOUND;
use super::thread;
use crate::error::PageError;
use crate::page::{self, name};

/// The requested part of a channel.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// The page, from 1.
    pub(super) page: Option<usize>,
    /// Words to look for.
    pub(super) words: String,
}

/// Returns the page of all channels and chats.
pub(super) fn overview(library: &Library) -> String {
    let targets = &library.details.targets;
    let posts: u64 = targets.iter().map(|target| target.posts).sum();
    let main = html! {
        h1 { "Preview" }
        p.soft {
            (count(posts, "post")) " in " (count(targets.len() as u64, "place"))
            ", as Teams will show them. Times are in UTC. Nothing was uploaded."
        }
        div.index { (channels(library, None)) }
    };
    frame(library, None, "Preview", &main)
}

/// Returns a page of a channel, or what was found in it.
///
/// # Errors
/// When the file of its posts is damaged.
pub(super) fn channel(
    library: &Library,
    summary: &TargetSummary,
    ask: &Ask,
) -> Result<String, PageError> {
    let posts = library.posts(summary)?;
    let show = |post: &Post<'_, ChatMessage<'_>>| thread::post(post, library);
    let at = format!("/t/{}", encode(summary.target.key.as_str()));
    let main = if ask.words.is_empty() {
        let pages = posts.pages();
        let page = ask.page.unwrap_or(1).clamp(1, pages);
        let threads = posts.page(page, &show)?;
        html! {
            (pager(&at, page, pages))
            @for thread in &threads { (thread::thread(thread)) }
            @if threads.is_empty() { p.soft { "No messages." } }
            (pager(&at, page, pages))
        }
    } else {
        let (found, more) = posts.find(&ask.words, &show)?;
        let number = if more {
            format!("The first {FOUND} posts")
        } else {
            count(found.len() as u64, "post")
        };
        html! {
            p.soft { (number) " with “" (name(&ask.words)) "”. " a href=(at) { "Show all" } }
            @for post in &found { section.thread { (post) } }
        }
    };
    let main = html! { (header(summary, &at, &ask.words)) (main) };
    Ok(frame(library, Some(summary), summary.target.name(), &main))
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
    let body = html! {
        main.alone {
            h1 { (title) }
            p { (words) }
            a href="/" { "All channels" }
        }
    };
    page::page(title, &style(), &body)
}

fn style() -> Markup {
    html! { link rel="stylesheet" href="/style.css"; }
}

fn frame(library: &Library, current: Option<&TargetSummary>, title: &str, main: &Markup) -> String {
    let body = html! {
        a.skip href="#main" { "To the posts" }
        div.app {
            nav.rail aria-label="Channels" {
                a.home href="/" { "chatferry preview" }
                @if current.is_some() { (channels(library, current)) }
            }
            main #main { (main) }
        }
    };
    page::page(title, &style(), &body)
}

/// Returns the channels by team, then the chats.
fn channels(library: &Library, current: Option<&TargetSummary>) -> Markup {
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
    let mut groups: Vec<_> = teams.chain(chats).collect();
    for (_, targets) in &mut groups {
        targets.sort_by_key(|summary| (!is_general(summary), summary.target.name().to_lowercase()));
    }
    html! {
        @for (team, targets) in groups {
            h2 { (name(team)) }
            ul {
                @for summary in targets { li { (entry(summary, current)) } }
            }
        }
    }
}

fn entry(summary: &TargetSummary, current: Option<&TargetSummary>) -> Markup {
    let is_current = current.is_some_and(|current| current.target.key == summary.target.key);
    let here = if is_current { "page" } else { "false" };
    html! {
        a href={ "/t/" (encode(summary.target.key.as_str())) } aria-current=(here) {
            span { (name(summary.target.name())) }
            @if is_closed(summary) { span.lock { "private" } }
            span class="num soft" { (thousands(summary.posts)) }
        }
    }
}

fn is_general(summary: &TargetSummary) -> bool {
    matches!(&summary.target.place, TargetPlace::Channel(channel) if channel.general)
}

fn is_closed(summary: &TargetSummary) -> bool {
    matches!(&summary.target.place, TargetPlace::Channel(channel) if channel.membership.is_closed())
}

fn header(summary: &TargetSummary, at: &str, words: &str) -> Markup {
    let about = match &summary.target.place {
        TargetPlace::Channel(channel) => channel.description.as_str(),
        TargetPlace::Chat(_) => "",
    };
    html! {
        header {
            div {
                h1 { (name(summary.target.name())) }
                p class="soft small" {
                    (count(summary.posts, "post")) ", " (count(summary.replies, "reply"))
                    @if !about.is_empty() { " · " (name(about)) }
                }
            }
            form action=(at) role="search" method="get" {
                input type="search" name="q" value=(words)
                    placeholder="Find in this channel" aria-label="Find in this channel";
                button { "Find" }
            }
        }
    }
}

fn pager(at: &str, page: usize, pages: usize) -> Markup {
    let step = |words: &str, to: usize, open: bool| {
        html! {
            @if open { a href={ (at) "?page=" (to) } { (words) } } @else { span.soft { (words) } }
        }
    };
    html! {
        @if pages > 1 {
            nav.pager aria-label="Pages" {
                (step("First", 1, page > 1))
                (step("Earlier", page.saturating_sub(1), page > 1))
                span { "Page " (thousands(page as u64)) " of " (thousands(pages as u64)) }
                (step("Later", page + 1, page < pages))
                (step("Last", pages, page < pages))
            }
        }
    }
}
