//! What counts as new of a record that has changed.
//!
//! Most changes are none: a record is confirmed, a contact is corrected, a case moves it along. New is
//! what has been published, what has entered another state, and what says something else than before. To
//! matches it is new, too, that a need looks for a partner again. When an organisation is suspended no
//! longer, its records are open again although none of them has changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use search_index::{Side, Sketch};
use serde_json::Value;

use super::store;
use crate::accounts::principal::OrgId;

use crate::capabilities::life::CapabilityStatus;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::matching::query::seeking;
use crate::needs::life::NeedStatus;
use crate::organizations::model::OrgStatus;
use crate::records::life::ReviewedLife;
use crate::records::model::{ChangeEntry, RecordKind, RecordVersion, differences};
use crate::records::ops::versions_since;
use crate::towns::model::TownStatus;

/// Versions of one record that are looked at; more are not saved between two rounds.
const VERSIONS: i64 = 50;
/// Running texts: a correction in them is no other record.
const TEXTS: [&str; 11] = [
    "background",
    "problem",
    "public_summary",
    "restricted_detail",
    "conditions_offered",
    "summary",
    "problem_solved",
    "advantage_over_existing",
    "economic_comparison",
    "preferred_partner",
    "intro",
];
/// Fields that say nothing of what a record asks or offers.
const ASIDE: [&str; 6] =
    ["contact", "valid_until", "lang", "registration_no", "tech_leader", "mail"];
/// From which likeness on a text is the same in other words: as with near-duplicates.
const SAME: f32 = 0.9;

/// What is new of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// Number of the last change by which it has been published, or is open and says something else than
    /// before.
    pub published: Option<i64>,
    /// Number of the last change by which it looks for a partner and did not before, or does so and says
    /// something else.
    pub seeks: Option<i64>,
    /// Number of the last change by which it has entered another state, or says something else.
    pub stepped: Option<i64>,
}

impl News {
    fn last(&self) -> Option<i64> {
        self.published.max(self.seeks).max(self.stepped)
    }
}

/// What is new in these changes, in the order of the changes.
///
/// # Errors
/// Database faults.
pub fn of(db: &mut Db, entries: &[ChangeEntry]) -> Result<Vec<News>> {
    use RecordKind as K;
    let mut changed: BTreeMap<(RecordKind, &str), Vec<Entered>> = BTreeMap::new();
    for entry in entries {
        if matches!(entry.record_kind, K::Need | K::Capability | K::Organization | K::Town) {
            let key = (entry.record_kind, entry.record_id.as_str());
            changed.entry(key).or_default().push((entry.seq, entry.created_at));
        }
    }
    let (mut found, mut touched) = (Vec::new(), Vec::new());
    for ((kind, id), entered) in changed {
        let Some(since) = entered.iter().map(|(_, at)| *at).min() else { continue };
        let versions = versions_since(db, kind, id, since, VERSIONS)?;
        let news = judged(kind, id, &versions, &entered);
        let of_itself = |(_, at): &&Entered| versions.iter().any(|one| one.created_at == *at);
        let from_outside: Vec<Entered> =
            entered.iter().filter(|one| !of_itself(one)).copied().collect();
        match versions.into_iter().next() {
            Some(last) if !from_outside.is_empty() => {
                touched.push(Touched { news, status: last.status, entered: from_outside });
            }
            _ => found.push(news),
        }
    }
    found.extend(reinstated(db, touched)?);
    found.retain(|news| news.last().is_some());
    found.sort_by_key(News::last);
    Ok(found)
}

/// An entry of the change log: its number, and when it was made.
type Entered = (i64, Timestamp);

/// A record that has changes without a version: something else has changed that it is shown with.
struct Touched {
    news: News,
    /// Where it stands.
    status: String,
    entered: Vec<Entered>,
}

