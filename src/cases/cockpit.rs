//! The cockpit of a liaison: what waits for her, the most worthwhile first, with its clock.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::clocks::{ClockView, Waiting, clock, priority};
use super::loads::{LoadView, loads};
use super::model::{Case, CaseId};
use super::store::{self, WaitingCase};
use super::views::CaseView;
use super::{reading, stage::CaseStage};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::roles::model::BrokerView;
use crate::app::App;
use crate::clock::china_date;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::pagination::checked_limit;
use crate::money::Money;
use crate::needs::model::{Need, NeedId};
use crate::projects;
use crate::projects::ops::{Late, Overdue};
use crate::records::reviewed::Rows;
use crate::records::scope::{BrokeredBy, Reach};

/// Cases, and needs without one, that are weighed at most: those that have waited longest. A region
/// that has more looks at its parts.
pub const MOST_WEIGHED: usize = 2_000;

/// Late milestones, payments and registrations that are shown at most.
const MOST_LATE: i64 = 50;

/// What to show.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ShowCockpit {
    /// Only what this person answers for: cases, and needs without one.
    pub liaison_id: Option<UserId>,
    /// With `liaison_id`: as well what nobody answers for.
    #[serde(default)]
    pub unassigned: bool,
    /// Only what is overdue.
    #[serde(default)]
    pub overdue: bool,
    /// Only what has been overdue for long.
    #[serde(default)]
    pub stalled: bool,
    /// Only what has been overdue for so long that the officer above is to look at it.
    #[serde(default)]
    pub escalated: bool,
    /// Entries to show, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// Entries to pass over.
    #[serde(default)]
    pub offset: usize,
}

/// A published need that nobody has been brought together with.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WaitingNeed {
    /// Id.
    pub id: NeedId,
    /// Readable code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Region whose liaison brokers it.
    pub region_code: String,
    /// Name of that region.
    pub region_name: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liaison: Option<BrokerView>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

/// Something that waits: a case, or a need without one.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CockpitItem {
    /// The case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseView>,
    /// The need that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<WaitingNeed>,
    /// What the need is worth, in 万元.
    pub value: Money,
    /// What it is ordered by: value, times the chance of its stage, times its age.
    pub priority: f64,
    /// How long it waits.
    pub clock: ClockView,
}

/// Everything that waits in the caller's regions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Cockpit {
    /// Open cases.
    pub open: usize,
    /// Published needs that nobody has been brought together with.
    pub uncontacted: usize,
    /// Cases and needs beyond their limit.
    pub overdue: usize,
    /// Of these far beyond.
    pub stalled: usize,
    /// Of these for the officer above.
    pub escalated: usize,
    /// Whether there is more than is weighed.
    pub incomplete: bool,
    /// Cases and needs by who answers for them, the most first; in regions with few liaisons also
    /// those who have none.
    pub loads: Vec<LoadView>,
    /// Milestones of projects, payments under contracts and registrations of contracts that are late,
    /// the longest due first, to 50.
    pub delays: Vec<Overdue>,
    /// Projects with late milestones, contracts with late payments and contracts that should have been
    /// handed in for registration, together.
    pub delayed: i64,
    /// What waits, the most worthwhile first.
    pub items: Vec<CockpitItem>,
    /// Pass as `offset` to get what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
}

/// Something that waits.
pub(super) enum What {
    /// A case.
    Case(WaitingCase),
    /// A need without one, since when, and who answers for it.
    Need(NeedId, Timestamp, Option<UserId>),
}

impl What {
    pub(super) fn case(&self) -> Option<&WaitingCase> {
        match self {
            Self::Case(case) => Some(case),
            Self::Need(..) => None,
        }
    }

    /// Who answers for it.
    pub(super) fn liaison(&self) -> Option<UserId> {
        match self {
            Self::Case(case) => case.liaison_id,
            Self::Need(_, _, broker) => *broker,
        }
    }

    /// The moment from which its clock counts.
    pub(super) fn since(&self) -> Timestamp {
        match self {
            Self::Case(case) => case.stage_since,
            Self::Need(_, since, _) => *since,
        }
    }
}

