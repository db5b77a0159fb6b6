//! The one place that talks to Graph: token, turn, request, answer, and the retries that need no
//! knowledge of what was asked.

mod breaker;
mod pieces;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chatferry_model::Millis;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::auth::{Token, Tokens};
use crate::clock::Clock;
use crate::config::GraphConfig;
use crate::error::{Cause, GraphError, Refusal, TokenError};
use crate::observer::{Event, Observer};
use crate::requests::{Call, Kind};
use crate::retry::{self, RetryAction};
use crate::throttle::{Permit, Throttle};
use crate::transport::{Transport, TransportError};
use breaker::Breaker;

pub(crate) use pieces::{PieceAnswer, UploadUrl};

/// For transports without a limit of their own; above the one of [`crate::HttpTransport`].
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// A Retry-After beyond this is taken for damage.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);
/// The longest time Teams usually takes for a change to be known everywhere, as a rule
/// (crates/graph/RULES.md R7, R50, R60): nobody needs to be told of such a wait.
const USUAL_LAG: Duration = Duration::from_secs(20);

/// A connection to Graph as one app in one tenant. Clones share token, budgets and counts.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    config: GraphConfig,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    tokens: Tokens,
    throttle: Throttle,
    breaker: Breaker,
    calls: AtomicU64,
    throttled: AtomicU64,
    /// The offset of Graph's clock ahead of ours, in ms, by its last response.
    ahead: AtomicI64,
}

/// An answer that is a success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A call that failed for good, and what that means.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: GraphError,
    /// The next action: [`RetryAction::LookUp`], [`RetryAction::Done`],
    /// [`RetryAction::Refuse`], [`RetryAction::Abandon`] or [`RetryAction::Abort`].
    pub(crate) remedy: RetryAction,
    /// True if an earlier try of this call had no answer, and so may have been carried out.
    pub(crate) unsure: bool,
    /// The time Graph wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

/// A page of a list.
#[derive(Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
}

impl Client {
    /// A client for `config` that sends by `transport` and reads wall time from `clock`.
    ///
    /// Waiting is done by tokio's clock: calls must be made within a tokio runtime with time.
    #[must_use]
    pub fn new(config: GraphConfig, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let throttle = Throttle::new(&config.limits);
        let shared = Shared {
            config,
            transport,
            clock,
            tokens: Tokens::new(),
            throttle,
            breaker: Breaker::default(),
            calls: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            ahead: AtomicI64::new(0),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &GraphConfig {
        &self.shared.config
    }

    /// The wall clock it was given.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Returns Graph's time, to the second, as far as its responses have told.
    pub(crate) fn time_there(&self) -> Millis {
        let now = self.shared.clock.now();
        let ahead = self.shared.ahead.load(Ordering::Relaxed);
        Millis::new(now.as_millis() + ahead).unwrap_or(now)
    }

    /// Requests sent to Graph so far, repeated ones included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of times Graph said 429 so far.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.shared.throttled.load(Ordering::Relaxed)
    }

    /// The app permissions Graph will see, if the token can be read.
    ///
    /// # Errors
    /// When there is no token.
    pub async fn roles(&self) -> Result<Option<Vec<String>>, GraphError> {
        let token = self.token(None).await.map_err(|error| GraphError {
            call: "POST token".into(),
            cause: error.into(),
            request_id: None,
        })?;
        Ok(token.roles())
    }

    /// The tenant's id, as the token says it; what it was given, if the token can't be read.
    pub(crate) async fn tenant(&self) -> Result<String, GraphError> {
        let token = self.token(None).await.map_err(|error| GraphError {
            call: "POST token".into(),
            cause: error.into(),
            request_id: None,
        })?;
        let given = || self.config().tenant_id.clone();
        Ok(token.tenant().unwrap_or_else(given))
    }

    /// Makes a call, and makes it again where that is harmless, until it succeeds or there is
    /// something to decide. Of the calls that wait for their turn, a higher `priority` goes first.
    pub(crate) async fn call(
        &self,
        call: &Call,
        priority: u64,
        observer: &dyn Observer,
    ) -> Result<Answer, Failure> {
        let mut tries = Tries::default();
        let mut rejected = None;
        let mut unsure = false;
        loop {
            let (used, error) = match self.attempt(call, priority, rejected.as_ref()).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let row = retry::row(call.kind, &error.error);
            match row.then {
                RetryAction::Again | RetryAction::NotYet | RetryAction::RenewToken => {}
                remedy => return Err(error.into_failure(remedy, unsure)),
            }
            let number = tries.another(row.then, &error.error);
            let retries = self.shared.config.limits.retries;
            let seed = seed(&call.path);
            let Some(wait) = row.patience.wait(number, retries, seed) else {
                return Err(error.into_failure(row.at_last, unsure));
            };
            unsure |= retry::is_unknown(&error.error);
            rejected = used.filter(|_| row.then == RetryAction::RenewToken);
            self.pause(call, &error, wait, row.then, observer).await;
        }
    }

    /// Reads the JSON of a call's answer.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: &Call,
        observer: &dyn Observer,
    ) -> Result<T, Failure> {
        let answer = self.call(call, 0, observer).await?;
        answer.json(call)
    }

