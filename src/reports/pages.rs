//! Pages of reports: the dashboard, the report with its form, the records behind a figure, a locked report.

mod board;
mod dashboard;
mod locked;
mod table;

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use self::table::{Asked, Column};
use super::api::report_file;
use super::dimension::Dimension;
use super::export::{self, ReportFormat};
use super::fact::Fact;
use super::locks::{self, ListLocks, LockPeriod, LockView};
use super::ops::{self, Report};
use super::query::{ExportQuery, RecordsQuery, ReportQuery};
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect};
use crate::http::pagination::Page;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(dashboard::show_dashboard)
        .service(dashboard::fetch_dashboard)
        .service(show_report)
        .service(show_records)
        .service(fetch_report)
        .service(lock_posted)
        .service(locked::show_lock)
        .service(locked::show_records)
        .service(locked::correct_posted);
}

#[derive(Template, WebTemplate)]
#[template(path = "report.html")]
struct ReportPage {
    page: Frame,
    report: Report,
    columns: Vec<Column>,
    asked: Asked,
    regions: Vec<(String, String)>,
    periods: Vec<String>,
    locks: Page<LockView>,
    may_lock: bool,
    /// What is wrong with the period or a form.
    errors: Vec<FieldError>,
    refused: Option<Message>,
    form: Posted,
}

/// What the form of the page asks for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    period: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    programme: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    activity_kind: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    then: String,
    /// Where the list of locked reports goes on.
    locks_after: Option<String>,
}

impl Wanted {
    /// As the API is asked.
    fn query(&self) -> ReportQuery {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        ReportQuery {
            period: some(&self.period),
            region: some(&self.region),
            programme: some(&self.programme),
            channel: some(&self.channel),
            activity_kind: some(&self.activity_kind),
            group_by: some(&format!("{},{}", self.by, self.then)),
            ..ReportQuery::default()
        }
    }
}

/// The report of the reader's regions.
#[get("/reports")]
async fn show_report(app: AppData, visit: Visit, wanted: Query<Wanted>) -> PageResult<ReportPage> {
    Ok(report_page(app.into_inner(), &visit, wanted.into_inner()).await?)
}

async fn report_page(app: Arc<App>, visit: &Visit, wanted: Wanted) -> Result<ReportPage> {
    let caller = visit.caller.clone();
    let made = app.run(move |app| {
        ops::require_broker(&caller)?;
        let (asked, errors) = match wanted.query().asked(app) {
            Err(Error::Invalid(errors)) => (ReportQuery::default().asked(app)?, errors),
            other => (other?, Vec::new()),
        };
        let shown = Asked::new(app, &wanted, &asked.1);
        let report = ops::report(app, &caller, asked)?;
        let locks = locks::list(
            app,
            &caller,
            &ListLocks { limit: None, after: wanted.locks_after.clone() },
        )?;
        let regions = table::regions(app, &caller, &shown);
        let may_lock = caller.is_admin()
            || regions.iter().any(|(code, _)| {
                caller.principal.as_ref().is_some_and(|one| one.is_officer_of(code))
            });
        Ok((report, shown, errors, locks, regions, may_lock, table::periods(app)))
    });
    let (report, asked, errors, locks, regions, may_lock, periods) = made.await?;
    let page = Frame::new(&app, visit, "reports");
    let columns = Column::shown(&page, &report);
    let (refused, form) = (None, Posted::default());
    Ok(ReportPage {
        page,
        report,
        columns,
        asked,
        regions,
        periods,
        locks,
        may_lock,
        errors,
        refused,
        form,
    })
}

/// The report as a file.
#[get("/reports/export")]
async fn fetch_report(app: AppData, visit: Visit, query: Query<ExportQuery>) -> PageResult {
    let caller = visit.caller.clone();
    let format = query.format.unwrap_or(ReportFormat::Csv);
    let bytes = app.run(move |app| export::export(app, &caller, &query)).await?;
    Ok(report_file(bytes, format))
}

#[derive(Template, WebTemplate)]
#[template(path = "report_records.html")]
struct RecordsPage {
    page: Frame,
    facts: Page<Fact>,
    measure: Option<String>,
    /// The locked report that they are of, and whether without its corrections.
    lock: Option<(LockView, bool)>,
    /// Address of the next page.
    next: Option<String>,
}

/// The records behind a figure.
#[get("/reports/records")]
async fn show_records(
    app: AppData,
    visit: Visit,
    query: Query<RecordsQuery>,
) -> PageResult<RecordsPage> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let query = query.into_inner();
    let measure = query.measure.map(|measure| measure.to_string());
    let asked = RecordsQuery { limit: query.limit.or(Some(50)), ..query };
    let facts = app.run(move |app| ops::records(app, &caller, &asked)).await?;
    let page = Frame::new(&app, &visit, "reports");
    let next = facts.next.as_ref().map(|cursor| table::next_address(&page.here, cursor));
    Ok(RecordsPage { page, facts, measure, lock: None, next })
}

/// Locks a period, and goes to its report.
#[post("/reports/locks")]
async fn lock_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<ReportPage, HttpResponse>> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let command = LockPeriod {
        period: form.text("period").to_owned(),
        region_code: form.text("region_code").to_owned(),
        note: form.filled("note"),
    };
    let done = app.run(move |app| locks::lock(app, &caller, &command)).await;
    let Refused { errors, reason } = match done {
        Ok(lock) => return Ok(Either::Right(redirect(&format!("/reports/locks/{}", lock.id)))),
        Err(error) => Refused::of(error)?,
    };
    let again = report_page(app, &visit, Wanted::default()).await?;
    Ok(Either::Left(ReportPage { errors, refused: reason, form, ..again }))
}
