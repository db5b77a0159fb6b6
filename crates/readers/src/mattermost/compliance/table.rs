//! `posts.csv`: a row for each state of a post, each file, and each coming and going.

use std::io::Read;

use csv::StringRecord;

use super::Each;
use super::row::{Channel, Person, Revision, Row, State, What};
use crate::ReadError;

/// The beginning of the first line of every `posts.csv`.
pub(super) const START: &[u8] = b"Post Creation Time,";

/// The length of an id.
const ID: usize = 26;

/// The columns, which later servers have more of than earlier ones.
struct Columns {
    created: usize,
    updated: usize,
    update: usize,
    team_id: usize,
    team: usize,
    team_shown: usize,
    channel_id: usize,
    channel: usize,
    channel_shown: usize,
    channel_kind: usize,
    user_id: usize,
    email: usize,
    username: usize,
    user_kind: usize,
    post: usize,
    edited_by: usize,
    root: usize,
    text: usize,
    kind: usize,
}

impl Columns {
    fn of(header: &StringRecord) -> Self {
        let at = |name: &str| {
            let found = header.iter().position(|column| column.trim() == name);
            found.unwrap_or(usize::MAX)
        };
        Self {
            created: 0,
            updated: at("Post Update Time"),
            update: at("Post Update Type"),
            team_id: at("Team Id"),
            team: at("Team Name"),
            team_shown: at("Team Display Name"),
            channel_id: at("Channel Id"),
            channel: at("Channel Name"),
            channel_shown: at("Channel Display Name"),
            channel_kind: at("Channel Type"),
            user_id: at("User Id"),
            email: at("User Email"),
            username: at("Username"),
            user_kind: at("User Type"),
            post: at("Post Id"),
            edited_by: at("Edited By Post Id"),
            root: at("Replied to Post Id"),
            text: at("Post Message"),
            kind: at("Post Type"),
        }
    }
}

/// Gives the rows to `each`, and says what was wrong with the text, which ends them early.
pub(super) fn read(text: impl Read, each: Each<'_>) -> Result<Option<String>, ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let mut columns = None;
    let mut bytes = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut bytes) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Ok(Some(error.to_string())),
        }
        let record = StringRecord::from_byte_record_lossy(std::mem::take(&mut bytes));
        match &columns {
            None => columns = Some(Columns::of(&record)),
            Some(columns) => each(row(&record, columns))?,
        }
        bytes = record.into_byte_record();
    }
}

fn row<'r>(record: &'r StringRecord, columns: &Columns) -> Row<'r> {
    let get = |column: usize| record.get(column).unwrap_or_default();
    let number = |column: usize| get(column).trim().parse().unwrap_or_default();
    let kind = get(columns.kind);
    let revision = |state: State| {
        let post = match get(columns.edited_by) {
            // What was said before has an id of its own; the post keeps the one it has.
            new if state == State::Older && !new.is_empty() => new,
            _ => get(columns.post),
        };
        Revision {
            channel: get(columns.channel_id).into(),
            user: "".into(),
            post: post.into(),
            root: get(columns.root).into(),
            created: number(columns.created),
            updated: number(columns.updated),
            state,
            kind: "".into(),
            text: get(columns.text).into(),
        }
    };
    let what = match kind {
        "enter" | "previously-joined" => What::Entered,
        "leave" => What::Left,
        "attachment" | "deleted attachment" => {
            let state = if kind == "attachment" {
                State::File
            } else {
                State::FileDeleted
            };
            What::Post(Revision {
                text: place(path(get(columns.text))).into(),
                ..revision(state)
            })
        }
        kind => {
            let mut state = State::of_update(get(columns.update));
            if state == State::Current && !get(columns.edited_by).is_empty() {
                // Before 10.5 there is no type of update.
                state = State::Older;
            }
            let kind = if kind == "message" { "" } else { kind };
            What::Post(Revision {
                kind: kind.into(),
                ..revision(state)
            })
        }
    };
    Row {
        channel: Channel {
            id: get(columns.channel_id),
            kind: get(columns.channel_kind),
            name: get(columns.channel),
            shown: get(columns.channel_shown),
            team_id: get(columns.team_id),
            team: get(columns.team),
            team_shown: get(columns.team_shown),
        },
        person: Person {
            id: get(columns.user_id),
            username: get(columns.username),
            email: get(columns.email),
            bot: get(columns.user_kind) == "bot",
        },
        what,
    }
}

/// The path in `plan.pdf (files/<post>/<file>-plan.pdf)`.
fn path(text: &str) -> &str {
    let inner = text
        .rfind("(files/")
        .and_then(|at| text.get(at + 1..)?.strip_suffix(')'));
    inner.unwrap_or(text)
}

/// Returns the place where a file goes: its id is a folder, as in bulk exports, instead of
/// `<file>-plan.pdf`.
pub(super) fn place(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.split_at_checked(ID) {
        Some((id, rest)) if folder.starts_with("files/") && rest.starts_with('-') => {
            format!("{folder}/{id}/{}", rest.get(1..).unwrap_or_default())
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_files() {
        for (text, expected) in [
            ("a (1).pdf (files/P/F-a (1).pdf)", "files/P/F-a (1).pdf"),
            ("(files/P/F-a.pdf)", "files/P/F-a.pdf"),
            ("something else", "something else"),
        ] {
            assert_eq!(path(text), expected);
        }
        let id = "abcdefghijklmnopqrstuvwxyz";
        let placed = place(&format!("files/P/{id}-a-b.pdf"));
        assert_eq!(placed, format!("files/P/{id}/a-b.pdf"));
        assert_eq!(place("20240305/teams/x"), "20240305/teams/x");
    }
}
