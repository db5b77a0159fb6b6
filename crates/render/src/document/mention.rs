//! Mentions: real ones for people with an account, bold names for all others.

use chatferry_model::deferred::link_url;
use chatferry_model::document::{Audience, Mark, Marks, Mention, MentionTarget};
use chatferry_model::plan::{Target, TargetPlace, User};
use chatferry_model::post::{
    ChatMessageMention, ConversationIdentity, ConversationIdentityType, Identity, Mentioned,
    UserIdentityType,
};

use super::Renderer;
use crate::html::{Attribute, Tag, WriteHtml, clean, is_visible};
use crate::names::is_open;
use crate::settings::{BroadcastMentions, ChannelMentions, Mentions};

impl<'s> Renderer<'s> {
    pub(super) fn mention(&mut self, mention: &Mention<'_>) {
        let scope = self.scope;
        let phrases = scope.settings.phrases;
        match &mention.target {
            MentionTarget::Person(person) => {
                let name = scope.names.of_person(person, &mention.text);
                let user = scope.names.user(person);
                match user.filter(|_| scope.settings.mentions == Mentions::People) {
                    Some(user) if scope.mentions_enabled && !self.in_link => {
                        self.call(name, |_| Mentioned::User(identity(user)));
                    }
                    _ => self.name(mention, '@', name),
                }
            }
            MentionTarget::Conversation(conversation) => {
                let name = scope.names.of_conversation(conversation, &mention.text);
                let target = scope.names.target(conversation);
                match target.filter(|target| self.may_call(target)) {
                    Some(target) => self.call_channel(target, name),
                    None => self.name(mention, '#', name),
                }
            }
            MentionTarget::Group(group) => {
                self.name(mention, '@', scope.names.of_group(group, &mention.text));
            }
            MentionTarget::Everyone(audience) => {
                let everyone = match audience {
                    Audience::Here => phrases.here,
                    Audience::Channel => phrases.channel,
                    Audience::Everyone => phrases.everyone,
                };
                let name = or(&mention.text, everyone);
                if scope.settings.broadcast_mentions == BroadcastMentions::Channel
                    && scope.mentions_enabled
                    && !self.in_link
                    && let TargetPlace::Channel(_) = scope.target.place
                {
                    self.call_channel(scope.target, name);
                } else {
                    self.name(mention, '@', name);
                }
            }
        }
    }

    /// Returns true if Teams could call that channel: in its team, and nothing that only some may
    /// know of.
    fn may_call(&self, target: &Target) -> bool {
        let scope = self.scope;
        let team = |target: &'s Target| match &target.place {
            TargetPlace::Channel(channel) => Some(&channel.team),
            TargetPlace::Chat(_) => None,
        };
        scope.settings.channel_mentions == ChannelMentions::Mention
            && scope.mentions_enabled
            && !self.in_link
            && match &target.place {
                TargetPlace::Channel(channel) => Some(&channel.team) == team(scope.target),
                TargetPlace::Chat(_) => false,
            }
            && (is_open(target) || target.key == scope.target.key)
    }

    fn call_channel(&mut self, target: &'s Target, name: &str) {
        self.call(name, |this| {
            let id = this.link_to(&target.key);
            let display_name = match &target.place {
                TargetPlace::Channel(channel) => channel.name.as_str(),
                TargetPlace::Chat(_) => target.key.as_str(),
            };
            Mentioned::Conversation(ConversationIdentity {
                id: link_url(id).into(),
                display_name: display_name.into(),
                conversation_identity_type: ConversationIdentityType::Channel,
            })
        });
    }

    /// Graph wants every mention to have exactly one element, with words in it
    /// (crates/graph/RULES.md R37).
    fn call(&mut self, name: &str, whom: impl FnOnce(&mut Self) -> Mentioned<'s>) {
        let id = u32::try_from(self.mentions.len()).unwrap_or(u32::MAX);
        let name = clean(name);
        self.element_with(Tag::At, &[Attribute::Id(id)], |this| this.html.text(&name));
        let mentioned = whom(self);
        self.mentions.push(ChatMessageMention {
            id,
            mention_text: name.into_owned().into(),
            mentioned,
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

fn identity(user: &User) -> Identity<'_> {
    Identity {
        id: user.id,
        display_name: user.display_name.as_str().into(),
        user_identity_type: UserIdentityType::AadUser,
    }
}

fn or<'a>(shown: &'a str, otherwise: &'a str) -> &'a str {
    let shown = shown.trim_start_matches('@');
    if is_visible(shown) { shown } else { otherwise }
}
