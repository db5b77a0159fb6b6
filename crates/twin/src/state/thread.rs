//! A conversation's migration: the same for channels and chats.

use serde::{Deserialize, Serialize};

use crate::ids::AppId;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::Posts;

/// How far the migration of a conversation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Migration {
    Never,
    InProgress { by: AppId },
    Completed,
}

/// The messages of a channel or chat and what its migration allows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Thread {
    created: Moment,
    original_created: Option<Moment>,
    migration: Migration,
    pub(crate) posts: Posts,
}

impl Thread {
    /// A conversation outside of migration mode.
    pub(crate) fn new(created: Moment) -> Thread {
        Thread {
            created,
            original_created: None,
            migration: Migration::Never,
            posts: Posts::default(),
        }
    }

    /// A channel created in migration mode by that app.
    pub(crate) fn migrating(created: Moment, by: AppId) -> Thread {
        Thread {
            migration: Migration::InProgress { by },
            ..Thread::new(created)
        }
    }

    pub(crate) fn created(&self) -> Moment {
        self.created
    }

    pub(crate) fn original_created(&self) -> Option<Moment> {
        self.original_created
    }

    /// `migrationMode` as Graph prints it.
    pub(crate) fn mode(&self) -> Option<&'static str> {
        match self.migration {
            Migration::Never => None,
            Migration::InProgress { .. } => Some("inProgress"),
            Migration::Completed => Some("completed"),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.migration, Migration::InProgress { .. })
    }

    /// Whether that app opened the session that is going on.
    pub(crate) fn is_open_by(&self, app: &AppId) -> bool {
        matches!(&self.migration, Migration::InProgress { by } if by == app)
    }

    /// Puts the conversation into migration mode (R16–R19).
    pub(crate) fn start(&mut self, app: &AppId, date: Option<Moment>) -> Result<(), Refused> {
        if self.is_open() {
            return Err(Rule::R16.refuse("it is in migration mode already"));
        }
        if let Some(date) = date
            && (date >= self.created || date <= Moment::MIN_VALUE)
        {
            return Err(Rule::R17.refuse(format!(
                "{date} is not between 0001-01-01 and {}",
                self.created
            )));
        }
        self.original_created.get_or_insert(self.created);
        self.created = date.unwrap_or(self.created);
        self.migration = Migration::InProgress { by: app.clone() };
        Ok(())
    }

    /// Ends the session (R23, R48, R49).
    pub(crate) fn complete(&mut self, app: &AppId) -> Result<(), Refused> {
        match &self.migration {
            Migration::InProgress { by } if by == app => {
                self.migration = Migration::Completed;
                Ok(())
            }
            Migration::InProgress { by } => Err(Rule::R23.refuse(format!("the session is {by}'s"))),
            Migration::Completed => Err(Rule::R48.refuse("it is completed")),
            Migration::Never => Err(Rule::R48.refuse("it was never in migration mode")),
        }
    }
}
