//! Rows of what was asked about.

use diesel::prelude::*;

use super::model::RenewalPing;
use crate::db::Db;
use crate::db::schema::renewal_pings;
use crate::error::Result;
use crate::on;
use crate::records::likeness::model::SubjectId;

/// Notes that records have been asked about; what was noted before is forgotten.
pub fn note(db: &mut Db, rows: &[RenewalPing]) -> Result<()> {
    use renewal_pings::dsl as p;
    let ids: Vec<SubjectId> = rows.iter().map(|row| row.record_id).collect();
    on!(db, conn => diesel::delete(p::renewal_pings.filter(p::record_id.eq_any(&ids)))
        .execute(conn))?;
    on!(db, conn => diesel::insert_into(p::renewal_pings).values(rows).execute(conn))?;
    Ok(())
}