/// What is new of records that something else has changed: those whose organisation was suspended until
/// then.
fn reinstated(db: &mut Db, touched: Vec<Touched>) -> Result<Vec<News>> {
    let ids: Vec<(RecordKind, &str)> =
        touched.iter().map(|one| (one.news.kind, one.news.id.as_str())).collect();
    let owners = store::records(db, &ids)?;
    let Some(since) = touched.iter().flat_map(|one| &one.entered).map(|(_, at)| *at).min() else {
        return Ok(Vec::new());
    };
    let mut moments: HashMap<OrgId, HashSet<Timestamp>> = HashMap::new();
    for (org, _) in owners.values() {
        if !moments.contains_key(org) {
            moments.insert(*org, reinstatements(db, *org, since)?);
        }
    }
    let judge = |mut one: Touched| {
        let Some((org, _)) = owners.get(&one.news.id) else { return one.news };
        let ended = |(_, at): &&Entered| moments.get(org).is_some_and(|all| all.contains(at));
        let seq = one.entered.iter().filter(ended).map(|(seq, _)| *seq).max();
        let kind = one.news.kind;
        one.news.published = one.news.published.max(seq.filter(|_| is_open(kind, &one.status)));
        one.news.seeks = one.news.seeks.max(seq.filter(|_| seeks(kind, &one.status)));
        one.news
    };
    Ok(touched.into_iter().map(judge).collect())
}

/// When an organisation was suspended no longer, since a time.
fn reinstatements(db: &mut Db, org: OrgId, since: Timestamp) -> Result<HashSet<Timestamp>> {
    let kind = RecordKind::Organization;
    let versions = versions_since(db, kind, &org.to_string(), since, VERSIONS)?;
    let suspended = |one: &RecordVersion| one.status.parse() == Ok(OrgStatus::Suspended);
    let ended = versions.windows(2).filter(|two| suspended(&two[1]) && !suspended(&two[0]));
    Ok(ended.map(|two| two[0].created_at).collect())
}

/// What is new of a record by these changes; its versions come newest first. A version is of the change
/// that was made at the same moment; those of later changes are judged with these.
fn judged(kind: RecordKind, id: &str, versions: &[RecordVersion], entered: &[Entered]) -> News {
    let mut news = News { kind, id: id.to_owned(), published: None, seeks: None, stepped: None };
    for (at, version) in versions.iter().enumerate() {
        let own = entered.iter().filter(|(_, moment)| *moment == version.created_at);
        let Some(seq) = own.map(|(seq, _)| *seq).max() else { continue };
        let before = versions.get(at + 1);
        let other = before.is_none_or(|one| says_else(&one.doc.0, &version.doc.0));
        let enters = |is: fn(RecordKind, &str) -> bool| {
            let was = before.is_some_and(|one| is(kind, &one.status));
            is(kind, &version.status) && (other || !was)
        };
        if enters(is_open) {
            news.published = news.published.max(Some(seq));
        }
        if enters(seeks) {
            news.seeks = news.seeks.max(Some(seq));
        }
        if other || before.is_some_and(|one| one.status != version.status) {
            news.stepped = news.stepped.max(Some(seq));
        }
    }
    news
}

/// Whether a record in this state looks for a partner.
pub fn seeks(kind: RecordKind, status: &str) -> bool {
    match kind {
        RecordKind::Need => seeking(Side::Need).contains(&status),
        RecordKind::Capability => seeking(Side::Capability).contains(&status),
        _ => false,
    }
}

/// Whether a record in this state is open to everybody who may know of it.
fn is_open(kind: RecordKind, status: &str) -> bool {
    match kind {
        RecordKind::Need => status.parse::<NeedStatus>().is_ok_and(NeedStatus::is_open),
        RecordKind::Capability => {
            status.parse::<CapabilityStatus>().is_ok_and(CapabilityStatus::is_open)
        }
        RecordKind::Organization => status.parse() == Ok(OrgStatus::Verified),
        RecordKind::Town => {
            status.parse::<TownStatus>().is_ok_and(|status| status != TownStatus::Removed)
        }
        _ => false,
    }
}

