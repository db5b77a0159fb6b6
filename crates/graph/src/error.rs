//! Refusals of Graph, and their remedies.

use std::fmt;

use http::StatusCode;
use serde::Deserialize;

use crate::transport::TransportError;

/// A call that failed: which, why, and the id by which Microsoft's support finds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {cause}{}", Suffix(.request_id.as_deref()))]
pub struct GraphError {
    /// The method and the path, without the query.
    pub call: Box<str>,
    /// The cause.
    pub cause: Cause,
    /// `request-id` of the answer.
    pub request_id: Option<Box<str>>,
}

/// The reason why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// Graph said no.
    #[error(transparent)]
    Refused(Refusal),
    /// There was no answer.
    #[error(transparent)]
    NoAnswer(#[from] TransportError),
    /// There was one, but not in Graph's words.
    #[error("the answer is not what Graph answers: {0}")]
    Unreadable(String),
    /// There is no token.
    #[error(transparent)]
    NoToken(#[from] TokenError),
}

/// A refusal in Graph's words (crates/graph/RULES.md 3).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct Refusal {
    /// The status of the answer, or of one item of it.
    pub status: u16,
    /// `error.code`.
    pub code: String,
    /// `error.message`, cut where it becomes long.
    pub message: String,
}

/// No token to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token service said no.
    #[error("the token service refuses this app: {code}: {message}")]
    Refused {
        /// `error`.
        code: String,
        /// The first line of `error_description`; names no secret.
        message: String,
    },
    /// There is nothing to prove with who the app is.
    #[error("the app can't prove who it is: {0}")]
    NoAssertion(String),
    /// The token service did not answer.
    #[error("the token service does not answer: {0}")]
    NoAnswer(TransportError),
    /// The token service answered something else.
    #[error("the token service's answer holds no token (status {0})")]
    Unreadable(u16),
}

struct Suffix<'a>(Option<&'a str>);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, " (request-id {id})"),
            None => Ok(()),
        }
    }
}

/// The number of characters kept of a server's message.
const LONGEST_MESSAGE: usize = 400;

/// The error envelope: `{"error":{"code","message","innerError":{…}}}`.
#[derive(Deserialize)]
struct Envelope {
    error: PublicError,
}

/// `publicError`; both spellings of `innerError` occur.
#[derive(Deserialize, Default)]
pub(crate) struct PublicError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default, rename = "innerError", alias = "innererror")]
    inner: Option<InnerError>,
}

#[derive(Deserialize)]
struct InnerError {
    #[serde(default, rename = "request-id")]
    request_id: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl PublicError {
    /// The refusal in it; an inner message says more than the outer one, so it is kept too.
    pub(crate) fn refusal(self, status: u16) -> (Refusal, Option<String>) {
        let mut message = self.message.unwrap_or_default();
        let mut request_id = None;
        if let Some(inner) = self.inner {
            request_id = inner.request_id;
            if let Some(more) = inner
                .message
                .filter(|more| !message.contains(more.as_str()))
            {
                message.push_str("; ");
                message.push_str(&more);
            }
        }
        let refusal = Refusal {
            status,
            code: self.code.unwrap_or_default(),
            message: shortened(&message),
        };
        (refusal, request_id)
    }
}

/// The first `LONGEST_MESSAGE` characters.
fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

impl Refusal {
    /// Reads it from the body of an answer; a body that is none gives one with the status only.
    pub(crate) fn read(status: StatusCode, body: &[u8]) -> (Self, Option<String>) {
        let error = serde_json::from_slice::<Envelope>(body).map(|envelope| envelope.error);
        let (mut refusal, request_id) = error.unwrap_or_default().refusal(status.as_u16());
        if refusal.code.is_empty() {
            status
                .canonical_reason()
                .unwrap_or("unknown")
                .clone_into(&mut refusal.code);
        }
        (refusal, request_id)
    }

    /// Returns true if the message or the code holds `part`; case does not count.
    pub(crate) fn says(&self, part: &str) -> bool {
        let part = part.to_lowercase();
        self.message.to_lowercase().contains(&part) || self.code.to_lowercase().contains(&part)
    }
}

impl GraphError {
    /// Returns the remedy, where it is known: one sentence.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match &self.cause {
            Cause::Refused(refusal) => REMEDIES
                .iter()
                .find(|(status, part, _)| refusal.status == *status && refusal.says(part))
                .map(|(_, _, remedy)| *remedy)
                .or_else(|| is_trouble(refusal.status).then_some(LATER)),
            Cause::NoToken(TokenError::Unreadable(status)) if is_trouble(*status) => Some(LATER),
            Cause::NoAnswer(_) | Cause::NoToken(TokenError::NoAnswer(_)) => {
                Some("Check the network and the proxy, then run the same command again.")
            }
            Cause::NoToken(TokenError::Refused { message, .. }) => TOKEN_REMEDIES
                .iter()
                .find(|(part, _)| message.contains(part))
                .map(|(_, remedy)| *remedy),
            Cause::NoToken(TokenError::NoAssertion(_)) => {
                Some("Check client_certificate, or the file with the federated token.")
            }
            Cause::NoToken(TokenError::Unreadable(_)) | Cause::Unreadable(_) => {
                Some("Check graph_url and login_url: something else than Graph answers there.")
            }
        }
    }

    /// Returns true if the app may not do that.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 403)
    }

    /// Returns true if the requested resource does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 404)
    }

    /// Returns true if the key of what was to be made is taken.
    pub(crate) fn is_conflict(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 409)
    }

    /// Graph's words, if it was Graph that said no.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.cause {
            Cause::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// By status and a part of the message (crates/graph/RULES.md 3); the first that fits.
