//! The configuration of the client: identity, addresses and rates.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

pub use chatferry_model::limits::{Limits, Rate};
use http::Uri;
use secrecy::SecretString;

use crate::auth::certificate::Certificate;

/// Everything a [`Client`](crate::Client) needs to know. Printing it shows no secret.
#[derive(Clone, Debug)]
pub struct GraphConfig {
    /// The tenant: its id or one of its domains.
    pub tenant_id: String,
    /// The app registration's application id.
    pub client_id: String,
    /// The way the app proves that it is the app.
    pub credential: Credential,
    /// The address of Graph; `https://graph.microsoft.com` in the global cloud.
    pub graph_url: BaseUrl,
    /// The address of the token service; `https://login.microsoftonline.com` in the global cloud.
    pub login_url: BaseUrl,
    /// The rates and retries of calls to Graph.
    pub limits: Limits,
}

/// The way an app proves that it is the app (crates/graph/RULES.md 1.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// A client secret: its value, not its id.
    Secret(SecretString),
    /// A certificate, whose key signs an assertion.
    Certificate(Certificate),
    /// A file with a token of an issuer that the tenant trusts (workload identity); it is read
    /// whenever a token is asked for, because it is renewed by others.
    FederatedTokenFile(PathBuf),
}

/// The address of a service, without its path's end: `https://graph.microsoft.com`.
///
/// Always https, except on this machine: tokens do not travel in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// An address that will not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// The text is no address.
    #[error("{0:?} is no address; expected one like https://graph.microsoft.com")]
    Malformed(String),
    /// The address would send the token in the clear.
    #[error("{0:?} is not encrypted; http is only for this machine (localhost), use https")]
    Unencrypted(String),
    /// The address holds more than a scheme, a host and a path.
    #[error(
        "{0:?} holds a user, a query or a fragment; leave only the scheme, the host and a path"
    )]
    Excess(String),
}

impl BaseUrl {
    /// Graph of the global cloud.
    #[must_use]
    pub fn graph() -> Self {
        Self("https://graph.microsoft.com".to_owned())
    }

    /// The token service of the global cloud.
    #[must_use]
    pub fn login() -> Self {
        Self("https://login.microsoftonline.com".to_owned())
    }

    /// The address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Graph's own name for itself in this cloud, as it stands inside requests: in scopes and in
    /// addresses of users. A simulated tenant on this machine stands for the global cloud.
    #[must_use]
    pub fn resource(&self) -> &str {
        if self.0.starts_with("https://") {
            &self.0
        } else {
            "https://graph.microsoft.com"
        }
    }

    /// Returns true if it is Graph of a national cloud, which can't put anything into migration
    /// mode (crates/graph/RULES.md R68). Any other address than the global one is a simulated
    /// tenant's.
    #[must_use]
    pub fn is_national(&self) -> bool {
        const CLOUDS: &[&str] = &[
            ".microsoft.us",
            ".chinacloudapi.cn",
            ".microsoft.de",
            ".sovcloud.fr",
            ".sovcloud.de",
            ".ic.gov",
            ".microsoft.scloud",
        ];
        let host = self.0.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let host = host.to_ascii_lowercase();
        CLOUDS.iter().any(|cloud| host.ends_with(cloud))
    }

    /// Returns the part that follows this address in `url`, if that is below it: the way a
    /// `nextLink` is followed without sending the token to another host.
    #[must_use]
    pub fn strip<'a>(&self, url: &'a str) -> Option<&'a str> {
        url.strip_prefix(&self.0)
            .filter(|rest| rest.starts_with('/'))
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let malformed = || BaseUrlError::Malformed(text.to_owned());
        let trimmed = text.trim().trim_end_matches('/');
        if trimmed.contains(['?', '#', '@']) {
            // What is refused is not repeated: a user part may hold a password.
            let shown = trimmed.split(['?', '#']).next().unwrap_or_default();
            let shown = shown.rsplit('@').next().unwrap_or_default();
            return Err(BaseUrlError::Excess(shown.to_owned()));
        }
        let uri: Uri = trimmed.parse().map_err(|_| malformed())?;
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or_else(malformed)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => return Err(BaseUrlError::Unencrypted(text.to_owned())),
            _ => return Err(malformed()),
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_stays_on_this_machine() {
        for (url, fine) in [
            ("https://graph.microsoft.us/", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080/base", true),
            ("http://[::1]:8080", true),
            ("http://graph.microsoft.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://localhost", false),
            ("https://user:word@graph.microsoft.com", false),
            ("https://graph.microsoft.com?x", false),
            ("graph.microsoft.com", false),
            ("", false),
        ] {
            assert_eq!(url.parse::<BaseUrl>().is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn a_refused_address_does_not_repeat_a_password() {
        let error = "https://user:word@host".parse::<BaseUrl>().unwrap_err();
        assert!(!error.to_string().contains("word"), "{error}");
    }

    #[test]
    fn national_clouds_are_known_by_their_names() {
        for (url, national) in [
            ("https://graph.microsoft.com", false),
            ("https://graph.microsoft.us", true),
            ("https://dod-graph.microsoft.us/", true),
            ("https://microsoftgraph.chinacloudapi.cn", true),
            ("https://GRAPH.microsoft.us:443/base", true),
            ("http://127.0.0.1:8080", false),
            ("https://twin.example.com", false),
        ] {
            let url: BaseUrl = url.parse().unwrap();
            assert_eq!(url.is_national(), national, "{url}");
        }
    }

    #[test]
    fn a_link_to_another_host_is_not_ours() {
        let graph = BaseUrl::graph();
        let ours = graph.strip("https://graph.microsoft.com/v1.0/users?$skiptoken=x");
        assert_eq!(ours, Some("/v1.0/users?$skiptoken=x"));
        assert_eq!(
            graph.strip("https://graph.microsoft.com.evil.org/v1.0/users"),
            None
        );
        assert_eq!(graph.strip("https://evil.org/v1.0/users"), None);
    }

    #[test]
    fn printing_shows_no_secret() {
        let config = GraphConfig {
            tenant_id: "t".to_owned(),
            client_id: "c".to_owned(),
            credential: Credential::Secret("planted".to_owned().into()),
            graph_url: BaseUrl::graph(),
            login_url: BaseUrl::login(),
            limits: Limits::default(),
        };
        assert!(!format!("{config:?}").contains("planted"));
    }
}
