//! The names that Teams takes, as plain lists: mapping and rendering make such names, checking
//! finds no others.
//!
//! Channels, teams and chats: crates/graph/RULES.md 2.6, R12. Files: crates/graph/RULES.md 1.12,
//! R64.

/// Characters that no channel's name may hold; control characters besides.
pub const FORBIDDEN_IN_CHANNELS: &str = "~#%&*{}+/\\:<>?|'\",";
/// Names that no channel may have, in lower case; `com1`–`com9` and `lpt1`–`lpt9` besides.
pub const RESERVED_CHANNELS: &[&str] = &[
    "forms",
    "con",
    "conin$",
    "conout$",
    "prn",
    "aux",
    "nul",
    "desktop.ini",
];
/// The longest name of a channel, in UTF-16 units.
pub const CHANNEL_UNITS: usize = 50;
/// The longest name of a team, in UTF-16 units.
pub const TEAM_UNITS: usize = 256;
/// The longest description of a channel, in UTF-16 units.
pub const DESCRIPTION_UNITS: usize = 1_024;
/// The longest topic of a chat, in UTF-16 units.
pub const TOPIC_UNITS: usize = 250;

/// Characters that no file's name may hold; control characters besides.
pub const FORBIDDEN_IN_FILES: &str = "\"*:<>?/\\|";
/// Names that no file may have, in lower case; `com0`–`com9` and `lpt0`–`lpt9` besides.
pub const RESERVED_FILES: &[&str] = &[".lock", "con", "prn", "aux", "nul", "desktop.ini"];
