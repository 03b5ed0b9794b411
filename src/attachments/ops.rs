//! Keeping files with records: who may is said by the folder that owns the record, what may be kept
//! is said here.

use std::collections::HashMap;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::attached::{AttachRight, Attached};
use super::file_type::FileType;
use super::model::{Attachment, AttachmentId, AttachmentView, Upload};
use super::{naming, store};
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::audit;
use crate::audit::model::hex;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;

/// What the audit log calls it.
const ADD: &str = "attachment.add";
const REMOVE: &str = "attachment.remove";

/// The files of a record, oldest first.
///
/// # Errors
/// [`Error::NotFound`] when there is no such record, or its files are not for the caller.
pub fn list<R: Attached>(app: &App, caller: &Caller, id: &R::Id) -> Result<Vec<AttachmentView>> {
    app.db.read(|db| {
        R::attach_right(db, caller, id)?;
        let mut rows = store::list(db, R::KIND, &id.to_string())?;
        R::retain_shown(db, caller, id, &mut rows)?;
        views(db, rows)
    })
}

/// The files of the parts of a record by part, whoever asks.
///
/// # Errors
/// Database faults.
pub fn by_part(
    db: &mut Db,
    kind: RecordKind,
    record: &str,
) -> Result<HashMap<String, Vec<AttachmentView>>> {
    let mut rows = store::list(db, kind, record)?;
    rows.retain(|row| row.part_id.is_some());
    let mut found: HashMap<String, Vec<AttachmentView>> = HashMap::new();
    for view in views(db, rows)? {
        found.entry(view.part_id.clone().unwrap_or_default()).or_default().push(view);
    }
    Ok(found)
}

/// One file of a record.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show<R: Attached>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    file: AttachmentId,
) -> Result<AttachmentView> {
    app.db.read(|db| {
        R::attach_right(db, caller, id)?;
        let row = of_record::<R>(db, caller, id, file)?;
        view(db, row)
    })
}

/// One file of a record with its content.
///
/// # Errors
/// [`Error::NotFound`].
pub fn fetch<R: Attached>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    file: AttachmentId,
) -> Result<(Attachment, Vec<u8>)> {
    app.db.read(|db| {
        R::attach_right(db, caller, id)?;
        let row = of_record::<R>(db, caller, id, file)?;
        let bytes = store::content(db, &row.sha256)?
            .ok_or_else(|| Error::internal(format!("content {} is missing", row.sha256)))?;
        Ok((row, bytes))
    })
}

/// Keeps a file with a record, or with a part of it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for callers who may only see the files; those of
/// [`attach`].
pub fn add<R: Attached>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    part: Option<String>,
    upload: &Upload,
) -> Result<Written<AttachmentView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        writable::<R>(db, caller, id)?;
        if let Some(part) = &part {
            R::check_part(db, caller, id, part)?;
        }
        let place = Place { kind: R::KIND, record: id.to_string(), part: part.clone() };
        let Written { mut value, change } =
            attach(app, db, caller, now, &place, std::slice::from_ref(upload))?;
        let row = value.pop().ok_or_else(|| Error::internal("no file was stored"))?;
        let created = Created { kind: CreatedKind::Attachment, id: row.id.to_string() };
        idempotency::ops::claim(db, caller, now, Some(&created), Some(change))?;
        Ok(Written { value: view(db, row)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Keeps all files of a form with a record, or none of them.
///
/// # Errors
/// Those of [`add`].
pub fn add_all<R: Attached>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    uploads: &[Upload],
) -> Result<()> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        writable::<R>(db, caller, id)?;
        let place = Place { kind: R::KIND, record: id.to_string(), part: None };
        attach(app, db, caller, now, &place, uploads).map(drop)
    })?;
    app.feed.wake();
    Ok(())
}

/// What files are kept with.
#[derive(Debug, Clone)]
pub struct Place {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub record: String,
    /// Id of a part of it.
    pub part: Option<String>,
}

/// Keeps files with a record, in the transaction that has checked who may: for a form that brings a
/// record and its files at once. Takes the logs' lock.
///
/// # Errors
/// [`Error::TooLarge`]; [`Error::Invalid`] for a file that is empty or of a type that is not taken;
/// a conflict when the record has as many files as it may.
pub fn attach(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    place: &Place,
    uploads: &[Upload],
) -> Result<Written<Vec<Attachment>>> {
    let limits = &app.config.attachments;
    if store::list(db, place.kind, &place.record)?.len() + uploads.len() > limits.max_per_record {
        return Err(Error::conflict("error.too_many_files"));
    }
    let mut rows = Vec::with_capacity(uploads.len());
    for upload in uploads {
        let kind_of_file = checked(limits.max_file_bytes, upload)?;
        let row = Attachment {
            id: AttachmentId::new(),
            record_kind: place.kind,
            record_id: place.record.clone(),
            part_id: place.part.clone(),
            name: naming::cleaned(&upload.name, kind_of_file),
            media_type: kind_of_file.media_type().to_owned(),
            size: i64::try_from(upload.bytes.len()).map_err(|_| Error::TooLarge)?,
            sha256: hex(digest(&SHA256, &upload.bytes).as_ref()),
            created_by: caller.actor_id(),
            created_at: now,
            removed_by: None,
            removed_at: None,
        };
        store::insert(db, &row, &upload.bytes)?;
        rows.push(row);
    }
    let change = note(db, caller, now, &rows, ADD)?;
    Ok(Written { value: rows, change })
}

/// The type of a file that may be kept.
fn checked(max_bytes: usize, upload: &Upload) -> Result<FileType> {
    if upload.bytes.len() > max_bytes {
        return Err(Error::TooLarge);
    }
    if upload.bytes.is_empty() {
        return Err(Error::field("/file", "field.file_empty"));
    }
    FileType::of(&upload.bytes).ok_or_else(|| Error::field("/file", "field.file_type"))
}

