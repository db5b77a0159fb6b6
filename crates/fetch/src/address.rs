//! The allowed origins of files: the source's own servers, encrypted.

use std::fmt;

use chatferry_readers::FileServers;
use url::Url;

use crate::error::FetchError;

/// The connection to a source's servers.
#[derive(Clone, Debug)]
pub struct Servers {
    pub(crate) row: &'static FileServers,
    /// A server on this machine that stands for all of the source's, in tests.
    stand_in: Option<Url>,
}

/// An address at one of the source's servers; printing it shows neither path nor query.
#[derive(Clone)]
pub(crate) struct ServerUrl(Url);

impl Servers {
    /// The servers of a row, or `stand_in` for them if that is not empty.
    ///
    /// # Errors
    /// When the stand-in is another machine: a token must not go there.
    pub fn new(row: &'static FileServers, stand_in: &str) -> Result<Self, FetchError> {
        let is_this_machine = |url: &Url| {
            let host = url.host_str();
            url.scheme() == "http"
                && matches!(host, Some("127.0.0.1" | "localhost" | "[::1]"))
                && url.username().is_empty()
        };
        let url = (!stand_in.is_empty()).then(|| {
            let url = stand_in.parse().ok().filter(is_this_machine);
            url.ok_or_else(|| FetchError::NotThisMachine(stand_in.to_owned()))
        });
        Ok(Self {
            row,
            stand_in: url.transpose()?,
        })
    }

    /// The address to ask.
    pub(crate) fn reach(&self, at: &ServerUrl) -> Url {
        let mut url = at.0.clone();
        if let Some(stand_in) = &self.stand_in {
            // Both have a host, so that none of these can fail.
            let _ = url.set_scheme(stand_in.scheme());
            let _ = url.set_host(stand_in.host_str());
            let _ = url.set_port(stand_in.port());
        }
        url
    }

    /// The address, if it is at one of the servers.
    pub(crate) fn parse(&self, address: &str) -> Option<ServerUrl> {
        self.own(address.parse().ok()?)
    }

    /// Returns the target of a redirect, if that is at one of the servers.
    pub(crate) fn redirected(&self, from: &ServerUrl, location: &str) -> Option<ServerUrl> {
        self.own(from.0.join(location).ok()?)
    }

    fn own(&self, mut url: Url) -> Option<ServerUrl> {
        if url.scheme() == "http" {
            // Exports of old; the servers all speak https.
            url.set_scheme("https").ok()?;
        }
        let host = url.host_str()?;
        let is_own = self.row.domains.iter().any(|domain| {
            let above = host.strip_suffix(domain);
            above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
        });
        let is_plain = url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        url.set_fragment(None);
        (is_own && is_plain).then_some(ServerUrl(url))
    }

    /// Returns true if it is where the source asks people to sign in.
    pub(crate) fn is_sign_in(&self, ServerUrl(url): &ServerUrl) -> bool {
        let parameter = self.row.sign_in_parameter;
        url.query_pairs().any(|(name, _)| name == parameter)
            || url.path().contains(self.row.sign_in_path)
    }
}

impl ServerUrl {
    /// Returns true if both are at the same host.
    pub(crate) fn same_host(&self, other: &Self) -> bool {
        self.0.host_str() == other.0.host_str()
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.host_str().unwrap_or_default())
    }
}

/// A source that tests fetch from.
#[cfg(test)]
pub(crate) static EXAMPLE: FileServers = FileServers {
    label: "Example",
    domains: &["chat.example", "chat-files.example"],
    token_variable: "CHATFERRY_EXAMPLE_TOKEN",
    sign_in_path: "signin",
    sign_in_parameter: "redir",
    own_page_marks: &["chat-edge.example"],
    addresses: |_, _| {},
};

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(stand_in: &str) -> Result<Servers, FetchError> {
        Servers::new(&EXAMPLE, stand_in)
    }

    #[test]
    fn only_the_source_s_own_servers() {
        let servers = servers("").unwrap();
        for (address, fine) in [
            ("https://files.chat.example/T1-F1/a.png?t=secret", true),
            ("https://acme.chat.example/files/U1/F1/a.png", true),
            ("https://acme.enterprise.chat.example/x", true),
            ("https://chat.example/x", true),
            ("https://chat-files.example/T1-F1-x/a.png", true),
            ("http://files.chat.example/a.png", true),
            ("https://files.chat.example.evil.example/a.png", false),
            ("https://evil.example/?files.chat.example", false),
            ("https://evilchat.example/a.png", false),
            ("https://files.chat.example@evil.example/a.png", false),
            ("https://user@files.chat.example/a.png", false),
            ("https://files.chat.example:8443/a.png", false),
            ("https://127.0.0.1/a.png", false),
            ("ftp://files.chat.example/a.png", false),
            ("file:///etc/passwd", false),
            ("files.chat.example/a.png", false),
        ] {
            assert_eq!(servers.parse(address).is_some(), fine, "{address}");
        }
    }

    #[test]
    fn redirects_stay_with_the_source() {
        let servers = servers("").unwrap();
        let from = servers.parse("https://files.chat.example/a/b?t=1").unwrap();
        let next = servers.redirected(&from, "/c").unwrap();
        assert_eq!(next.0.as_str(), "https://files.chat.example/c");
        assert!(from.same_host(&next));
        let next = servers
            .redirected(&from, "https://acme.chat.example/?redir=%2Fa")
            .unwrap();
        assert!(!from.same_host(&next) && servers.is_sign_in(&next));
        assert!(servers.redirected(&from, "//evil.example/c").is_none());
        assert!(servers.redirected(&from, "http://127.0.0.1:9/c").is_none());
    }

    #[test]
    fn printing_shows_no_token() {
        let url = servers("").unwrap();
        let url = url.parse("https://files.chat.example/a?t=planted").unwrap();
        assert!(!format!("{url:?}").contains("planted"));
    }

    #[test]
    fn only_this_machine_stands_for_the_source() {
        for (setting, fine) in [
            ("", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080", true),
            ("http://127.0.0.1.evil.example", false),
            ("http://127.0.0.1@evil.example", false),
            ("https://proxy.example", false),
            ("http://proxy.example", false),
            ("nonsense", false),
        ] {
            assert_eq!(servers(setting).is_ok(), fine, "{setting}");
        }
        let servers = servers("http://127.0.0.1:8080").unwrap();
        let url = servers.parse("https://files.chat.example/a?t=1").unwrap();
        assert_eq!(servers.reach(&url).as_str(), "http://127.0.0.1:8080/a?t=1");
    }
}
