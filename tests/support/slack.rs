//! Slack's file servers in miniature: what a file's name says is what happens.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The token in the addresses of the export, and the one of somebody.
pub(crate) const EXPORT_TOKEN: &str = "xoxe-1-planted-in-the-export";
pub(crate) const OWN_TOKEN: &str = "xoxp-2-planted-in-the-environment";

/// A picture, as far as its first bytes tell.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

const SIGN_IN: &str = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>\
    <body><form id=\"signin_form\"></form></body></html>";

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The path, with its query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
}

/// A server on loopback, for as long as the test lasts.
pub(crate) struct SlackServer {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl SlackServer {
    /// One that sends `elsewhere.png` on to another host.
    pub(crate) fn start(elsewhere: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, elsewhere) = (Arc::clone(&asked), elsewhere.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, elsewhere) = (Arc::clone(&log), elsewhere.clone());
                // A client that was killed breaks the connection.
                std::thread::spawn(move || answer(stream, &log, &elsewhere).unwrap_or_default());
            }
        });
        Self { url, asked }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns the number of times a file of that name was asked for.
    pub(crate) fn count(&self, name: &str) -> usize {
        let of = |asked: &&Asked| asked.path.split(['?', '/']).any(|part| part == name);
        self.asked().iter().filter(of).count()
    }
}

fn answer(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, elsewhere: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut authorization = None;
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("authorization")
        {
            authorization = Some(value.to_owned());
        }
    }
    let times = {
        let mut log = log.lock().unwrap();
        let path_only = |path: &str| path.split('?').next().unwrap_or_default().to_owned();
        let before = log
            .iter()
            .filter(|asked| path_only(&asked.path) == path_only(&path))
            .count();
        log.push(Asked {
            path: path.clone(),
            authorization: authorization.clone(),
        });
        before
    };
    let knows = path.contains(&format!("t={EXPORT_TOKEN}"))
        || authorization == Some(format!("Bearer {OWN_TOKEN}"))
        || path.starts_with("/moved/");
    let name = path.split('?').next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    let mut send = |status: &str, headers: &str, length: usize, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        stream.flush()
    };
    let png = "Content-Type: image/png\r\n";
    match name {
        _ if !knows => send(
            "200 OK",
            "Content-Type: text/html; charset=utf-8\r\n",
            SIGN_IN.len(),
            SIGN_IN.as_bytes(),
        ),
        "gone.png" => send("404 Not Found", "", 0, b""),
        "denied.png" => send("403 Forbidden", "", 0, b""),
        "cut-once.png" if times == 0 => send("200 OK", png, PNG.len(), &PNG[..9]),
        "cut.png" => send("200 OK", png, PNG.len(), &PNG[..9]),
        "busy.png" if times == 0 => send("429 Too Many Requests", "Retry-After: 1\r\n", 0, b""),
        "ill.png" if times == 0 => send("503 Service Unavailable", "Retry-After: 0\r\n", 0, b""),
        "short.png" => send("200 OK", png, 12, &PNG[..12]),
        "json.png" => send(
            "200 OK",
            png,
            PNG.len(),
            &b"{\"ok\":false,\"error\":\"not a file at all\"}"[..PNG.len()],
        ),
        "sign-in.png" => send(
            "302 Found",
            "Location: https://acme.slack.com/?redir=%2Fx\r\n",
            0,
            b"",
        ),
        "elsewhere.png" => send(
            "302 Found",
            &format!("Location: {elsewhere}/stolen.png\r\n"),
            0,
            b"",
        ),
        "moved.png" if !path.starts_with("/moved/") => send(
            "302 Found",
            "Location: https://acme.slack.com/moved/moved.png\r\n",
            0,
            b"",
        ),
        "slow.png" => {
            send("200 OK", png, PNG.len(), &PNG[..9])?;
            std::thread::sleep(Duration::from_millis(1500));
            stream.write_all(&PNG[9..])
        }
        "never.png" => {
            send("200 OK", png, PNG.len(), &PNG[..9])?;
            std::thread::sleep(Duration::from_secs(120));
            Ok(())
        }
        _ => send("200 OK", png, PNG.len(), PNG),
    }
}
