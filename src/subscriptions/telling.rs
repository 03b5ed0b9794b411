//! Tells people what has been found for them, when it is time.
//!
//! Before anybody is told, the subscription is asked again for what waits, and every record is looked at as
//! that person would see it now: what has been hidden, closed, or is no match any more is forgotten instead.
//! What that takes is done before the transaction in which it is told, which looks again whether all is as
//! it was.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use search_index::Kind;

use super::asking::{self, TOGETHER, counterpart, is_foreign};
use super::finding::is_up;
use super::letters::{self, Found};
use super::model::{Find, Frequency, Subscription, SubscriptionId, SubscriptionKind};
use super::store::{self, Due};
use super::{recommendations, rules};
use crate::accounts;
use crate::accounts::principal::Caller;
use crate::accounts::users::model::User;
use crate::app::App;
use crate::clock::china_date;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::matching::query::seeking;
use crate::messages;
use crate::notices::digest::last_time;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::{Event, tell_by};
use crate::outbound;
use crate::records::model::RecordKind;
use crate::search::cards::{self, Card};
use crate::search::query::open_statuses;

/// Subscriptions looked at together.
const BATCH: i64 = 200;
/// What is looked at again of one subscription; what waits beyond is told by its number.
const LOOKED_AT: usize = 3 * TOGETHER;

/// The last Monday's hour in China.
fn last_monday(now: DateTime<Utc>, hour: u32) -> DateTime<Utc> {
    let last = last_time(now, hour);
    last - TimeDelta::days(china_date(last).weekday().num_days_from_monday().into())
}

/// When something must have been found to be told now, and when its person must have been told last.
fn due(app: &App, frequency: Frequency) -> Due {
    let (now, hour) = (app.clock.time(), app.config.notices.digest_hour);
    // Though another node's clock be ahead.
    let any = now + TimeDelta::days(1);
    let pause = TimeDelta::minutes(app.config.notices.subscription_pause_minutes.into());
    let (waiting_before, told_before) = match frequency {
        Frequency::AtOnce => (any, now - pause),
        Frequency::Daily => (last_time(now, hour), any),
        Frequency::Weekly => (last_monday(now, hour), any),
    };
    let (waiting_before, told_before) =
        (Timestamp::new(waiting_before), Timestamp::new(told_before));
    Due { frequency, waiting_before, told_before }
}

/// Tells of all that is due; returns how many subscriptions were told of. Nothing is told while this node's
/// index has not seen all that was found.
///
/// # Errors
/// Database faults. What cannot be told of one subscription keeps no other waiting.
pub async fn tell_due(app: &Arc<App>) -> Result<usize> {
    if !app.run(is_up).await? {
        return Ok(0);
    }
    let mut told = 0;
    for frequency in Frequency::ALL {
        let (due, mut after) = (due(app, *frequency), None);
        loop {
            let find = move |app: &App| app.db.read(|db| store::due(db, due, after, BATCH));
            let ids = app.run(find).await?;
            let Some(last) = ids.last().copied() else { break };
            after = Some(last);
            for id in ids {
                match tell(app, id, due).await {
                    Ok(done) => told += usize::from(done),
                    Err(error) => tracing::error!(subscription = %id, %error, "nobody was told"),
                }
            }
        }
    }
    Ok(told)
}

/// What waits for a subscription.
struct Waiting {
    row: Subscription,
    /// What is looked at again.
    finds: Vec<Find>,
    /// Whether more waits.
    more: bool,
    /// Whom to tell; nobody when the account is closed, or wants no recommendations.
    person: Option<(User, Caller)>,
}

/// Tells of one subscription; false when there is nothing to say.
async fn tell(app: &Arc<App>, id: SubscriptionId, due: Due) -> Result<bool> {
    let load = move |app: &App| app.db.read(|db| waiting(db, id, due.waiting_before));
    let Some(waiting) = app.run(load).await? else { return Ok(false) };
    let mut grades = HashMap::new();
    if let Some((_, caller)) = &waiting.person {
        for some in waiting.finds.chunks(TOGETHER) {
            let ids: Vec<String> = some.iter().map(|find| find.record_id.clone()).collect();
            let answers = asking::ask(app, &waiting.row, caller, &ids).await?;
            grades.extend(answers.into_iter().map(|answer| (answer.id, answer.grade)));
        }
    }
    app.run(move |app| {
        let found = still_there(app, &waiting, &grades)?;
        app.db.write(|db| settle(app, db, &waiting, &found, due))
    })
    .await
}

fn waiting(db: &mut Db, id: SubscriptionId, before: Timestamp) -> Result<Option<Waiting>> {
    let Some(row) = store::active_unscoped(db, id)? else { return Ok(None) };
    let limit = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX) + 1;
    let mut finds = store::finds::waiting(db, id, before, limit)?;
    let more = finds.len() > LOOKED_AT;
    finds.truncate(LOOKED_AT);
    let person = match accounts::ops::active(db, &[row.user_id])?.pop() {
        Some(user) if !rests(db, &row)? => {
            let caller = accounts::ops::acting_as(db, &user)?;
            Some((user, caller))
        }
        _ => None,
    };
    Ok(Some(Waiting { row, finds, more, person }))
}

