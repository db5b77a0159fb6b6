//! Objects within unknown content that are of a kind that is known, told by their `type`.

use chatferry_model::Text;

use super::KINDS;
use super::rich_text::PARTS;
use crate::json::{self, Json, Object};

/// Every kind of thing to press or choose from.
pub(in crate::slack) const CONTROLS: &[&str] = &[
    "button",
    "workflow_button",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
    "overflow",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "radio_buttons",
    "checkboxes",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "feedback_buttons",
    "icon_button",
];

/// Returns `object` as a block: itself, or one around it.
///
/// # Errors
/// The object, if it is of no known kind.
pub(super) fn as_block(object: Object<'_>) -> Result<Json<'_>, Object<'_>> {
    let Some(kind) = json::field(&object, "type").and_then(Json::as_str) else {
        return Err(object);
    };
    let knows = |table: &[crate::Element]| table.iter().any(|known| known.name == kind);
    // The block of that name shows nothing, and other objects call themselves so too.
    if kind != "file" && knows(KINDS) {
        return Ok(Json::Object(object));
    }
    let around = if matches!(kind, "mrkdwn" | "plain_text") || CONTROLS.contains(&kind) {
        "context"
    } else if knows(PARTS) {
        "rich_text"
    } else if is_inline(kind, &object) {
        return Ok(block(
            "rich_text",
            block("rich_text_section", Json::Object(object)),
        ));
    } else {
        return Err(object);
    };
    Ok(block(around, Json::Object(object)))
}

/// A block of that kind around one element.
fn block<'a>(kind: &'static str, element: Json<'a>) -> Json<'a> {
    Json::Object(vec![
        ("type".into(), Json::String(Text::from_static(kind))),
        ("elements".into(), Json::List(vec![element])),
    ])
}

/// Returns true if `object` is an inline of that kind and nothing more: other objects call
/// themselves `text` or `user` too.
fn is_inline(kind: &str, object: &[(Text<'_>, Json<'_>)]) -> bool {
    let fields: &[&str] = match kind {
        "text" => &["text"],
        "link" => &["url", "text"],
        "emoji" => &["name", "unicode"],
        "user" => &["user_id"],
        "channel" => &["channel_id"],
        "usergroup" => &["usergroup_id"],
        "broadcast" => &["range"],
        "date" => &["timestamp", "format", "fallback", "url"],
        _ => return false,
    };
    let needed = fields.first().and_then(|key| json::field(object, key));
    needed.is_some()
        && object.iter().all(|(key, _)| {
            matches!(key.as_str(), "type" | "style") || fields.contains(&key.as_str())
        })
}
