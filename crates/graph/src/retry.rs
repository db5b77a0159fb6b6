//! The table of retries: what is done when a call fails, how often and how long.
//!
//! Deciding ([`row`]) is separate from waiting ([`Backoff`]). A call whose outcome is unknown is
//! only repeated where repeating changes nothing; otherwise the caller looks first
//! ([`RetryAction::LookUp`]).

use std::time::Duration;

use crate::error::{Cause, GraphError, TokenError};
use crate::requests::Kind;
use crate::transport::TransportError;

/// The action after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAction {
    /// The call is repeated after waiting: it was not carried out, or repeating changes nothing.
    Again,
    /// The call is repeated after waiting: what it needs does not exist yet.
    NotYet,
    /// A new token, and the same call again.
    RenewToken,
    /// The call may have been carried out: look before anything else.
    LookUp,
    /// The state was reached already: as good as success.
    Done,
    /// The item is refused; the next one may succeed.
    Refuse,
    /// The channel or chat does not take posts yet: its state is read, and it is opened again.
    Reopen,
    /// The team, channel or chat cannot be filled; others may.
    Abandon,
    /// Nothing will go through: the run ends.
    Abort,
}

/// The number of waits and their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// The number of times to try again; none: as the settings say.
    tries: Option<u32>,
    first: Duration,
    most: Duration,
}

const fn patience(tries: u32, first: u64, most: u64) -> Backoff {
    Backoff {
        tries: Some(tries),
        first: Duration::from_secs(first),
        most: Duration::from_secs(most),
    }
}

/// Nothing is tried again.
const NONE: Backoff = patience(0, 0, 0);
/// A server or a network that has a bad minute.
const BAD_MINUTE: Backoff = Backoff {
    tries: None,
    first: Duration::from_secs(1),
    most: Duration::from_secs(60),
};
/// Throttled without end is not an error of ours; Retry-After sets the pace.
const THROTTLED: Backoff = patience(200, 1, 120);
/// A team or channel that was just created, or the mode it was put in, is not known everywhere.
const PROVISIONING: Backoff = patience(8, 4, 30);
/// Channels are complete, but the team does not know yet, which takes some ten seconds
/// (crates/graph/RULES.md R50).
const LAG: Backoff = patience(60, 4, 10);
/// A site takes minutes to be made, and a private channel's waits for its team's.
const FOLDER: Backoff = patience(24, 2, 30);
/// A root that was answered but is not found below.
const READ_LAG: Backoff = patience(4, 2, 10);

/// A kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureKind {
    /// The request surely never reached the server.
    NotSent,
    /// No answer, or half of one; or the server failed (408, 5xx): the outcome is unknown.
    Lost,
    /// No token.
    NoToken,
    /// A status, with these words in its code or message; none: whatever it says.
    Status(u16, &'static str),
    /// Anything else.
    Else,
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// For which calls; none: for all.
    calls: &'static [Kind],
    on: FailureKind,
    /// The action.
    pub(crate) then: RetryAction,
    pub(crate) patience: Backoff,
    /// The action when all retries are used up.
    pub(crate) at_last: RetryAction,
}

const fn row_of(calls: &'static [Kind], on: FailureKind, then: RetryAction) -> Row {
    Row {
        calls,
        on,
        then,
        patience: NONE,
        at_last: then,
    }
}

const fn patient(
    calls: &'static [Kind],
    on: FailureKind,
    then: RetryAction,
    patience: Backoff,
    at_last: RetryAction,
) -> Row {
    Row {
        calls,
        on,
        then,
        patience,
        at_last,
    }
}

/// A post is refused because of the place it goes to.
const fn outside_migration(status: u16, words: &'static str) -> Row {
    patient(POSTS, Status(status, words), NotYet, PROVISIONING, Reopen)
}

use FailureKind::{Else, Lost, NoToken, NotSent, Status};
use Kind::{
    AddMembers, Archive, Complete, CompleteTeam, CreateChannel, CreateChat, CreateTeam, DeleteTeam,
    Folder, OpenChat, OpenUpload, Poll, PostReply, PostRoot, Probe, PutFile, Read, ReadBytes,
    RemoveMember, ShareFile, Start,
};
use RetryAction::{Abandon, Abort, Again, Done, LookUp, NotYet, Refuse, RenewToken, Reopen};

const ANY: &[Kind] = &[];
const POSTS: &[Kind] = &[PostRoot, PostReply];
/// Carried out twice, they make two; or the second is refused and hides the first.
const KEYED: &[Kind] = &[
    PostRoot,
    PostReply,
    CreateTeam,
    CreateChannel,
    CreateChat,
    PutFile,
];
const FILES: &[Kind] = &[Folder, PutFile, OpenUpload, ShareFile];

