//! `chatferry.toml`: written with comments once, the admin's from then on.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;

use super::layers::Overrides;
use super::values::Settings;
use crate::error::CliError;

/// The file as it is first written: every setting with its default, commented out.
const TEMPLATE: &str = include_str!("chatferry.toml");

/// The settings that belong to the migration rather than to one run; they are saved.
const KEPT: [&str; 5] = ["team", "placeholder", "owners", "directory", "chats"];

impl Settings {
    /// Writes the settings' file with its comments and the values given on the command line, if
    /// there is none yet.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn write_first(path: &Path, overrides: &Overrides) -> Result<(), CliError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = match fs::File::create_new(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return keep(path, overrides);
            }
            Err(error) => return Err(error.into()),
        };
        Ok(file.write_all(filled_in(TEMPLATE, overrides, |_| true).as_bytes())?)
    }
}

/// Puts what is given for the first time into the file as it is. What the admin set there stays.
fn keep(path: &Path, overrides: &Overrides) -> Result<(), CliError> {
    let text = fs::read_to_string(path)?;
    let kept = filled_in(&text, overrides, |key| KEPT.contains(&key));
    if kept == text {
        return Ok(());
    }
    let new = path.with_extension("toml.new");
    fs::write(&new, kept)?;
    Ok(fs::rename(&new, path)?)
}

/// The text, with the values given on the command line in place of the defaults shown in it.
fn filled_in(text: &str, overrides: &Overrides, wanted: impl Fn(&str) -> bool) -> String {
    let mut filled = String::new();
    let mut section = String::new();
    // Ends of lines stay as the admin's editor writes them.
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\r', '\n']);
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = format!("{name}.");
        }
        let key = line
            .strip_prefix("# ")
            .and_then(|line| line.split_once(" = "))
            .map(|(key, _)| key);
        let given = key.and_then(|key| {
            let full = format!("{section}{key}");
            let mut pairs = overrides.pairs().iter().rev();
            pairs
                .find(|(key, _)| *key == full && wanted(key))
                .map(|(_, value)| (key, value))
        });
        match given {
            Some((key, value)) => {
                let end = whole.get(line.len()..).unwrap_or("\n");
                filled.push_str(&format!("{key} = {value}{end}"));
            }
            None => filled.push_str(whole),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let text = filled_in(TEMPLATE, &overrides, |_| true);
        let settings: Settings = toml::from_str(&text).unwrap();
        assert_eq!(settings.placeholder, "bot@acme.example");
        assert_eq!(settings.limits.retries, 3);
        assert_eq!(settings.owners, ["a@b.c"]);
    }

    #[test]
    fn what_is_given_later_is_kept_unless_the_file_says_otherwise() {
        let given = |set: &[&str]| {
            let set: Vec<String> = set.iter().map(|pair| (*pair).to_owned()).collect();
            Overrides::parse(&set).unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chatferry.toml");
        Settings::write_first(&path, &given(&[])).unwrap();
        let template = fs::read_to_string(&path).unwrap();
        assert_eq!(template, TEMPLATE);
        Settings::write_first(&path, &given(&["placeholder=a@b.c", "limits.retries=3"])).unwrap();
        Settings::write_first(&path, &given(&["placeholder=other@b.c", "chats=migrate"])).unwrap();
        let kept = fs::read_to_string(&path).unwrap();
        let expected = template
            .replace("# placeholder = \"\"", "placeholder = \"a@b.c\"")
            .replace("# chats = \"skip\"", "chats = \"migrate\"");
        assert_eq!(kept, expected);
    }
}
