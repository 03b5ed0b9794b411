//! Reminding people of milestones, payments and registrations: some days before they are due and once they are late,
//! once each.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use super::overdue::{Overdue, OverdueKind, overdue};
use super::store;
use crate::accounts::members;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::roles;
use crate::app::App;
use crate::contracts;
use crate::db::Db;
use crate::error::Result;
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;
use crate::records::scope::{BrokeredBy, Reach};

/// Projects, and contracts, that are looked at: those that have been due longest.
const MOST: i64 = 50_000;
/// Days after which nobody is reminded any more of what is late: the cockpit goes on to show it. A
/// service that begins to remind, or has forgotten whom it told, does not tell of old debts.
const LATE_DAYS: i64 = 30;

/// Reminds of what is due soon or late and has not been reminded of yet; returns of how many things.
///
/// # Errors
/// Database faults.
pub fn remind(app: &App) -> Result<usize> {
    let today = app.clock.today_in_china();
    let ahead = TimeDelta::days(i64::from(app.config.brokering.remind_days) + 1);
    let until = today.checked_add_signed(ahead).unwrap_or(today);
    let waiting = app.db.read(|db| {
        let reach = Reach::of(&Caller::system("reminders"));
        let mut all =
            overdue(&app.reference, db, (&reach, BrokeredBy::Anybody), until, MOST)?.first;
        all.retain(|one| (today - one.due_on).num_days() <= LATE_DAYS);
        let keys = all.iter().map(|one| key(one, today)).collect();
        let untold: BTreeSet<String> = notices::ops::untold(db, keys)?.into_iter().collect();
        let is_new = |one: &Overdue| untold.contains(&key(one, today));
        Ok::<_, crate::error::Error>(all.into_iter().filter(is_new).collect::<Vec<_>>())
    })?;
    Ok(notices::ops::tell_each(app, &waiting, |db, one| tell_one(app, db, one, today)))
}

/// Under what it is remembered that people have been told: things of one record that are due on one
/// day are one thing, wherever they stand in its list, and a new day is a new thing.
fn key(one: &Overdue, today: NaiveDate) -> String {
    let state = match (one.what, one.due_on < today) {
        (OverdueKind::Registration, true) => "registration_late",
        (OverdueKind::Registration, false) => "registration_due",
        (_, true) => "late",
        (_, false) => "due",
    };
    format!("{state}/{}/{}", one.id, one.due_on)
}

fn tell_one(app: &App, db: &mut Db, one: &Overdue, today: NaiveDate) -> Result<bool> {
    let kind = match (one.what, one.due_on < today) {
        (OverdueKind::Milestone, false) => NoticeKind::MilestoneDue,
        (OverdueKind::Milestone, true) => NoticeKind::MilestoneLate,
        (OverdueKind::Payment, false) => NoticeKind::PaymentDue,
        (OverdueKind::Payment, true) => NoticeKind::PaymentLate,
        (OverdueKind::Registration, false) => NoticeKind::RegistrationDue,
        (OverdueKind::Registration, true) => NoticeKind::RegistrationLate,
    };
    let data = NoticeData {
        code: Some(one.code.clone()),
        due_on: Some(one.due_on),
        ..NoticeData::default()
    };
    let record = Some((one.kind, one.id.clone()));
    let event = Event { kind, record, data, once: Some(key(one, today)) };
    let people = people(db, one)?;
    Ok(notices::ops::tell(app, db, &event, &people)? > 0)
}

/// Who is to know: those who answer for the record in the organisations that take part, and the
/// liaisons of its towns.
fn people(db: &mut Db, one: &Overdue) -> Result<Vec<UserId>> {
    let (orgs, towns, author) = match one.kind {
        RecordKind::Project => project_parts(db, one)?,
        _ => contracts::payments::parts(db, &one.id)?,
    };
    let mut people = BTreeSet::new();
    for org in orgs {
        people.extend(members::ops::responsible(db, org, author)?);
    }
    for town in towns {
        people.extend(roles::ops::liaisons(db, &town)?.into_iter().map(|liaison| liaison.id));
    }
    Ok(people.into_iter().collect())
}

/// Organisations, towns and author of a record.
type Parts = (Vec<OrgId>, Vec<String>, Option<UserId>);

fn project_parts(db: &mut Db, one: &Overdue) -> Result<Parts> {
    let Ok(id) = one.id.parse() else { return Ok(Parts::default()) };
    let Some(project) = store::find_unscoped(db, id)? else { return Ok(Parts::default()) };
    let orgs = project.party_rows().into_iter().map(|row| row.org_id).collect();
    Ok((orgs, project.doc.0.town_codes.clone(), project.created_by))
}
