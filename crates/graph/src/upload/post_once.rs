//! Delivers one post exactly once (crates/DECISIONS.md rule 4.2).
//!
//! A post's key is its time: Teams makes it the message's id and refuses a second one. So whenever
//! the outcome of a POST is unknown, and whenever Teams says 409, the message of that id is read:
//!
//! * ours: it is there, nothing more to do;
//! * somebody else's: the post takes the next free millisecond, which goes into the journal first;
//! * none: after a lost answer it is sent again, and if a delayed first one arrives after all, the
//!   second gets the 409; after a 409 it takes the next free millisecond, or is looked up again where
//!   an earlier send of ours may still arrive.

use std::sync::PoisonError;

use bytes::Bytes;
use chatferry_model::post::ChatMessage;
use chatferry_model::{GraphMessageId, Millis};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Run;
use super::error::UploadFailure;
use super::item::{Destination, Item};
use super::resolve::{Outgoing, Probing, SendOptions, prepare};
use crate::client::Failure;
use crate::deferred::with_member;
use crate::fingerprint::{Found, MessageFingerprint};
use crate::journal::{PlannedTime, PostState};
use crate::requests;
use crate::retry::RetryAction;

/// The outcome of a post.
pub(super) struct Delivered {
    pub(super) id: GraphMessageId,
    pub(super) state: PostState,
    /// The reason why it was refused.
    pub(super) reason: Option<String>,
}

impl Delivered {
    fn adopted(id: GraphMessageId) -> Self {
        Self {
            id,
            state: PostState::Adopted,
            reason: None,
        }
    }

    pub(super) fn refused(item: &Item, reason: String) -> Self {
        Self {
            id: item.planned.id(),
            state: PostState::Refused,
            reason: Some(reason),
        }
    }
}

/// The message in Teams at a given time.
enum ExistingMessage {
    Ours,
    Theirs,
    Nothing,
    /// The app may not read messages.
    Unreadable,
}

/// The number of times to look for a message that must be there but is not found, because Teams
/// knows its id: reading may lag behind writing.
const LOOKS_AFTER_CONFLICT: u32 = 6;

