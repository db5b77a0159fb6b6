//! Reading an address.
//!
//! Both styles of naming a thing are read, `/teams/{id}` and `/teams('{id}')`, and actions with
//! and without their namespace, `/completeMigration` and `/microsoft.graph.completeMigration`.

use http::Method;
use percent_encoding::percent_decode_str;

use super::{ChannelRef, RosterRef, Route, ThreadRef, drive};
use crate::refusal::Refused;
use crate::rules::Rule;

/// The segments of a path, decoded and in one style. What stands between colons is names of files
/// and left as it is.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut names_of_files = false;
    for raw in path.split('/').filter(|raw| !raw.is_empty()) {
        let text = percent_decode_str(raw).decode_utf8_lossy();
        let colon = text.ends_with(':');
        if names_of_files {
            segments.push(text.into_owned());
            names_of_files = !colon;
            continue;
        }
        names_of_files = colon;
        let text = text.strip_prefix("microsoft.graph.").unwrap_or(&text);
        let keyed = text
            .strip_suffix("')")
            .and_then(|head| head.split_once("('"));
        match keyed {
            Some((name, key)) if !name.is_empty() => {
                segments.push(name.to_owned());
                segments.push(key.to_owned());
            }
            _ => segments.push(text.to_owned()),
        }
    }
    segments
}

impl<'a> Route<'a> {
    /// Reads method and path.
    pub(crate) fn find(method: &Method, segments: &'a [String]) -> Result<Route<'a>, Refused> {
        if let Some(route) = read(method, segments)? {
            return Ok(route);
        }
        let others = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
        let known = others
            .iter()
            .any(|other| matches!(read(other, segments), Ok(Some(_))));
        Err(if known {
            Rule::G2
                .refuse("another method is taken here")
                .with(method.as_str())
        } else {
            let last = segments.last().map_or("", String::as_str);
            Rule::G1.refuse("the twin has no such address").with(last)
        })
    }
}

fn read<'a>(method: &Method, segments: &'a [String]) -> Result<Option<Route<'a>>, Refused> {
    if let Some(route) = drive::named(method, segments) {
        return Ok(Some(route));
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    named(method, &segments)
}

fn named<'a>(method: &Method, segments: &[&'a str]) -> Result<Option<Route<'a>>, Refused> {
    let get = *method == Method::GET;
    let post = *method == Method::POST;
    let delete = *method == Method::DELETE;
    Ok(Some(match *segments {
        [tenant, "oauth2", "v2.0", "token"] if post => Route::Token { tenant },
        ["v1.0", "$batch"] if post => Route::Batch,
        ["v1.0", "groups"] if get => Route::ListGroups,
        ["v1.0", "teams"] if get => Route::ListTeams,
        ["v1.0", "teams"] if post => Route::CreateTeam,
        ["v1.0", "teams", team] if get => Route::GetTeam { team },
        ["v1.0", "teams", team, "operations", operation] if get => {
            Route::GetOperation { team, operation }
        }
        ["v1.0", "teams", team, "completeMigration"] if post => Route::CompleteTeam { team },
        ["v1.0", "teams", team, "archive"] if post => Route::ArchiveTeam { team },
        ["v1.0", "groups", team] if delete => Route::DeleteGroup { team },
        ["v1.0", "teams", team, "channels"] if get => Route::ListChannels { team },
        ["v1.0", "teams", team, "channels"] if post => Route::CreateChannel { team },
        ["v1.0", "teams", team, "members", "add"] if post => Route::AddMembers { team },
        ["v1.0", "teams", team, "members", ref tail @ ..] => {
            return Ok(members(method, RosterRef::Team(team), tail));
        }
        ["v1.0", "teams", team, "channels", id, ref tail @ ..] => {
            return Ok(channel(method, team, ChannelRef::Id(id), tail));
        }
        ["v1.0", "teams", team, "primaryChannel", ref tail @ ..] => {
            return Ok(channel(method, team, ChannelRef::Primary, tail));
        }
        ["v1.0", "chats"] if post => Route::CreateChat,
        ["v1.0", "chats"] if get => Route::ListChats { user: None },
        ["v1.0", "users", user, "chats"] if get => Route::ListChats { user: Some(user) },
        ["v1.0", "chats", chat] if get => Route::GetChat { chat },
        ["v1.0", "chats", _, "messages", _, "replies", ..] => {
            return Err(Rule::R36.refuse("a chat is one line of messages"));
        }
        ["v1.0", "chats", chat, ref tail @ ..] => {
            return Ok(thread(method, ThreadRef::Chat(chat), tail));
        }
        ["v1.0", "users"] if get => Route::ListUsers,
        ["v1.0", "users", user] if get => Route::GetUser { user },
        _ => return Ok(None),
    }))
}

