//! Who is told what of an event: those who answer for an invited organisation of the invitation, once;
//! those who have not declined of another time or place, and when it is cancelled; both sides of a
//! meeting when they have been given a time, and when they have lost it.

use std::collections::BTreeSet;

use super::model::{Event, Guest, GuestOrigin, Meeting};
use super::store;
use crate::accounts::members;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::app::App;
use crate::cases::model::Answer;
use crate::clock::china_date;
use crate::db::Db;
use crate::error::Result;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::{Event as News, tell};
use crate::records::model::RecordKind;

fn news(kind: NoticeKind, event: &Event, once: Option<String>) -> News {
    let data = NoticeData {
        code: Some(event.code.clone()),
        due_on: Some(china_date(event.starts_at.0)),
        ..NoticeData::default()
    };
    News { kind, record: Some((RecordKind::Event, event.id.to_string())), data, once }
}

/// Those who answer for these organisations, but for who does it.
fn people(db: &mut Db, caller: &Caller, orgs: &[OrgId]) -> Result<Vec<UserId>> {
    let mut found = BTreeSet::new();
    for org in orgs {
        found.extend(members::ops::responsible(db, *org, None)?);
    }
    Ok(found.into_iter().filter(|id| caller.actor_id() != Some(*id)).collect())
}

/// Tells a new guest of its invitation, unless nobody is to know of the event yet.
pub(super) fn invite(app: &App, db: &mut Db, event: &Event, guest: &Guest) -> Result<()> {
    let (true, Answer::Open, Some(org)) = (event.opened_at.is_some(), guest.answer, guest.org_id)
    else {
        return Ok(());
    };
    // Who has come without being invited is there.
    if guest.attended_at.is_some() || guest.origin == GuestOrigin::WalkIn {
        return Ok(());
    }
    let people = people(db, &Caller::anonymous(), &[org])?;
    let once = Some(format!("event-invitation:{}", guest.id));
    tell(app, db, &news(NoticeKind::EventInvited, event, once), &people).map(drop)
}

/// Tells all who were invited before registration was opened for the first time.
pub(super) fn invited(app: &App, db: &mut Db, event: &Event) -> Result<()> {
    for guest in store::guests(db, event.id)? {
        invite(app, db, event, &guest)?;
    }
    Ok(())
}

fn tell_guests(app: &App, db: &mut Db, caller: &Caller, news: &News, event: &Event) -> Result<()> {
    if event.opened_at.is_none() {
        return Ok(());
    }
    let mut guests = store::guests(db, event.id)?;
    guests.retain(|guest| guest.answer != Answer::Declined);
    let orgs: Vec<OrgId> = guests.iter().filter_map(|guest| guest.org_id).collect();
    let people = people(db, caller, &orgs)?;
    tell(app, db, news, &people).map(drop)
}

/// Tells guests that the event does not take place.
pub(super) fn cancelled(app: &App, db: &mut Db, caller: &Caller, event: &Event) -> Result<()> {
    tell_guests(app, db, caller, &news(NoticeKind::EventCancelled, event, None), event)
}

/// Tells guests of another time or place.
pub(super) fn rescheduled(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    old: &Event,
    new: &Event,
) -> Result<()> {
    let place = |event: &Event| {
        let fields = &event.doc.0;
        (event.starts_at, event.ends_at, fields.place.clone(), fields.online_url.clone())
    };
    if place(old) == place(new) {
        return Ok(());
    }
    tell_guests(app, db, caller, &news(NoticeKind::EventMoved, new, None), new)
}

/// Tells the sides of pairs that these have been given a time, or have lost it: of `guests` those who
/// sit in them, each person once, however many.
pub(super) fn sides(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    kind: NoticeKind,
    (event, meetings, guests): (&Event, &[Meeting], &[Guest]),
) -> Result<()> {
    if event.opened_at.is_none() {
        return Ok(());
    }
    let sits = |guest: &&Guest| {
        let sides = |one: &Meeting| [one.need_guest_id, one.provider_guest_id].contains(&guest.id);
        meetings.iter().any(sides)
    };
    let orgs: Vec<OrgId> = guests.iter().filter(sits).filter_map(|guest| guest.org_id).collect();
    let people = people(db, caller, &orgs)?;
    tell(app, db, &news(kind, event, None), &people).map(drop)
}
