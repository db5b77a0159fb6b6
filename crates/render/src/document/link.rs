//! Links: to the web, and to what had an address in the source and has one in Teams.

use chatferry_model::TargetKey;
use chatferry_model::deferred::{LinkTo, PostLink};
use chatferry_model::document::{Inline, Link};
use chatferry_model::message::SourcePlace;

use super::Renderer;
use crate::codes;
use crate::html::{Attribute, SafeUrl, Tag, WriteHtml, is_visible};
use crate::names::is_open;

/// Characters shown of an address beside its words: pictures can be addresses of a megabyte.
const LONGEST_ADDRESS: usize = 200;

impl<'s> Renderer<'s> {
    pub(super) fn link(&mut self, link: &Link<'_>) {
        let words = has_words(&link.content);
        if let Some(url) = SafeUrl::parse(&link.url) {
            self.maybe_link(Some(&url), |this| {
                if words {
                    this.inlines(&link.content);
                } else {
                    this.html.text(&link.url);
                }
            });
            return;
        }
        if !words {
            self.note_unsafe(&link.url);
            self.html.spaced_text(&link.url);
            return;
        }
        self.inlines(&link.content);
        let same = matches!(&*link.content, [Inline::Text(only)] if only.text == link.url);
        if !same {
            self.address(&link.url);
        }
    }

    /// Writes an address that may not be a link beside the words it belongs to.
    pub(super) fn address(&mut self, url: &str) {
        if is_visible(url) {
            self.note_unsafe(url);
            let longest = url.char_indices().nth(LONGEST_ADDRESS).map(|(end, _)| end);
            let short = longest.and_then(|end| url.get(..end));
            self.html.text(" (");
            self.html.spaced_text(short.unwrap_or(url));
            self.html.text(if short.is_some() { "…)" } else { ")" });
        }
    }

    /// Writes `content` as a link where there is an address and no link around it already.
    pub(super) fn maybe_link(
        &mut self,
        url: Option<&SafeUrl<'_>>,
        content: impl FnOnce(&mut Self),
    ) {
        match url {
            Some(url) if !self.in_link => {
                let href = match self.in_teams(url.as_str()) {
                    Some(link) => Attribute::HrefOf(link),
                    None => Attribute::Href(url),
                };
                self.in_link = true;
                self.element_with(Tag::A, &[href], content);
                self.in_link = false;
            }
            _ => content(self),
        }
    }

    /// Writes `words` as a link to `url`, which is written out if it may not be one.
    pub(super) fn link_or_address(&mut self, url: Option<&str>, words: impl FnOnce(&mut Self)) {
        let safe = url.and_then(SafeUrl::parse);
        self.maybe_link(safe.as_ref(), words);
        if let (Some(url), None) = (url, safe) {
            self.address(url);
        }
    }

    /// The number of the link that an address of the source becomes, if it leads to a place in
    /// Teams.
    fn in_teams(&mut self, url: &str) -> Option<u32> {
        let scope = self.scope;
        let link = scope.links.iter().find(|link| link.url == *url)?;
        let to = match &link.to {
            // Whether the message itself has a place is known in the end.
            SourcePlace::Message(message) => {
                let planned = scope.names.target(&message.conversation).is_some();
                planned.then(|| LinkTo::Message(message.clone()))
            }
            // The address of a channel has its name in it.
            SourcePlace::Conversation(conversation) => scope
                .names
                .target(conversation)
                .filter(|target| is_open(target) || target.key == scope.target.key)
                .map(|target| LinkTo::Target(target.key.clone())),
            SourcePlace::File(_) => None,
        };
        let Some(to) = to else {
            let what = match &link.to {
                SourcePlace::Message(_) => "a link to a message that is left out",
                SourcePlace::Conversation(_) => "a link to a conversation that is left out",
                SourcePlace::File(_) => "a link to a file",
            };
            self.note(&codes::LINK_UNRESOLVED, what);
            return None;
        };
        Some(self.add_link(to, Some(url)))
    }

    /// Lists what upload has to fill in, and says its number.
    fn add_link(&mut self, to: LinkTo<'s>, source: Option<&str>) -> u32 {
        let id = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        self.links.push(PostLink {
            id,
            to,
            source: source.map(|url| url.to_owned().into()),
        });
        id
    }

    /// The number of the link to a channel or chat.
    pub(super) fn link_to(&mut self, target: &TargetKey<'s>) -> u32 {
        self.add_link(LinkTo::Target(target.clone()), None)
    }

    fn note_unsafe(&mut self, url: &str) {
        let scheme = url.trim_start().split_once(':').map(|(scheme, _)| scheme);
        let scheme = scheme.filter(|scheme| {
            scheme.len() <= 20 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        match scheme {
            Some(scheme) => {
                let scheme = scheme.to_ascii_lowercase();
                self.note(
                    &codes::UNSAFE_LINK,
                    format!("an address of the kind {scheme}"),
                );
            }
            None => self.note(&codes::UNSAFE_LINK, "not an address"),
        }
    }
}

/// Returns true if a link with that content could be seen.
fn has_words(content: &[Inline<'_>]) -> bool {
    content.iter().any(|inline| match inline {
        Inline::Text(span) => is_visible(&span.text),
        Inline::Link(link) => is_visible(&link.url) || has_words(&link.content),
        Inline::Mention(_) | Inline::Emoji(_) | Inline::Date(_) | Inline::Image(_) => true,
        Inline::Break => false,
    })
}
