//! Words outside of code: `@names`, `~channels` and `:emoji:` in them
//! (crates/readers/src/mattermost/FORMAT.md 4).

use chatferry_model::Text;
use chatferry_model::document::{Audience, Inline, Marks, Mention, MentionTarget};
use chatferry_model::emoji::Emoji;
use chatferry_model::{ConversationId, PersonId};

use super::context::Context;
use super::{emoji, smileys};
use crate::TextSmileys;
use crate::markdown::Words;

/// `@` in the width of East Asian letters.
const WIDE_AT: &str = "＠";

/// Appends words to a line.
pub(super) fn push<'m>(
    words: Words<'m>,
    marks: Marks,
    in_link: bool,
    context: &Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    let setting = Setting { marks, in_link };
    match words {
        Words::Borrowed(words) => scan(words, Text::from, setting, context, out),
        Words::Owned(words) => {
            scan(
                &words,
                |words| words.to_owned().into(),
                setting,
                context,
                out,
            );
        }
    }
}

/// Appends a text that is no Markdown.
pub(super) fn plain<'m>(text: &'m str, context: &Context<'m>) -> Vec<Inline<'m>> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push(Inline::Break);
        }
        push(Words::Borrowed(line), Marks::NONE, false, context, &mut out);
    }
    out
}

#[derive(Clone, Copy)]
struct Setting {
    marks: Marks,
    /// Within a link a name leads nowhere else.
    in_link: bool,
}

fn scan<'s, 'm>(
    text: &'s str,
    make: impl Fn(&'s str) -> Text<'m>,
    setting: Setting,
    context: &Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let token = match byte {
            b'@' | b'~' | b':' | 0xef => token(text, at, setting, context),
            b';' | b'<' | b'X' | b'x' => smiley(text, at, context),
            _ => None,
        };
        let Some((inline, length)) = token else {
            at += 1;
            continue;
        };
        if let Some(before) = text.get(from..at).filter(|before| !before.is_empty()) {
            out.push(Inline::marked(make(before), setting.marks));
        }
        out.push(inline);
        at += length;
        from = at;
    }
    if let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        out.push(Inline::marked(make(rest), setting.marks));
    }
}

/// Returns the token that begins at `at`, and its length.
fn token<'m>(
    text: &str,
    at: usize,
    setting: Setting,
    context: &Context<'m>,
) -> Option<(Inline<'m>, usize)> {
    let rest = text.get(at..)?;
    if let Some(after) = rest.strip_prefix(':') {
        let named = emoji(after, context).map(|(emoji, length)| (Inline::Emoji(emoji), length + 1));
        return named.or_else(|| smiley(text, at, context));
    }
    let before = text.get(..at)?.chars().next_back();
    // A name begins where no word goes on: `a@b.example` holds none.
    let inside = before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    if inside || setting.in_link {
        return None;
    }
    let (target, text, length) = if let Some(name) = rest.strip_prefix('~') {
        let (id, shown, length) = channel(name, context)?;
        match id {
            Some(id) => (MentionTarget::Conversation(id), shown, length + 1),
            // A channel that is not in the export is called by its name, as people saw it.
            None => {
                let shown = format!("~{shown}");
                return Some((Inline::marked(shown, setting.marks), length + 1));
            }
        }
    } else {
        let sign = if rest.starts_with('@') { "@" } else { WIDE_AT };
        let name = rest.strip_prefix(sign)?;
        let (target, shown, length) = person(name, context)?;
        (target, shown, length + sign.len())
    };
    let mention = Mention {
        target,
        text,
        marks: setting.marks,
    };
    Some((Inline::Mention(mention), length))
}

fn smiley<'m>(text: &str, at: usize, context: &Context<'m>) -> Option<(Inline<'m>, usize)> {
    if context.smileys == TextSmileys::Text {
        return None;
    }
    let (name, length) = smileys::find(text, at)?;
    let emoji = Emoji {
        name: Text::from_static(name),
        unicode: emoji::characters(name),
    };
    Some((Inline::Emoji(emoji), length))
}

fn emoji<'m>(after: &str, context: &Context<'m>) -> Option<(Emoji<'m>, usize)> {
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !"_+-".contains(c))?;
    let (name, rest) = after.split_at(end);
    if name.is_empty() || !rest.starts_with(':') {
        return None;
    }
    let unicode = emoji::characters(name);
    if unicode.is_none() && !context.name_table.emoji.contains(name) {
        // Words of any kind may stand between colons, as in 10:30:45.
        return None;
    }
    let emoji = Emoji {
        name: name.to_owned().into(),
        unicode,
    };
    Some((emoji, end + 1))
}

/// The longest name that somebody has: the whole token, then without the signs it ends with, one
/// by one, as the server does it.
fn person<'m>(after: &str, context: &Context<'m>) -> Option<(MentionTarget<'m>, Text<'m>, usize)> {
    let token = token_of(after, ".-_:")?.to_ascii_lowercase();
    longest(&token, |name| {
        if let Some((username, shown)) = context.name_table.people.get_key_value(name) {
            let person = PersonId::new(username.as_str());
            return Some((MentionTarget::Person(person), shown.as_str().into()));
        }
        let audience = match name {
            "all" | "channel" => Audience::Channel,
            "here" => Audience::Here,
            _ => return None,
        };
        let shown = name.to_owned().into();
        Some((MentionTarget::Everyone(audience), shown))
    })
    .map(|((target, shown), length)| (target, shown, length))
}

type Called<'m> = (Option<ConversationId<'m>>, Text<'m>, usize);

fn channel<'m>(after: &str, context: &Context<'m>) -> Option<Called<'m>> {
    let token = token_of(after, "-_")?.to_ascii_lowercase();
    longest(&token, |name| {
        if let Some(channel) = context.name_table.channel(context.team, name) {
            let id = ConversationId::new(channel.id.as_str());
            return Some((Some(id), Text::from(channel.name.as_str())));
        }
        let shown = context.channel_names.get(name)?;
        Some((None, Text::from(*shown)))
    })
    .map(|((id, shown), length)| (id, shown, length))
}

fn token_of<'s>(after: &'s str, signs: &str) -> Option<&'s str> {
    let end = after
        .find(|c: char| !c.is_ascii_alphanumeric() && !signs.contains(c))
        .unwrap_or(after.len());
    let token = after.get(..end)?;
    token
        .starts_with(|c: char| c.is_ascii_alphanumeric())
        .then_some(token)
}

fn longest<T>(token: &str, find: impl Fn(&str) -> Option<T>) -> Option<(T, usize)> {
    let mut name = token;
    loop {
        if let Some(found) = find(name) {
            return Some((found, name.len()));
        }
        name = name.strip_suffix(['.', '-', '_', ':'])?;
    }
}