    /// Reads all pages of a list, one after the other.
    pub(crate) async fn read_pages<T: DeserializeOwned>(
        &self,
        mut call: Call,
        observer: &dyn Observer,
        mut each: impl FnMut(Vec<T>) -> bool,
    ) -> Result<(), Failure> {
        loop {
            let page: Page<T> = self.read(&call, observer).await?;
            if !each(page.value) {
                return Ok(());
            }
            let Some(next) = page.next else { return Ok(()) };
            let Some(path) = self.path_of(&next) else {
                let cause = Cause::Unreadable("the next page is on another host".to_owned());
                return Err(Failed::new(&call, cause).into_failure(RetryAction::Abandon, false));
            };
            path.clone_into(&mut call.path);
        }
    }

    /// Returns the path of a Graph address: the part that follows the version. None for an address
    /// that is not Graph's: a token goes to Graph only. One with Graph's public name is
    /// followed where Graph is for us.
    pub(crate) fn path_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        let graph = &self.shared.config.graph_url;
        let path = graph.strip(url);
        let path = path.or_else(|| url.strip_prefix(graph.resource()));
        path?.strip_prefix("/v1.0")
    }

    async fn token(&self, rejected: Option<&Token>) -> Result<Token, TokenError> {
        let shared = &self.shared;
        shared
            .tokens
            .get(&shared.config, &*shared.transport, &*shared.clock, rejected)
            .await
    }

    async fn attempt(
        &self,
        call: &Call,
        priority: u64,
        rejected: Option<&Token>,
    ) -> Result<Answer, (Option<Token>, Failed)> {
        let fail = |cause: Cause| Failed::new(call, cause);
        let no_token = |error: TokenError| (None, fail(error.into()));
        let mut token = self.token(rejected).await.map_err(no_token)?;
        self.shared.breaker.admit().await;
        let permit = self.shared.throttle.acquire(&call.scope, priority).await;
        // The turn may have been hours away. Others have renewed it meanwhile, or found it
        // rejected.
        if !self.shared.tokens.is_good(&token) {
            token = self.token(rejected).await.map_err(no_token)?;
        }
        let Some(request) = self.request(call, &token) else {
            let cause = TransportError::NotSent("the address can't be written".to_owned());
            return Err((None, fail(cause.into())));
        };
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        let sent = tokio::time::timeout(ANSWER_WITHIN, self.shared.transport.send(request));
        let sent = sent.await;
        let left = permit.as_ref().map(Permit::left);
        self.shared.throttle.answered(permit);
        match &sent {
            Ok(Ok(answer)) if !answer.status().is_server_error() => self.shared.breaker.answered(),
            _ => self.shared.breaker.failed(),
        }
        let answer = match sent {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err((Some(token), fail(error.into()))),
            Err(_) => {
                let error = TransportError::Lost("took too long".to_owned());
                return Err((Some(token), fail(error.into())));
            }
        };
        let (head, body) = answer.into_parts();
        self.read_clock(&head.headers);
        tracing::trace!(call = %call.shown(), status = head.status.as_u16(), "answered");
        if head.status.is_success() {
            // Half an answer is no answer.
            let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&body);
            if let Err(error) = whole
                && call.kind != Kind::ReadBytes
                && (call.method == Method::GET || !body.is_empty())
            {
                return Err((Some(token), fail(Cause::Unreadable(error.to_string()))));
            }
            return Ok(Answer {
                headers: head.headers,
                body,
            });
        }
        let (refusal, inner_id) = Refusal::read(head.status, &body);
        let header_id = head
            .headers
            .get("request-id")
            .and_then(|id| id.to_str().ok());
        let mut failed = fail(Cause::Refused(refusal));
        failed.error.request_id = header_id.map(Into::into).or(inner_id.map(Into::into));
        failed.retry_after = self.retry_after(&head.headers);
        failed.left = left;
        Err((Some(token), failed))
    }

    fn request(&self, call: &Call, token: &Token) -> Option<Request<Bytes>> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!(
                "{}/v1.0{}",
                self.shared.config.graph_url, call.path
            ))
            .header(AUTHORIZATION, token.header()?)
            .header(ACCEPT, "application/json")
            // Shared channels are newer than the sentinel (crates/graph/RULES.md R67).
            .header("prefer", "include-unknown-enum-members");
        match &call.body {
            Some(_) => request = request.header(CONTENT_TYPE, call.media_type()),
            // Actions without a body: some proxies insist on a length.
            None if call.method == Method::POST => request = request.header(CONTENT_LENGTH, 0),
            None => {}
        }
        request.body(call.body.clone().unwrap_or_default()).ok()
    }

    /// Waits before a call is made again; a limiter that was said to be closed is closed for all.
    async fn pause(
        &self,
        call: &Call,
        failed: &Failed,
        wait: Duration,
        then: RetryAction,
        observer: &dyn Observer,
    ) {
        let shown = call.shown();
        let throttled = failed
            .error
            .refusal()
            .is_some_and(|refusal| refusal.status == 429);
        if throttled {
            self.shared.throttled.fetch_add(1, Ordering::Relaxed);
            let wait = failed.retry_after.unwrap_or(wait);
            observer.event(Event::Throttled { call: &shown, wait });
            tracing::debug!(call = %shown, ?wait, "throttled");
            let left = failed.left.unwrap_or_else(tokio::time::Instant::now);
            self.shared.throttle.close(&call.scope, wait, left);
            return;
        }
        if then == RetryAction::RenewToken {
            tracing::debug!(call = %shown, "renewing the token");
            return;
        }
        let wait = failed.retry_after.map_or(wait, |asked| asked.max(wait));
        let why = failed.error.cause.to_string();
        if then != RetryAction::NotYet || wait > USUAL_LAG {
            observer.event(Event::Waiting {
                call: &shown,
                why: &why,
                wait,
            });
        }
        tracing::debug!(call = %shown, why, ?wait, "waiting");
        tokio::time::sleep(wait).await;
    }

    /// Notes what time it is for Graph.
    fn read_clock(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(there) = date.and_then(http_date) {
            let ahead = there - self.shared.clock.now().as_millis();
            self.shared.ahead.store(ahead, Ordering::Relaxed);
        }
    }

    /// `Retry-After`, in seconds or as a date.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = match text.parse::<f64>() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
            Err(_) => {
                let until = http_date(text)?;
                let ms = until.saturating_sub(self.time_there().as_millis());
                Duration::from_millis(u64::try_from(ms).unwrap_or(0))
            }
        };
        Some(wait.min(LONGEST_RETRY_AFTER))
    }

    /// Waits before a thing of unknown outcome is looked up or tried again; the failure is given
    /// back when patience is at its end.
    pub(crate) async fn wait_for_unknown(
        &self,
        number: u32,
        failure: Failure,
        observer: &dyn Observer,
    ) -> Result<(), Failure> {
        let seed = seed(&failure.error.call);
        let Some(wait) = retry::unknown_wait(number, self.shared.config.limits.retries, seed)
        else {
            return Err(Failure {
                remedy: RetryAction::Abort,
                ..failure
            });
        };
        let wait = failure.retry_after.map_or(wait, |asked| asked.max(wait));
        let why = failure.error.cause.to_string();
        observer.event(Event::Waiting {
            call: &failure.error.call,
            why: &why,
            wait,
        });
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// A date as headers have it, in ms since 1970.
fn http_date(text: &str) -> Option<i64> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    Some(parser.parse_timestamp(text).ok()?.as_millisecond())
}

