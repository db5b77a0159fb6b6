//! One file: asked for, written beside, proven, put in its place.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use chatferry_model::fetched::Fetched;
use chatferry_model::{FileId, Text};
use fs_err::{self as fs, File};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::task::block_in_place;
use xxhash_rust::xxh3::Xxh3;

use crate::address::Servers;
use crate::content_check::{self, Expected, Received};
use crate::failure::Failure;
use crate::token::Request;
use crate::wanted::Wanted;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// The longest silence within an answer; a large file may take hours.
const SILENT_AT_MOST: Duration = Duration::from_secs(60);
/// Redirects of one request.
const REDIRECTS: usize = 5;

/// The outcome of one attempt.
pub(crate) enum Attempt {
    /// The file is in its place.
    Done(Box<Got>),
    /// The attempt may work later; after this time, if the server says so.
    Again(String, Option<Duration>),
    /// The attempt cannot work.
    Failed(Failure),
    /// The disk says no.
    Disk(io::Error),
}

/// A file in its place.
pub(crate) struct Got {
    pub(crate) file: Fetched<'static>,
    /// The true media type, where the export says another.
    pub(crate) other_type: Option<String>,
}

/// Sends requests to the source's servers.
pub(crate) struct Downloader {
    client: Client,
    servers: Servers,
}

/// The destination of the bytes.
pub(crate) struct Paths<'a> {
    /// Until they are proven.
    pub(crate) beside: &'a Path,
    /// The folder of blobs.
    pub(crate) blobs: &'a Path,
}

impl Downloader {
    /// Gets ready; opens no connection yet.
    ///
    /// # Errors
    /// When TLS can't be set up on this machine.
    pub(crate) fn new(servers: Servers) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("chatferry/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(SILENT_AT_MOST)
            // A redirect is followed here, or a token would go along.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // HTTP/2 traces the paths it asks for, which hold tokens.
            .http1_only()
            // Files are compressed already, and lengths must be what they are.
            .no_gzip()
            .build()?;
        Ok(Self { client, servers })
    }

    /// Tries once. `advance` hears of bytes as they come.
    pub(crate) async fn attempt(
        &self,
        wanted: &Wanted,
        request: &Request,
        paths: &Paths<'_>,
        advance: &mut (dyn FnMut(u64) + Send),
    ) -> Attempt {
        let response = match self.ask(request).await {
            Ok(response) => response,
            Err(attempt) => return attempt,
        };
        match self.take(wanted, response, paths, advance).await {
            Ok(got) => Attempt::Done(Box::new(got)),
            Err(attempt) => {
                // What is left is removed by the next run at the latest.
                let _ = fs::remove_file(paths.beside);
                attempt
            }
        }
    }

    /// Asks, and follows redirects as far as they stay with the source; the token stays with its host.
    async fn ask(&self, request: &Request) -> Result<Response, Attempt> {
        let mut url = request.url.clone();
        for _ in 0..=REDIRECTS {
            let mut ask = self
                .client
                .get(self.servers.reach(&url))
                .header(ACCEPT_ENCODING, "identity");
            if let Some(bearer) = &request.bearer
                && url.same_host(&request.url)
            {
                ask = ask.header(AUTHORIZATION, bearer);
            }
            let response = ask.send().await.map_err(|error| lost(&error))?;
            let status = response.status();
            if !status.is_redirection() {
                return self.judge(response);
            }
            let location = response.headers().get(LOCATION);
            let next = location
                .and_then(|location| location.to_str().ok())
                .and_then(|location| self.servers.redirected(&url, location));
            match next {
                Some(next) if self.servers.is_sign_in(&next) => {
                    return Err(Attempt::Failed(Failure::SignIn));
                }
                Some(next) => url = next,
                None => return Err(Attempt::Failed(Failure::Elsewhere)),
            }
        }
        let why = format!("{} redirects in a circle", self.servers.row.label);
        Err(Attempt::Failed(Failure::Failed(why)))
    }

    /// Returns an answer that may be the file, as far as its status tells.
    fn judge(&self, response: Response) -> Result<Response, Attempt> {
        let status = response.status();
        let answers = || format!("{} answers {}", self.servers.row.label, status.as_u16());
        Err(match status {
            StatusCode::OK => return Ok(response),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Attempt::Failed(Failure::Denied(status.as_u16()))
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Attempt::Failed(Failure::Gone(status.as_u16()))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Attempt::Again(answers(), wait(&response))
            }
            _ if status.is_server_error() => Attempt::Again(answers(), wait(&response)),
            _ => Attempt::Failed(Failure::Failed(answers())),
        })
    }

    async fn take(
        &self,
        wanted: &Wanted,
        mut response: Response,
        paths: &Paths<'_>,
        advance: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Got, Attempt> {
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .map(str::to_owned);
        let mut file = block_in_place(|| File::create(paths.beside)).map_err(Attempt::Disk)?;
        let (mut hash, mut head, mut bytes) = (Xxh3::new(), Vec::new(), 0_u64);
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            hash.update(&chunk);
            let room = content_check::HEAD
                .saturating_sub(head.len())
                .min(chunk.len());
            head.extend_from_slice(chunk.get(..room).unwrap_or_default());
            bytes += chunk.len() as u64;
            advance(chunk.len() as u64);
            block_in_place(|| file.write_all(&chunk)).map_err(Attempt::Disk)?;
        }
        let expected = Expected {
            size: wanted.size,
            media_type: wanted.media_type.clone(),
        };
        let received = Received {
            content_type: content_type.as_deref(),
            head: &head,
            bytes,
        };
        let proven = content_check::check_content(self.servers.row, &expected, &received)
            .map_err(Attempt::Failed)?;
        let blob = format!("{:032x}", hash.digest128());
        let place = paths.blobs.join(&blob);
        block_in_place(|| {
            file.sync_all()?;
            drop(file);
            fs::rename(paths.beside, &place)
        })
        .map_err(Attempt::Disk)?;
        Ok(Got {
            other_type: proven.media_type.clone().filter(|_| proven.other),
            file: Fetched {
                id: FileId::new(&wanted.id).to_static(),
                blob: Text::from(blob),
                bytes,
                media_type: proven.media_type.map(Text::from),
            },
        })
    }
}

/// Returns the time that a server asks to be left alone for.
fn wait(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// No answer, or half of one. The error's own words may hold the address, and with it a token.
fn lost(error: &reqwest::Error) -> Attempt {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer was cut off"
    } else {
        "the connection broke"
    };
    Attempt::Again(why.to_owned(), None)
}
