//! A tenant with two people, one app and a clock that stands still, and calls to it in process.

use std::cell::RefCell;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use chatferry_twin::{App, AppId, Clock, Moment, Settings, Tenant, User, router};
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const NOW: &str = "2026-11-20T12:00:00.000Z";
pub(crate) const APP: &str = "0c3b6a52-7d0e-4f3c-9c4e-0d3e5f6a7b8c";
pub(crate) const OTHER_APP: &str = "1d4c7b63-8e1f-4a4d-8d5f-1e4f6a7b8c9d";
pub(crate) const ANNA: &str = "5d1f0a9e-3b2c-4d8e-8f70-112233445566";
pub(crate) const BEN: &str = "6e2a1baf-4c3d-4e9f-9a81-223344556677";
pub(crate) const CLEO: &str = "7f3b2cb0-5d4e-4fa0-8b92-334455667788";
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
/// What teams and channels of the tests are created at.
pub(crate) const CREATED: &str = "2015-01-01T00:00:00.000Z";

pub(crate) struct Twin {
    pub(crate) tenant: Tenant,
    router: Router,
    runtime: tokio::runtime::Runtime,
    token: RefCell<String>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) raw: String,
}

impl Reply {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"]
            .as_str()
            .or_else(|| self.body["error"].as_str())
            .unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        self.body["error"]["message"]
            .as_str()
            .or_else(|| self.body["error_description"].as_str())
            .unwrap_or_default()
    }

    pub(crate) fn id(&self) -> String {
        assert!(self.status < 300, "{self:?}");
        self.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Twin {
    /// A tenant in which nothing takes time.
    pub(crate) fn instant() -> Twin {
        Twin::new(Settings::instant())
    }

    pub(crate) fn new(settings: Settings) -> Twin {
        let twin = Twin::of(populated(settings));
        twin.sign_in(APP, "secret");
        twin
    }

    /// The same tenant without anything to call it by.
    pub(crate) fn shared() -> Tenant {
        populated(Settings::instant())
    }

    /// A tenant read back from its dump, called with the token in use.
    pub(crate) fn restored(&self, dump: &[u8]) -> Twin {
        let clock = Clock::manual(self.tenant.clock().now());
        let twin = Twin::of(Tenant::restore(dump, clock).unwrap());
        twin.use_token(&self.token.borrow());
        twin
    }

    fn of(tenant: Tenant) -> Twin {
        Twin {
            router: router(tenant.clone()),
            tenant,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            token: RefCell::default(),
        }
    }

    pub(crate) fn sign_in(&self, app: &str, secret: &str) {
        let reply = self.token(&[
            ("client_id", app),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ]);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.token.borrow_mut());
    }

    /// Signs in with an app that has only these permissions.
    pub(crate) fn sign_in_with(&self, roles: &[&str]) {
        let id = "2e5d8c74-9f20-4b5e-9e60-2f506b7c8d9e";
        self.tenant
            .register_app(App::new(id, "x").with_roles(roles));
        self.sign_in(id, "x");
    }

    /// Signs a user in.
    pub(crate) fn sign_in_delegated(&self) {
        let app = AppId::from(APP);
        *self.token.borrow_mut() = self.tenant.delegated_token(&app, &["Teamwork.Migrate.All"]);
    }

    pub(crate) fn use_token(&self, token: &str) {
        token.clone_into(&mut self.token.borrow_mut());
    }

    pub(crate) fn token(&self, form: &[(&str, &str)]) -> Reply {
        let tenant = self.tenant.settings().tenant_id;
        self.token_at(&format!("/{tenant}/oauth2/v2.0/token"), form)
    }

    pub(crate) fn token_at(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path).body(Body::from(body)).unwrap();
        self.send(request).unwrap()
    }

    /// Sends any request; `None` when the answer breaks off.
    pub(crate) fn send(&self, request: Request<Body>) -> Option<Reply> {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.ok()?;
            Some(Reply {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
                raw: String::from_utf8_lossy(&bytes).into_owned(),
            })
        })
    }

    pub(crate) fn request(&self, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token.borrow()));
        match body {
            None => request.body(Body::empty()).unwrap(),
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string()))
                .unwrap(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path, None)).unwrap()
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path, None)).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path, Some(body)))
            .unwrap()
    }

    /// A POST without a body.
    pub(crate) fn act(&self, path: &str) -> Reply {
        self.send(self.request(Method::POST, path, None)).unwrap()
    }

    /// A file's bytes, to that address.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Reply {
        let mut request = self.request(Method::PUT, path, None);
        *request.body_mut() = Body::from(bytes.to_vec());
        self.send(request).unwrap()
    }

    /// One chunk of a file, to the address of an upload session, which asks for no token.
    pub(crate) fn put_chunk(&self, url: &str, range: &str, bytes: &[u8]) -> Reply {
        let request = Request::put(url)
            .header("content-range", range)
            .body(Body::from(bytes.to_vec()))
            .unwrap();
        self.send(request).unwrap()
    }

    /// A channel's folder: the address of its item.
    pub(crate) fn folder(&self, channel: &str) -> String {
        let folder = self.get(&format!("{channel}/filesFolder"));
        let drive = folder.body["parentReference"]["driveId"].as_str();
        format!("/v1.0/drives/{}/items/{}", drive.unwrap(), folder.id())
    }

    /// The address of an upload session for a file of that name in that folder.
    pub(crate) fn upload(&self, folder: &str, name: &str, conflict: &str) -> String {
        let item = json!({"@microsoft.graph.conflictBehavior": conflict, "name": name});
        let address = format!("{folder}:/{name}:/createUploadSession");
        let reply = self.post(&address, json!({"item": item}));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["uploadUrl"].as_str().unwrap().to_owned()
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.tenant
            .clock()
            .advance(Duration::from_millis(ms))
            .unwrap();
    }

    /// A team in migration mode; its address.
    pub(crate) fn team(&self) -> String {
        let reply = self.post("/v1.0/teams", team());
        assert_eq!(reply.status, 202, "{reply:?}");
        let location = reply.header("content-location");
        let id = location
            .strip_prefix("/teams('")
            .unwrap()
            .strip_suffix("')")
            .unwrap();
        format!("/v1.0/teams/{id}")
    }

    /// A team created in the normal way with Anna as its owner; its address.
    pub(crate) fn normal_team(&self) -> String {
        let reply = self.post("/v1.0/teams", normal_team());
        assert_eq!(reply.status, 202, "{reply:?}");
        let location = reply.header("content-location");
        let id = location
            .strip_prefix("/teams('")
            .unwrap()
            .strip_suffix("')")
            .unwrap();
        format!("/v1.0/teams/{id}")
    }

    /// A channel in migration mode in that team; its address.
    pub(crate) fn channel(&self, team: &str, name: &str) -> String {
        let id = self.post(&format!("{team}/channels"), channel(name)).id();
        format!("{team}/channels/{id}")
    }

    /// A channel in migration mode in a team of its own; its address.
    pub(crate) fn open_channel(&self) -> String {
        self.channel(&self.team(), "ops")
    }

    /// A chat of Anna and Ben or of all three; its address.
    pub(crate) fn chat(&self, kind: &str, people: &[&str]) -> String {
        let id = self.post("/v1.0/chats", chat(kind, people)).id();
        format!("/v1.0/chats/{id}")
    }
}

