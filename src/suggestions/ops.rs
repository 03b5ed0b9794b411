//! Use cases of suggestions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::future::join_all;
use search_index::Kind;
use serde_json::json;

use super::model::{
    DismissSuggestion, ListSuggestions, Suggestion, SuggestionDetail, SuggestionId, SuggestionView,
    Suggestions,
};
use super::{explaining, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::cases;
use crate::cases::commands::OpenCase;
use crate::cases::model::{Channel, Side};
use crate::cases::views::CaseView;
use crate::db::{Db, dialect};
use crate::embeddings::server::Aid;
use crate::error::{Error, Message, Result};
use crate::http::pagination::{Page, decode_cursor, encode_cursor};
use crate::matching;
use crate::matching::aid;
use crate::matching::answer::Match;
use crate::matching::query::{DEFAULT_LIMIT, MatchQuery};
use crate::needs::model::NeedId;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::scope::Reach;
use crate::search::cards::{self, Card};
use crate::subscriptions::{news, recommendations};

/// Suggestions on a page at most: each asks for a match.
const MOST: usize = DEFAULT_LIMIT;

/// For which side a suggestion is shown to the caller: as the broker where that is possible, else for the
/// first of the caller's sides that has not dismissed it.
fn side(caller: &Caller, row: &Suggestion) -> Option<Side> {
    let principal = caller.principal.as_ref()?;
    let sides = [
        (Side::Broker, principal.is_admin() || principal.reviews(&row.region_code)),
        (Side::Need, principal.works_for(row.need_org_id)),
        (Side::Provider, principal.works_for(row.provider_org_id)),
    ];
    let open = |(side, own): &(Side, bool)| *own && row.dismissed(*side).is_none();
    sides.into_iter().find(open).map(|(side, _)| side)
}

/// A suggestion that is there for the caller.
fn find(db: &mut Db, caller: &Caller, id: SuggestionId) -> Result<(Suggestion, Side)> {
    caller.signed_in()?;
    if recommendations::are_off(db, caller)? {
        return Err(Error::NotFound);
    }
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    let side = side(caller, &row).ok_or(Error::NotFound)?;
    Ok((row, side))
}

/// Why a suggestion is not there to be taken up: somebody was faster, if the caller may know of what
/// has become of it.
fn gone(db: &mut Db, caller: &Caller, id: SuggestionId) -> Result<Error> {
    if recommendations::are_off(db, caller)? {
        return Ok(Error::NotFound);
    }
    let taken = store::taken_unscoped(db, id)?.filter(|(row, _)| side(caller, row).is_some());
    let Some((_, case)) = taken else { return Ok(Error::NotFound) };
    Ok(match Error::unless_absent(cases::ops::find(db, caller, case))? {
        Some((case, _)) => {
            Error::conflict(Message::new("error.suggestion_taken_up").with("case", case.code))
        }
        None => Error::NotFound,
    })
}

/// The number of suggestions asked for, within bounds.
fn limited(limit: Option<usize>) -> Result<usize> {
    match limit.unwrap_or(MOST) {
        limit if (1..=MOST).contains(&limit) => Ok(limit),
        _ => {
            let bounds = Message::new("field.out_of_range").with("min", 1).with("max", MOST);
            Err(Error::field("/limit", bounds))
        }
    }
}

/// A page of what is suggested to the caller, best first; nothing for who wants nothing recommended.
///
/// # Errors
/// [`Error::Invalid`] for a page that cannot be.
pub async fn list(app: &Arc<App>, caller: &Caller, query: &ListSuggestions) -> Result<Suggestions> {
    caller.signed_in()?;
    let limit = limited(query.limit)?;
    let after = query.after.as_deref().map(place).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let who = caller.clone();
    let load = move |app: &App| {
        app.db.read(|db| {
            if recommendations::are_off(db, &who)? {
                return Ok(None);
            }
            store::list(db, &Reach::of(&who), after, wanted).map(Some)
        })
    };
    let Some(rows) = app.run(load).await? else {
        return Ok(Suggestions { off: true, items: Vec::new(), next: None });
    };
    let page =
        Page::cut(rows, limit, |last| encode_cursor(&last.score.to_string(), &last.id.to_string()));
    let shown = views(app, caller, page.items).await?;
    let items = shown.into_iter().map(|(view, _)| view).collect();
    Ok(Suggestions { off: false, items, next: page.next })
}

fn place(cursor: &str) -> Result<(i32, SuggestionId)> {
    let bad = || Error::field("/after", "field.cursor");
    let (score, id) = decode_cursor(cursor)?;
    Ok((score.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

/// Suggestions as the caller sees both records and the match between them now, in their order. Where
/// one of the two is hidden or closed, or is no good match in the caller's eyes, there is no suggestion.
async fn views(
    app: &Arc<App>,
    caller: &Caller,
    rows: Vec<Suggestion>,
) -> Result<Vec<(SuggestionView, Match)>> {
    let ids: Vec<String> = rows.iter().map(|row| row.need_id.to_string()).collect();
    let who = caller.clone();
    let load = move |app: &App| {
        let wanted: Vec<(Kind, &str)> = ids.iter().map(|id| (Kind::Need, id.as_str())).collect();
        app.db.read(|db| cards::load(app, db, &who, &wanted))
    };
    let needs: HashMap<String, Card> =
        app.run(load).await?.into_iter().map(|(id, seen)| (id, seen.card)).collect();
    let mut found = matches(app, caller, &rows).await?;
    let mut shown = Vec::new();
    for row in rows {
        let need = needs.get(&row.need_id.to_string());
        let hit = found.remove(&(row.need_id, row.capability_id.to_string()));
        let (Some(need), Some(hit), Some(side)) = (need, hit, side(caller, &row)) else {
            continue;
        };
        if news::seeks(RecordKind::Need, &need.status.code) {
            shown.push((view(row, side, need.clone(), &hit), hit));
        }
    }
    Ok(shown)
}

/// The good matches behind suggestions, as the caller sees them: one question for each need, with the aid
/// with which they were made, each in its turn.
async fn matches(
    app: &Arc<App>,
    caller: &Caller,
    rows: &[Suggestion],
) -> Result<HashMap<(NeedId, String), Match>> {
    let mut by_need: BTreeMap<NeedId, Vec<String>> = BTreeMap::new();
    for row in rows {
        by_need.entry(row.need_id).or_default().push(row.capability_id.to_string());
    }
    let aid = |need: &NeedId| {
        let who = caller.clone();
        aid::of_need(app, move |_| Ok(who), *need)
    };
    let aids = join_all(by_need.keys().map(aid)).await;
    let who = caller.clone();
    let good = move |app: &App, (asked, aid)| good(app, &who, asked, &aid);
    let found = app.run_matches(by_need.into_iter().zip(aids).collect(), good).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The good matches of a need among some capabilities.
fn good(
    app: &App,
    caller: &Caller,
    (need, among): (NeedId, Vec<String>),
    aid: &Aid,
) -> Result<Vec<((NeedId, String), Match)>> {
    let limit = Some(among.len());
    let query = MatchQuery { among, limit, grouped: Some(false), ..MatchQuery::default() };
    let answer = Error::unless_absent(matching::ops::of_need(app, caller, need, &query, aid))?;
    let hits = answer.map(|answer| answer.hits).unwrap_or_default();
    let good = hits.into_iter().filter(|hit| hit.score >= app.match_settings.good_threshold);
    Ok(good.map(|hit| ((need, hit.record.id.clone()), hit)).collect())
}

fn view(row: Suggestion, side: Side, need: Card, hit: &Match) -> SuggestionView {
    // Why a side has dismissed it is for that side and the broker.
    let broker = side == Side::Broker;
    SuggestionView {
        id: row.id,
        side,
        need,
        capability: hit.record.clone(),
        score: hit.score,
        grade: hit.grade.clone(),
        sentence: hit.sentence.clone(),
        need_dismissed: row.need_dismissed.filter(|_| broker),
        provider_dismissed: row.provider_dismissed.filter(|_| broker),
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// A suggestion with the match as the caller sees it, and what it was made of.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(app: &Arc<App>, caller: &Caller, id: SuggestionId) -> Result<SuggestionDetail> {
    let who = caller.clone();
    let (row, _) = app.run(move |app| app.db.read(|db| find(db, &who, id))).await?;
    let explanation = explaining::explanation(&row, caller.language);
    let shown = views(app, caller, vec![row]).await?.pop();
    let (suggestion, matched) = shown.ok_or(Error::NotFound)?;
    Ok(SuggestionDetail { suggestion, matched, explanation })
}

/// Takes a suggestion up: a case is opened, by the broker or by the interest of the caller's side.
///
/// # Errors
/// [`Error::NotFound`]; a conflict when somebody has taken it up already; those of
/// [`cases::ops::open`].
pub async fn accept(
    app: &Arc<App>,
    caller: &Caller,
    id: SuggestionId,
) -> Result<Written<CaseView>> {
    let who = caller.clone();
    if Error::unless_absent(show(app, caller, id).await)?.is_none() {
        return Err(app.run(move |app| app.db.read(|db| gone(db, &who, id))).await?);
    }
    let written = app.run(move |app| take_up(app, &who, id)).await?;
    app.feed.wake();
    Ok(written)
}

fn take_up(app: &App, caller: &Caller, id: SuggestionId) -> Result<Written<CaseView>> {
    let now = app.clock.now();
    app.db.write(|db| {
        // Before looking: of two at a time the second is to see what the first has made of it.
        dialect::lock_cases(db)?;
        let row = match find(db, caller, id) {
            Ok((row, _)) => row,
            Err(Error::NotFound) => return Err(gone(db, caller, id)?),
            Err(other) => return Err(other),
        };
        let command = OpenCase {
            need_id: row.need_id,
            capability_id: row.capability_id,
            suggested: false,
            channel: Some(Channel::Online),
            note: None,
            shared: false,
            next_action: None,
            due_on: None,
        };
        let written = cases::ops::take_up(app, db, caller, &command)?;
        store::accept(db, id, written.value.id, now)?;
        Ok(written)
    })
}

/// Dismisses a suggestion for the caller's side: it is not suggested to that side again.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn dismiss(
    app: &Arc<App>,
    caller: &Caller,
    id: SuggestionId,
    command: DismissSuggestion,
) -> Result<()> {
    show(app, caller, id).await?;
    let who = caller.clone();
    app.run(move |app| put_aside(app, &who, id, command)).await
}

fn put_aside(
    app: &App,
    caller: &Caller,
    id: SuggestionId,
    command: DismissSuggestion,
) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        let (row, side) = find(db, caller, id)?;
        if !store::dismiss(db, id, side, command.reason)? {
            return Err(Error::NotFound);
        }
        let changes = json!({
            "capability_id": row.capability_id, "side": side, "reason": command.reason
        });
        let need = row.need_id.to_string();
        let (action, kind) = ("suggestion.dismiss", RecordKind::Need);
        audit::ops::note(db, caller, now, audit::ops::Entry { action, kind, id: &need, changes })
    })
}
