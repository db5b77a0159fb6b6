//! The address that is which page.

use std::future::Future;
use std::io;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use chatferry_model::{GraphMessageId, Millis};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::guard::guard;
use super::library::{Library, encode};
use super::pages::{self, Ask};
use crate::page::STYLE;

/// The styles that only these pages need.
const PREVIEW_STYLE: &str = include_str!("style.css");

/// Serves the preview until `shutdown` is done.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    library: Library,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new()
        .route("/", get(overview))
        .route("/t/{key}", get(channel))
        .route("/image/{name}", get(image))
        .route("/file/{path}/{name}", get(file))
        .route("/style.css", get(styles))
        .fallback(|| async { missing() })
        .layer(axum::middleware::from_fn(guard))
        .with_state(Arc::new(library));
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

type Shared = State<Arc<Library>>;

async fn overview(State(library): Shared) -> Response {
    Html(pages::overview(&library)).into_response()
}

async fn styles() -> Response {
    let text = format!("{STYLE}{PREVIEW_STYLE}");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}

#[derive(Deserialize)]
struct Asked {
    page: Option<String>,
    q: Option<String>,
    post: Option<String>,
}

async fn channel(
    State(library): Shared,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let shown = tokio::task::spawn_blocking(move || {
        // A key in an address is written as in the name of its file.
        let summary = library
            .details
            .targets
            .iter()
            .find(|summary| encode(summary.target.key.as_str()) == encode_again(&key))?;
        let post = asked.post.and_then(|id| id.parse().ok());
        if let Some(id) = post.and_then(|id| Millis::new(id).ok()) {
            let to = pages::address_of(&library, summary, GraphMessageId::at(id)).ok()??;
            return Some(Redirect::to(&to).into_response());
        }
        let ask = Ask {
            page: asked.page.and_then(|page| page.parse().ok()),
            words: asked.q.unwrap_or_default().trim().to_owned(),
        };
        Some(match pages::channel(&library, summary, &ask) {
            Ok(page) => Html(page).into_response(),
            Err(error) => {
                let page = pages::failure("This page cannot be shown", &error.to_string());
                (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
            }
        })
    });
    shown.await.ok().flatten().unwrap_or_else(missing)
}

/// A path part as it was before the server decoded it: `%XX` of a key's name stays as it is only if
/// it was escaped twice, so both forms are taken.
fn encode_again(key: &str) -> String {
    if key.contains('%') {
        key.to_owned()
    } else {
        encode(key)
    }
}

async fn image(State(library): Shared, Path(name): Path<String>) -> Response {
    let Some(bytes) = read(&library.folder.images(), &name) else {
        return missing();
    };
    // Told by its bytes, so that nothing but a picture is ever shown as one.
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        _ => return missing(),
    };
    ([(CONTENT_TYPE, media_type)], bytes).into_response()
}

async fn file(State(library): Shared, Path((path, name)): Path<(String, String)>) -> Response {
    let Some(bytes) = read(&library.folder.files(), &path) else {
        return missing();
    };
    // Saved and never shown: it is whatever somebody once uploaded.
    let name = if name.contains('%') {
        name
    } else {
        encode(&name)
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
    ];
    (headers, bytes).into_response()
}

/// A file that rendering put there, whose name is a hash.
fn read(folder: &FilePath, name: &str) -> Option<Vec<u8>> {
    let is_plain = !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if !is_plain {
        return None;
    }
    std::fs::read(folder.join(name)).ok()
}

fn missing() -> Response {
    let page = pages::failure(
        "Page not found",
        "The posts may have been rendered again since.",
    );
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}
