//! The command line as typed: plain data, no work.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::exit;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The work folder where none is named.
pub(crate) const DEFAULT_WORK: &str = "migration";

/// Moves chat exports (Slack, Mattermost) into Microsoft Teams
///
/// Everything before `upload` works offline and leaves plain files in the work folder, which can
/// be inspected, edited and made again. Start with `convert`, then `rehearse`, then `upload`.
#[derive(Debug, Parser)]
#[command(name = "chatferry", version, styles = STYLES, after_help = exit::HELP)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The arguments of every command.
#[derive(Args, Debug)]
pub(crate) struct GlobalArgs {
    /// The work folder
    #[arg(short, long, global = true, value_name = "DIR", env = "CHATFERRY_WORK")]
    #[arg(default_value = DEFAULT_WORK, help_heading = "General")]
    pub(crate) work: PathBuf,
    /// Set a setting, over chatferry.toml and the environment (repeatable)
    #[arg(
        long = "set",
        global = true,
        value_name = "KEY=VALUE",
        help_heading = "General"
    )]
    pub(crate) set: Vec<String>,
    /// Print the result as JSON on stdout
    #[arg(long, global = true, help_heading = "General")]
    pub(crate) json: bool,
    /// Print errors only
    #[arg(short, long, global = true, help_heading = "General")]
    pub(crate) quiet: bool,
    /// Use colours: always, never or automatically
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(help_heading = "General")]
    pub(crate) color: Color,
    /// Log what is sent and received, without secrets, to stderr (-vv for more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "General")]
    pub(crate) verbose: u8,
}

/// The modes of colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read, map, render, check and report: from an export to posts, offline
    #[command(after_help = "\
Examples:
  chatferry convert acme-export.zip --directory users.csv --placeholder migration@acme.com
  chatferry convert jan.zip feb.zip -w ./acme --team \"Acme Slack\"
  chatferry convert acme-export.zip --only 'dev-*' --since 2023-01-01")]
    Convert(ConvertArgs),
    /// Read an export into 1-read
    #[command(after_help = "Example:\n  chatferry read acme-export.zip -w ./acme")]
    Read(ReadArgs),
    /// Fetch the files that the export only links to
    ///
    /// They go into 1-fetch; run it again to resume. It needs a token: the one in the addresses of
    /// an export (give it again), or a user's own in an environment variable, as in the example. It
    /// is sent to the source's own servers only.
    #[command(after_help = "\
Examples:
  chatferry fetch acme-export.zip
  CHATFERRY_SLACK_TOKEN=xoxp-… chatferry fetch --only general
  chatferry fetch --dry-run")]
    Fetch(FetchArgs),
    /// Map people and conversations: write 2-map/*.csv, keeping your edits
    #[command(after_help = "\
Examples:
  chatferry map --directory users.csv --placeholder migration@acme.com
  chatferry map            # after editing 2-map/people.csv
  chatferry map --review   # decide about unmatched people here
  chatferry map --from-graph --tenant-id contoso.onmicrosoft.com --client-id 01234567-89ab-…")]
    Map(MapArgs),
    /// Render messages to posts in 3-render
    Render(SelectArgs),
    /// Check the posts against every rule of Graph that can be known offline
    Check(CheckArgs),
    /// Check that an upload can start: token, permissions, tenant, clock; change nothing
    #[command(
        after_help = "Example:\n  chatferry doctor --tenant-id contoso.onmicrosoft.com --client-id 01234567-89ab-…"
    )]
    Doctor(DoctorArgs),
    /// Upload the posts to Teams; run it again to resume
    #[command(after_help = "\
