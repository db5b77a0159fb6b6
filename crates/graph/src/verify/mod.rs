//! Reads Teams back and compares it with what was sent, post by post.
//!
//! What a channel holds is gathered in a temporary table on disk, because Graph lists messages in
//! an order of its own; then the posts' file is streamed past it. Memory stays flat.

mod compare;
mod history;
mod images;
mod read_back;

use std::path::Path;

use chatferry_model::TargetKey;
use chatferry_model::finding::{Findings, Stage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::JsonlError;
use chatferry_model::selection::Selection;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio::time::{Duration, Instant, sleep};

use crate::client::{Client, Failure};
use crate::codes;
use crate::error::GraphError;
use crate::journal::{Journal, JournalError, TargetRow, TargetState};
use crate::observer::{Event, Observer};
use crate::requests::Thread;
use crate::retry::RetryAction;
use crate::upload::{Input, PlannedTarget, UploadError};

/// Targets that are read at the same time; the budget for reads is shared anyway.
const TARGETS_AT_ONCE: usize = 8;
/// The time after its upload in which a target may still lack messages in lists, in ms.
const FRESH_MS: i64 = 120_000;
/// The waits before looking at such a target once more.
const SETTLING: Duration = Duration::from_secs(20);

/// The options of comparing.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The conversations that are compared.
    pub selection: Selection,
}

/// The result of the comparison.
#[derive(Debug)]
pub struct VerifyReport {
    /// The targets, longest first.
    pub targets: Vec<TargetVerified>,
    /// All of them together.
    pub totals: Verified,
    /// The time it took, in seconds.
    pub seconds: f64,
    /// Requests sent to Graph.
    pub calls: u64,
    /// The posts that are not as they were sent.
    pub findings: Findings,
}

impl VerifyReport {
    /// Returns true if all posts are in Teams as they were sent, but for those that were held back.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        let Verified {
            missing,
            different,
            deleted,
            refused,
            unfinished,
            ..
        } = self.totals;
        missing + different + deleted + refused + unfinished == 0
    }
}

/// A target's comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetVerified {
    /// The key.
    pub key: TargetKey<'static>,
    /// The name in Teams.
    pub name: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Verified,
}

/// Counts of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Posts in the file.
    pub posts: u64,
    /// Messages in Teams that are as they were sent.
    pub equal: u64,
    /// Messages in Teams that differ in author, text, root or time.
    pub different: u64,
    /// Posts that were sent but are not in Teams.
    pub missing: u64,
    /// Messages in Teams that are marked as deleted.
    pub deleted: u64,
    /// Posts that Graph refused when they were sent.
    pub refused: u64,
    /// Posts that were held back: further parts of a message that was uploaded before in fewer.
    pub withheld: u64,
    /// Posts that were not sent yet.
    pub unfinished: u64,
    /// Messages in Teams that were not sent from here.
    pub extra: u64,
}

impl Verified {
    fn add(&mut self, other: &Self) {
        self.posts += other.posts;
        self.equal += other.equal;
        self.different += other.different;
        self.missing += other.missing;
        self.deleted += other.deleted;
        self.refused += other.refused;
        self.withheld += other.withheld;
        self.unfinished += other.unfinished;
        self.extra += other.extra;
    }
}

/// The reason why nothing can be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Nothing was uploaded yet.
    #[error("nothing was uploaded yet")]
    NothingUploaded,
    /// `3-render` can't be used, or the upload of it neither.
    #[error(transparent)]
    Input(#[from] UploadError),
    /// A file of posts can't be read.
    #[error(transparent)]
    Posts(#[from] JsonlError),
    /// The journal can't be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Graph can't be reached, or the app may not read.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The temporary table can't be used.
    #[error("the temporary file for comparing: {0}")]
    Temporary(#[from] rusqlite::Error),
}

impl VerifyError {
    /// Returns the remedy, where it is known: one sentence.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::NothingUploaded => Some("Run chatferry upload first."),
            Self::Input(error) => error.remedy(),
            Self::Graph(error) => error.remedy(),
            Self::Posts(_) | Self::Journal(_) | Self::Temporary(_) => None,
        }
    }
}

/// The reason why a target can't be compared: by itself, or because nothing can.
enum VerifyFailure {
    Abort(VerifyError),
    Unreadable(GraphError),
}

impl<E: Into<VerifyError>> From<E> for VerifyFailure {
    fn from(error: E) -> Self {
        Self::Abort(error.into())
    }
}

impl From<Failure> for VerifyFailure {
    fn from(failure: Failure) -> Self {
        match failure.remedy {
            RetryAction::Abort => Self::Abort(failure.error.into()),
            _ => Self::Unreadable(failure.error),
        }
    }
}

