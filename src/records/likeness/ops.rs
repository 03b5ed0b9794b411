//! Keeping the keys and originals of records, and telling what resembles what.

use std::collections::{BTreeSet, HashMap};

use super::lookup::{Keyed, candidates, keys, readable, subject};
use super::model::{Drawn, EVERY_TIER, LikeRecord, SubjectId, clearance_of};
use super::originals::{self, Among, Original, repeating, set_originals, settle};
use super::store;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::reviewed::{Reviewed, Seen, find_many};
use crate::records::traced::Traced;

/// Records that are named as alike.
const MOST_NAMED: usize = 5;

/// Records of which others now say the same, or no longer do, although they have not changed
/// themselves: the index groups by that.
#[derive(Debug, Default)]
#[must_use = "the index has to be told"]
pub struct Regrouped(BTreeSet<(RecordKind, String)>);

impl Regrouped {
    fn of<R: Reviewed>(ids: impl IntoIterator<Item = R::Id>) -> Self {
        let mut all = Self::default();
        all.add::<R>(ids);
        all
    }

    /// Adds records.
    pub(super) fn add<R: Reviewed>(&mut self, ids: impl IntoIterator<Item = R::Id>) {
        self.0.extend(ids.into_iter().map(|id| (R::KIND, id.to_string())));
    }

    /// Tells the index of them; returns the number of the last change. Call it last in the
    /// transaction: it takes the logs' lock.
    ///
    /// # Errors
    /// Database faults.
    pub fn tell(self, db: &mut Db, at: Timestamp) -> Result<i64> {
        if self.0.is_empty() {
            return records::ops::last_change(db);
        }
        records::ops::touch(db, at, &self.0.into_iter().collect::<Vec<_>>())
    }
}

/// Prepares records that are about to be inserted: names what they repeat, and stores their keys.
///
/// # Errors
/// Database faults.
pub fn arrive<R: Reviewed>(db: &mut Db, rows: &mut [R]) -> Result<Regrouped> {
    dialect::lock_likeness(db)?;
    let keyed = Keyed::all(rows)?;
    set_originals(db, rows, &keyed, Among::Any)?;
    insert_keys(db, &keyed)?;
    let own: BTreeSet<R::Id> = rows.iter().map(Reviewed::id).collect();
    let repeated = rows.iter().filter_map(Reviewed::duplicate_of);
    Ok(Regrouped::of::<R>(repeated.filter(|id| !own.contains(id))))
}

fn insert_keys(db: &mut Db, keyed: &[Keyed]) -> Result<()> {
    store::insert(db, &keyed.iter().flat_map(Keyed::stored).collect::<Vec<_>>())
}

/// Brings keys and originals of stored records up to date with this version of the keys. All that are
/// older have been brought up to date before.
///
/// # Errors
/// Database faults.
pub(super) fn renew<R: Reviewed>(db: &mut Db, ids: &[R::Id]) -> Result<Regrouped> {
    dialect::lock_likeness(db)?;
    let mut rows = readable::<R, R>(db, ids, R::find_rows);
    rows.sort_by_key(Reviewed::id);
    let keyed = Keyed::all(&rows)?;
    insert_keys(db, &keyed)?;
    let changed = originals::renew(db, &mut rows, &keyed)?;
    Ok(Regrouped::of::<R>(changed))
}

/// Brings keys and originals up to date for a record that is about to be replaced.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody has changed it since it was read.
pub fn rewrite<R: Reviewed>(db: &mut Db, old: &R, new: &mut R) -> Result<Regrouped> {
    let keyed = [Keyed::of(new)?];
    let (before, after) = (keys(old)?, keyed[0].stored().collect::<BTreeSet<_>>());
    let opened = new.head().status != old.head().status;
    if before == after && !opened {
        return Ok(Regrouped::default());
    }
    dialect::lock_likeness(db)?;
    // Others may have changed what it repeats before the lock was free.
    let present = R::find_row(db, new.id())?.filter(|it| it.head().version == old.head().version);
    let repeated = present.ok_or(Error::PreconditionFailed)?.duplicate_of();
    let gone: BTreeSet<i64> = before.union(&after).map(|key| key.likeness_key).collect();
    store::delete(db, subject(new.id())?, &gone.into_iter().collect::<Vec<_>>())?;
    // All of them: a node of another release may have written keys of its own.
    store::insert(db, &after.into_iter().collect::<Vec<_>>())?;
    let owners = organizations::ops::owners(db, &[new.head().org_id])?;
    let original = Original::<R::Id>::of(new, owners.get(&new.head().org_id));
    let (kept, mut left): (Vec<R>, Vec<R>) =
        repeating::<R>(db, &[new.id()])?.into_iter().partition(|row| original.is_said_by(row));
    let mut regrouped = settle(db, &mut left, Among::AnyBut(new.id()))?;
    // One that others repeat stays an original, for those who still do.
    new.set_duplicate_of(None);
    if kept.is_empty() {
        set_originals(db, std::slice::from_mut(new), &keyed, Among::Any)?;
    }
    if new.duplicate_of() != repeated {
        R::set_repeated(db, &[new.id()], new.duplicate_of())?;
        regrouped.extend(new.duplicate_of().into_iter().chain(repeated));
    }
    Ok(Regrouped::of::<R>(regrouped))
}

