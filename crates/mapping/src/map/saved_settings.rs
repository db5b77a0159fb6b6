//! The settings that were used to make `2-map`, as far as reading it needs them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::editable_table::PROPOSED;
use crate::error::MapError;
use crate::settings::{MapSettings, PlaceLimits};

/// The settings that decide about the plan and stand in no cell: kept beside the proposals, so that
/// rendering needs nothing but the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedSettings {
    pub(crate) authors_join: bool,
    pub(crate) limits: PlaceLimits,
}

impl SavedSettings {
    pub(super) fn of(settings: &MapSettings) -> Self {
        Self {
            authors_join: settings.people.authors_join,
            limits: PlaceLimits::of(&settings.limits),
        }
    }

    /// Reads the settings saved in the folder `map`; the defaults if they were deleted.
    pub(crate) fn read(map: &Path) -> Result<Self, MapError> {
        let path = path(map);
        if !path.exists() {
            return Ok(Self::of(&MapSettings::default()));
        }
        let text = fs::read(&path).map_err(MapError::io(&path))?;
        serde_json::from_slice(&text).map_err(|error| MapError::Kept { path, error })
    }

    pub(super) fn write(self, into: &Path) -> Result<(), MapError> {
        let path = path(into);
        let text = serde_json::to_vec_pretty(&self).map_err(|error| MapError::Kept {
            path: path.clone(),
            error,
        })?;
        fs::write(&path, text).map_err(MapError::io(&path))
    }
}

fn path(map: &Path) -> PathBuf {
    map.join(PROPOSED).join("settings.json")
}
