//! Maps people to Entra IDs and conversations to teams and channels.
#![forbid(unsafe_code)]

pub mod codes;
mod directory;
mod error;
mod map;
mod names;
mod people;
mod places;
mod plan;
mod settings;
mod sheet;
mod table;
mod teams;

pub use directory::{Directory, DirectoryError, DirectoryUser};
pub use error::{BadCell, MapError};
pub use map::{MapDetails, map};
pub use plan::load_plan;
pub use settings::{Chats, MapSettings};
pub use table::TableError;