/// Something that waits, weighed but not yet shown: its record is loaded when it is.
pub(super) struct Weighed {
    pub(super) what: What,
    value: Money,
    priority: f64,
    pub(super) clock: ClockView,
}

/// Cases and needs by id, for what is shown or told of them.
pub(super) struct Records {
    /// The cases.
    pub(super) cases: HashMap<CaseId, Case>,
    /// The needs.
    pub(super) needs: HashMap<NeedId, Need>,
}

impl Records {
    /// Loads the records of some of what waits.
    pub(super) fn of<'a>(db: &mut Db, some: impl Iterator<Item = &'a Weighed>) -> Result<Self> {
        let (mut cases, mut needs) = (Vec::new(), Vec::new());
        for one in some {
            match &one.what {
                What::Case(case) => cases.push(case.id),
                What::Need(id, ..) => needs.push(*id),
            }
        }
        let mut found = Self { cases: HashMap::new(), needs: HashMap::new() };
        for chunk in cases.chunks(500) {
            let rows = store::find_many_unscoped(db, chunk)?;
            found.cases.extend(rows.into_iter().map(|case| (case.id, case)));
        }
        for chunk in needs.chunks(500) {
            found.needs.extend(Need::find_rows(db, chunk)?.into_iter().map(|need| (need.id, need)));
        }
        Ok(found)
    }
}

/// Shows what waits in the caller's regions.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but liaisons, officers and administrators.
pub fn cockpit(app: &App, caller: &Caller, query: &ShowCockpit) -> Result<Cockpit> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.brokers_only"));
    }
    let limit = checked_limit(query.limit)?;
    // Own organisations are no part of brokering.
    let reach = Reach { orgs: Vec::new(), ..Reach::of(caller) };
    app.db.read(|db| {
        let (mut all, incomplete) = weigh_all(app, db, &reach, MOST_WEIGHED)?;
        // Of everybody, whosever work is shown: they are compared.
        let loads = loads(db, &reach, &all)?;
        if let Some(liaison) = query.liaison_id {
            all.retain(|one| match one.what.liaison() {
                Some(person) => person == liaison,
                None => query.unassigned,
            });
        }
        let late = delays(app, db, &reach, query)?;
        let count = |test: fn(&Weighed) -> bool| all.iter().filter(|one| test(one)).count();
        let mut found = Cockpit {
            open: count(|one| one.what.case().is_some()),
            uncontacted: count(|one| one.what.case().is_none()),
            overdue: count(|one| one.clock.overdue),
            stalled: count(|one| one.clock.stalled),
            escalated: count(|one| one.clock.escalated),
            incomplete,
            loads,
            delays: late.first,
            delayed: late.count,
            items: Vec::new(),
            next_offset: None,
        };
        all.retain(|one| {
            (!query.overdue || one.clock.overdue)
                && (!query.stalled || one.clock.stalled)
                && (!query.escalated || one.clock.escalated)
        });
        all.sort_by(|a, b| b.priority.total_cmp(&a.priority));
        let end = query.offset.saturating_add(limit);
        found.next_offset = (all.len() > end).then_some(end);
        let page = all.into_iter().skip(query.offset).take(limit).collect();
        found.items = shown(app, db, caller, page)?;
        Ok(found)
    })
}

/// What is late within reach; of one liaison, what came out of the cases that she brokers, and when
/// asked for, what came out of none that anybody brokers.
fn delays(app: &App, db: &mut Db, reach: &Reach, query: &ShowCockpit) -> Result<Late> {
    let whose = query
        .liaison_id
        .map_or(BrokeredBy::Anybody, |liaison| BrokeredBy::Person(liaison, query.unassigned));
    let today = app.clock.today_in_china();
    let mut late = projects::ops::overdue(&app.reference, db, (reach, whose), today, MOST_LATE)?;
    // The longest due of all are among those of each kind.
    late.first.truncate(usize::try_from(MOST_LATE).unwrap_or(0));
    Ok(late)
}

