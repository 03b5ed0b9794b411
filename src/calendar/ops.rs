//! What a month holds for somebody.

use chrono::{Days, NaiveDate, TimeDelta};

use super::model::{Item, ItemKind, Month};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases;
use crate::clock::china_date;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::events;
use crate::events::calendar::named;
use crate::events::model::EventStatus;
use crate::ical::{Entry, When, written};
use crate::projects;
use crate::projects::overdue::OverdueKind;
use crate::records::scope::{BrokeredBy, Reach};
use crate::search::names::Names;
use crate::visits;
use crate::visits::ops::ListVisits;

/// Entries of one kind at most.
const MOST: i64 = 500;
/// Pages of visits at most.
const PAGES: usize = 5;

/// What a month holds.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The entries by day, hour and kind.
    pub items: Vec<Item>,
    /// Whether there is more than is shown.
    pub incomplete: bool,
}

/// Everything of a month that concerns the caller. Of brokers only what they answer for and what nobody
/// does, unless `all` of their regions is asked for; events and visits in either case.
///
/// # Errors
/// [`Error::Unauthenticated`](crate::error::Error::Unauthenticated) for visitors.
pub fn items(app: &App, caller: &Caller, month: Month, all: bool) -> Result<Found> {
    let principal = caller.signed_in()?;
    let broker = principal.is_broker() || principal.is_admin();
    let whose = match caller.actor_id().filter(|_| broker && !all) {
        Some(person) => BrokeredBy::Person(person, true),
        None => BrokeredBy::Anybody,
    };
    let mut found = Found::default();
    app.db.read(|db| {
        events_of(app, db, caller, month, &mut found)?;
        if broker {
            cases_of(app, db, caller, (month, whose), &mut found)?;
        }
        deals_of(app, db, caller, (month, whose), &mut found)
    })?;
    if broker {
        visits_of(app, caller, month, &mut found)?;
    }
    let hour = |item: &Item| item.span.map(|(from, _)| from);
    found.items.sort_by(|a, b| {
        let order = |item: &Item| (item.day, hour(item), item.kind, item.id.clone());
        order(a).cmp(&order(b))
    });
    Ok(found)
}

/// The moment at which a day begins in China.
fn begins(day: NaiveDate) -> Timestamp {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    Timestamp::new(midnight - TimeDelta::hours(8))
}

fn is_full(count: usize) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= MOST)
}

fn events_of(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    month: Month,
    found: &mut Found,
) -> Result<()> {
    let span = (begins(month.first()), begins(month.end()));
    let events = events::between::between(app, db, caller, span, MOST)?;
    found.incomplete |= is_full(events.len());
    for event in events {
        let (Some(from), Some(to)) = (event.fields.starts_at, event.fields.ends_at) else {
            continue;
        };
        let item = Item {
            kind: ItemKind::Event,
            id: event.id.to_string(),
            day: china_date(from.0),
            span: Some((from, to)),
            title: named(
                event.fields.title.as_deref(),
                event.fields.title_en.as_deref(),
                caller.language,
            ),
            detail: event.fields.place.clone().unwrap_or_default(),
            href: format!("/events/{}", event.id),
            own: event.runs || !event.own.is_empty(),
            late: false,
            cancelled: event.status == EventStatus::Cancelled,
            version: event.version,
        };
        // One of several days stands on each of them.
        let first = item.day.max(month.first());
        let last = china_date(to.0).min(month.end() - Days::new(1));
        let days = first.iter_days().take_while(|day| *day <= last);
        found.items.extend(days.map(|day| Item { day, ..item.clone() }));
    }
    Ok(())
}

fn cases_of(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (month, whose): (Month, BrokeredBy),
    found: &mut Found,
) -> Result<()> {
    let days = (month.first(), month.end());
    let cases = cases::due::due(app, db, caller, whose, days, MOST)?;
    found.incomplete |= is_full(cases.len());
    let today = app.clock.today_in_china();
    found.items.extend(cases.into_iter().filter_map(|case| {
        let day = case.due_on?;
        Some(Item {
            kind: ItemKind::Case,
            id: case.id.to_string(),
            day,
            span: None,
            title: case.need.title.clone().unwrap_or_else(|| case.code.clone()),
            detail: case.next_action.clone().unwrap_or_default(),
            href: format!("/cases/{}", case.id),
            own: false,
            late: day < today,
            cancelled: false,
            version: case.version,
        })
    }));
    Ok(())
}

