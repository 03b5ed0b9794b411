//! Which of some records a subscription is about, as its person would be shown them at this moment. What
//! is new is asked so when it is found, and once more before it is told.

use std::sync::Arc;

use search_index::Kind;

use super::model::{Subscription, SubscriptionKind, Threshold};
use super::{news, rules};
use crate::accounts::principal::{Caller, Principal};
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::matching::answer::MatchAnswer;
use crate::matching::query::{DEFAULT_LIMIT, MatchQuery};
use crate::matching::{self, aid};
use crate::records::model::RecordKind;
use crate::search;
use crate::search::cards::{self, Card};

/// Records that are asked for together: no more than a page of the index has.
pub(super) const TOGETHER: usize = 100;
/// Of those, records that are matched together: as many as a match holds against its requirements, so
/// that a grade does not hang on what else was found at the time.
const MATCHED: usize = DEFAULT_LIMIT;

/// A record that a subscription is about.
pub(super) struct Answer {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// How good the match is.
    pub grade: Option<String>,
}

/// What became of the record whose matches are subscribed to, for its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// It is not for the person.
    Hidden,
    /// The person may see it, but it looks for no partner.
    Idle,
    /// It looks for a partner; searches always do.
    Seeking,
}

/// Looks up the record whose matches are subscribed to.
///
/// # Errors
/// Database faults.
pub(super) fn base(app: &App, db: &mut Db, caller: &Caller, row: &Subscription) -> Result<Base> {
    let Some((kind, id)) = row.record_kind.zip(row.record_id.as_deref()) else {
        return Ok(Base::Seeking);
    };
    let Some(wanted) = Kind::parse(kind.as_str()) else { return Ok(Base::Hidden) };
    let seen = cards::load(app, db, caller, &[(wanted, id)])?;
    Ok(match seen.get(id) {
        None => Base::Hidden,
        Some(seen) if news::seeks(kind, &seen.card.status.code) => Base::Seeking,
        Some(_) => Base::Idle,
    })
}

/// Which of these records the subscription is about; at most [`TOGETHER`] of them.
///
/// # Errors
/// Database or index faults.
pub(super) async fn ask(
    app: &Arc<App>,
    row: &Subscription,
    caller: &Caller,
    ids: &[String],
) -> Result<Vec<Answer>> {
    match row.kind {
        SubscriptionKind::Search => searched(app, row, caller, ids).await,
        SubscriptionKind::Matches => matched(app, row, caller, ids).await,
    }
}

/// What cannot be asked any more, as a code that is gone, or a record that is closed, holds nobody up.
fn unless_refused<T>(row: &Subscription, asked: Result<Vec<T>>) -> Result<Vec<T>> {
    match asked {
        Err(error @ (Error::Invalid(_) | Error::NotFound)) => {
            tracing::debug!(subscription = %row.id, %error, "cannot be asked now");
            Ok(Vec::new())
        }
        other => other,
    }
}

async fn searched(
    app: &Arc<App>,
    row: &Subscription,
    caller: &Caller,
    ids: &[String],
) -> Result<Vec<Answer>> {
    let Ok(query) = rules::search(&row.query.0) else { return Ok(Vec::new()) };
    let (caller, ids) = (caller.clone(), ids.to_vec());
    let found = app.run_search(move |app| search::ops::among(app, &caller, &query, &ids)).await;
    let cards = unless_refused(row, found)?;
    Ok(cards.into_iter().map(|card| Answer { kind: card.kind, id: card.id, grade: None }).collect())
}

async fn matched(
    app: &Arc<App>,
    row: &Subscription,
    caller: &Caller,
    ids: &[String],
) -> Result<Vec<Answer>> {
    let Ok(query) = rules::matches(&row.query.0) else { return Ok(Vec::new()) };
    let (own, who) = (row.clone(), caller.clone());
    let base = app.run(move |app| app.db.read(|db| base(app, db, &who, &own))).await?;
    if base != Base::Seeking {
        return Ok(Vec::new());
    }
    let kind = counterpart(row.record_kind);
    let least = row.threshold.unwrap_or(Threshold::Weak);
    let mut found = Vec::new();
    for some in ids.chunks(MATCHED) {
        let (among, limit) = (some.to_vec(), Some(some.len()));
        let query = MatchQuery { among, limit, grouped: Some(false), ..query.clone() };
        let answer = matches(app, row, caller, query).await;
        let hits = unless_refused(row, answer.map(|answer| answer.hits))?;
        let good = hits.into_iter().filter(|hit| reaches(&hit.grade.code, least));
        let foreign = good.filter(|hit| is_foreign(caller, &hit.record));
        found.extend(foreign.map(|hit| Answer {
            kind,
            id: hit.record.id,
            grade: Some(hit.grade.code),
        }));
    }
    Ok(found)
}

/// The matches of the record, with the same aid as on its page.
async fn matches(
    app: &Arc<App>,
    row: &Subscription,
    caller: &Caller,
    query: MatchQuery,
) -> Result<MatchAnswer> {
    let record = row.record_id.as_deref().unwrap_or_default();
    let (who, own) = (caller.clone(), caller.clone());
    if row.record_kind == Some(RecordKind::Need) {
        let id = record.parse().map_err(|_| Error::NotFound)?;
        let aid = aid::of_need(app, move |_| Ok(who), id).await;
        app.run_match(move |app| matching::ops::of_need(app, &own, id, &query, &aid)).await
    } else {
        let id = record.parse().map_err(|_| Error::NotFound)?;
        let aid = aid::of_capability(app, move |_| Ok(who), id).await;
        app.run_match(move |app| matching::ops::of_capability(app, &own, id, &query, &aid)).await
    }
}

/// The other side of a record.
pub(super) fn counterpart(kind: Option<RecordKind>) -> RecordKind {
    if kind == Some(RecordKind::Need) { RecordKind::Capability } else { RecordKind::Need }
}

/// Whether a grade is as good as asked for.
fn reaches(grade: &str, least: Threshold) -> bool {
    grade.parse::<Threshold>().is_ok_and(|grade| grade >= least)
}

/// Whether a record is not, as far as the caller may know, one of the caller's own organisations.
pub(super) fn is_foreign(caller: &Caller, card: &Card) -> bool {
    let own = caller.principal.as_ref().map(Principal::org_ids).unwrap_or_default();
    !card.org.as_ref().is_some_and(|org| own.contains(&org.id))
}
