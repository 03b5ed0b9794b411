//! Capabilities that come in with a past.

use serde_json::Value;

use super::model::Capability;
use super::{ops, store};
use crate::db::Db;
use crate::error::Result;
use crate::records::history::{Past, PastStep};

/// Stores a capability and gives it a past, which is to be traced in the same transaction.
///
/// # Errors
/// Database faults.
pub fn enter(db: &mut Db, mut capability: Capability, steps: Vec<PastStep>) -> Result<Past> {
    capability.version = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    store::insert(db, std::slice::from_ref(&capability))?;
    let creation = ops::change(&capability, "capability.create", &Value::Null)?;
    Ok(Past { creation, step_action: "capability.step", steps })
}
