//! `client_assertion`: who the app is, signed by its certificate or by whom the tenant trusts to
//! say so (crates/graph/RULES.md 1.1).

use std::path::Path;

use aws_lc_rs::rand::fill;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chatferry_model::Millis;
use secrecy::SecretString;
use serde_json::json;

use super::certificate::Certificate;
use crate::error::TokenError;

/// The lifetime of an assertion, in seconds: longer than any request takes.
const LIFETIME: i64 = 300;
/// The allowed clock skew ahead of Entra's, in seconds.
const SKEW: i64 = 60;

/// An assertion that `certificate` signs, for the token service at `audience`.
pub(super) fn signed(
    certificate: &Certificate,
    client_id: &str,
    audience: &str,
    now: Millis,
) -> Result<SecretString, TokenError> {
    let unsigned = || TokenError::NoAssertion("the certificate's key can't sign".to_owned());
    let mut id = [0; 16];
    fill(&mut id).map_err(|_| unsigned())?;
    let now = now.as_millis() / 1_000;
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": certificate.thumbprint() });
    let claims = json!({
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": URL_SAFE_NO_PAD.encode(id),
        "nbf": now - SKEW,
        "iat": now,
        "exp": now + LIFETIME,
    });
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = certificate.sign(message.as_bytes()).ok_or_else(unsigned)?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(format!("{message}.{signature}").into())
}

/// The assertion in a file, which whoever runs this machine writes there and renews.
pub(super) fn in_file(path: &Path) -> Result<SecretString, TokenError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| TokenError::NoAssertion(format!("{}: {error}", path.display())))?;
    match text.trim() {
        "" => Err(TokenError::NoAssertion(format!(
            "{}: it is empty",
            path.display()
        ))),
        token => Ok(token.to_owned().into()),
    }
}
