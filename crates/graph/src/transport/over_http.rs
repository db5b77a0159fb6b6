//! Requests by HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::Semaphore;

use super::{Answering, Transport, TransportError};

/// Long enough for a slow network, short enough to try the next address.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Graph itself gives up after about 100 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(110);
/// Proxies close idle connections sooner or later; a reused dead one costs a lost answer.
const IDLE_AT_MOST: Duration = Duration::from_secs(50);
/// The number of requests that are under way at a time: at what Graph takes in a second, answers
/// may be a second and more late before one waits for another. Each takes some 60 KB.
const AT_ONCE: usize = 128;

/// Requests by HTTP, over connections that are kept.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    free: Arc<Semaphore>,
}

impl HttpTransport {
    /// Gets ready; opens no connection yet.
    ///
    /// # Errors
    /// When TLS can't be set up on this machine.
    pub fn new() -> Result<Self, TransportError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("chatferry/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .pool_idle_timeout(IDLE_AT_MOST)
            // A redirected request would take its token along.
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request is tried again is decided in one place, and not here.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| TransportError::NotSent(chain(&error)))?;
        let free = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { client, free })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> Answering<'_> {
        Box::pin(async move {
            let request =
                reqwest::Request::try_from(request).map_err(|error| failed(error, false))?;
            // It is never closed.
            let _free = self.free.acquire().await;
            let answer = self
                .client
                .execute(request)
                .await
                .map_err(|error| failed(error, true))?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await.map_err(|error| failed(error, true))?;
            Ok(response)
        })
    }
}

/// Returns the outcome of a request whose answer did not come.
fn failed(error: reqwest::Error, begun: bool) -> TransportError {
    // Addresses hold ids of people and chats; the caller knows which call it was.
    let error = error.without_url();
    if error.is_builder() || error.is_connect() || !begun {
        TransportError::NotSent(chain(&error))
    } else {
        TransportError::Lost(chain(&error))
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