impl Answer {
    /// Parses the body.
    pub(crate) fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let cause = Cause::Unreadable(error.to_string());
            let failed = Failed::new(call, cause);
            let remedy = match retry::row(call.kind, &failed.error).then {
                RetryAction::LookUp => RetryAction::LookUp,
                _ => RetryAction::Abort,
            };
            failed.into_failure(remedy, true)
        })
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A failed attempt.
struct Failed {
    error: GraphError,
    retry_after: Option<Duration>,
    /// The time the call left, if it did.
    left: Option<tokio::time::Instant>,
}

impl Failed {
    fn new(call: &Call, cause: Cause) -> Self {
        Self::of(&call.shown(), cause)
    }

    fn of(call: &str, cause: Cause) -> Self {
        let error = GraphError {
            call: call.into(),
            cause,
            request_id: None,
        };
        Self {
            error,
            retry_after: None,
            left: None,
        }
    }

    fn into_failure(self, remedy: RetryAction, unsure: bool) -> Failure {
        Failure {
            error: self.error,
            remedy,
            unsure,
            retry_after: self.retry_after,
        }
    }
}

/// The number of times each remedy was tried: a call that is throttled and then meets a bad minute
/// has patience for both.
#[derive(Default)]
struct Tries {
    throttled: u32,
    renewed: u32,
    repeated: u32,
}

impl Tries {
    /// The number of the next try, from 1.
    fn another(&mut self, remedy: RetryAction, error: &GraphError) -> u32 {
        let throttled = error.refusal().is_some_and(|refusal| refusal.status == 429);
        let count = match remedy {
            RetryAction::RenewToken => &mut self.renewed,
            _ if throttled => &mut self.throttled,
            _ => &mut self.repeated,
        };
        *count += 1;
        *count
    }
}

/// Spreads the waits of calls that failed together, the same way in every run.
fn seed(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}
