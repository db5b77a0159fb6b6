//! Maps people to Entra IDs and conversations to teams, channels and chats. Pure: files in, files
//! out; no network, no clock.
//!
//! [`map()`] reads `1-read` and a [`Directory`] and writes `2-map`; [`load_plan`] turns `2-map`, as
//! the admin left it, into the plan that rendering follows. In reading order: the tenant's people
//! ([`Directory`]), people to users (`people`), workspaces to teams (`teams`), conversations to
//! channels (`places`), legal names (`names`), all of it to a plan (`plan`); below them, how the
//! files keep an admin's edits (`editable_table`) and survive a spreadsheet (`table`). Beside them:
//! the plan as a value (`estimate`), and the decisions about the unmatched, one by one (`review`).
//!
//! # The files
//! CSV for Excel (UTF-8 with BOM, CRLF, comma), or workbooks; read back in whatever way Excel or
//! LibreOffice saved them. A cell of CSV that a spreadsheet would take for a formula, a date or a
//! number that it writes in its own way, has an apostrophe in front. An admin's columns are in
//! bold; the others say how things stand and are not read.
//!
//! * `people.csv`: `source_id` (`*` in the row that says who speaks for those without an account),
//!   `name`, `email`, `kind`, `messages`, `last_active`, **`entra_id`** (an object id),
//!   **`entra_user`** (an address, or `Name <address>` as in `suggestion`; one of the two is
//!   enough), **`action`** (`map`, `placeholder`, `skip`; empty where nobody decided it and the
//!   placeholder speaks), `status`, `rule_or_reason`, `suggestion` (never applied). Those who need a
//!   look come first.
//! * `conversations.csv`: `source_id`, `kind`, `name`, `messages`, `members`, `first`, `last`,
//!   **`action`** (`channel`, `chat`, `skip`), **`team`** (a word from the first column of
//!   `teams.csv`), **`channel`** (rows with the same team and channel go into one channel),
//!   **`existing`** (the id or name of the channel or chat of the tenant that it is),
//!   **`membership`** (`standard`, `private`, `shared`), **`archived`**, **`split`** (`year`: a
//!   channel for each), **`allow_private_in_standard`** (only with `true` here does a private
//!   conversation come to stand where the whole team reads it), `status`.
//! * `teams.csv`: `team` (the word by which `conversations.csv` names it), **`name`**,
//!   **`existing`** (the object id or name of the team of the tenant that it is),
//!   **`description`**, **`owners`** (addresses or object ids, separated by `;`), **`visibility`**
//!   (`private`, `public`). Rows may be added.
//! * `directory.csv`: the tenant's people as last given, so that `--directory` is needed once.
//! * `plan.json`: what there will be, and how long it takes ([`MapPlan`]).
//! * `proposed/`: what chatferry itself said in each of the three tables. A cell that differs from
//!   that is the admin's and survives every re-run; one that equals it follows the next proposal.
//!   To undo an edit, put the proposal back.
//!
//! Rows for what the export no longer holds are kept, with the status `gone`.
#![forbid(unsafe_code)]

pub mod codes;
mod directory;
mod editable_table;
mod error;
mod estimate;
mod map;
mod names;
mod people;
mod places;
mod plan;
mod review;
mod settings;
mod table;
mod teams;

pub use directory::{Directory, DirectoryError, DirectoryUser};
pub use editable_table::Edit;
pub use error::{BadCell, MapError};
pub use estimate::{Bound, Estimate, MapPlan, TeamPlan, Total};
pub use map::{MapDetails, edits, map, tables};
pub use plan::load_plan;
pub use review::{OpenPerson, Review, Verdict};
pub use settings::{Chats, MapSettings, PeopleSettings, PlaceLimits, Policy, Route};
pub use table::{Sheets, TableError};
