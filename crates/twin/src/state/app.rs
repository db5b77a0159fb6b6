//! App registrations and the tokens issued to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ids::{AppId, Guids};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::settings::Settings;

/// The application permissions of a whole run, files included (crates/graph/RULES.md 1.1).
const WHOLE_RUN: [&str; 16] = [
    "Teamwork.Migrate.All",
    "Team.Create",
    "Team.ReadBasic.All",
    "TeamSettings.ReadWrite.All",
    "TeamMember.ReadWrite.All",
    "Channel.Create",
    "Channel.ReadBasic.All",
    "ChannelMember.ReadWrite.All",
    "ChannelMessage.Read.All",
    "Chat.Create",
    "Chat.Read.All",
    "ChatMember.ReadWrite.All",
    "Files.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "User.Read.All",
];

/// An app registration with its client secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct App {
    /// The client id, a GUID.
    pub id: AppId,
    /// The secret's value.
    pub secret: String,
    /// The certificates it may sign assertions with, in DER as base64.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// The assertions of other issuers that it trusts (workload identity), as they stand.
    #[serde(default)]
    pub federated_tokens: Vec<String>,
    /// The application permissions an administrator has consented to: the `roles` of its tokens.
    pub roles: Vec<String>,
}

impl App {
    /// An app with every permission that a whole run needs.
    pub fn new(id: &str, secret: &str) -> App {
        App {
            id: AppId::from(id.to_ascii_lowercase()),
            secret: secret.to_owned(),
            certificates: Vec::new(),
            federated_tokens: Vec::new(),
            roles: WHOLE_RUN.map(str::to_owned).to_vec(),
        }
    }

    /// Returns the app with a certificate, in DER.
    pub fn with_certificate(mut self, der: &[u8]) -> App {
        self.certificates.push(STANDARD.encode(der));
        self
    }

    /// Returns the app, trusting the issuer of that token.
    pub fn with_federated_token(mut self, token: &str) -> App {
        self.federated_tokens.push(token.to_owned());
        self
    }

    /// Returns the app with these permissions only.
    pub fn with_roles(self, roles: &[&str]) -> App {
        App {
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..self
        }
    }
}

/// The caller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) app: AppId,
    pub(crate) roles: Arc<[String]>,
    /// True if a user is signed in, in which case `roles` are scopes.
    pub(crate) delegated: bool,
}

impl Caller {
    /// Returns true if the token has one of these permissions.
    pub(crate) fn has(&self, wanted: &[&str]) -> bool {
        self.roles
            .iter()
            .any(|role| wanted.contains(&role.as_str()))
    }

    /// The permission that every call of the import API asks for (R1).
    pub(crate) fn may_migrate(&self) -> Result<(), Refused> {
        const ROLE: &str = "Teamwork.Migrate.All";
        if self.delegated {
            return Err(Rule::R1Delegated.refuse("a user is signed in"));
        }
        if !self.has(&[ROLE]) {
            return Err(Rule::R1
                .refuse("the role is not in the token")
                .with(ROLE)
                .with(self.roles.join(", ")));
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Token {
    caller: Caller,
    expires: Moment,
}

/// The tokens in circulation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens(BTreeMap<String, Token>);

impl Tokens {
    /// Issues a token: a JWT that a client may decode, with a signature that means nothing. It
    /// is good because it is in this list.
    pub(crate) fn issue(
        &mut self,
        caller: Caller,
        settings: &Settings,
        guids: &mut Guids,
        now: Moment,
    ) -> String {
        let expires = now.plus_millis(settings.token_lifetime_s.saturating_mul(1_000));
        let seconds = |moment: Moment| moment.as_millis().div_euclid(1_000);
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "twin"});
        let mut claims = json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://sts.windows.net/{}/", settings.tenant_id),
            "iat": seconds(now),
            "nbf": seconds(now),
            "exp": seconds(expires),
            "appid": caller.app,
            "idtyp": if caller.delegated { "user" } else { "app" },
            "tid": settings.tenant_id,
            "uti": guids.hex(),
            "ver": "1.0",
        });
        if let Some(claims) = claims.as_object_mut() {
            if caller.delegated {
                claims.insert("scp".to_owned(), json!(caller.roles.join(" ")));
            } else {
                claims.insert("roles".to_owned(), json!(caller.roles));
            }
        }
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signature = URL_SAFE_NO_PAD.encode("unsigned: issued by a twin");
        let text = format!("{}.{}.{signature}", part(header), part(claims));
        self.0.retain(|_, token| token.expires > now);
        self.0.insert(text.clone(), Token { caller, expires });
        text
    }

    /// The caller that an `Authorization` header speaks for (R2).
    pub(crate) fn caller(&self, header: Option<&str>, now: Moment) -> Result<Caller, Refused> {
        let refuse = |text: &str| Rule::R2.refuse("").with(text);
        let text = header
            .and_then(|header| header.strip_prefix("Bearer "))
            .ok_or_else(|| refuse("Access token is empty."))?;
        match self.0.get(text) {
            Some(token) if token.expires > now => Ok(token.caller.clone()),
            Some(_) => Err(refuse("Lifetime validation failed, the token is expired.")),
            None => Err(refuse(
                "Access token validation failure. Invalid or expired token.",
            )),
        }
    }

    /// Ends a token before its time.
    pub(crate) fn expire(&mut self, header: Option<&str>, now: Moment) {
        let text = header.and_then(|header| header.strip_prefix("Bearer "));
        if let Some(token) = text.and_then(|text| self.0.get_mut(text)) {
            token.expires = now;
        }
    }

    /// Ends all tokens before their time.
    pub(crate) fn expire_all(&mut self, now: Moment) {
        for token in self.0.values_mut() {
            token.expires = now;
        }
    }
}