/// Removes the keys of a record that is being deleted.
///
/// # Errors
/// Database faults.
pub fn forget<R: Reviewed>(db: &mut Db, row: &R) -> Result<Regrouped> {
    dialect::lock_likeness(db)?;
    let keys: Vec<i64> = keys(row)?.into_iter().map(|key| key.likeness_key).collect();
    store::delete(db, subject(row.id())?, &keys)?;
    let mut left = repeating::<R>(db, &[row.id()])?;
    let regrouped = settle(db, &mut left, Among::AnyBut(row.id()))?;
    Ok(Regrouped::of::<R>(regrouped.into_iter().chain(row.duplicate_of())))
}

/// Records that say much the same as fields that are being written, as far as the caller may know
/// of them and read them, most alike first. Nothing is stored.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors.
pub fn of_fields<R: Reviewed>(
    app: &App,
    caller: &Caller,
    fields: &R::Fields,
    except: Option<R::Id>,
) -> Result<Vec<LikeRecord>> {
    caller.signed_in()?;
    app.db.read(|db| alike::<R>(db, caller, fields, except))
}

/// Records that say much the same as a stored one, for those who see all of it: nobody else is told.
///
/// # Errors
/// Database faults.
pub fn of_record<R: Reviewed>(
    db: &mut Db,
    caller: &Caller,
    seen: &Seen<R>,
) -> Result<Vec<LikeRecord>> {
    if seen.insight.require_full().is_err() {
        return Ok(Vec::new());
    }
    alike::<R>(db, caller, seen.row.fields(), Some(seen.row.id()))
}

fn alike<R: Reviewed>(
    db: &mut Db,
    caller: &Caller,
    fields: &R::Fields,
    except: Option<R::Id>,
) -> Result<Vec<LikeRecord>> {
    let given = Drawn::of(R::wording(fields));
    let found = candidates(db, &[given.all_keys(R::KIND)], EVERY_TIER, |_, _| true)?;
    let tiers: HashMap<SubjectId, i32> = found.of.iter().flatten().copied().collect();
    let ids: Vec<R::Id> = found.ids::<R>().into_iter().filter(|id| Some(*id) != except).collect();
    let mut named = Vec::new();
    for seen in readable::<R, _>(db, &ids, |db, ids| find_many(db, caller, ids)) {
        // Found by wording that this caller may not read: as good as not found.
        let tier = tiers.get(&subject(seen.row.id())?).copied().unwrap_or(EVERY_TIER);
        if clearance_of(tier) > seen.insight.clearance {
            continue;
        }
        let (fields, _) = seen.redacted()?;
        let wording = R::wording(&fields);
        if let Some(likeness) = given.suspected(&Drawn::of(wording)) {
            named.push(named_alike(&seen, wording.title, likeness));
        }
    }
    named.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then_with(|| a.id.cmp(&b.id)));
    named.truncate(MOST_NAMED);
    Ok(named)
}

fn named_alike<R: Reviewed>(seen: &Seen<R>, title: &str, likeness: f32) -> LikeRecord {
    let head = seen.row.head();
    LikeRecord {
        kind: <R as Traced>::KIND,
        id: seen.row.id().to_string(),
        code: head.code.to_owned(),
        title: title.to_owned(),
        status: head.status.to_string(),
        org: seen.knows_owner().then(|| seen.owner.clone()),
        likeness: (likeness * 100.0).round() / 100.0,
    }
}
