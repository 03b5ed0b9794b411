//! Matching over JSON, for anybody; what is found and shown depends on who asks.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::MatchAnswer;
use super::query::{MatchQuery, MatchText};
use super::{aid, ops};
use crate::capabilities::model::CapabilityId;
use crate::http::extract::{AppData, Asking, JsonBody, Query};
use crate::http::problem::{ApiResult, Problem};
use crate::needs::model::NeedId;
use crate::search::freshness;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_need_matches).service(list_capability_matches).service(match_text);
}

fn respond(answer: MatchAnswer) -> HttpResponse {
    HttpResponse::Ok().insert_header(freshness::position_header(answer.position)).json(answer)
}

/// List capabilities that fit a need, best first, each with its reasons.
#[utoipa::path(tag = "matching", params(("id" = NeedId, Path), MatchQuery),
    responses((status = 200, body = MatchAnswer, headers(
            ("townbridge-index-position" = u64, description = "last change the answer has seen"))),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem, description = "the index has not seen `min_change` yet")))]
#[get("/needs/{id}/matches")]
async fn list_need_matches(
    app: AppData,
    asking: Asking,
    id: web::Path<NeedId>,
    query: Query<MatchQuery>,
) -> ApiResult {
    let query = query.into_inner();
    freshness::wait(&app, query.min_change).await?;
    let who = asking.clone();
    let aid = aid::of_need(&app, move |app| who.caller(app), *id).await;
    let found =
        app.run_match(move |app| ops::of_need(app, &asking.caller(app)?, *id, &query, &aid));
    Ok(respond(found.await?))
}

/// List needs that a capability fits, best first, each with its reasons.
#[utoipa::path(tag = "matching", params(("id" = CapabilityId, Path), MatchQuery),
    responses((status = 200, body = MatchAnswer, headers(
            ("townbridge-index-position" = u64, description = "last change the answer has seen"))),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem, description = "the index has not seen `min_change` yet")))]
#[get("/capabilities/{id}/matches")]
async fn list_capability_matches(
    app: AppData,
    asking: Asking,
    id: web::Path<CapabilityId>,
    query: Query<MatchQuery>,
) -> ApiResult {
    let query = query.into_inner();
    freshness::wait(&app, query.min_change).await?;
    let who = asking.clone();
    let aid = aid::of_capability(&app, move |app| who.caller(app), *id).await;
    let found =
        app.run_match(move |app| ops::of_capability(app, &asking.caller(app)?, *id, &query, &aid));
    Ok(respond(found.await?))
}

/// Find counterparts of free text. Nothing is stored.
#[utoipa::path(tag = "matching", request_body = MatchText,
    responses((status = 200, body = MatchAnswer, headers(
            ("townbridge-index-position" = u64, description = "last change the answer has seen"))),
        (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem, description = "the index has not seen `min_change` yet")))]
#[post("/match")]
async fn match_text(app: AppData, asking: Asking, body: JsonBody<MatchText>) -> ApiResult {
    let given = body.0;
    freshness::wait(&app, given.min_change).await?;
    let aid = aid::of_text(&app, &given).await;
    let found = app.run_match(move |app| ops::of_text(app, &asking.caller(app)?, &given, &aid));
    Ok(respond(found.await?))
}
