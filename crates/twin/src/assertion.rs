//! `client_assertion`: a token that a registered certificate signed, or one of an issuer that the
//! app trusts (crates/graph/RULES.md 1.1).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use webpki::EndEntityCert;
use webpki::aws_lc_rs::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY};

use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::App;

/// The longest that an assertion may be good for, in seconds.
const LONGEST: i64 = 24 * 3_600;
/// The allowed clock skew, in seconds.
const SKEW: i64 = 300;

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(rename = "x5t#S256", default)]
    thumbprint: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    jti: String,
    #[serde(default)]
    nbf: Option<i64>,
    exp: i64,
}

/// Checks that an assertion speaks for `app`, to `audience`, at this time (A8–A10).
pub(crate) fn check(
    assertion: &str,
    app: &App,
    audience: &str,
    now: Moment,
) -> Result<(), Refused> {
    if app.federated_tokens.iter().any(|token| token == assertion) {
        return Ok(());
    }
    let malformed = |detail: &str| Rule::A8.refuse(detail).with(app.id.as_str());
    let mut parts = assertion.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed("no JWT of three parts"));
    };
    let head: Header = part(header).ok_or_else(|| malformed("its header"))?;
    let said: Claims = part(claims).ok_or_else(|| malformed("its claims"))?;
    let client = app.id.as_str();
    let speaks_for = |name: &str| name.eq_ignore_ascii_case(client);
    if said.aud != audience || !speaks_for(&said.iss) || !speaks_for(&said.sub) {
        let detail = format!("aud {}, iss {}, sub {}", said.aud, said.iss, said.sub);
        return Err(Rule::A10.refuse(detail));
    }
    if said.jti.is_empty() {
        return Err(Rule::A10.refuse("jti is empty"));
    }
    let seconds = now.as_millis().div_euclid(1_000);
    let from = said.nbf.unwrap_or(seconds);
    if said.exp <= seconds || from > seconds + SKEW || said.exp - from > LONGEST {
        return Err(Rule::A9.refuse(format!("from {from} to {}, now {seconds}", said.exp)));
    }
    let algorithm: &dyn SignatureVerificationAlgorithm = match head.alg.as_str() {
        "PS256" => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        "RS256" => RSA_PKCS1_2048_8192_SHA256,
        other => return Err(malformed(&format!("alg is '{other}'"))),
    };
    let signature = URL_SAFE_NO_PAD.decode(signature);
    let signature = signature.map_err(|_| malformed("its signature is no base64url"))?;
    let message = assertion
        .rsplit_once('.')
        .map_or("", |(message, _)| message);
    let certificates = app.certificates.iter();
    let mut known = certificates.filter_map(|text| STANDARD.decode(text).ok());
    let certificate = known.find(|der| {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, der));
        head.thumbprint.as_deref() == Some(thumbprint.as_str())
    });
    let certificate = certificate.ok_or_else(|| malformed("no registered certificate's"))?;
    let certificate = CertificateDer::from(certificate);
    EndEntityCert::try_from(&certificate)
        .and_then(|end| end.verify_signature(algorithm, message.as_bytes(), &signature))
        .map_err(|error| malformed(&error.to_string()))
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}
