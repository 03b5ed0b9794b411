//! The page of a locked report: what stands, what was corrected, what differs by now.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::RecordsPage;
use super::table::{self, Column};
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect};
use crate::reports::fact::{Fact, Measure};
use crate::reports::locks::{self, CorrectReport, LockedRecords, LockedReport};
use crate::reports::model::LockId;

#[derive(Template, WebTemplate)]
#[template(path = "report_lock.html")]
struct LockPage {
    page: Frame,
    report: LockedReport,
    /// Column, figure as locked, figure with corrections.
    figures: Vec<(Column, String, String)>,
    errors: Vec<FieldError>,
    refused: Option<Message>,
    form: Posted,
}

impl LockPage {
    /// A fact in one line: day, place, headings and money.
    fn line(&self, fact: &Fact) -> String {
        let page = &self.page;
        let mut parts = vec![page.day(&fact.on), page.region(&fact.region_code)];
        for (table, code) in [
            ("programme", &fact.programme),
            ("channel", &fact.channel),
            ("activity_kind", &fact.activity_kind),
        ] {
            if !code.is_empty() {
                parts.push(page.code(table, code));
            }
        }
        if fact.amount.0 > 0 {
            parts.push(page.money(&fact.amount));
        }
        parts.join(" · ")
    }

    /// Where the records behind a figure are.
    fn records(&self, column: &Column, as_locked: bool) -> String {
        let (lock, measure) = (self.report.lock.id, column.measure);
        format!("/reports/locks/{lock}/records?measure={measure}&as_locked={as_locked}")
    }

    /// Whether what was typed belongs to this fact.
    fn typed(&self, fact: &Fact) -> bool {
        self.form.text("record_id") == fact.key.record_id
            && self.form.text("kind") == fact.key.kind.as_str()
            && self.form.text("part") == fact.key.part.to_string()
    }
}

/// A locked report.
#[get("/reports/locks/{id}")]
async fn show_lock(app: AppData, visit: Visit, id: web::Path<LockId>) -> PageResult<LockPage> {
    Ok(lock_page(app.into_inner(), &visit, *id).await?)
}

async fn lock_page(app: Arc<App>, visit: &Visit, id: LockId) -> Result<LockPage> {
    let caller = visit.caller.clone();
    let report = app.run(move |app| locks::show(app, &caller, id)).await?;
    let page = Frame::new(&app, visit, "reports");
    let columns = Measure::ALL.iter().map(|measure| Column {
        measure: *measure,
        name: page.t(format!("report.measure.{measure}")),
    });
    let figures = columns
        .filter(|one| !(one.is_nothing(&report.as_locked) && one.is_nothing(&report.corrected)))
        .map(|one| {
            let (before, after) = (one.figure(&report.as_locked), one.figure(&report.corrected));
            (one, before, after)
        })
        .collect();
    let (errors, refused, form) = (Vec::new(), None, Posted::default());
    Ok(LockPage { page, report, figures, errors, refused, form })
}

/// The records behind a figure of a locked report.
#[get("/reports/locks/{id}/records")]
async fn show_records(
    app: AppData,
    visit: Visit,
    id: web::Path<LockId>,
    query: Query<LockedRecords>,
) -> PageResult<RecordsPage> {
    let (app, caller, query) = (app.into_inner(), visit.caller.clone(), query.into_inner());
    let (measure, as_locked) = (query.measure, query.as_locked.unwrap_or(true));
    let asked = LockedRecords { limit: query.limit.or(Some(50)), ..query };
    let (lock, facts) = app
        .run(move |app| {
            let facts = locks::records(app, &caller, *id, &asked)?;
            Ok((locks::show_lock(app, &caller, *id)?, facts))
        })
        .await?;
    let page = Frame::new(&app, &visit, "reports");
    let next = facts.next.as_ref().map(|cursor| table::next_address(&page.here, cursor));
    let measure = measure.map(|measure| measure.to_string());
    Ok(RecordsPage { page, facts, measure, lock: Some((lock, as_locked)), next })
}

/// Brings a fact up to date.
#[post("/reports/locks/{id}/corrections")]
async fn correct_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<LockId>,
    form: Posted,
) -> PageResult<Either<LockPage, HttpResponse>> {
    let app = app.into_inner();
    let id = *id;
    let kind = form.text("kind").parse().map_err(|_| Error::NotFound)?;
    let command = CorrectReport {
        kind,
        record_id: form.text("record_id").to_owned(),
        part: form.text("part").parse().unwrap_or_default(),
        reason: form.text("reason").to_owned(),
    };
    let caller = visit.caller.clone();
    let done = app.run(move |app| locks::correct(app, &caller, id, &command)).await;
    let Refused { errors, reason } = match done {
        Ok(_) => return Ok(Either::Right(redirect(&format!("/reports/locks/{id}")))),
        Err(error) => Refused::of(error)?,
    };
    let again = lock_page(app, &visit, id).await?;
    Ok(Either::Left(LockPage { errors, refused: reason, form, ..again }))
}
