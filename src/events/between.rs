//! The events of a span of time.

use super::ops::{is_member, views};
use super::store;
use super::views::EventView;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::records::scope::Reach;

/// Events that the caller may know of and that take place between two moments, the first ones first, at
/// most so many.
///
/// # Errors
/// Database faults.
pub fn between(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    span: (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<EventView>> {
    let rows = store::between(db, &Reach::of(caller), is_member(caller), span, limit)?;
    views(app, db, caller, rows)
}