/// Whether a document says something else than the one before.
fn says_else(before: &Value, after: &Value) -> bool {
    differences(before, after).iter().any(|one| {
        let name = one.field.as_str();
        if ASIDE.contains(&name) {
            return false;
        }
        match (one.before.as_str(), one.after.as_str()) {
            (Some(old), Some(new)) if TEXTS.contains(&name) => {
                let (old, new) = (Sketch::of(old), Sketch::of(new));
                old.likeness(&new) < SAME || !old.same_figures(&new)
            }
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::json;

    use super::*;
    use crate::db::types::Json;
    use crate::records::model::EntryId;

    /// Whether a need was published, and whether it entered another state, with the versions from this
    /// one on; one a minute, oldest first.
    fn judged_of(from: usize, states: &[(&str, Value)]) -> (bool, bool) {
        let news = news_of(from, states);
        (news.published.is_some(), news.stepped.is_some())
    }

    fn news_of(from: usize, states: &[(&str, Value)]) -> News {
        let start: DateTime<Utc> = "2026-03-02T00:00:00Z".parse().unwrap();
        let at = |number: usize| {
            Timestamp::new(start + TimeDelta::minutes(i64::try_from(number).unwrap()))
        };
        let version = |(number, (status, doc)): (usize, &(&str, Value))| RecordVersion {
            id: EntryId::new(),
            record_kind: RecordKind::Need,
            record_id: "x".to_owned(),
            version: i32::try_from(number).unwrap() + 1,
            status: (*status).to_owned(),
            doc: Json(doc.clone()),
            saved_by: None,
            created_at: at(number),
        };
        let versions: Vec<_> = states.iter().enumerate().map(version).rev().collect();
        let entered: Vec<Entered> =
            (from..=states.len()).map(|number| (number as i64, at(number))).collect();
        judged(RecordKind::Need, "x", &versions, &entered)
    }

    fn need(problem: &str) -> Value {
        json!({ "title": "灯具散热", "problem": problem, "contact": { "name": "何试" } })
    }

    #[test]
    fn publishing_is_new_and_what_cases_do_is_not() {
        let text = || need("铝基板温度过高");
        assert_eq!(judged_of(0, &[("draft", text())]), (false, true));
        assert_eq!(judged_of(1, &[("submitted", text()), ("published", text())]), (true, true));
        assert_eq!(judged_of(1, &[("published", text()), ("matching", text())]), (false, true));
        assert_eq!(judged_of(1, &[("suspended", text()), ("published", text())]), (true, true));
        assert_eq!(judged_of(1, &[("published", text()), ("withdrawn", text())]), (false, true));
    }

    #[test]
    fn what_seeks_again_is_new_to_matches() {
        let moved = |from, to| {
            let news = news_of(1, &[(from, need("甲")), (to, need("甲"))]);
            (news.published.is_some(), news.seeks.is_some())
        };
        assert_eq!(moved("negotiating", "matching"), (false, true));
        assert_eq!(moved("published", "matching"), (false, false));
        assert_eq!(moved("matching", "negotiating"), (false, false));
        assert_eq!(moved("suspended", "published"), (true, true));
    }

    #[test]
    fn another_text_is_new_and_a_correction_is_not() {
        let long = "灯具工作两小时后铝基板温度达到九十五度，光衰明显，希望结温降低十五度以上，\
                    且外形尺寸和重量不变，成本增加不超过百分之五，已试过加厚铝材与导热硅脂。";
        let corrected = long.replace("以上", "左右");
        let edit = |after: Value| judged_of(1, &[("published", need(long)), ("published", after)]);
        assert_eq!(edit(need(&corrected)), (false, false));
        assert_eq!(
            edit(need("改为解决驱动电源的电磁兼容问题，现有滤波电路体积过大。")),
            (true, true)
        );
        let mut moved = need(long);
        moved["contact"]["name"] = "林试".into();
        assert_eq!(edit(moved.clone()), (false, false));
        moved["budget_max"] = 30.into();
        assert_eq!(edit(moved), (true, true));
        let draft = judged_of(1, &[("draft", need(long)), ("draft", need("另一个问题"))]);
        assert_eq!(draft, (false, true), "nobody else sees it");
    }

    #[test]
    fn what_was_saved_before_is_not_new() {
        let states = [("draft", need("甲")), ("published", need("甲"))];
        assert_eq!(judged_of(2, &states), (false, false));
        assert_eq!(judged_of(1, &states), (true, true));
    }
}
