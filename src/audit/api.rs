//! The audit log over JSON, for administrators.

use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{AuditEntryView, ChainReport, RememberedHead};
use super::ops::{self, AuditFilter};
use crate::accounts::principal::UserId;
use crate::db::Timestamp;
use crate::error::Error;
use crate::http::extract::{AppData, CallerData, Query};
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
    /// Only of this person.
    actor_id: Option<UserId>,
    /// Only this action, e.g. `need.publish`.
    action: Option<String>,
    /// Only of this kind of record.
    record_kind: Option<RecordKind>,
    /// Only of this record.
    record_id: Option<String>,
    /// Only at this time or later (RFC 3339).
    from: Option<Timestamp>,
    /// Only before this time (RFC 3339).
    until: Option<Timestamp>,
    /// Entries on the page, 1 to 100; 20 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// List the audit log, newest first: for administrators.
#[utoipa::path(tag = "audit", params(ListAuditEntries), security(("bearer" = [])),
    responses((status = 200, body = Page<AuditEntryView>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/audit")]
async fn list_audit_entries(
    app: AppData,
    caller: CallerData,
    query: Query<ListAuditEntries>,
) -> ApiResult {
    let query = query.into_inner();
    let limit = checked_limit(query.limit)?;
    let before = query
        .after
        .map(|cursor| cursor.parse().map_err(|_| Error::field("/after", "field.cursor")))
        .transpose()?;
    let filter = AuditFilter {
        actor_id: query.actor_id,
        action: query.action,
        record_kind: query.record_kind,
        record_id: query.record_id,
        from: query.from,
        until: query.until,
    };
    let page = app.run(move |app| ops::list(&app.db, &caller.0, &filter, before, limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// A head of the chain that an earlier verification has shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VerifyAuditChain {
    /// Hash of the last entry then; together with `entries`.
    head: Option<String>,
    /// Number of entries then; together with `head`.
    entries: Option<i64>,
}

impl VerifyAuditChain {
    fn remembered(self) -> Result<Option<RememberedHead>, Error> {
        match (self.head, self.entries) {
            (None, None) => Ok(None),
            (Some(hash), Some(entries)) => {
                Ok(Some(RememberedHead { entries, hash: hash.to_ascii_lowercase() }))
            }
            (Some(_), None) => Err(Error::field("/entries", "field.required")),
            (None, Some(_)) => Err(Error::field("/head", "field.required")),
        }
    }
}

/// Verify the chain of the audit log, and that a head written down earlier is still part of it:
/// for administrators.
#[utoipa::path(tag = "audit", params(VerifyAuditChain), security(("bearer" = [])),
    responses((status = 200, body = ChainReport), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/audit/verification")]
async fn verify_audit_chain(
    app: AppData,
    caller: CallerData,
    query: Query<VerifyAuditChain>,
) -> ApiResult {
    let remembered = query.into_inner().remembered()?;
    let report =
        app.run(move |app| ops::verify_for(&app.db, &caller.0, remembered.as_ref())).await?;
    Ok(HttpResponse::Ok().json(report))
}
