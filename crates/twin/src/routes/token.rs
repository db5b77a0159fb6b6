//! `POST /{tenant}/oauth2/v2.0/token`: client credentials (crates/graph/RULES.md 1.1).

use serde_json::json;

use crate::answer::Answer;
use crate::assertion;
use crate::call::{Call, Query};
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::{Caller, State};

/// The kind of assertion.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Issues a token.
pub(crate) fn issue(state: &mut State, call: &Call<'_>, tenant: &str) -> Result<Answer, Refused> {
    let settings = &state.settings;
    if !tenant.eq_ignore_ascii_case(&settings.tenant_id)
        && !tenant.eq_ignore_ascii_case(&settings.domain)
    {
        return Err(Rule::A1.refuse("not this tenant").with(tenant));
    }
    let form = Query::parse(std::str::from_utf8(call.body).ok());
    let field = |name: &str| {
        let value = form.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| Rule::A7.refuse("a field is missing").with(name))
    };
    let grant_type = field("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(Rule::A5.refuse("only client_credentials").with(grant_type));
    }
    let scope = field("scope")?;
    if !scope.ends_with("/.default") || scope.contains(' ') {
        return Err(Rule::A6.refuse("one resource and /.default").with(scope));
    }
    let client = field("client_id")?.to_ascii_lowercase();
    let app = state.apps.get(client.as_str()).ok_or_else(|| {
        Rule::A2
            .refuse("not registered")
            .with(&client)
            .with(&settings.tenant_id)
    })?;
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(secret), _) if secret == app.secret => {}
        (Some(_), _) => return Err(Rule::A3.refuse("another secret").with(client)),
        (None, Some(token)) => {
            let kind = field("client_assertion_type")?;
            if kind != ASSERTION {
                return Err(Rule::A7.refuse(kind).with("client_assertion_type"));
            }
            let audience = format!("{}{}", call.origin, call.path);
            assertion::check(token, app, &audience, call.now)?;
        }
        (None, None) => return Err(Rule::A4.refuse("no secret")),
    }
    let caller = Caller {
        app: app.id.clone(),
        roles: app.roles.clone().into(),
        delegated: false,
    };
    let token = state
        .tokens
        .issue(caller, &state.settings, &mut state.guids, call.now);
    Ok(Answer::json(
        200,
        &json!({
            "token_type": "Bearer",
            "expires_in": state.settings.token_lifetime_s,
            "ext_expires_in": state.settings.token_lifetime_s,
            "access_token": token,
        }),
    ))
}
