//! Records go where their organisation goes.

use super::Reviewed;
use crate::db::Db;
use crate::error::Result;
use crate::organizations::model::Organization;

/// Records that are read at once.
const BATCH: i64 = 200;

/// Places the records of an organisation that has moved. Those that state a town of their own stay
/// where they are. Nothing that an author wrote is changed, so that no version is kept; the caller
/// tells the change log.
///
/// # Errors
/// Database faults.
pub fn move_along<R: Reviewed>(db: &mut Db, org: &Organization) -> Result<()> {
    let mut last = None;
    loop {
        let rows = R::rows_of(db, org.id, last, BATCH)?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some(end.id());
        for mut row in rows {
            let fields = row.fields().clone();
            row.place(fields, org);
            R::move_row(db, &row)?;
        }
    }
}
