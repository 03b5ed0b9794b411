//! Templates and exports over HTTP.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::columns::FileKind;
use super::files::{self, Selection};
use super::source::Format;
use super::template;
use crate::accounts::principal::OrgId;
use crate::error::{Error, Message, Result};
use crate::http::extract::{AppData, CallerData, Query};
use crate::http::problem::{ApiResult, Problem};

/// Most records of one file; more are fetched in parts, by filter, or with the command.
const MAX_RECORDS: usize = 10_000;

/// Adds the operations. They come before those of single records, whose path would match, too.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(show_template)
        .service(export_needs)
        .service(export_capabilities)
        .service(export_organizations);
}

/// Download a spreadsheet to fill in: needs.xlsx, capabilities.xlsx or organizations.xlsx.
#[utoipa::path(tag = "import",
    params(("file" = String, Path, description = "needs.xlsx, capabilities.xlsx or organizations.xlsx")),
    responses((status = 200, description = "the template",
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, body = Problem)))]
#[get("/templates/{file}")]
async fn show_template(app: AppData, file: web::Path<String>) -> ApiResult {
    let kind = match file.as_str() {
        "needs.xlsx" => FileKind::Needs,
        "capabilities.xlsx" => FileKind::Capabilities,
        "organizations.xlsx" => FileKind::Organizations,
        _ => return Err(Error::NotFound.into()),
    };
    let bytes = app.run(move |app| template::workbook(kind, &app.reference)).await?;
    Ok(attachment(Format::Xlsx, &file.replace(".xlsx", "")).body(bytes))
}

/// Which needs to export.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportNeeds {
    /// `csv` (default), `xlsx` or `jsonl`.
    pub format: Option<String>,
    /// Only of this organisation.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind.
    pub need_kind: Option<String>,
}

/// Export needs as far as the caller may see them, last changed first, at most 10,000; the header
/// `Townbridge-Cut` tells when there are more.
#[utoipa::path(tag = "import", params(ExportNeeds),
    responses((status = 200, description = "the file", content_type = "text/csv"),
        (status = 422, body = Problem)))]
#[get("/needs/export")]
async fn export_needs(app: AppData, caller: CallerData, query: Query<ExportNeeds>) -> ApiResult {
    let ExportNeeds { format, org_id, status, region, need_kind } = query.into_inner();
    let selection = Selection { org_id, status, region, kind: need_kind };
    export(app, caller, FileKind::Needs, format, selection).await
}

/// Which capabilities to export.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportCapabilities {
    /// `csv` (default), `xlsx` or `jsonl`.
    pub format: Option<String>,
    /// Only of this organisation.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind.
    pub asset_kind: Option<String>,
}

/// Export capabilities as far as the caller may see them, last changed first, at most 10,000; the
/// header `Townbridge-Cut` tells when there are more.
#[utoipa::path(tag = "import", params(ExportCapabilities),
    responses((status = 200, description = "the file", content_type = "text/csv"),
        (status = 422, body = Problem)))]
#[get("/capabilities/export")]
async fn export_capabilities(
    app: AppData,
    caller: CallerData,
    query: Query<ExportCapabilities>,
) -> ApiResult {
    let ExportCapabilities { format, org_id, status, region, asset_kind } = query.into_inner();
    let selection = Selection { org_id, status, region, kind: asset_kind };
    export(app, caller, FileKind::Capabilities, format, selection).await
}

/// Which organisations to export.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportOrganizations {
    /// `csv` (default), `xlsx` or `jsonl`.
    pub format: Option<String>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of these types, separated by commas.
    pub org_type: Option<String>,
}

/// Export organisations as far as the caller may see them, at most 10,000; the header
/// `Townbridge-Cut` tells when there are more.
#[utoipa::path(tag = "import", params(ExportOrganizations),
    responses((status = 200, description = "the file", content_type = "text/csv"),
        (status = 422, body = Problem)))]
#[get("/organizations/export")]
async fn export_organizations(
    app: AppData,
    caller: CallerData,
    query: Query<ExportOrganizations>,
) -> ApiResult {
    let ExportOrganizations { format, status, region, org_type } = query.into_inner();
    let selection = Selection { org_id: None, status, region, kind: org_type };
    export(app, caller, FileKind::Organizations, format, selection).await
}

async fn export(
    app: AppData,
    caller: CallerData,
    kind: FileKind,
    asked: Option<String>,
    selection: Selection,
) -> ApiResult {
    let format = format(asked.as_deref())?;
    let (bytes, done) = app
        .run(move |app| {
            files::write(app, &caller.0, kind, &selection, format, Vec::new(), Some(MAX_RECORDS))
        })
        .await?;
    let mut answer = attachment(format, name(kind));
    if done.cut {
        answer.insert_header(("townbridge-cut", MAX_RECORDS.to_string()));
    }
    Ok(answer.body(bytes))
}

fn name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Needs => "needs",
        FileKind::Capabilities => "capabilities",
        FileKind::Organizations => "organizations",
        FileKind::Users => "users",
    }
}

fn format(asked: Option<&str>) -> Result<Format> {
    let asked = asked.unwrap_or("csv");
    asked.parse().map_err(|()| {
        Error::field("/format", Message::new("field.unknown_code").with("code", asked))
    })
}

fn attachment(format: Format, name: &str) -> actix_web::HttpResponseBuilder {
    let mut builder = HttpResponse::Ok();
    builder.insert_header((CONTENT_TYPE, format.media_type())).insert_header((
        CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}.{}\"", format.ending()),
    ));
    builder
}
