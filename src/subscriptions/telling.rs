//! Tells people what has been found for them, when it is time.
//!
//! Before anybody is told, every record is looked at again as that person would see it now: what has
//! been hidden, closed or has become one's own meanwhile is forgotten instead.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use search_index::Kind;

use super::finding::{counterpart, is_foreign};
use super::letters::{self, Found};
use super::model::{Find, Subscription, SubscriptionId, SubscriptionKind};
use super::store::{self, Due};
use super::{recommendations, rules};
use crate::accounts;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::clock::china_date;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::matching::query::seeking;
use crate::notices::digest::last_time;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::{Event, tell_by};
use crate::outbound;
use crate::records::model::RecordKind;
use crate::search::cards::{self, Card};
use crate::search::query::open_statuses;

/// Subscriptions looked at together.
const BATCH: i64 = 200;

/// The last Monday's hour in China.
fn last_monday(now: DateTime<Utc>, hour: u32) -> DateTime<Utc> {
    let last = last_time(now, hour);
    last - TimeDelta::days(china_date(last).weekday().num_days_from_monday().into())
}

fn due(app: &App) -> Due {
    let (now, hour) = (app.clock.time(), app.config.notices.digest_hour);
    Due {
        // Whatever has been found, though another node's clock be ahead.
        at_once: Timestamp::new(now + TimeDelta::days(1)),
        daily: Timestamp::new(last_time(now, hour)),
        weekly: Timestamp::new(last_monday(now, hour)),
    }
}

/// Tells of all that is due; returns how many subscriptions were told of.
///
/// # Errors
/// Database faults. What cannot be told of one subscription keeps no other waiting.
pub fn tell_due(app: &App) -> Result<usize> {
    let due = due(app);
    let (mut told, mut after) = (0, None);
    loop {
        let ids = app.db.read(|db| store::due(db, due, after, BATCH))?;
        let Some(last) = ids.last().copied() else { return Ok(told) };
        after = Some(last);
        for id in ids {
            match app.db.write(|db| tell(app, db, id, due)) {
                Ok(done) => told += usize::from(done),
                Err(error) => tracing::error!(subscription = %id, %error, "nobody was told"),
            }
        }
    }
}

/// Tells of one subscription; false when there is nothing to say.
fn tell(app: &App, db: &mut Db, id: SubscriptionId, due: Due) -> Result<bool> {
    // Another node that has come first has told of them all.
    let Some(row) = store::lock(db, id)? else { return Ok(false) };
    let waiting = store::waiting(db, id, due.of(row.frequency))?;
    let person = accounts::ops::active(db, &[row.user_id])?.pop();
    let off = !recommendations::opted_out(db, &[row.user_id])?.is_empty();
    let rests = off && row.kind == SubscriptionKind::Matches;
    let Some(user) = person.filter(|_| !rests) else {
        store::forget_waiting(db, id, None)?;
        return Ok(false);
    };
    let caller = accounts::ops::acting_as(db, &user)?;
    let found = still_there(app, db, &caller, &row, &waiting)?;
    let there = |find: &&Find| found.iter().any(|one| one.card.id == find.record_id);
    let (kept, gone): (Vec<&Find>, Vec<&Find>) = waiting.iter().partition(there);
    let ids = |finds: Vec<&Find>| finds.iter().map(|one| one.record_id.clone()).collect::<Vec<_>>();
    if !gone.is_empty() {
        store::forget_waiting(db, id, Some(&ids(gone)))?;
    }
    let now = app.clock.now();
    if store::mark_told(db, id, &ids(kept), now)? == 0 {
        return Ok(false);
    }
    let event = Event {
        kind: NoticeKind::SubscriptionFound,
        record: Some((RecordKind::Subscription, id.to_string())),
        data: NoticeData { count: Some(found.len()), ..NoticeData::default() },
        once: None,
    };
    tell_by(app, db, &event, &[row.user_id], |db, user, _| {
        let letter = letters::found(app, user, &row, &found);
        let url = Some(letters::off_url(app, &row));
        outbound::ops::enqueue_of_list(db, &user.login_mail, letter, url, now).map(drop)
    })?;
    Ok(true)
}

/// What of all this its person may still see and is still open, in the order of finding.
fn still_there(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    row: &Subscription,
    finds: &[Find],
) -> Result<Vec<Found>> {
    let kind = |find: &Find| Kind::parse(find.record_kind.as_str());
    let wanted: Vec<(Kind, &str)> =
        finds.iter().filter_map(|one| Some((kind(one)?, one.record_id.as_str()))).collect();
    let mut seen: HashMap<String, _> = cards::load(app, db, caller, &wanted)?;
    let states = states(row);
    let is_open = |card: &Card| states.contains(&card.status.code) && is_foreign(caller, card);
    let found = finds.iter().filter_map(|find| {
        let card = seen.remove(&find.record_id)?.card;
        let grade = find.grade.clone();
        is_open(&card).then_some(Found { card, grade })
    });
    Ok(found.collect())
}

/// States in which a record is worth telling of.
fn states(row: &Subscription) -> Vec<String> {
    match row.kind {
        SubscriptionKind::Matches => {
            let needs = counterpart(row.record_kind) == RecordKind::Need;
            let side =
                if needs { search_index::Side::Need } else { search_index::Side::Capability };
            seeking(side).into_iter().map(str::to_owned).collect()
        }
        SubscriptionKind::Search => {
            let wanted = rules::search(&row.query.0).ok().and_then(|query| query.status);
            match wanted {
                Some(_) => crate::search::query::list(&wanted),
                None => open_statuses(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_monday_in_china() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // 2026-03-02 is a Monday.
        assert_eq!(last_monday(at("2026-03-02T00:00:00Z"), 8), at("2026-03-02T00:00:00Z"));
        assert_eq!(last_monday(at("2026-03-01T23:59:59Z"), 8), at("2026-02-23T00:00:00Z"));
        assert_eq!(last_monday(at("2026-03-08T12:00:00Z"), 8), at("2026-03-02T00:00:00Z"));
        assert_eq!(last_monday(at("2026-03-01T17:00:00Z"), 0), at("2026-03-01T16:00:00Z"));
    }
}
