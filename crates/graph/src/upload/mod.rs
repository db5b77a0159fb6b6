//! Posts to Teams, exactly once.
//!
//! A team goes through these states, its targets through theirs; both are in the journal, and a
//! run that was killed goes on from there:
//!
//! ```text
//! team, new:      planned → creating → created → open ──────→ completing → complete → done
//! team, existing: planned ──────────────────────────────────────────────→ complete → done
//!
//! standard:  planned → creating ──────────→ open → posted → complete → (its team) → done
//! General:   planned ─────────────────────→ open → posted → (last of all) ────────→ done
//! any other: planned → creating → created → open → posted → complete → members ───→ done
//! ```
//!
//! The first two are the channels of a new team, which are made in migration mode. All others are
//! made, or found, outside it and put into it: private and shared channels, whatever goes into a
//! team that has its members, and chats. A target that was through and has new posts goes back to
//! `created`. `members` is where those of a group chat are shown its history.
//!
//! Teams are filled side by side, their targets too, and chats beside them: longest first, as many
//! at a time as the settings say. One bad post costs one post; what Graph refuses the app itself
//! ends the run.

mod advance;
mod channel;
mod chat;
mod closing;
mod delta;
mod error;
mod files;
mod guests;
mod history;
mod identity;
mod input;
mod item;
mod members;
mod operation;
mod plan;
mod post_once;
mod post_queue;
mod preflight;
mod report;
mod resolve;
mod rollback;
mod route;
mod session;
mod slots;
mod target;
mod team;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::selection::Selection;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use crate::client::Client;
use crate::codes;
use crate::journal::{Durability, Journal, JournalError, PostState, TargetRow, TargetState};
use crate::observer::{Event, Observer};
use error::UploadFailure;
use guests::Guests;
pub(crate) use input::{Input, PlannedTarget};
use plan::Planned;
use resolve::Resolver;
use slots::Slots;
use target::Parent;

pub use closing::{Closed, Closing, ClosingReport, close};
pub use error::UploadError;
pub use plan::{TargetPlan, TeamPlan, UploadPlan, plan_upload};
pub use report::{Counts, TargetReport, TeamReport, UploadReport};
pub use rollback::{Remains, RollbackPlan, RollbackTeam, plan_rollback, rollback};
pub use route::Route;

/// The way an upload is done.
#[derive(Clone, Debug)]
pub struct UploadOptions {
    /// The conversations that take part. A team is completed only when all its targets are through,
    /// so leaving some out leaves their team open for a later run.
    pub selection: Selection,
    /// The durability of the journal.
    pub durability: Durability,
    /// True if to check beforehand that every author is a user of the tenant (crates/graph/RULES.md
    /// R26).
    pub check_authors: bool,
    /// True if the placeholder's stand-in is a user of the tenant: in rehearsals only.
    pub rehearsal_account_exists: bool,
    /// The account whose OneDrive takes the files of chats, by object id or UPN; none: their
    /// authors'.
    pub files_account: Option<String>,
    /// The account that takes them where their authors' can't be used; likewise. Where
    /// `files_account` is set, the authors' do.
    pub files_else: Option<String>,
    /// The longest wait before looking again for a new team; 2 s.
    pub team_poll: Duration,
    /// The number of times to ask for the operation that creates it; Graph wants more than 30 s.
    pub operation_poll: Duration,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            durability: Durability::default(),
            check_authors: true,
            rehearsal_account_exists: false,
            files_account: None,
            files_else: None,
            team_poll: Duration::from_secs(2),
            operation_poll: Duration::from_secs(31),
        }
    }
}

/// Everything a part of an upload needs.
struct Run<'a> {
    client: &'a Client,
    folder: &'a RenderFolder,
    journal: &'a Journal,
    options: &'a UploadOptions,
    observer: &'a dyn Observer,
    /// For channels, and for chats, which have budgets of their own.
    slots: Slots,
    chat_slots: Slots,
    /// The values for deferred references that the tenant is known to have.
    resolver: Resolver,
    guests: Guests,
    findings: Mutex<Findings>,
    /// Marks the teams of this journal, so that they are recognised after a lost answer.
    mark: String,
    sent: AtomicU64,
}

