//! Reports over JSON.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::export::{self, ReportFormat};
use super::fact::Fact;
use super::locks::{
    self, CorrectReport, CorrectionView, ListLocks, LockPeriod, LockView, LockedRecords,
    LockedReport,
};
use super::model::LockId;
use super::ops::{self, Report};
use super::query::{ExportQuery, RecordsQuery, ReportQuery};
use crate::http::extract::{AppData, CallerData, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(show_report)
        .service(list_report_records)
        .service(export_report)
        .service(list_report_locks)
        .service(lock_report)
        .service(show_report_lock)
        .service(list_report_lock_records)
        .service(correct_report);
}

/// Counts and money of the caller's regions by programme, channel, kind of activity, place and time:
/// for liaisons, officers and administrators.
#[utoipa::path(tag = "reports", params(ReportQuery), security(("bearer" = [])),
    responses((status = 200, body = Report), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/reports")]
async fn show_report(app: AppData, caller: CallerData, query: Query<ReportQuery>) -> ApiResult {
    let make = move |app: &_| {
        ops::require_broker(&caller.0)?;
        ops::report(app, &caller.0, query.asked(app)?)
    };
    let report = app.run(make).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// List the records behind a figure of a report, in the order of their days.
#[utoipa::path(tag = "reports", params(RecordsQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<Fact>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/reports/records")]
async fn list_report_records(
    app: AppData,
    caller: CallerData,
    query: Query<RecordsQuery>,
) -> ApiResult {
    let page = app.run(move |app| ops::records(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Download a report: as CSV, or as a spreadsheet with the records behind it on a second sheet.
#[utoipa::path(tag = "reports", params(ExportQuery), security(("bearer" = [])),
    responses((status = 200, description = "the file", content_type = "text/csv"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/reports/export")]
async fn export_report(app: AppData, caller: CallerData, query: Query<ExportQuery>) -> ApiResult {
    let format = query.format.unwrap_or(ReportFormat::Csv);
    let bytes = app.run(move |app| export::export(app, &caller.0, &query)).await?;
    Ok(report_file(bytes, format))
}

/// A report as a file to keep.
pub(super) fn report_file(bytes: Vec<u8>, format: ReportFormat) -> HttpResponse {
    let kind = match format {
        ReportFormat::Csv => "text/csv; charset=utf-8",
        ReportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let name = format!("attachment; filename=\"report.{format}\"");
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(bytes)
}

/// List locked reports of the caller's regions, those of the latest days first.
#[utoipa::path(tag = "reports", security(("bearer" = [])), params(ListLocks),
    responses((status = 200, body = Page<LockView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/reports/locks")]
async fn list_report_locks(app: AppData, caller: CallerData, query: Query<ListLocks>) -> ApiResult {
    let locks = app.run(move |app| locks::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(locks))
}

/// Lock the report of a period that is over: from then on it changes by corrections alone. For officers
/// of the region and administrators.
#[utoipa::path(tag = "reports", request_body = LockPeriod, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = LockView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/reports/locks")]
async fn lock_report(app: AppData, caller: CallerData, body: JsonBody<LockPeriod>) -> ApiResult {
    let view = app.run(move |app| locks::lock(app, &caller.0, &body.0)).await?;
    let place = format!("/api/v1/reports/locks/{}", view.id);
    Ok(HttpResponse::Created().insert_header(("location", place)).json(view))
}

/// Show a locked report: as it was locked, with corrections, and what the records tell otherwise by now.
#[utoipa::path(tag = "reports", params(("id" = LockId, Path)), security(("bearer" = [])),
    responses((status = 200, body = LockedReport), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/reports/locks/{id}")]
async fn show_report_lock(app: AppData, caller: CallerData, id: web::Path<LockId>) -> ApiResult {
    let report = app.run(move |app| locks::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// List the records behind a figure of a locked report, in the order of their days: as they were locked, or
/// with corrections.
#[utoipa::path(tag = "reports", params(("id" = LockId, Path), LockedRecords),
    security(("bearer" = [])),
    responses((status = 200, body = Page<Fact>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/reports/locks/{id}/records")]
async fn list_report_lock_records(
    app: AppData,
    caller: CallerData,
    id: web::Path<LockId>,
    query: Query<LockedRecords>,
) -> ApiResult {
    let page = app.run(move |app| locks::records(app, &caller.0, *id, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Correct a locked report: bring one fact up to date with its record, with a reason.
#[utoipa::path(tag = "reports", params(("id" = LockId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    request_body = CorrectReport, security(("bearer" = [])),
    responses((status = 201, body = CorrectionView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/reports/locks/{id}/corrections")]
async fn correct_report(
    app: AppData,
    caller: CallerData,
    id: web::Path<LockId>,
    body: JsonBody<CorrectReport>,
) -> ApiResult {
    let lock = *id;
    let view = app.run(move |app| locks::correct(app, &caller.0, lock, &body.0)).await?;
    let place = format!("/api/v1/reports/locks/{lock}/corrections/{}", view.id);
    Ok(HttpResponse::Created().insert_header(("location", place)).json(view))
}
