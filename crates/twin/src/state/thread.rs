//! A conversation's migration: the same for channels and chats.

use serde::{Deserialize, Serialize};

use crate::ids::AppId;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::settings::Troubles;
use crate::state::Posts;

/// The state of a conversation's migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Migration {
    Never,
    InProgress {
        by: AppId,
    },
    Completed {
        at: Moment,
    },
    /// Shown as completed, but neither open nor to be opened again (F2).
    Stuck,
}

/// The migration mode of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    Open,
    /// The conversation was completed so many ms before, which is too recent (F2).
    Stuck {
        after_ms: u128,
    },
}

/// The messages of a channel or chat and what its migration allows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Thread {
    created: Moment,
    original_created: Option<Moment>,
    migration: Migration,
    /// Set by a start whose effects are seen later.
    #[serde(default)]
    lag: Option<Lag>,
    pub(crate) posts: Posts,
}

/// The state that is seen of a thread for a while after it was put into migration mode.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Lag {
    /// The end of the old mode.
    mode_until: Moment,
    /// True if the old mode was `completed`.
    was_completed: bool,
    /// The end of the old date.
    date_until: Moment,
    created: Moment,
}

impl Thread {
    /// A conversation outside of migration mode.
    pub(crate) fn new(created: Moment) -> Thread {
        Thread {
            created,
            original_created: None,
            migration: Migration::Never,
            lag: None,
            posts: Posts::default(),
        }
    }

    /// A channel created in migration mode by that app, which is known from `mode_from`.
    pub(crate) fn migrating(created: Moment, by: AppId, mode_from: Moment) -> Thread {
        Thread {
            migration: Migration::InProgress { by },
            lag: Some(Lag {
                mode_until: mode_from,
                was_completed: false,
                date_until: mode_from,
                created,
            }),
            ..Thread::new(created)
        }
    }

    pub(crate) fn created(&self) -> Moment {
        self.created
    }

    /// The `createdDateTime` that is known of it at that time.
    pub(crate) fn known_created(&self, now: Moment) -> Moment {
        let old = self.lag.filter(|lag| now < lag.date_until);
        old.map_or(self.created, |lag| lag.created)
    }

    /// The `migrationMode` that is known of it at that time.
    pub(crate) fn known_mode(&self, now: Moment) -> Option<&'static str> {
        match self
            .lag
            .filter(|lag| self.is_open() && now < lag.mode_until)
        {
            Some(lag) => lag.was_completed.then_some("completed"),
            None => self.mode(),
        }
    }

    /// Returns true if it is known to be in migration mode at that time.
    pub(crate) fn takes_posts(&self, now: Moment) -> bool {
        self.known_mode(now) == Some("inProgress")
    }

    pub(crate) fn original_created(&self) -> Option<Moment> {
        self.original_created
    }

    /// `migrationMode` as Graph prints it.
    pub(crate) fn mode(&self) -> Option<&'static str> {
        match self.migration {
            Migration::Never => None,
            Migration::InProgress { .. } => Some("inProgress"),
            Migration::Completed { .. } | Migration::Stuck => Some("completed"),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.migration, Migration::InProgress { .. })
    }

    /// Returns true if that app opened the current session.
    pub(crate) fn is_open_by(&self, app: &AppId) -> bool {
        matches!(&self.migration, Migration::InProgress { by } if by == app)
    }

    /// Puts the conversation into migration mode (R16–R19), which it survives only if its latest
    /// completion is not too recent (F2). Mode and date are known after a while, where that is set.
    pub(crate) fn start(
        &mut self,
        app: &AppId,
        date: Option<Moment>,
        troubles: &Troubles,
        now: Moment,
    ) -> Result<Started, Refused> {
        match self.migration {
            Migration::InProgress { .. } => {
                return Err(Rule::R16.refuse("it is in migration mode already"));
            }
            Migration::Stuck => return Err(Rule::F2.refuse("its session is stuck")),
            Migration::Never | Migration::Completed { .. } => {}
        }
        if let Some(date) = date
            && (date >= self.created || date <= Moment::MIN_VALUE)
        {
            return Err(Rule::R17.refuse(format!(
                "{date} is not between 0001-01-01 and {}",
                self.created
            )));
        }
        self.lag = Some(Lag {
            mode_until: now.plus_millis(troubles.mode_lag_ms),
            was_completed: self.mode().is_some(),
            date_until: now.plus_millis(troubles.date_lag_ms),
            created: self.created,
        });
        // What was made a moment before does not get the date at all (crates/graph/RULES.md G4).
        let is_new =
            self.original_created.is_none() && self.created.plus_millis(troubles.date_lag_ms) > now;
        self.original_created.get_or_insert(self.created);
        if !is_new {
            self.created = date.unwrap_or(self.created);
        }
        if let Migration::Completed { at } = self.migration
            && at.plus_millis(troubles.stuck_within_ms) > now
        {
            self.migration = Migration::Stuck;
            let after_ms = now.since(at).as_millis();
            return Ok(Started::Stuck { after_ms });
        }
        self.migration = Migration::InProgress { by: app.clone() };
        Ok(Started::Open)
    }

    /// Ends the session (R23, R48, R49); one that is stuck stays so.
    pub(crate) fn complete(&mut self, app: &AppId, now: Moment) -> Result<(), Refused> {
        match &self.migration {
            Migration::InProgress { by } if by == app => {
                self.migration = Migration::Completed { at: now };
                Ok(())
            }
            Migration::InProgress { by } => Err(Rule::R23.refuse(format!("the session is {by}'s"))),
            Migration::Stuck => Ok(()),
            Migration::Completed { .. } => Err(Rule::R48.refuse("it is completed")),
            Migration::Never => Err(Rule::R48.refuse("it was never in migration mode")),
        }
    }
}
