//! The twin without a network, in virtual time.

use chatferry_graph::{Answering, Clock, Transport, TransportError};
use chatferry_model::Millis;
use tower::ServiceExt;

/// Carries requests to the twin's router.
pub(super) struct InProcess {
    pub(super) router: axum::Router,
}

impl Transport for InProcess {
    fn send(&self, request: http::Request<bytes::Bytes>) -> Answering<'_> {
        Box::pin(async move {
            let lost = |error: &dyn std::fmt::Display| TransportError::Lost(error.to_string());
            let request = request.map(axum::body::Body::from);
            let response = self
                .router
                .clone()
                .oneshot(request)
                .await
                .map_err(|error| lost(&error))?;
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX)
                .await
                .map_err(|error| lost(&error))?;
            Ok(http::Response::from_parts(parts, body))
        })
    }
}

/// Wall time as far as the rehearsal is concerned.
pub(super) struct VirtualClock {
    pub(super) epoch: Millis,
    pub(super) start: tokio::time::Instant,
}

impl Clock for VirtualClock {
    fn now(&self) -> Millis {
        self.epoch
            .plus(i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}
