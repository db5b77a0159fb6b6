//! Reactions: one line each in the export, one emoji with its people in the model.

use chatferry_model::message::Reaction as ModelReaction;

use super::context::Context;
use super::line::Reaction;

pub(super) fn convert<'m>(
    reactions: &'m [Reaction<'m>],
    context: &mut Context<'m>,
) -> Vec<ModelReaction<'m>> {
    let mut out: Vec<ModelReaction<'m>> = Vec::new();
    for reaction in reactions {
        let (Some(name), Some(user)) = (&reaction.emoji_name, &reaction.user) else {
            continue;
        };
        let person = context.person(user);
        match out.iter_mut().find(|before| before.emoji.name == *name) {
            Some(same) if same.people.contains(&person) => {}
            Some(same) => {
                same.people.push(person);
                same.count += 1;
            }
            None => out.push(ModelReaction {
                emoji: context.reaction(name),
                count: 1,
                people: vec![person],
            }),
        }
    }
    out
}
