//! What the small tenant knows of Graph: teams, channels, messages, and how each call is answered.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use chatferry_model::Millis;
use http::Request;
use serde_json::{Value, json};

use crate::folder::{AUTHOR, MEMBER};

#[derive(Default)]
pub(crate) struct State {
    pub(super) teams: BTreeMap<String, Team>,
    pub(super) ids: u64,
    pub(super) token: u64,
    pub(super) calls: Vec<(String, Duration)>,
    /// The number of times completing the team is refused (crates/graph/RULES.md R50).
    pub(crate) lag: u32,
    /// Seconds until a team can be read.
    pub(crate) ready_after: u64,
    pub(super) started: Option<tokio::time::Instant>,
    /// Who there is beside the authors of posts: names, ten to a page.
    pub(crate) people: Vec<String>,
    /// How many of the teams that are created next come to nothing, as their operations tell.
    pub(crate) doomed: u32,
    /// How often somebody who is to be no owner is not taken into a team.
    pub(crate) unwelcome: u32,
    /// Whether answers don't tell the migration mode, nor refusals their reason
    /// (crates/graph/RULES.md 1.5).
    pub(crate) mute: bool,
    /// Whether lists of groups leave out what they are for.
    pub(crate) terse: bool,
    /// How many lists of messages are still empty.
    pub(crate) unlisted: u32,
}

#[derive(Default)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) ready_at: Option<tokio::time::Instant>,
    pub(super) doomed: bool,
    pub(super) channels: BTreeMap<String, Channel>,
    pub(super) complete: bool,
    pub(super) members: BTreeMap<String, bool>,
}

#[derive(Default)]
pub(super) struct Channel {
    pub(super) name: String,
    pub(super) general: bool,
    pub(super) private: bool,
    pub(super) mode: Option<&'static str>,
    pub(super) archived: bool,
    pub(super) created: i64,
    pub(super) members: Vec<String>,
    pub(super) messages: BTreeMap<i64, Message>,
}

pub(super) struct Message {
    pub(super) root: Option<i64>,
    pub(super) body: Value,
}

