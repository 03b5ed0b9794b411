//! Which towns were on the register (在册) on a day.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::model::TownStatus;
use super::store;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::records;
use crate::records::model::RecordKind;

/// Codes of the towns that had been recognised by a day and stood as active on it, in order; of one
/// region, at any level of the code, and one level of recognition. A town whose history begins later
/// than the day stood then as it was first put on record.
///
/// # Errors
/// Database faults.
pub fn on_day(
    db: &mut Db,
    on: NaiveDate,
    region: Option<&str>,
    level: Option<&str>,
) -> Result<Vec<String>> {
    let next = on.succ_opt().unwrap_or(on).and_time(NaiveTime::MIN).and_utc();
    // The day ends at midnight in China.
    let end = Timestamp::new(next - TimeDelta::hours(8));
    let mut stood: HashMap<String, String> = HashMap::new();
    for (code, status, at) in records::store::statuses(db, RecordKind::Town)? {
        if at < end || !stood.contains_key(&code) {
            stood.insert(code, status);
        }
    }
    let mut towns = store::all(db, region)?;
    towns.retain(|town| {
        let status = stood.get(&town.code).map_or(town.status.as_str(), String::as_str);
        let recognised = town.doc.0.recognised_on.is_none_or(|day| day <= on);
        let wanted = level.is_none_or(|level| town.level == level);
        recognised && wanted && status == TownStatus::Active.as_str()
    });
    Ok(towns.into_iter().map(|town| town.code).collect())
}
