//! Which record another one repeats.
//!
//! What a record names in `duplicate_of` names nothing itself: there are no chains and no circles.
//! Whoever writes `duplicate_of` therefore takes `dialect::lock_likeness` first, and writes it by
//! `Rows::set_repeated` alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lookup::{Candidates, Keyed, candidates, drawn, readable, subject, tier};
use super::model::{Drawn, MOST_COMPARED, SubjectId};
use crate::accounts::principal::OrgId;
use crate::db::Db;
use crate::disclosure::Clearance;
use crate::error::Result;
use crate::organizations;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{Reviewed, ReviewedId};

/// Stored records that may be named as originals, of those that repeat none themselves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Among<I> {
    /// All.
    Any,
    /// All but one that is about to change.
    AnyBut(I),
    /// Those that were there before: what the younger ones repeat is found out after them.
    Older,
}

/// An older record that others may be said to repeat.
pub(super) struct Original<I> {
    id: I,
    org_id: OrgId,
    /// Whether everybody may know of it.
    open: bool,
    drawn: Drawn,
}

impl<I: ReviewedId> Original<I> {
    pub fn of(row: &I::Record, owner: Option<&OwnerView>) -> Self {
        Self::of_drawn(row, &drawn(row), owner)
    }

    fn of_drawn(row: &I::Record, drawn: &Drawn, owner: Option<&OwnerView>) -> Self {
        let open = owner.and_then(|owner| row.open_from(owner)) == Some(Clearance::Public);
        let drawn = drawn.open_to_all(tier(row));
        Self { id: row.id(), org_id: row.head().org_id, open, drawn }
    }

    /// How like it a record is, when it may be named as the one that the record repeats: it must
    /// be the owner's own or open to everybody, and only wording that everybody may read counts, so
    /// that nobody learns from it of a text that is kept back.
    fn repeated_by(&self, other: &Self) -> Option<f32> {
        let nameable = self.open || self.org_id == other.org_id;
        other.drawn.same(&self.drawn).filter(|_| nameable)
    }

    /// Whether a record that has named it still says the same.
    pub fn is_said_by(&self, row: &I::Record) -> bool {
        self.drawn.same(&drawn(row).open_to_all(tier(row))).is_some()
    }
}

/// Finds for each record the one that it repeats: among the stored ones, and among the rows before
/// it. What is stored of the rows themselves does not count; `keyed` are their wordings, in their
/// order.
pub(super) fn set_originals<R: Reviewed>(
    db: &mut Db,
    rows: &mut [R],
    keyed: &[Keyed],
    among: Among<R::Id>,
) -> Result<()> {
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.head().org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let both = rows.iter().zip(keyed);
    let new: Vec<Original<R::Id>> = both
        .map(|(row, keyed)| Original::of_drawn(row, &keyed.drawn, owners.get(&row.head().org_id)))
        .collect();
    let wordings: Vec<Vec<i64>> = keyed.iter().map(Keyed::open).collect();
    let own = rows.iter().map(|row| subject(row.id())).collect::<Result<Vec<_>>>()?;
    let batch: BTreeSet<SubjectId> = own.iter().copied().collect();
    let lost = if let Among::AnyBut(lost) = among { Some(subject(lost)?) } else { None };
    let older_only = matches!(among, Among::Older);
    let found = candidates(db, &wordings, 0, |at, id| {
        !batch.contains(&id) && Some(id) != lost && (!older_only || id < own[at])
    })?;
    let old: HashMap<SubjectId, Original<R::Id>> = known_originals::<R>(db, &found)?;
    let mut earlier: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let stored = found.of[at].iter().filter_map(|(id, _)| old.get(id));
        let before: BTreeSet<usize> =
            wordings[at].iter().filter_map(|key| earlier.get(key)).flatten().copied().collect();
        let fresh = before.iter().take(MOST_COMPARED).map(|at| &new[*at]);
        let rated = stored.chain(fresh).filter_map(|it| Some((it.repeated_by(&new[at])?, it.id)));
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

/// The records that repeat one of these. One that cannot be read repeats nothing from now on: nobody
/// can tell whether it does.
pub(super) fn repeating<R: Reviewed>(db: &mut Db, originals: &[R::Id]) -> Result<Vec<R>> {
    let mut ids: Vec<R::Id> = Vec::new();
    for chunk in originals.chunks(1_000) {
        ids.extend(R::repeats(db, chunk)?.into_iter().map(|(id, _)| id));
    }
    let mut rows = readable::<R, R>(db, &ids, R::find_rows);
    rows.sort_by_key(Reviewed::id);
    let unread = |id: &R::Id| rows.binary_search_by_key(id, Reviewed::id).is_err();
    let unread: Vec<R::Id> = ids.into_iter().filter(unread).collect();
    R::set_repeated(db, &unread, None)?;
    Ok(rows)
}

/// Gives records that have lost their original another one, so that those of them that say the same
/// stay together. Returns what has changed.
pub(super) fn settle<R: Reviewed>(
    db: &mut Db,
    rows: &mut [R],
    among: Among<R::Id>,
) -> Result<Vec<R::Id>> {
    rows.sort_by_key(Reviewed::id);
    let keyed = Keyed::all(rows)?;
    set_originals(db, rows, &keyed, among)?;
    write_originals(db, rows.iter())?;
    Ok(rows.iter().flat_map(|row| row.duplicate_of().into_iter().chain([row.id()])).collect())
}

/// Stores what records repeat.
fn write_originals<'a, R: Reviewed + 'a>(
    db: &mut Db,
    rows: impl Iterator<Item = &'a R>,
) -> Result<()> {
    let mut by_original: BTreeMap<Option<R::Id>, Vec<R::Id>> = BTreeMap::new();
    for row in rows {
        by_original.entry(row.duplicate_of()).or_default().push(row.id());
    }
    for (original, ids) in by_original {
        R::set_repeated(db, &ids, original)?;
    }
    Ok(())
}

/// Finds out anew what stored records repeat, when all that are older have been gone through: only
/// these may be originals. The records come in the order of time. Returns what has changed.
pub(super) fn renew<R: Reviewed>(
    db: &mut Db,
    rows: &mut [R],
    keyed: &[Keyed],
) -> Result<Vec<R::Id>> {
    let before: Vec<Option<R::Id>> = rows.iter().map(Reviewed::duplicate_of).collect();
    set_originals(db, rows, keyed, Among::Older)?;
    let changed = || {
        let both = rows.iter().zip(&before);
        both.filter(|(row, before)| row.duplicate_of() != **before)
    };
    write_originals(db, changed().map(|(row, _)| row))?;
    let ends = |(row, before): (&R, &Option<R::Id>)| [Some(row.id()), row.duplicate_of(), *before];
    let mut told: Vec<R::Id> = changed().flat_map(ends).flatten().collect();
    // An original that repeats another one now is none for those who came after it.
    let mut lost = repeats(rows);
    while !lost.is_empty() {
        let mut left = repeating::<R>(db, &lost)?;
        told.extend(settle(db, &mut left, Among::Any)?);
        lost = repeats(&left);
    }
    Ok(told)
}

/// Those that repeat another one.
fn repeats<R: Reviewed>(rows: &[R]) -> Vec<R::Id> {
    rows.iter().filter(|row| row.duplicate_of().is_some()).map(Reviewed::id).collect()
}
