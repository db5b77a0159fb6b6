//! The text between `<` and `>`: people, channels, groups, broadcasts, dates and links
//! (crates/readers/src/slack/FORMAT.md 4). Not every `<` begins one.

use chatferry_model::Text;
use chatferry_model::document::{Audience, Inline, Link, Marks, MentionTarget};
use chatferry_model::learned_name::NamedKind;

use super::date;
use super::entity::decode;
use crate::slack::context::{Context, mention};
use crate::slack::name_table::NameTable;
use crate::url;

/// A token, still undecoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    kind: Kind<'t>,
    label: Option<&'t str>,
    /// The number of bytes it takes, brackets included.
    pub(super) length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'t> {
    Person(&'t str),
    Conversation(&'t str),
    Group(&'t str),
    Everyone(Audience),
    Date(&'t str),
    /// `<!x|label>` of no known kind.
    Special(&'t str),
    Link(&'t str),
}

/// The token that `text` begins with. `None`: that `<` is a plain character
/// (crates/readers/src/slack/FORMAT.md trap 43).
pub(super) fn parse(text: &str) -> Option<Token<'_>> {
    let inside = text.strip_prefix('<')?;
    // A `<` inside means that the first one was a plain character.
    let end = memchr::memchr2(b'>', b'<', inside.as_bytes())?;
    let inside = inside
        .get(..end)
        .filter(|_| text.as_bytes().get(end + 1) == Some(&b'>'))?;
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inside, None),
    };
    if target.is_empty() || target.contains('\n') {
        return None;
    }
    let kind = match target.as_bytes().first()? {
        b'@' => person(target.get(1..)?)?,
        b'#' => Kind::Conversation(target.get(1..).filter(|id| is_id(id, "CGD"))?),
        b'!' => special(target.get(1..)?, label.is_some())?,
        _ => Kind::Link(Some(target).filter(|target| is_address(target))?),
    };
    Some(Token {
        kind,
        label,
        length: end + 2,
    })
}

fn person(id: &str) -> Option<Kind<'_>> {
    match id {
        // An old way to write the broadcasts.
        "here" => Some(Kind::Everyone(Audience::Here)),
        "channel" | "group" => Some(Kind::Everyone(Audience::Channel)),
        "everyone" => Some(Kind::Everyone(Audience::Everyone)),
        id => is_id(id, "UWB").then_some(Kind::Person(id)),
    }
}

fn special(name: &str, labelled: bool) -> Option<Kind<'_>> {
    Some(match name {
        "here" => Kind::Everyone(Audience::Here),
        "channel" | "group" => Kind::Everyone(Audience::Channel),
        "everyone" => Kind::Everyone(Audience::Everyone),
        name => {
            if let Some(id) = name.strip_prefix("subteam^") {
                Kind::Group(Some(id).filter(|id| is_id(id, "S"))?)
            } else if let Some(date) = name.strip_prefix("date^") {
                Kind::Date(date)
            } else {
                // `<!doctype html>` is text; `<!x|label>` is shown as its label.
                Kind::Special(Some(name).filter(|_| labelled)?)
            }
        }
    })
}

/// Returns true if it looks like an id of Slack's that begins with one of `letters`.
fn is_id(id: &str, letters: &str) -> bool {
    id.starts_with(|c| letters.contains(c))
        && id
            .bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Hands over the names that a text gives to groups and conversations beside their ids.
pub(in crate::slack) fn labels<'t>(
    text: &'t str,
    mut hand_over: impl FnMut(NamedKind, &'t str, &'t str),
) {
    for at in memchr::memchr_iter(b'<', text.as_bytes()) {
        let Some(Token {
            kind,
            label: Some(label),
            ..
        }) = text.get(at..).and_then(parse)
        else {
            continue;
        };
        match kind {
            Kind::Group(id) => hand_over(NamedKind::Group, id, label),
            Kind::Conversation(id) => hand_over(NamedKind::Conversation, id, label),
            _ => {}
        }
    }
}

