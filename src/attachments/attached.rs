//! What the folder that owns a record says of its files.

use super::model::Attachment;
use crate::accounts::principal::Caller;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::records::traced::Traced;

/// What a caller who may see the files of a record may do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttachRight {
    /// List and fetch them.
    Read,
    /// Add as well, and remove what one has added oneself.
    Add,
    /// Add and remove as well.
    Write,
}

/// A record that files are kept with.
pub trait Attached: Traced {
    /// What the caller may do with the files of the record with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such record, or its files
    /// are not for the caller.
    fn attach_right(db: &mut Db, caller: &Caller, id: &Self::Id) -> Result<AttachRight>;

    /// Leaves out those files that came with a part of the record which is not the caller's to read.
    ///
    /// # Errors
    /// Database faults.
    fn retain_shown(
        _db: &mut Db,
        _caller: &Caller,
        _id: &Self::Id,
        _rows: &mut Vec<Attachment>,
    ) -> Result<()> {
        Ok(())
    }

    /// That the caller may add files to this part of the record.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such part for the caller.
    fn check_part(_db: &mut Db, _caller: &Caller, _id: &Self::Id, _part: &str) -> Result<()> {
        Err(Error::NotFound)
    }
}
