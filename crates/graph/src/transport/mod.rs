//! The transport of requests: HTTP, or a simulated tenant in the same process.

mod over_http;

use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};

pub use over_http::HttpTransport;

/// An answer in the making.
pub type Answering<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'a>>;

/// Carries a request to a server and its answer back. Does nothing else: no retries, no waiting.
pub trait Transport: Send + Sync {
    /// Sends `request`, whose address is absolute.
    fn send(&self, request: Request<Bytes>) -> Answering<'_>;
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request surely never reached the server.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request may have reached the server and may have been carried out.
    #[error("no answer: {0}")]
    Lost(String),
}
