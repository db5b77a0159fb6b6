//! Access tokens by client credentials (crates/graph/RULES.md 1.1): fetched once, shared, renewed
//! in time.

mod assertion;
pub(crate) mod certificate;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::config::{Credential, GraphConfig};
use crate::error::TokenError;
use crate::retry;
use crate::transport::{Transport, TransportError};

pub use certificate::{Certificate, CertificateError};

/// A token is renewed this long before it ends, so that no call travels with one that ends on the
/// way.
const BEFORE_THE_END: Duration = Duration::from_secs(300);
/// With less time than this left, a token that was fetched earlier is not used any more.
const ON_THE_WAY: Duration = Duration::from_secs(60);
/// The token service answers fast or not at all.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The tokens of one app: at most one is being fetched at any time, everybody waits for that one.
pub(crate) struct Tokens {
    current: Mutex<Option<Token>>,
    /// The number of the latest that Graph rejected.
    rejected: AtomicU64,
}

/// An access token. Printing it shows nothing.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    secret: SecretString,
    renew_at: Instant,
    useless_at: Instant,
    /// Counts tokens, so that only the first who finds one rejected renews it.
    number: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    expires_in: Option<Seconds>,
}

/// A number; older endpoints and some gateways write it as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Granted {
    /// Returns the lifetime of the token: an hour, if that is not told.
    fn lifetime(&self) -> Duration {
        let seconds = match &self.expires_in {
            Some(Seconds::Number(seconds)) => Some(*seconds),
            Some(Seconds::Text(text)) => text.trim().parse().ok(),
            None => None,
        };
        Duration::from_secs(seconds.unwrap_or(3_600))
    }
}

#[derive(Deserialize)]
struct Denied {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self {
            current: Mutex::new(None),
            rejected: AtomicU64::new(0),
        }
    }

    /// Returns true if a call may leave with that one now. One that is merely being renewed is good
    /// yet: who has its turn and waits for the next would leave together with others.
    pub(crate) fn is_good(&self, token: &Token) -> bool {
        token.useless_at > Instant::now() && token.number > self.rejected.load(Ordering::Relaxed)
    }

    /// A token that is good for a while; not `rejected`, if Graph rejected that one.
    pub(crate) async fn get(
        &self,
        config: &GraphConfig,
        transport: &dyn Transport,
        clock: &dyn Clock,
        rejected: Option<&Token>,
    ) -> Result<Token, TokenError> {
        if let Some(rejected) = rejected {
            self.rejected.fetch_max(rejected.number, Ordering::Relaxed);
        }
        let mut current = self.current.lock().await;
        let number = current.as_ref().map_or(0, |token| token.number);
        if let Some(token) = &*current
            && token.renew_at > Instant::now()
            && token.number > self.rejected.load(Ordering::Relaxed)
        {
            return Ok(token.clone());
        }
        let mut failures = 0;
        let granted = loop {
            match request(config, transport, clock).await {
                Ok(granted) => break granted,
                Err(error) => {
                    failures += 1;
                    let wait = retry::token_wait(&error, failures, config.limits.retries);
                    tokio::time::sleep(wait.ok_or(error)?).await;
                }
            }
        };
        let lifetime = granted.lifetime();
        // One that lives shortly is renewed after half of its life, and used a quarter longer.
        let before = |end: Duration| lifetime.saturating_sub(end);
        let now = Instant::now();
        let token = Token {
            secret: granted.access_token,
            renew_at: now + before(BEFORE_THE_END).max(lifetime / 2),
            useless_at: now + before(ON_THE_WAY).max(lifetime / 4 * 3),
            number: number + 1,
        };
        *current = Some(token.clone());
        Ok(token)
    }
}

