//! The form in which a visit is logged, and corrected: few fields, most of them filled in already.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::json;

use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases;
use crate::cases::model::{CaseId, Side};
use crate::cases::ops::ListCases;
use crate::cases::views::CaseView;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::once::{self, create_once};
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Refused, Visit, redirect};
use crate::organizations::ops::ListOrganizations;
use crate::search::names::Names;
use crate::visits::model::{VisitFields, VisitId, VisitView};
use crate::visits::ops;
use crate::{organizations, towns};

#[derive(Template, WebTemplate)]
#[template(path = "visit_form.html")]
pub(super) struct VisitForm {
    page: Frame,
    /// Towns to choose from, with their codes.
    towns: Vec<(String, String)>,
    /// Names of registered firms.
    firms: Vec<String>,
    /// Open cases that it may have been made for, with what they are about.
    cases: Vec<(String, String)>,
    /// The visit that is corrected; none for a new one.
    logged: Option<VisitView>,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl VisitForm {
    fn title(&self) -> String {
        self.page.t(if self.logged.is_some() { "visit.edit" } else { "visit.new" })
    }
}

/// Where a new visit is logged from.
#[derive(Debug, Deserialize)]
struct From {
    case_id: Option<CaseId>,
}

/// An empty form, as far as it can be empty: from the page of a case, its firm and town are there.
#[get("/visits/new")]
pub(super) async fn new_visit(
    app: AppData,
    visit: Visit,
    from: Query<From>,
) -> PageResult<VisitForm> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.liaisons_only").into());
    }
    let today = app.clock.today_in_china().to_string();
    let mut pairs = vec![
        once::key(),
        ("visited_on".to_owned(), today),
        ("channel".to_owned(), "offline".to_owned()),
    ];
    if let Some(case) = from.case_id {
        pairs.extend(app.run(move |app| of_case(app, &caller, case)).await?);
    }
    let form = Posted::new(pairs);
    Ok(filled(&app, &visit, None, form, Refused::default()).await?)
}

/// What a case says of a visit that is made for it.
fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<Vec<(String, String)>> {
    let case = cases::ops::show(app, caller, id)?;
    let mut pairs = vec![("case_id".to_owned(), id.to_string())];
    pairs.push(("town_code".to_owned(), case.region_code));
    pairs.extend(case.need.org.map(|org| ("firm".to_owned(), org.name)));
    Ok(pairs)
}

/// Logs the visit. A form that is sent twice logs it once.
#[post("/visits/new")]
pub(super) async fn create_visit(
    app: AppData,
    visit: Visit,
    posted: PostedFiles,
) -> PageResult<Either<VisitForm, HttpResponse>> {
    let app = app.into_inner();
    let (caller, form) = (visit.caller.clone(), posted.form.clone());
    match app.run(move |app| create(app, &caller, &posted)).await {
        Ok(id) => Ok(Either::Right(redirect(&format!("/visits/{id}")))),
        Err(error) => {
            let refused = Refused::of(error)?;
            Ok(Either::Left(filled(&app, &visit, None, form, refused).await?))
        }
    }
}

fn create(app: &App, caller: &Caller, posted: &PostedFiles) -> Result<String> {
    create_once(app, caller, &posted.form, "POST /visits/new", |caller| {
        let fields = fields(app, caller, &posted.form)?;
        Ok(ops::create(app, caller, &fields, posted.whole()?)?.value.id.to_string())
    })
}

/// The form of a visit that was logged.
#[get("/visits/{id}/edit")]
pub(super) async fn edit_visit(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
) -> PageResult<VisitForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let logged = app.run(move |app| ops::show(app, &caller, *id)).await?;
    if !logged.editable {
        return Err(Error::forbidden("error.not_your_visit").into());
    }
    let form = Posted::new(typed_before(&logged));
    Ok(filled(&app, &visit, Some(logged), form, Refused::default()).await?)
}

/// Corrects a visit.
#[post("/visits/{id}/edit")]
pub(super) async fn update_visit(
    app: AppData,
    visit: Visit,
    id: web::Path<VisitId>,
    form: Posted,
) -> PageResult<Either<VisitForm, HttpResponse>> {
    let (app, caller, sent, id) = (app.into_inner(), visit.caller.clone(), form.clone(), *id);
    let Err(error) = app.run(move |app| update(app, &caller, id, &sent)).await else {
        return Ok(Either::Right(redirect(&format!("/visits/{id}"))));
    };
    let refused = Refused::of(error)?;
    let caller = visit.caller.clone();
    let logged = app.run(move |app| ops::show(app, &caller, id)).await?;
    Ok(Either::Left(filled(&app, &visit, Some(logged), form, refused).await?))
}

fn update(app: &App, caller: &Caller, id: VisitId, form: &Posted) -> Result<()> {
    let logged = ops::show(app, caller, id)?;
    let version = form.version_if(logged.version)?;
    let typed = serde_json::to_value(fields(app, caller, form)?)?;
    // What the form leaves empty is to be empty.
    let mut patch = json!({
        "org_id": null, "org_name": null, "org_uscc": null, "case_id": null, "programme": null,
        "people": null, "findings": null,
    });
    if let (Some(patch), Some(typed)) = (patch.as_object_mut(), typed.as_object()) {
        patch.extend(typed.clone());
        // What was not touched stays as it is, also where it could not be typed like that.
        let before = Posted::new(typed_before(&logged));
        let kept = |name: &str| form.text(name) == before.text(name);
        if kept("firm") {
            patch.retain(|name, _| name != "org_id" && name != "org_name");
        }
        if kept("people") {
            patch.remove("people");
        }
    }
    ops::update(app, caller, id, version, &patch).map(drop)
}