/// The first row that fits is followed.
static TABLE: &[Row] = &[
    patient(ANY, NotSent, Again, BAD_MINUTE, Abort),
    row_of(ANY, NoToken, Abort),
    patient(ANY, Status(429, ""), Again, THROTTLED, Abort),
    // No room: that is one drive's trouble.
    row_of(FILES, Status(507, ""), Refuse),
    row_of(KEYED, Lost, LookUp),
    row_of(&[Poll], Lost, Refuse),
    patient(ANY, Lost, Again, BAD_MINUTE, Abort),
    // A place that was just put into migration mode may not know it yet, nor its date
    // (crates/graph/RULES.md R24, R25, G2 to G4).
    outside_migration(401, "import purposes"),
    outside_migration(403, "not marked for import"),
    outside_migration(403, "thread creation time"),
    outside_migration(400, "thread creation time"),
    // Others' calls end tokens too: the one that was just fetched may be gone when this call
    // leaves.
    patient(ANY, Status(401, ""), RenewToken, patience(12, 0, 0), Abort),
    row_of(ANY, Status(403, "missing role"), Abort),
    row_of(ANY, Status(403, "missing scope"), Abort),
    // Posts.
    row_of(POSTS, Status(409, ""), LookUp),
    row_of(POSTS, Status(400, "only 1 application"), Abandon),
    row_of(POSTS, Status(400, ""), Refuse),
    row_of(POSTS, Status(413, ""), Refuse),
    row_of(POSTS, Status(403, "without extension"), Refuse),
    row_of(POSTS, Status(403, "unknownerror"), Refuse),
    patient(&[PostReply], Status(404, ""), NotYet, READ_LAG, Refuse),
    patient(&[PostRoot], Status(404, ""), NotYet, PROVISIONING, Abandon),
    // Teams and channels.
    row_of(&[CreateTeam, CreateChannel], Status(409, ""), LookUp),
    row_of(&[CreateChannel], Status(400, "already exist"), LookUp),
    row_of(&[CreateChannel], Status(400, "namealreadyexists"), LookUp),
    // General was completed too early, or the team is complete (crates/graph/RULES.md R9, R51).
    row_of(&[CreateChannel], Status(400, "under migration"), Abandon),
    patient(
        &[CreateChannel],
        Status(404, ""),
        NotYet,
        PROVISIONING,
        Abandon,
    ),
    patient(
        &[CreateChannel],
        Status(403, "in the team"),
        NotYet,
        PROVISIONING,
        Refuse,
    ),
    row_of(&[Start], Status(400, ""), LookUp),
    row_of(&[Start], Status(404, "segment"), Abandon),
    patient(&[Start], Status(404, ""), NotYet, PROVISIONING, Abandon),
    patient(&[Start], Status(412, ""), NotYet, PROVISIONING, Abandon),
    row_of(&[Complete], Status(400, "already been finalized"), Done),
    row_of(&[Complete], Status(400, "import session in"), Abandon),
    row_of(&[Complete], Status(400, ""), LookUp),
    patient(&[Complete], Status(404, ""), NotYet, PROVISIONING, Abandon),
    patient(
        &[CompleteTeam],
        Status(400, "must be finalized"),
        NotYet,
        LAG,
        Abandon,
    ),
    row_of(&[CompleteTeam], Status(400, "already been finalized"), Done),
    row_of(&[CompleteTeam], Status(400, ""), LookUp),
    patient(
        &[CompleteTeam],
        Status(404, ""),
        NotYet,
        PROVISIONING,
        Abandon,
    ),
    // Members: what holds for one does not hold for the next.
    row_of(&[AddMembers], Status(409, ""), Done),
    // Creating the channel has waited for the team's members already.
    patient(
        &[AddMembers],
        Status(403, "in the team"),
        NotYet,
        READ_LAG,
        Refuse,
    ),
    patient(&[AddMembers], Status(403, ""), NotYet, PROVISIONING, Refuse),
    patient(&[AddMembers], Status(404, ""), NotYet, PROVISIONING, Refuse),
    row_of(&[RemoveMember], Status(404, ""), Done),
    patient(&[Archive], Status(404, ""), NotYet, PROVISIONING, Refuse),
    row_of(
        &[AddMembers, RemoveMember, Archive, Poll, Probe],
        Else,
        Refuse,
    ),
    // Users that a chat names may be unknown; that is the chat's trouble alone.
    patient(
        &[OpenChat, CreateChat],
        Status(404, ""),
        NotYet,
        READ_LAG,
        Abandon,
    ),
    row_of(&[DeleteTeam], Status(404, ""), Done),
    // Files: a channel's folder is made when it is first asked for (crates/graph/RULES.md R60).
    patient(&[Folder], Status(404, ""), NotYet, FOLDER, Refuse),
    row_of(&[PutFile, OpenUpload], Status(409, ""), LookUp),
    patient(FILES, Status(423, ""), NotYet, READ_LAG, Refuse),
    patient(FILES, Status(404, ""), NotYet, READ_LAG, Refuse),
    row_of(FILES, Else, Refuse),
    row_of(&[ReadBytes], Else, Refuse),
    patient(&[Read], Status(404, ""), NotYet, PROVISIONING, Abandon),
    // Any other 403 than for a missing role may be about this one channel or chat: archived, or
    // another app's (crates/graph/RULES.md R22, R23).
    row_of(&[CreateTeam], Status(403, ""), Abort),
    row_of(ANY, Else, Abandon),
];

