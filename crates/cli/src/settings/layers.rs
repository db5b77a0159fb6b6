//! Lays the layers over one another.

use std::io;
use std::path::Path;

use fs_err as fs;
use toml::{Table, Value};

use super::limits;
use super::values::Settings;
use crate::error::CliError;
use crate::suggest::advice;

/// The settings on the command line: pairs of key and value, later ones winning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pairs: Vec<(String, Value)>,
}

impl Overrides {
    /// The pairs of `--set KEY=VALUE`. A value that is no TOML is taken as text.
    ///
    /// # Errors
    /// When one has no `=`.
    pub(crate) fn parse(set: &[String]) -> Result<Self, CliError> {
        let mut overrides = Self::default();
        for pair in set {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                CliError::usage(format!("--set {pair}: expected KEY=VALUE"))
                    .hint("for example --set limits.channel_posts=4")
            })?;
            overrides
                .pairs
                .push((key.trim().to_owned(), value_of(value.trim())));
        }
        Ok(overrides)
    }

    /// Adds a flag's value, if it was given.
    pub(crate) fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.pairs
                .push((key.to_owned(), Value::String(value.to_owned())));
        }
    }

    /// Adds a repeatable flag's values, if any were given.
    pub(crate) fn list(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let values = values.iter().cloned().map(Value::String).collect();
            self.pairs.push((key.to_owned(), Value::Array(values)));
        }
    }

    /// The pairs in order.
    pub(super) fn pairs(&self) -> &[(String, Value)] {
        &self.pairs
    }
}

fn value_of(text: &str) -> Value {
    let parsed: Result<Table, _> = toml::from_str(&format!("value = {text}"));
    parsed
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn resolve_from(
    file: &str,
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
    overrides: &Overrides,
) -> Result<Settings, CliError> {
    let bad_file = |error: toml::de::Error| {
        CliError::usage(format!(
            "{}: {}",
            path.display(),
            error.to_string().trim_end()
        ))
    };
    // On its own first, so that an error shows the line.
    toml::from_str::<Settings>(file).map_err(bad_file)?;
    let file: Table = toml::from_str(file).map_err(bad_file)?;

    let mut table = Table::try_from(Settings::default())
        .map_err(|error| CliError::bug(format!("default settings: {error}")))?;
    lay_over(&mut table, file);
    from_environment(&mut table, "CHATFERRY", environment)?;
    for (key, value) in overrides.pairs() {
        set(&mut table, key, value.clone())?;
    }
    Settings::deserialize_from(table)
}

impl Settings {
    /// Resolves the settings of the work folder whose file is at `path`.
    ///
    /// # Errors
    /// When a layer is not TOML, or has a key or value that no setting has.
    pub(crate) fn resolve(path: &Path, overrides: &Overrides) -> Result<Self, CliError> {
        let file = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error.into()),
        };
        resolve_from(&file, path, &|name| std::env::var(name).ok(), overrides)
    }

    fn deserialize_from(table: Table) -> Result<Self, CliError> {
        table
            .try_into()
            .map_err(|error| CliError::usage(format!("settings: {}", error.to_string().trim_end())))
            .and_then(|settings: Self| {
                limits::check(&settings)?;
                settings.time_zone()?;
                settings.phrases()?;
                Ok(settings)
            })
    }
}

