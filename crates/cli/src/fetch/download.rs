//! One file: asked for, written beside, proven, put in its place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chatferry_model::fetched::Fetched;
use chatferry_model::{FileId, Text};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::task::block_in_place;
use xxhash_rust::xxh3::Xxh3;

use super::address::Slack;
use super::content_check::{self, Expected, Received};
use super::failure::Failure;
use super::token::Request;
use super::wanted::Wanted;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// The longest silence within an answer; a large file may take hours.
const SILENT_AT_MOST: Duration = Duration::from_secs(60);
/// Redirects of one request.
const REDIRECTS: usize = 5;

/// The outcome of one attempt.
pub(super) enum Attempt {
    /// The file is in its place.
    Done(Box<Got>),
    /// The attempt may work later; after this time, if the server says so.
    Again(String, Option<Duration>),
    /// The attempt cannot work.
    Failed(Failure),
    /// The disk says no, of this path.
    Disk(PathBuf, io::Error),
}

/// A file in its place.
pub(super) struct Got {
    pub(super) file: Fetched<'static>,
    /// The true media type, where the export says another.
    pub(super) other_type: Option<String>,
}

/// Sends requests to Slack.
pub(super) struct Downloader {
    pub(super) client: Client,
    pub(super) slack: Slack,
}

/// The destination of the bytes.
pub(super) struct Paths<'a> {
    /// Until they are proven.
    pub(super) beside: &'a Path,
    /// The folder of blobs.
    pub(super) blobs: &'a Path,
}

impl Downloader {
    /// Gets ready; opens no connection yet.
    ///
    /// # Errors
    /// When TLS can't be set up on this machine.
    pub(super) fn new(slack: Slack) -> Result<Self, reqwest::Error> {
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
        Ok(Self { client, slack })
    }

    /// Tries once. `advance` hears of bytes as they come.
    pub(super) async fn attempt(
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

    /// Asks, and follows redirects as far as they stay with Slack; the token stays with its host.
    async fn ask(&self, request: &Request) -> Result<Response, Attempt> {
        let mut url = request.url.clone();
        for _ in 0..=REDIRECTS {
            let mut ask = self
                .client
                .get(self.slack.reach(&url))
                .header(ACCEPT_ENCODING, "identity");
            if let Some(bearer) = &request.bearer
                && url.same_host(&request.url)
            {
                ask = ask.header(AUTHORIZATION, bearer);
            }
            let response = ask.send().await.map_err(|error| lost(&error))?;
            let status = response.status();
            if !status.is_redirection() {
                return judge(response);
            }
            let location = response.headers().get(LOCATION);
            let next = location
                .and_then(|location| location.to_str().ok())
                .and_then(|location| url.redirected(location));
            match next {
                Some(next) if next.is_sign_in() => return Err(Attempt::Failed(Failure::SignIn)),
                Some(next) => url = next,
                None => return Err(Attempt::Failed(Failure::Elsewhere)),
            }
        }
        let why = "Slack redirects in a circle".to_owned();
        Err(Attempt::Failed(Failure::Failed(why)))
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
        let disk = |error| Attempt::Disk(paths.beside.to_owned(), error);
        let mut file = block_in_place(|| File::create(paths.beside)).map_err(disk)?;
        let (mut hash, mut head, mut bytes) = (Xxh3::new(), Vec::new(), 0_u64);
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            hash.update(&chunk);
            let room = content_check::HEAD
                .saturating_sub(head.len())
                .min(chunk.len());
            head.extend_from_slice(chunk.get(..room).unwrap_or_default());
            bytes += chunk.len() as u64;
            advance(chunk.len() as u64);
            block_in_place(|| file.write_all(&chunk)).map_err(disk)?;
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
        let proven = content_check::check_content(&expected, &received).map_err(Attempt::Failed)?;
        let blob = format!("{:032x}", hash.digest128());
        let place = paths.blobs.join(&blob);
        block_in_place(|| {
            file.sync_all()?;
            drop(file);
            fs::rename(paths.beside, &place)
        })
        .map_err(|error| Attempt::Disk(place.clone(), error))?;
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

/// Returns true if an answer is the file, as far as its status tells.
fn judge(response: Response) -> Result<Response, Attempt> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(response),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(Attempt::Failed(Failure::Denied(status.as_u16())))
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(Attempt::Failed(Failure::Gone(status.as_u16())))
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => again(&response),
        _ if status.is_server_error() => again(&response),
        _ => {
            let why = format!("Slack answers {}", status.as_u16());
            Err(Attempt::Failed(Failure::Failed(why)))
        }
    }
}

fn again(response: &Response) -> Result<Response, Attempt> {
    let why = format!("Slack answers {}", response.status().as_u16());
    let wait = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|seconds| seconds.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    Err(Attempt::Again(why, wait))
}

/// No answer, or half of one. The error's own words may hold the address, and with it a token.
fn lost(error: &reqwest::Error) -> Attempt {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection to Slack"
    } else if error.is_body() || error.is_decode() {
        "the answer was cut off"
    } else {
        "the connection broke"
    };
    Attempt::Again(why.to_owned(), None)
}
