//! Where rows go: from the canonical JSON of a row to records in the database, one file a kind.

mod misfits;
pub mod organizations;
pub mod reviewed;
pub mod users;

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::columns::FileKind;
use super::owners::Owners;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{Error, FieldError, Message, Result};
use crate::records::likeness::batch::Resemblance;

/// What an import is to do, as far as single rows are concerned.
pub struct Plan<'a> {
    /// The service.
    pub app: &'a App,
    /// On whose behalf.
    pub caller: &'a Caller,
    /// Whether records are published at once.
    pub publish: bool,
    /// When.
    pub now: Timestamp,
}

/// A row taken apart: the fields, and what is not a field.
pub struct Parsed {
    /// What it is to become.
    pub kind: FileKind,
    /// Fields of the record.
    pub fields: Map<String, Value>,
    /// Credit code, name or id of the owning organisation.
    pub org: Option<String>,
    /// Id at the source.
    pub source_ref: Option<String>,
    /// Foreign data, which is held to the rules of drafts even when it is published.
    pub lenient: bool,
    /// What could not be read of it.
    pub wrong: Vec<FieldError>,
}

/// A kind of record that rows become.
pub trait Destination {
    /// A record that may be written.
    type Record;

    /// Whether several records are written in one transaction.
    const TOGETHER: bool = true;

    /// Makes a record of a row, checked by the rules of its kind.
    ///
    /// # Errors
    /// Database faults; what is wrong with the row is an answer, not an error.
    fn prepare(
        &self,
        plan: &Plan<'_>,
        owners: &mut Owners,
        row: Parsed,
    ) -> Result<Checked<Self::Record>>;

    /// What tells that a record has been imported before.
    fn key(record: &Self::Record) -> String;

    /// Which of these keys are there already.
    ///
    /// # Errors
    /// Database faults.
    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>>;

    /// Keeps what later rows with the key of this one are held against.
    fn remember(&mut self, _number: u64, _record: &Self::Record) {}

    /// What a row says beside the one that has its key: a row before it, or a record that is there.
    ///
    /// # Errors
    /// Database faults.
    fn repeat(&self, _: &Plan<'_>, _number: u64, _record: &Self::Record) -> Result<Repeat> {
        Ok(Repeat::Same)
    }

    /// What each row says much the same as, if anything: a record that is there, or a row before
    /// it. Each row is asked about once.
    ///
    /// # Errors
    /// Database faults.
    fn resemblances(
        &mut self,
        _: &Plan<'_>,
        rows: &[(u64, &Self::Record)],
    ) -> Result<Vec<Option<Resemblance>>> {
        Ok(vec![None; rows.len()])
    }

    /// Writes records, traced, all or none; one at a time unless [`Self::TOGETHER`].
    ///
    /// # Errors
    /// Database faults, and conflicts that the keys do not tell.
    fn write(&self, plan: &Plan<'_>, records: &[Self::Record]) -> Result<()>;
}

/// What a row says whose key is there already.
#[derive(Debug)]
pub enum Repeat {
    /// Nothing else.
    Same,
    /// Something else in these fields. What is there stays as it is, and the row is told about it.
    Other {
        /// Pointers of the fields.
        fields: Vec<String>,
        /// What is there, to be completed by `fields`.
        message: Message,
    },
    /// That it is something else altogether.
    Conflict(Vec<FieldError>),
}

/// A record, or what is wrong with its row.
pub type Checked<T> = std::result::Result<T, Vec<FieldError>>;

/// What an error says about a row; faults of ours are none of the row's and go up.
///
/// # Errors
/// Anything that the row is not to blame for.
pub fn blame<T>(result: Result<T>) -> Result<Checked<T>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Invalid(errors)) => Ok(Err(errors)),
        Err(Error::BadRequest(message) | Error::Forbidden(message)) => {
            Ok(Err(vec![FieldError::new("", message)]))
        }
        Err(Error::Conflict { message, .. }) => Ok(Err(vec![FieldError::new("", message)])),
        Err(other) => Err(other),
    }
}

/// Reads the fields of a record. What is unknown or of the wrong type is added to `wrong` and left
/// out, so that everything else can be checked as well; none when nothing can be left out.
pub fn typed<T: DeserializeOwned>(
    kind: FileKind,
    mut fields: Map<String, Value>,
    wrong: &mut Vec<FieldError>,
) -> Option<T> {
    // An unnamed contact is told by the rules, which know the field.
    if let Some(Value::Object(contact)) = fields.get_mut("contact") {
        contact.entry("name").or_insert_with(|| "".into());
    }
    let mut value = Value::Object(fields);
    loop {
        let errors = match crate::reading::from_value(value.clone()) {
            Ok(typed) => return Some(typed),
            Err(Error::Invalid(errors)) => errors,
            Err(other) => {
                let message = Message::new("import.wrong_value").with("reason", other);
                wrong.push(FieldError::new("", message));
                return None;
            }
        };
        for error in errors {
            let removed = remove(&mut value, &error.pointer);
            // What is left out may be missed where it stood: that is not said again.
            if !wrong.iter().any(|known| known.pointer == error.pointer) {
                wrong.push(misfits::explain(kind, error, removed.as_ref()));
            }
            removed?;
        }
    }
}

/// Takes out the value that a pointer names; where it is missing, what it is missing from.
fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (outer, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let taken = match value.pointer_mut(outer) {
        Some(Value::Object(map)) => map.remove(&name),
        // An item is left out with its list: the others would change their places.
        _ => None,
    };
    taken.or_else(|| remove(value, outer))
}

/// What is wrong by the rules, beside what could not be read: of that the rules see nothing.
pub fn together(mut wrong: Vec<FieldError>, rules: Checked<()>) -> Checked<()> {
    let unread: Vec<String> = wrong.iter().map(|error| error.pointer.clone()).collect();
    let within = |inner: &str, outer: &str| {
        !outer.is_empty()
            && inner.strip_prefix(outer).is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    let rules = rules.err().unwrap_or_default().into_iter();
    wrong.extend(rules.filter(|error| {
        !unread.iter().any(|at| within(at, &error.pointer) || within(&error.pointer, at))
    }));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Id at the source, or a fingerprint of the content for rows that have none.
pub fn reference_of(source_ref: Option<String>, content: &impl serde::Serialize) -> String {
    source_ref.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).unwrap_or_else(|| {
        let text = serde_json::to_vec(content).unwrap_or_default();
        let digest = ring::digest::digest(&ring::digest::SHA256, &text);
        let hex: String = digest.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("content:{hex}")
    })
}
