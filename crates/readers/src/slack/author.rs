//! The author of a message, and what the message tells about them
//! (crates/readers/src/slack/FORMAT.md 3, traps 26–31).

use chatferry_model::person::PersonKind;
use chatferry_model::{PersonId, Text};

use super::attachment::Attachment;
use super::lenient::{Obj, Str};
use super::message::Message;
use super::mrkdwn;
use super::name_table::NameTable;

/// Slack's own voice; in no export's list of users (trap 27).
pub(super) const SLACKBOT: &str = "USLACKBOT";
/// Stands for people of whom the export says nothing at all.
pub(super) const UNKNOWN: &str = "unknown";

/// Before the name of a bot that has no id, to make one.
const NAMED_BOT: &str = "bot:";

/// The author of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Author<'m> {
    pub(super) person: PersonId<'m>,
    /// The name it used for this message, where that is not its own.
    pub(super) name: Option<Text<'m>>,
    /// The app that posted it on the person's behalf.
    pub(super) app: Option<Text<'m>>,
    /// The hint about a person whom the export does not list.
    pub(super) sighting: Option<AuthorHint<'m>>,
}

/// The hint of a message about its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuthorHint<'m> {
    pub(super) kind: PersonKind,
    pub(super) name: Option<Text<'m>>,
    /// The weight of the name; a higher one replaces a lower one.
    pub(super) worth: u8,
}

impl AuthorHint<'_> {
    pub(super) fn into_owned(self) -> AuthorHint<'static> {
        AuthorHint {
            kind: self.kind,
            name: self.name.map(Text::into_owned),
            worth: self.worth,
        }
    }
}

/// The author: user, else who commented the file, else who owns it, else the bot, else the name it
/// spoke under, else unknown.
pub(super) fn resolve<'m>(message: &'m Message<'_>, name_table: &'m NameTable) -> Author<'m> {
    let comment = message.comment.get().and_then(|comment| comment.user.id());
    let owner = || message.file.get().and_then(|file| file.user.id());
    let huddle = || message.room.get().and_then(|room| room.created_by.id());
    let user = message
        .user
        .id()
        // A huddle is Slackbot's on the wire; who started it is inside (mmetl).
        .filter(|user| *user != SLACKBOT || huddle().is_none())
        .or(comment)
        .or_else(huddle);
    let is_user = user.is_some();
    let profile = message.bot_profile.get();
    let of_profile = || profile.and_then(|profile| profile.id.id());
    let bot = message.bot_id.id().or_else(of_profile);
    let bot_user = || {
        let listed = bot.as_deref().and_then(|bot| name_table.bot_user(bot));
        listed.map(Text::from).or_else(|| {
            profile
                .and_then(|profile| profile.user_id.id())
                .filter(|id| name_table.person_name(id).is_some())
        })
    };
    let id = user
        .or_else(owner)
        .or_else(bot_user)
        .or_else(|| bot.clone())
        .or_else(|| {
            let name = message.username.id()?;
            Some(format!("{NAMED_BOT}{name}").into())
        })
        .unwrap_or(Text::from_static(UNKNOWN));
    let known = name_table.person_name(&id);
    let bot_name = profile.and_then(|profile| profile.name.get());
    let on_behalf = is_user
        && (bot.is_some() || message.subtype.is("bot_message"))
        && id != SLACKBOT
        && !name_table.is_bot(&id)
        && bot.as_deref().and_then(|bot| name_table.bot_user(bot)) != Some(&*id)
        && profile.and_then(|profile| profile.user_id.id()).as_deref() != Some(&*id);
    // Old ways to share files give the name of a person here, in mrkdwn.
    let is_bot = !is_user || bot.is_some() || message.subtype.is("bot_message");
    let own = match &*id {
        SLACKBOT => Some("Slackbot"),
        id => known
            .or(bot_name.filter(|_| !on_behalf))
            .or_else(|| id.strip_prefix(NAMED_BOT)),
    };
    let used = message
        .username
        .id()
        .or(bot_name.filter(|_| bot.is_some()).map(Text::from))
        .filter(|shown| is_bot && own.is_none_or(|own| !own.eq_ignore_ascii_case(shown)))
        .map(|shown| mrkdwn::bare_name(shown, name_table));
    let (name, app) = if on_behalf {
        (None, used.or_else(|| app_name(message, name_table)))
    } else {
        (used, None)
    };
    let is_app = !is_user || is_bot && !on_behalf;
    let sighting = known
        .is_none()
        .then(|| sighting(message, &id, is_app, name_table));
    Author {
        person: PersonId::new(id.into_cow()),
        name,
        app,
        sighting,
    }
}

/// The name of the app that a message came from, by the log of integrations or its own footer.
fn app_name<'m>(message: &'m Message<'_>, name_table: &'m NameTable) -> Option<Text<'m>> {
    let profile = message.bot_profile.get();
    let ids = [Some(&message.bot_id), Some(&message.app_id)].into_iter();
    let ids = ids.chain([profile.map(|profile| &profile.app_id)]);
    let logged = ids.flatten().find_map(|id| name_table.app_name(id.get()?));
    let in_footer = || {
        let mut attachments = message.attachments.iter().filter_map(Obj::get);
        attachments.find_map(Attachment::app_in_footer)
    };
    let name = logged.or_else(in_footer)?;
    Some(mrkdwn::bare_name(name.into(), name_table))
}

