//! Addresses of a Mattermost server itself. Exports don't say where it is, so what they lead to has
//! to be in the export; nor do they give ids to posts, so links to those stay as they are.

use chatferry_model::document::Document;
use chatferry_model::message::{SourceLink, SourcePlace};

use super::name_table::NameTable;

/// The addresses in `body` that lead to a channel of the export.
pub(super) fn links<'m>(body: &Document<'m>, name_table: &NameTable) -> Vec<SourceLink<'m>> {
    let mut links: Vec<SourceLink<'m>> = Vec::new();
    body.addresses(|url| {
        if let Some(to) = place(url, name_table)
            && !links.iter().any(|link| link.url == *url)
        {
            let url = url.clone();
            links.push(SourceLink { url, to });
        }
    });
    links
}

/// Returns the target of an address: `https://chat.example.com/acme/channels/town-square`.
fn place(url: &str, name_table: &NameTable) -> Option<SourcePlace<'static>> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (before, channel) = path.trim_end_matches('/').rsplit_once("/channels/")?;
    let (server, team) = before.rsplit_once('/')?;
    if !server.contains("://") || channel.contains('/') {
        return None;
    }
    let conversation = name_table.channel(Some(team), channel)?;
    Some(SourcePlace::Conversation(conversation.id.clone()))
}
