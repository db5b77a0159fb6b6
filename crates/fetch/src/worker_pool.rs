//! All files, several at a time.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::folder::FetchFolder;
use chatferry_model::progress::Progress;
use chatferry_model::sum::Sum;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::address::Servers;
use crate::codes;
use crate::download::{Attempt, Downloader, Got, Paths};
use crate::error::FetchError;
use crate::failure::Failure;
use crate::journal::FetchJournal;
use crate::token::Tokens;
use crate::wanted::Wanted;

/// So many files in a row that meet the same wall, before any that does not, end the run.
const GIVE_UP_AFTER: u32 = 20;
/// The longest wait between two attempts that nobody asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait that a server may ask for.
const LONGEST_QUIET: Duration = Duration::from_secs(600);

/// The options of fetching.
pub struct FetchOptions {
    /// The servers to ask.
    pub servers: Servers,
    /// The tokens to send.
    pub tokens: Tokens,
    /// Files at a time.
    pub concurrency: usize,
    /// The number of times a file is tried again.
    pub retries: u32,
}

/// The result of fetching.
pub struct Report {
    /// Files: those wanted, those in their place, those that are not and why.
    pub sum: Sum,
    /// The files that could not be fetched, one by one.
    pub findings: Findings,
    /// Files that came in this run, and their bytes.
    pub fetched: (u64, u64),
    /// The reason why the run ended before all were tried, if it did.
    pub stopped: Option<&'static str>,
}

/// A file and what became of it: its true media type, where that is another than declared, or why
/// it is not here.
type Tried = (Wanted, Result<Option<String>, Failure>);

/// The state that the workers share.
struct WorkerPool {
    options: FetchOptions,
    downloader: Downloader,
    folder: FetchFolder,
    progress: Arc<dyn Progress + Send + Sync>,
    queue: Mutex<std::vec::IntoIter<Wanted>>,
    ledger: Mutex<FetchJournal>,
    results: Mutex<BTreeMap<String, Tried>>,
    broken: Mutex<Option<io::Error>>,
    /// Failures since the start, until the first success; then out of the question.
    consecutive_failures: AtomicU32,
    quiet_until: Mutex<Instant>,
}

/// Fetches `wanted` into the ledger's folder, until all are tried or `stop` is done.
///
/// # Errors
/// When the disk says no.
pub async fn fetch(
    wanted: Vec<Wanted>,
    folder: &FetchFolder,
    ledger: FetchJournal,
    options: FetchOptions,
    progress: Arc<dyn Progress + Send + Sync>,
    stop: impl Future<Output = ()>,
) -> Result<(Report, FetchJournal), FetchError> {
    let mut sum = Sum {
        input: wanted.len() as u64,
        ..Sum::default()
    };
    let (there, missing): (Vec<_>, Vec<_>) = wanted
        .into_iter()
        .partition(|file| ledger.files().contains_key(&file.id));
    let in_all = missing.len() as u64;
    progress.total(missing.iter().filter_map(|file| file.size).sum());
    let downloader = Downloader::new(options.servers.clone())
        .map_err(|error| FetchError::Client(error.without_url()))?;
    let workers = options.concurrency.max(1).min(missing.len());
    let worker_pool = Arc::new(WorkerPool {
        options,
        downloader,
        folder: folder.clone(),
        progress,
        queue: Mutex::new(missing.into_iter()),
        ledger: Mutex::new(ledger),
        results: Mutex::default(),
        broken: Mutex::default(),
        consecutive_failures: AtomicU32::new(0),
        quiet_until: Mutex::new(Instant::now()),
    });
    let mut team = JoinSet::new();
    for _ in 0..workers {
        team.spawn(work(Arc::clone(&worker_pool)));
    }
    let mut stopped = None;
    tokio::select! {
        () = async { while team.join_next().await.is_some() {} } => {}
        () = stop => stopped = Some("it was interrupted"),
    }
    team.shutdown().await;
    if worker_pool.gave_up() {
        stopped = Some("no file could be fetched, all for the same reason");
    }

    let source = worker_pool.options.servers.row.label;
    let worker_pool = Arc::into_inner(worker_pool).ok_or(FetchError::Worker)?;
    let ledger = inner(worker_pool.ledger)?;
    if let Some(error) = inner(worker_pool.broken)? {
        // What came is not lost: the ledger has it.
        ledger.publish()?;
        return Err(error.into());
    }
    let results = inner(worker_pool.results)?;
    let mut findings = Findings::default();
    let mut fetched = (0, 0);
    for (wanted, result) in results.values() {
        let place = Place {
            file: Some(wanted.id.as_str().into()),
            ..Place::default()
        };
        let name = shown(wanted);
        match result {
            Ok(other) => {
                fetched.0 += 1;
                fetched.1 += ledger.files().get(&wanted.id).map_or(0, |file| file.bytes);
                if let Some(found) = other {
                    let declared = wanted.media_type.as_deref().unwrap_or_default();
                    let words = format!("{name}: {found} instead of {declared}");
                    findings.note(Stage::Fetch, &codes::FETCH_OTHER_TYPE, place, words);
                }
            }
            Err(failure) => {
                sum.skip(failure.reason());
                let words = format!("{name}: {}", failure.words(source));
                findings.note(Stage::Fetch, failure.code(), place, words);
            }
        }
    }
    let untried = in_all - results.len() as u64;
    if untried > 0 {
        let words = stopped.unwrap_or("the run ended");
        let code = &codes::FETCH_NOT_TRIED;
        findings.note_many(Stage::Fetch, code, Place::default(), words, untried);
        sum.skip_many("not tried", untried);
    }
    sum.output = there.len() as u64 + fetched.0;
    Ok((
        Report {
            sum,
            findings,
            fetched,
            stopped,
        },
        ledger,
    ))
}