/// Removes a file of a record; its content goes when no other file has it. Returns the number of
/// the change.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for callers who may only see the files.
pub fn remove<R: Attached>(
    app: &App,
    caller: &Caller,
    id: &R::Id,
    file: AttachmentId,
) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let change = app.db.write(|db| {
        let right = writable::<R>(db, caller, id)?;
        let row = of_record::<R>(db, caller, id, file)?;
        if right == AttachRight::Add && row.created_by != caller.actor_id() {
            return Err(Error::forbidden("error.not_your_files"));
        }
        if !store::remove(db, &row, caller.actor_id(), now)? {
            return Err(Error::NotFound);
        }
        note(db, caller, now, &[row], REMOVE)
    })?;
    app.feed.wake();
    Ok(change)
}

/// Removes all files of a record that is being deleted, in its transaction.
///
/// # Errors
/// Database faults.
pub fn forget(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    kind: RecordKind,
    record: &str,
) -> Result<()> {
    forget_before(db, caller, now, (kind, &[record.to_owned()]), None).map(drop)
}

/// Removes files of records in one transaction: all, or those that were attached before a moment.
/// What somebody else removes meanwhile is his to log. Returns of how many records files were removed.
///
/// # Errors
/// Database faults.
pub fn forget_before(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    (kind, records): (RecordKind, &[String]),
    before: Option<Timestamp>,
) -> Result<usize> {
    let mut rows = Vec::new();
    for record in records {
        rows.extend(store::list(db, kind, record)?);
    }
    rows.retain(|row| before.is_none_or(|before| row.created_at < before));
    // Everybody locks rows in this order, and all of them before the logs.
    rows.sort_by(|a, b| (&a.sha256, a.id).cmp(&(&b.sha256, b.id)));
    let mut removed = Vec::new();
    for row in rows {
        if store::remove(db, &row, caller.actor_id(), now)? {
            removed.push(row);
        }
    }
    let mut count = 0;
    for record in records {
        let of_record: Vec<Attachment> =
            removed.iter().filter(|row| row.record_id == *record).cloned().collect();
        if !of_record.is_empty() {
            note(db, caller, now, &of_record, REMOVE)?;
            count += 1;
        }
    }
    Ok(count)
}

/// A file that the caller has sent, with the path of the record that it belongs to: for repeating
/// the answer to the request that brought it.
///
/// # Errors
/// [`Error::NotFound`] when it has been removed, or somebody else has sent it.
pub fn sent(app: &App, caller: &Caller, file: AttachmentId) -> Result<(String, AttachmentView)> {
    app.db.read(|db| {
        let row = store::find(db, file)?.filter(|row| row.created_by == caller.actor_id());
        let row = row.ok_or(Error::NotFound)?;
        let path = format!("{}/{}/attachments/{file}", row.record_kind.folder(), row.record_id);
        Ok((path, view(db, row)?))
    })
}

/// That the caller may add files to a record.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for callers who may only see the files.
pub fn writable<R: Attached>(db: &mut Db, caller: &Caller, id: &R::Id) -> Result<AttachRight> {
    match R::attach_right(db, caller, id)? {
        right @ (AttachRight::Write | AttachRight::Add) => Ok(right),
        AttachRight::Read => Err(Error::forbidden("error.not_your_files")),
    }
}

fn of_record<R: Attached>(
    db: &mut Db,
    caller: &Caller,
    id: &R::Id,
    file: AttachmentId,
) -> Result<Attachment> {
    let mut rows: Vec<Attachment> = store::find(db, file)?.into_iter().collect();
    rows.retain(|row| row.record_kind == R::KIND && row.record_id == id.to_string());
    R::retain_shown(db, caller, id, &mut rows)?;
    rows.pop().ok_or(Error::NotFound)
}

/// Logs what was done with files. Names stay out: they may tell of people, and the log keeps what it
/// is told for ever.
fn note(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    rows: &[Attachment],
    action: &'static str,
) -> Result<i64> {
    for row in rows {
        let file = json!({ "id": row.id, "media_type": row.media_type, "size": row.size,
            "sha256": row.sha256 });
        let (before, after) = if action == ADD { (Value::Null, file) } else { (file, Value::Null) };
        let changes = json!({ "attachment": { "before": before, "after": after } });
        let entry =
            audit::ops::Entry { action, kind: row.record_kind, id: &row.record_id, changes };
        audit::ops::note(db, caller, now, entry)?;
    }
    match rows.first() {
        None => records::ops::last_change(db),
        Some(row) => {
            let number = records::ops::touch(db, now, &[(row.record_kind, row.record_id.clone())])?;
            idempotency::ops::claim(db, caller, now, None, Some(number))?;
            Ok(number)
        }
    }
}

fn view(db: &mut Db, row: Attachment) -> Result<AttachmentView> {
    views(db, vec![row])?.pop().ok_or(Error::NotFound)
}

fn views(db: &mut Db, rows: Vec<Attachment>) -> Result<Vec<AttachmentView>> {
    let people: Vec<UserId> = rows.iter().filter_map(|row| row.created_by).collect();
    let names = crate::accounts::ops::names(db, &people)?;
    let shown = rows.into_iter().map(|row| AttachmentView {
        id: row.id,
        part_id: row.part_id,
        name: row.name,
        media_type: row.media_type,
        size: row.size,
        sha256: row.sha256,
        sent_by_name: row.created_by.and_then(|id| names.get(&id).cloned()),
        created_at: row.created_at,
    });
    Ok(shown.collect())
}
