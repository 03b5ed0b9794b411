//! Needs that come in with a past.

use serde_json::Value;

use super::model::Need;
use super::{ops, store};
use crate::db::Db;
use crate::error::Result;
use crate::records::history::{Past, PastStep};

/// Stores a need and gives it a past, which is to be traced in the same transaction.
///
/// # Errors
/// Database faults.
pub fn enter(db: &mut Db, mut need: Need, steps: Vec<PastStep>) -> Result<Past> {
    need.version = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    store::insert(db, std::slice::from_ref(&need))?;
    let creation = ops::change(&need, "need.create", &Value::Null)?;
    Ok(Past { creation, step_action: "need.step", steps })
}
