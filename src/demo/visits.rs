//! Visits of the demonstration, logged by the liaisons of their towns.

use chrono::TimeDelta;

use super::accounts::People;
use super::files::{self, OrgsByKey};
use super::{faulty, moved, unknown_org};
use crate::app::App;
use crate::error::Result;
use crate::visits::model::Visit;
use crate::visits::{ops, rules};

/// Writes the visits, all or none.
pub(super) fn enter(
    app: &App,
    orgs: &OrgsByKey,
    people: &People,
    moved_by: TimeDelta,
) -> Result<()> {
    let (now, today) = (app.clock.now(), app.clock.today_in_china());
    let visits = files::visits()?;
    app.db.write(|db| {
        for (at, visit) in visits.iter().enumerate() {
            let mut fields = visit.fields.clone();
            fields.visited_on = moved(fields.visited_on, moved_by);
            if let Some(key) = &visit.org {
                fields.org_id = Some(orgs.get(key).ok_or_else(|| unknown_org(key))?.id);
            }
            rules::check(&fields, &app.reference, today)
                .map_err(|error| faulty("visits", at + 1, error))?;
            let liaison = people.reviewer(fields.town_code.as_deref().unwrap_or_default());
            let visit = Visit::new(fields, liaison.actor_id(), now);
            ops::enter(db, liaison, vec![visit], now)?;
        }
        Ok(())
    })
}
