//! Addresses of places in Teams, as its own "Copy link" writes them.

use chatferry_model::GraphMessageId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A place in Teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The address.
    pub(crate) address: String,
    /// The id of the channel, if it is one: for mentions.
    pub(crate) channel: Option<String>,
}

/// The place where the Teams client of each cloud is; elsewhere links lead to their source.
const CLIENTS: &[(&str, &str)] = &[
    ("https://graph.microsoft.com", "https://teams.microsoft.com"),
    (
        "https://graph.microsoft.us",
        "https://gov.teams.microsoft.us",
    ),
    (
        "https://dod-graph.microsoft.us",
        "https://dod.teams.microsoft.us",
    ),
];

/// A chat says what it is in JSON: `{"contextType":"chat"}`.
const OF_CHAT: &str = "context=%7B%22contextType%22%3A%22chat%22%7D";

const IN_ADDRESSES: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A channel's name in its address says nothing to Teams; a longer one is left out.
const LONGEST_NAME: usize = 100;

/// The tenant and the client its people use.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    client: &'static str,
    id: String,
}

/// A channel or chat that posts and links lead to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ThreadAt<'a> {
    Channel {
        team: &'a str,
        channel: &'a str,
        name: &'a str,
    },
    Chat(&'a str),
}

impl Tenant {
    /// The tenant of that id in the cloud whose Graph calls itself `graph`.
    pub(crate) fn new(graph: &str, id: &str) -> Option<Self> {
        let (_, client) = CLIENTS.iter().find(|(name, _)| *name == graph)?;
        Some(Self {
            client,
            id: id.to_owned(),
        })
    }

    /// Returns the address of a channel or chat.
    pub(crate) fn thread(&self, thread: ThreadAt<'_>) -> Place {
        let Self { client, id } = self;
        match thread {
            ThreadAt::Channel {
                team,
                channel,
                name,
            } => {
                let mut shown = encoded(name);
                if shown.is_empty() || shown.len() > LONGEST_NAME {
                    "channel".clone_into(&mut shown);
                }
                let (thread, team) = (encoded(channel), encoded(team));
                Place {
                    address: format!(
                        "{client}/l/channel/{thread}/{shown}?groupId={team}&tenantId={id}"
                    ),
                    channel: Some(channel.to_owned()),
                }
            }
            ThreadAt::Chat(chat) => Place {
                address: format!("{client}/l/chat/{}/conversations?{OF_CHAT}", encoded(chat)),
                channel: None,
            },
        }
    }

    /// Returns the address of a message; `root` is what it answers.
    pub(crate) fn message(
        &self,
        thread: ThreadAt<'_>,
        message: GraphMessageId,
        root: Option<GraphMessageId>,
    ) -> Place {
        let Self { client, id } = self;
        let address = match thread {
            ThreadAt::Channel { team, channel, .. } => {
                let (channel, team) = (encoded(channel), encoded(team));
                let root = root.unwrap_or(message);
                format!(
                    "{client}/l/message/{channel}/{message}?tenantId={id}&groupId={team}\
                     &parentMessageId={root}&createdTime={message}"
                )
            }
            ThreadAt::Chat(chat) => {
                format!("{client}/l/message/{}/{message}?{OF_CHAT}", encoded(chat))
            }
        };
        Place {
            address,
            channel: None,
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, IN_ADDRESSES).to_string()
}

#[cfg(test)]
mod tests {
    use chatferry_model::deferred::LINK_BYTES;

    use super::*;

    const CHANNEL: &str = "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2";
    const CHAT: &str = "19:8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca_82fe7758-5bb3-4f0d-a43f-e555fd399c6f@unq.gbl.spaces";
    const TEAM: &str = "02bd9fd6-8f93-4758-87c3-1fb73740a315";

    fn places() -> Vec<String> {
        let tenant = Tenant::new(
            "https://graph.microsoft.com",
            "6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b",
        )
        .unwrap();
        let id = |text: &str| GraphMessageId::at(text.parse().unwrap());
        let (root, reply) = (
            id("2019-02-04T19:58:15.511Z"),
            id("2019-02-04T19:58:15.512Z"),
        );
        let channel = ThreadAt::Channel {
            team: TEAM,
            channel: CHANNEL,
            name: "Über & alles",
        };
        [
            tenant.thread(channel),
            tenant.message(channel, root, None),
            tenant.message(channel, reply, Some(root)),
            tenant.thread(ThreadAt::Chat(CHAT)),
            tenant.message(ThreadAt::Chat(CHAT), root, None),
        ]
        .map(|place| place.address)
        .to_vec()
    }

    #[test]
    fn addresses_are_those_of_copy_link() {
        insta::assert_snapshot!(places().join("\n"), @"
        https://teams.microsoft.com/l/channel/19%3A4a95f7d8db4c4e7fae857bcebe0623e6%40thread.tacv2/%C3%9Cber%20%26%20alles?groupId=02bd9fd6-8f93-4758-87c3-1fb73740a315&tenantId=6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b
        https://teams.microsoft.com/l/message/19%3A4a95f7d8db4c4e7fae857bcebe0623e6%40thread.tacv2/1549310295511?tenantId=6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b&groupId=02bd9fd6-8f93-4758-87c3-1fb73740a315&parentMessageId=1549310295511&createdTime=1549310295511
        https://teams.microsoft.com/l/message/19%3A4a95f7d8db4c4e7fae857bcebe0623e6%40thread.tacv2/1549310295512?tenantId=6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b&groupId=02bd9fd6-8f93-4758-87c3-1fb73740a315&parentMessageId=1549310295511&createdTime=1549310295512
        https://teams.microsoft.com/l/chat/19%3A8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca_82fe7758-5bb3-4f0d-a43f-e555fd399c6f%40unq.gbl.spaces/conversations?context=%7B%22contextType%22%3A%22chat%22%7D
        https://teams.microsoft.com/l/message/19%3A8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca_82fe7758-5bb3-4f0d-a43f-e555fd399c6f%40unq.gbl.spaces/1549310295511?context=%7B%22contextType%22%3A%22chat%22%7D
        ");
    }

    #[test]
    fn no_address_takes_more_than_is_reserved_for_it() {
        for address in places() {
            let escaped = html_escape::encode_double_quoted_attribute(&address);
            assert!(escaped.len() <= LINK_BYTES, "{escaped}");
        }
        assert!(Tenant::new("https://graph.example", "x").is_none());
    }
}
