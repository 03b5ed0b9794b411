//! Use cases of subscriptions: each person's own.

use search_index::Kind;
use serde_json::{Value, json};

use super::asking::{self, Base};
use super::model::{
    CreateSubscription, Find, FindView, ListSubscriptions, Parameters, SubscribedRecord,
    Subscription, SubscriptionFields, SubscriptionId, SubscriptionKind, SubscriptionView,
    Threshold,
};
use super::rules::{self, Draft};
use super::{recommendations, store, views};
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::secrets;
use crate::app::App;
use crate::audit;
use crate::capabilities;
use crate::capabilities::model::CapabilityId;
use crate::db::types::Json;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Message, Result};
use crate::http::pagination::{Page, checked_limit, decode_cursor, encode_cursor};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::needs;
use crate::needs::model::NeedId;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::patch;
use crate::search::cards;
use crate::search::names::{CodeName, Names};

pub use super::letters::sample as sample_mail;

/// Subscriptions that one person may have.
pub const MOST: i64 = 50;

fn find(db: &mut Db, user: UserId, id: SubscriptionId) -> Result<Subscription> {
    store::find(db, user, id)?.ok_or(Error::NotFound)
}

/// What the caller's subscription is called; none for those of others.
///
/// # Errors
/// Database faults.
pub fn name(db: &mut Db, caller: &Caller, id: SubscriptionId) -> Result<Option<String>> {
    let Some(user) = caller.actor_id() else { return Ok(None) };
    Ok(store::find(db, user, id)?.map(|row| row.name))
}

/// A page of the caller's subscriptions, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a page that cannot be.
pub fn list(
    app: &App,
    caller: &Caller,
    query: &ListSubscriptions,
) -> Result<Page<SubscriptionView>> {
    let user = caller.signed_in()?.user_id;
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let off = recommendations::are_off(db, caller)?;
        let page =
            Page::cut(store::list(db, user, before, wanted)?, limit, |one| one.id.to_string());
        Ok(page.map(|row| views::view(row, off)))
    })
}

/// All subscriptions of a person, newest first.
///
/// # Errors
/// Database faults.
pub fn of_person(db: &mut Db, user: UserId) -> Result<Vec<SubscriptionView>> {
    let off = !recommendations::opted_out(db, &[user])?.is_empty();
    let rows = store::list(db, user, None, MOST)?;
    Ok(rows.into_iter().map(|row| views::view(row, off)).collect())
}

/// A subscription of the caller's.
///
/// # Errors
/// [`Error::NotFound`], also for those of others.
pub fn show(app: &App, caller: &Caller, id: SubscriptionId) -> Result<SubscriptionView> {
    let user = caller.signed_in()?.user_id;
    app.db.read(|db| {
        let row = find(db, user, id)?;
        Ok(views::view(row, recommendations::are_off(db, caller)?))
    })
}

/// Whose matches the caller may see: those of any need or capability that the caller may know of.
fn require_visible(db: &mut Db, caller: &Caller, record: &SubscribedRecord) -> Result<()> {
    match record.kind {
        RecordKind::Need => {
            let id: NeedId = record.id.parse().map_err(|_| Error::NotFound)?;
            needs::ops::find(db, caller, id).map(drop)
        }
        _ => {
            let id: CapabilityId = record.id.parse().map_err(|_| Error::NotFound)?;
            capabilities::ops::find(db, caller, id).map(drop)
        }
    }
}

/// Subscribes to a search or to the matches of a record.
///
/// # Errors
/// [`Error::NotFound`] for a record that is not for the caller; [`Error::Invalid`]; a conflict when
/// there are enough, and for matches when the caller wants nothing recommended.
pub fn create(
    app: &App,
    caller: &Caller,
    command: &CreateSubscription,
) -> Result<SubscriptionView> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    let query = rules::kept(&command.query);
    let record = command.record.as_ref();
    let draft = Draft { name: &command.name, query: &query, record, threshold: command.threshold };
    rules::check(app, caller, &draft)?;
    let kind = draft.kind();
    app.db.write(|db| {
        if let Some(record) = record {
            require_visible(db, caller, record)?;
        }
        let off = recommendations::are_off(db, caller)?;
        if off && kind == SubscriptionKind::Matches {
            return Err(Error::conflict("error.recommendations_off"));
        }
        // The log first: its lock keeps apart what one person writes at the same time. What somebody
        // looks for is not logged, for the log outlives the account.
        let row = new_row(db, command, (user, kind), &query, now)?;
        log(db, caller, now, &row, ("subscription.create", logged(&row)))?;
        if store::count(db, user)? >= MOST {
            return Err(Error::conflict(
                Message::new("error.enough_subscriptions").with("most", MOST),
            ));
        }
        store::insert(db, &row)?;
        let created = Created::record(CreatedKind::Subscription, row.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        Ok(views::view(row, off))
    })
}