/// Reads back what the journal in `upload_dir` says was uploaded from `folder`, and compares.
///
/// # Errors
/// When files or the journal can't be used, Graph can't be reached, or the app may not read.
pub async fn verify(
    client: &Client,
    folder: &RenderFolder,
    upload_dir: &Path,
    options: &VerifyOptions,
    observer: &dyn Observer,
) -> Result<VerifyReport, VerifyError> {
    let (started, calls) = (Instant::now(), client.calls());
    let input = Input::load(folder, &options.selection)?;
    let journal = Journal::read(upload_dir)?.ok_or(VerifyError::NothingUploaded)?;
    let verifying = Verifying {
        client,
        folder,
        journal: &journal,
        observer,
    };
    let selected = input.targets.iter().filter(|planned| planned.selected);
    let mut compared = stream::iter(selected)
        .map(|planned| verifying.target(planned))
        .buffered(TARGETS_AT_ONCE);
    let mut report = VerifyReport {
        targets: Vec::new(),
        totals: Verified::default(),
        seconds: 0.0,
        calls: 0,
        findings: Findings::default(),
    };
    while let Some(target) = compared.next().await {
        let (target, findings) = target?;
        report.totals.add(&target.counts);
        report.targets.push(target);
        report.findings.append(findings);
    }
    drop(compared);
    report.seconds = started.elapsed().as_secs_f64();
    report.calls = client.calls() - calls;
    Ok(report)
}

/// The context of comparing a target.
struct Verifying<'a> {
    client: &'a Client,
    folder: &'a RenderFolder,
    journal: &'a Journal,
    observer: &'a dyn Observer,
}

impl Verifying<'_> {
    async fn target(
        &self,
        planned: &PlannedTarget,
    ) -> Result<(TargetVerified, Findings), VerifyError> {
        let key = &planned.target().key;
        let posts = planned.summary.posts;
        self.observer.event(Event::TargetStarted {
            target: key,
            posts,
            already: 0,
        });
        let row = self.journal.target(key.as_str())?;
        let thread = match &row {
            Some(row) => self.thread(row)?,
            None => None,
        };
        let mut findings = Findings::default();
        let place = || planned.finding_place();
        let counts = match (row, thread) {
            (Some(row), Some(thread)) if row.state >= TargetState::Created => {
                if row.state < TargetState::Posted {
                    let words = "its upload is not through";
                    findings.note(Stage::Verify, &codes::VERIFY_UNFINISHED, place(), words);
                }
                match self.compare_settled(planned, &row, &thread).await {
                    Ok((counts, differences)) => {
                        findings.append(differences);
                        counts
                    }
                    Err(VerifyFailure::Abort(error)) => return Err(error),
                    Err(VerifyFailure::Unreadable(error)) => {
                        let words = error.to_string();
                        findings.note(Stage::Verify, &codes::VERIFY_UNREADABLE, place(), words);
                        Verified {
                            posts,
                            missing: posts,
                            ..Verified::default()
                        }
                    }
                }
            }
            _ => {
                let words = "its upload was not begun";
                findings.note(Stage::Verify, &codes::VERIFY_UNFINISHED, place(), words);
                Verified {
                    posts,
                    unfinished: posts,
                    ..Verified::default()
                }
            }
        };
        self.observer.event(Event::TargetDone { target: key });
        let name = planned.name().to_owned();
        Ok((
            TargetVerified {
                key: key.clone(),
                name,
                counts,
            },
            findings,
        ))
    }

    /// Returns the place where a target is in Teams, if it is.
    fn thread(&self, row: &TargetRow) -> Result<Option<Thread>, VerifyError> {
        let Some(id) = row.thread.as_deref() else {
            return Ok(None);
        };
        let Some(team) = row.team.as_deref() else {
            return Ok(Some(Thread::chat(id)));
        };
        let team = self.journal.team_row(team)?.and_then(|row| row.id);
        Ok(team.map(|team| Thread::channel(&team, id)))
    }

    /// Compares, and looks once more where messages of an upload that ended just now are missing:
    /// lists may lag behind.
    async fn compare_settled(
        &self,
        planned: &PlannedTarget,
        row: &TargetRow,
        thread: &Thread,
    ) -> Result<(Verified, Findings), VerifyFailure> {
        let now = self.client.clock().now();
        let is_fresh = row.completed.is_some_and(|at| now < at.plus(FRESH_MS));
        let mut findings = Findings::default();
        let progress = |posts| {
            let target = &planned.target().key;
            self.observer.event(Event::Progress { target, posts });
        };
        let counts = self
            .compare(planned, row, thread, &mut findings, progress)
            .await?;
        if counts.missing == 0 || !is_fresh {
            return Ok((counts, findings));
        }
        sleep(SETTLING).await;
        let mut findings = Findings::default();
        let counts = self
            .compare(planned, row, thread, &mut findings, |_| {})
            .await?;
        Ok((counts, findings))
    }

    async fn compare(
        &self,
        planned: &PlannedTarget,
        row: &TargetRow,
        thread: &Thread,
        findings: &mut Findings,
        progress: impl Fn(u64),
    ) -> Result<Verified, VerifyFailure> {
        let path = self.folder.posts(&planned.target().key);
        let expected = compare::Expected {
            path: &path,
            journal: self.journal,
            target: row.number,
        };
        let found = read_back::read(self.client, self.observer, thread).await?;
        let folder = self.folder.images();
        let images = images::Images {
            client: self.client,
            observer: self.observer,
            thread,
            folder: &folder,
        };
        if let Some(chat) = planned.chat() {
            history::check(self.client, self.observer, thread, chat, planned, findings).await?;
        }
        compare::compare(&expected, &found, images, planned, findings, progress).await
    }
}
