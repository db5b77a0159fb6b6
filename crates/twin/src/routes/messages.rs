//! Messages and replies: import and read-back (E11–E13, E26).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{import, require};
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::{MessageId, UserId};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::route::ThreadRef;
use crate::rules::Rule;
use crate::settings::Troubles;
use crate::state::{Caller, ContentType, Directory, Importance, MessageText, Post, State, Thread};
use crate::wire;
use crate::wire::message::{Home, MessageBody, MessageResource};
use crate::wire::resources::Page;

/// The most messages on a page (G9), and how many there are unless asked for.
const MOST_ON_PAGE: usize = 50;
const ON_PAGE: usize = 20;

impl State {
    /// A conversation and how its messages name it.
    fn home(&self, at: ThreadRef<'_>, now: Moment) -> Result<(Home<'_>, &Thread), Refused> {
        match at {
            ThreadRef::Channel { team, channel } => {
                let team = self.team(team, now)?;
                let channel = team.channel(channel, now)?;
                let home = Home::Channel {
                    team: team.id.as_str(),
                    channel: channel.id.as_str(),
                };
                Ok((home, &channel.thread))
            }
            ThreadRef::Chat(chat) => {
                let chat = self.chat(chat)?;
                Ok((Home::Chat(chat.id.as_str()), &chat.thread))
            }
        }
    }
}

/// `POST .../messages` and `POST .../messages/{root}/replies`
pub(crate) fn post(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
    root: Option<&str>,
) -> Result<Answer, Refused> {
    caller.may_migrate()?;
    let (home, thread) = state.home(at, call.now)?;
    let message: MessageBody<'_> = wire::read(call, &state.settings)?;
    if !thread.takes_posts(call.now) {
        return Err(not_in_migration_mode(home, &state.settings.troubles));
    }
    let from = message.from.as_ref();
    let from = from.ok_or_else(|| Rule::R25.refuse("the message has no from"))?;
    if !thread.is_open_by(&caller.app) {
        return Err(Rule::R22.refuse("another app opened the session"));
    }
    let root = root
        .map(|text| find_root(thread, text).map(|(id, _)| id))
        .transpose()?;
    let author = import::author(from, &state.directory)?;
    let time = import::time(
        message.created_date_time.as_ref(),
        thread.known_created(call.now),
        call.now,
        &state.settings.troubles,
    )?;
    let id = match time {
        Some(time) => MessageId(time.as_millis()),
        None => next_free(thread, call.now),
    };
    let address = address(&call.origin, home, root, id);
    let content = import::content(
        &message,
        call.body.len(),
        &state.settings,
        &state.library,
        &address,
    )?;
    let post = Post {
        root,
        author,
        content_type: content.content_type,
        content: state.texts.keep(&content.content),
        importance: message.importance.unwrap_or_default(),
        extras: content.extras,
    };
    let planted = call
        .plant
        .then(|| somebody_elses(&state.directory, &post.author));
    let thread = state.thread_mut(at, call.now)?;
    if let Some(planted) = planted {
        thread.posts.insert(id, planted);
    }
    if !thread.posts.insert(id, post) {
        return Err(Rule::R31.refuse(format!("{id} is taken")));
    }
    let (home, thread) = state.home(at, call.now)?;
    let post = thread.posts.get(id);
    let post = post.ok_or_else(|| not_found(&id.to_string()))?;
    let resource = resource(state, id, post, home).alone(&call.origin);
    Ok(Answer::json(state.settings.message_status, &resource))
}

/// R24, in the words of the layer that says no
fn not_in_migration_mode(home: Home<'_>, troubles: &Troubles) -> Refused {
    let detail = "not in migration mode";
    match home {
        _ if troubles.mode_lag_ms > 0 => Rule::R24Blocked
            .refuse(detail)
            .within("MessageWritesBlocked-Thread is not marked for import".to_owned()),
        Home::Channel { .. } => Rule::R24.refuse(detail),
        Home::Chat(_) => Rule::R24Chat.refuse(detail),
    }
}

fn resource<'a>(
    state: &'a State,
    id: MessageId,
    post: &'a Post,
    home: Home<'a>,
) -> MessageResource<'a> {
    MessageResource::new(id, post, home, &state.directory, &state.settings)
}

/// R35
fn find_root<'t>(thread: &'t Thread, text: &str) -> Result<(MessageId, &'t Post), Refused> {
    MessageId::parse(text)
        .and_then(|id| Some((id, thread.posts.root(id)?)))
        .ok_or_else(|| Rule::R35.refuse("no such root message").with(text))
}

/// The present, or the first free millisecond after it (R33).
fn next_free(thread: &Thread, now: Moment) -> MessageId {
    let mut id = MessageId(now.as_millis());
    while thread.posts.contains(id) {
        id.0 += 1;
    }
    id
}

