//! The context of a command: the work folder, the settings, the selection and the printer.

use std::path::Path;

use chatferry_model::Micros;
use chatferry_model::folder::{RenderFolder, WorkFolder};
use chatferry_model::selection::Selection;

use crate::args::{
    ConversationArgs, DEFAULT_WORK, GlobalArgs, GraphArgs, MapArgs, PeopleArgs, SelectArgs,
};
use crate::error::CliError;
use crate::printer::Printer;
use crate::settings::{Overrides, Settings};

/// The context of a command.
pub(crate) struct Context {
    /// The place where the stages' folders are.
    pub(crate) work: WorkFolder,
    /// All settings.
    pub(crate) settings: Settings,
    /// The conversations and dates.
    pub(crate) selection: Selection,
    /// The printer for all output.
    pub(crate) printer: Printer,
}

impl Context {
    /// For commands without flags of their own for settings.
    pub(crate) fn plain(global: &GlobalArgs) -> Result<Self, CliError> {
        Self::resolve(
            global,
            Overrides::parse(&global.set)?,
            Selection::default(),
            false,
        )
    }

    /// For commands that select conversations and dates.
    pub(crate) fn for_selection(global: &GlobalArgs, args: &SelectArgs) -> Result<Self, CliError> {
        Self::resolve(
            global,
            Overrides::parse(&global.set)?,
            selection(args)?,
            true,
        )
    }

    /// For commands that map people and places.
    pub(crate) fn for_people(
        global: &GlobalArgs,
        people: &PeopleArgs,
        args: &SelectArgs,
    ) -> Result<Self, CliError> {
        let mut overrides = Overrides::parse(&global.set)?;
        of_people(&mut overrides, people);
        Self::resolve(global, overrides, selection(args)?, true)
    }

    /// For mapping, which may ask Graph for the tenant's people.
    pub(crate) fn for_map(global: &GlobalArgs, args: &MapArgs) -> Result<Self, CliError> {
        let mut overrides = Overrides::parse(&global.set)?;
        of_people(&mut overrides, &args.people);
        of_graph(&mut overrides, &args.graph);
        Self::resolve(global, overrides, selection(&args.select)?, true)
    }

    /// For commands that talk to Graph.
    pub(crate) fn for_graph(
        global: &GlobalArgs,
        graph: &GraphArgs,
        conversations: &ConversationArgs,
    ) -> Result<Self, CliError> {
        let mut overrides = Overrides::parse(&global.set)?;
        of_graph(&mut overrides, graph);
        Self::resolve(
            global,
            overrides,
            Selection {
                only: conversations.only.clone(),
                except: conversations.except.clone(),
                ..Selection::default()
            },
            false,
        )
    }

    /// The folder of the posts, for commands that are nothing without them.
    ///
    /// # Errors
    /// When there are none yet.
    pub(crate) fn posts(&self) -> Result<RenderFolder, CliError> {
        let folder = self.work.render();
        if folder.root().join("manifest.json").exists() {
            Ok(folder)
        } else {
            Err(CliError::no_posts(folder.root()))
        }
    }

    /// Returns `command` as a shell takes it for this work folder, ready to be pasted.
    pub(crate) fn shell_command(&self, command: &str) -> String {
        shell_command(command, self.work.root())
    }

    fn resolve(
        global: &GlobalArgs,
        overrides: Overrides,
        selection: Selection,
        writes: bool,
    ) -> Result<Self, CliError> {
        let work = WorkFolder::new(&global.work);
        let path = work.settings();
        let settings = Settings::resolve(&path, &overrides)?;
        if writes {
            Settings::write_first(&path, &overrides)?;
        }
        let printer = Printer::new(global.color, global.quiet, global.json);
        Ok(Self {
            work,
            settings,
            selection,
            printer,
        })
    }
}

fn of_people(overrides: &mut Overrides, people: &PeopleArgs) {
    overrides.text("team", people.team.as_deref());
    overrides.text("placeholder", people.placeholder.as_deref());
    overrides.list("owners", &people.owners);
    overrides.text("chats", people.chats.as_deref());
    let directory = people.directory.as_ref().map(|path| path.to_string_lossy());
    overrides.text("directory", directory.as_deref());
}

fn of_graph(overrides: &mut Overrides, graph: &GraphArgs) {
    overrides.text("tenant_id", graph.tenant_id.as_deref());
    overrides.text("client_id", graph.client_id.as_deref());
    overrides.text("graph_url", graph.graph_url.as_deref());
    overrides.text("login_url", graph.login_url.as_deref());
}

fn shell_command(command: &str, work: &Path) -> String {
    let work = work.to_string_lossy();
    if work == DEFAULT_WORK {
        return format!("chatferry {command}");
    }
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    if work.chars().all(is_plain) {
        format!("chatferry {command} -w {work}")
    } else if cfg!(windows) {
        format!("chatferry {command} -w \"{work}\"")
    } else {
        format!("chatferry {command} -w '{}'", work.replace('\'', r"'\''"))
    }
}

/// The printer of commands that need no work folder.
pub(crate) fn printer(global: &GlobalArgs) -> Printer {
    Printer::new(global.color, global.quiet, global.json)
}

fn selection(args: &SelectArgs) -> Result<Selection, CliError> {
    let time_of = |flag, text: &Option<String>| text.as_deref().map(|text| time(flag, text));
    let since = time_of("--since", &args.since).transpose()?;
    let until = time_of("--until", &args.until).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(CliError::usage(
            "--since is not before --until, so nothing would be left",
        ));
    }
    Ok(Selection {
        only: args.conversations.only.clone(),
        except: args.conversations.except.clone(),
        since,
        until,
    })
}

/// A date (its first moment in UTC) or a time.
fn time(flag: &str, text: &str) -> Result<Micros, CliError> {
    text.parse()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .map_err(|_| {
            CliError::usage(format!("{flag} {text}: not a date"))
                .hint("write it like 2023-01-31 or 2023-01-31T12:00:00Z")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn commands_can_be_pasted() {
        for (work, shown) in [
            (DEFAULT_WORK, "chatferry verify"),
            ("../acme", "chatferry verify -w ../acme"),
            ("Größe Acme", "chatferry verify -w 'Größe Acme'"),
            ("it's $HOME", r"chatferry verify -w 'it'\''s $HOME'"),
        ] {
            assert_eq!(shell_command("verify", Path::new(work)), shown);
        }
    }

    #[test]
    fn dates_in_the_wrong_order_are_refused() {
        let dates = |since: &str, until: &str| {
            selection(&SelectArgs {
                since: Some(since.to_owned()),
                until: Some(until.to_owned()),
                ..SelectArgs::default()
            })
        };
        assert!(dates("2023-01-01", "2024-01-01").is_ok());
        assert!(dates("2024-01-01", "2023-01-01").is_err());
        assert!(dates("2024-01-01", "2024-01-01").is_err());
    }
}
