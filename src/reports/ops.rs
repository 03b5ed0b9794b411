//! Use cases of reports: making one, and reading the records behind a figure.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::dimension::{Dimension, UNASSIGNED};
use super::fact::{Fact, FactKey, FactKind, Measure};
use super::period::Span;
use super::progress::FirstContact;
use super::query::{RecordsQuery, Selection};
use super::tally::{Figures, Sum, break_down};
use super::{collect, locks};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit, decode_cursor, encode_cursor};
use crate::http::text;
use crate::records::scope::Reach;

/// Where a line of a report stands under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Heading {
    /// The heading.
    pub dimension: Dimension,
    /// Code of the value, or `none`: give it back under the name of the heading to get the records.
    pub value: String,
    /// What it is called.
    pub name: String,
}

/// A line of a report.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Line {
    /// Where it stands, in the order of the headings asked for.
    pub headings: Vec<Heading>,
    /// Counts, and money in 万元, by measure.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    pub figures: BTreeMap<&'static str, serde_json::Value>,
}

/// A report.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// First day, in China.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// What it is broken down by.
    pub group_by: Vec<Dimension>,
    /// A line for each combination that occurs, in the order of their codes.
    pub lines: Vec<Line>,
    /// Over all lines.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    pub total: BTreeMap<&'static str, serde_json::Value>,
    /// Locked reports that it draws on, as they stand with corrections.
    pub locks: Vec<locks::LockView>,
}

/// Reports are for those who look after regions, and of these regions.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::Forbidden`] for everybody else.
pub(super) fn broker(caller: &Caller) -> Result<Reach> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.brokers_only"));
    }
    // Own organisations are no part of it.
    Ok(Reach { orgs: Vec::new(), ..Reach::of(caller) })
}

/// Refuses who looks after no region, before anything else is looked at.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::Forbidden`].
pub fn require_broker(caller: &Caller) -> Result<()> {
    broker(caller).map(drop)
}

/// Name of a value of a heading.
pub fn name(app: &App, caller: &Caller, dimension: Dimension, value: &str) -> String {
    let language = caller.language;
    if value == UNASSIGNED {
        return text::text("report.unassigned", language);
    }
    if dimension.is_place() {
        return app.reference.region_name(value, language);
    }
    match dimension.table() {
        Some(table) => app.reference.code_name(table, value, language),
        None => value.to_owned(),
    }
}

/// The facts of a selection.
///
/// # Errors
/// As for [`report`].
pub(super) fn facts(app: &App, caller: &Caller, selection: &Selection) -> Result<Vec<Fact>> {
    let reach = broker(caller)?;
    app.db.read(|db| collect::facts(db, &reach, &selection.narrowed(), None))
}

/// Makes a report.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but liaisons, officers and administrators; [`Error::Invalid`].
pub fn report(
    app: &App,
    caller: &Caller,
    (selection, group_by): (Selection, Vec<Dimension>),
) -> Result<Report> {
    let reach = broker(caller)?;
    let sums = app.db.read(|db| collect::sums(db, &reach, &selection.narrowed()))?;
    lay_out(app, caller, (&selection, group_by), &sums)
}

/// The report that sums make.
pub(super) fn lay_out(
    app: &App,
    caller: &Caller,
    (selection, group_by): (&Selection, Vec<Dimension>),
    sums: &[Sum],
) -> Result<Report> {
    let line = |(values, figures): (Vec<String>, Figures)| {
        let headings = group_by.iter().zip(values).map(|(dimension, value)| Heading {
            dimension: *dimension,
            name: name(app, caller, *dimension, &value),
            value,
        });
        Line { headings: headings.collect(), figures: figures.values() }
    };
    Ok(Report {
        from: selection.span.from,
        to: selection.span.to,
        lines: break_down(sums, &group_by).into_iter().map(line).collect(),
        total: Figures::of_sums(sums).values(),
        locks: locks_of(app, caller, selection)?,
        group_by,
    })
}

