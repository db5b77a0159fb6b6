//! The tenant as a web service.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http_body::Frame;
use tokio::net::{TcpListener, TcpStream};

use crate::gateway::{Delivery, Outgoing};
use crate::tenant::Tenant;

/// Bodies are read up to here, in bytes, so that one over the limit of R42 gets its answer and
/// not a broken connection.
const READ_AT_MOST: usize = 64 * 1024 * 1024;

/// The tenant as a service: over a socket by [`serve`], or in process by
/// `tower::ServiceExt::oneshot`. An answer that a fault loses or cuts has a body that fails when
/// it is read; over a socket the connection breaks.
pub fn router(tenant: Tenant) -> Router {
    Router::new().fallback(answer).with_state(tenant)
}

/// Serves the tenant until `shutdown` is done.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    tenant: Tenant,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream: &mut TcpStream| {
        // Small answers must not wait for more; a stream that refuses is merely slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(tenant))
        .with_graceful_shutdown(shutdown)
        .await
}

async fn answer(State(tenant): State<Tenant>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, READ_AT_MOST).await.ok();
    let Outgoing {
        response,
        delivery,
        delay,
    } = tenant.answer(&parts, body.as_deref());
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    response.map(|bytes| match delivery {
        Delivery::Whole => Body::from(bytes),
        Delivery::Broken => Body::new(Breaking::after(Bytes::new())),
        Delivery::Cut => {
            let half = bytes.len() / 2;
            Body::new(Breaking::after(bytes.slice(..half)))
        }
    })
}

/// A body that fails after its first bytes, or without any.
enum Breaking {
    /// The bytes that come first.
    Bytes(Bytes),
    /// The bytes must be sent before the connection breaks, or nothing arrives at all.
    Flush,
    Break,
}

impl Breaking {
    fn after(bytes: Bytes) -> Breaking {
        if bytes.is_empty() {
            Breaking::Break
        } else {
            Breaking::Bytes(bytes)
        }
    }
}

impl http_body::Body for Breaking {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match std::mem::replace(&mut *self, Breaking::Break) {
            Breaking::Bytes(bytes) => {
                *self = Breaking::Flush;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Breaking::Flush => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Breaking::Break => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }
}
