//! The posts of a file against what is in Teams.

use std::path::Path;

use chatferry_model::GraphMessageId;
use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::post::{ChatMessage, Post};

use super::images::{Images, Shown};
use super::read_back::{FoundMessage, ReadBack};
use super::{Verified, VerifyError, VerifyFailure};
use crate::codes;
use crate::deferred::DeferredReferences;
use crate::fingerprint::{MessageFingerprint, repeats_inline_code};
use crate::journal::{Journal, PlannedTime, PostState, ResolvedRow, TargetNumber};
use crate::upload::PlannedTarget;

/// The message that should be in Teams.
pub(super) struct Expected<'a> {
    pub(super) path: &'a Path,
    pub(super) journal: &'a Journal,
    pub(super) target: TargetNumber,
}

impl Expected<'_> {
    /// The id in Teams of a post, if it was sent.
    fn id_of(&self, post: GraphMessageId) -> Result<Option<GraphMessageId>, VerifyError> {
        let row = self.journal.post(self.target, PlannedTime::of(post))?;
        Ok(row.filter(|row| row.state.is_there()).map(|row| row.id))
    }
}

/// Compares every post with its message, and notes what is not as it was sent.
pub(super) async fn compare(
    expected: &Expected<'_>,
    found: &ReadBack,
    images: Images<'_>,
    planned: &PlannedTarget,
    findings: &mut Findings,
    progress: impl Fn(u64),
) -> Result<Verified, VerifyFailure> {
    let mut counts = Verified::default();
    let mut reader = JsonlReader::open(expected.path, Format::POSTS)?;
    let key = planned.target().key.as_str();
    while let Some(chunk) = reader.next_chunk()? {
        let mut shown = Vec::new();
        let mut places = Vec::new();
        for (number, line) in chunk.lines() {
            let post: Post<'_, ChatMessage<'_>> = chunk.parse(number, line)?;
            let place = Place {
                file: Some(key.into()),
                conversation: Some(post.source.conversation.as_str().into()),
                ts: Some(post.source.message.as_str().into()),
            };
            let mut note = |code: &'static Code, words: String| {
                findings.note(Stage::Verify, code, place.clone(), words);
            };
            counts.posts += 1;
            let planned = PlannedTime::of(post.id);
            let journal = expected.journal;
            let row = journal.post(expected.target, planned)?;
            let (id, changed) = match row {
                Some(row) if row.state.is_there() => (row.id, row.changed),
                Some(row) if row.state == PostState::Refused => {
                    counts.refused += 1;
                    note(&codes::VERIFY_REFUSED, post.id.to_string());
                    continue;
                }
                Some(row) if row.state == PostState::Withheld => {
                    counts.withheld += 1;
                    continue;
                }
                _ => {
                    counts.unfinished += 1;
                    continue;
                }
            };
            let Some(there) = found.take(id)? else {
                counts.missing += 1;
                note(&codes::VERIFY_MISSING, format!("message {id}"));
                continue;
            };
            let root = match post.reply_to {
                Some(root) => expected.id_of(root)?,
                None => None,
            };
            if there.deleted {
                counts.deleted += 1;
                note(&codes::VERIFY_DELETED, format!("message {id}"));
                continue;
            }
            let filled = match DeferredReferences::of(&post) {
                Some(_) => journal.filled(expected.target, planned)?,
                None => None,
            };
            let mut filled = filled;
            if changed {
                // Teams has the words of an older export, which is as it should be.
                filled = Some(ResolvedRow {
                    text: there.text,
                    places: there.places,
                    attachments: there.attachments,
                    ..ResolvedRow::default()
                });
            }
            if differs(&post, filled.as_ref(), id, root, &there, &mut note) {
                counts.different += 1;
                continue;
            }
            counts.equal += 1;
            if filled.is_some_and(|filled| filled.images) {
                let content = &post.body.body.content;
                shown.push(Shown::new(content, &post.images, there.images));
                places.push((id, place.into_owned()));
            }
        }
        for (differs, (id, place)) in images.differ(&shown).await?.into_iter().zip(places) {
            if let Some(words) = differs {
                counts.equal -= 1;
                counts.different += 1;
                let words = format!("message {id}: {words}");
                findings.note(Stage::Verify, &codes::VERIFY_IMAGE, place, words);
            }
        }
        progress(chunk.records());
    }
    for id in expected.journal.vanished(expected.target)? {
        // It was uploaded from an older export.
        found.take(id)?;
    }
    let (extra, ids) = found.rest()?;
    counts.extra = extra;
    for id in ids {
        let place = Place {
            file: Some(key.into()),
            ts: Some(id.to_string().into()),
            ..Place::default()
        };
        findings.note(
            Stage::Verify,
            &codes::VERIFY_EXTRA,
            place,
            format!("message of {}", id.created()),
        );
    }
    Ok(counts)
}

/// Returns true if a message is not as it was sent; `note` is told in what.
fn differs(
    post: &Post<'_, ChatMessage<'_>>,
    filled: Option<&ResolvedRow>,
    id: GraphMessageId,
    root: Option<GraphMessageId>,
    there: &FoundMessage,
    note: &mut impl FnMut(&'static Code, String),
) -> bool {
    let mut sent = MessageFingerprint::sent(&post.body);
    if let Some(filled) = filled {
        sent.text = filled.text;
        sent.places = filled.places;
        sent.attachments = filled.attachments;
    }
    let mut different = false;
    let mut unequal = |equal: bool, code: &'static Code, words: String| {
        if !equal {
            different = true;
            note(code, words);
        }
    };
    let author = there
        .author
        .map_or_else(|| "nobody".to_owned(), |author| author.to_string());
    unequal(
        there.author == sent.author,
        &codes::VERIFY_AUTHOR,
        format!("message {id}: {author}"),
    );
    unequal(
        there.reads(sent.text),
        &codes::VERIFY_TEXT,
        format!("message {id}"),
    );
    unequal(
        there.attachments == sent.attachments,
        &codes::VERIFY_ATTACHMENTS,
        format!("message {id}"),
    );
    unequal(
        there.places == sent.places,
        &codes::VERIFY_LINKS,
        format!("message {id}"),
    );
    unequal(
        there.root == root,
        &codes::VERIFY_ROOT,
        match there.root {
            Some(root) => format!("message {id} answers {root}"),
            None => format!("message {id} answers none"),
        },
    );
    unequal(
        there.created == Some(id.created()),
        &codes::VERIFY_TIME,
        format!("message {id}"),
    );
    if there.repeats_inline_code && !repeats_inline_code(&post.body.body.content) {
        note(&codes::VERIFY_CODE_MISREAD, format!("message {id}"));
    }
    different
}
