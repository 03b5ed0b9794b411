//! The daily mail: notices of a day that their readers want together.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::model::{MailChoice, Notice, NoticeId};
use super::{letters, settings, store, wording};
use crate::accounts;
use crate::accounts::principal::UserId;
use crate::app::App;
use crate::clock::china_date;
use crate::db::Timestamp;
use crate::error::Result;
use crate::messages;
use crate::outbound;

/// People who are written to before looking again.
const BATCH: i64 = 200;

/// The last moment at which the hour of the day began in China.
pub(crate) fn last_time(now: DateTime<Utc>, hour: u32) -> DateTime<Utc> {
    let midnight = china_date(now).and_time(chrono::NaiveTime::MIN);
    let midnight = Utc.from_utc_datetime(&midnight) - TimeDelta::hours(8);
    let today = midnight + TimeDelta::hours(hour.into());
    if today <= now { today } else { today - TimeDelta::days(1) }
}

/// Writes the mails that are due: one to each person with notices from before the hour of the day.
/// Returns how many.
///
/// # Errors
/// Database faults.
pub fn send_due(app: &App) -> Result<usize> {
    let before = Timestamp::new(last_time(app.clock.time(), app.config.notices.digest_hour));
    // Whose mail cannot be written keeps nobody else waiting.
    let mut failed = HashSet::new();
    let mut sent = 0;
    loop {
        let people = app.db.read(|db| store::waiting_people(db, before, BATCH))?;
        if people.is_empty() {
            return Ok(sent);
        }
        let new: Vec<UserId> = people.into_iter().filter(|one| !failed.contains(one)).collect();
        if new.is_empty() {
            return Ok(sent);
        }
        for person in new {
            match send(app, person, before) {
                Ok(done) => sent += usize::from(done),
                Err(error) => {
                    tracing::error!(%person, %error, "a daily mail was not written");
                    failed.insert(person);
                }
            }
        }
    }
}

/// Writes one person's mail; false when there is nothing to say.
fn send(app: &App, person: UserId, before: Timestamp) -> Result<bool> {
    app.db.write(|db| {
        let mut notices = store::waiting(db, person, before)?;
        // Another node that has come first has taken them all.
        let ids: Vec<NoticeId> = notices.iter().map(|notice| notice.id).collect();
        if store::mark_mailed(db, &ids)? == 0 {
            return Ok(false);
        }
        let wanted = settings::of(db, person)?;
        let unread = |one: &Notice| {
            one.read_at.is_none() && wanted.choice(one.kind.topic()) != MailChoice::Never
        };
        notices.retain(unread);
        let reader = accounts::ops::active(db, &[person])?.pop();
        let Some(user) = reader.filter(|_| !notices.is_empty()) else { return Ok(false) };
        let caller = accounts::ops::acting_as(db, &user)?;
        let words = wording::words(app, db, &caller, &notices)?;
        let texts = messages::ops::texts(db)?;
        let letter = letters::digest(app, &texts, (&user.name, user.language()), &words);
        outbound::ops::enqueue(db, &user.login_mail, letter, app.clock.now())?;
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_is_that_of_china_and_has_passed() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(last_time(at("2026-03-02T00:00:00Z"), 8), at("2026-03-02T00:00:00Z"));
        assert_eq!(last_time(at("2026-03-01T23:59:59Z"), 8), at("2026-03-01T00:00:00Z"));
        assert_eq!(last_time(at("2026-03-01T17:00:00Z"), 0), at("2026-03-01T16:00:00Z"));
        assert_eq!(last_time(at("2026-03-01T15:00:00Z"), 23), at("2026-03-01T15:00:00Z"));
    }
}
