//! Reference tables over JSON, for anybody. The tables change only with a restart, so answers
//! carry a tag of their contents and may be kept.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::calendar::Holiday;
use super::policy::ContractRule;
use super::{CodeEntry, Discipline, HitechField, Industry, Region, University};
use crate::error::Error;
use crate::http::extract::{AppData, Query, facts};
use crate::http::pagination::{Page, checked_limit};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_regions)
        .service(show_region)
        .service(list_industries)
        .service(show_industry)
        .service(list_hitech_fields)
        .service(list_disciplines)
        .service(list_universities)
        .service(list_holidays)
        .service(list_contract_rules)
        .service(list_code_tables)
        .service(show_code_table);
}

/// How long a client may keep an answer without asking, in seconds. Short, because an operator
/// who replaces a file wants to see it; asking again costs no body.
const KEEP_SECONDS: u32 = 300;

/// Answers with a tag of the tables' contents, or "not modified" when the client has it.
fn cached(request: &HttpRequest, app: &AppData, body: impl Serialize) -> HttpResponse {
    let language = facts(request).language.tag();
    // Weak: the same tables may be sent compressed or not.
    let tag = format!("W/\"{}-{language}\"", app.reference.fingerprint());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag || one.trim() == "*"));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={KEEP_SECONDS}")))
        .insert_header((header::VARY, "Accept-Language, Cookie"));
    if known { response.finish() } else { response.json(body) }
}

/// Which rows of a tree of codes to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListCodes {
    /// Only the direct children of this code. Without it, and without `name`, the top level.
    parent: Option<String>,
    /// Only rows whose name begins like this, in Chinese or English, at any depth below `parent`.
    name: Option<String>,
    /// Only rows of this level.
    level: Option<String>,
    /// Entries on the page, 1 to 100; 100 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// What the listing asks of a row.
struct Row<'a> {
    code: &'a str,
    parent_code: &'a str,
    names: [&'a str; 2],
    level: String,
}

impl ListCodes {
    fn wants(&self, row: &Row<'_>) -> bool {
        let parent = self.parent.as_deref().unwrap_or_default();
        let placed = match &self.name {
            None => row.parent_code == parent,
            Some(name) => row.code.starts_with(parent) && begins(&row.names, name),
        };
        placed && self.level.as_ref().is_none_or(|level| *level == row.level)
    }
}

/// Whether one of the names begins like this, whatever the size of the letters.
fn begins(names: &[&str], start: &str) -> bool {
    let start = start.trim().to_lowercase();
    names.iter().any(|name| name.to_lowercase().starts_with(&start))
}

/// A page of rows that are ordered by code.
fn page<'a, T>(
    rows: &'a [T],
    code: impl Fn(&T) -> &str,
    limit: Option<usize>,
    after: Option<&str>,
    wanted: impl Fn(&T) -> bool,
) -> crate::error::Result<Page<&'a T>> {
    let limit = checked_limit(Some(limit.unwrap_or(100)))?;
    let start = after.map_or(0, |after| rows.partition_point(|row| code(row) <= after));
    let items = rows[start..].iter().filter(|row| wanted(row)).take(limit + 1).collect();
    Ok(Page::cut(items, limit, |last| code(last).to_owned()))
}

/// List regions: those directly below one, or those whose name begins in a certain way.
#[utoipa::path(tag = "reference", params(ListCodes),
    responses((status = 200, body = Page<Region>), (status = 304, description = "not modified"),
        (status = 422, body = Problem)))]
#[get("/reference/regions")]
async fn list_regions(request: HttpRequest, app: AppData, query: Query<ListCodes>) -> ApiResult {
    let row = |region: &Region| {
        query.wants(&Row {
            code: &region.code,
            parent_code: &region.parent_code,
            names: [&region.name, &region.name_en],
            level: region.level.clone(),
        })
    };
    let rows = app.reference.regions();
    let page = page(rows, |r| &r.code, query.limit, query.after.as_deref(), row)?;
    Ok(cached(&request, &app, page))
}

/// A region with those above it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RegionView<'a> {
    /// The region.
    #[serde(flatten)]
    region: &'a Region,
    /// Readable name from the city down, in the caller's language.
    full_name: String,
    /// From the province down to the region itself.
    path: Vec<&'a Region>,
}

/// Show a region with those above it.
#[utoipa::path(tag = "reference", params(("code" = String, Path)),
    responses((status = 200, body = RegionView), (status = 304, description = "not modified"),
        (status = 404, body = Problem)))]
#[get("/reference/regions/{code}")]
async fn show_region(request: HttpRequest, app: AppData, code: web::Path<String>) -> ApiResult {
    let region = app.reference.region(&code).ok_or(Error::NotFound)?;
    let full_name = app.reference.region_name(&code, facts(&request).language);
    let view = RegionView { region, full_name, path: app.reference.region_path(&code) };
    Ok(cached(&request, &app, view))
}

/// List industries (GB/T 4754-2017): those directly below one, or those whose name begins in a
/// certain way.
#[utoipa::path(tag = "reference", params(ListCodes),
    responses((status = 200, body = Page<Industry>), (status = 304, description = "not modified"),
        (status = 422, body = Problem)))]
