//! A message as Slack writes it: every field this reader uses, each lenient
//! (crates/readers/src/slack/FORMAT.md 3).

use chatferry_model::document::{Block as ModelBlock, Inline, Mark, Marks};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::attachment::Attachment;
use super::blocks::{self, Block};
use super::context::Context;
use super::files::{Comment, File};
use super::lenient::{Flag, List, Num, Obj, Str};
use super::mrkdwn;
use super::reactions::Reaction;
use super::time::SlackTs;
use super::work_object::WorkObject;

/// One element of a day file. What few messages have is boxed: the rest is moved less.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Message<'a> {
    pub(super) subtype: Str<'a>,
    pub(super) ts: SlackTs,
    pub(super) thread_ts: SlackTs,
    pub(super) text: Str<'a>,

    pub(super) user: Str<'a>,
    pub(super) username: Str<'a>,
    pub(super) bot_id: Str<'a>,
    pub(super) app_id: Str<'a>,
    pub(super) bot_profile: Obj<BotProfile<'a>>,
    pub(super) user_profile: Obj<UserProfile<'a>>,
    pub(super) parent_user_id: Str<'a>,
    pub(super) team: Str<'a>,
    pub(super) user_team: Str<'a>,

    pub(super) blocks: List<Block<'a>>,
    pub(super) attachments: List<Obj<Attachment<'a>>>,
    pub(super) files: List<Obj<File<'a>>>,
    pub(super) file: Obj<Box<File<'a>>>,
    pub(super) comment: Obj<Box<Comment<'a>>>,
    pub(super) is_intro: Flag,

    pub(super) edited: Obj<Edited<'a>>,
    pub(super) reactions: List<Obj<Reaction<'a>>>,
    pub(super) is_thread_broadcast: Flag,
    pub(super) root: Obj<Box<Root<'a>>>,
    pub(super) room: Obj<Box<Room<'a>>>,
    pub(super) assistant_app_thread: Obj<Box<AssistantThread<'a>>>,
    pub(super) metadata: Obj<Box<Metadata<'a>>>,
    pub(super) pinned_to: List<Str<'a>>,
    pub(super) hidden: Flag,
    pub(super) mrkdwn: Flag,

    // What system messages carry.
    pub(super) inviter: Str<'a>,
    pub(super) bot_link: Str<'a>,
    pub(super) topic: Str<'a>,
    pub(super) purpose: Str<'a>,
    pub(super) name: Str<'a>,
    pub(super) old_name: Str<'a>,
    /// Only in events, which are no messages; some tools record them as if they were.
    pub(super) message: Obj<Box<Message<'a>>>,
    /// The message before a change, in the logs of workspaces that keep them.
    pub(super) original: Obj<IgnoredAny>,
}

/// The beginning of a talk with an agent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct AssistantThread<'a> {
    title: Str<'a>,
    title_blocks: List<Block<'a>>,
}

impl AssistantThread<'_> {
    /// The title, in bold.
    pub(super) fn title<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut title = blocks::flatten(blocks::convert(&self.title_blocks, context));
        if title.is_empty() {
            mrkdwn::plain_text(self.title.or_empty(), Marks::NONE, context, &mut title);
        }
        mrkdwn::marked(title, Mark::Bold)
    }
}

/// Data that an app adds for other apps; entities are also shown to people, as work objects.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Metadata<'a> {
    entities: List<WorkObject<'a>>,
}

impl Metadata<'_> {
    /// Appends what the entities show.
    pub(super) fn push_blocks<'m>(
        &'m self,
        context: &mut Context<'m>,
        out: &mut Vec<ModelBlock<'m>>,
    ) {
        for entity in self.entities.iter() {
            entity.convert(context, out);
        }
    }
}

/// The profile of a bot at the time.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct BotProfile<'a> {
    pub(super) id: Str<'a>,
    pub(super) name: Str<'a>,
    pub(super) app_id: Str<'a>,
    pub(super) user_id: Str<'a>,
}

/// The profile of a person now; the only trace of people of other organisations
/// (crates/readers/src/slack/FORMAT.md trap 26).
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct UserProfile<'a> {
    pub(super) display_name: Str<'a>,
    pub(super) real_name: Str<'a>,
    pub(super) first_name: Str<'a>,
    pub(super) name: Str<'a>,
    pub(super) team: Str<'a>,
    pub(super) is_restricted: Flag,
}

/// The last change.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Edited<'a> {
    pub(super) user: Str<'a>,
    pub(super) ts: SlackTs,
}

/// The copy of the root that a broadcast carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Root<'a> {
    pub(super) user: Str<'a>,
    pub(super) bot_id: Str<'a>,
    pub(super) text: Str<'a>,
}

/// A huddle or call.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Room<'a> {
    pub(super) name: Str<'a>,
    pub(super) created_by: Str<'a>,
    pub(super) date_start: Num,
    pub(super) date_end: Num,
    pub(super) participants: List<Str<'a>>,
    pub(super) participant_history: List<Str<'a>>,
}