impl Token {
    /// The value of the header `Authorization`.
    pub(crate) fn header(&self) -> Option<http::HeaderValue> {
        let text = format!("Bearer {}", self.secret.expose_secret());
        let mut value = http::HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The app permissions in the token (`roles`), if it can be read; it is opaque by contract.
    pub(crate) fn roles(&self) -> Option<Vec<String>> {
        self.claims().map(|claims| claims.roles)
    }

    /// The tenant's id in the token (`tid`), if it can be read.
    pub(crate) fn tenant(&self) -> Option<String> {
        self.claims()?.tid
    }

    fn claims(&self) -> Option<Claims> {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;

        let claims = self.secret.expose_secret().split('.').nth(1)?;
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    tid: Option<String>,
}

async fn request(
    config: &GraphConfig,
    transport: &dyn Transport,
    clock: &dyn Clock,
) -> Result<Granted, TokenError> {
    let proof = Proof::of(config, clock)?;
    let request = token_request(config, &proof).map_err(|error| {
        TokenError::NoAnswer(TransportError::NotSent(format!("login_url: {error}")))
    })?;
    let answer = tokio::time::timeout(ANSWER_WITHIN, transport.send(request))
        .await
        .unwrap_or_else(|_| Err(TransportError::Lost("took too long".to_owned())))
        .map_err(TokenError::NoAnswer)?;
    if answer.status().is_success() {
        return serde_json::from_slice(answer.body())
            .map_err(|_| TokenError::Unreadable(answer.status().as_u16()));
    }
    // A server that fails or throttles has not said no.
    if answer.status().is_server_error() || answer.status() == 429 || answer.status() == 408 {
        return Err(TokenError::Unreadable(answer.status().as_u16()));
    }
    let denied: Denied = serde_json::from_slice(answer.body())
        .map_err(|_| TokenError::Unreadable(answer.status().as_u16()))?;
    let message = denied
        .error_description
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    Err(TokenError::Refused {
        code: denied.error,
        message,
    })
}

/// By what the app proves that it is the app.
enum Proof<'a> {
    Secret(&'a SecretString),
    Assertion(SecretString),
}

impl<'a> Proof<'a> {
    /// An assertion is made or read anew for each request.
    fn of(config: &'a GraphConfig, clock: &dyn Clock) -> Result<Self, TokenError> {
        Ok(match &config.credential {
            Credential::Secret(secret) => Self::Secret(secret),
            Credential::Certificate(certificate) => {
                let (client, audience) = (&config.client_id, token_address(config));
                let now = clock.now();
                Self::Assertion(assertion::signed(certificate, client, &audience, now)?)
            }
            Credential::FederatedTokenFile(path) => Self::Assertion(assertion::in_file(path)?),
        })
    }
}

fn token_address(config: &GraphConfig) -> String {
    format!(
        "{}/{}/oauth2/v2.0/token",
        config.login_url, config.tenant_id
    )
}

/// The form of crates/graph/RULES.md E1.
fn token_request(config: &GraphConfig, proof: &Proof<'_>) -> Result<Request<Bytes>, http::Error> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", &config.client_id)
        .append_pair(
            "scope",
            &format!("{}/.default", config.graph_url.resource()),
        )
        .append_pair("grant_type", "client_credentials");
    match proof {
        Proof::Secret(secret) => form.append_pair("client_secret", secret.expose_secret()),
        Proof::Assertion(assertion) => form
            .append_pair(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .append_pair("client_assertion", assertion.expose_secret()),
    };
    Request::builder()
        .method(Method::POST)
        .uri(token_address(config))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(Bytes::from(form.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BaseUrl, Limits};

    fn config() -> GraphConfig {
        GraphConfig {
            tenant_id: "acme.example".to_owned(),
            client_id: "app".to_owned(),
            credential: Credential::Secret("s+cr&t".to_owned().into()),
            graph_url: BaseUrl::graph(),
            login_url: BaseUrl::login(),
            limits: Limits::default(),
        }
    }

    #[test]
    fn the_form_is_what_entra_asks_for() {
        let config = config();
        let proof = Proof::of(&config, &crate::SystemClock).unwrap();
        let request = token_request(&config, &proof).unwrap();
        insta::assert_snapshot!(
            format!("{} {}\n{}", request.method(), request.uri(), String::from_utf8_lossy(request.body())),
            @"
        POST https://login.microsoftonline.com/acme.example/oauth2/v2.0/token
        client_id=app&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&grant_type=client_credentials&client_secret=s%2Bcr%26t
        "
        );
    }

    #[test]
    fn an_assertion_says_who_to_whom_and_for_how_long() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;

        let keys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys/app.pem");
        let certificate = Certificate::read(&keys, &String::new().into()).unwrap();
        let config = GraphConfig {
            credential: Credential::Certificate(certificate),
            ..config()
        };
        let proof = || match Proof::of(&config, &crate::SystemClock).unwrap() {
            Proof::Assertion(assertion) => assertion.expose_secret().to_owned(),
            Proof::Secret(_) => String::new(),
        };
        let assertion = proof();
        let part = |n| {
            let part = URL_SAFE_NO_PAD
                .decode(assertion.split('.').nth(n).unwrap())
                .unwrap();
            serde_json::from_slice::<serde_json::Value>(&part).unwrap()
        };
        let (header, claims) = (part(0), part(1));
        assert_eq!(
            (&header["alg"], &header["typ"]),
            (&"PS256".into(), &"JWT".into())
        );
        assert_eq!(header["x5t#S256"].as_str().unwrap().len(), 43);
        assert_eq!(claims["aud"], token_address(&config));
        assert_eq!(
            (&claims["iss"], &claims["sub"]),
            (&"app".into(), &"app".into())
        );
        let time = |name: &str| claims[name].as_i64().unwrap();
        assert!(time("nbf") < time("iat") && time("exp") - time("iat") <= 600);
        assert_ne!(assertion, proof(), "each is used once");
    }

    #[test]
    fn a_federated_token_is_read_anew_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let config = GraphConfig {
            credential: Credential::FederatedTokenFile(path.clone()),
            ..config()
        };
        for token in ["first", "second"] {
            std::fs::write(&path, format!("{token}\n")).unwrap();
            let proof = Proof::of(&config, &crate::SystemClock).unwrap();
            let request = token_request(&config, &proof).unwrap();
            let form = String::from_utf8_lossy(request.body()).into_owned();
            assert!(
                form.ends_with(&format!("jwt-bearer&client_assertion={token}")),
                "{form}"
            );
        }
        std::fs::write(&path, "").unwrap();
        assert!(Proof::of(&config, &crate::SystemClock).is_err());
    }

    #[test]
    fn a_lifetime_may_be_a_number_a_text_or_not_told() {
        for (told, seconds) in [
            (r#","expires_in":3599"#, 3_599),
            (r#","expires_in":"3599""#, 3_599),
            ("", 3_600),
        ] {
            let answer = format!(r#"{{"access_token":"a"{told}}}"#);
            let granted: Granted = serde_json::from_str(&answer).unwrap();
            assert_eq!(granted.lifetime(), Duration::from_secs(seconds), "{told}");
        }
    }

    #[test]
    fn roles_are_read_where_the_token_can_be() {
        let token = |text: &str| Token {
            secret: text.to_owned().into(),
            renew_at: Instant::now(),
            useless_at: Instant::now(),
            number: 1,
        };
        let readable = "e30.eyJyb2xlcyI6WyJUZWFtd29yay5NaWdyYXRlLkFsbCJdfQ.x";
        assert_eq!(
            token(readable).roles(),
            Some(vec!["Teamwork.Migrate.All".to_owned()])
        );
        assert_eq!(token("opaque").roles(), None);
        assert!(!format!("{:?}", token("planted")).contains("planted"));
        assert!(token(readable).header().unwrap().is_sensitive());
    }
}
