//! Reading records by the keys of their wording.

use std::collections::{BTreeSet, HashMap};

use super::model::{Drawn, LikenessKey, MOST_COMPARED, SubjectId};
use super::store;
use crate::db::Db;
use crate::disclosure;
use crate::error::{Error, Result};
use crate::records::reviewed::Reviewed;

/// Ranked records that are remembered while many wordings are looked up: copies by the thousand
/// would otherwise cost the square of their number.
const MOST_REMEMBERED: usize = 200_000;

/// The tier that the detail of a record's wording is in.
pub(super) fn tier<R: Reviewed>(row: &R) -> usize {
    disclosure::tier(R::KIND, R::DETAIL, row.head().confidentiality)
}

/// The wording of a record in full, ready to be compared.
pub(super) fn drawn<R: Reviewed>(row: &R) -> Drawn {
    Drawn::of(R::wording(row.fields()))
}

/// A record's wording with its keys: made once, since both are dear.
pub(super) struct Keyed {
    /// The wording in full.
    pub drawn: Drawn,
    record_id: SubjectId,
    keys: Vec<(i64, i32)>,
}

impl Keyed {
    /// Of a record.
    pub fn of<R: Reviewed>(row: &R) -> Result<Self> {
        let drawn = drawn(row);
        let keys = drawn.keys(R::KIND, tier(row));
        Ok(Self { drawn, record_id: subject(row.id())?, keys })
    }

    /// Of records, in their order.
    pub fn all<R: Reviewed>(rows: &[R]) -> Result<Vec<Self>> {
        rows.iter().map(Self::of).collect()
    }

    /// The keys as stored.
    pub fn stored(&self) -> impl Iterator<Item = LikenessKey> {
        let record_id = self.record_id;
        let stored = move |&(likeness_key, tier)| LikenessKey { likeness_key, record_id, tier };
        self.keys.iter().map(stored)
    }

    /// The keys of the wording that everybody may read.
    pub fn open(&self) -> Vec<i64> {
        self.keys.iter().filter(|(_, tier)| *tier == 0).map(|(key, _)| *key).collect()
    }
}

/// The keys of a record as stored.
pub(super) fn keys<R: Reviewed>(row: &R) -> Result<BTreeSet<LikenessKey>> {
    Ok(Keyed::of(row)?.stored().collect())
}

pub(super) fn subject(id: impl ToString) -> Result<SubjectId> {
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

/// Looks wordings up by their keys, among the records that `may` be found for one of them.
pub(super) fn candidates(
    db: &mut Db,
    wordings: &[Vec<i64>],
    tier: i32,
    may: impl Fn(usize, SubjectId) -> bool,
) -> Result<Candidates> {
    let all: BTreeSet<i64> = wordings.iter().flatten().copied().collect();
    let held = store::holders(db, &all.into_iter().collect::<Vec<_>>(), tier)?;
    let mut remembered: HashMap<&[i64], Vec<(SubjectId, i32)>> = HashMap::new();
    let mut count = 0;
    let of = wordings.iter().enumerate().map(|(at, keys)| {
        let best = |ranked: &[(SubjectId, i32)]| {
            let found = ranked.iter().filter(|(id, _)| may(at, *id));
            found.take(MOST_COMPARED).copied().collect::<Vec<_>>()
        };
        if let Some(ranked) = remembered.get(keys.as_slice()) {
            return best(ranked);
        }
        let ranked = rank(keys, &held);
        let found = best(&ranked);
        if count + ranked.len() <= MOST_REMEMBERED {
            count += ranked.len();
            remembered.insert(keys, ranked);
        }
        found
    });
    Ok(Candidates { of: of.collect() })
}

/// The records under some keys, those under most of them first.
fn rank(keys: &[i64], held: &HashMap<i64, Vec<LikenessKey>>) -> Vec<(SubjectId, i32)> {
    let mut shared: HashMap<SubjectId, (usize, i32)> = HashMap::new();
    for holder in keys.iter().filter_map(|key| held.get(key)).flatten() {
        let entry = shared.entry(holder.record_id).or_insert((0, holder.tier));
        *entry = (entry.0 + 1, entry.1.min(holder.tier));
    }
    let mut ranked: Vec<_> = shared.into_iter().collect();
    // Ids are in the order of time: of equals the older one is the original.
    ranked.sort_by_key(|(id, (count, _))| (std::cmp::Reverse(*count), *id));
    ranked.into_iter().map(|(id, (_, tier))| (id, tier)).collect()
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
