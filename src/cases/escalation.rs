//! Telling the officers above of what has waited too long: once for each stage of a case, and once
//! for each time that a need waits for its first contact.

use std::collections::HashSet;

use super::cockpit::{Records, Weighed, What, weigh_all};
use super::telling;
use crate::accounts::principal::Caller;
use crate::accounts::roles;
use crate::app::App;
use crate::channels::model::Audience;
use crate::channels::telling::announce;
use crate::error::Result;
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;
use crate::records::scope::Reach;

/// Cases, and needs without one, that are looked at: those that have waited longest.
const MOST: usize = 50_000;
/// Length of the code of a city, whose office is told.
const CITY: usize = 4;

/// Tells what has waited too long and has not been told yet; returns how many things.
///
/// # Errors
/// Database faults.
pub fn tell(app: &App) -> Result<usize> {
    let waiting = app.db.read(|db| {
        let reach = Reach::of(&Caller::system("escalation"));
        let (mut all, _) = weigh_all(app, db, &reach, MOST)?;
        all.retain(|one| one.clock.escalated);
        let untold = notices::ops::untold(db, all.iter().map(once).collect())?;
        let untold: HashSet<String> = untold.into_iter().collect();
        all.retain(|one| untold.contains(&once(one)));
        let records = Records::of(db, all.iter())?;
        Ok(all.iter().filter_map(|one| event(one, &records)).collect::<Vec<_>>())
    })?;
    Ok(notices::ops::tell_each(app, &waiting, |db, (event, region)| {
        let officers = roles::ops::officers_above(db, region)?;
        let city = region.get(..CITY).unwrap_or(region).to_owned();
        announce(app, db, event, &[Audience::Region(city)])?;
        Ok(notices::ops::tell(app, db, event, &officers)? > 0)
    }))
}

/// What an event is known by: one for each stage, and for each time that a need waits.
fn once(one: &Weighed) -> String {
    let since = one.what.since().0.timestamp();
    match &one.what {
        What::Case(case) => format!("escalated/{}/{}/{since}", case.id, case.stage),
        What::Need(id, ..) => format!("escalated/{id}/{since}"),
    }
}

/// The event, with the region whose officers are told.
fn event(one: &Weighed, records: &Records) -> Option<(Event, String)> {
    let once = Some(once(one));
    match &one.what {
        What::Case(case) => {
            let case = records.cases.get(&case.id)?;
            let event = Event { once, ..telling::event(NoticeKind::CaseEscalated, case) };
            Some((event, case.region_code.clone()))
        }
        What::Need(id, ..) => {
            let need = records.needs.get(id)?;
            let event = Event {
                kind: NoticeKind::NeedEscalated,
                record: Some((RecordKind::Need, need.id.to_string())),
                data: NoticeData { code: Some(need.code.clone()), ..NoticeData::default() },
                once,
            };
            Some((event, need.region_code.clone()))
        }
    }
}
