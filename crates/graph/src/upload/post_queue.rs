//! Fills a channel or chat: streams its posts, keeps several under way, and a reply behind its
//! root.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chatferry_model::GraphMessageId;
use chatferry_model::finding::Place;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::post::Post;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::value::RawValue;

use super::Run;
use super::delta;
use super::error::UploadFailure;
use super::input::PlannedTarget;
use super::item::{Destination, Item, TakenTimes};
use super::post_once::{Delivered, post_once};
use crate::codes;
use crate::deferred::DeferredReferences;
use crate::journal::{PlannedTime, PostRow, PostState, TargetNumber, TargetRow};
use crate::observer::Event;
use crate::requests::Thread;

/// Intents that are put on disk together: few enough to be looked up soon after a crash, many
/// enough to cost little.
const INTENTS_AT_ONCE: usize = 32;

/// Intents without a result that there may be at most: beyond these, a reply waits for its root.
const MOST_INTENTS: usize = 2 * INTENTS_AT_ONCE;

/// The bytes of a target's posts that are read at a time, in bytes: about what [`MOST_INTENTS`]
/// take, for many targets are filled at once.
const CHUNK_BYTES: usize = 32 * 1024;

/// Sends every post of a target that is not through yet.
pub(super) async fn post_queue(
    run: &Run<'_>,
    planned: &PlannedTarget,
    row: &TargetRow,
    thread: &Thread,
) -> Result<(), UploadFailure> {
    let number = row.number;
    let path = run.folder.posts(&planned.target().key);
    let taken = Mutex::new(TakenTimes::default());
    let destination = Destination {
        run,
        target: planned,
        thread,
        number,
        taken: &taken,
    };
    let mut queue = Queue {
        number,
        reader: JsonlReader::open_in_chunks(&path, Format::POSTS, CHUNK_BYTES)?,
        items: VecDeque::new(),
        intended: 0,
        ended: false,
    };
    let mut left = planned.summary.posts;
    let mut under_way = HashSet::new();
    let mut flights = FuturesUnordered::new();
    loop {
        left = left.saturating_sub(queue.refill(run, &taken)?);
        while flights.len() < run.client.config().limits.window.max(1) {
            let Some(item) = queue.next(run, &under_way)? else {
                break;
            };
            let root = match root_of(run, number, &item)? {
                Ok(root) => root,
                Err(reason) => {
                    let refused = Delivered::refused(&item, reason);
                    settle(
                        run,
                        planned,
                        number,
                        &item,
                        &refused,
                        &codes::UPLOAD_ROOT_REFUSED,
                    )?;
                    left = left.saturating_sub(1);
                    continue;
                }
            };
            under_way.insert(item.planned);
            let priority = left + planned.successors;
            flights.push(async move {
                let delivered = post_once(destination, &item, root, priority).await;
                (item, delivered)
            });
        }
        let Some((item, delivered)) = flights.next().await else {
            if queue.is_done() {
                return Ok(());
            }
            continue;
        };
        under_way.remove(&item.planned);
        let delivered = delivered?;
        settle(
            run,
            planned,
            number,
            &item,
            &delivered,
            &codes::UPLOAD_POST_REFUSED,
        )?;
        left = left.saturating_sub(1);
    }
}

/// The posts of a target that are still to be sent, in order.
struct Queue {
    number: TargetNumber,
    reader: JsonlReader,
    items: VecDeque<Item>,
    /// The number of posts at the front that the journal holds as intended.
    intended: usize,
    ended: bool,
}