/// The location of a message.
fn address(origin: &str, home: Home<'_>, root: Option<MessageId>, id: MessageId) -> String {
    let thread = match home {
        Home::Channel { team, channel } => format!("teams/{team}/channels/{channel}"),
        Home::Chat(chat) => format!("chats/{chat}"),
    };
    match root {
        Some(root) => format!("{origin}/v1.0/{thread}/messages/{root}/replies/{id}"),
        None => format!("{origin}/v1.0/{thread}/messages/{id}"),
    }
}

/// The message that somebody else posted at the same moment.
pub(crate) fn somebody_elses(directory: &Directory, author: &UserId) -> Post {
    let other = directory
        .after(None)
        .map(|user| &user.id)
        .find(|id| *id != author);
    Post {
        root: None,
        author: other.unwrap_or(author).clone(),
        content_type: ContentType::Text,
        content: MessageText::from("posted by somebody else"),
        importance: Importance::Normal,
        extras: None,
    }
}

fn may_read(state: &State, caller: &Caller, at: ThreadRef<'_>) -> Result<(), Refused> {
    require(
        state,
        caller,
        match at {
            ThreadRef::Channel { .. } => &["ChannelMessage.Read.All", "Group.ReadWrite.All"],
            ThreadRef::Chat(_) => &[
                "Chat.Read.All",
                "Chat.ReadWrite.All",
                "ChatMessage.Read.All",
            ],
        },
    )
}

/// `GET .../messages` and `GET .../messages/{root}/replies`, newest first
pub(crate) fn list(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
    root: Option<&str>,
) -> Result<Answer, Refused> {
    may_read(state, caller, at)?;
    call.query.only(&["$top", "$skiptoken"])?;
    let top = call.query.top(ON_PAGE, MOST_ON_PAGE, Rule::G9)?;
    let before = match call.query.get("$skiptoken") {
        None => None,
        Some(token) => Some(
            MessageId::parse(token)
                .ok_or_else(|| Rule::G8.refuse("no token of ours").with("$skiptoken"))?,
        ),
    };
    let (home, thread) = state.home(at, call.now)?;
    let mut messages: Box<dyn Iterator<Item = (MessageId, &Post)>> = match root {
        None => Box::new(thread.posts.roots_before(before)),
        Some(root) => {
            let (root, _) = find_root(thread, root)?;
            Box::new(thread.posts.replies_before(root, before))
        }
    };
    let page: Vec<(MessageId, &Post)> = messages.by_ref().take(top).collect();
    let next = match (messages.next(), page.last()) {
        (Some(_), Some((last, _))) => Some(last.to_string()),
        _ => None,
    };
    let value = page
        .into_iter()
        .map(|(id, post)| resource(state, id, post, home))
        .collect();
    let mut page = Page::of(call, "Collection(chatMessage)", value, next.as_deref());
    page.count = Some(page.value.len());
    Ok(Answer::json(200, &page))
}

/// `GET .../messages/{id}` and `GET .../messages/{root}/replies/{id}`
pub(crate) fn get(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
    root: Option<&str>,
    text: &str,
) -> Result<Answer, Refused> {
    may_read(state, caller, at)?;
    call.query.only(&[])?;
    let (home, thread) = state.home(at, call.now)?;
    let root = root
        .map(|text| find_root(thread, text).map(|(id, _)| id))
        .transpose()?;
    let (id, post) = MessageId::parse(text)
        .and_then(|id| Some((id, thread.posts.get(id)?)))
        .filter(|(_, post)| post.root == root)
        .ok_or_else(|| not_found(text))?;
    let resource = resource(state, id, post, home).alone(&call.origin);
    Ok(Answer::json(200, &resource))
}

/// `GET .../hostedContents/{id}/$value`
pub(crate) fn hosted_content(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
    message: &str,
    content: &str,
) -> Result<Answer, Refused> {
    may_read(state, caller, at)?;
    let (_, thread) = state.home(at, call.now)?;
    let unknown = || {
        Rule::G6
            .refuse("unknown")
            .with("HostedContent")
            .with(content)
    };
    let post = MessageId::parse(message).and_then(|id| thread.posts.get(id));
    let extras = post.and_then(|post| post.extras.as_deref());
    let image = extras
        .and_then(|extras| {
            extras
                .hosted_contents
                .iter()
                .find(|image| image.id == content)
        })
        .ok_or_else(unknown)?;
    let bytes = STANDARD
        .decode(image.base64.as_bytes())
        .map_err(|_| unknown())?;
    Ok(Answer::bytes(&image.content_type, bytes))
}

fn not_found(id: &str) -> Refused {
    Rule::G6.refuse("unknown message").with("Message").with(id)
}
