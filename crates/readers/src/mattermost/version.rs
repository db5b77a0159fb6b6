//! The bugs of the server's version that are in an export.

use chatferry_model::finding::Code;
use serde_json::Value;

use super::compliance::Form;
use super::line::Info;
use crate::codes;

/// The program that wrote an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Generator {
    name: String,
    version: Option<(u32, u32)>,
    /// The team and channel of an export that holds nothing else, in words.
    scope: String,
}

impl Generator {
    pub(super) fn of(info: &Info) -> Self {
        let numbers = info.version.as_deref().unwrap_or_default();
        let mut numbers = numbers
            .split(|c: char| !c.is_ascii_digit())
            .map(str::parse::<u32>);
        let version = match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
            _ => None,
        };
        Self {
            name: info.generator.clone().unwrap_or_default(),
            version,
            scope: info.additional.as_ref().map(scope).unwrap_or_default(),
        }
    }

    /// In words, for the manifest.
    pub(super) fn layout(&self) -> String {
        if [Form::Csv, Form::Actiance]
            .iter()
            .any(|form| form.words() == self.name)
        {
            return self.name.clone();
        }
        let by = match self.name.as_str() {
            "" => "an old server",
            name => name,
        };
        let scope = match self.scope.as_str() {
            "" => String::new(),
            scope => format!(", only {scope}, without direct messages"),
        };
        match self.version {
            Some((major, minor)) => format!("bulk export of {by} {major}.{minor}{scope}"),
            None => format!("bulk export of {by}{scope}"),
        }
    }

    /// Returns true if a server wrote it, rather than a tool.
    pub(super) fn is_server(&self) -> bool {
        matches!(self.name.as_str(), "" | "mattermost-server")
    }

    /// Returns true if direct messages with people who are deactivated are missing or cannot be
    /// told from notes to oneself (trap T8).
    pub(super) fn loses_deactivated(&self) -> bool {
        self.is_server() && self.version.is_none_or(|version| version < (9, 5))
    }

    /// Returns the warnings to give first: the code, and a text with the version.
    pub(super) fn warnings(&self) -> Vec<(&'static Code, String)> {
        let mut warnings = Vec::new();
        if !self.scope.is_empty() {
            warnings.push((&codes::MATTERMOST_SCOPED, self.scope.clone()));
        }
        if self.is_server() && self.version.is_none() {
            let words = "the export does not say which version wrote it, so it is older than 7.6";
            warnings.push((&codes::MATTERMOST_OLD_VERSION, words.to_owned()));
        }
        if self.loses_deactivated() {
            warnings.push((&codes::MATTERMOST_DEACTIVATED_DIRECT, self.layout()));
        }
        warnings
    }
}

/// The scope of an export in words, by the names of teams and channels that its first line holds
/// (crates/readers/src/mattermost/FORMAT.md M5). How the keys are written is not known for sure.
fn scope(additional: &Value) -> String {
    let names = |key: &str| {
        let fields = additional.as_object().into_iter().flatten();
        let named = fields.filter(|(name, _)| {
            let name = name.to_lowercase();
            name.starts_with(key) && !name.contains("id")
        });
        let values = named.flat_map(|(_, value)| match value {
            Value::Array(names) => names.as_slice(),
            one => std::slice::from_ref(one),
        });
        let names = values
            .filter_map(Value::as_str)
            .filter(|name| !name.is_empty());
        let names: Vec<_> = names.map(|name| format!("{key} {name}")).collect();
        names.join(", ")
    };
    let both = [names("team"), names("channel")];
    let both: Vec<_> = both.into_iter().filter(|names| !names.is_empty()).collect();
    both.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions() {
        let of = |generator: &str, version: &str| {
            Generator::of(&Info {
                generator: (!generator.is_empty()).then(|| generator.to_owned()),
                version: (!version.is_empty()).then(|| version.to_owned()),
                ..Info::default()
            })
        };
        for (generator, version, layout, warnings) in [
            (
                "mattermost-server",
                "7.6.0 (abc, enterprise: true)",
                "bulk export of mattermost-server 7.6",
                1,
            ),
            (
                "mattermost-server",
                "10.11.0 (x)",
                "bulk export of mattermost-server 10.11",
                0,
            ),
            (
                "mattermost-server",
                "9.5.1",
                "bulk export of mattermost-server 9.5",
                0,
            ),
            ("mmetl", "dev", "bulk export of mmetl", 0),
            ("", "", "bulk export of an old server", 2),
        ] {
            let read = of(generator, version);
            assert_eq!(read.layout(), layout);
            assert_eq!(read.warnings().len(), warnings, "{layout}");
        }
    }

    #[test]
    fn scopes() {
        for (additional, expected) in [
            (
                json!({ "team_name": "acme", "channel_name": "dev" }),
                "team acme, channel dev",
            ),
            (
                json!({ "TeamName": ["a", "b"], "TeamID": "x" }),
                "team a, team b",
            ),
            (json!({ "ChannelName": "", "other": "x" }), ""),
            (json!([]), ""),
        ] {
            assert_eq!(scope(&additional), expected);
        }
    }
}