impl Queue {
    /// Reads on when little is left. How many posts were passed over because they are through.
    fn refill(&mut self, run: &Run<'_>, taken: &Mutex<TakenTimes>) -> Result<u64, UploadFailure> {
        let mut passed = 0;
        while !self.ended && self.items.len() < MOST_INTENTS {
            let Some(chunk) = self.reader.next_chunk()? else {
                self.ended = true;
                break;
            };
            let mut posts = Vec::new();
            for (number, line) in chunk.lines() {
                posts.push(chunk.parse::<Post<'_, &RawValue>>(number, line)?);
            }
            let (Some(first), Some(last)) = (posts.first(), posts.last()) else {
                continue;
            };
            let (first, last) = (PlannedTime::of(first.id), PlannedTime::of(last.id));
            let known = run.journal.posts_between(self.number, first, last)?;
            for post in &posts {
                let known = known.get(&PlannedTime::of(post.id)).copied();
                let through =
                    |known: PostRow| known.state.is_there() || known.state == PostState::Withheld;
                if known.is_some_and(through) {
                    passed += 1;
                    continue;
                }
                self.items.push_back(Item {
                    planned: PlannedTime::of(post.id),
                    root: post.reply_to.map(PlannedTime::of),
                    body: Bytes::copy_from_slice(post.body.get().as_bytes()),
                    deferred: DeferredReferences::of(post),
                    unsure: known.filter(|known| known.state == PostState::Intended),
                    origin: delta::origin(post),
                    conversation: post.source.conversation.as_str().into(),
                    message: post.source.message.as_str().into(),
                });
            }
            let ids = posts.iter().map(|post| post.id).collect();
            taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .read(ids);
        }
        Ok(passed)
    }

    /// Puts the next few on disk as intended; whether there were any.
    fn intend(&mut self, run: &Run<'_>) -> Result<bool, UploadFailure> {
        let next = self.items.iter().skip(self.intended).take(INTENTS_AT_ONCE);
        let planned: Vec<_> = next.map(|item| (item.planned, item.origin)).collect();
        if planned.is_empty() {
            return Ok(false);
        }
        run.journal.intend(self.number, &planned)?;
        self.intended += planned.len();
        Ok(true)
    }

    /// The first intended post that can be sent now: a root, or a reply whose root is not under
    /// way. Roots stand before their replies, so no reply overtakes its root.
    fn next(
        &mut self,
        run: &Run<'_>,
        under_way: &HashSet<PlannedTime>,
    ) -> Result<Option<Item>, UploadFailure> {
        let can_go = |item: &Item| item.root.is_none_or(|root| !under_way.contains(&root));
        loop {
            if let Some(at) = self.items.iter().take(self.intended).position(can_go) {
                self.intended -= 1;
                return Ok(self.items.remove(at));
            }
            if self.intended >= MOST_INTENTS || !self.intend(run)? {
                return Ok(None);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.ended && self.items.is_empty()
    }
}

/// The id in Teams of the root that an item answers; or why it has none.
fn root_of(
    run: &Run<'_>,
    number: TargetNumber,
    item: &Item,
) -> Result<Result<Option<GraphMessageId>, String>, UploadFailure> {
    let Some(root) = item.root else {
        return Ok(Ok(None));
    };
    Ok(match run.journal.post(number, root)? {
        Some(PostRow { id, state, .. }) if state.is_there() => Ok(Some(id)),
        Some(_) => Err("the post it answers was refused".to_owned()),
        None => Err("the post it answers does not stand before it".to_owned()),
    })
}

/// Notes what became of a post.
fn settle(
    run: &Run<'_>,
    planned: &PlannedTarget,
    number: TargetNumber,
    item: &Item,
    delivered: &Delivered,
    refused: &'static chatferry_model::finding::Code,
) -> Result<(), UploadFailure> {
    let row = PostRow::at(delivered.id, delivered.state);
    run.journal
        .settle(number, item.planned, row, delivered.reason.as_deref())?;
    let place = || Place {
        conversation: Some((&*item.conversation).into()),
        ts: Some((&*item.message).into()),
        ..planned.finding_place()
    };
    if delivered.state == PostState::Refused {
        run.note(
            refused,
            place(),
            delivered.reason.clone().unwrap_or_default(),
        );
    } else if delivered.id != item.planned.id() {
        let words = format!(
            "stands at {}, because {} was taken",
            delivered.id.created(),
            item.planned.id().created()
        );
        run.note(&codes::UPLOAD_MOVED, place(), words);
    }
    run.sent
        .fetch_add(u64::from(delivered.state.is_there()), Ordering::Relaxed);
    run.observer.event(Event::Progress {
        target: &planned.target().key,
        posts: 1,
    });
    Ok(())
}