/// Takes files from the queue until it is empty or going on is no use.
async fn work(worker_pool: Arc<WorkerPool>) {
    while let Some(wanted) = worker_pool.next() {
        let result = worker_pool.one(&wanted).await;
        let result = match result {
            Ok(result) => result,
            Err(broken) => {
                if let Ok(mut place) = worker_pool.broken.lock() {
                    place.get_or_insert(broken);
                }
                return;
            }
        };
        match &result {
            Ok(_) => worker_pool
                .consecutive_failures
                .store(u32::MAX, Ordering::Relaxed),
            Err(failure) if failure.is_general() => worker_pool.hit_a_wall(),
            Err(_) => {}
        }
        if let Ok(mut results) = worker_pool.results.lock() {
            results.insert(wanted.id.clone(), (wanted, result));
        }
    }
}

impl WorkerPool {
    fn next(&self) -> Option<Wanted> {
        if self.gave_up() || self.broken.lock().is_ok_and(|broken| broken.is_some()) {
            return None;
        }
        self.queue.lock().ok()?.next()
    }

    fn gave_up(&self) -> bool {
        let consecutive_failures = self.consecutive_failures.load(Ordering::Relaxed);
        (GIVE_UP_AFTER..u32::MAX).contains(&consecutive_failures)
    }

    fn hit_a_wall(&self) {
        let more = |consecutive_failures: u32| {
            (consecutive_failures != u32::MAX).then(|| consecutive_failures + 1)
        };
        // Nothing changes once a file has come.
        let _ = self
            .consecutive_failures
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Fetches one file, as often as it takes. The inner result is that of the file, with its true
    /// media type where that is another than declared; the outer one that of the disk.
    async fn one(&self, wanted: &Wanted) -> Result<Result<Option<String>, Failure>, io::Error> {
        let mut shown = Shown {
            progress: &*self.progress,
            size: wanted.size.unwrap_or_default(),
            most: 0,
        };
        let FetchOptions {
            servers, tokens, ..
        } = &self.options;
        let Some(request) = tokens.request(servers, &wanted.id, &wanted.address) else {
            shown.end();
            return Ok(Err(Failure::Elsewhere));
        };
        let blobs = self.folder.blobs();
        let beside = match self.ledger.lock() {
            Ok(ledger) => ledger.beside(&wanted.id),
            Err(_) => return Ok(Err(Failure::Failed("the run broke off".to_owned()))),
        };
        let paths = Paths {
            beside: &beside,
            blobs: &blobs,
        };
        let mut tried = 0;
        let failure = loop {
            self.keep_quiet().await;
            let mut now = 0;
            let mut advance = |bytes: u64| {
                now += bytes;
                shown.reach(now);
            };
            let attempt = self
                .downloader
                .attempt(wanted, &request, &paths, &mut advance)
                .await;
            match attempt {
                Attempt::Done(got) => {
                    shown.end();
                    return self.keep(*got).map(Ok);
                }
                Attempt::Failed(failure) => break failure,
                Attempt::Disk(error) => return Err(error),
                Attempt::Again(why, wait) => {
                    if tried >= self.options.retries {
                        break Failure::Failed(why);
                    }
                    match wait {
                        // A server that asks for quiet means everybody.
                        Some(wait) => self.ask_for_quiet(wait.min(LONGEST_QUIET)),
                        None => {
                            sleep(LONGEST_WAIT.min(Duration::from_secs(1 << tried.min(6)))).await;
                        }
                    }
                    tried += 1;
                }
            }
        };
        shown.end();
        Ok(Err(failure))
    }

    fn keep(&self, got: Got) -> io::Result<Option<String>> {
        let Got { file, other_type } = got;
        match self.ledger.lock() {
            Ok(mut ledger) => tokio::task::block_in_place(|| ledger.note(file))?,
            Err(_) => return Err(io::ErrorKind::Other.into()),
        }
        Ok(other_type)
    }

    async fn keep_quiet(&self) {
        let until = self
            .quiet_until
            .lock()
            .map_or_else(|_| Instant::now(), |until| *until);
        sleep_until(until).await;
    }

    fn ask_for_quiet(&self, wait: Duration) {
        if let Ok(mut until) = self.quiet_until.lock() {
            *until = (*until).max(Instant::now() + wait);
        }
    }
}

/// The bytes of a file reported to the progress bar: never more than its size, and all of it at the
/// end.
struct Shown<'p> {
    progress: &'p (dyn Progress + Send + Sync),
    size: u64,
    most: u64,
}

impl Shown<'_> {
    fn reach(&mut self, bytes: u64) {
        let now = bytes.min(self.size);
        if now > self.most {
            self.progress.advance(now - self.most);
            self.most = now;
        }
    }

    fn end(&mut self) {
        self.reach(self.size);
    }
}

fn shown(wanted: &Wanted) -> &str {
    if wanted.name.is_empty() {
        &wanted.id
    } else {
        &wanted.name
    }
}

fn inner<T>(mutex: Mutex<T>) -> Result<T, FetchError> {
    mutex.into_inner().map_err(|_| FetchError::Worker)
}
