//! Search over JSON, for anybody.

use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::{SearchAnswer, SuggestAnswer};
use super::query::{SearchQuery, SuggestQuery};
use super::{freshness, ops};
use crate::http::extract::{AppData, Asking, Query};
use crate::http::problem::{ApiResult, Problem};

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(search_records).service(suggest_phrases);
}

/// Search all records that the caller may know of.
#[utoipa::path(tag = "search", params(SearchQuery),
    responses((status = 200, body = SearchAnswer, headers(
            ("townbridge-index-position" = u64, description = "last change the answer has seen"))),
        (status = 400, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem, description = "the index has not seen `min_change` yet")))]
#[get("/search")]
async fn search_records(app: AppData, asking: Asking, query: Query<SearchQuery>) -> ApiResult {
    let query = query.into_inner();
    freshness::wait(&app, query.min_change).await?;
    let answer = app.run_search(move |app| ops::search(app, &asking.caller(app)?, &query)).await?;
    Ok(HttpResponse::Ok().insert_header(freshness::position_header(answer.position)).json(answer))
}

/// Complete what is being typed, by characters, pinyin or initials.
#[utoipa::path(tag = "search", params(SuggestQuery),
    responses((status = 200, body = SuggestAnswer, headers(
            ("townbridge-index-position" = u64, description = "last change the answer has seen"))),
        (status = 400, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem, description = "the index has not seen `min_change` yet")))]
#[get("/suggest")]
async fn suggest_phrases(app: AppData, asking: Asking, query: Query<SuggestQuery>) -> ApiResult {
    let query = query.into_inner();
    freshness::wait(&app, query.min_change).await?;
    let answer = app.run(move |app| ops::suggest(app, &asking.caller(app)?, &query)).await?;
    Ok(HttpResponse::Ok().insert_header(freshness::position_header(answer.position)).json(answer))
}
