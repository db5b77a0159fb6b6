//! A small tenant: just enough of Graph for an upload, strict about what it knows, and failing on
//! demand. The large one is the twin; this one is for what a fault does to this crate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chatferry_graph::{Answering, Clock, Transport, TransportError};
use chatferry_model::Millis;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::folder::AUTHOR;
use crate::graph::{Message, State, message_body};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The answer is lost before the call was carried out.
    LoseBefore,
    /// The answer is lost after it was.
    LoseAfter,
    /// Half of the answer arrives, after it was carried out.
    Cut,
    /// Carried out, but answered as failed.
    FailAfter(u16),
    /// Refused with that status, without an error code.
    Refuse(u16),
    /// Refused with that status and these words.
    Say(u16, &'static str),
    /// Throttled for that many seconds.
    Throttle(u64),
    /// All tokens end now.
    ExpireToken,
    /// The client's machine dies, before or after it is carried out.
    Kill {
        after: bool,
    },
}

type Faults = Box<dyn FnMut(u64, &str) -> Fault + Send>;

pub(crate) struct Tenant {
    state: Mutex<State>,
    faults: Mutex<Faults>,
    pub(crate) killed: Notify,
    latency: Duration,
}

impl Tenant {
    pub(crate) fn new() -> Arc<Self> {
        Self::slow(Duration::ZERO)
    }

