//! Who is called: real mentions for those with an account, bold names for all others.

use chatferry_model::document::{Audience, Mark, Marks, Mention, MentionTarget};
use chatferry_model::plan::User;
use chatferry_model::post::{ChatMessageMention, Identity, Mentioned, UserIdentityType};

use super::Renderer;
use crate::html::{Attribute, Tag, WriteHtml, clean, is_visible};

impl<'s> Renderer<'s> {
    pub(super) fn mention(&mut self, mention: &Mention<'_>) {
        let scope = self.scope;
        let texts = scope.settings.texts;
        match &mention.target {
            MentionTarget::Person(person) => {
                let name = scope.names.of_person(person, &mention.text);
                match scope.names.user(person) {
                    Some(user) if scope.calls && !self.in_link => {
                        self.call(user, name);
                    }
                    _ => self.name(mention, '@', name),
                }
            }
            MentionTarget::Conversation(conversation) => {
                let name = scope.names.of_conversation(conversation, &mention.text);
                self.name(mention, '#', name);
            }
            MentionTarget::Group(_) => self.name(mention, '@', or(&mention.text, texts.nobody)),
            MentionTarget::Everyone(audience) => {
                let everyone = match audience {
                    Audience::Here => texts.here,
                    Audience::Channel => texts.channel,
                    Audience::Everyone => texts.everyone,
                };
                self.name(mention, '@', or(&mention.text, everyone));
            }
        }
    }

    /// Graph wants every mention to have exactly one element, with words in it (graph.md R37).
    fn call(&mut self, user: &'s User, name: &str) {
        let id = u32::try_from(self.mentions.len()).unwrap_or(u32::MAX);
        let name = clean(name);
        self.element_with(Tag::At, &[Attribute::Id(id)], |this| this.html.text(&name));
        self.mentions.push(ChatMessageMention {
            id,
            mention_text: name.into_owned().into(),
            mentioned: Mentioned::User(Identity {
                id: user.id,
                display_name: user.display_name.as_str().into(),
                user_identity_type: UserIdentityType::AadUser,
            }),
        });
    }

    fn name(&mut self, mention: &Mention<'_>, sign: char, name: &str) {
        // The other marks are around it already.
        let bold = Marks::from(Mark::Bold);
        let more = if mention.marks.has(Mark::Bold) {
            Marks::NONE
        } else {
            bold
        };
        self.marked(more, |this| {
            this.html.text(sign.encode_utf8(&mut [0; 4]));
            this.html.spaced_text(name);
        });
    }
}

fn or<'a>(shown: &'a str, otherwise: &'a str) -> &'a str {
    let shown = shown.trim_start_matches('@');
    if is_visible(shown) { shown } else { otherwise }
}
