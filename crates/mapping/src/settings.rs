//! What a person decides about mapping before it begins.

use chatferry_model::selection::Selection;

/// What a person decides about mapping, in flags or in `chatferry.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapSettings {
    /// The name of the team; by default that of the workspace, else of the source.
    pub team: Option<String>,
    /// Who speaks for those without an account: an object id, or an address the directory knows.
    pub placeholder: Option<String>,
    /// Who owns the teams, likewise; by default the mapped owners of the workspace.
    pub owners: Vec<String>,
    /// What becomes of direct and group messages.
    pub chats: Chats,
    /// Which conversations to bring; the others are skipped as `not-selected`.
    pub selection: Selection,
}

/// What becomes of direct and group messages (design.md rule 4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chats {
    /// They stay behind, counted.
    #[default]
    Skip,
    /// They become chats, where enough of their people are mapped.
    Migrate,
}
