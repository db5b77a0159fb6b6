//! `chatferry.toml`: written with comments once, the admin's from then on.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Overrides;
use crate::error::CliError;

/// The file as it is first written: every setting with its default, commented out.
const TEMPLATE: &str = include_str!("chatferry.toml");

pub(super) fn write_first(path: &Path, overrides: &Overrides) -> Result<(), CliError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| CliError::io(folder, &error))?;
    }
    let mut file = match fs::File::create_new(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(CliError::io(path, &error)),
    };
    file.write_all(first_text(overrides).as_bytes())
        .map_err(|error| CliError::io(path, &error))
}

/// The template, with the values given on the command line in place of the defaults.
fn first_text(overrides: &Overrides) -> String {
    let mut text = String::new();
    let mut section = String::new();
    for line in TEMPLATE.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = format!("{name}.");
        }
        let key = line
            .strip_prefix("# ")
            .and_then(|line| line.split_once(" = "))
            .map(|(k, _)| k);
        let given = key.and_then(|key| {
            let full = format!("{section}{key}");
            let pairs = overrides.pairs().iter().rev();
            pairs
                .clone()
                .find(|(key, _)| *key == full)
                .map(|(_, value)| (key, value))
        });
        match given {
            Some((key, value)) => text.push_str(&format!("{key} = {value}\n")),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_template_shows_every_setting_with_its_default() {
        let uncommented: String = TEMPLATE
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|line| line.contains(" = "))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let shown: toml::Table = toml::from_str(&uncommented).unwrap();
        assert_eq!(shown, toml::Table::try_from(Settings::default()).unwrap());
        assert_eq!(
            toml::from_str::<Settings>(TEMPLATE).unwrap(),
            Settings::default()
        );
    }

    #[test]
    fn what_was_given_on_the_command_line_is_kept() {
        let set = [
            "placeholder=bot@acme.example".to_owned(),
            "limits.retries=3".to_owned(),
        ];
        let mut overrides = Overrides::parse(&set).unwrap();
        overrides.list("owners", &["a@b.c".to_owned()]);
        let settings: Settings = toml::from_str(&first_text(&overrides)).unwrap();
        assert_eq!(settings.placeholder, "bot@acme.example");
        assert_eq!(settings.limits.retries, 3);
        assert_eq!(settings.owners, ["a@b.c"]);
    }
}
