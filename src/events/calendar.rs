//! An event and one's meetings there as iCalendar (RFC 5545), for the calendar of a phone.

use super::model::EventId;
use super::ops::find;
use super::timetable;
use super::views::MeetingView;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::error::{Message, Result};
use crate::http::text;
use crate::ical::{Entry, When, written};

/// An event and the meetings of the caller's organisations there as a calendar.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound).
pub fn show(app: &App, caller: &Caller, id: EventId) -> Result<String> {
    let (view, timetable) = app.db.read(|db| {
        let event = find(db, caller, id)?;
        let timetable = timetable::table(db, caller, (&event, app.clock.now()))?;
        Ok::<_, crate::error::Error>((super::ops::view(app, db, caller, event)?, timetable))
    })?;
    let fields = &view.fields;
    let place = fields.place.clone().or(fields.online_url.clone()).unwrap_or_default();
    let cancelled = view.status == super::model::EventStatus::Cancelled;
    let mut entries = Vec::new();
    if let (Some(from), Some(to)) = (fields.starts_at, fields.ends_at) {
        entries.push(Entry {
            uid: format!("event-{}", view.id),
            when: When::Span(from, to),
            summary: named(fields.title.as_deref(), fields.title_en.as_deref(), caller.language),
            place: place.clone(),
            description: fields.description.clone().unwrap_or_default(),
            sequence: view.version,
            cancelled,
        });
    }
    entries.extend(
        timetable.meetings.iter().filter_map(|one| meeting(one, &place, caller, cancelled)),
    );
    Ok(written(&entries, app.clock.now()))
}

/// A name in the language, as far as there is one.
pub fn named(title: Option<&str>, english: Option<&str>, language: Language) -> String {
    let wanted = english.filter(|_| language == Language::English);
    wanted.or(title).unwrap_or_default().to_owned()
}

fn meeting(one: &MeetingView, place: &str, caller: &Caller, cancelled: bool) -> Option<Entry> {
    let titles = [&one.need.title, &one.capability.title];
    let titles: Vec<&str> = titles.into_iter().flatten().map(String::as_str).collect();
    let table = Message::new("calendar.table").with("table", one.table?);
    Some(Entry {
        uid: format!("meeting-{}", one.id),
        when: When::Span(one.starts_at?, one.ends_at?),
        summary: titles.join(" ⇄ "),
        place: [place, &text::render(&table, caller.language)].join(" "),
        description: String::new(),
        sequence: one.version,
        cancelled,
    })
}
