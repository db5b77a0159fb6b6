//! The credential for downloading a file: the address with a token from the export, or the token of
//! a user.

use std::collections::HashMap;
use std::path::PathBuf;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::address::{ServerUrl, Servers};
use crate::error::FetchError;

/// Tokens for all files.
#[derive(Default)]
pub struct Tokens {
    /// Addresses with tokens, by file id.
    addresses: HashMap<String, SecretString>,
    bearer: Option<HeaderValue>,
}

/// A request for one file.
pub(crate) struct Request {
    /// The URL.
    pub(crate) url: ServerUrl,
    /// `Authorization`, where the address holds no token itself.
    pub(crate) bearer: Option<HeaderValue>,
}

impl Tokens {
    /// Returns the tokens in the addresses of `exports`, and the user's own.
    ///
    /// # Errors
    /// When an export can't be opened, or the token can't be one.
    pub fn gather(
        servers: &Servers,
        exports: &[PathBuf],
        own: Option<SecretString>,
    ) -> Result<Self, FetchError> {
        let mut tokens = Self::default();
        servers.row.addresses(exports, &mut |id, address| {
            let id = id.as_str().to_owned();
            tokens.addresses.entry(id).or_insert(address);
        })?;
        if let Some(own) = own {
            let text = SecretString::from(format!("Bearer {}", own.expose_secret().trim()));
            let mut bearer = HeaderValue::from_str(text.expose_secret())
                .map_err(|_| FetchError::Token(servers.row.token_variable))?;
            // So that nothing that prints headers prints this one.
            bearer.set_sensitive(true);
            tokens.bearer = Some(bearer);
        }
        Ok(tokens)
    }

    /// Returns true if there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.bearer.is_none()
    }

    /// Returns the request for the file of that id, whose address without a token is `address`.
    /// Nothing, if that is not at one of `servers`.
    pub(crate) fn request(&self, servers: &Servers, id: &str, address: &str) -> Option<Request> {
        if let Some(with_token) = self.addresses.get(id)
            && let Some(url) = servers.parse(with_token.expose_secret())
        {
            return Some(Request { url, bearer: None });
        }
        Some(Request {
            url: servers.parse(address)?,
            bearer: self.bearer.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::EXAMPLE;

    #[test]
    fn the_export_s_own_token_comes_first() {
        let servers = Servers::new(&EXAMPLE, "").unwrap();
        let own = Some("planted\n".to_owned().into());
        let mut tokens = Tokens::gather(&servers, &[], own).unwrap();
        tokens.addresses.insert(
            "F1".to_owned(),
            "https://files.chat.example/a?t=1".to_owned().into(),
        );
        let request = |id, address| tokens.request(&servers, id, address);
        let plain = "https://files.chat.example/a";
        assert!(request("F1", plain).unwrap().bearer.is_none());
        let bearer = request("F2", plain).unwrap().bearer.unwrap();
        assert_eq!(bearer.to_str().unwrap(), "Bearer planted");
        assert!(!format!("{bearer:?}").contains("planted"));
        assert!(request("F2", "https://evil.example/a").is_none());
    }
}