/// Locked reports that have days and places in common with a selection.
fn locks_of(app: &App, caller: &Caller, selection: &Selection) -> Result<Vec<locks::LockView>> {
    let mut all = locks::within(app, caller, selection.span)?;
    all.retain(|lock| {
        let region = selection.region.as_deref().unwrap_or_default();
        let code = &lock.region_code;
        code.starts_with(region) || region.starts_with(code.as_str())
    });
    Ok(all)
}

/// The place of a fact in a list by days.
pub(super) fn cursor(fact: &Fact) -> String {
    let key = &fact.key;
    encode_cursor(&fact.on.to_string(), &format!("{}:{}:{}", key.kind, key.record_id, key.part))
}

/// The place that a cursor stands for.
fn place(cursor: &str) -> Option<(NaiveDate, FactKey)> {
    let (on, key) = decode_cursor(cursor).ok()?;
    let (kind, rest) = key.split_once(':')?;
    let (record_id, part) = rest.rsplit_once(':')?;
    let kind = kind.parse().ok()?;
    Some((
        on.parse().ok()?,
        FactKey { kind, record_id: record_id.to_owned(), part: part.parse().ok()? },
    ))
}

/// The place after which a list goes on.
///
/// # Errors
/// [`Error::Invalid`] for what is no such place.
pub(super) fn after(cursor: Option<&str>) -> Result<Option<(NaiveDate, FactKey)>> {
    let read = |text| place(text).ok_or_else(|| Error::field("/after", "field.cursor"));
    cursor.map(read).transpose()
}

/// The facts behind a figure, in the order of their days.
///
/// # Errors
/// As for [`report`].
pub fn records(app: &App, caller: &Caller, query: &RecordsQuery) -> Result<Page<Fact>> {
    let reach = broker(caller)?;
    let limit = checked_limit(query.limit)?;
    let selection = query.selection(app)?.narrowed();
    let only = query.measure.map(Measure::kind);
    let filter = query.filter()?;
    let only = if filter.is_open() { only } else { Some(FactKind::Need) };
    let after = after(query.after.as_deref())?;
    let facts = app.db.read(|db| {
        let contact = first_contact(app);
        first(db, &reach, &selection, only, after.as_ref(), limit + 1, |db, facts| {
            filter.keep(db, facts, &contact)
        })
    })?;
    Ok(Page::cut(facts, limit, cursor))
}

/// How first contacts are counted now.
pub(super) fn first_contact(app: &App) -> FirstContact<'_> {
    FirstContact {
        calendar: app.reference.calendar(),
        limit: app.config.brokering.first_contact_days,
        today: app.clock.today_in_china(),
    }
}

/// The first so many facts after one that are kept. Days are read in turn, twice as many each time, until there are
/// enough: a page of a long time costs as much as one of a short time.
fn first(
    db: &mut Db,
    reach: &Reach,
    selection: &Selection,
    only: Option<FactKind>,
    after: Option<&(NaiveDate, FactKey)>,
    wanted: usize,
    keep: impl Fn(&mut Db, &mut Vec<Fact>) -> Result<()>,
) -> Result<Vec<Fact>> {
    let Span { from, to: last } = selection.span;
    let mut from = after.map_or(from, |(day, _)| from.max(*day));
    let mut days = 0;
    let mut found: Vec<Fact> = Vec::new();
    while from <= last && found.len() < wanted {
        let to = from.checked_add_days(Days::new(days)).map_or(last, |to| to.min(last));
        let some = Selection { span: Span { from, to }, ..selection.clone() };
        let mut facts = collect::facts(db, reach, &some, only)?;
        facts.retain(|fact| after.is_none_or(|(on, key)| (fact.on, &fact.key) > (*on, key)));
        keep(db, &mut facts)?;
        found.append(&mut facts);
        let Some(next) = to.succ_opt() else { break };
        (from, days) = (next, 2 * days + 1);
    }
    found.truncate(wanted);
    Ok(found)
}