/// Carries out an upload as it was planned: begins it, or goes on with it. May be dropped or killed at
/// any moment, planned and called again.
///
/// Must be called within a tokio runtime with time; a paused one does.
///
/// # Errors
/// When files or the journal can't be used, nothing can be sent at all, or Graph refuses something
/// on which everything depends. What concerns one post or one target is in the report.
pub async fn upload(
    client: &Client,
    plan: &UploadPlan,
    observer: &dyn Observer,
) -> Result<UploadReport, UploadError> {
    let started = Instant::now();
    let (calls, throttled) = (client.calls(), client.throttled());
    let Planned {
        folder,
        upload_dir,
        options,
        input,
        ..
    } = &plan.planned;
    preflight::check_input(input, options, client.clock().now())?;
    let journal = open_journal(client, upload_dir, options)?;
    plan.check_current(&journal)?;
    let mut findings = Findings::default();
    delta::adopt(&journal, folder, input, &mut findings)?;
    let mut run = Run::new(client, folder, &journal, options, observer, input).await?;
    run.findings = Mutex::new(findings);
    preflight::check(&run, input).await?;
    note_refused_before(&run, input)?;
    let mut teams: FuturesUnordered<_> = input
        .teams
        .iter()
        .map(|team| team::run(&run, team, input))
        .collect();
    let mut chats: FuturesUnordered<_> = input
        .chats()
        .filter(|planned| planned.selected)
        .map(|planned| target::run(&run, Parent::Tenant, planned))
        .collect();
    loop {
        let done = tokio::select! {
            Some(done) = teams.next() => done,
            Some(done) = chats.next() => done,
            else => break,
        };
        done?;
    }
    drop((teams, chats));
    let sent = run.sent.load(Ordering::Relaxed);
    let mut report = report::from_journal(&journal, input, run.into_findings())?;
    report.sent = sent;
    report.seconds = started.elapsed().as_secs_f64();
    report.calls = client.calls() - calls;
    report.throttled = client.throttled() - throttled;
    Ok(report)
}

/// Posts that an earlier run could not send, and this one will not try again, are still missing.
fn note_refused_before(run: &Run<'_>, input: &Input) -> Result<(), UploadError> {
    for planned in input.targets.iter().filter(|planned| planned.selected) {
        let row = run.journal.target(planned.target().key.as_str())?;
        let Some(row) = row.filter(|row| row.state >= TargetState::Posted) else {
            continue;
        };
        for (time, reason) in run.journal.in_state(row.number, PostState::Refused)? {
            let place = Place {
                ts: Some(time.id().to_string().into()),
                ..planned.finding_place()
            };
            run.note(
                &codes::UPLOAD_POST_REFUSED,
                place,
                reason.unwrap_or_default(),
            );
        }
    }
    Ok(())
}

impl<'a> Run<'a> {
    async fn new(
        client: &'a Client,
        folder: &'a RenderFolder,
        journal: &'a Journal,
        options: &'a UploadOptions,
        observer: &'a dyn Observer,
        input: &Input,
    ) -> Result<Self, UploadError> {
        let concurrency = client.config().limits.concurrency;
        Ok(Self {
            client,
            folder,
            journal,
            options,
            observer,
            slots: Slots::new(concurrency),
            chat_slots: Slots::new(concurrency),
            resolver: Resolver::new(client, folder, input).await?,
            guests: Guests::among(input),
            findings: Mutex::default(),
            mark: journal.note_once("mark", &new_mark(client, input))?,
            sent: AtomicU64::new(0),
        })
    }

    fn into_findings(self) -> Findings {
        self.findings
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    fn note(&self, code: &'static Code, place: Place<'_>, words: impl Into<String>) {
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        findings.note(Stage::Upload, code, place, words);
    }

    /// Notes that a team or target can't go on in this run.
    fn note_failed(&self, key: &str, reason: &str) {
        let place = Place {
            file: Some(key.into()),
            ..Place::default()
        };
        self.note(&codes::UPLOAD_TARGET_FAILED, place, reason);
        self.observer.event(Event::Failed { key, reason });
    }

    /// Takes a channel or chat for a target, unless it is another's already.
    fn may_claim(&self, row: &mut TargetRow, thread: &str) -> Result<bool, JournalError> {
        // Nothing is awaited between looking and writing.
        match self.journal.target_of_thread(thread)? {
            Some(other) if other != row.key => Ok(false),
            _ => {
                row.thread = Some(thread.to_owned());
                self.journal.set_target(row)?;
                Ok(true)
            }
        }
    }

    /// Returns an error where another target's place would be an error of the plan.
    fn claim(&self, row: &mut TargetRow, thread: &str) -> Result<(), UploadFailure> {
        if self.may_claim(row, thread)? {
            return Ok(());
        }
        let other = self.journal.target_of_thread(thread)?.unwrap_or_default();
        Err(UploadFailure::Failed(format!(
            "{} and {other} are the same place in Teams; send both conversations into one target \
             in 2-map/conversations.csv",
            row.key
        )))
    }

    /// Graph's own name for itself, as it stands in bodies.
    fn graph(&self) -> &str {
        self.client.config().graph_url.resource()
    }
}

/// Opens the journal, and checks that it is of this tenant and app.
fn open_journal(
    client: &Client,
    upload_dir: &Path,
    options: &UploadOptions,
) -> Result<Journal, UploadError> {
    let config = client.config();
    let journal = Journal::open(upload_dir, options.durability)?;
    journal.belongs_to(&[
        ("tenant_id", &config.tenant_id),
        ("client_id", &config.client_id),
        ("graph_url", config.graph_url.as_str()),
    ])?;
    Ok(journal)
}

/// A mark that no other upload has.
fn new_mark(client: &Client, input: &Input) -> String {
    let teams: Vec<_> = input.teams.iter().map(|team| team.name.as_str()).collect();
    let text = format!("{}\n{}", client.clock().now(), teams.join("\n"));
    format!("{:08x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()) >> 32)
}
