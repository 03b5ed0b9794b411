//! Rows of files and their contents. What may be done with them is decided above.

use diesel::prelude::*;

use super::model::{Attachment, AttachmentId};
use crate::accounts::principal::UserId;
use crate::db::schema::{attachments, file_contents};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;
use crate::records::model::RecordKind;

/// Stores a file with its content, which is there already when another file has it.
///
/// # Errors
/// Database faults.
pub fn insert(db: &mut Db, row: &Attachment, bytes: &[u8]) -> Result<()> {
    use file_contents::dsl as c;
    // Writing the size again changes nothing, but holds the row against a removal that is under way
    // in another transaction, or waits for it.
    on!(db, conn => diesel::insert_into(c::file_contents)
        .values((
            c::sha256.eq(&row.sha256),
            c::size.eq(row.size),
            c::bytes.eq(bytes),
            c::created_at.eq(row.created_at),
        ))
        .on_conflict(c::sha256)
        .do_update()
        .set(c::size.eq(row.size))
        .execute(conn))?;
    on!(db, conn => diesel::insert_into(attachments::table).values(row).execute(conn))?;
    Ok(())
}

/// The files of a record, oldest first.
///
/// # Errors
/// Database faults.
pub fn list(db: &mut Db, kind: RecordKind, record: &str) -> Result<Vec<Attachment>> {
    use attachments::dsl as a;
    Ok(on!(db, conn => a::attachments
        .filter(a::record_kind.eq(kind))
        .filter(a::record_id.eq(record))
        .filter(a::removed_at.is_null())
        .order(a::id.asc())
        .select(Attachment::as_select())
        .load(conn))?)
}

/// A file by its id; none when it has been removed.
///
/// # Errors
/// Database faults.
pub fn find(db: &mut Db, id: AttachmentId) -> Result<Option<Attachment>> {
    use attachments::dsl as a;
    Ok(on!(db, conn => a::attachments
        .find(id)
        .filter(a::removed_at.is_null())
        .select(Attachment::as_select())
        .first(conn))
    .optional()?)
}

/// A content.
///
/// # Errors
/// Database faults.
pub fn content(db: &mut Db, sha256: &str) -> Result<Option<Vec<u8>>> {
    use file_contents::dsl as c;
    Ok(on!(db, conn => c::file_contents.find(sha256).select(c::bytes).first(conn)).optional()?)
}

/// Marks a file as removed, and drops its content when no other file has it; false when it has been
/// removed before.
///
/// # Errors
/// Database faults.
pub fn remove(db: &mut Db, row: &Attachment, by: Option<UserId>, at: Timestamp) -> Result<bool> {
    use attachments::dsl as a;
    use file_contents::dsl as c;
    let marked = on!(db, conn => diesel::update(
            a::attachments.find(row.id).filter(a::removed_at.is_null()),
        )
        .set((a::removed_by.eq(by), a::removed_at.eq(at)))
        .execute(conn))?;
    if marked == 0 {
        return Ok(false);
    }
    // Taken before looking who else has the content: on PostgreSQL another transaction that is
    // storing the same one is waited for, and the count after it sees what that has stored.
    on!(db, conn => diesel::update(c::file_contents.find(&row.sha256))
        .set(c::size.eq(row.size))
        .execute(conn))?;
    let users: i64 = on!(db, conn => a::attachments
        .filter(a::sha256.eq(&row.sha256))
        .filter(a::removed_at.is_null())
        .count()
        .get_result(conn))?;
    if users == 0 {
        on!(db, conn => diesel::delete(c::file_contents.find(&row.sha256)).execute(conn))?;
    }
    Ok(true)
}