/// The row for a failure of a call of that kind.
pub(crate) fn row(kind: Kind, error: &GraphError) -> &'static Row {
    const LAST: Row = row_of(ANY, Else, Abandon);
    TABLE
        .iter()
        .find(|row| (row.calls.is_empty() || row.calls.contains(&kind)) && row.on.fits(error))
        .unwrap_or(&LAST)
}

/// Returns true if a failed call may have been carried out.
pub(crate) fn is_unknown(error: &GraphError) -> bool {
    FailureKind::Lost.fits(error)
}

impl FailureKind {
    fn fits(self, error: &GraphError) -> bool {
        match (self, &error.cause) {
            (Else, _)
            | (NotSent, Cause::NoAnswer(TransportError::NotSent(_)))
            | (Lost, Cause::NoAnswer(TransportError::Lost(_)) | Cause::Unreadable(_))
            | (NoToken, Cause::NoToken(_)) => true,
            (Lost, Cause::Refused(refusal)) => refusal.status == 408 || refusal.status >= 500,
            (Status(status, words), Cause::Refused(refusal)) => {
                refusal.status == status && refusal.says(words)
            }
            _ => false,
        }
    }
}

impl Backoff {
    /// Returns the wait before try `number` (from 1), or nothing when it is one too many.
    /// `retries` is the setting; `seed` spreads callers that failed together.
    pub(crate) fn wait(self, number: u32, retries: u32, seed: u64) -> Option<Duration> {
        if number > self.tries.unwrap_or(retries) {
            return None;
        }
        let doubled = self
            .first
            .saturating_mul(1 << (number - 1).min(16))
            .min(self.most);
        // Between three quarters and all of it: spread, but predictable.
        let jitter = (mix(seed ^ u64::from(number)) >> 40) as f64 / (1_u64 << 24) as f64;
        Some(doubled.mul_f64(0.75 + 0.25 * jitter))
    }
}

/// Returns the wait after a failed token request, or nothing when it is one too many.
pub(crate) fn token_wait(error: &TokenError, number: u32, retries: u32) -> Option<Duration> {
    match error {
        TokenError::Refused { .. } | TokenError::NoAssertion(_) => None,
        TokenError::NoAnswer(_) | TokenError::Unreadable(_) => BAD_MINUTE.wait(number, retries, 0),
    }
}

/// Returns the wait before the same thing is looked up or tried again after an unknown outcome.
pub(crate) fn unknown_wait(number: u32, retries: u32, seed: u64) -> Option<Duration> {
    BAD_MINUTE.wait(number, retries, seed)
}