fn channel<'a>(
    method: &Method,
    team: &'a str,
    channel: ChannelRef<'a>,
    tail: &[&'a str],
) -> Option<Route<'a>> {
    match *tail {
        [] if *method == Method::GET => Some(Route::GetChannel { team, channel }),
        [] if *method == Method::DELETE => Some(Route::DeleteChannel { team, channel }),
        ["filesFolder"] if *method == Method::GET => Some(Route::GetFilesFolder { team, channel }),
        ["archive"] if *method == Method::POST => Some(Route::ArchiveChannel { team, channel }),
        ["unarchive"] if *method == Method::POST => Some(Route::UnarchiveChannel { team, channel }),
        _ => thread(method, ThreadRef::Channel { team, channel }, tail),
    }
}

fn thread<'a>(method: &Method, at: ThreadRef<'a>, tail: &[&'a str]) -> Option<Route<'a>> {
    let get = *method == Method::GET;
    let post = *method == Method::POST;
    Some(match *tail {
        ["startMigration"] if post => Route::StartMigration(at),
        ["completeMigration"] if post => Route::CompleteMigration(at),
        ["messages"] if get => Route::ListMessages(at),
        ["messages"] if post => Route::PostMessage(at),
        ["messages", message] if get => Route::GetMessage(at, message),
        ["messages", message, "replies"] if get => Route::ListReplies(at, message),
        ["messages", message, "replies"] if post => Route::PostReply(at, message),
        ["messages", message, "replies", reply] if get => Route::GetReply(at, message, reply),
        ["messages", message, "hostedContents", content, "$value"]
        | [
            "messages",
            _,
            "replies",
            message,
            "hostedContents",
            content,
            "$value",
        ] if get => Route::GetHostedContent {
            thread: at,
            message,
            content,
        },
        [
            "messages",
            ..,
            action @ ("softDelete" | "undoSoftDelete" | "setReaction" | "unsetReaction"),
        ] if post => Route::ChangeMessage { action },
        ["members", ref rest @ ..] => return members(method, RosterRef::Thread(at), rest),
        _ => return None,
    })
}

fn members<'a>(method: &Method, roster: RosterRef<'a>, tail: &[&'a str]) -> Option<Route<'a>> {
    match *tail {
        [] if *method == Method::GET => Some(Route::ListMembers(roster)),
        [] if *method == Method::POST => Some(Route::AddMember(roster)),
        [member] if *method == Method::DELETE => Some(Route::RemoveMember(roster, member)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::segments;
    use crate::route::{ChannelRef, Route, ThreadRef};
    use crate::rules::Rule;

    #[test]
    fn both_styles_name_the_same_thing() {
        let wanted = Route::CompleteMigration(ThreadRef::Channel {
            team: "T",
            channel: ChannelRef::Id("19:x@thread.tacv2"),
        });
        for path in [
            "/v1.0/teams/T/channels/19:x@thread.tacv2/completeMigration",
            "/v1.0/teams/T/channels/19%3Ax%40thread.tacv2/completeMigration",
            "/v1.0/teams('T')/channels('19:x@thread.tacv2')/microsoft.graph.completeMigration",
            "/v1.0/teams(%27T%27)/channels/19:x@thread.tacv2/completeMigration/",
        ] {
            let segments = segments(path);
            assert_eq!(
                Route::find(&Method::POST, &segments).unwrap(),
                wanted,
                "{path}"
            );
        }
    }

    #[test]
    fn unknown_addresses_and_methods_are_told_apart() {
        let rule = |method, path| Route::find(&method, &segments(path)).unwrap_err().rule;
        assert_eq!(rule(Method::GET, "/v1.0/planets"), Rule::G1);
        assert_eq!(rule(Method::GET, "/beta/teams/T"), Rule::G1);
        assert_eq!(rule(Method::DELETE, "/v1.0/teams"), Rule::G2);
        assert_eq!(rule(Method::PUT, "/v1.0/teams"), Rule::G2);
        assert_eq!(
            rule(Method::POST, "/v1.0/chats/C/messages/1/replies"),
            Rule::R36
        );
    }
}
