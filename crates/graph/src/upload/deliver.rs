//! Delivers one post exactly once (design.md rule 4.2).
//!
//! A post's key is its time: Teams makes it the message's id and refuses a second one. So whenever
//! the outcome of a POST is unknown, and whenever Teams says 409, the message of that id is read:
//!
//! * ours: it is there, nothing more to do;
//! * somebody else's: the post takes the next free millisecond, which goes into the journal first;
//! * none: it is sent (again). If a delayed first one arrives after all, the second gets the 409.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chatferry_model::post::ChatMessage;
use chatferry_model::{GraphMessageId, Millis};
use serde::Deserialize;

use super::{Run, Trouble};
use crate::client::Failure;
use crate::journal::{PostRow, PostState};
use crate::likeness::{Found, Likeness};
use crate::requests::{self, Thread};
use crate::retry::Remedy;

/// A post to be delivered.
pub(super) struct Item {
    /// Its time in 3-render, in ms.
    pub(super) planned: i64,
    /// The time of the root it answers, in 3-render.
    pub(super) root: Option<i64>,
    pub(super) body: Bytes,
    /// Set when an earlier run may have sent it.
    pub(super) unsure: Option<PostRow>,
    pub(super) conversation: Box<str>,
    pub(super) message: Box<str>,
}

/// What became of a post.
pub(super) struct Delivered {
    /// Its time in Teams, in ms.
    pub(super) id: i64,
    pub(super) state: PostState,
    /// Why it was refused.
    pub(super) reason: Option<String>,
}

impl Delivered {
    pub(super) fn refused(item: &Item, reason: String) -> Self {
        Self {
            id: item.planned,
            state: PostState::Refused,
            reason: Some(reason),
        }
    }
}

/// Where posts go.
#[derive(Clone, Copy)]
pub(super) struct Destination<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) thread: &'a Thread,
    pub(super) target: i64,
    pub(super) planned: &'a Mutex<Planned>,
}

/// Times that a moved post must not take.
#[derive(Default)]
pub(super) struct Planned {
    /// Those of the last chunks that were read.
    earlier: Vec<i64>,
    latest: Vec<i64>,
    /// Those that moved posts took in this run.
    moved: BTreeSet<i64>,
}

impl Planned {
    /// The times of the next chunk.
    pub(super) fn read(&mut self, ids: Vec<i64>) {
        self.earlier = std::mem::replace(&mut self.latest, ids);
    }

    fn has(&self, id: i64) -> bool {
        self.earlier.binary_search(&id).is_ok()
            || self.latest.binary_search(&id).is_ok()
            || self.moved.contains(&id)
    }
}

/// What is in Teams at a time.
enum There {
    Ours,
    Theirs,
    Nothing,
    /// The app may not read messages.
    Unreadable,
}

/// How often to look for a message that must be there but is not found, because Teams knows its
/// id: reading may lag behind writing.
const LOOKS_AFTER_CONFLICT: u32 = 4;

/// Delivers `item`, as an answer to `root` if there is one.
pub(super) async fn deliver(
    to: Destination<'_>,
    item: &Item,
    root: Option<GraphMessageId>,
    priority: u64,
) -> Result<Delivered, Trouble> {
    let mut id = item.unsure.map_or(item.planned, |row| row.id);
    let mut unsure = item.unsure.is_some();
    if let Some(root) = root
        && root.created().as_millis() >= id
    {
        // Its root was moved past it; a reply is always later than its root.
        id = to.move_on(item, root.created().as_millis())?;
    }
    let mut tries = 0;
    loop {
        if unsure {
            match to.look(item, root, id).await? {
                There::Ours => {
                    return Ok(Delivered {
                        id,
                        state: PostState::Adopted,
                        reason: None,
                    });
                }
                There::Theirs => {
                    id = to.move_on(item, id)?;
                    unsure = false;
                }
                There::Nothing | There::Unreadable => {}
            }
        }
        let failure = match to.post(item, root, id, priority).await {
            Ok(id) => {
                return Ok(Delivered {
                    id,
                    state: PostState::Posted,
                    reason: None,
                });
            }
            Err(failure) => failure,
        };
        let conflict = failure
            .error
            .refusal()
            .is_some_and(|refusal| refusal.status == 409);
        match failure.remedy {
            Remedy::LookUp if conflict => {
                match to.look_after_conflict(item, root, id, unsure).await? {
                    There::Ours => {
                        return Ok(Delivered {
                            id,
                            state: PostState::Adopted,
                            reason: None,
                        });
                    }
                    _ => id = to.move_on(item, id)?,
                }
                unsure = false;
            }
            Remedy::LookUp => {
                tries += 1;
                to.run
                    .client
                    .wait_for_unknown(tries, failure, to.run.observer)
                    .await?;
                unsure = true;
            }
            Remedy::Refuse => {
                let reason = failure.error.to_string();
                return Ok(Delivered {
                    id,
                    state: PostState::Refused,
                    reason: Some(reason),
                });
            }
            _ => return Err(failure.into()),
        }
    }
}

