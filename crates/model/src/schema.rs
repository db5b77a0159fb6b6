//! JSON Schemas of everything in the work folder, for `chatferry schema`.

use schemars::{Schema, schema_for};

use crate::conversation::Conversation;
use crate::deferred::LinkedPost;
use crate::emoji::CustomEmoji;
use crate::fetched::Fetched;
use crate::file::File;
use crate::finding::Finding;
use crate::learned_name::LearnedName;
use crate::manifest::{Manifest, ReadDetails};
use crate::message::Message;
use crate::person::Person;
use crate::plan::{RenderDetails, Target};
use crate::post::{ChatMessage, Post};

/// A schema by the name of what it describes.
pub struct Named {
    /// The name: `messages`, `posts`, …
    pub name: &'static str,
    /// Returns the path of such records.
    pub place: &'static str,
    /// Makes the schema.
    pub make: fn() -> Schema,
}

/// All schemas, in the order of the stages.
pub const SCHEMAS: &[Named] = &[
    Named {
        name: "read-manifest",
        place: "1-read/manifest.json",
        make: || schema_for!(Manifest<ReadDetails>),
    },
    Named {
        name: "people",
        place: "1-read/people.jsonl",
        make: || schema_for!(Person),
    },
    Named {
        name: "conversations",
        place: "1-read/conversations.jsonl",
        make: || schema_for!(Conversation),
    },
    Named {
        name: "emoji",
        place: "1-read/emoji.jsonl",
        make: || schema_for!(CustomEmoji),
    },
    Named {
        name: "names",
        place: "1-read/names.jsonl",
        make: || schema_for!(LearnedName),
    },
    Named {
        name: "files",
        place: "1-read/files.jsonl",
        make: || schema_for!(File<'_>),
    },
    Named {
        name: "messages",
        place: "1-read/messages/*.jsonl",
        make: || schema_for!(Message<'_>),
    },
    Named {
        name: "fetched",
        place: "1-fetch/files.jsonl",
        make: || schema_for!(Fetched<'_>),
    },
    Named {
        name: "findings",
        place: "*/findings.jsonl",
        make: || schema_for!(Finding<'_>),
    },
    Named {
        name: "render-manifest",
        place: "3-render/manifest.json",
        make: || schema_for!(Manifest<RenderDetails>),
    },
    Named {
        name: "target",
        place: "3-render/posts/*.jsonl, \"about\" on the first line",
        make: || schema_for!(Target),
    },
    Named {
        name: "posts",
        place: "3-render/posts/*.jsonl",
        make: || schema_for!(Post<'_, ChatMessage<'_>>),
    },
    Named {
        name: "links",
        place: "3-render/links.jsonl",
        make: || schema_for!(LinkedPost<'_>),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_message_is_described() {
        let schema = (SCHEMAS.iter().find(|s| s.name == "messages").unwrap().make)();
        let fields = schema.get("properties").unwrap().as_object().unwrap();
        assert!(fields.len() >= 10);
        for (name, field) in fields {
            assert!(
                field.get("description").is_some() || field.get("$ref").is_some(),
                "{name}: {field}"
            );
        }
    }
}
