//! Operations that kinds of records have in common: steps taken, versions, grants. A domain adds
//! them with one line each; their entries in the OpenAPI document are made here from the name of
//! the kind.

use actix_web::{HttpResponse, web};
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{RecordKind, StepView, VersionComparison, VersionSummary, VersionView};
use super::reviewed::{ReviewedId, grants};
use super::traced::{self, Traced};
use crate::disclosure::model::{GrantId, GrantView, OpenRecord};
use crate::http::answer;
use crate::http::entry::{Entry, Variable};
use crate::http::extract::{AppData, CallerData, JsonBody};
use crate::http::problem::ApiResult;

/// An operation on a record, for signed-in callers.
fn entry(
    method: HttpMethod,
    kind: RecordKind,
    key: &Variable,
    path: &str,
    name: &str,
    summary: &str,
) -> Entry {
    let folder = kind.folder();
    let path = format!("/{folder}/{{{}}}/{path}", key.name());
    // `list_*_steps` becomes `list_need_steps`.
    let name = name.replace('*', kind.as_str());
    Entry::new(method, path, folder, name, summary).variable(key).signed_in()
}

/// Adds the operations on the past of a record; `insiders` says in words whom they are for.
pub fn configure_past<R: Traced>(config: &mut ServiceConfig<'_>, key: &Variable, insiders: &str) {
    let get = |path, name, summary: &str| entry(HttpMethod::Get, R::KIND, key, path, name, summary);
    let number = |name| Variable::plain::<i32>(name, None);
    let summary = format!("List the steps taken so far: for {insiders}.");
    let steps =
        get("steps", "list_*_steps", &summary).answers_all::<StepView>(200).by(list_steps::<R>);
    let summary = format!("List the versions, newest first: for {insiders}.");
    let versions = get("versions", "list_*_versions", &summary)
        .answers_all::<VersionSummary>(200)
        .by(list_versions::<R>);
    let differences = get(
        "versions/{from}/differences/{to}",
        "compare_*_versions",
        "Compare two versions field by field.",
    )
    .variable(&number("from"))
    .variable(&number("to"))
    .answers::<VersionComparison>(200)
    .by(compare_versions::<R>);
    let version = get("versions/{version}", "show_*_version", "Show one version.")
        .variable(&number("version"))
        .answers::<VersionView>(200)
        .by(show_version::<R>);
    config.service(steps).service(versions).service(differences).service(version);
}

async fn list_steps<R: Traced>(
    app: AppData,
    caller: CallerData,
    id: web::Path<R::Id>,
) -> ApiResult {
    let steps = app.run(move |app| traced::steps::<R>(app, &caller.0, &id)).await?;
    Ok(HttpResponse::Ok().json(steps))
}

async fn list_versions<R: Traced>(
    app: AppData,
    caller: CallerData,
    id: web::Path<R::Id>,
) -> ApiResult {
    let versions = app.run(move |app| traced::versions::<R>(app, &caller.0, &id)).await?;
    Ok(HttpResponse::Ok().json(versions))
}

async fn show_version<R: Traced>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(R::Id, i32)>,
) -> ApiResult {
    let (id, number) = path.into_inner();
    let version = app.run(move |app| traced::version::<R>(app, &caller.0, &id, number)).await?;
    Ok(HttpResponse::Ok().json(version))
}

async fn compare_versions<R: Traced>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(R::Id, i32, i32)>,
) -> ApiResult {
    let (id, from, to) = path.into_inner();
    let work = move |app: &_| traced::compare::<R>(app, &caller.0, &id, (from, to));
    Ok(HttpResponse::Ok().json(app.run(work).await?))
}

/// Adds the operations on the grants of a record.
pub fn configure_grants<I: ReviewedId + ToSchema>(config: &mut ServiceConfig<'_>) {
    let (kind, key) = (I::Record::KIND, Variable::named::<I>("id"));
    let noun = kind.as_str();
    let summary = format!(
        "List the organisations that the {noun} is opened to: for the owner and reviewers."
    );
    let list = entry(HttpMethod::Get, kind, &key, "grants", "list_*_grants", &summary)
        .answers_all::<GrantView>(200)
        .by(list_grants::<I>);
    let summary = format!(
        "Open the {noun} further for one organisation: both sides have agreed, or a \
         confidentiality\nagreement is recorded."
    );
    let open = entry(HttpMethod::Post, kind, &key, "grants", "create_*_grant", &summary)
        .takes::<OpenRecord>()
        .answers::<GrantView>(201)
        .by(create_grant::<I>);
    let summary = "Take back what was opened for an organisation.";
    let revoke =
        entry(HttpMethod::Delete, kind, &key, "grants/{grant_id}", "revoke_*_grant", summary)
            .variable(&Variable::named::<GrantId>("grant_id"))
            .answers_nothing(204)
            .by(revoke_grant::<I>);
    let grant = Variable::named::<GrantId>("grant_id");
    let summary = "Show one grant: for the owner and reviewers.";
    let show = entry(HttpMethod::Get, kind, &key, "grants/{grant_id}", "show_*_grant", summary)
        .variable(&grant)
        .answers::<GrantView>(200)
        .by(show_grant::<I>);
    config.service(list).service(open).service(show).service(revoke);
}

async fn list_grants<I: ReviewedId>(
    app: AppData,
    caller: CallerData,
    id: web::Path<I>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(app.run(move |app| grants::list(app, &caller.0, *id)).await?))
}

async fn create_grant<I: ReviewedId>(
    app: AppData,
    caller: CallerData,
    id: web::Path<I>,
    body: JsonBody<OpenRecord>,
) -> ApiResult {
    let id = *id;
    let written = app.run(move |app| grants::open(app, &caller.0, id, &body.0)).await?;
    let place = format!("{}/{id}/grants/{}", I::Record::KIND.folder(), written.value.id);
    Ok(answer::created(&place, 1, written))
}

async fn show_grant<I: ReviewedId>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(I, GrantId)>,
) -> ApiResult {
    let (id, grant) = path.into_inner();
    let view = app.run(move |app| grants::show(app, &caller.0, id, grant)).await?;
    Ok(answer::shown(1, view))
}

async fn revoke_grant<I: ReviewedId>(
    app: AppData,
    caller: CallerData,
    path: web::Path<(I, GrantId)>,
) -> ApiResult {
    let (id, grant) = path.into_inner();
    Ok(answer::removed(app.run(move |app| grants::revoke(app, &caller.0, id, grant)).await?))
}
