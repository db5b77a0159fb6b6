//! The scopes whose budgets a call uses.
//!
//! | calls | limiters (crates/graph/RULES.md 2.1, 2.2) |
//! |---|---|
//! | posts into a channel | 5 a second for the channel; the team's; 50 for the app |
//! | posts into a chat | 5 a second for the chat; 20 for the app |
//! | reads of messages | 20 a second for the thread, and for the app; other calls |
//! | changes of members | 4 a minute for the team, channel or chat; other calls |
//! | other calls on a channel or chat | 1 a second for it; other calls |
//! | calls that make or list a team's channels | the team's; other calls |
//! | creations of teams | 10 a second; other calls |
//! | calls about files | 10 a second, a figure of ours: SharePoint's are not published |
//! | other calls | 30 a second |

use std::sync::Arc;

use tokio::time::Instant;

use super::rate_limiter::RateLimiter;
use chatferry_model::limits::{Limits, Rate};

/// Creations of teams a second (crates/graph/RULES.md 2.2).
const TEAMS: f64 = 10.0;
/// Calls on one channel or chat a second that are neither posts nor reads of them
/// (crates/graph/RULES.md 2.2).
const ON_THREAD: f64 = 1.0;

/// The scope whose budget a call uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// A post into a channel of a team.
    ChannelPost {
        /// The team.
        team: Arc<str>,
        /// The channel.
        channel: Arc<str>,
    },
    /// A post into that chat.
    ChatPost(Arc<str>),
    /// A read of messages of that channel or chat.
    MessageRead(Arc<str>),
    /// A change of the members of that team, channel or chat.
    Members(Arc<str>),
    /// Another call on that channel or chat.
    Thread(Arc<str>),
    /// A call that makes or lists channels of that team.
    Team(Arc<str>),
    /// The creation of a team.
    CreateTeam,
    /// A call about files, which SharePoint answers.
    Files,
    /// Anything else.
    Other,
}

/// The budget of a limiter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Budget {
    Posts(Arc<str>),
    Team(Arc<str>),
    ChannelPosts,
    ChatPosts,
    ThreadReads(Arc<str>),
    Reads,
    Members(Arc<str>),
    Thread(Arc<str>),
    Teams,
    Files,
    Others,
}

impl Scope {
    pub(crate) fn members(of: &str) -> Self {
        Self::Members(of.into())
    }

    pub(crate) fn thread(thread: &str) -> Self {
        Self::Thread(thread.into())
    }

    pub(crate) fn team(team: &str) -> Self {
        Self::Team(team.into())
    }

    /// The scope's limiters, narrow to wide.
    pub(super) fn budgets(&self) -> Vec<Budget> {
        use Budget::{
            ChannelPosts, ChatPosts, Members, Others, Posts, Reads, Team, Teams, Thread,
            ThreadReads,
        };
        match self {
            Self::ChannelPost { team, channel } => {
                vec![Posts(channel.clone()), Team(team.clone()), ChannelPosts]
            }
            Self::ChatPost(chat) => vec![Posts(chat.clone()), ChatPosts],
            Self::MessageRead(thread) => vec![ThreadReads(thread.clone()), Reads, Others],
            Self::Members(of) => vec![Members(of.clone()), Others],
            Self::Thread(thread) => vec![Thread(thread.clone()), Others],
            Self::Team(team) => vec![Team(team.clone()), Others],
            Self::CreateTeam => vec![Teams, Others],
            // SharePoint throttles by itself (crates/graph/RULES.md 2.3).
            Self::Files => vec![Budget::Files],
            Self::Other => vec![Others],
        }
    }
}

impl Budget {
    /// A new limiter for it.
    pub(super) fn limiter(&self, limits: &Limits, now: Instant) -> RateLimiter {
        let rate = |rate| RateLimiter::new(rate, None, now);
        match self {
            Self::Posts(_) => rate(limits.channel_posts),
            Self::Team(_) => RateLimiter::new(Rate::UNLIMITED, Some(limits.team_posts), now),
            Self::ChannelPosts => rate(limits.app_channel_posts),
            Self::ChatPosts => rate(limits.app_chat_posts),
            Self::ThreadReads(_) | Self::Reads => rate(limits.message_reads),
            Self::Members(_) => RateLimiter::by_the_minute(limits.member_changes, now),
            // Where the others have no limit, these have none either.
            Self::Thread(_) => rate(limits.other_calls.at_most(ON_THREAD)),
            Self::Teams => rate(limits.other_calls.at_most(TEAMS)),
            Self::Files => rate(limits.file_calls),
            Self::Others => rate(limits.other_calls),
        }
    }
}
