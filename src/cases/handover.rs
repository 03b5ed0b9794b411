//! Handing over what a liaison answers for when she changes post: her open cases, and the needs that
//! have none. What she has written stays hers; visits of her towns can be changed by whoever comes
//! after her.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::balance::Liaisons;
use super::model::Case;
use super::ops::save;
use super::{allotment, store, telling};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::roles::model::BrokerView;
use crate::app::App;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;

/// To whom it all goes.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// A liaison of the towns; without one it is spread over the other liaisons of each town, who has
    /// the least to do first.
    #[serde(default)]
    pub to: Option<UserId>,
}

/// What has been handed over.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HandedOver {
    /// Cases that have got another liaison.
    pub moved: usize,
    /// Needs that another liaison answers for now.
    pub needs: usize,
    /// Cases and needs that nobody answers for now: their town has no other liaison.
    pub left_alone: usize,
}

/// What a liaison would hand over, and who could take it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HandoverView {
    /// The liaison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liaison: Option<BrokerView>,
    /// Her open cases, as far as they lie in the caller's regions.
    pub cases: usize,
    /// Her needs there.
    pub needs: usize,
    /// Other liaisons of all those towns, who has the least to do first.
    pub receivers: Vec<ReceiverView>,
}

/// A liaison who could take something over.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReceiverView {
    /// The liaison.
    pub liaison: BrokerView,
    /// Open cases and needs without one that she answers for.
    pub burden: i64,
}

/// What a liaison answers for.
struct Work {
    cases: Vec<Case>,
    needs: Vec<(NeedId, String)>,
}

impl Work {
    fn of(db: &mut Db, liaison: UserId) -> Result<Self> {
        let cases = store::brokered_by(db, liaison)?;
        Ok(Self { cases, needs: store::needs_of(db, liaison)? })
    }

    /// What of it lies in towns of this sort.
    fn within(mut self, is_wanted: impl Fn(&str) -> bool) -> Self {
        self.cases.retain(|case| is_wanted(&case.region_code));
        self.needs.retain(|(_, town)| is_wanted(town));
        self
    }

    fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.needs.is_empty()
    }

    fn towns(&self) -> HashSet<String> {
        let of_cases = self.cases.iter().map(|case| case.region_code.clone());
        of_cases.chain(self.needs.iter().map(|(_, town)| town.clone())).collect()
    }
}

/// What the caller may hand over of a liaison.
fn work_for(db: &mut Db, caller: &Caller, from: UserId) -> Result<Work> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.brokers_only"));
    }
    let own = principal.user_id == from;
    let work = Work::of(db, from)?.within(|town| {
        principal.is_admin() || principal.is_officer_of(town) || own && principal.reviews(town)
    });
    if work.is_empty() { Err(Error::NotFound) } else { Ok(work) }
}

/// What a liaison would hand over, as far as it lies in the caller's regions.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but liaisons, officers and administrators; [`Error::NotFound`]
/// for somebody who answers for nothing there.
pub fn preview(app: &App, caller: &Caller, from: UserId) -> Result<HandoverView> {
    app.db.read(|db| {
        let work = work_for(db, caller, from)?;
        let mut liaisons = Liaisons::default();
        let mut common: Option<Vec<BrokerView>> = None;
        for town in work.towns() {
            let here = liaisons.of(db, &town)?;
            let mut kept = common.take().unwrap_or_else(|| here.to_vec());
            kept.retain(|one| one.id != from && here.iter().any(|other| other.id == one.id));
            common = Some(kept);
        }
        Ok(HandoverView {
            liaison: accounts::roles::ops::brokers(db, &[from])?.remove(&from),
            cases: work.cases.len(),
            needs: work.needs.len(),
            receivers: liaisons.receivers(common.unwrap_or_default()),
        })
    })
}

/// The liaisons of a town, who has the least to do first.
///
/// # Errors
/// Database faults.
pub(super) fn liaisons(app: &App, town: &str) -> Result<Vec<ReceiverView>> {
    app.db.read(|db| {
        let mut liaisons = Liaisons::default();
        let here = liaisons.of(db, town)?.to_vec();
        Ok(liaisons.receivers(here))
    })
}

/// Hands over everything that a liaison answers for, as far as it lies in the caller's regions.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but the liaison herself, officers and administrators;
/// [`Error::NotFound`] for somebody who answers for nothing there; [`Error::Invalid`] for a receiver
/// who is no liaison of one of the towns.
pub fn hand_over(
    app: &App,
    caller: &Caller,
    from: UserId,
    command: &HandOver,
) -> Result<HandedOver> {
    app.db.write(|db| {
        dialect::lock_cases(db)?;
        let work = work_for(db, caller, from)?;
        give_away(app, db, caller, from, work, command.to)
    })
}

/// Spreads what somebody answers for who is no liaison of the town any more, or of any town when none
/// is named. [`dialect::lock_cases`] must be held, and the role must be gone.
///
/// # Errors
/// Database faults.
pub fn release(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    from: UserId,
    town: Option<&str>,
) -> Result<()> {
    let work = Work::of(db, from)?.within(|one| town.is_none_or(|town| town == one));
    give_away(app, db, caller, from, work, None).map(drop)
}

fn give_away(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    from: UserId,
    work: Work,
    to: Option<UserId>,
) -> Result<HandedOver> {
    let mut liaisons = Liaisons::default();
    let mut done = HandedOver { moved: 0, needs: 0, left_alone: 0 };
    let mut received: BTreeMap<UserId, (usize, Vec<NeedId>)> = BTreeMap::new();
    for mut case in work.cases {
        case.liaison_id = liaisons.next(db, &case.region_code, Some(from), to)?;
        match case.liaison_id {
            Some(to) => {
                done.moved += 1;
                received.entry(to).or_default().0 += 1;
            }
            None => done.left_alone += 1,
        }
        save(db, caller, app.clock.now(), &mut case, None)?;
        if case.liaison_id.is_none() {
            telling::unbrokered(app, db, caller, &case)?;
        }
    }
    let mut alone = Vec::new();
    for (need, town) in work.needs {
        match liaisons.next(db, &town, Some(from), to)? {
            Some(to) => received.entry(to).or_default().1.push(need),
            None => alone.push(need),
        }
    }
    done.left_alone += alone.len();
    allotment::give(app, db, caller, &alone, None)?;
    for (receiver, (cases, needs)) in received {
        allotment::give(app, db, caller, &needs, Some(receiver))?;
        done.needs += needs.len();
        if caller.actor_id() == Some(receiver) {
            continue;
        }
        if cases > 0 {
            telling::handed_over(app, db, receiver, cases)?;
        }
        if !needs.is_empty() {
            telling::allotted(app, db, receiver, needs.len())?;
        }
    }
    Ok(done)
}
