//! Reactions: a line under the message, and the form in which Graph might take them.

use chatferry_model::document::{Block, Inline};
use chatferry_model::message::{Message, Reaction};
use chatferry_model::post::{ChatMessageReaction, From, Identity, UserIdentityType};

use crate::names::Names;
use crate::settings::Reactions;

/// Reactions of one message that Graph takes (crates/graph/RULES.md 1.11).
const MOST_PROBED: usize = 250;

/// 👍 12 · 🎉 3, or 👍 12: Ann, Bob, +10 · 🎉 3: Carl, Dora, Eve
pub(crate) fn line<'m>(
    message: &'m Message<'_>,
    names: &Names<'_>,
    form: Reactions,
) -> Option<Block<'m>> {
    if form == Reactions::Off || message.reactions.is_empty() {
        return None;
    }
    let mut line = Vec::new();
    for reaction in &message.reactions {
        if !line.is_empty() {
            line.push(Inline::text(" · "));
        }
        line.push(Inline::Emoji(reaction.emoji.clone()));
        let people = match form {
            Reactions::Names => people(reaction, names),
            Reactions::Line | Reactions::Off => String::new(),
        };
        line.push(Inline::text(format!(" {}{people}", reaction.count)));
    }
    Some(Block::Paragraph(line))
}

/// Returns the people who reacted, as far as the source says.
fn people(reaction: &Reaction<'_>, names: &Names<'_>) -> String {
    let mut all: Vec<&str> = (reaction.people.iter())
        .map(|person| names.of_person(person, ""))
        .collect();
    let known = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let more = reaction.count.saturating_sub(known);
    let more = format!("+{more}");
    if more != "+0" && !all.is_empty() {
        all.push(&more);
    }
    if all.is_empty() {
        String::new()
    } else {
        format!(": {}", all.join(", "))
    }
}

/// The reactions of people with an account, in as many bytes as are left.
pub(crate) fn to_probe<'m>(
    message: &'m Message<'_>,
    names: &'m Names<'_>,
    mut left: usize,
) -> Vec<ChatMessageReaction<'m>> {
    let all = message.reactions.iter().flat_map(|reaction| {
        let characters = reaction.emoji.unicode.as_deref();
        let people = reaction.people.iter();
        people.filter_map(move |person| Some((characters?, names.user(person)?)))
    });
    let mut probed = Vec::new();
    for (characters, user) in all.take(MOST_PROBED) {
        let reaction = ChatMessageReaction {
            reaction_type: characters.into(),
            created_date_time: message.time.to_millis(),
            user: From {
                user: Identity {
                    id: user.id,
                    display_name: user.display_name.as_str().into(),
                    user_identity_type: UserIdentityType::AadUser,
                },
            },
        };
        let size = serde_json::to_vec(&reaction).map_or(usize::MAX, |json| json.len() + 1);
        if size > left {
            break;
        }
        left -= size;
        probed.push(reaction);
    }
    probed
}
