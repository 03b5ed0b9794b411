//! Keeping the keys and originals of records, and telling what resembles what.

use std::collections::{BTreeSet, HashMap};

use super::model::{
    Drawn, EVERY_TIER, LikeRecord, LikenessKey, MOST_COMPARED, SubjectId, clearance_of,
};
use super::store;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::disclosure::{self, Clearance};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{Reviewed, ReviewedId, Seen, find_many};
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

/// The tier that the detail of a record's wording is in.
fn tier<R: Reviewed>(row: &R) -> usize {
    disclosure::tier(R::KIND, R::DETAIL, row.head().confidentiality)
}

/// The wording of a record in full, ready to be compared.
pub(super) fn drawn<R: Reviewed>(row: &R) -> Drawn {
    Drawn::of(R::wording(row.fields()))
}

/// The keys of a record as stored.
fn keys<R: Reviewed>(row: &R) -> Result<BTreeSet<LikenessKey>> {
    let record_id = subject(row.id())?;
    let keys = drawn(row).keys(R::KIND, tier(row));
    let stored = |(likeness_key, tier)| LikenessKey { likeness_key, record_id, tier };
    Ok(keys.into_iter().map(stored).collect())
}

fn subject(id: impl ToString) -> Result<SubjectId> {
    id.to_string().parse().map_err(|_| Error::internal("the id of a record is no UUID"))
}

fn id_of<R: Reviewed>(subject: SubjectId) -> Option<R::Id> {
    subject.to_string().parse().ok()
}

/// Records that share keys with some wordings: those of each, most keys first, and the lowest tier
/// of what they share.
pub(super) struct Candidates {
    pub of: Vec<Vec<(SubjectId, i32)>>,
}

impl Candidates {
    /// Those of all.
    pub fn ids<R: Reviewed>(&self) -> Vec<R::Id> {
        let ids: BTreeSet<SubjectId> = self.of.iter().flatten().map(|(id, _)| *id).collect();
        ids.into_iter().filter_map(id_of::<R>).collect()
    }
}

/// Looks wordings up by their keys.
pub(super) fn candidates(db: &mut Db, wordings: &[Vec<i64>], tier: i32) -> Result<Candidates> {
    let all: BTreeSet<i64> = wordings.iter().flatten().copied().collect();
    let held = store::holders(db, &all.into_iter().collect::<Vec<_>>(), tier)?;
    let of = wordings.iter().map(|keys| {
        let mut shared: HashMap<SubjectId, (usize, i32)> = HashMap::new();
        for holder in keys.iter().filter_map(|key| held.get(key)).flatten() {
            let entry = shared.entry(holder.record_id).or_insert((0, holder.tier));
            *entry = (entry.0 + 1, entry.1.min(holder.tier));
        }
        let mut ranked: Vec<_> = shared.into_iter().collect();
        // Ids are in the order of time: of equals the older one is the original.
        ranked.sort_by_key(|(id, (count, _))| (std::cmp::Reverse(*count), *id));
        ranked.truncate(MOST_COMPARED);
        ranked.into_iter().map(|(id, (_, tier))| (id, tier)).collect()
    });
    Ok(Candidates { of: of.collect() })
}

/// An older record that others may be said to repeat.
struct Original<I> {
    id: I,
    org_id: OrgId,
    /// Whether everybody may know of it.
    open: bool,
    drawn: Drawn,
}

impl<I: ReviewedId> Original<I> {
    fn of(row: &I::Record, owner: Option<&OwnerView>) -> Self {
        let open = owner.and_then(|owner| row.open_from(owner)) == Some(Clearance::Public);
        let drawn = drawn(row).open_to_all(tier(row));
        Self { id: row.id(), org_id: row.head().org_id, open, drawn }
    }

    /// How like it a record is, when it may be named as the one that the record repeats: it must
    /// be the owner's own or open to everybody, and only wording that everybody may read counts, so
    /// that nobody learns from it of a text that is kept back.
    fn repeated_by(&self, other: &Self) -> Option<f32> {
        let nameable = self.open || self.org_id == other.org_id;
        other.drawn.same(&self.drawn).filter(|_| nameable)
    }
}

/// Finds for each record the one that it repeats: among those in the database that repeat none
/// themselves, and among the rows before it. Never `except`, which is about to change.
fn set_originals<R: Reviewed>(db: &mut Db, rows: &mut [R], except: Option<R::Id>) -> Result<()> {
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.head().org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let new: Vec<Original<R::Id>> =
        rows.iter().map(|row| Original::of(row, owners.get(&row.head().org_id))).collect();
    let wordings: Vec<Vec<i64>> = new.iter().map(|row| row.drawn.all_keys(R::KIND)).collect();
    let found = candidates(db, &wordings, 0)?;
    let old: HashMap<SubjectId, Original<R::Id>> = known_originals::<R>(db, &found)?;
    let mut earlier: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let stored = found.of[at].iter().filter_map(|(id, _)| old.get(id));
        let before: BTreeSet<usize> =
            wordings[at].iter().filter_map(|key| earlier.get(key)).flatten().copied().collect();
        let fresh = before.iter().take(MOST_COMPARED).map(|at| &new[*at]);
        let itself = [Some(new[at].id), except];
        let alike = stored.chain(fresh).filter(|it| !itself.contains(&Some(it.id)));
        let rated = alike.filter_map(|it| Some((it.repeated_by(&new[at])?, it.id)));
        let best = rated.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        row.set_duplicate_of(best.map(|(_, id)| id));
        if best.is_none() {
            wordings[at].iter().for_each(|key| earlier.entry(*key).or_default().push(at));
        }
    }
    Ok(())
}