/// Whether the subscription rests because its person wants nothing recommended.
fn rests(db: &mut Db, row: &Subscription) -> Result<bool> {
    Ok(row.kind == SubscriptionKind::Matches
        && !recommendations::opted_out(db, &[row.user_id])?.is_empty())
}

/// What of all that was found again its person may still see and is still open, in the order of finding:
/// of records that say the same the first one, unless one of them has been told before.
fn still_there(
    app: &App,
    waiting: &Waiting,
    grades: &HashMap<String, Option<String>>,
) -> Result<Vec<Found>> {
    let Some((_, caller)) = &waiting.person else { return Ok(Vec::new()) };
    let states = states(&waiting.row);
    let is_open = |card: &Card| states.contains(&card.status.code) && is_foreign(caller, card);
    let groups: Vec<String> = waiting.finds.iter().map(|find| find.group_id.clone()).collect();
    let told = |db: &mut Db| store::finds::told_groups(db, waiting.row.id, &groups);
    let mut told: HashSet<String> = app.db.read(told)?;
    let mut found = Vec::new();
    for some in waiting.finds.chunks(TOGETHER) {
        let again = || some.iter().filter(|find| grades.contains_key(&find.record_id));
        let kind = |find: &Find| Kind::parse(find.record_kind.as_str());
        let wanted: Vec<(Kind, &str)> =
            again().filter_map(|one| Some((kind(one)?, one.record_id.as_str()))).collect();
        let mut seen = app.db.read(|db| cards::load(app, db, caller, &wanted))?;
        for find in again() {
            let Some(card) = seen.remove(&find.record_id).map(|seen| seen.card) else { continue };
            if is_open(&card) && told.insert(find.group_id.clone()) {
                let grade = grades.get(&find.record_id).cloned().flatten();
                found.push(Found { card, grade });
            }
        }
    }
    Ok(found)
}

/// Writes down that what was found has been told, and tells; false when there is nothing to say, or when
/// the subscription has changed meanwhile, which is seen to in the next round.
fn settle(app: &App, db: &mut Db, waiting: &Waiting, found: &[Found], due: Due) -> Result<bool> {
    let (id, now) = (waiting.row.id, app.clock.now());
    store::hold(db, &[id])?;
    let Some(row) = store::active_unscoped(db, id)? else { return Ok(false) };
    if row.version != waiting.row.version {
        return Ok(false);
    }
    let (Some((user, _)), false) = (&waiting.person, rests(db, &row)?) else {
        store::finds::forget_all(db, &[id])?;
        return Ok(false);
    };
    let (found, count) = mark(db, waiting, found, (due, now))?;
    if found.is_empty() {
        return Ok(false);
    }
    store::finds::note_told(db, id, now)?;
    let event = Event {
        kind: NoticeKind::SubscriptionFound,
        record: Some((RecordKind::Subscription, id.to_string())),
        data: NoticeData { count: Some(count), ..NoticeData::default() },
        once: None,
    };
    let texts = messages::ops::texts(db)?;
    tell_by(app, db, &event, &[user.id], |db, user, _| {
        let reader = (user.name.as_str(), user.language());
        let letter = letters::found(app, &texts, reader, &row, (&found, count));
        let url = Some(letters::off_url(app, &row.off_secret));
        outbound::ops::enqueue_of_list(db, &user.login_mail, letter, url, now).map(drop)
    })?;
    Ok(true)
}

/// Notes of all that was looked at what has been told, and forgets the rest of it; what of it there is to be
/// told, and how much it is with what was not looked at.
fn mark(
    db: &mut Db,
    waiting: &Waiting,
    found: &[Found],
    (due, now): (Due, Timestamp),
) -> Result<(Vec<Found>, usize)> {
    let id = waiting.row.id;
    let looked_at: Vec<String> = waiting.finds.iter().map(|find| find.record_id.clone()).collect();
    // Another node that has come first has told of the others.
    let left = store::finds::still_waiting(db, id, &looked_at)?;
    let found: Vec<Found> =
        found.iter().filter(|one| left.contains(&one.card.id)).cloned().collect();
    let kept: HashSet<&str> = found.iter().map(|one| one.card.id.as_str()).collect();
    let (told, gone): (Vec<String>, Vec<String>) =
        left.into_iter().partition(|record| kept.contains(record.as_str()));
    store::finds::mark_told(db, id, &told, now)?;
    store::finds::forget(db, id, &gone)?;
    let mut count = found.len();
    if waiting.more && count > 0 {
        count += store::finds::mark_rest_told(db, id, due.waiting_before, now)?;
    }
    store::finds::recount(db, id)?;
    Ok((found, count))
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
