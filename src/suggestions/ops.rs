//! Use cases of suggestions.

use std::collections::{BTreeMap, HashMap};

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
use crate::db::Db;
use crate::embeddings::server::Aid;
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit, decode_cursor, encode_cursor};
use crate::matching;
use crate::matching::answer::Match;
use crate::matching::query::MatchQuery;
use crate::needs::model::NeedId;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::scope::Reach;
use crate::search::cards::{self, Card};
use crate::subscriptions::recommendations;

/// For which side a suggestion is shown to the caller: as the broker where that is possible.
fn side(caller: &Caller, row: &Suggestion) -> Option<Side> {
    let principal = caller.principal.as_ref()?;
    if principal.is_admin() || principal.reviews(&row.region_code) {
        Some(Side::Broker)
    } else if principal.works_for(row.need_org_id) {
        Some(Side::Need)
    } else if principal.works_for(row.provider_org_id) {
        Some(Side::Provider)
    } else {
        None
    }
}

/// A suggestion that is there for the caller.
fn find(db: &mut Db, caller: &Caller, id: SuggestionId) -> Result<(Suggestion, Side)> {
    caller.signed_in()?;
    if recommendations::are_off(db, caller)? {
        return Err(Error::NotFound);
    }
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    let side = side(caller, &row).ok_or(Error::NotFound)?;
    if row.dismissed(side).is_some() {
        return Err(Error::NotFound);
    }
    Ok((row, side))
}

/// A page of what is suggested to the caller, best first; nothing for who wants nothing recommended.
///
/// # Errors
/// [`Error::Invalid`] for a page that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListSuggestions) -> Result<Suggestions> {
    caller.signed_in()?;
    let limit = checked_limit(query.limit)?;
    let after = query.after.as_deref().map(place).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let reach = Reach::of(caller);
    let rows = app.db.read(|db| {
        if recommendations::are_off(db, caller)? {
            return Ok(None);
        }
        store::list(db, &reach, after, wanted).map(Some)
    })?;
    let Some(rows) = rows else {
        return Ok(Suggestions { off: true, items: Vec::new(), next: None });
    };
    let page =
        Page::cut(rows, limit, |last| encode_cursor(&last.score.to_string(), &last.id.to_string()));
    let shown = views(app, caller, page.items)?;
    let items = shown.into_iter().map(|(view, _)| view).collect();
    Ok(Suggestions { off: false, items, next: page.next })
}

fn place(cursor: &str) -> Result<(i32, SuggestionId)> {
    let bad = || Error::field("/after", "field.cursor");
    let (score, id) = decode_cursor(cursor)?;
    Ok((score.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

/// Suggestions as the caller sees both records and the match between them now, in their order. Where
/// one of the two is hidden or closed, or is no match in the caller's eyes, there is no suggestion.
fn views(
    app: &App,
    caller: &Caller,
    rows: Vec<Suggestion>,
) -> Result<Vec<(SuggestionView, Match)>> {
    let ids: Vec<String> = rows.iter().map(|row| row.need_id.to_string()).collect();
    let wanted: Vec<(Kind, &str)> = ids.iter().map(|id| (Kind::Need, id.as_str())).collect();
    let needs: HashMap<String, Card> = app
        .db
        .read(|db| cards::load(app, db, caller, &wanted))?
        .into_iter()
        .map(|(id, seen)| (id, seen.card))
        .collect();
    let mut found = matches(app, caller, &rows)?;
    let mut shown = Vec::new();
    for row in rows {
        let need = needs.get(&row.need_id.to_string());
        let hit = found.remove(&(row.need_id, row.capability_id.to_string()));
        let (Some(need), Some(hit), Some(side)) = (need, hit, side(caller, &row)) else {
            continue;
        };
        let seeks = matching::query::seeking(search_index::Side::Need);
        if seeks.contains(&need.status.code.as_str()) {
            shown.push((view(row, side, need.clone(), &hit), hit));
        }
    }
    Ok(shown)
}

/// The matches behind suggestions, as the caller sees them: one question for each need.
fn matches(
    app: &App,
    caller: &Caller,
    rows: &[Suggestion],
) -> Result<HashMap<(NeedId, String), Match>> {
    let mut by_need: BTreeMap<NeedId, Vec<String>> = BTreeMap::new();
    for row in rows {
        by_need.entry(row.need_id).or_default().push(row.capability_id.to_string());
    }
    let mut found = HashMap::new();
    for (need, among) in by_need {
        let limit = Some(among.len());
        let query = MatchQuery { among, limit, grouped: Some(false), ..MatchQuery::default() };
        let answer = matching::ops::of_need(app, caller, need, &query, &Aid::default());
        for hit in Error::unless_absent(answer)?.map(|answer| answer.hits).unwrap_or_default() {
            found.insert((need, hit.record.id.clone()), hit);
        }
    }
    Ok(found)
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
pub fn show(app: &App, caller: &Caller, id: SuggestionId) -> Result<SuggestionDetail> {
    let (row, _) = app.db.read(|db| find(db, caller, id))?;
    let explanation = explaining::explanation(&row, caller.language);
    let shown = views(app, caller, vec![row])?.pop();
    let (suggestion, matched) = shown.ok_or(Error::NotFound)?;
    Ok(SuggestionDetail { suggestion, matched, explanation })
}

/// Takes a suggestion up: a case is opened, by the broker or by the interest of the caller's side.
///
/// # Errors
/// [`Error::NotFound`]; those of [`cases::ops::open`].
pub fn accept(app: &App, caller: &Caller, id: SuggestionId) -> Result<Written<CaseView>> {
    show(app, caller, id)?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let (row, _) = find(db, caller, id)?;
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
    })?;
    app.feed.wake();
    Ok(written)
}

/// Dismisses a suggestion for the caller's side: it is not suggested to that side again.
///
/// # Errors
/// [`Error::NotFound`].
pub fn dismiss(
    app: &App,
    caller: &Caller,
    id: SuggestionId,
    command: DismissSuggestion,
) -> Result<()> {
    show(app, caller, id)?;
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