    pub(crate) fn slow(latency: Duration) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            faults: Mutex::new(Box::new(|_, _| Fault::None)),
            killed: Notify::new(),
            latency,
        })
    }

    /// From now on, `faults` decides what happens to each call by its number, from 1, and by what
    /// it is: `POST /teams/…`.
    pub(crate) fn fault(&self, faults: impl FnMut(u64, &str) -> Fault + Send + 'static) {
        *self.faults.lock().unwrap() = Box::new(faults);
    }

    /// The `nth` call that contains `what` fails so.
    pub(crate) fn fault_once(&self, what: &'static str, nth: u32, fault: Fault) {
        let mut seen = 0;
        self.fault(move |_, call| {
            seen += u32::from(call.contains(what));
            if call.contains(what) && seen == nth {
                fault
            } else {
                Fault::None
            }
        });
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// All calls so far, with their times.
    pub(crate) fn calls(&self) -> Vec<(String, Duration)> {
        self.with(|state| state.calls.clone())
    }

    /// How many calls contain `what`.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.with(|state| {
            state
                .calls
                .iter()
                .filter(|(call, _)| call.contains(what))
                .count()
        })
    }

    pub(crate) fn teams(&self) -> usize {
        self.with(|state| state.teams.len())
    }

    /// All messages: id, root, content, by the channel's name.
    pub(crate) fn posts(&self) -> BTreeMap<String, Vec<(i64, Option<i64>, String)>> {
        let content =
            |message: &Message| message.body["body"]["content"].as_str().unwrap().to_owned();
        self.with(|state| {
            let channels = state.teams.values().flat_map(|team| team.channels.values());
            channels
                .filter(|channel| !channel.messages.is_empty())
                .map(|channel| {
                    let messages = channel.messages.iter();
                    let messages = messages.map(|(id, m)| (*id, m.root, content(m)));
                    (channel.name.clone(), messages.collect())
                })
                .collect()
        })
    }

    /// What remains to be done: teams and channels that are not complete, teams without members.
    pub(crate) fn unfinished(&self) -> Vec<String> {
        self.with(|state| {
            let mut unfinished = Vec::new();
            for team in state.teams.values() {
                if !team.complete || team.members.get(AUTHOR) != Some(&true) {
                    unfinished.push(team.name.clone());
                }
                let open = team
                    .channels
                    .values()
                    .filter(|channel| channel.mode != Some("completed"));
                unfinished.extend(open.map(|channel| channel.name.clone()));
            }
            unfinished
        })
    }

    pub(crate) fn archived(&self) -> Vec<String> {
        self.with(|state| {
            let channels = state.teams.values().flat_map(|team| team.channels.values());
            channels
                .filter(|c| c.archived)
                .map(|c| c.name.clone())
                .collect()
        })
    }

    /// Who may read a channel, if it is private.
    pub(crate) fn readers(&self, channel: &str) -> Option<Vec<String>> {
        self.with(|state| {
            let mut channels = state.teams.values().flat_map(|team| team.channels.values());
            let found = channels.find(|found| found.name == channel).unwrap();
            found.private.then(|| found.members.clone())
        })
    }

    /// Puts somebody else's message into a channel, now or as soon as it is there.
    pub(crate) fn plant(&self, channel: &str, id: i64, content: &str, author: &str) {
        self.with(|state| {
            for team in state.teams.values_mut() {
                for found in team
                    .channels
                    .values_mut()
                    .filter(|found| found.name == channel)
                {
                    let body = message_body(id, content, author);
                    found.messages.insert(id, Message { root: None, body });
                }
            }
        });
    }

    /// Somebody else takes a channel out of migration mode.
    pub(crate) fn complete(&self, channel: &str) {
        self.with(|state| {
            let channels = state
                .teams
                .values_mut()
                .flat_map(|team| team.channels.values_mut());
            for found in channels.filter(|found| found.name == channel) {
                found.mode = Some("completed");
            }
        });
    }

    pub(crate) fn remove(&self, channel: &str, id: i64) {
        self.with(|state| {
            for team in state.teams.values_mut() {
                for found in team
                    .channels
                    .values_mut()
                    .filter(|found| found.name == channel)
                {
                    found.messages.remove(&id);
                }
            }
        });
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let what = format!("{} {}", request.method(), request.uri().path());
        let number = self.with(|state| {
            let started = *state.started.get_or_insert_with(tokio::time::Instant::now);
            state.calls.push((what.clone(), started.elapsed()));
            state.calls.len() as u64
        });
        let fault = (self.faults.lock().unwrap())(number, &what);
        match fault {
            Fault::LoseBefore => return Err(TransportError::Lost("reset".to_owned())),
            Fault::Refuse(status) => return Ok(response(status, &json!({ "error": {} }), &[])),
            Fault::Say(status, words) => {
                let error = json!({ "error": { "code": "Error", "message": words } });
                return Ok(response(status, &error, &[]));
            }
            Fault::Throttle(seconds) => {
                let wait = [("retry-after", seconds.to_string())];
                return Ok(response(429, &json!({ "error": {} }), &wait));
            }
            Fault::Kill { after: false } => self.die().await,
            Fault::ExpireToken => self.with(|state| state.token += 1),
            _ => {}
        }
        let answered = self.with(|state| state.handle(&request));
        match fault {
            Fault::LoseAfter => return Err(TransportError::Lost("reset".to_owned())),
            Fault::Kill { after: true } => self.die().await,
            Fault::FailAfter(status) => return Ok(response(status, &json!({ "error": {} }), &[])),
            _ => {}
        }
        let mut answer = match answered {
            Ok((status, body, headers)) => response(status, &body, &headers),
            Err((status, code, message)) => {
                let error = json!({ "error": { "code": code, "message": message } });
                response(status, &error, &[])
            }
        };
        if fault == Fault::Cut {
            let half = answer.body().slice(..answer.body().len() / 2);
            if half.is_empty() {
                return Err(TransportError::Lost("cut".to_owned()));
            }
            *answer.body_mut() = half;
        }
        Ok(answer)
    }

    async fn die(&self) -> ! {
        self.killed.notify_one();
        std::future::pending().await
    }
}

impl Transport for Tenant {
    fn send(&self, request: Request<Bytes>) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}

impl Clock for Tenant {
    fn now(&self) -> Millis {
        "2026-01-01T00:00:00.000Z".parse().unwrap()
    }
}

fn response(status: u16, body: &Value, headers: &[(&'static str, String)]) -> Response<Bytes> {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}