type Answered = Result<(u16, Value, Vec<(&'static str, String)>), (u16, &'static str, String)>;

fn ok(status: u16, body: Value) -> Answered {
    Ok((status, body, Vec::new()))
}

fn no(status: u16, message: &str) -> Answered {
    Err((status, "BadRequest", message.to_owned()))
}

pub(super) fn message_body(id: i64, content: &str, author: &str) -> Value {
    json!({
        "createdDateTime": Millis::new(id).unwrap().to_string(),
        "from": { "user": { "id": author } },
        "body": { "contentType": "html", "content": content },
    })
}

/// A message as Graph answers it: its HTML is not byte for byte what was sent.
fn message(id: i64, message: &Message) -> Value {
    let mut answer = message.body.clone();
    answer["id"] = id.to_string().into();
    answer["replyToId"] = message.root.map(|root| root.to_string()).into();
    answer["messageType"] = "message".into();
    let content = answer["body"]["content"].as_str().unwrap();
    answer["body"]["content"] =
        format!("<div>\n{}\n</div>", content.replace("&amp;", "&#38;")).into();
    answer
}

/// An answer that tells neither the migration mode nor why it is no.
fn muted(answered: Answered) -> Answered {
    match answered {
        Ok((status, mut body, headers)) => {
            if let Some(body) = body.as_object_mut() {
                body.remove("migrationMode");
            }
            Ok((status, body, headers))
        }
        Err((400, code, _)) => Err((400, code, "Bad Request".to_owned())),
        no => no,
    }
}

impl State {
    fn id(&mut self) -> String {
        self.ids += 1;
        self.ids.to_string()
    }

    pub(super) fn handle(&mut self, request: &Request<Bytes>) -> Answered {
        let path = request.uri().path().to_owned();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        if path.ends_with("/oauth2/v2.0/token") {
            let token = format!("token-{}", self.token);
            return ok(200, json!({ "access_token": token, "expires_in": 3_599 }));
        }
        let bearer = request
            .headers()
            .get("authorization")
            .map(|value| value.to_str().unwrap());
        if bearer != Some(&format!("Bearer token-{}", self.token)) {
            return Err((401, "InvalidAuthenticationToken", "expired".to_owned()));
        }
        let segments: Vec<_> = path.split('/').skip(2).collect();
        let get = request.method() == "GET";
        match segments.as_slice() {
            ["users"] if !self.people.is_empty() => self.page_of_people(request.uri().query()),
            ["users"] => ok(
                200,
                json!({ "value": [{ "id": AUTHOR }, { "id": MEMBER }] }),
            ),
            ["groups"] => {
                let groups = self.teams.iter().map(|(id, team)| {
                    let description = (!self.terse).then_some(&team.description);
                    json!({ "id": id, "displayName": team.name, "description": description })
                });
                ok(200, json!({ "value": groups.collect::<Vec<_>>() }))
            }
            ["teams"] if !get => self.create_team(&body),
            ["teams", team, rest @ ..] => {
                let channel = self.id();
                let ids = (*team, channel.as_str());
                let ready = |team: &&mut Team| {
                    let asks = matches!(rest, ["operations", _]);
                    let there = team
                        .ready_at
                        .is_none_or(|at| at <= tokio::time::Instant::now());
                    asks || (there && !team.doomed)
                };
                let Some(team) = self.teams.get_mut(*team).filter(ready) else {
                    return no(404, "no team");
                };
                if self.unlisted > 0 && get && matches!(rest, ["channels", _, "messages"]) {
                    self.unlisted -= 1;
                    return ok(200, json!({ "value": [] }));
                }
                let answered =
                    team.handle(ids, rest, get, &body, (&mut self.lag, &mut self.unwelcome));
                if self.mute { muted(answered) } else { answered }
            }
            _ => no(404, "no such segment"),
        }
    }

    fn page_of_people(&self, query: Option<&str>) -> Answered {
        let from = query.and_then(|query| query.split_once("skiptoken="));
        let from = from.map_or(0, |(_, from)| from.parse::<usize>().unwrap());
        let people = self.people.iter().enumerate().skip(from).take(10);
        let people = people.map(|(n, name)| json!({ "id": n.to_string(), "displayName": name }));
        let mut page = json!({ "value": people.collect::<Vec<_>>() });
        if from + 10 < self.people.len() {
            page["@odata.nextLink"] = format!(
                "https://graph.microsoft.com/v1.0/users?$skiptoken={}",
                from + 10
            )
            .into();
        }
        ok(200, page)
    }

    fn create_team(&mut self, body: &Value) -> Answered {
        assert_eq!(body["@microsoft.graph.teamCreationMode"], "migration");
        let id = format!("team{}", self.id());
        let general = Channel {
            name: "Allgemein".to_owned(),
            general: true,
            mode: Some("inProgress"),
            created: millis(&body["createdDateTime"]),
            ..Channel::default()
        };
        let team = Team {
            name: body["displayName"].as_str().unwrap().to_owned(),
            description: body["description"].as_str().unwrap().to_owned(),
            channels: BTreeMap::from([("19:general@thread.tacv2".to_owned(), general)]),
            ready_at: Some(tokio::time::Instant::now() + Duration::from_secs(self.ready_after)),
            doomed: self.doomed > 0,
            ..Team::default()
        };
        self.doomed = self.doomed.saturating_sub(1);
        self.teams.insert(id.clone(), team);
        let headers = vec![
            ("location", format!("/teams('{id}')/operations('op')")),
            ("content-location", format!("/teams('{id}')")),
        ];
        Ok((202, Value::Null, headers))
    }
}

impl Team {
    fn handle(
        &mut self,
        (id, new): (&str, &str),
        rest: &[&str],
        get: bool,
        body: &Value,
        (lag, unwelcome): (&mut u32, &mut u32),
    ) -> Answered {
        match rest {
            [] => ok(200, json!({ "id": id, "description": self.description })),
            ["operations", _] if self.doomed => {
                let error = json!({ "code": "InternalServerError", "message": "no site" });
                ok(200, json!({ "status": "failed", "error": error }))
            }
            ["operations", _] => {
                let there = self
                    .ready_at
                    .is_none_or(|at| at <= tokio::time::Instant::now());
                let status = if there { "succeeded" } else { "inProgress" };
                ok(200, json!({ "status": status }))
            }
            ["primaryChannel"] => {
                let general = self.channels.iter().find(|(_, channel)| channel.general);
                ok(200, json!({ "id": general.unwrap().0 }))
            }
            ["channels"] if get => {
                let channels = self.channels.iter().map(|(id, channel)| channel.shown(id));
                ok(200, json!({ "value": channels.collect::<Vec<_>>() }))
            }
            ["channels"] => self.create_channel(new, body),
            ["completeMigration"] => {
                let open = self
                    .channels
                    .values()
                    .any(|channel| channel.mode != Some("completed"));
                if open || *lag > 0 {
                    *lag = lag.saturating_sub(1);
                    return no(400, "All channels must be finalized before team.");
                }
                self.complete = true;
                ok(204, Value::Null)
            }
            ["members"] => {
                let members = self.members.keys().map(|user| json!({ "userId": user }));
                ok(200, json!({ "value": members.collect::<Vec<_>>() }))
            }
            ["members", "add"] => self.add_members(body, unwelcome),
            ["channels", channel, rest @ ..] => {
                let channel_id = *channel;
                let Some(channel) = self.channels.get_mut(channel_id) else {
                    return no(404, "no channel");
                };
                channel.handle(channel_id, rest, get, body)
            }
            _ => no(404, "no such segment"),
        }
    }

    fn create_channel(&mut self, new: &str, body: &Value) -> Answered {
        let name = body["displayName"].as_str().unwrap();
        if self.channels.values().any(|channel| channel.name == name) {
            return no(400, "Channel name already existed, please use other name.");
        }
        let migrating = body["@microsoft.graph.channelCreationMode"] == "migration";
        let private = body["membershipType"] == "private" && !migrating;
        if migrating && self.complete {
            return no(
                400,
                "Migration channels can only be created in a team under migration.",
            );
        }
        if !migrating && !self.complete {
            return no(403, "no");
        }
        let members: Vec<_> = body["members"]
            .as_array()
            .into_iter()
            .flatten()
            .map(user)
            .collect();
        if members.iter().any(|user| !self.members.contains_key(user)) {
            return no(403, "User is not found in the team.");
        }
        let id = format!("19:{new}@thread.tacv2");
        let channel = Channel {
            name: name.to_owned(),
            private,
            members,
            mode: migrating.then_some("inProgress"),
            created: if migrating {
                millis(&body["createdDateTime"])
            } else {
                i64::MAX
            },
            ..Channel::default()
        };
        let shown = channel.shown(&id);
        self.channels.insert(id, channel);
        ok(201, shown)
    }

    fn add_members(&mut self, body: &Value, unwelcome: &mut u32) -> Answered {
        if !self.complete {
            return no(403, "Members cannot be added to a team under migration.");
        }
        let mut results = Vec::new();
        for member in body["values"].as_array().unwrap() {
            let owner = member["roles"] == json!(["owner"]);
            if !owner && *unwelcome > 0 {
                *unwelcome -= 1;
                let error = json!({ "code": "InternalServerError", "message": "not now" });
                results.push(json!({ "userId": user(member), "error": error }));
                continue;
            }
            self.members.insert(user(member), owner);
            results.push(json!({ "userId": user(member), "error": null }));
        }
        ok(200, json!({ "value": results }))
    }
}

impl Channel {
    fn shown(&self, id: &str) -> Value {
        let membership = match (self.mode, self.private) {
            (_, true) => json!("private"),
            (Some("inProgress"), false) => Value::Null,
            _ => json!("standard"),
        };
        json!({
            "id": id, "displayName": self.name, "membershipType": membership,
            "migrationMode": self.mode,
        })
    }

    fn handle(&mut self, id: &str, rest: &[&str], get: bool, body: &Value) -> Answered {
        match rest {
            [] => ok(200, self.shown(id)),
            ["startMigration"] if self.mode == Some("inProgress") => no(400, "Bad Request"),
            ["startMigration"] => {
                self.mode = Some("inProgress");
                self.created = millis(&body["conversationCreationDateTime"]);
                ok(204, Value::Null)
            }
            ["completeMigration"] if self.mode != Some("inProgress") => {
                no(400, "Channel has already been finalized.")
            }
            ["completeMigration"] => {
                self.mode = Some("completed");
                ok(204, Value::Null)
            }
            ["archive"] => {
                self.archived = true;
                ok(202, Value::Null)
            }
            ["members"] if !get => {
                self.members.push(user(body));
                ok(201, Value::Null)
            }
            ["members"] => {
                let members = self.members.iter().map(|user| json!({ "userId": user }));
                ok(200, json!({ "value": members.collect::<Vec<_>>() }))
            }
            ["messages"] if get => ok(200, self.list(None)),
            ["messages"] => self.post(None, body),
            ["messages", id] => self.get(None, id),
            ["messages", root, "replies"] if get => ok(200, self.list(root.parse().ok())),
            ["messages", root, "replies"] => self.post(root.parse().ok(), body),
            ["messages", root, "replies", id] => self.get(root.parse().ok(), id),
            _ => no(404, "no such segment"),
        }
    }

    /// Newest first, as Graph does.
    fn list(&self, root: Option<i64>) -> Value {
        let messages = self
            .messages
            .iter()
            .rev()
            .filter(|(_, message)| message.root == root);
        json!({ "value": messages.map(|(id, m)| message(*id, m)).collect::<Vec<_>>() })
    }

    fn get(&self, root: Option<i64>, id: &str) -> Answered {
        let id = id.parse().unwrap();
        match self
            .messages
            .get(&id)
            .filter(|message| message.root == root)
        {
            Some(found) => ok(200, message(id, found)),
            None => no(404, "no message"),
        }
    }

    fn post(&mut self, root: Option<i64>, body: &Value) -> Answered {
        if self.mode != Some("inProgress") {
            let message =
                "Message POST is allowed in application-only context only for import purposes.";
            return Err((401, "Unauthorized", message.to_owned()));
        }
        if body["body"]["content"] == "<p>refused</p>" {
            return no(400, "Bad Request");
        }
        let id = millis(&body["createdDateTime"]);
        if id <= self.created {
            return no(400, "too old");
        }
        if root.is_some_and(|root| self.messages.get(&root).is_none_or(|m| m.root.is_some())) {
            return no(404, "no root");
        }
        if self.messages.contains_key(&id) {
            return Err((409, "Conflict", "StoreException".to_owned()));
        }
        self.messages.insert(
            id,
            Message {
                root,
                body: body.clone(),
            },
        );
        ok(201, json!({ "id": id.to_string() }))
    }
}

fn millis(value: &Value) -> i64 {
    value
        .as_str()
        .unwrap()
        .parse::<Millis>()
        .unwrap()
        .as_millis()
}

fn user(member: &Value) -> String {
    let address = member["user@odata.bind"].as_str().unwrap();
    address.split('\'').nth(1).unwrap().to_owned()
}