const REMEDIES: &[(u16, &str, &str)] = &[
    (
        403,
        "missing role",
        "Give the app registration the application permission that is named, have it consented to, and run the same command again.",
    ),
    (
        400,
        "only 1 application",
        "Another app opened this import; upload with that app's client_id, or complete the import with it first.",
    ),
    (
        400,
        "import session in",
        "Another app opened this import; complete it with that app's client_id.",
    ),
    (
        403,
        "only 1 application",
        "Another app opened this import; upload with that app's client_id, or complete the import with it first.",
    ),
    (
        403,
        "import session in",
        "Another app opened this import; complete it with that app's client_id.",
    ),
    (
        403,
        "archived",
        "Restore it in Teams, and run the same command again.",
    ),
    (
        401,
        "import purposes",
        "The channel is not in migration mode: somebody completed it, or it was not made by this app.",
    ),
    (
        403,
        "not marked for import",
        "It is not in migration mode: somebody completed it, or Teams has not put it into the mode yet; run the upload again later.",
    ),
    (
        403,
        "thread creation time",
        "Teams has not set its creation time back yet; run the upload again later: it goes on where it stopped.",
    ),
    (
        403,
        "messagewritesblocked",
        "Teams takes no messages there at present; run the upload again later: it goes on where it stopped.",
    ),
    (
        400,
        "migration channels can only",
        "General was completed too early: delete the team, remove the folder 4-upload, and upload again.",
    ),
    (
        403,
        "",
        "Check the app registration's application permissions and their admin consent.",
    ),
    (
        404,
        "resource not found for the segment",
        "This cloud does not have that function; only new teams with standard channels can be filled there.",
    ),
];

/// The advice for trouble of the service itself.
const LATER: &str = "Microsoft's service has trouble: run the same command again later; it goes on where it stopped.";

/// Returns true if a server says so of itself, or of too many calls.
fn is_trouble(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504 | 509)
}

/// By a part of Entra's message (crates/graph/RULES.md 1.1).
const TOKEN_REMEDIES: &[(&str, &str)] = &[
    (
        "AADSTS7000215",
        "Set CHATFERRY_CLIENT_SECRET to the secret's value, not its id; if it is the value, the secret has expired and needs a successor.",
    ),
    (
        "AADSTS700027",
        "The app registration does not know the certificate, or this machine's clock is wrong: upload the certificate there.",
    ),
    (
        "AADSTS70021",
        "The app registration has no federated credential that fits the token's issuer, subject and audience.",
    ),
    (
        "AADSTS700024",
        "The assertion is not good at this time: check this machine's clock.",
    ),
    (
        "AADSTS700016",
        "Check client_id and tenant_id: this tenant does not know the app.",
    ),
    (
        "AADSTS90002",
        "Check tenant_id and login_url: this cloud does not know the tenant.",
    ),
    (
        "AADSTS7000222",
        "The client secret has expired: make a new one in the app registration.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> GraphError {
        let status = StatusCode::from_u16(status).unwrap();
        let (refusal, request_id) = Refusal::read(status, body.as_bytes());
        GraphError {
            call: "POST /teams".into(),
            cause: Cause::Refused(refusal),
            request_id: request_id.map(Into::into),
        }
    }

    #[test]
    fn an_envelope_reads_well() {
        let body = r#"{"error":{"code":"PreconditionFailed","message":"Failed.",
            "innerError":{"code":"1","message":"Version mismatch","request-id":"8a7b"}}}"#;
        let error = error(412, body);
        insta::assert_snapshot!(
            error,
            @"POST /teams: 412 PreconditionFailed: Failed.; Version mismatch (request-id 8a7b)"
        );
    }

    #[test]
    fn what_is_no_envelope_still_has_a_status() {
        insta::assert_snapshot!(error(502, "<html>"), @"POST /teams: 502 Bad Gateway: ");
    }

    #[test]
    fn trouble_of_the_service_is_waited_out() {
        assert_eq!(error(503, "<html>").remedy(), Some(LATER));
        assert_eq!(error(507, "").remedy(), None, "a full drive stays full");
        let error = GraphError {
            call: "POST token".into(),
            cause: TokenError::Unreadable(503).into(),
            request_id: None,
        };
        assert_eq!(error.remedy(), Some(LATER));
    }

    #[test]
    fn known_refusals_have_a_remedy() {
        let body = r#"{"error":{"code":"Forbidden","message":"Missing role permissions on the request."}}"#;
        assert!(error(403, body).remedy().unwrap().contains("permission"));
        assert_eq!(error(400, "{}").remedy(), None);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = "ü".repeat(LONGEST_MESSAGE + 1);
        assert_eq!(shortened(&message).chars().count(), LONGEST_MESSAGE + 1);
    }
}