fn populated(settings: Settings) -> Tenant {
    let tenant = Tenant::new(settings, Clock::manual(Moment::parse(NOW).unwrap()));
    tenant.register_app(App::new(APP, "secret"));
    tenant.register_app(App::new(OTHER_APP, "other secret"));
    tenant.add_user(User::new(ANNA, "Anna", "anna@contoso.com"));
    tenant.add_user(User::new(BEN, "Ben", "ben@contoso.com"));
    tenant.add_user(User::new(CLEO, "Cleo", "cleo@contoso.com"));
    tenant
}

pub(crate) fn team() -> Value {
    json!({
        "@microsoft.graph.teamCreationMode": "migration",
        "template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
        "displayName": "Acme",
        "description": "",
        "createdDateTime": CREATED,
    })
}

pub(crate) fn normal_team() -> Value {
    json!({
        "template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
        "displayName": "Acme",
        "members": [member(ANNA, &["owner"])],
    })
}

pub(crate) fn channel(name: &str) -> Value {
    json!({
        "@microsoft.graph.channelCreationMode": "migration",
        "displayName": name,
        "membershipType": "standard",
        "createdDateTime": CREATED,
    })
}

pub(crate) fn member(user: &str, roles: &[&str]) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{user}')"),
        "roles": roles,
    })
}

pub(crate) fn chat(kind: &str, people: &[&str]) -> Value {
    let members: Vec<Value> = people.iter().map(|user| member(user, &["owner"])).collect();
    json!({"chatType": kind, "members": members})
}

/// A message by Anna so many ms after 2019-02-04T19:58:15Z.
pub(crate) fn message(ms: i64) -> Value {
    json!({
        "createdDateTime": Moment::from_millis(1_549_310_295_000 + ms).to_string(),
        "from": {"user": {"id": ANNA, "displayName": "Anna", "userIdentityType": "aadUser"}},
        "body": {"contentType": "html", "content": format!("<p>message {ms}</p>")},
    })
}

/// The same with one property set.
pub(crate) fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    match body.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let name = pointer.strip_prefix('/').unwrap();
            body[name] = value;
        }
    }
    body
}

/// The same without one property.
pub(crate) fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name).unwrap();
    body
}

/// The same with this content.
pub(crate) fn content(ms: i64, html: &str) -> Value {
    with(message(ms), "/body/content", json!(html))
}
