//! Pages of platforms: the list, one platform, the form, and the coverage of towns.

mod edit;
mod form;

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::coverage::{self, AskCoverage, Coverage};
use super::model::{PlatformId, PlatformView};
use super::ops::{self, ListPlatforms};
use super::share::Share;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect, typed};
use crate::http::pagination::Page;
use crate::search::names::Names;
use crate::towns;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed paths come before the one that takes any id.
    config
        .service(list_platforms)
        .service(show_coverage)
        .service(edit::new_platform)
        .service(edit::create_platform)
        .service(edit::edit_platform)
        .service(edit::update_platform)
        .service(show_platform)
        .service(close_platform)
        .service(delete_platform);
}

/// Which platforms to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    kind: String,
    region: String,
    /// The day of the coverage.
    on: String,
    after: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "platforms.html")]
struct PlatformsPage {
    page: Frame,
    platforms: Page<PlatformView>,
    towns: Vec<String>,
    which: Which,
    errors: Vec<FieldError>,
}

/// All platforms.
#[get("/platforms")]
async fn list_platforms(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<PlatformsPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let (caller, asked) = (visit.caller.clone(), which.clone());
    let (platforms, towns, errors) = app
        .run(move |app| {
            let towns = towns::ops::offered(app, caller.language)?;
            let names = Names::new(app, caller.language);
            let region = match typed::region_filter(names, &asked.region) {
                Ok(region) => region,
                Err(errors) => return Ok((Page::empty(), towns, errors)),
            };
            let kind = Some(asked.kind).filter(|text| !text.is_empty());
            let query =
                ListPlatforms { kind, region, after: asked.after, ..ListPlatforms::default() };
            Ok((ops::list(app, &caller, &query)?, towns, Vec::new()))
        })
        .await?;
    let page = Frame::new(&app, &visit, "platforms");
    Ok(PlatformsPage { page, platforms, towns, which, errors })
}

#[derive(Template, WebTemplate)]
#[template(path = "platform_coverage.html")]
struct CoveragePage {
    page: Frame,
    /// None while what was typed cannot be understood.
    coverage: Option<Coverage>,
    towns: Vec<String>,
    which: Which,
    errors: Vec<FieldError>,
}

/// Coverage of towns on a day, with what is behind it.
#[get("/platforms/coverage")]
async fn show_coverage(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<CoveragePage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let (caller, asked) = (visit.caller.clone(), which.clone());
    let (coverage, towns, errors) = app
        .run(move |app| {
            let towns = towns::ops::offered(app, caller.language)?;
            let names = Names::new(app, caller.language);
            let region = match typed::region_filter(names, &asked.region) {
                Ok(region) => region,
                Err(errors) => return Ok((None, towns, errors)),
            };
            let day = Some(asked.on.trim()).filter(|text| !text.is_empty()).map(str::parse);
            let Ok(on) = day.transpose() else {
                return Ok((None, towns, vec![FieldError::new("/on", "field.date")]));
            };
            let kind = Some(asked.kind).filter(|text| !text.is_empty());
            let asked = AskCoverage { kind, region, level: None, on };
            Ok((Some(coverage::coverage(app, &caller, &asked)?), towns, Vec::new()))
        })
        .await?;
    let page = Frame::new(&app, &visit, "platforms");
    Ok(CoveragePage { page, coverage, towns, which, errors })
}

#[derive(Template, WebTemplate)]
#[template(path = "platform.html")]
struct PlatformPage {
    page: Frame,
    platform: PlatformView,
    /// Today in China, for the form that closes it.
    today: String,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl PlatformPage {
    /// What the shares come to; none when nobody has one.
    fn share_sum(&self) -> Option<String> {
        let mut shares =
            self.platform.fields.founders.iter().filter_map(|one| one.share).peekable();
        shares.peek()?;
        Some(shares.sum::<Share>().to_percent())
    }
}

/// One platform.
#[get("/platforms/{id}")]
async fn show_platform(
    app: AppData,
    visit: Visit,
    id: web::Path<PlatformId>,
) -> PageResult<PlatformPage> {
    Ok(shown(&app.into_inner(), &visit, *id, Refused::default()).await?)
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    id: PlatformId,
    refused: Refused,
) -> Result<PlatformPage> {
    let caller = visit.caller.clone();
    let platform = app.run(move |app| ops::show(app, &caller, id)).await?;
    let page = Frame::new(app, visit, "platforms");
    let today = app.clock.today_in_china().to_string();
    let reason = refused.reason.map(|message| page.message(&message));
    Ok(PlatformPage { page, platform, today, errors: refused.errors, refused: reason })
}

/// Closes a platform by date, or opens it again.
#[post("/platforms/{id}/close")]
async fn close_platform(
    app: AppData,
    visit: Visit,
    id: web::Path<PlatformId>,
    form: Posted,
) -> PageResult<Either<PlatformPage, HttpResponse>> {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let version = form.text("version").parse().map_err(|_| Error::PreconditionRequired)?;
    let done = match end(&form) {
        Ok(patch) => {
            app.run(move |app| ops::update(app, &caller, id, version, &patch).map(drop)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Either::Right(redirect(&format!("/platforms/{id}")))),
        Err(error) => Ok(Either::Left(shown(&app, &visit, id, Refused::of_form(error)?).await?)),
    }
}

fn end(form: &Posted) -> Result<Value> {
    if form.filled("reopen").is_some() {
        return Ok(json!({ "closed_on": null, "close_reason": null }));
    }
    let Some(day) = form.filled("closed_on") else {
        return Err(Error::field("/closed_on", "field.required"));
    };
    let bad = |_| Error::field("/closed_on", "field.date");
    let day: chrono::NaiveDate = day.parse().map_err(bad)?;
    Ok(json!({ "closed_on": day, "close_reason": form.filled("close_reason") }))
}

/// Deletes a platform that was put on record by mistake.
#[post("/platforms/{id}/delete")]
async fn delete_platform(
    app: AppData,
    visit: Visit,
    id: web::Path<PlatformId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    let version = form.text("version").parse().map_err(|_| Error::PreconditionRequired)?;
    let caller = visit.caller;
    app.run(move |app| ops::delete(app, &caller, *id, version)).await?;
    Ok(redirect("/platforms"))
}