/// Returns true if a word is an id of Slack's rather than anything that people write.
pub(in crate::slack) fn is_any_id(word: &str) -> bool {
    word.len() >= 7 && is_id(word, "ABCDEFGSTUW") && word.bytes().any(|c| c.is_ascii_digit())
}

/// Returns true if it is an address with a scheme, of whatever kind
/// (crates/readers/src/slack/FORMAT.md trap 49).
fn is_address(target: &str) -> bool {
    let Some((scheme, rest)) = target.split_once(':') else {
        return false;
    };
    let letters = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(letters)
        && !rest.is_empty()
        && !rest.starts_with([' ', ':'])
        && (rest.starts_with("//") || !target.contains(' '))
}

impl<'t> Token<'t> {
    /// Appends what the token stands for.
    pub(super) fn push<'m>(self, marks: Marks, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>)
    where
        't: 'm,
    {
        let label = self.label.filter(|label| !label.trim().is_empty());
        let label: Option<Text<'m>> = label.map(decode);
        match self.kind {
            Kind::Person(id) => out.push(context.person(id.into(), label, marks)),
            Kind::Conversation(id) => out.push(context.conversation(id, label, marks)),
            Kind::Group(id) => out.push(context.group(id, label, marks)),
            Kind::Everyone(audience) => out.push(everyone(audience, marks)),
            Kind::Date(parts) => out.push(date::parse(parts, label, marks)),
            Kind::Special(name) => {
                let words = label
                    .filter(|label| !label.is_empty())
                    .unwrap_or(name.into());
                super::push_lines(words, marks, out);
            }
            Kind::Link(address) => out.push(link(address, label, marks)),
        }
    }

    /// Returns the text inside code: the words alone.
    pub(super) fn words(self, name_table: &NameTable) -> Option<Text<'t>> {
        let label = self.label.filter(|label| !label.is_empty()).map(decode);
        let named = |sign: char, id: &str, known: Option<&str>| {
            let name = label.as_deref().or(known).unwrap_or(id);
            Text::from(format!("{sign}{}", name.trim_start_matches(sign)))
        };
        match self.kind {
            Kind::Person(id) => Some(named('@', id, name_table.person_name(id))),
            Kind::Conversation(id) => Some(named('#', id, name_table.conversation_name(id))),
            Kind::Group(id) => Some(named('@', id, None)),
            Kind::Everyone(audience) => Some(format!("@{}", audience_name(audience)).into()),
            Kind::Date(_) | Kind::Special(_) => label,
            Kind::Link(address) => {
                Some(label.unwrap_or_else(|| url::without_token(decode(address))))
            }
        }
    }
}

fn link<'m>(address: &'m str, label: Option<Text<'m>>, marks: Marks) -> Inline<'m> {
    let url = url::without_token(decode(address));
    let label =
        label.filter(|label| !label.is_empty() && label.as_str() != address && *label != *url);
    let mut content = Vec::new();
    if let Some(label) = label {
        super::push_lines(without_export_token(label), marks, &mut content);
    } else if !marks.is_none() {
        let shown = Text::from(url.as_str().to_owned());
        content.push(Inline::marked(shown, marks));
    }
    Inline::Link(Link { url, content })
}

/// A label that repeats the address repeats its token too.
fn without_export_token(label: Text<'_>) -> Text<'_> {
    if label.contains("://") {
        url::without_token(label)
    } else {
        label
    }
}

/// A broadcast.
pub(in crate::slack) fn everyone<'m>(audience: Audience, marks: Marks) -> Inline<'m> {
    mention(
        MentionTarget::Everyone(audience),
        Text::from_static(audience_name(audience)),
        marks,
    )
}

fn audience_name(audience: Audience) -> &'static str {
    match audience {
        Audience::Here => "here",
        Audience::Channel => "channel",
        Audience::Everyone => "everyone",
    }
}
