//! The audit log over JSON, for administrators.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{AuditEntryView, ChainReport};
use super::ops;
use crate::error::Error;
use crate::http::extract::{AppData, CallerData};
use crate::http::pagination::{Page, checked_limit};
use crate::http::problem::{ApiResult, Problem};
use crate::records::model::RecordKind;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_entries).service(verify_audit_chain);
}

/// Which entries to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListAuditEntries {
    /// Only of this kind of record; together with `record_id`.
    record_kind: Option<RecordKind>,
    /// Only of this record.
    record_id: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// List the audit log, newest first: for administrators.
#[utoipa::path(tag = "audit", params(ListAuditEntries), security(("bearer" = [])),
    responses((status = 200, body = Page<AuditEntryView>), (status = 403, body = Problem)))]
#[get("/audit")]
async fn list_audit_entries(
    app: AppData,
    caller: CallerData,
    query: web::Query<ListAuditEntries>,
) -> ApiResult {
    let query = query.into_inner();
    let limit = checked_limit(query.limit)?;
    let before = query
        .after
        .map(|cursor| cursor.parse().map_err(|_| Error::field("/after", "field.cursor")))
        .transpose()?;
    let record = query.record_kind.zip(query.record_id);
    let page = app.run(move |app| ops::list(&app.db, &caller.0, record, before, limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Verify the chain of the audit log: for administrators.
#[utoipa::path(tag = "audit", security(("bearer" = [])),
    responses((status = 200, body = ChainReport), (status = 403, body = Problem)))]
#[get("/audit/verification")]
async fn verify_audit_chain(app: AppData, caller: CallerData) -> ApiResult {
    let report = app.run(move |app| ops::verify_for(&app.db, &caller.0)).await?;
    Ok(HttpResponse::Ok().json(report))
}