Examples:
  export CHATFERRY_CLIENT_SECRET=…
  chatferry upload --tenant-id contoso.onmicrosoft.com --client-id 01234567-89ab-…
  chatferry upload --dry-run")]
    Upload(UploadArgs),
    /// Read the tenant back and compare it, post by post
    Verify(VerifyArgs),
    /// Close an interrupted upload: complete every channel whose posts are in
    ///
    /// Takes channels and chats with all their posts out of migration mode, then their team, and
    /// adds its members. Channels and chats that lack posts are listed and stay open.
    #[command(after_help = "Example:\n  chatferry complete --only dev")]
    Complete(CloseArgs),
    /// Take everything from an interrupted upload out of migration mode
    ///
    /// Channels and chats that lack posts too: the next `chatferry upload` opens them again and
    /// continues.
    #[command(after_help = "Example:\n  chatferry unlock")]
    Unlock(CloseArgs),
    /// Delete the teams that this upload created, after showing them
    ///
    /// Posts in existing channels and in chats stay: no app can delete them.
    #[command(after_help = "Examples:\n  chatferry rollback\n  chatferry rollback --yes")]
    Rollback(RollbackArgs),
    /// Upload to a simulated tenant in virtual time and verify there
    ///
    /// Shows what Graph would refuse and how long the real upload will take. Needs no network and
    /// no credentials.
    Rehearse(RehearseArgs),
    /// Show the state of each stage and of the upload
    Status,
    /// Write report/index.html: what came in, what goes where, what is lost and why
    Report,
    /// Preview the posts as Teams will show them, in a local browser
    #[command(after_help = "Example:\n  chatferry preview --port 0")]
    Preview(PreviewArgs),
    /// Explain a finding's code, or list all
    #[command(after_help = "Example:\n  chatferry explain slack-unknown-block")]
    Explain(ExplainArgs),
    /// Show a page of the guide, or list them
    #[command(after_help = "Example:\n  chatferry guide write-a-reader")]
    Guide(GuideArgs),
    /// Print JSON Schemas of the files in the work folder
    #[command(after_help = "Example:\n  chatferry schema messages")]
    Schema(SchemaArgs),
    /// Serve a simulated tenant, for trying tools against Graph's rules
    ///
    /// See `chatferry guide twin` for the rules it enforces and for the faults it can make.
    #[command(after_help = "\
Example:
  chatferry twin --port 8080 --users users.json &
  CHATFERRY_CLIENT_SECRET=twin-secret chatferry upload --graph-url http://127.0.0.1:8080 \\
      --login-url http://127.0.0.1:8080 --tenant-id 6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b \\
      --client-id c4a7fe44-0000-4000-8000-000000000001")]
    Twin(TwinArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  chatferry completions bash > /etc/bash_completion.d/chatferry"
    )]
    Completions(CompletionsArgs),
}

/// The exports.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The export: a zip, a folder, a tar.gz or a .jsonl; several are merged
    #[arg(required = true, value_name = "EXPORT")]
    pub(crate) exports: Vec<PathBuf>,
    /// Run even if nothing has changed
    #[arg(long)]
    pub(crate) force: bool,
}

/// The conversations.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConversationArgs {
    /// Only conversations with this name or ID; `*` matches anything (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub(crate) only: Vec<String>,
    /// No conversations with this name or ID; `*` matches anything (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub(crate) except: Vec<String>,
}

/// The conversations and dates.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    pub(crate) conversations: ConversationArgs,
    /// Skip messages before this date or time (UTC)
    #[arg(long, value_name = "DATE", help_heading = "Selection")]
    pub(crate) since: Option<String>,
    /// Skip messages on or after this date or time (UTC)
    #[arg(long, value_name = "DATE", help_heading = "Selection")]
    pub(crate) until: Option<String>,
}

/// The way people and places are mapped.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PeopleArgs {
    /// The tenant's people: CSV or XLSX (Entra portal, PowerShell) or JSON (Graph's GET /users)
    #[arg(long, value_name = "FILE", help_heading = "People and places")]
    pub(crate) directory: Option<PathBuf>,
    /// The account that posts for people without one: UPN or object ID
    #[arg(long, value_name = "USER", help_heading = "People and places")]
    pub(crate) placeholder: Option<String>,
    /// An owner of the teams: UPN or object ID (repeatable)
    #[arg(
        long = "owner",
        value_name = "USER",
        help_heading = "People and places"
    )]
    pub(crate) owners: Vec<String>,
    /// The name of the team
    #[arg(long, value_name = "NAME", help_heading = "People and places")]
    pub(crate) team: Option<String>,
    /// Treatment of direct and group messages [default: skip]
    #[arg(long, value_name = "WHAT", value_parser = ["skip", "migrate"])]
    #[arg(help_heading = "People and places")]
    pub(crate) chats: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) export: ExportArgs,
    #[command(flatten)]
    pub(crate) people: PeopleArgs,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) export: ExportArgs,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Args, Debug)]
