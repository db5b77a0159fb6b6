//! The credential for downloading a file from Slack: the address with a token from the export, or a
//! token of somebody's.

use std::collections::HashMap;
use std::path::PathBuf;

use chatferry_model::Text;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::address::SlackUrl;
use crate::error::CliError;

/// The environment variable with a token of somebody who can see the files.
pub(crate) const VARIABLE: &str = "CHATFERRY_SLACK_TOKEN";

/// Tokens for all files.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Addresses with tokens, by file id.
    addresses: HashMap<String, SecretString>,
    bearer: Option<HeaderValue>,
}

/// A request for one file.
pub(crate) struct Request {
    /// The URL.
    pub(crate) url: SlackUrl,
    /// `Authorization`, where the address holds no token itself.
    pub(crate) bearer: Option<HeaderValue>,
}

impl Tokens {
    /// Returns the tokens in the addresses of `exports`, and the user's own.
    ///
    /// # Errors
    /// When an export can't be opened, or the token can't be one.
    pub(crate) fn gather(exports: &[PathBuf], own: Option<SecretString>) -> Result<Self, CliError> {
        let mut tokens = Self::default();
        chatferry_readers::file_addresses(exports, &mut |id, address| {
            let id = id.as_str().to_owned();
            tokens.addresses.entry(id).or_insert(address);
        })?;
        if let Some(own) = own {
            let text = SecretString::from(format!("Bearer {}", own.expose_secret().trim()));
            let mut bearer = HeaderValue::from_str(text.expose_secret()).map_err(|_| {
                CliError::usage(format!("{VARIABLE} holds characters that no token has"))
            })?;
            // So that nothing that prints headers prints this one.
            bearer.set_sensitive(true);
            tokens.bearer = Some(bearer);
        }
        Ok(tokens)
    }

    /// Returns true if there is none at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.bearer.is_none()
    }

    /// Returns the request for the file of that id, whose address without a token is `address`.
    /// Nothing, if that is not one of Slack's.
    pub(crate) fn request(&self, id: &str, address: &Text<'_>) -> Option<Request> {
        if let Some(with_token) = self.addresses.get(id)
            && let Some(url) = SlackUrl::parse(with_token.expose_secret())
        {
            return Some(Request { url, bearer: None });
        }
        Some(Request {
            url: SlackUrl::parse(address)?,
            bearer: self.bearer.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_s_own_token_comes_first() {
        let mut tokens = Tokens::gather(&[], Some("xoxp-planted\n".to_owned().into())).unwrap();
        tokens.addresses.insert(
            "F1".to_owned(),
            "https://files.slack.com/a?t=xoxe-1".to_owned().into(),
        );
        let plain = Text::from("https://files.slack.com/a");
        assert!(tokens.request("F1", &plain).unwrap().bearer.is_none());
        let bearer = tokens.request("F2", &plain).unwrap().bearer.unwrap();
        assert_eq!(bearer.to_str().unwrap(), "Bearer xoxp-planted");
        assert!(!format!("{bearer:?}").contains("planted"));
        let elsewhere = Text::from("https://evil.example/a");
        assert!(tokens.request("F2", &elsewhere).is_none());
    }
}
