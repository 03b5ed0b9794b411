//! Where rows go: from the canonical JSON of a row to records in the database, one file a kind.

pub mod organizations;
pub mod reviewed;
pub mod users;

use std::collections::HashSet;

use serde_json::{Map, Value};

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
    /// Fields of the record.
    pub fields: Map<String, Value>,
    /// Credit code, name or id of the owning organisation.
    pub org: Option<String>,
    /// Id at the source.
    pub source_ref: Option<String>,
    /// Foreign data, which is held to the rules of drafts even when it is published.
    pub lenient: bool,
}

/// A kind of record that rows become.
pub trait Destination {
    /// A record that may be written.
    type Record;

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

    /// Writes records, traced, all or none.
    ///
    /// # Errors
    /// Database faults, and conflicts that the keys do not tell.
    fn write(&self, plan: &Plan<'_>, records: &[Self::Record]) -> Result<()>;
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

/// Reads the fields of a record.
///
/// # Errors
/// An unknown field or a value of the wrong type, in words.
pub fn typed<T: serde::de::DeserializeOwned>(fields: Map<String, Value>) -> Checked<T> {
    // An unnamed contact is told by the rules, which know the field.
    let mut fields = fields;
    if let Some(Value::Object(contact)) = fields.get_mut("contact") {
        contact.entry("name").or_insert_with(|| "".into());
    }
    match crate::reading::from_value(Value::Object(fields)) {
        Ok(value) => Ok(value),
        Err(Error::Invalid(errors)) => Err(errors),
        Err(other) => {
            let message = Message::new("import.wrong_value").with("reason", other);
            Err(vec![FieldError::new("", message)])
        }
    }
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
