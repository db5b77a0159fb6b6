//! The path of a call through the tenant: faults, token, limits, size; then its handler.

use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{HeaderName, Response};

use crate::answer::{self, Answer, Ids};
use crate::call::{Call, Query};
use crate::faults::What;
use crate::refusal::{Outcome, Refusal, Refused};
use crate::route::{self, Route};
use crate::routes;
use crate::rules::Rule;
use crate::state::State;
use crate::tenant::Tenant;

/// The way a response reaches its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Not at all: the connection breaks.
    Broken,
    /// Half of it; then the connection breaks.
    Cut,
}

/// An answer on its way out.
pub(crate) struct Outgoing {
    pub(crate) response: Response<Bytes>,
    pub(crate) delivery: Delivery,
    pub(crate) delay: Duration,
}

impl Tenant {
    /// Carries out a call. `None` for a body too large to be read.
    pub(crate) fn answer(&self, parts: &Parts, body: Option<&[u8]>) -> Outgoing {
        let now = self.clock().now();
        let state = &mut *self.state();
        let request_id = state.request_ids.guid();
        let client_id = parts.headers.get("client-request-id");
        let client_id = client_id.and_then(|value| value.to_str().ok());
        let ids = Ids {
            request: &request_id,
            client: client_id,
            now,
        };
        let mut call = Call {
            method: &parts.method,
            address: parts.uri.path_and_query().map_or("/", |path| path.as_str()),
            path: parts.uri.path(),
            query: Query::parse(parts.uri.query()),
            headers: &parts.headers,
            body: body.unwrap_or_default(),
            now,
            origin: origin(parts),
            plant: false,
        };
        let segments = route::segments(call.path);
        let found = Route::find(call.method, &segments);
        let mut delivery = Delivery::Whole;
        let mut delay = Duration::ZERO;
        let mut faulty = None;
        match draw_fault(state, &call, found.as_ref().ok()) {
            None => {}
            Some(What::Answer {
                status,
                retry_after_s,
            }) => faulty = Some(answer::fault(status, retry_after_s, &ids)),
            Some(What::Reset) => {
                faulty = Some(Answer::empty(500));
                delivery = Delivery::Broken;
            }
            Some(What::Lose) => delivery = Delivery::Broken,
            Some(What::Cut) => delivery = Delivery::Cut,
            Some(What::Delay { ms }) => delay = Duration::from_millis(ms),
            Some(What::ExpireToken) => state.tokens.expire(call.authorization(), now),
            Some(What::Plant) => call.plant = true,
        }
        let answer = faulty.unwrap_or_else(|| {
            let result = match segments.as_slice() {
                [twin, what] if twin == "_twin" => {
                    routes::control::answer(state, self.clock(), &call, what)
                }
                _ => carry_out(state, &call, &segments, found, body.is_none(), &ids),
            };
            result.unwrap_or_else(|refused| refuse(state, &call, &refused, &ids))
        });
        Outgoing {
            response: respond(answer, &ids),
            delivery,
            delay,
        }
    }
}

impl State {
    fn record(&mut self, call: &Call<'_>, refused: &Refused, outcome: Outcome) {
        let refusal = Refusal {
            rule: refused.rule,
            outcome,
            method: call.method.to_string(),
            path: call.address.to_owned(),
            at: call.now,
            detail: refused.detail.clone(),
        };
        self.log.record(refusal, self.settings.refusals_kept);
    }

    /// Writes down that a call went through but not as its caller may think.
    pub(crate) fn note(&mut self, call: &Call<'_>, rule: Rule, detail: String) {
        self.record(call, &rule.refuse(detail), Outcome::Noted);
    }
}

fn draw_fault(state: &mut State, call: &Call<'_>, route: Option<&Route<'_>>) -> Option<What> {
    let route = route?;
    let place = state.place(route);
    state.faults.draw(route.kind(), call.path, &place)
}

/// The gateway: token, limits, size; then the call itself.
fn carry_out(
    state: &mut State,
    call: &Call<'_>,
    segments: &[String],
    found: Result<Route<'_>, Refused>,
    oversized: bool,
    ids: &Ids<'_>,
) -> Result<Answer, Refused> {
    let is_graph = segments.first().is_some_and(|segment| segment == "v1.0");
    let found = match found {
        Ok(Route::Token { tenant }) => return routes::token::issue(state, call, tenant),
        Ok(Route::UploadChunk { session }) => {
            return routes::uploads::chunk(state, call, session, oversized);
        }
        Ok(Route::GetUploadSession { session }) => {
            return routes::uploads::status(state, call, session);
        }
        Ok(Route::CancelUploadSession { session }) => {
            return routes::uploads::cancel(state, call, session);
        }
        Err(refused) if !is_graph => return Err(refused),
        found => found,
    };
    let caller = state.tokens.caller(call.authorization(), call.now)?;
    let route = found?;
    let place = state.place(&route);
    let limits = &state.settings.limits;
    state
        .windows
        .admit(limits, &caller.app, &route, &place, call.now)?;
    let most = match route {
        Route::PutContent(_) => state.settings.files.small_upload_bytes,
        _ => state.settings.request_bytes,
    };
    if oversized || call.body.len() > most {
        return Err(Rule::R42.refuse(format!("more than {most} bytes")));
    }
    match route {
        Route::Batch => routes::batch::run(state, call, ids, carry_out_within),
        route => routes::dispatch(state, call, &caller, &route),
    }
}

/// Carries out a call that came within a batch, or refuses it as `failed` says. Faults meet the
/// batch as a whole.
fn carry_out_within(
    state: &mut State,
    call: &Call<'_>,
    ids: &Ids<'_>,
    failed: Option<Refused>,
) -> Answer {
    let segments = route::segments(call.path);
    let result = match (failed, Route::find(call.method, &segments)) {
        (Some(refused), _) => Err(refused),
        (None, Ok(Route::Batch)) => Err(Rule::R66Odd.refuse("a batch within a batch")),
        (None, found) => carry_out(state, call, &segments, found, false, ids),
    };
    result.unwrap_or_else(|refused| refuse(state, call, &refused, ids))
}

/// Writes down what is refused and says so.
fn refuse(state: &mut State, call: &Call<'_>, refused: &Refused, ids: &Ids<'_>) -> Answer {
    state.record(call, refused, refused.outcome());
    answer::refusal(refused, ids)
}

/// Scheme and host by which the caller reached the tenant.
fn origin(parts: &Parts) -> String {
    if let Some(authority) = parts.uri.authority() {
        return format!("{}://{authority}", parts.uri.scheme_str().unwrap_or("http"));
    }
    let host = parts.headers.get(header::HOST);
    match host.and_then(|host| host.to_str().ok()) {
        Some(host) => format!("http://{host}"),
        None => "https://graph.microsoft.com".to_owned(),
    }
}

fn respond(answer: Answer, ids: &Ids<'_>) -> Response<Bytes> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !answer.content_type.is_empty() {
        put(header::CONTENT_TYPE, &answer.content_type);
    }
    put(HeaderName::from_static("request-id"), ids.request);
    put(
        HeaderName::from_static("client-request-id"),
        ids.client.unwrap_or(ids.request),
    );
    put(header::DATE, &ids.now.http_date());
    for (name, value) in answer.headers {
        put(name, &value);
    }
    response
}