impl Destination<'_> {
    /// Posts the item; its id in Teams.
    async fn post(
        &self,
        item: &Item,
        root: Option<GraphMessageId>,
        id: i64,
        priority: u64,
    ) -> Result<i64, Failure> {
        #[derive(Deserialize)]
        struct Posted {
            #[serde(default)]
            id: Option<String>,
        }

        let body = if id == item.planned {
            item.body.clone()
        } else {
            with_time(&item.body, id)
        };
        let call = requests::post_message(self.thread, root, body);
        let answer = self
            .run
            .client
            .call(&call, priority, self.run.observer)
            .await?;
        // Some answers are empty; then the id is what it always is, the time.
        let posted = serde_json::from_slice::<Posted>(&answer.body).ok();
        Ok(posted
            .and_then(|posted| posted.id?.parse().ok())
            .unwrap_or(id))
    }

    /// Looks what is there at a time.
    async fn look(
        &self,
        item: &Item,
        root: Option<GraphMessageId>,
        id: i64,
    ) -> Result<There, Trouble> {
        // A post that was moved there is not this one, however alike the two are.
        if id == item.planned && self.run.journal.is_taken_by_moved(self.target, id)? {
            return Ok(There::Theirs);
        }
        let key = message_id(id)?;
        let call = requests::get_message(self.thread, root, key);
        match self
            .run
            .client
            .read::<Found>(&call, self.run.observer)
            .await
        {
            Ok(found) => Ok(if is_ours(&found, item, root, key) {
                There::Ours
            } else {
                There::Theirs
            }),
            Err(failure) if failure.remedy == Remedy::Refuse => {
                match failure.error.refusal().map(|refusal| refusal.status) {
                    Some(404) => Ok(There::Nothing),
                    _ => Ok(There::Unreadable),
                }
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// Looks what is there after Teams said that something is.
    async fn look_after_conflict(
        &self,
        item: &Item,
        root: Option<GraphMessageId>,
        id: i64,
        unsure: bool,
    ) -> Result<There, Trouble> {
        let mut looks = 0;
        loop {
            let there = self.look(item, root, id).await?;
            looks += 1;
            match there {
                // Somebody's, elsewhere in the channel; or ours, and not to be read yet.
                There::Nothing if unsure && looks < LOOKS_AFTER_CONFLICT => {
                    let wait = std::time::Duration::from_secs(1 << looks);
                    tokio::time::sleep(wait).await;
                }
                // It can't be told; a message of that key that we may have sent is ours.
                There::Unreadable if unsure => return Ok(There::Ours),
                there => return Ok(there),
            }
        }
    }

    /// The next free millisecond after `id`, in the journal before it is used.
    fn move_on(&self, item: &Item, id: i64) -> Result<i64, Trouble> {
        let journal = self.run.journal;
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = id + 1;
        while planned.has(next)
            || journal.post(self.target, next)?.is_some()
            || journal.is_taken_by_moved(self.target, next)?
        {
            next += 1;
        }
        planned.moved.insert(next);
        journal.move_post(self.target, item.planned, next)?;
        Ok(next)
    }
}

fn message_id(id: i64) -> Result<GraphMessageId, Trouble> {
    let created = Millis::new(id).map_err(|error| Trouble::Failed(error.to_string()))?;
    Ok(GraphMessageId::at(created))
}

/// Whether a message that was found is the one to be delivered.
fn is_ours(found: &Found, item: &Item, root: Option<GraphMessageId>, key: GraphMessageId) -> bool {
    let root = root.map(|root| root.to_string());
    let Ok(message) = serde_json::from_slice::<ChatMessage<'_>>(&item.body) else {
        return false;
    };
    found.id == key.to_string()
        && found.is(Likeness::sent(&message))
        && (found.reply_to_id.is_none() || found.reply_to_id == root)
}

/// The same message at another time; everything else stays as it is.
fn with_time(body: &Bytes, id: i64) -> Bytes {
    let moved = || {
        let mut message: serde_json::Map<_, _> = serde_json::from_slice(body).ok()?;
        let created = Millis::new(id).ok()?;
        message.insert("createdDateTime".to_owned(), created.to_string().into());
        serde_json::to_vec(&message).ok()
    };
    moved().map_or_else(|| body.clone(), Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_post_says_the_same_at_another_time() {
        let body = Bytes::from_static(
            br#"{"createdDateTime":"2019-02-04T19:58:15.511Z","x":{"y":[1,"\u00e4"]}}"#,
        );
        let moved = with_time(&body, 1_549_310_295_512);
        assert_eq!(
            &*moved,
            r#"{"createdDateTime":"2019-02-04T19:58:15.512Z","x":{"y":[1,"ä"]}}"#.as_bytes()
        );
    }

    #[test]
    fn taken_times_are_stepped_over() {
        let mut planned = Planned::default();
        planned.read(vec![1, 2]);
        planned.read(vec![5, 6]);
        assert!(planned.has(2) && planned.has(5) && !planned.has(3));
        planned.read(vec![9]);
        assert!(!planned.has(2), "only the last two chunks are kept");
    }
}