fn sighting<'m>(
    message: &'m Message<'_>,
    id: &str,
    is_app: bool,
    name_table: &'m NameTable,
) -> AuthorHint<'m> {
    let text = |name: &'m Str<'_>| Some(mrkdwn::bare_name(name.id()?, name_table));
    if id == SLACKBOT {
        return AuthorHint {
            kind: PersonKind::System,
            name: Some(Text::from_static("Slackbot")),
            worth: 3,
        };
    }
    if id == UNKNOWN {
        return AuthorHint {
            kind: PersonKind::Unknown,
            name: None,
            worth: 0,
        };
    }
    if is_app {
        let profile = message.bot_profile.get();
        let profile = profile.and_then(|profile| text(&profile.name));
        let worth = if profile.is_some() { 3 } else { 2 };
        let name = profile.or_else(|| text(&message.username));
        return AuthorHint {
            kind: PersonKind::Bot,
            worth: if name.is_some() { worth } else { 1 },
            name: name.or_else(|| app_name(message, name_table)),
        };
    }
    let Some(profile) = message.user_profile.get() else {
        // A name beside a person's id is the one that an app chose for itself.
        let is_own = message.bot_id.get().is_none()
            && message.bot_profile.get().is_none()
            && !message.subtype.is("bot_message");
        return AuthorHint {
            kind: PersonKind::Unknown,
            name: text(&message.username).filter(|_| is_own),
            worth: u8::from(is_own),
        };
    };
    let foreign = message
        .user_team
        .get()
        .or(profile.team.get())
        .zip(message.team.get());
    AuthorHint {
        kind: match foreign {
            Some((theirs, ours)) if theirs != ours => PersonKind::External,
            _ => PersonKind::User,
        },
        name: [
            &profile.display_name,
            &profile.real_name,
            &profile.first_name,
            &profile.name,
        ]
        .into_iter()
        .find_map(text),
        worth: 3,
    }
}

/// The name of a bot that came or went, as the note of it gives it:
/// `<https://…/services/B1|github>`. The messages of such old bots often give none.
pub(super) fn introduced<'m>(
    message: &'m Message<'_>,
    name_table: &NameTable,
) -> Option<(PersonId<'m>, Text<'m>)> {
    let notes = ["bot_add", "bot_remove", "bot_enable", "bot_disable"];
    notes.contains(&message.subtype.get()?).then_some(())?;
    let bot = message.bot_id.id()?;
    if name_table.bot_user(&bot).is_some() {
        return None;
    }
    let link = message.bot_link.get();
    let text = message.text.or_empty();
    let (_, label) = link.and_then(|link| link.split_once('|')).or_else(|| {
        let links = text.split('<').filter(|link| link.contains(&*bot));
        links.filter_map(|link| link.split_once('|')).next()
    })?;
    let name = label.split('>').next().filter(|name| !name.is_empty())?;
    Some((
        PersonId::new(bot.into_cow()),
        mrkdwn::bare_name(name.into(), name_table),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(json: &str) -> String {
        let message: Message<'_> = serde_json::from_str(json).unwrap();
        let name_table = NameTable::for_tests();
        let author = resolve(&message, &name_table);
        let name = author.name.as_deref().unwrap_or("-").to_owned();
        let app = author.app.map_or(String::new(), |app| format!(" by {app}"));
        let seen = author.sighting.map_or("listed".to_owned(), |seen| {
            format!("{:?} {}", seen.kind, seen.name.as_deref().unwrap_or("-"))
        });
        format!("{}{app} | {name} | {seen}", author.person)
    }

    #[test]
    fn in_the_order_of_the_format() {
        insta::assert_snapshot!(
            [
                r#"{"user":"U1"}"#,
                r#"{"user":null}"#,
                r#"{"user":"USLACKBOT"}"#,
                r#"{"subtype":"bot_message","bot_id":"B2","username":"deploys"}"#,
                r#"{"subtype":"bot_message","bot_id":"B9","username":"deploys"}"#,
                r#"{"subtype":"bot_message","bot_id":"B9","bot_profile":{"name":"Jenkins"},"username":"deploys"}"#,
                r#"{"subtype":"bot_message","username":"github"}"#,
                r#"{"bot_profile":{"id":"B8","name":"Stream"}}"#,
                r#"{"user":"U2","bot_id":"B2","bot_profile":{"name":"Bo"}}"#,
                r#"{"subtype":"file_comment","comment":{"user":"U1"},"file":{"user":"U2"}}"#,
                r#"{"subtype":"file_share","file":{"user":"U2"}}"#,
                r#"{"user":"U7","team":"T1","user_team":"T2","user_profile":{"real_name":"Maren Holt","display_name":""}}"#,
                r#"{"user":"U8","team":"T1","user_profile":{"real_name":"Left Long Ago"}}"#,
                r#"{"user":"USLACKBOT","room":{"created_by":"U1"}}"#,
                r#"{"user":"W00"}"#,
                r#"{"user":"U1","bot_id":"B9","bot_profile":{"name":"giphy"}}"#,
                r#"{"user":"U7","bot_id":"B9","bot_profile":{"name":"giphy"}}"#,
                r#"{"user":"U1","bot_id":"B9","app_id":"A5"}"#,
                r#"{"subtype":"bot_message","bot_id":"B9","attachments":[{"footer":"Simple Poll   <https://e.example|Settings>"}]}"#,
            ]
            .map(who)
            .join("\n"),
            @r#"
            U1 | - | listed
            unknown | - | Unknown -
            USLACKBOT | - | System Slackbot
            U2 | deploys | listed
            B9 | deploys | Bot deploys
            B9 | deploys | Bot Jenkins
            bot:github | - | Bot github
            B8 | - | Bot Stream
            U2 | - | listed
            U1 | - | listed
            U2 | - | listed
            U7 | - | External Maren Holt
            U8 | - | User Left Long Ago
            U1 | - | listed
            W00 | - | Unknown -
            U1 by giphy | - | listed
            U7 by giphy | - | Unknown -
            U1 by Giphy | - | listed
            B9 | - | Bot Simple Poll
            "#
        );
    }
}
