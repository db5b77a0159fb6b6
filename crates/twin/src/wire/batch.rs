//! Batches, as sent and as answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{RequestBody, Text};

#[derive(Debug, Deserialize)]
pub(crate) struct BatchBody<'a> {
    #[serde(borrow)]
    pub(crate) requests: Vec<BatchRequest<'a>>,
}

impl<'de> RequestBody<'de> for BatchBody<'de> {
    const TYPE: &'static str = "batch";
    const PROPERTIES: &'static [&'static str] = &["requests"];
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRequest<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) method: Text<'a>,
    /// From the version on: `/users?$top=5`.
    #[serde(borrow)]
    pub(crate) url: Text<'a>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// JSON, or a string in base64 where the content type is another one.
    #[serde(borrow, default)]
    pub(crate) body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) depends_on: Vec<Text<'a>>,
}

#[derive(Serialize)]
pub(crate) struct BatchAnswer<'a> {
    pub(crate) responses: Vec<BatchResponse<'a>>,
}

#[derive(Serialize)]
pub(crate) struct BatchResponse<'a> {
    pub(crate) id: &'a str,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Box<RawValue>>,
}