#[get("/reference/industries")]
async fn list_industries(request: HttpRequest, app: AppData, query: Query<ListCodes>) -> ApiResult {
    let row = |industry: &Industry| {
        query.wants(&Row {
            code: &industry.code,
            parent_code: &industry.parent_code,
            names: [&industry.name, &industry.name_en],
            level: industry.level.clone(),
        })
    };
    let rows = app.reference.industries();
    let page = page(rows, |r| &r.code, query.limit, query.after.as_deref(), row)?;
    Ok(cached(&request, &app, page))
}

/// An industry with those above it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct IndustryView<'a> {
    /// The industry.
    #[serde(flatten)]
    industry: &'a Industry,
    /// From the section down to the industry itself.
    path: Vec<&'a Industry>,
}

/// Show an industry with those above it.
#[utoipa::path(tag = "reference", params(("code" = String, Path)),
    responses((status = 200, body = IndustryView), (status = 304, description = "not modified"),
        (status = 404, body = Problem)))]
#[get("/reference/industries/{code}")]
async fn show_industry(request: HttpRequest, app: AppData, code: web::Path<String>) -> ApiResult {
    let industry = app.reference.industry(&code).ok_or(Error::NotFound)?;
    let view = IndustryView { industry, path: app.reference.industry_path(&code) };
    Ok(cached(&request, &app, view))
}

/// List the key fields of high technology (2016): those directly below one, or those whose name
/// begins in a certain way.
#[utoipa::path(tag = "reference", params(ListCodes),
    responses((status = 200, body = Page<HitechField>), (status = 304, description = "not modified"),
        (status = 422, body = Problem)))]
#[get("/reference/hitech-fields")]
async fn list_hitech_fields(
    request: HttpRequest,
    app: AppData,
    query: Query<ListCodes>,
) -> ApiResult {
    let row = |field: &HitechField| {
        query.wants(&Row {
            code: &field.code,
            parent_code: &field.parent_code,
            names: [&field.name, ""],
            level: field.level.to_string(),
        })
    };
    let rows = app.reference.hitech_fields();
    let page = page(rows, |r| &r.code, query.limit, query.after.as_deref(), row)?;
    Ok(cached(&request, &app, page))
}

/// List the disciplines (GB/T 13745, first level).
#[utoipa::path(tag = "reference",
    responses((status = 200, body = Vec<Discipline>), (status = 304, description = "not modified")))]
#[get("/reference/disciplines")]
async fn list_disciplines(request: HttpRequest, app: AppData) -> ApiResult {
    Ok(cached(&request, &app, app.reference.disciplines()))
}

/// Which universities to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListUniversities {
    /// Only those whose name begins like this.
    name: Option<String>,
    /// Only those of this province (2 digits).
    province: Option<String>,
    /// Entries on the page, 1 to 100; 100 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// List universities and colleges.
#[utoipa::path(tag = "reference", params(ListUniversities),
    responses((status = 200, body = Page<University>), (status = 304, description = "not modified"),
        (status = 422, body = Problem)))]
#[get("/reference/universities")]
async fn list_universities(
    request: HttpRequest,
    app: AppData,
    query: Query<ListUniversities>,
) -> ApiResult {
    let wanted = |row: &University| {
        query.name.as_ref().is_none_or(|name| begins(&[&row.name], name))
            && query.province.as_ref().is_none_or(|province| *province == row.province_code)
    };
    let rows = app.reference.universities();
    let page = page(rows, |r| &r.code, query.limit, query.after.as_deref(), wanted)?;
    Ok(cached(&request, &app, page))
}

/// Which holidays to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListHolidays {
    /// Only those of this year.
    year: Option<i32>,
}

/// List the public holidays of China and the weekend days worked in exchange, by which working days
/// are counted. Of a year without any, only weekends are known to be off.
#[utoipa::path(tag = "reference", params(ListHolidays),
    responses((status = 200, body = Vec<Holiday>), (status = 304, description = "not modified"),
        (status = 422, body = Problem)))]
#[get("/reference/holidays")]
async fn list_holidays(
    request: HttpRequest,
    app: AppData,
    query: Query<ListHolidays>,
) -> ApiResult {
    let wanted = |row: &&Holiday| query.year.is_none_or(|year| row.date.year() == year);
    let rows: Vec<&Holiday> = app.reference.holidays().iter().filter(wanted).collect();
    Ok(cached(&request, &app, rows))
}

/// List the rules on technology contracts with the times for which they hold.
#[utoipa::path(tag = "reference",
    responses((status = 200, body = Vec<ContractRule>), (status = 304, description = "not modified")))]
#[get("/reference/contract-rules")]
async fn list_contract_rules(request: HttpRequest, app: AppData) -> ApiResult {
    Ok(cached(&request, &app, app.reference.contract_rules()))
}

/// List the names of the code tables.
#[utoipa::path(tag = "reference",
    responses((status = 200, body = Vec<String>), (status = 304, description = "not modified")))]
#[get("/reference/tables")]
async fn list_code_tables(request: HttpRequest, app: AppData) -> ApiResult {
    Ok(cached(&request, &app, app.reference.table_names()))
}

/// Show a code table with Chinese and English names.
#[utoipa::path(tag = "reference", params(("table" = String, Path)),
    responses((status = 200, body = Vec<CodeEntry>), (status = 304, description = "not modified"),
        (status = 404, body = Problem)))]
#[get("/reference/tables/{table}")]
async fn show_code_table(
    request: HttpRequest,
    app: AppData,
    table: web::Path<String>,
) -> ApiResult {
    let entries = app.reference.code_table(&table);
    if entries.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(cached(&request, &app, entries))
}