/// SplitMix64: spreads a number over 64 bits.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusal;

    fn error(cause: impl Into<Cause>) -> GraphError {
        GraphError {
            call: Box::default(),
            cause: cause.into(),
            request_id: None,
        }
    }

    fn said(status: u16, message: &str) -> GraphError {
        error(Cause::Refused(Refusal {
            status,
            code: String::new(),
            message: message.to_owned(),
        }))
    }

    /// An error that the row is made for.
    fn example(on: FailureKind) -> GraphError {
        match on {
            NotSent => error(TransportError::NotSent(String::new())),
            Lost => error(TransportError::Lost(String::new())),
            NoToken => error(TokenError::Unreadable(200)),
            Status(status, words) => said(status, words),
            Else => said(499, ""),
        }
    }

    #[test]
    fn every_row_is_reached() {
        for row_made in TABLE {
            let calls = if row_made.calls.is_empty() {
                &[Start][..]
            } else {
                row_made.calls
            };
            let kinds = [Read, PostRoot, CreateTeam, Start];
            let kinds = if row_made.calls.is_empty() {
                &kinds[..]
            } else {
                calls
            };
            let error = example(row_made.on);
            assert!(
                kinds
                    .iter()
                    .any(|kind| std::ptr::eq(row(*kind, &error), row_made)),
                "{row_made:?} is hidden by a row above it"
            );
        }
    }

    #[test]
    fn what_could_be_done_twice_is_looked_up() {
        for kind in [PostRoot, PostReply, CreateTeam, CreateChannel, CreateChat] {
            for status in [408, 500, 502, 503, 504] {
                assert_eq!(
                    row(kind, &said(status, "")).then,
                    LookUp,
                    "{kind:?} {status}"
                );
            }
            assert_eq!(
                row(kind, &error(TransportError::Lost(String::new()))).then,
                LookUp
            );
            assert_eq!(
                row(kind, &error(TransportError::NotSent(String::new()))).then,
                Again
            );
            assert_eq!(
                row(kind, &error(Cause::Unreadable(String::new()))).then,
                LookUp
            );
            assert_eq!(row(kind, &said(429, "")).then, Again);
            if kind != CreateChat {
                assert_eq!(row(kind, &said(409, "")).then, LookUp);
            }
        }
        for kind in [
            Read,
            Probe,
            Start,
            Complete,
            CompleteTeam,
            AddMembers,
            RemoveMember,
            OpenChat,
            DeleteTeam,
            Archive,
        ] {
            assert_eq!(row(kind, &said(503, "")).then, Again, "{kind:?}");
        }
    }

    #[test]
    fn each_failure_has_its_remedy() {
        for (kind, status, words, remedy) in [
            (PostRoot, 400, "Bad Request", Refuse),
            (PostRoot, 413, "Request Entity Too Large", Refuse),
            (
                PostRoot,
                401,
                "Message POST is allowed ... for import purposes.",
                NotYet,
            ),
            (
                PostRoot,
                403,
                "InsufficientPrivileges; MessageWritesBlocked-Thread is not marked for import",
                NotYet,
            ),
            (
                PostReply,
                403,
                "InsufficientPrivileges; MessageWritesBlocked-OriginalArrivalTime 1 is less than thread creation time 2",
                NotYet,
            ),
            (PostRoot, 401, "Access token has expired.", RenewToken),
            (
                PostRoot,
                403,
                "Missing role permissions on the request.",
                Abort,
            ),
            (Poll, 503, "", Refuse),
            (Poll, 404, "", Refuse),
            (PostRoot, 403, "Forbidden", Abandon),
            (CreateTeam, 403, "Forbidden", Abort),
            (Start, 403, "The channel is archived.", Abandon),
            (
                Complete,
                403,
                "Request Initiator does not match the import session intiator.",
                Abandon,
            ),
            (
                PostRoot,
                403,
                "File attachment without extension is not supported",
                Refuse,
            ),
            (
                PostRoot,
                400,
                "InvalidRequestProperties-Only 1 application is allowed",
                Abandon,
            ),
            (PostRoot, 404, "", NotYet),
            (PostReply, 404, "", NotYet),
            (
                CreateChannel,
                400,
                "Channel name already existed, please",
                LookUp,
            ),
            (
                CreateChannel,
                400,
                "Migration channels can only be created in",
                Abandon,
            ),
            (Start, 400, "Bad Request", LookUp),
            (
                Start,
                404,
                "Resource not found for the segment 'startMigration'.",
                Abandon,
            ),
            (Start, 412, "", NotYet),
            (Complete, 400, "Channel has already been finalized.", Done),
            (
                Complete,
                400,
                "Request Initiator does not match the import session intiator.",
                Abandon,
            ),
            (
                CompleteTeam,
                400,
                "All channels must be finalized before team.",
                NotYet,
            ),
            (AddMembers, 403, "Members cannot be added", NotYet),
            (
                AddMembers,
                403,
                "Missing role permissions on the request.",
                Abort,
            ),
            (Archive, 404, "", NotYet),
            (Archive, 403, "", Refuse),
            (RemoveMember, 404, "", Done),
            (RemoveMember, 403, "RosterAddMemberBlocked", Refuse),
            (DeleteTeam, 404, "", Done),
            (OpenChat, 400, "duplicate members", Abandon),
            (Probe, 404, "", Refuse),
            (Probe, 403, "", Refuse),
            (Read, 404, "", NotYet),
            (CreateTeam, 400, "", Abandon),
        ] {
            assert_eq!(
                row(kind, &said(status, words)).then,
                remedy,
                "{kind:?} {status} {words}"
            );
        }
    }

    #[test]
    fn waits_double_up_to_the_most_and_end() {
        let wait = |number| {
            BAD_MINUTE
                .wait(number, 10, 7)
                .map(|wait| wait.as_secs_f64())
        };
        for (number, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (10, 60.0)] {
            let waited = wait(number).unwrap();
            assert!(
                (most * 0.75..=most).contains(&waited),
                "try {number}: {waited}"
            );
        }
        assert_eq!(wait(11), None);
        assert_eq!(wait(3), wait(3), "the same seed waits the same");
    }
}
