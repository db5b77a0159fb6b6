//! The role of a field, told by its name: formats differ, but the words that programmers choose for
//! titles, values, addresses and ids hardly do.

/// The role of a field among those of an object that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Ids, sizes, kinds: no value that people saw, but what is below may be.
    Machine,
    /// Sizes and places: numbers that people did not see, but words that they did.
    Measure,
    /// Icons, styles, secrets: nothing of it, at any depth.
    Hidden,
    /// A headline, the highest first.
    Title(u8),
    /// The name of a value beside it.
    Label,
    /// Words that make a line of their own.
    Sentence,
    /// The value that a label names.
    Value,
    /// A person, by id or name.
    Person,
    /// A point in time, as words or as a number.
    Time,
    /// An address to follow.
    Address,
    /// The address of a picture.
    Picture,
    /// Words for those who cannot see the rest.
    Alternative,
    /// Anything else.
    Other,
}

impl Role {
    /// The role of the field `key`, in whatever case it is written.
    pub(super) fn of(key: &str) -> Self {
        let key = snake_case(key);
        let key = key.as_str();
        let last = key.rsplit('_').next().unwrap_or(key);
        let first = key.split('_').next().unwrap_or(key);
        if let Some(role) = by_whole_name(key) {
            return role;
        }
        if key.ends_with("user_id") || key.ends_with("user_ids") {
            return if first == "bot" {
                Self::Machine
            } else {
                Self::Person
            };
        }
        if HIDDEN.contains(&first) || HIDDEN.contains(&last) {
            return Self::Hidden;
        }
        if MACHINE_PREFIXES.contains(&first) || key.ends_with("api_name") {
            return Self::Machine;
        }
        if last == "url" || last == "uri" || last == "link" || last == "href" {
            return if ["image", "picture", "photo"]
                .iter()
                .any(|word| key.contains(word))
            {
                Self::Picture
            } else if ["thumb", "avatar", "logo"]
                .iter()
                .any(|word| key.contains(word))
            {
                Self::Machine
            } else {
                Self::Address
            };
        }
        match last {
            last if first != last && MACHINE_SUFFIXES.contains(&last) => Self::Machine,
            "title" | "heading" | "headline" => Self::Title(1),
            "label" | "caption" => Self::Label,
            "text" | "description" | "message" | "comment" | "note" | "summary" => Self::Sentence,
            "time" | "date" | "at" | "on" if first != last => Self::Time,
            "value" => Self::Value,
            _ => Self::Other,
        }
    }
}

fn by_whole_name(key: &str) -> Option<Role> {
    Some(match key {
        "title" | "heading" | "headline" | "header" => Role::Title(0),
        "name" | "display_name" | "real_name" | "product_name" => Role::Title(1),
        "caption" => Role::Title(2),
        "subtitle" | "subheading" => Role::Title(3),
        "label" | "term" | "question" | "field_label" => Role::Label,
        "text" | "description" | "body" | "message" | "content" | "note" | "notes" | "summary"
        | "snippet" | "quote" | "comment" | "hint" | "answer" | "footer" | "subtext"
        | "pretext" | "paragraph" => Role::Sentence,
        "value" | "values" | "checked" | "selected" | "amount" | "total" | "price" => Role::Value,
        "user" | "users" | "owner" | "owners" | "assignee" | "assignees" | "member" | "members"
        | "author" | "people" | "person" | "attendees" | "participants" => Role::Person,
        "time" | "date" | "when" | "start" | "end" | "due" | "timestamp" | "created"
        | "updated" | "begin" | "until" | "since" | "deadline" => Role::Time,
        "url" | "uri" | "href" | "link" | "permalink" => Role::Address,
        "fallback"
        | "alt"
        | "alt_text"
        | "alternative_text"
        | "alt_txt"
        | "fallback_text"
        | "plain_text_fallback" => Role::Alternative,
        "private_metadata"
        | "namespace"
        | "display_order"
        | "response_url"
        | "webhook_url"
        | "accessibility_label"
        | "confirm"
        | "data_source"
        | "dispatch_action_config"
        | "filter" => Role::Hidden,
        key if MACHINE.contains(&key) => Role::Machine,
        key if MEASURES.contains(&key) => Role::Measure,
        _ => return None,
    })
}

/// First or last words of names below which there is nothing that people saw.
const HIDDEN: &[&str] = &[
    "color",
    "colour",
    "icon",
    "icons",
    "password",
    "secret",
    "signature",
    "style",
    "styles",
    "theme",
    "token",
];

/// Names of fields that hold nothing people saw.
const MACHINE: &[&str] = &[
    "align",
    "alignment",
    "background",
    "border",
    "callback",
    "checksum",
    "column_span",
    "cursor",
    "encoding",
    "etag",
    "expires",
    "filetype",
    "filetypes",
    "format",
    "guid",
    "hash",
    "id",
    "ids",
    "indent",
    "index",
    "key",
    "keys",
    "kind",
    "layout",
    "locale",
    "margin",
    "mimetype",
    "mode",
    "nonce",
    "padding",
    "revision",
    "schema_version",
    "seq",
    "spacing",
    "timezone",
    "ts",
    "type",
    "types",
    "uuid",
    "variant",
    "verbatim",
    "version",
];

/// Names of fields whose numbers tell how something is set; words in them were seen.
const MEASURES: &[&str] = &[
    "app",
    "bot",
    "channel",
    "class",
    "depth",
    "direction",
    "group",
    "height",
    "lang",
    "language",
    "level",
    "limit",
    "offset",
    "opacity",
    "page",
    "position",
    "rank",
    "ratio",
    "scale",
    "size",
    "target",
    "team",
    "visibility",
    "weight",
    "width",
    "workspace",
];

/// First words of names that hold nothing people saw.
const MACHINE_PREFIXES: &[&str] = &[
    "allow", "can", "disable", "enable", "has", "hide", "is", "max", "min", "num", "should",
    "show", "visible",
];

/// Last words of names that hold nothing people saw.
const MACHINE_SUFFIXES: &[&str] = &[
    "align",
    "alignment",
    "bytes",
    "channel",
    "cursor",
    "format",
    "guid",
    "hash",
    "height",
    "html",
    "id",
    "ids",
    "index",
    "key",
    "keys",
    "layout",
    "length",
    "level",
    "limit",
    "mode",
    "ms",
    "nonce",
    "offset",
    "position",
    "ratio",
    "size",
    "span",
    "subtype",
    "team",
    "ts",
    "type",
    "uuid",
    "variant",
    "version",
    "weight",
    "width",
];

/// The name in lower case, its words separated by `_`.
fn snake_case(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut after_lower = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(match c {
            '-' | '.' | ' ' => '_',
            c => c.to_ascii_lowercase(),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_role() {
        for (key, role) in [
            ("title", Role::Title(0)),
            ("displayName", Role::Title(1)),
            ("block_id", Role::Machine),
            ("actionId", Role::Machine),
            ("user_id", Role::Person),
            ("bot_user_id", Role::Machine),
            ("is_open", Role::Machine),
            ("icon_name", Role::Hidden),
            ("start_time", Role::Time),
            ("updatedAt", Role::Time),
            ("share_url", Role::Address),
            ("image_url", Role::Picture),
            ("thumb_url", Role::Machine),
            ("page_size", Role::Machine),
            ("x_label", Role::Label),
            ("location", Role::Other),
            ("id", Role::Machine),
            ("rapid", Role::Other),
        ] {
            assert_eq!(Role::of(key), role, "{key}");
        }
    }
}