fn new_row(
    db: &mut Db,
    command: &CreateSubscription,
    (user_id, kind): (UserId, SubscriptionKind),
    query: &Parameters,
    now: Timestamp,
) -> Result<Subscription> {
    let record = command.record.as_ref();
    let usual = (kind == SubscriptionKind::Matches).then_some(Threshold::Fair);
    Ok(Subscription {
        id: SubscriptionId::new(),
        user_id,
        kind,
        name: command.name.trim().to_owned(),
        query: Json(query.clone()),
        record_kind: record.map(|record| record.kind),
        record_id: record.map(|record| record.id.clone()),
        threshold: command.threshold.or(usual),
        frequency: command.frequency,
        active: true,
        since_change: records::ops::last_change(db)?,
        off_secret: secrets::random()?,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn logged(row: &Subscription) -> Value {
    json!({
        "kind": row.kind, "threshold": row.threshold, "frequency": row.frequency,
        "active": row.active
    })
}

fn log(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    row: &Subscription,
    (action, changes): (&'static str, Value),
) -> Result<()> {
    let id = row.id.to_string();
    let entry = audit::ops::Entry { action, kind: RecordKind::Subscription, id: &id, changes };
    audit::ops::note(db, caller, now, entry)
}

/// Changes a subscription by a JSON merge patch. What was written before another query, or before it
/// was switched on, is not new.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; [`Error::Invalid`].
pub fn update(
    app: &App,
    caller: &Caller,
    id: SubscriptionId,
    version: i32,
    changes: &Value,
) -> Result<SubscriptionView> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    app.db.write(|db| {
        store::hold(db, &[id])?;
        let mut row = find(db, user, id)?;
        let before = serde_json::to_value(views::fields(&row))?;
        let fields: SubscriptionFields = patch::merged(before, changes)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        let query = rules::kept(&fields.query);
        let record = views::record(&row);
        let (name, record, threshold) = (&fields.name, record.as_ref(), fields.threshold);
        rules::check(app, caller, &Draft { name, query: &query, record, threshold })?;
        let anew = query != row.query.0 || (fields.active && !row.active);
        if anew {
            row.since_change = records::ops::last_change(db)?;
        }
        if anew || !fields.active {
            store::finds::forget_all(db, &[id])?;
        }
        row.name = fields.name.trim().to_owned();
        row.query = Json(query);
        row.threshold = fields.threshold.or(row.threshold);
        row.frequency = fields.frequency;
        row.active = fields.active;
        row.version += 1;
        row.updated_at = now;
        store::update(db, &row)?;
        log(db, caller, now, &row, ("subscription.update", logged(&row)))?;
        Ok(views::view(row, recommendations::are_off(db, caller)?))
    })
}

/// Keeps others off all subscriptions of a person until the transaction ends.
///
/// # Errors
/// Database faults.
pub fn hold_all(db: &mut Db, user: UserId) -> Result<()> {
    let ids = store::ids_of(db, user, false)?;
    store::hold(db, &ids)
}

/// Removes a subscription with all that was found for it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete(app: &App, caller: &Caller, id: SubscriptionId) -> Result<()> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    app.db.write(|db| {
        store::hold(db, &[id])?;
        let row = find(db, user, id)?;
        store::delete(db, id)?;
        log(db, caller, now, &row, ("subscription.delete", logged(&row)))
    })
}

/// What the caller has been told of for a subscription, last told first; what is hidden or gone now is
/// left out, so that a page may be short. Nothing while the record whose matches they are is hidden.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a page that cannot be.
pub fn finds(
    app: &App,
    caller: &Caller,
    id: SubscriptionId,
    query: &ListSubscriptions,
) -> Result<Page<FindView>> {
    let user = caller.signed_in()?.user_id;
    let limit = checked_limit(query.limit)?;
    let before = query.after.as_deref().map(place).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let row = find(db, user, id)?;
        // What fits a record tells of the record: who may not know of it any more learns nothing by it.
        if asking::base(app, db, caller, &row)? == Base::Hidden {
            return Ok(Page::empty());
        }
        let rows = store::finds::told(db, id, before, wanted)?;
        let page = Page::cut(rows, limit, |last| {
            let told = last.told_at.map(|at| at.0.to_rfc3339()).unwrap_or_default();
            encode_cursor(&told, &last.record_id)
        });
        Ok(Page { items: shown(app, db, caller, page.items)?, next: page.next })
    })
}

fn place(cursor: &str) -> Result<(Timestamp, String)> {
    let (at, record) = decode_cursor(cursor)?;
    let at = chrono::DateTime::parse_from_rfc3339(at);
    let at = at.map_err(|_| Error::field("/after", "field.cursor"))?;
    Ok((Timestamp::new(at.to_utc()), record.to_owned()))
}

fn shown(app: &App, db: &mut Db, caller: &Caller, rows: Vec<Find>) -> Result<Vec<FindView>> {
    let kind = |find: &Find| Kind::parse(find.record_kind.as_str());
    let wanted: Vec<(Kind, &str)> =
        rows.iter().filter_map(|one| Some((kind(one)?, one.record_id.as_str()))).collect();
    let mut seen = cards::load(app, db, caller, &wanted)?;
    let names = Names::new(app, caller.language);
    let grade = |code: String| CodeName { name: names.text(&format!("match_grade.{code}")), code };
    let shown = rows.into_iter().filter_map(|find| {
        Some(FindView {
            record: seen.remove(&find.record_id)?.card,
            grade: find.grade.map(grade),
            found_at: find.found_at,
            told_at: find.told_at?,
        })
    });
    Ok(shown.collect())
}
