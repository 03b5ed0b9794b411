//! Who has how much to do.

use std::collections::HashMap;

use serde::Serialize;

use super::cockpit::Weighed;
use crate::accounts;
use crate::accounts::principal::UserId;
use crate::accounts::roles::model::BrokerView;
use crate::db::Db;
use crate::error::Result;
use crate::records::scope::Reach;

/// Liaisons up to whose number also those are listed who have nothing to do.
const MOST_LIAISONS: i64 = 100;

/// What one liaison has to do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LoadView {
    /// Who; absent for what nobody answers for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liaison: Option<BrokerView>,
    /// Open cases.
    pub open: usize,
    /// Needs that nobody has been brought together with.
    pub needs: usize,
    /// Of all these overdue.
    pub overdue: usize,
}

/// What waits by who answers for it, the most first.
///
/// # Errors
/// Database faults.
pub(super) fn loads(db: &mut Db, reach: &Reach, all: &[Weighed]) -> Result<Vec<LoadView>> {
    let mut counts: HashMap<Option<UserId>, [usize; 3]> = HashMap::new();
    // Who has nothing to do is the one to give something to.
    for id in accounts::roles::ops::liaisons_within(db, reach, MOST_LIAISONS)? {
        counts.insert(Some(id), [0; 3]);
    }
    for one in all {
        let [open, needs, overdue] = counts.entry(one.what.liaison()).or_default();
        *(if one.what.case().is_some() { open } else { needs }) += 1;
        *overdue += usize::from(one.clock.overdue);
    }
    let ids: Vec<UserId> = counts.keys().copied().flatten().collect();
    let people = accounts::roles::ops::brokers(db, &ids)?;
    let mut loads: Vec<LoadView> = counts
        .into_iter()
        .map(|(id, [open, needs, overdue])| LoadView {
            liaison: id.and_then(|id| people.get(&id).cloned()),
            open,
            needs,
            overdue,
        })
        .collect();
    let name = |load: &LoadView| load.liaison.as_ref().map(|one| one.name.clone());
    let much = |load: &LoadView| std::cmp::Reverse(load.open + load.needs);
    loads.sort_by(|a, b| much(a).cmp(&much(b)).then_with(|| name(a).cmp(&name(b))));
    Ok(loads)
}