/// Everything that waits, those that have waited longest to so many of each sort, and whether there
/// is more than was looked at.
pub(super) fn weigh_all(
    app: &App,
    db: &mut Db,
    reach: &Reach,
    most: usize,
) -> Result<(Vec<Weighed>, bool)> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let cases = store::waiting(db, reach, limit)?;
    let mut needs = store::without_case(db, reach, limit)?;
    let incomplete = cases.len() == most || needs.len() == most;
    let with_case: HashSet<NeedId> = cases.iter().map(|case| case.need_id).collect();
    needs.retain(|need| !with_case.contains(&need.id));
    // In an order of its own, so that what is worth the same keeps its place from page to page.
    needs.sort_unstable_by_key(|need| need.id);
    let ids: Vec<NeedId> = needs.iter().map(|need| need.id).collect();
    let ended: HashMap<NeedId, Option<Timestamp>> =
        store::last_ends(db, &ids)?.into_iter().collect();
    let mut all: Vec<Weighed> = Vec::with_capacity(cases.len() + needs.len());
    for case in cases {
        let value = value(app, case.budget);
        all.push(weighed(app, What::Case(case), value));
    }
    for need in needs {
        let value = value(app, need.budget);
        let published = need.published_at.unwrap_or(need.created_at);
        // One whose case has come to nothing waits anew.
        let since =
            ended.get(&need.id).copied().flatten().map_or(published, |end| end.max(published));
        all.push(weighed(app, What::Need(need.id, since, need.broker_id), value));
    }
    Ok((all, incomplete))
}

fn weighed(app: &App, what: What, value: Money) -> Weighed {
    let config = &app.config.brokering;
    let case = what.case();
    let stage: Option<CaseStage> = case.map(|case| case.stage);
    let limit = match stage {
        Some(stage) => config.stage_days.get(&stage).copied(),
        None => Some(config.first_contact_days),
    };
    let due_on = case.and_then(|case| case.due_on);
    let waiting = Waiting { since: china_date(what.since().0), limit, due_on };
    let today = app.clock.today_in_china();
    let clock = clock(app.reference.calendar(), config, waiting, today);
    let priority = priority(in_wan(value), stage, clock.days);
    Weighed { what, value, priority, clock }
}

/// What a need is worth in 万元: the middle of its budget, or the one end that is stated, or what is
/// usual.
fn value(app: &App, budget: (Option<i64>, Option<i64>)) -> Money {
    match budget {
        // Neither end is negative, so that their difference fits.
        (Some(least), Some(most)) => Money(least + (most - least) / 2),
        (Some(end), None) | (None, Some(end)) => Money(end),
        (None, None) => Money::of_wan(app.config.brokering.usual_value_wan),
    }
}

/// An amount as a weight, in 万元: an order of things, no sum of money.
fn in_wan(value: Money) -> f64 {
    value.to_wan().parse().unwrap_or(0.0)
}

fn shown(app: &App, db: &mut Db, caller: &Caller, page: Vec<Weighed>) -> Result<Vec<CockpitItem>> {
    let mut found = Records::of(db, page.iter())?;
    let cases = page.iter().filter_map(|one| found.cases.remove(&one.what.case()?.id)).collect();
    let views = reading::views(app, db, caller, cases)?;
    let brokers: Vec<UserId> = found.needs.values().filter_map(|need| need.broker_id).collect();
    let people = accounts::roles::ops::brokers(db, &brokers)?;
    let mut views: HashMap<CaseId, CaseView> =
        views.into_iter().map(|view| (view.id, view)).collect();
    let item = |one: Weighed| {
        let (case, need) = match &one.what {
            What::Case(case) => (Some(views.remove(&case.id)?), None),
            What::Need(id, ..) => {
                (None, Some(waiting_need(app, caller, &people, found.needs.remove(id)?)))
            }
        };
        Some(CockpitItem { case, need, value: one.value, priority: one.priority, clock: one.clock })
    };
    Ok(page.into_iter().filter_map(item).collect())
}

fn waiting_need(
    app: &App,
    caller: &Caller,
    people: &HashMap<UserId, BrokerView>,
    need: Need,
) -> WaitingNeed {
    WaitingNeed {
        liaison: need.broker_id.and_then(|id| people.get(&id).cloned()),
        id: need.id,
        code: need.code,
        region_name: app.reference.region_name(&need.region_code, caller.language),
        region_code: need.region_code,
        title: need.title,
        published_at: need.published_at,
    }
}
