//! The allowed origins of files: Slack's own servers, encrypted.

use std::fmt;

use chatferry_graph::BaseUrl;
use reqwest::Url;

use crate::error::CliError;

/// The connection to Slack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slack {
    /// A server on this machine that stands for all of Slack's, in tests.
    stand_in: Option<Url>,
}

/// An address at one of Slack's servers; printing it shows neither path nor query.
#[derive(Clone)]
pub(crate) struct SlackUrl(Url);

impl Slack {
    /// By the setting `fetch.slack_url`; empty: Slack itself.
    ///
    /// # Errors
    /// When it is another machine: a token must not go there.
    pub(crate) fn new(setting: &str) -> Result<Self, CliError> {
        if setting.is_empty() {
            return Ok(Self::default());
        }
        let refuse = || {
            let what = "is no address of this machine, like http://127.0.0.1:8080";
            CliError::usage(format!("fetch.slack_url: {setting:?} {what}"))
                .hint("leave it empty to fetch from Slack itself")
        };
        let address: BaseUrl = setting.parse().map_err(|_| refuse())?;
        let url: Url = address.as_str().parse().map_err(|_| refuse())?;
        // Plain http is for this machine only, which `BaseUrl` has made sure of.
        if url.scheme() != "http" {
            return Err(refuse());
        }
        Ok(Self {
            stand_in: Some(url),
        })
    }

    /// The address to ask.
    pub(crate) fn reach(&self, at: &SlackUrl) -> Url {
        let mut url = at.0.clone();
        if let Some(stand_in) = &self.stand_in {
            // Both have a host, so that none of these can fail.
            let _ = url.set_scheme(stand_in.scheme());
            let _ = url.set_host(stand_in.host_str());
            let _ = url.set_port(stand_in.port());
        }
        url
    }
}

impl SlackUrl {
    /// The address, if it is one of Slack's.
    pub(crate) fn parse(address: &str) -> Option<Self> {
        Self::of(address.parse().ok()?)
    }

    /// Returns the target of a redirect, if that is one of Slack's addresses.
    pub(crate) fn redirected(&self, location: &str) -> Option<Self> {
        Self::of(self.0.join(location).ok()?)
    }

    fn of(mut url: Url) -> Option<Self> {
        if url.scheme() == "http" {
            // Exports of old; Slack's servers all speak https.
            url.set_scheme("https").ok()?;
        }
        let host = url.host_str()?;
        let is_slack = host == "slack.com"
            || host.ends_with(".slack.com")
            || host == "slack-files.com"
            || host.ends_with(".slack-files.com");
        let is_plain = url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        url.set_fragment(None);
        (is_slack && is_plain).then_some(Self(url))
    }

    /// Returns true if both are at the same host.
    pub(crate) fn same_host(&self, other: &Self) -> bool {
        self.0.host_str() == other.0.host_str()
    }

    /// Returns true if it is where Slack asks people to sign in.
    pub(crate) fn is_sign_in(&self) -> bool {
        self.0.query_pairs().any(|(name, _)| name == "redir") || self.0.path().contains("signin")
    }
}

impl fmt::Debug for SlackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slack_s_own_servers() {
        for (address, fine) in [
            (
                "https://files.slack.com/files-pri/T1-F1/a.png?t=xoxe-1",
                true,
            ),
            ("https://acme.slack.com/files/U1/F1/a.png", true),
            ("https://acme.enterprise.slack.com/x", true),
            ("https://slack-files.com/files-pub/T1-F1-x/a.png", true),
            ("http://files.slack.com/a.png", true),
            ("https://files.slack.com.evil.example/a.png", false),
            ("https://evil.example/?files.slack.com", false),
            ("https://evilslack.com/a.png", false),
            ("https://files.slack.com@evil.example/a.png", false),
            ("https://user@files.slack.com/a.png", false),
            ("https://files.slack.com:8443/a.png", false),
            ("https://127.0.0.1/a.png", false),
            ("ftp://files.slack.com/a.png", false),
            ("file:///etc/passwd", false),
            ("files.slack.com/a.png", false),
        ] {
            assert_eq!(SlackUrl::parse(address).is_some(), fine, "{address}");
        }
    }

    #[test]
    fn redirects_stay_with_slack() {
        let from = SlackUrl::parse("https://files.slack.com/a/b?t=xoxe-1").unwrap();
        let next = from.redirected("/c").unwrap();
        assert_eq!(next.0.as_str(), "https://files.slack.com/c");
        assert!(from.same_host(&next));
        let next = from
            .redirected("https://acme.slack.com/?redir=%2Fa")
            .unwrap();
        assert!(!from.same_host(&next) && next.is_sign_in());
        assert!(from.redirected("//evil.example/c").is_none());
        assert!(from.redirected("http://127.0.0.1:9/c").is_none());
    }

    #[test]
    fn printing_shows_no_token() {
        let url = SlackUrl::parse("https://files.slack.com/a?t=xoxe-planted").unwrap();
        assert!(!format!("{url:?}").contains("planted"));
    }

    #[test]
    fn only_this_machine_stands_for_slack() {
        for (setting, fine) in [
            ("", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("https://proxy.example", false),
            ("http://proxy.example", false),
            ("nonsense", false),
        ] {
            assert_eq!(Slack::new(setting).is_ok(), fine, "{setting}");
        }
        let slack = Slack::new("http://127.0.0.1:8080").unwrap();
        let url = SlackUrl::parse("https://files.slack.com/a?t=1").unwrap();
        assert_eq!(slack.reach(&url).as_str(), "http://127.0.0.1:8080/a?t=1");
    }
}
