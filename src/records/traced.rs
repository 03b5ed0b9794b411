//! Records whose life is traced, and what can be asked about it: the steps taken, the versions
//! saved, and what differs between two of them.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::model::{RecordKind, StepView, VersionComparison, VersionSummary, VersionView};
use super::ops::{self, Change};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::disclosure::persons::{Persons, Sight};
use crate::disclosure::{self, Clearance, DisclosureLevel};
use crate::error::{Error, Result};

/// How much a caller sees of one record, present or past. Every way out of a record goes through
/// here.
#[derive(Debug, Clone)]
pub struct Insight {
    /// Confidentiality of the record.
    pub level: DisclosureLevel,
    /// What the caller is cleared for.
    pub clearance: Clearance,
    /// Whether the caller works for the owner or runs the platform.
    pub insider: bool,
    /// People of the owner who are not shown to everybody.
    pub persons: Persons,
}

impl Insight {
    /// The insight into a record that names nobody who needs to be hidden.
    pub fn new(level: DisclosureLevel, clearance: Clearance) -> Self {
        Self { level, clearance, insider: false, persons: Persons::default() }
    }

    /// Whether the caller may see a field.
    pub fn shows(&self, kind: RecordKind, field: &str) -> bool {
        disclosure::required(kind, field, self.level) <= self.clearance
    }

    /// Removes what the caller may not see; returns the names of the fields that held something.
    pub fn redact(&self, kind: RecordKind, doc: &mut Map<String, Value>) -> Vec<String> {
        let mut withheld = disclosure::redact(kind, self.level, self.clearance, doc);
        withheld.extend(self.persons.hide(Sight::of(self.clearance, self.insider), doc));
        withheld
    }

    /// The insight into a state of the record that was confidential to this level. The stricter of
    /// the two counts: what was opened later does not open the past, and what was closed later
    /// closes it.
    #[must_use]
    pub fn into_past(&self, level: DisclosureLevel) -> Self {
        Self { level: self.level.max(level), ..self.clone() }
    }

    /// The past of a record is for its owner, its reviewers and administrators.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else.
    pub fn require_full(&self) -> Result<()> {
        if self.clearance == Clearance::Full { Ok(()) } else { Err(Error::NotFound) }
    }
}

/// What a trace says of the state of a record.
#[derive(Debug)]
pub struct State {
    /// Id of the record.
    pub id: String,
    /// Number of the version.
    pub version: i32,
    /// Code of the status.
    pub status: String,
    /// All fields.
    pub fields: Value,
}

impl State {
    /// The state of a record with these fields.
    ///
    /// # Errors
    /// Fields that JSON cannot write.
    pub fn of(
        id: impl Display,
        version: i32,
        status: impl Display,
        fields: &impl Serialize,
    ) -> Result<Self> {
        let fields = serde_json::to_value(fields)?;
        Ok(Self { id: id.to_string(), version, status: status.to_string(), fields })
    }
}

/// A record whose every write is traced: version, step, audit entry, change-log entry.
pub trait Traced: Sized + 'static {
    /// Its kind.
    const KIND: RecordKind;

    /// Its id.
    type Id: Display + DeserializeOwned + Send + 'static;

    /// The state it is in.
    ///
    /// # Errors
    /// Never for fields of this program.
    fn state(&self) -> Result<State>;

    /// How much the caller sees of the record with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it is not for the caller.
    fn insight(db: &mut Db, caller: &Caller, id: &Self::Id) -> Result<Insight>;

    /// The trace of a write that has led to the present state.
    ///
    /// # Errors
    /// Those of [`Traced::state`].
    fn change(&self, action: &'static str, before: &Value) -> Result<Change> {
        let state = self.state()?;
        Ok(Change {
            kind: Self::KIND,
            id: state.id,
            action,
            version: state.version,
            status: state.status,
            step_from: None,
            comment: None,
            before: before.clone(),
            after: state.fields,
        })
    }

    /// The trace of its creation.
    ///
    /// # Errors
    /// Those of [`Traced::state`].
    fn creation(&self, action: &'static str) -> Result<Change> {
        Ok(Change { step_from: Some(None), ..self.change(action, &Value::Null)? })
    }

    /// The trace of its removal.
    ///
    /// # Errors
    /// Those of [`Traced::state`].
    fn removal(&self, action: &'static str) -> Result<Change> {
        let mut change = self.change(action, &Value::Null)?;
        change.before = std::mem::take(&mut change.after);
        Ok(change)
    }

    /// The trace of a step out of a status; the fields stay as they are.
    ///
    /// # Errors
    /// Those of [`Traced::state`].
    fn step(
        &self,
        action: &'static str,
        from: impl Display,
        comment: Option<String>,
    ) -> Result<Change> {
        let mut change = self.change(action, &Value::Null)?;
        change.before = change.after.clone();
        Ok(Change { step_from: Some(Some(from.to_string())), comment, ..change })
    }
}

/// The steps of a record's life.
///
/// # Errors
/// [`Error::NotFound`] for everybody but its owner and its reviewers.
pub fn steps<R: Traced>(app: &App, caller: &Caller, id: &R::Id) -> Result<Vec<StepView>> {
    app.db.read(|db| {
        R::insight(db, caller, id)?.require_full()?;
        ops::steps(db, R::KIND, &id.to_string())
    })
}

/// The versions of a record, newest first.
///
/// # Errors
/// Those of [`steps`].
pub fn versions<R: Traced>(app: &App, caller: &Caller, id: &R::Id) -> Result<Vec<VersionSummary>> {
    app.db.read(|db| {
        R::insight(db, caller, id)?.require_full()?;
        ops::versions(db, R::KIND, &id.to_string())
    })
}

/// One version of a record.
///
/// # Errors
/// Those of [`steps`], and [`Error::NotFound`] when there is no such version.
pub fn version<R: Traced>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    number: i32,
) -> Result<VersionView> {
    app.db.read(|db| {
        let insight = R::insight(db, caller, id)?;
        insight.require_full()?;
        ops::version(db, R::KIND, &id.to_string(), number, &insight)
    })
}

/// What differs between two versions of a record.
///
/// # Errors
/// Those of [`version`].
pub fn compare<R: Traced>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    pair: (i32, i32),
) -> Result<VersionComparison> {
    app.db.read(|db| {
        let insight = R::insight(db, caller, id)?;
        insight.require_full()?;
        ops::compare(db, R::KIND, &id.to_string(), pair, &insight)
    })
}
