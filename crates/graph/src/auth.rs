//! Access tokens by client credentials (graph.md 1.1): fetched once, shared, renewed in time.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::config::{Credential, GraphConfig};
use crate::error::TokenError;
use crate::retry;
use crate::transport::{Transport, TransportError};

/// A token is renewed this long before it ends, so that no call travels with one that ends on the
/// way.
const BEFORE_THE_END: Duration = Duration::from_secs(300);
/// The token service answers fast or not at all.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The tokens of one app: at most one is being fetched at any time, everybody waits for that one.
pub(crate) struct Tokens {
    current: Mutex<Option<Token>>,
}

/// An access token. Printing it shows nothing.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    secret: SecretString,
    renew_at: Instant,
    /// Counts tokens, so that only the first who finds one rejected renews it.
    number: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    expires_in: Option<u64>,
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
        }
    }

    /// A token that is good for a while; not `rejected`, if Graph rejected that one.
    pub(crate) async fn get(
        &self,
        config: &GraphConfig,
        transport: &dyn Transport,
        rejected: Option<&Token>,
    ) -> Result<Token, TokenError> {
        let mut current = self.current.lock().await;
        let number = current.as_ref().map_or(0, |token| token.number);
        if let Some(token) = &*current
            && token.renew_at > Instant::now()
            && rejected.is_none_or(|rejected| rejected.number != token.number)
        {
            return Ok(token.clone());
        }
        let mut failures = 0;
        let granted = loop {
            match request(config, transport).await {
                Ok(granted) => break granted,
                Err(error) => {
                    failures += 1;
                    let wait = retry::token_wait(&error, failures, config.limits.retries);
                    tokio::time::sleep(wait.ok_or(error)?).await;
                }
            }
        };
        let lifetime = Duration::from_secs(granted.expires_in.unwrap_or(3_600));
        let token = Token {
            secret: granted.access_token,
            // One that ends sooner than that is used for half of its life.
            renew_at: Instant::now() + lifetime.saturating_sub(BEFORE_THE_END).max(lifetime / 2),
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

async fn request(config: &GraphConfig, transport: &dyn Transport) -> Result<Granted, TokenError> {
    let request = token_request(config).map_err(|error| {
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

/// The form of graph.md E1.
fn token_request(config: &GraphConfig) -> Result<Request<Bytes>, http::Error> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", &config.client_id)
        .append_pair(
            "scope",
            &format!("{}/.default", config.graph_url.resource()),
        )
        .append_pair("grant_type", "client_credentials");
    match &config.credential {
        Credential::Secret(secret) => form.append_pair("client_secret", secret.expose_secret()),
    };
    Request::builder()
        .method(Method::POST)
        .uri(format!(
            "{}/{}/oauth2/v2.0/token",
            config.login_url, config.tenant_id
        ))
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
        let request = token_request(&config()).unwrap();
        insta::assert_snapshot!(
            format!("{} {}\n{}", request.method(), request.uri(), String::from_utf8_lossy(request.body())),
            @"
        POST https://login.microsoftonline.com/acme.example/oauth2/v2.0/token
        client_id=app&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&grant_type=client_credentials&client_secret=s%2Bcr%26t
        "
        );
    }

    #[test]
    fn roles_are_read_where_the_token_can_be() {
        let token = |text: &str| Token {
            secret: text.to_owned().into(),
            renew_at: Instant::now(),
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
