//! The guard of the preview: who may ask, and what a browser may do with a response.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Method, StatusCode};

use super::pages;

/// No script at all, and nothing from elsewhere. Posts colour words by `style` attributes.
const POLICY: &str = "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Lets through what a browser on this machine asks for by this machine's name, so that no page of
/// another site can read the posts by a name of its own that leads here.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let mut response = if !host.is_some_and(is_this_machine) {
        refuse(
            StatusCode::FORBIDDEN,
            "The preview answers only to names of this machine.",
        )
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        refuse(StatusCode::METHOD_NOT_ALLOWED, "The preview is read-only.")
    } else {
        next.run(request).await
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refuse(status: StatusCode, words: &'static str) -> Response {
    let page = pages::failure("Not allowed", words);
    (status, axum::response::Html(page)).into_response()
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "127.0.0.1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_s_own_names() {
        for (host, fine) in [
            ("127.0.0.1:8090", true),
            ("localhost:8090", true),
            ("localhost", true),
            ("evil.example:8090", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:80", false),
            ("", false),
        ] {
            assert_eq!(is_this_machine(host), fine, "{host}");
        }
    }
}
