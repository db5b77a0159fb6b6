//! Responses: success, Graph's error envelope, Entra's.

use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::moment::Moment;
use crate::refusal::Refused;

/// An answer before it has its request's id.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
                    IEEE754Compatible=false;charset=utf-8";

impl Answer {
    /// An answer with a body in JSON.
    pub(crate) fn json(status: u16, value: &impl Serialize) -> Answer {
        // Room for a message, so that the common answer is written without growing.
        let mut body = Vec::with_capacity(2_048);
        if serde_json::to_writer(&mut body, value).is_err() {
            return Answer::empty(500);
        }
        Answer {
            body: body.into(),
            content_type: JSON.to_owned(),
            ..Answer::empty(status)
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: Vec::new(),
            content_type: String::new(),
            body: Bytes::new(),
        }
    }

    /// An answer with bytes of some media type.
    pub(crate) fn bytes(content_type: &str, body: Vec<u8>) -> Answer {
        Answer {
            body: body.into(),
            content_type: content_type.to_owned(),
            ..Answer::empty(200)
        }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }
}

/// The identifiers of one request in its response.
pub(crate) struct Ids<'a> {
    pub(crate) request: &'a str,
    /// The client's own, echoed.
    pub(crate) client: Option<&'a str>,
    pub(crate) now: Moment,
}

impl Ids<'_> {
    fn date(&self) -> String {
        // Graph prints whole seconds and no zone here.
        self.now
            .to_string()
            .get(..19)
            .unwrap_or_default()
            .to_owned()
    }
}

/// Graph's error envelope (crates/graph/RULES.md section 3).
pub(crate) fn graph_error(status: u16, code: &str, message: &str, ids: &Ids<'_>) -> Answer {
    Answer::json(status, &envelope(code, message, None, ids))
}

/// The envelope; `inner` is what a layer further in says.
fn envelope(code: &str, message: &str, inner: Option<&str>, ids: &Ids<'_>) -> Value {
    let mut inner_error = json!({
        "date": ids.date(),
        "request-id": ids.request,
        "client-request-id": ids.client.unwrap_or(ids.request),
    });
    if let (Some(message), Some(fields)) = (inner, inner_error.as_object_mut()) {
        fields.insert("code".to_owned(), "1".into());
        fields.insert("message".to_owned(), message.into());
    }
    json!({
        "error": {
            "code": code,
            "message": message,
            "innerError": inner_error,
        },
    })
}

/// Entra's error shape at the token endpoint.
fn entra_error(status: u16, code: &str, message: &str, ids: &Ids<'_>) -> Answer {
    let number: Option<u32> = message
        .strip_prefix("AADSTS")
        .and_then(|rest| rest.split(':').next())
        .and_then(|digits| digits.parse().ok());
    let stamp = format!("{}Z", ids.date().replace('T', " "));
    let body = json!({
        "error": code,
        "error_description": format!(
            "{message} Trace ID: {} Correlation ID: {} Timestamp: {stamp}",
            ids.request,
            ids.client.unwrap_or(ids.request),
        ),
        "error_codes": number.into_iter().collect::<Vec<u32>>(),
        "timestamp": stamp,
        "trace_id": ids.request,
        "correlation_id": ids.client.unwrap_or(ids.request),
        "error_uri": number.map(|number| {
            format!("https://login.microsoftonline.com/error?code={number}")
        }),
    });
    let mut answer = Answer::json(status, &body);
    "application/json; charset=utf-8".clone_into(&mut answer.content_type);
    answer
}

/// The answer to a call that a rule refuses.
pub(crate) fn refusal(refused: &Refused, ids: &Ids<'_>) -> Answer {
    let (verdict, text) = refused.spoken();
    let answer = if refused.rule.is_entra() {
        entra_error(verdict.status, verdict.code, &text, ids)
    } else {
        let inner = refused.inner.as_deref();
        Answer::json(verdict.status, &envelope(verdict.code, &text, inner, ids))
    };
    match refused.retry_after_s {
        Some(seconds) => answer.header(header::RETRY_AFTER, seconds.to_string()),
        None if verdict.status == 401 && !refused.rule.is_entra() => {
            answer.header(header::WWW_AUTHENTICATE, "Bearer".to_owned())
        }
        None => answer,
    }
}

/// The answer that a fault stands for.
pub(crate) fn fault(status: u16, retry_after_s: Option<u64>, ids: &Ids<'_>) -> Answer {
    let (code, text) = match status {
        412 => (
            "PreconditionFailed",
            "PreconditionFailed-Version mismatch for thread resource.",
        ),
        429 => ("TooManyRequests", "Too Many Requests"),
        502 => ("BadGateway", "Failed to execute backend request."),
        503 => ("serviceNotAvailable", "Service is temporarily unavailable."),
        507 => ("quotaLimitReached", "Quota limit reached"),
        509 => ("bandwidthLimitExceeded", "Bandwidth limit exceeded"),
        504 => ("GatewayTimeout", "The backend did not answer in time."),
        _ => ("UnknownError", ""),
    };
    let answer = graph_error(status, code, text, ids);
    match retry_after_s {
        Some(seconds) => answer.header(header::RETRY_AFTER, seconds.to_string()),
        None => answer,
    }
}