/// What would be typed to log the same visit.
fn typed_before(logged: &VisitView) -> Vec<(String, String)> {
    let fields = &logged.fields;
    let day = fields.visited_on.map(|day| day.to_string());
    let pairs = [
        ("town_code", fields.town_code.clone()),
        ("firm", Some(logged.firm().to_owned())),
        ("org_uscc", fields.org_uscc.clone()),
        ("case_id", fields.case_id.map(|id| id.to_string())),
        ("visited_on", day),
        ("channel", fields.channel.clone()),
        ("programme", fields.programme.clone()),
        ("people", Some(fields.people.join("\u{3001}"))),
        ("findings", fields.findings.clone()),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The fields as they were typed: a firm that is registered under the name is meant by it.
fn fields(app: &App, caller: &Caller, form: &Posted) -> Result<VisitFields> {
    let name = form.filled("firm");
    let org_id = match &name {
        Some(name) => app.db.read(|db| organizations::ops::known_by_name(db, caller, name))?,
        None => None,
    };
    let visited_on = form
        .filled("visited_on")
        .map(|text| text.parse().map_err(|_| Error::field("/visited_on", "field.date")));
    let org_uscc = form.filled("org_uscc").filter(|_| org_id.is_none());
    let case_id = form
        .filled("case_id")
        .map(|id| id.parse().map_err(|_| Error::field("/case_id", "field.unknown_record")));
    let people = form.text("people").split(['、', ',', '，', ';', '；', '\n']);
    let town = form.filled("town_code");
    let names = Names::new(app, caller.language);
    let meant = town.as_deref().map(|text| names.towns_meant(text)).unwrap_or_default();
    Ok(VisitFields {
        town_code: meant.first().map(|code| (*code).to_owned()).or(town),
        org_id,
        org_name: if org_id.is_some() { None } else { name },
        org_uscc: org_uscc.map(|code| code.trim().to_ascii_uppercase()),
        case_id: case_id.transpose()?,
        visited_on: visited_on.transpose()?,
        channel: form.filled("channel"),
        programme: form.filled("programme"),
        people: people.map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        findings: form.filled("findings"),
    })
}

/// Towns and firms offered at most.
const MAX_TOWNS: i64 = 400;
const MAX_FIRMS: usize = 100;

async fn filled(
    app: &Arc<App>,
    visit: &Visit,
    logged: Option<VisitView>,
    form: Posted,
    refused: Refused,
) -> Result<VisitForm> {
    let caller = visit.caller.clone();
    let named = form.filled("case_id");
    let (mut towns, firms, cases) = app
        .run(move |app| {
            let cases = offered_cases(app, &caller, named.as_deref())?;
            Ok((offered_towns(app, &caller)?, offered_firms(app, &caller)?, cases))
        })
        .await?;
    // A visit stays in its town unless another one is chosen.
    if let Some(logged) = &logged
        && let Some(own) = &logged.fields.town_code
        && towns.iter().all(|(code, _)| code != own)
    {
        towns.push((own.clone(), logged.region_name.clone()));
    }
    let page = Frame::new(app, visit, "visits");
    let reason = refused.reason.map(|message| page.message(&message));
    let errors = refused.errors;
    Ok(VisitForm { page, towns, firms, cases, logged, form, errors, refused: reason })
}

/// The towns of a liaison; for officers and administrators the specialised towns of their regions.
fn offered_towns(app: &App, caller: &Caller) -> Result<Vec<(String, String)>> {
    let principal = caller.signed_in()?;
    let mut codes = principal.regions();
    codes.retain(|code| code.len() == 9);
    if codes.is_empty() {
        codes = app.db.read(|db| towns::ops::ids(db, None, MAX_TOWNS))?;
        codes.retain(|code| principal.is_admin() || principal.reviews(code));
    }
    codes.sort_unstable();
    codes.dedup();
    let name = |code: &String| app.reference.region_name(code, caller.language);
    Ok(codes.iter().map(|code| (code.clone(), name(code))).collect())
}

/// Open cases that the caller brokers, and the one that is named already.
fn offered_cases(app: &App, caller: &Caller, named: Option<&str>) -> Result<Vec<(String, String)>> {
    let query = ListCases { open: Some(true), limit: Some(MAX_FIRMS), ..ListCases::default() };
    let mut found = cases::ops::list(app, caller, &query)?.items;
    found.retain(|case| case.sides.contains(&Side::Broker));
    let absent = |id: &CaseId| found.iter().all(|case| case.id != *id);
    if let Some(id) = named.and_then(|id| id.parse().ok()).filter(absent) {
        found.extend(Error::unless_absent(cases::ops::show(app, caller, id))?);
    }
    let about = |case: CaseView| {
        let firm = case.need.org.map(|org| org.name);
        let words: Vec<String> = firm.into_iter().chain(case.need.title).collect();
        (case.id.to_string(), format!("{} · {}", words.join(" · "), case.code))
    };
    Ok(found.into_iter().map(about).collect())
}

/// Names of firms in the caller's regions.
fn offered_firms(app: &App, caller: &Caller) -> Result<Vec<String>> {
    let regions = caller.signed_in()?.regions();
    let mut names = Vec::new();
    for region in regions {
        let query = ListOrganizations {
            org_type: Some("enterprise".to_owned()),
            region: Some(region),
            limit: Some(MAX_FIRMS),
            ..ListOrganizations::default()
        };
        let page = organizations::ops::list(app, caller, &query)?;
        names.extend(page.items.into_iter().filter_map(|org| org.fields.name));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
