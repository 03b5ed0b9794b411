//! Telling the officers above of what has waited too long: once for each stage of a case, and once
//! for each time that a need waits for its first contact.

use super::cockpit::{Weighed, weigh_all};
use super::telling;
use crate::accounts::principal::Caller;
use crate::accounts::roles;
use crate::app::App;
use crate::channels::model::Audience;
use crate::channels::telling::announce;
use crate::db::Db;
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
/// Events that are told in one transaction.
const BATCH: usize = 100;

/// Tells what has waited too long and has not been told yet; returns how many things.
///
/// # Errors
/// Database faults.
pub fn tell(app: &App) -> Result<usize> {
    let waiting = app.db.read(|db| {
        let reach = Reach::of(&Caller::system("escalation"));
        let (mut all, _) = weigh_all(app, db, &reach, MOST)?;
        all.retain(|one| one.clock.escalated);
        let events: Vec<(Event, String)> = all.iter().filter_map(event).collect();
        let keys = events.iter().filter_map(|(event, _)| event.once.clone()).collect();
        let untold = notices::ops::untold(db, keys)?;
        let is_new = |event: &Event| event.once.as_ref().is_some_and(|key| untold.contains(key));
        Ok(events.into_iter().filter(|(event, _)| is_new(event)).collect::<Vec<_>>())
    })?;
    let mut told = 0;
    for batch in waiting.chunks(BATCH) {
        // One that cannot be told keeps no other from being told.
        match app.db.write(|db| tell_some(app, db, batch)) {
            Ok(some) => told += some,
            Err(_) => {
                for one in batch.chunks(1) {
                    match app.db.write(|db| tell_some(app, db, one)) {
                        Ok(some) => told += some,
                        Err(error) => tracing::error!(%error, "people could not be told"),
                    }
                }
            }
        }
    }
    Ok(told)
}

fn tell_some(app: &App, db: &mut Db, events: &[(Event, String)]) -> Result<usize> {
    let mut told = 0;
    for (event, region) in events {
        let officers = roles::ops::officers_above(db, region)?;
        let city = region.get(..CITY).unwrap_or(region).to_owned();
        announce(app, db, event, &[Audience::Region(city)])?;
        told += usize::from(notices::ops::tell(app, db, event, &officers)? > 0);
    }
    Ok(told)
}

/// The event, with the region whose officers are told.
fn event(one: &Weighed) -> Option<(Event, String)> {
    let since = one.since.0.timestamp();
    match (&one.case, &one.need) {
        (Some(case), _) => {
            let once = Some(format!("escalated/{}/{}/{since}", case.id, case.stage));
            let event = Event { once, ..telling::event(NoticeKind::CaseEscalated, case) };
            Some((event, case.region_code.clone()))
        }
        (None, Some(need)) => {
            let event = Event {
                kind: NoticeKind::NeedEscalated,
                record: Some((RecordKind::Need, need.id.to_string())),
                data: NoticeData { code: Some(need.code.clone()), ..NoticeData::default() },
                once: Some(format!("escalated/{}/{since}", need.id)),
            };
            Some((event, need.region_code.clone()))
        }
        (None, None) => None,
    }
}
