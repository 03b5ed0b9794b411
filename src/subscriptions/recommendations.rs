//! Whether the service recommends anything to a person by records and roles. Who wants none asks and
//! gets answers all the same: searching and matching by hand are no recommendations.

use serde_json::json;

use super::model::{OptOut, Recommendations};
use super::store;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::audit;
use crate::db::Db;
use crate::error::Result;
use crate::notices;
use crate::notices::model::NoticeKind;
use crate::records::model::RecordKind;

/// Which of these people want nothing recommended.
///
/// # Errors
/// Database faults.
pub fn opted_out(db: &mut Db, people: &[UserId]) -> Result<Vec<UserId>> {
    store::opted_out(db, people)
}

/// Whether the caller wants nothing recommended; visitors are nobody in particular.
///
/// # Errors
/// Database faults.
pub fn are_off(db: &mut Db, caller: &Caller) -> Result<bool> {
    match caller.actor_id() {
        Some(user) => Ok(!opted_out(db, &[user])?.is_empty()),
        None => Ok(false),
    }
}

/// What the caller has chosen.
///
/// # Errors
/// [`Error::Unauthenticated`](crate::error::Error::Unauthenticated).
pub fn show(app: &App, caller: &Caller) -> Result<Recommendations> {
    caller.signed_in()?;
    let off = app.db.read(|db| are_off(db, caller))?;
    Ok(Recommendations { personalised: !off })
}

/// Chooses.
///
/// # Errors
/// [`Error::Unauthenticated`](crate::error::Error::Unauthenticated).
pub fn choose(app: &App, caller: &Caller, choice: Recommendations) -> Result<Recommendations> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    app.db.write(|db| {
        let before = Recommendations { personalised: !are_off(db, caller)? };
        if before == choice {
            return Ok(choice);
        }
        match choice.personalised {
            true => store::opt_in(db, user)?,
            false => {
                store::opt_out(db, OptOut { user_id: user, created_at: now })?;
                forget_matches(db, user)?;
            }
        }
        let entry = audit::ops::Entry {
            action: "user.recommendations",
            kind: RecordKind::User,
            id: &user.to_string(),
            changes: json!({ "personalised": {
                "before": before.personalised, "after": choice.personalised
            } }),
        };
        audit::ops::note(db, caller, now, entry)?;
        Ok(choice)
    })
}

/// Forgets what waits for the person's subscriptions to matches, and leaves the notices of them out of the
/// daily mail.
fn forget_matches(db: &mut Db, user: UserId) -> Result<()> {
    let ids = store::ids_of(db, user, true)?;
    store::hold(db, &ids)?;
    store::finds::forget_all(db, &ids)?;
    let records: Vec<String> = ids.iter().map(ToString::to_string).collect();
    notices::ops::leave_unmailed(db, user, NoticeKind::SubscriptionFound, &records)
}
