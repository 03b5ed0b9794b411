//! Reference tables over JSON, for anybody.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{CodeEntry, Industry, Region};
use crate::error::Error;
use crate::http::extract::AppData;
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_regions)
        .service(list_industries)
        .service(list_code_tables)
        .service(show_code_table);
}

/// Which part of a tree of codes to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListCodes {
    /// Only the direct children of this code; the top level by default.
    parent: Option<String>,
}

/// List regions below one.
#[utoipa::path(tag = "reference", params(ListCodes), responses((status = 200, body = Vec<Region>)))]
#[get("/reference/regions")]
async fn list_regions(app: AppData, query: web::Query<ListCodes>) -> ApiResult {
    let parent = query.into_inner().parent.unwrap_or_default();
    let rows: Vec<&Region> =
        app.reference.regions().iter().filter(|region| region.parent_code == parent).collect();
    Ok(HttpResponse::Ok().json(rows))
}

/// List industries below one (GB/T 4754-2017).
#[utoipa::path(tag = "reference", params(ListCodes), responses((status = 200, body = Vec<Industry>)))]
#[get("/reference/industries")]
async fn list_industries(app: AppData, query: web::Query<ListCodes>) -> ApiResult {
    let parent = query.into_inner().parent.unwrap_or_default();
    let rows: Vec<&Industry> =
        app.reference.industries().iter().filter(|row| row.parent_code == parent).collect();
    Ok(HttpResponse::Ok().json(rows))
}

/// List the names of the code tables.
#[utoipa::path(tag = "reference", responses((status = 200, body = Vec<String>)))]
#[get("/reference/tables")]
async fn list_code_tables(app: AppData) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.reference.table_names()))
}

/// Show a code table with Chinese and English names.
#[utoipa::path(tag = "reference", params(("table" = String, Path)),
    responses((status = 200, body = Vec<CodeEntry>), (status = 404, body = Problem)))]
#[get("/reference/tables/{table}")]
async fn show_code_table(app: AppData, table: web::Path<String>) -> ApiResult {
    let entries = app.reference.code_table(&table);
    if entries.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(HttpResponse::Ok().json(entries))
}