/// Of the records found those that repeat none.
fn known_originals<R: Reviewed>(
    db: &mut Db,
    found: &Candidates,
) -> Result<HashMap<SubjectId, Original<R::Id>>> {
    let ids = found.ids::<R>();
    let mut rows = Vec::with_capacity(ids.len());
    rows.extend(
        readable::<R, R>(db, &ids, R::find_rows)
            .into_iter()
            .filter(|row| row.duplicate_of().is_none()),
    );
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.head().org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let original =
        |row: &R| Ok((subject(row.id())?, Original::of(row, owners.get(&row.head().org_id))));
    rows.iter().map(original).collect()
}

/// Reads records, and leaves out those that cannot be read: they must not keep others from being
/// written. The index tells of them.
pub(super) fn readable<R: Reviewed, T>(
    db: &mut Db,
    ids: &[R::Id],
    mut read: impl FnMut(&mut Db, &[R::Id]) -> Result<Vec<T>>,
) -> Vec<T> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(1_000) {
        match read(db, chunk) {
            Ok(rows) => found.extend(rows),
            Err(_) => {
                let single = chunk.iter().filter_map(|id| read(db, std::slice::from_ref(id)).ok());
                found.extend(single.flatten());
            }
        }
    }
    found
}

/// Prepares records that are about to be inserted: names what they repeat, and stores their keys.
///
/// # Errors
/// Database faults.
pub fn arrive<R: Reviewed>(db: &mut Db, rows: &mut [R]) -> Result<Regrouped> {
    set_originals(db, rows, None)?;
    let mut stored = Vec::new();
    for row in rows.iter() {
        stored.extend(keys(row)?);
    }
    store::insert(db, &stored)?;
    let own: BTreeSet<R::Id> = rows.iter().map(Reviewed::id).collect();
    let repeated = rows.iter().filter_map(Reviewed::duplicate_of);
    Ok(Regrouped::of::<R>(repeated.filter(|id| !own.contains(id))))
}

/// Brings keys and originals up to date for a record that is about to be replaced.
///
/// # Errors
/// Database faults.
pub fn rewrite<R: Reviewed>(db: &mut Db, old: &R, new: &mut R) -> Result<Regrouped> {
    let (before, after) = (keys(old)?, keys(new)?);
    let opened = new.head().status != old.head().status;
    if before == after && !opened {
        return Ok(Regrouped::default());
    }
    let gone: Vec<i64> = before.difference(&after).map(|key| key.likeness_key).collect();
    store::delete(db, subject(new.id())?, &gone)?;
    store::insert(db, &after.difference(&before).copied().collect::<Vec<_>>())?;
    let owners = organizations::ops::owners(db, &[new.head().org_id])?;
    let original = Original::<R::Id>::of(new, owners.get(&new.head().org_id));
    let same = |row: &R| original.drawn.same(&drawn(row).open_to_all(tier(row))).is_some();
    let (kept, left): (Vec<R>, Vec<R>) = repeating::<R>(db, new.id())?.into_iter().partition(same);
    let mut regrouped = released(db, left, new.id())?;
    // One that others repeat stays an original, for those who still do.
    if kept.is_empty() {
        set_originals(db, std::slice::from_mut(new), None)?;
    }
    if new.duplicate_of() != old.duplicate_of() {
        regrouped.extend(new.duplicate_of().into_iter().chain(old.duplicate_of()));
    }
    Ok(Regrouped::of::<R>(regrouped))
}

/// The records that repeat one.
fn repeating<R: Reviewed>(db: &mut Db, id: R::Id) -> Result<Vec<R>> {
    let ids: Vec<R::Id> = R::repeats(db, &[id])?.into_iter().map(|(id, _)| id).collect();
    R::find_rows(db, &ids)
}

/// Gives records that have lost their original another one, so that those of them that say the same
/// stay together. Returns what has changed.
fn released<R: Reviewed>(db: &mut Db, mut rows: Vec<R>, lost: R::Id) -> Result<Vec<R::Id>> {
    rows.sort_by_key(Reviewed::id);
    set_originals(db, &mut rows, Some(lost))?;
    let mut changed = Vec::new();
    for row in &rows {
        R::set_repeated(db, row.id(), row.duplicate_of())?;
        changed.extend(row.duplicate_of().into_iter().chain([row.id()]));
    }
    Ok(changed)
}

/// Removes the keys of a record that is being deleted.
///
/// # Errors
/// Database faults.
pub fn forget<R: Reviewed>(db: &mut Db, row: &R) -> Result<Regrouped> {
    let keys: Vec<i64> = keys(row)?.into_iter().map(|key| key.likeness_key).collect();
    store::delete(db, subject(row.id())?, &keys)?;
    let left = repeating::<R>(db, row.id())?;
    let regrouped = released(db, left, row.id())?;
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
    let found = candidates(db, &[given.all_keys(R::KIND)], EVERY_TIER)?;
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
