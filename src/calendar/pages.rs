//! The page of the month.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use askama::Template;
use askama_web::WebTemplate;
use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Item, Month};
use super::ops;
use crate::accounts::principal::{Caller, Language, Role};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::http::text;
use crate::reference::calendar::DayKind;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show_calendar).service(fetch_calendar);
}

/// Entries of a day that are shown at once.
const SHOWN: usize = 5;

/// Which month to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    month: String,
    /// `all` for the whole region, `own` for the reader's own work and what nobody answers for.
    whose: String,
}

impl Which {
    fn month(&self, app: &App) -> Result<Month> {
        match self.month.as_str() {
            "" => Ok(Month::of(app.clock.today_in_china())),
            code => Month::parse(code).ok_or_else(|| Error::field("/month", "field.date")),
        }
    }

    /// Whether all of the region is to be shown: for who does not broker, always.
    fn all(&self, caller: &Caller) -> bool {
        match self.whose.as_str() {
            "all" => true,
            "own" => false,
            _ => !is_liaison(caller),
        }
    }
}

/// Whether the reader is a liaison, who has work of her own.
fn is_liaison(caller: &Caller) -> bool {
    caller.principal.as_ref().is_some_and(|one| one.has(Role::Liaison))
}

/// A day of the page.
struct Day {
    date: NaiveDate,
    /// Whether it belongs to the month.
    inside: bool,
    today: bool,
    worked: bool,
    /// The holiday that it belongs to.
    holiday: String,
    /// Whether it is worked in exchange for a day of that holiday.
    exchanged: bool,
    items: Vec<Item>,
}

#[derive(Template, WebTemplate)]
#[template(path = "calendar.html")]
struct CalendarPage {
    page: Frame,
    month: Month,
    weeks: Vec<Vec<Day>>,
    all: bool,
    liaison: bool,
    empty: bool,
    incomplete: bool,
    /// The year whose holidays are not known.
    unknown_year: Option<String>,
}

impl CalendarPage {
    /// Address of a month with the same entries.
    fn address(&self, month: &Month) -> String {
        let whose = if self.all { "all" } else { "own" };
        match self.liaison {
            true => format!("/calendar?month={}&whose={whose}", month.code()),
            false => format!("/calendar?month={}", month.code()),
        }
    }

    fn file(&self) -> String {
        self.address(&self.month).replacen("/calendar?", "/calendar/month.ics?", 1)
    }

    fn title(&self) -> String {
        self.month.first().format(&self.page.t("calendar.month_format")).to_string()
    }

    fn weekday(&self, date: &NaiveDate) -> String {
        self.page.t(format!("calendar.{}", date.format("weekday_%u")))
    }

    /// The hours of an entry on a day, in China.
    fn hours(&self, item: &Item) -> String {
        let hour = |at: &crate::db::Timestamp| {
            (at.0 + chrono::TimeDelta::hours(8)).format("%H:%M").to_string()
        };
        item.span.as_ref().map(|(from, _)| hour(from)).unwrap_or_default()
    }

    /// The entries of a day that are shown at once, and the others.
    fn parted<'a>(&self, day: &'a Day) -> (&'a [Item], &'a [Item]) {
        // A single one more takes no more room than the word that there is more.
        let shown = if day.items.len() == SHOWN + 1 { SHOWN + 1 } else { SHOWN };
        day.items.split_at(shown.min(day.items.len()))
    }
}

/// The month of the reader.
#[get("/calendar")]
async fn show_calendar(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<CalendarPage> {
    let (app, which, caller) = (app.into_inner(), which.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let (month, all) = (which.month(&app)?, which.all(&caller));
    let found = app.run(move |app| ops::items(app, &caller, month, all)).await?;
    let calendar = app.reference.calendar();
    let mut items = found.items;
    let empty = items.is_empty();
    let today = app.clock.today_in_china();
    let mut day = |date: NaiveDate| {
        let inside = Month::of(date) == month;
        let row = app.reference.holidays().iter().find(|row| row.date == date);
        let name = row.map(|row| match visit.caller.language {
            Language::Chinese => row.name_zh.clone(),
            Language::English => row.name_en.clone(),
        });
        Day {
            date,
            inside,
            today: date == today,
            worked: calendar.is_workday(date),
            holiday: name.unwrap_or_default(),
            exchanged: row.is_some_and(|row| row.kind == DayKind::Workday),
            items: items.extract_if(.., |item| inside && item.day == date).collect(),
        }
    };
    let weeks = month.weeks().into_iter();
    let weeks = weeks.map(|week| week.into_iter().map(&mut day).collect()).collect();
    let year = chrono::Datelike::year(&month.first());
    Ok(CalendarPage {
        page: Frame::new(&app, &visit, "calendar"),
        month,
        weeks,
        all,
        liaison: is_liaison(&visit.caller),
        empty,
        incomplete: found.incomplete,
        unknown_year: (!calendar.covers(year)).then(|| year.to_string()),
    })
}

/// The month as a file for other calendars.
#[get("/calendar/month.ics")]
async fn fetch_calendar(app: AppData, visit: Visit, which: Query<Which>) -> PageResult {
    let (app, which, caller) = (app.into_inner(), which.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let (month, all, language) = (which.month(&app)?, which.all(&caller), caller.language);
    let name = move |kind: super::model::ItemKind| {
        text::text(&format!("page.calendar.kind_{}", kind.as_str()), language)
    };
    let file = app.run(move |app| ops::file(app, &caller, month, all, name)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"townbridge-{}.ics\"", month.code()),
        ))
        .body(file))
}