/// Milestones, payments and registrations that are due and not done: what will be overdue when the month
/// has passed, and was not before it.
fn deals_of(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (month, whose): (Month, BrokeredBy),
    found: &mut Found,
) -> Result<()> {
    let reach = Reach::of(caller);
    let (reference, end) = (&app.reference, month.end());
    let late = projects::ops::overdue(reference, db, (&reach, whose), end, MOST)?;
    found.incomplete |= is_full(late.first.len());
    let today = app.clock.today_in_china();
    let names = Names::new(app, caller.language);
    let due = late.first.into_iter().filter(|one| one.due_on >= month.first());
    found.items.extend(due.map(|one| Item {
        kind: match one.what {
            OverdueKind::Milestone => ItemKind::Milestone,
            OverdueKind::Payment => ItemKind::Payment,
            OverdueKind::Registration => ItemKind::Registration,
        },
        id: format!("{}-{}", one.id, one.at),
        day: one.due_on,
        span: None,
        detail: match (&one.milestone, &one.amount) {
            (Some(milestone), _) => milestone.clone(),
            (None, Some(amount)) => names.amount(amount.0),
            (None, None) => String::new(),
        },
        title: one.title,
        href: format!("/{}/{}", one.kind.folder(), one.id),
        own: false,
        late: one.due_on < today,
        cancelled: false,
        version: 0,
    }));
    Ok(())
}

fn visits_of(app: &App, caller: &Caller, month: Month, found: &mut Found) -> Result<()> {
    let mut after = None;
    for at in 0..PAGES {
        let last = month.end() - Days::new(1);
        let (from, to) = (Some(month.first()), Some(last));
        let query = ListVisits { from, to, limit: Some(100), after, ..ListVisits::default() };
        let page = visits::ops::list(app, caller, &query)?;
        found.items.extend(page.items.into_iter().filter_map(|visit| {
            Some(Item {
                kind: ItemKind::Visit,
                id: visit.id.to_string(),
                day: visit.fields.visited_on?,
                span: None,
                title: visit.firm().to_owned(),
                detail: visit.author_name.clone().unwrap_or_default(),
                href: format!("/visits/{}", visit.id),
                own: false,
                late: false,
                cancelled: false,
                version: visit.version,
            })
        }));
        after = page.next;
        if after.is_none() {
            break;
        }
        found.incomplete |= at + 1 == PAGES;
    }
    Ok(())
}

/// The month as iCalendar; `named` says what an entry is, beside what it is called.
///
/// # Errors
/// Those of [`items`].
pub fn file(
    app: &App,
    caller: &Caller,
    month: Month,
    all: bool,
    kind_name: impl Fn(ItemKind) -> String,
) -> Result<String> {
    let mut items = items(app, caller, month, all)?.items;
    // One of several days is one entry.
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert((item.kind.as_str(), item.id.clone())));
    let entry = |item: &Item| Entry {
        uid: format!("{}-{}", item.kind.as_str(), item.id),
        when: item.span.map_or(When::Day(item.day), |(from, to)| When::Span(from, to)),
        summary: match item.kind {
            ItemKind::Event => item.title.clone(),
            kind => format!("{} · {}", kind_name(kind), item.title),
        },
        place: if item.kind == ItemKind::Event { item.detail.clone() } else { String::new() },
        description: {
            let link = format!("{}{}", app.config.server.public_url, item.href);
            let detail = Some(&item.detail).filter(|_| item.kind != ItemKind::Event);
            let texts = detail.filter(|text| !text.is_empty()).into_iter().chain([&link]);
            texts.cloned().collect::<Vec<_>>().join("\n")
        },
        sequence: item.version,
        cancelled: item.cancelled,
    };
    Ok(written(&items.iter().map(entry).collect::<Vec<_>>(), app.clock.now()))
}
