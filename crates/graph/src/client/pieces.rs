//! Pieces of a file, to the address of an upload session: outside of Graph, and without a token,
//! which would be refused there (crates/graph/RULES.md R62).

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use http::{Method, Request, Response, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use super::{ANSWER_WITHIN, Client, Failed, Failure};
use crate::config::BaseUrl;
use crate::error::{Cause, Refusal};
use crate::observer::{Event, Observer};
use crate::retry::{self, RetryAction};
use crate::throttle::Scope;
use crate::transport::TransportError;

/// The address of an upload session. Whoever has it may write, so it is never shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct UploadUrl(SecretString);

/// The response of a session to a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PieceAnswer {
    /// The session wants the bytes from that position on.
    Next(u64),
    /// All of it has come; this is the file.
    Done(Bytes),
    /// The session is gone: finished, cancelled or expired.
    Gone,
    /// The file's name is taken.
    Taken,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    #[serde(default)]
    next_expected_ranges: Vec<String>,
}

impl UploadUrl {
    /// The address, where it is one that bytes may be sent to: encrypted, or on this machine.
    fn uri(&self) -> Option<Uri> {
        let uri: Uri = self.0.expose_secret().parse().ok()?;
        let place = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
        place.parse::<BaseUrl>().ok()?;
        Some(uri)
    }
}

impl Client {
    /// Sends a piece of a file of `total` bytes, and again where that is harmless. When it is not
    /// known what arrived, the session is asked.
    pub(crate) async fn send_piece(
        &self,
        url: &UploadUrl,
        at: u64,
        total: u64,
        piece: Bytes,
        observer: &dyn Observer,
    ) -> Result<PieceAnswer, Failure> {
        let last = (at + piece.len() as u64).saturating_sub(1);
        let range = format!("bytes {at}-{last}/{total}");
        let mut tries = 0;
        let mut ask = false;
        loop {
            let sent = if ask {
                self.exchange(url, Method::GET, None, Bytes::new()).await
            } else {
                self.exchange(url, Method::PUT, Some(&range), piece.clone())
                    .await
            };
            let failed = match sent {
                Ok(answer) => match read(&answer) {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            let status = failed.error.refusal().map_or(0, |refusal| refusal.status);
            // What the session has is known best by itself.
            ask = matches!(status, 0 | 400 | 408 | 409 | 416) || status >= 500;
            match status {
                409 => return Ok(PieceAnswer::Taken),
                401 | 403 | 404 | 410 => return Ok(PieceAnswer::Gone),
                0 | 400 | 408 | 416 | 429 | 500.. => {}
                _ => return Err(failed.into_failure(RetryAction::Abandon, false)),
            }
            tries += 1;
            let retries = self.shared.config.limits.retries;
            let Some(wait) = retry::unknown_wait(tries, retries, at) else {
                // What the session does not take is this file's trouble alone.
                let remedy = match status {
                    400 | 416 => RetryAction::Abandon,
                    _ => RetryAction::Abort,
                };
                return Err(failed.into_failure(remedy, true));
            };
            let wait = failed.retry_after.map_or(wait, |asked| asked.max(wait));
            let why = failed.error.cause.to_string();
            let call = &*failed.error.call;
            observer.event(if status == 429 {
                Event::Throttled { call, wait }
            } else {
                Event::Waiting {
                    call,
                    why: &why,
                    wait,
                }
            });
            if status == 429 {
                self.shared.throttled.fetch_add(1, Ordering::Relaxed);
                let left = failed.left.unwrap_or_else(Instant::now);
                self.shared.throttle.close(&Scope::Files, wait, left);
            } else {
                tokio::time::sleep(wait).await;
            }
        }
    }

    async fn exchange(
        &self,
        url: &UploadUrl,
        method: Method,
        range: Option<&str>,
        body: Bytes,
    ) -> Result<Response<Bytes>, Failed> {
        let fail = |cause: Cause| Failed::of("PUT uploadUrl", cause);
        let not_sent = |words: &str| fail(TransportError::NotSent(words.to_owned()).into());
        let uri = url
            .uri()
            .ok_or_else(|| not_sent("its address is not an encrypted one"))?;
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(range) = range {
            request = request
                .header(CONTENT_RANGE, range)
                .header(CONTENT_LENGTH, body.len());
        }
        let request = request
            .body(body)
            .map_err(|_| not_sent("its address can't be written"))?;
        let shared = &self.shared;
        let permit = shared.throttle.acquire(&Scope::Files, 0).await;
        let left = Instant::now();
        shared.calls.fetch_add(1, Ordering::Relaxed);
        let sent = tokio::time::timeout(ANSWER_WITHIN, shared.transport.send(request)).await;
        shared.throttle.answered(permit);
        let lost = || TransportError::Lost("took too long".to_owned());
        let answer = sent.unwrap_or_else(|_| Err(lost()));
        let answer = answer.map_err(|error| fail(error.into()))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (refusal, request_id) = Refusal::read(answer.status(), answer.body());
        let mut failed = fail(Cause::Refused(refusal));
        failed.error.request_id = request_id.map(Into::into);
        failed.retry_after = self.retry_after(answer.headers());
        failed.left = Some(left);
        Err(failed)
    }
}

/// 200 or 201 with the file, or 202 (and 200 for a question) with what is expected next.
fn read(answer: &Response<Bytes>) -> Result<PieceAnswer, Failed> {
    #[derive(Deserialize)]
    struct Either {
        #[serde(default)]
        id: Option<String>,
        #[serde(flatten)]
        progress: Progress,
    }

    let unreadable = |error: serde_json::Error| {
        Failed::of("PUT uploadUrl", Cause::Unreadable(error.to_string()))
    };
    let either: Either = serde_json::from_slice(answer.body()).map_err(unreadable)?;
    if either.id.is_some() {
        return Ok(PieceAnswer::Done(answer.body().clone()));
    }
    let next = either.progress.next_expected_ranges.first();
    let next = next.and_then(|range| range.split('-').next()?.parse().ok());
    // Nothing is expected any more: then it is through, and is found by its name.
    Ok(next.map_or(PieceAnswer::Gone, PieceAnswer::Next))
}
