//! Requests over a socket: what is surely not sent, and what may have been.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use bytes::Bytes;
use chatferry_graph::{HttpTransport, Transport, TransportError};
use http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Sends a request to a server that reads it and answers with `answer`, then hangs up.
async fn send(answer: &'static str) -> Result<Response<Bytes>, TransportError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1.0/teams", listener.local_addr().unwrap());
    let server = async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let read = socket.read(&mut request).await.unwrap();
        socket.write_all(answer.as_bytes()).await.unwrap();
        read
    };
    let transport = HttpTransport::new().unwrap();
    let request = Request::post(url).body(Bytes::from_static(b"{}")).unwrap();
    let (read, answer) = tokio::join!(server, transport.send(request));
    assert!(read > 0);
    answer
}

#[tokio::test]
async fn an_answer_comes_whole() {
    let answer =
        send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers().get("retry-after").unwrap(), "7");
    assert_eq!(&**answer.body(), b"{}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = send(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(answer.await.unwrap().status(), 307);
}

#[tokio::test]
async fn half_an_answer_is_a_lost_one() {
    for answer in [
        "",
        "HTTP/1.1 201 Cre",
        "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\":",
    ] {
        let error = send(answer).await.unwrap_err();
        assert!(
            matches!(error, TransportError::Lost(_)),
            "{answer:?}: {error}"
        );
        assert!(!error.to_string().contains("/v1.0/teams"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_surely_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let transport = HttpTransport::new().unwrap();
    let request = Request::get(url).body(Bytes::new()).unwrap();
    let error = transport.send(request).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error}");
}
