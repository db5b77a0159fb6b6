//! Reactions: true counts, tones of one emoji merged (crates/readers/src/slack/FORMAT.md 3.3, traps
//! 57, 58).

use chatferry_model::PersonId;
use chatferry_model::message::Reaction as ModelReaction;
use serde::Deserialize;

use super::context::Context;
use super::emoji::Name;
use super::lenient::{List, Num, Obj, Str};

/// One emoji under a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Reaction<'a> {
    pub(super) name: Str<'a>,
    pub(super) users: List<Str<'a>>,
    pub(super) count: Num,
}

/// The reactions of a message, in its order.
pub(super) fn convert<'m>(
    reactions: &'m List<Obj<Reaction<'m>>>,
    context: &mut Context<'m>,
) -> Vec<ModelReaction<'m>> {
    let mut out: Vec<ModelReaction<'m>> = Vec::with_capacity(reactions.len());
    for reaction in reactions.iter().filter_map(Obj::get) {
        let Some(name) = reaction.name.get() else {
            continue;
        };
        let mut people: Vec<PersonId<'m>> = Vec::with_capacity(reaction.users.len());
        for id in reaction.users.iter().filter_map(Str::id) {
            let known = context.name_table.person_name(&id).is_some();
            let person = PersonId::new(id.into_cow());
            if !known {
                context.unlisted_people.push((person.clone(), None));
            }
            if !people.contains(&person) {
                people.push(person);
            }
        }
        // Slack names fifty people at most and counts all of them.
        let named = people.len() as u32;
        let count = reaction.count.to_u32().unwrap_or(named).max(named);
        if count == 0 {
            continue;
        }
        let base = Name::parse(name).base;
        if let Some(same) = out.iter_mut().find(|before| before.emoji.name == base) {
            // One person may have reacted in two tones.
            let twice = people
                .iter()
                .filter(|person| same.people.contains(person))
                .count() as u32;
            people.retain(|person| !same.people.contains(person));
            same.people.append(&mut people);
            same.count = same.count.saturating_add(count - twice);
            same.emoji = context.emoji(base);
        } else {
            out.push(ModelReaction {
                emoji: context.emoji(name),
                count,
                people,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::name_table::NameTable;
    use super::*;

    #[test]
    fn tones_are_merged_and_counts_kept() {
        let json = r#"[
            {"name":"+1::skin-tone-3","users":["U1","U2"],"count":2},
            {"name":"tada","users":["U1"],"count":55},
            {"name":"+1","users":["U1","U9"],"count":2},
            {"name":"partyparrot","users":null,"count":"3"},
            {"name":"eyes","users":[],"count":0},
            null
        ]"#;
        let reactions: List<Obj<Reaction<'_>>> = serde_json::from_str(json).unwrap();
        let name_table = NameTable::for_tests();
        let mut context = Context::new(&name_table);
        let read = convert(&reactions, &mut context);
        let shown: Vec<_> = read
            .iter()
            .map(|r| (r.emoji.unicode.as_deref(), r.count, r.people.len()))
            .collect();
        assert_eq!(
            shown,
            [(Some("👍"), 3, 3), (Some("🎉"), 55, 1), (None, 3, 0)]
        );
    }
}