/// Puts the values of `above` over those of `below`, table by table.
fn lay_over(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// Takes `PREFIX_KEY` for each key there is.
fn from_environment(
    table: &mut Table,
    prefix: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(), CliError> {
    for (key, value) in table.iter_mut() {
        let name = format!("{prefix}_{}", key.to_uppercase());
        if let Value::Table(inner) = value {
            from_environment(inner, &name, environment)?;
        } else if let Some(text) = environment(&name) {
            *value = typed(&text, value).map_err(|what| {
                CliError::usage(format!("environment variable {name}: expected {what}"))
            })?;
        }
    }
    Ok(())
}

/// Sets the value at a dotted key that exists.
fn set(table: &mut Table, key: &str, value: Value) -> Result<(), CliError> {
    let keys = keys(table, "");
    let unknown = || {
        let all = "chatferry.toml in the work folder lists them all";
        CliError::usage(format!("there is no setting {key:?}")).hint(advice(
            key,
            keys.iter().map(String::as_str),
            all,
        ))
    };
    let mut parts = key.split('.').peekable();
    let mut at = table;
    while let Some(part) = parts.next() {
        let place = at.get_mut(part).ok_or_else(unknown)?;
        if parts.peek().is_none() {
            // `--set team=2024` is text that happens to look like a number.
            *place = match value {
                Value::String(_) | Value::Array(_) | Value::Table(_) => value,
                other => typed(&other.to_string(), place)
                    .map_err(|what| CliError::usage(format!("{key}: expected {what}")))?,
            };
            return Ok(());
        }
        at = place.as_table_mut().ok_or_else(unknown)?;
    }
    Err(unknown())
}

/// The dotted keys of all values.
fn keys(table: &Table, prefix: &str) -> Vec<String> {
    let of = |(key, value): (&String, &Value)| match value {
        Value::Table(inner) if !inner.is_empty() => keys(inner, &format!("{prefix}{key}.")),
        _ => vec![format!("{prefix}{key}")],
    };
    table.iter().flat_map(of).collect()
}

/// Reads `text` as a value of the same type as `like`.
fn typed(text: &str, like: &Value) -> Result<Value, &'static str> {
    match like {
        Value::Integer(_) => text
            .parse()
            .map(Value::Integer)
            .map_err(|_| "a whole number"),
        Value::Float(_) => text.parse().map(Value::Float).map_err(|_| "a number"),
        Value::Boolean(_) => text
            .parse()
            .map(Value::Boolean)
            .map_err(|_| "true or false"),
        Value::Array(_) => Ok(Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        )),
        _ => Ok(Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use chatferry_model::limits::Rate;

    use super::*;
    use chatferry_readers::SystemMessages;

    fn resolved(file: &str, env: &[(&str, &str)], set: &[&str]) -> Result<Settings, CliError> {
        let set: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
        let overrides = Overrides::parse(&set)?;
        let environment = |name: &str| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        resolve_from(file, Path::new("chatferry.toml"), &environment, &overrides)
    }

    #[test]
    fn the_strongest_layer_wins() {
        let file = "team = \"file\"\nplaceholder = \"file\"\nclient_id = \"file\"\n[limits]\nretries = 1\n";
        let env = [
            ("CHATFERRY_PLACEHOLDER", "env"),
            ("CHATFERRY_CLIENT_ID", "env"),
            ("CHATFERRY_LIMITS_CHANNEL_POSTS", "4"),
            ("CHATFERRY_OWNERS", "a@b.c, d@e.f"),
        ];
        let settings = resolved(file, &env, &["client_id=flag", "team=2024"]).unwrap();
        assert_eq!(settings.team, "2024");
        assert_eq!(settings.placeholder, "env");
        assert_eq!(settings.client_id, "flag");
        assert_eq!(settings.limits.retries, 1);
        assert_eq!(settings.limits.channel_posts, Rate::per_second(4.0));
        assert_eq!(settings.owners, ["a@b.c", "d@e.f"]);
        assert_eq!(settings.graph_url, Settings::default().graph_url);
    }

    #[test]
    fn a_table_of_domains_is_given_in_one() {
        let flag = ["people.domains={\"old.com\" = \"new.com\"}"];
        let file = "[people.domains]\n\"a.com\" = \"b.com\"\n";
        let domains = |settings: Settings| settings.people.domains.into_iter().collect::<Vec<_>>();
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        assert_eq!(
            domains(resolved(file, &[], &[]).unwrap()),
            pair("a.com", "b.com")
        );
        assert_eq!(
            domains(resolved("", &[], &flag).unwrap()),
            pair("old.com", "new.com")
        );
    }

    #[test]
    fn flags_take_toml_values() {
        let settings = resolved("", &[], &["system_messages=show", "limits.retries=3"]).unwrap();
        assert_eq!(settings.system_messages, SystemMessages::Show);
        assert_eq!(settings.limits.retries, 3);
    }

    #[test]
    fn a_key_that_is_nearly_right_is_offered() {
        let hint = |set| resolved("", &[], &[set]).unwrap_err().hint.unwrap();
        let hint = hint("limits.retry=3");
        assert!(hint.starts_with("did you mean limits.retries?"), "{hint}");
    }

    #[test]
    fn what_does_not_exist_is_refused_with_its_place() {
        for (file, env, set, told) in [
            ("tema = \"x\"", &[][..], &[][..], "tema"),
            ("team = 1\n", &[], &[], "line 1"),
            (
                "",
                &[("CHATFERRY_LIMITS_RETRIES", "many")],
                &[],
                "CHATFERRY_LIMITS_RETRIES",
            ),
            ("", &[], &["limits.speed=1"], "limits.speed"),
            ("", &[], &["limits.other_calls=-1.0"], "other_calls"),
            ("[limits]\nfile_calls = nan\n", &[], &[], "line 2"),
            ("[limits]\nchannel_posts = inf\n", &[], &[], "no rate"),
            ("", &[], &["limits.retries=many"], "retries"),
            (
                "time_zone = \"Europe/Atlantis\"\n",
                &[],
                &[],
                "Europe/Atlantis",
            ),
            ("", &[], &["language=xx"], "xx"),
            ("", &[], &["team"], "KEY=VALUE"),
        ] {
            let error = resolved(file, env, set).unwrap_err();
            assert!(
                error.message.contains(told),
                "{} lacks {told}",
                error.message
            );
        }
    }
}