pub(crate) struct FetchArgs {
    /// The export as it was read, for the tokens in its addresses
    #[arg(value_name = "EXPORT")]
    pub(crate) exports: Vec<PathBuf>,
    /// Show how many files and bytes there are; fetch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Args, Debug)]
pub(crate) struct MapArgs {
    /// Fetch the tenant's people from Graph into directory.json, once
    #[arg(long, conflicts_with = "directory")]
    pub(crate) from_graph: bool,
    /// Decide about unmatched people one by one, here instead of in a spreadsheet
    #[arg(long)]
    pub(crate) review: bool,
    #[command(flatten)]
    pub(crate) people: PeopleArgs,
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

/// The connection to Graph. The secret comes from `CHATFERRY_CLIENT_SECRET` only.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GraphArgs {
    /// The tenant: its ID or a domain
    #[arg(long, value_name = "ID", help_heading = "Microsoft Graph")]
    pub(crate) tenant_id: Option<String>,
    /// The app registration's application (client) ID
    #[arg(long, value_name = "ID", help_heading = "Microsoft Graph")]
    pub(crate) client_id: Option<String>,
    /// Graph's address, for national clouds and simulated tenants
    #[arg(long, value_name = "URL", help_heading = "Microsoft Graph")]
    pub(crate) graph_url: Option<String>,
    /// The address of the sign-in service, for the same cases
    #[arg(long, value_name = "URL", help_heading = "Microsoft Graph")]
    pub(crate) login_url: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
}

#[derive(Args, Debug)]
pub(crate) struct UploadArgs {
    /// Show what would be sent and how long it would take; send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
    #[command(flatten)]
    pub(crate) conversations: ConversationArgs,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
    #[command(flatten)]
    pub(crate) conversations: ConversationArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
    #[command(flatten)]
    pub(crate) conversations: ConversationArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RollbackArgs {
    /// Delete them
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) graph: GraphArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RehearseArgs {
    /// The tenant's people, as for `map`; without it, every author is assumed to exist
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct PreviewArgs {
    /// The port on 127.0.0.1; 0 takes a free one and prints it
    #[arg(long, default_value_t = 8090, value_name = "PORT")]
    pub(crate) port: u16,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code; without it, all are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Also run every post through an independent HTML sanitiser (slower)
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Args, Debug)]
pub(crate) struct GuideArgs {
    /// The page; without it, all are listed
    #[arg(value_name = "PAGE")]
    pub(crate) page: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// The file to describe; without it, all are listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct TwinArgs {
    /// The port on 127.0.0.1; 0 takes a free one and prints it
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    pub(crate) port: u16,
    /// The tenant's people: CSV, XLSX or JSON, as for `map --directory`
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,
    /// No limits on rates
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// No delays: no limits, and teams, folders and completions are there at once
    #[arg(long)]
    pub(crate) instant: bool,
    /// The rules to enforce, as JSON: the part of `GET /_twin/settings` that differs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_limits", "instant"])]
    pub(crate) settings: Option<PathBuf>,
    /// Draw faults from this seed: errors, resets, lost and truncated answers, 429, …
    #[arg(long, value_name = "SEED")]
    pub(crate) faults: Option<u64>,
    /// Faults per thousand calls
    #[arg(long, value_name = "N", default_value_t = 200, requires = "faults",
          value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) fault_rate: u16,
    /// Start with the tenant in this file, if there is one, and write it at Ctrl-C
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Stop the clock at this time (2026-11-20T12:00:00Z); `POST /_twin/clock` moves it
    #[arg(long, value_name = "TIME")]
    pub(crate) clock: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