/// Delivers `item`, as an answer to `root` if there is one.
pub(super) async fn post_once(
    to: Destination<'_>,
    item: &Item,
    root: Option<GraphMessageId>,
    priority: u64,
) -> Result<Delivered, UploadFailure> {
    let mut id = item.unsure.map_or(item.planned.id(), |row| row.id);
    let mut unsure = item.unsure.is_some();
    if let Some(root) = root
        && root >= id
    {
        // Its root was moved past it; a reply is always later than its root.
        id = to.move_on(item, root)?;
    } else if !unsure && to.run.journal.is_taken_by_moved(to.number, id)? {
        // A post that was sent before has its time in Teams there.
        id = to.move_on(item, id)?;
    }
    let mut fallback = Fallback::new(to.run, item).await;
    let mut tries = 0;
    loop {
        if unsure {
            match to.look(item, root, id, unsure).await? {
                ExistingMessage::Ours => return Ok(Delivered::adopted(id)),
                ExistingMessage::Theirs => {
                    id = to.move_on(item, id)?;
                    unsure = false;
                }
                ExistingMessage::Nothing | ExistingMessage::Unreadable => {}
            }
        }
        let outgoing = match &item.deferred {
            None => Outgoing::as_it_stands(&item.body),
            Some(deferred) => match prepare(to, item, deferred, fallback.options).await? {
                Ok(outgoing) => outgoing,
                Err(unsendable) => return Ok(Delivered::refused(item, unsendable.0)),
            },
        };
        let failure = match to.post(item, &outgoing, root, id, priority).await {
            Ok(id) => {
                fallback.went_through(to, root, id).await?;
                return Ok(Delivered {
                    id,
                    state: PostState::Posted,
                    reason: None,
                });
            }
            Err(failure) => failure,
        };
        if fallback.can_change(&failure, &outgoing) {
            continue;
        }
        let conflict = failure.error.is_conflict();
        match failure.remedy {
            RetryAction::LookUp if conflict => {
                match to.look_after_conflict(item, root, id, unsure).await? {
                    ExistingMessage::Ours => return Ok(Delivered::adopted(id)),
                    _ => id = to.move_on(item, id)?,
                }
                unsure = false;
            }
            RetryAction::LookUp => {
                tries += 1;
                to.run
                    .client
                    .wait_for_unknown(tries, failure, to.run.observer)
                    .await?;
                unsure = true;
            }
            RetryAction::Refuse => {
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

/// The way a post with deferred references is sent: another way, where Teams does not take the
/// first.
struct Fallback<'a> {
    run: &'a Run<'a>,
    options: SendOptions,
    /// True if it tries out what becomes of reactions.
    probing: Option<Probing<'a>>,
    /// The reason why images go as files, if that is what Teams makes of all of them.
    refused_images: Option<String>,
}

impl<'a> Fallback<'a> {
    async fn new(run: &'a Run<'a>, item: &Item) -> Self {
        let (options, probing) = match &item.deferred {
            Some(deferred) => run.resolver.options(deferred).await,
            None => (SendOptions::default(), None),
        };
        Self {
            run,
            options,
            probing,
            refused_images: None,
        }
    }

    /// Returns true if what Teams refused may go through without reactions, or with its images as
    /// files.
    fn can_change(&mut self, failure: &Failure, outgoing: &Outgoing<'_>) -> bool {
        let Some(refusal) = failure.error.refusal() else {
            return false;
        };
        if self.options.reactions && matches!(refusal.status, 400 | 413) {
            self.options.reactions = false;
            if let Some(mut known) = self.probing.take() {
                *known = Some(false);
            }
            return true;
        }
        let refused = match refusal.status {
            // crates/graph/RULES.md R41: what kind of 403 it is, is not said.
            403 => !refusal.says("missing role") && !refusal.says("without extension"),
            // crates/graph/RULES.md G1
            400 => ["invalid request body", "hostedcontent", "hosted content"]
                .into_iter()
                .any(|words| refusal.says(words)),
            status => status == 413,
        };
        if !outgoing.hosted || !refused {
            return false;
        }
        self.options.images_as_files = true;
        if refusal.status == 403 {
            self.refused_images = Some(failure.error.to_string());
        }
        true
    }

    /// The information that other posts get from one that was sent.
    async fn went_through(
        self,
        to: Destination<'_>,
        root: Option<GraphMessageId>,
        id: GraphMessageId,
    ) -> Result<(), UploadFailure> {
        if let Some(reason) = &self.refused_images {
            self.run.resolver.send_images_as_files(self.run, reason);
        }
        if let Some(mut known) = self.probing {
            *known = Some(to.keeps_reactions(root, id).await?);
        }
        Ok(())
    }
}

impl Destination<'_> {
    /// Posts the item; its id in Teams.
    async fn post(
        &self,
        item: &Item,
        outgoing: &Outgoing<'_>,
        root: Option<GraphMessageId>,
        id: GraphMessageId,
        priority: u64,
    ) -> Result<GraphMessageId, Failure> {
        #[derive(Deserialize)]
        struct Posted {
            #[serde(default)]
            id: Option<String>,
        }

        let body = if id == item.planned.id() {
            outgoing.body.clone()
        } else {
            with_time(&outgoing.body, id)
        };
        let call = requests::post_message(self.thread, root, body);
        let answer = self
            .run
            .client
            .call(&call, priority, self.run.observer)
            .await?;
        // Some answers are empty; then the id is what it always is, the time.
        let posted = serde_json::from_slice::<Posted>(&answer.body).ok();
        let created = posted.and_then(|posted| Millis::new(posted.id?.parse().ok()?).ok());
        Ok(created.map_or(id, GraphMessageId::at))
    }

    /// Looks what is there at a time.
    async fn look(
        &self,
        item: &Item,
        root: Option<GraphMessageId>,
        id: GraphMessageId,
        unsure: bool,
    ) -> Result<ExistingMessage, UploadFailure> {
        // A post that was moved there is not this one, however alike the two are.
        if id == item.planned.id() && self.run.journal.is_taken_by_moved(self.number, id)? {
            return Ok(ExistingMessage::Theirs);
        }
        let call = requests::get_message(self.thread, root, id);
        match self
            .run
            .client
            .read::<Found>(&call, self.run.observer)
            .await
        {
            Ok(found) if self.is_ours(&found, item, root, id, unsure)? => {
                self.note_found(item, &found)?;
                Ok(ExistingMessage::Ours)
            }
            Ok(_) => Ok(ExistingMessage::Theirs),
            Err(failure) if failure.remedy == RetryAction::Refuse => {
                match failure.error.refusal().map(|refusal| refusal.status) {
                    Some(404) => Ok(ExistingMessage::Nothing),
                    _ => Ok(ExistingMessage::Unreadable),
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
        id: GraphMessageId,
        unsure: bool,
    ) -> Result<ExistingMessage, UploadFailure> {
        let mut looks = 0;
        loop {
            let there = self.look(item, root, id, unsure).await?;
            looks += 1;
            match there {
                // Somebody's, elsewhere in the channel; or ours, and not to be read yet. Sent
                // once more at another time, it would be there twice for good.
                ExistingMessage::Nothing if unsure && looks < LOOKS_AFTER_CONFLICT => {
                    let wait = std::time::Duration::from_secs(1 << looks);
                    tokio::time::sleep(wait).await;
                }
                ExistingMessage::Nothing if unsure && self.target.route.is_ours_alone() => {
                    return Ok(ExistingMessage::Ours);
                }
                // It can't be told; a message of that key that we may have sent is ours.
                ExistingMessage::Unreadable if unsure => return Ok(ExistingMessage::Ours),
                there => return Ok(there),
            }
        }
    }

    /// Returns true if a message that was found is the one to be delivered.
    ///
    /// After an unsure send that is the message of the same author in the same place at the same
    /// millisecond, whatever its text: no two posts of a target have the same millisecond
    /// (crates/DECISIONS.md rule 4.1), and Graph's `GET` changes texts (crates/graph/RULES.md G20).
    /// One that was never sent has to read the same too (crates/DECISIONS.md rule 4.2).
    fn is_ours(
        &self,
        found: &Found,
        item: &Item,
        root: Option<GraphMessageId>,
        id: GraphMessageId,
        unsure: bool,
    ) -> Result<bool, UploadFailure> {
        let Ok(message) = serde_json::from_slice::<ChatMessage<'_>>(&item.body) else {
            return Ok(false);
        };
        let root = root.map(|root| root.to_string());
        let here = found.id == id.to_string()
            && (found.reply_to_id.is_none() || found.reply_to_id == root);
        if !here || !found.is_by(Some(message.from.user.id)) {
            return Ok(false);
        }
        if unsure {
            return Ok(true);
        }
        let filled = match item.deferred {
            Some(_) => self.run.journal.filled(self.number, item.planned)?,
            None => None,
        };
        let text = filled.map_or_else(
            || MessageFingerprint::sent(&message).text,
            |filled| filled.text,
        );
        Ok(found.reads(text))
    }

    /// Notes what a recognised message leads to and holds: the try that went through may have
    /// known less, or more, than the last one.
    fn note_found(&self, item: &Item, found: &Found) -> Result<(), UploadFailure> {
        if item.deferred.is_none() {
            return Ok(());
        }
        let journal = self.run.journal;
        if let Some(mut filled) = journal.filled(self.number, item.planned)? {
            let fingerprint = found.fingerprint();
            filled.text = fingerprint.text;
            filled.places = fingerprint.places;
            filled.attachments = fingerprint.attachments;
            filled.images &= found.images().next().is_some();
            journal.fill_post(self.number, item.planned, &filled)?;
        }
        Ok(())
    }

    /// Returns true if a message that was sent with reactions has them in Teams.
    async fn keeps_reactions(
        &self,
        root: Option<GraphMessageId>,
        id: GraphMessageId,
    ) -> Result<bool, UploadFailure> {
        #[derive(Deserialize)]
        struct Kept {
            #[serde(default)]
            reactions: Vec<IgnoredAny>,
        }

        let call = requests::get_message(self.thread, root, id);
        match self.run.client.read::<Kept>(&call, self.run.observer).await {
            Ok(kept) => Ok(!kept.reactions.is_empty()),
            Err(failure) if failure.remedy == RetryAction::Abort => Err(failure.into()),
            Err(_) => Ok(false),
        }
    }

    /// The next free millisecond after `id`, in the journal before it is used.
    fn move_on(&self, item: &Item, id: GraphMessageId) -> Result<GraphMessageId, UploadFailure> {
        let journal = self.run.journal;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let after = |id: GraphMessageId| GraphMessageId::at(id.created().plus(1));
        let mut next = after(id);
        while taken.has(next)
            || journal.post(self.number, PlannedTime::of(next))?.is_some()
            || journal.is_taken_by_moved(self.number, next)?
        {
            next = after(next);
        }
        taken.take(next);
        journal.move_post(self.number, item.planned, next)?;
        Ok(next)
    }
}

/// Returns the message with another time and nothing else changed.
fn with_time(body: &Bytes, id: GraphMessageId) -> Bytes {
    let moved = with_member(body, "createdDateTime", &id.created());
    moved.map_or_else(|_| body.clone(), Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_post_says_the_same_at_another_time() {
        let body = Bytes::from_static(
            br#"{"z":1.50,"createdDateTime":"2019-02-04T19:58:15.511Z","x":{"y":[1,"\u00e4"]}}"#,
        );
        let moved = with_time(
            &body,
            GraphMessageId::at(Millis::EPOCH.plus(1_549_310_295_512)),
        );
        assert_eq!(
            &*moved,
            br#"{"z":1.50,"createdDateTime":"2019-02-04T19:58:15.512Z","x":{"y":[1,"\u00e4"]}}"#
        );
    }
}
