//! A call as the handlers see it.

use http::{HeaderMap, Method, header};

use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;

/// A request, its body read and its time taken.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    /// Path and query as sent.
    pub(crate) address: &'a str,
    /// The path as sent.
    pub(crate) path: &'a str,
    pub(crate) query: Query,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) now: Moment,
    /// Scheme and host by which the tenant was reached: next links lead there.
    pub(crate) origin: String,
    /// Somebody else takes this message's millisecond first ([`crate::What::Plant`]).
    pub(crate) plant: bool,
}

impl Call<'_> {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn authorization(&self) -> Option<&str> {
        self.header(header::AUTHORIZATION)
    }

    pub(crate) fn content_range(&self) -> Option<&str> {
        self.header(header::CONTENT_RANGE)
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE)
    }

    /// `Prefer: include-unknown-enum-members` (R67).
    pub(crate) fn wants_unknown_enum_members(&self) -> bool {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.contains("include-unknown-enum-members"))
    }
}

/// The options of a query.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Query {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Query(pairs.into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(key, _)| key == name)?;
        Some(&pair.1)
    }

    /// Returns the page size: `usual`, unless `$top` gives another number up to `most`.
    pub(crate) fn top(&self, usual: usize, most: usize, rule: Rule) -> Result<usize, Refused> {
        let Some(text) = self.get("$top") else {
            return Ok(usual);
        };
        let top = text.parse().ok().filter(|top| (1..=most).contains(top));
        top.ok_or_else(|| rule.refuse(format!("$top is 1 to {most}")).with(text))
    }

    /// Refuses system options that a collection does not take (G8). `$select` is taken
    /// everywhere.
    pub(crate) fn only(&self, allowed: &[&str]) -> Result<(), Refused> {
        let odd = self.0.iter().find(|(key, _)| {
            key.starts_with('$') && key != "$select" && !allowed.contains(&key.as_str())
        });
        match odd {
            Some((key, _)) => Err(Rule::G8.refuse("not simulated here").with(key)),
            None => Ok(()),
        }
    }

    /// Refuses every system option, `$select` too (G8).
    pub(crate) fn none(&self) -> Result<(), Refused> {
        match self.0.iter().find(|(key, _)| key.starts_with('$')) {
            Some((key, _)) => Err(Rule::G8.refuse("no options are taken here").with(key)),
            None => Ok(()),
        }
    }

    /// Returns the query that leads to the next page.
    pub(crate) fn next(&self, skip_token: &str) -> String {
        let mut next = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.0.iter().filter(|(key, _)| key != "$skiptoken") {
            next.append_pair(key, value);
        }
        // Written by hand: Graph leaves the sign in its links as it is.
        let rest = next.finish().replace("%24", "$");
        let sign = if rest.is_empty() { "" } else { "&" };
        format!("{rest}{sign}$skiptoken={skip_token}")
    }
}
