//! `POST /$batch` (E23, R66): up to 20 calls in one, each judged by itself.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::value::{RawValue, to_raw_value};

use crate::answer::{Answer, Ids};
use crate::call::{Call, Query};
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::State;
use crate::wire::batch::{BatchAnswer, BatchBody, BatchRequest, BatchResponse};
use crate::wire::{self, Text};

const MOST: usize = 20;

/// Carries out a call within a batch, or refuses it for the given reason.
pub(crate) type Within = fn(&mut State, &Call<'_>, &Ids<'_>, Option<Refused>) -> Answer;

/// Carries out the requests of a batch by `within`, in their order except where one depends on a
/// later one.
pub(crate) fn run(
    state: &mut State,
    call: &Call<'_>,
    ids: &Ids<'_>,
    within: Within,
) -> Result<Answer, Refused> {
    let body: BatchBody<'_> = wire::read(call, &state.settings)?;
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    let mut responses = Vec::with_capacity(body.requests.len());
    for request in in_order(&body.requests)? {
        let id = request.id.as_str();
        let mut needed = request.depends_on.iter();
        let missing = needed.find(|needed| failed.contains(needed.as_str()));
        let answer = carry_out(state, call, request, missing.map(Text::as_str), ids, within);
        if answer.status.as_u16() >= 400 {
            failed.insert(id);
        }
        responses.push(response(id, answer));
    }
    Ok(Answer::json(200, &BatchAnswer { responses }))
}

/// The requests so that each comes after those it depends on.
fn in_order<'b>(requests: &'b [BatchRequest<'b>]) -> Result<Vec<&'b BatchRequest<'b>>, Refused> {
    if requests.len() > MOST {
        return Err(Rule::R66.refuse(format!("{} requests", requests.len())));
    }
    let ids: BTreeSet<&str> = requests.iter().map(|request| request.id.as_str()).collect();
    if ids.len() != requests.len() {
        return Err(Rule::R66Ids.refuse("an id is there twice"));
    }
    let mut waiting: Vec<&BatchRequest<'_>> = requests.iter().collect();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let mut order = Vec::with_capacity(requests.len());
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|request| {
            let mut needed = request.depends_on.iter();
            needed.all(|id| placed.contains(id.as_str()))
        });
        let ready = ready.ok_or_else(|| Rule::R66Odd.refuse("what they depend on is not there"))?;
        let request = waiting.remove(ready);
        placed.insert(request.id.as_str());
        order.push(request);
    }
    Ok(order)
}

fn carry_out(
    state: &mut State,
    batch: &Call<'_>,
    request: &BatchRequest<'_>,
    failed: Option<&str>,
    ids: &Ids<'_>,
    within: Within,
) -> Answer {
    let address = format!("/v1.0/{}", request.url.as_str().trim_start_matches('/'));
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (address.as_str(), None),
    };
    // A method that does not exist is one that no address takes.
    let method = Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or(Method::TRACE);
    let headers = headers(batch, request);
    let body = content(request, &headers);
    let call = Call {
        method: &method,
        address: &address,
        path,
        query: Query::parse(query),
        headers: &headers,
        body: &body,
        now: batch.now,
        origin: batch.origin.clone(),
        plant: false,
    };
    let failed = failed.map(|id| Rule::R66Failed.refuse(format!("request '{id}' failed")));
    within(state, &call, ids, failed)
}

/// The headers of a request; the token is that of its batch.
fn headers(batch: &Call<'_>, request: &BatchRequest<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(token) = batch.headers.get(header::AUTHORIZATION) {
        headers.insert(header::AUTHORIZATION, token.clone());
    }
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    headers
}

fn content(request: &BatchRequest<'_>, headers: &HeaderMap) -> Vec<u8> {
    let Some(raw) = request.body else {
        return Vec::new();
    };
    let media_type = headers.get(header::CONTENT_TYPE);
    let json = media_type.is_none_or(|value| value.as_bytes().starts_with(b"application/json"));
    let encoded = serde_json::from_str::<String>(raw.get()).ok();
    encoded
        .filter(|_| !json)
        .and_then(|text| STANDARD.decode(text).ok())
        .unwrap_or_else(|| raw.get().as_bytes().to_vec())
}

fn response(id: &str, answer: Answer) -> BatchResponse<'_> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    if !answer.content_type.is_empty() {
        headers.insert("Content-Type".to_owned(), answer.content_type);
    }
    for (name, value) in answer.headers {
        headers.insert(capitalised(name.as_str()), value);
    }
    let json = serde_json::from_slice::<Box<RawValue>>(&answer.body);
    let body = json.or_else(|_| to_raw_value(&STANDARD.encode(&answer.body)));
    BatchResponse {
        id,
        status: answer.status.as_u16(),
        headers,
        body: body.ok().filter(|_| !answer.body.is_empty()),
    }
}

/// `retry-after` as `Retry-After`: within JSON the case of a header's name counts.
fn capitalised(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<String>>().join("-")
}
