//! Pages of group robots and webhooks, and of what was given up on its way.

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::json;

use super::model::{
    CreateEndpoint, DeliveryId, DeliveryState, DeliveryView, EndpointId, EndpointKind,
    EndpointView, ListDeliveries, ListEndpoints,
};
use super::{ops, outbox, telling};
use crate::app::App;
use crate::error::{FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, local_path, redirect};
use crate::http::pagination::Page;
use crate::notices::model::NoticeKind;
use crate::organizations;
use crate::outbound;
use crate::outbound::model::{ListMails, MailId, MailState, MailView};
use crate::reading;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(list_endpoints)
        .service(create_posted)
        .service(show_endpoint)
        .service(change_posted)
        .service(secret_posted)
        .service(test_posted)
        .service(delete_posted)
        .service(resend_posted)
        .service(show_dead)
        .service(resend_mail_posted);
}

/// What an endpoint can be told, and whether it is chosen.
fn tellable(chosen: &[NoticeKind]) -> Vec<(NoticeKind, bool)> {
    let all = NoticeKind::ALL.iter().copied().filter(|kind| kind.is_announced());
    all.map(|kind| (kind, chosen.contains(&kind))).collect()
}

/// What was chosen in a form.
fn chosen(form: &Posted) -> Vec<NoticeKind> {
    form.all("events").iter().filter_map(|code| code.parse().ok()).collect()
}

#[derive(Template, WebTemplate)]
#[template(path = "endpoints.html")]
struct EndpointsPage {
    page: Frame,
    endpoints: Page<EndpointView>,
    /// For whom one may be made: value and name.
    owners: Vec<(String, String)>,
    kinds: &'static [EndpointKind],
    events: Vec<(NoticeKind, bool)>,
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

/// Organisations and regions whose endpoints the caller looks after.
fn owners(app: &App, visit: &Visit) -> Result<Vec<(String, String)>> {
    let charge = ops::charge(&visit.caller)?;
    let names = app.db.read(|db| organizations::ops::owners(db, &charge.orgs))?;
    let orgs = charge.orgs.iter().filter_map(|id| {
        let owner = names.get(id)?;
        Some((format!("org:{id}"), owner.name.clone()))
    });
    let language = visit.caller.language;
    let name = |code: &String| app.reference.region_name(code, language);
    let regions = charge.regions.iter().map(|code| (format!("region:{code}"), name(code)));
    Ok(orgs.chain(regions).collect())
}

async fn endpoints_page(
    app: AppData,
    visit: &Visit,
    after: Option<String>,
) -> Result<EndpointsPage> {
    let app = app.into_inner();
    let page = Frame::new(&app, visit, "account");
    let asked = visit.clone();
    let (endpoints, owners) = app
        .run(move |app| {
            let query = ListEndpoints { limit: None, after };
            Ok((ops::list(app, &asked.caller, &query)?, owners(app, &asked)?))
        })
        .await?;
    let (kinds, events) = (EndpointKind::ALL, tellable(&[]));
    let (form, errors, refused) = (Posted::default(), Vec::new(), None);
    Ok(EndpointsPage { page, endpoints, owners, kinds, events, form, errors, refused })
}

/// Which page of them.
#[derive(Debug, Deserialize)]
struct Which {
    after: Option<String>,
}

/// The endpoints that one looks after, and a form for another.
#[get("/endpoints")]
async fn list_endpoints(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<EndpointsPage> {
    Ok(endpoints_page(app, &visit, which.into_inner().after).await?)
}

/// Makes one.
#[post("/endpoints")]
async fn create_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<EndpointsPage, HttpResponse>> {
    let owner = form.text("owner").to_owned();
    let fields = json!({
        "kind": form.filled("kind"),
        "name": form.text("name"),
        "org_id": owner.strip_prefix("org:"),
        "region_code": owner.strip_prefix("region:"),
        "url": form.text("url"),
        "secret": form.filled("secret"),
        "events": form.all("events"),
        "language": visit.caller.language.tag(),
    });
    let caller = visit.caller.clone();
    let done = match reading::from_value::<CreateEndpoint>(fields) {
        Ok(command) => {
            app.clone().into_inner().run(move |app| ops::create(app, &caller, &command)).await
        }
        Err(error) => Err(error),
    };
    let Refused { errors, reason } = match done {
        Ok(made) => return Ok(Either::Right(redirect(&format!("/endpoints/{}", made.id)))),
        Err(error) => Refused::of(error)?,
    };
    let again = endpoints_page(app, &visit, None).await?;
    let refused = reason.map(|message| again.page.message(&message));
    let events = tellable(&chosen(&form));
    Ok(Either::Left(EndpointsPage { form, errors, refused, events, ..again }))
}

#[derive(Template, WebTemplate)]
#[template(path = "endpoint.html")]
struct EndpointPage {
    page: Frame,
    endpoint: EndpointView,
    deliveries: Page<DeliveryView>,
    events: Vec<(NoticeKind, bool)>,
    /// A secret that has just been made.
    secret: Option<String>,
    /// What was typed into the form that changes it, when that could not be followed.
    form: Option<Posted>,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl EndpointPage {
    /// What stands in an input: what was typed, or else what is known.
    fn typed(&self, field: &str, known: &str) -> String {
        self.form.as_ref().map_or(known, |form| form.text(field)).to_owned()
    }

    /// Whether it is to be told anything.
    fn active(&self) -> bool {
        self.form.as_ref().map_or(self.endpoint.active, |form| form.filled("active").is_some())
    }

    fn wrong(&self, field: &str) -> String {
        self.page.wrong_at(&self.errors, field)
    }
}

async fn endpoint_page(
    app: &AppData,
    visit: &Visit,
    id: EndpointId,
    after: Option<String>,
) -> Result<EndpointPage> {
    let app = app.clone().into_inner();
    let caller = visit.caller.clone();
    let (endpoint, deliveries) = app
        .run(move |app| {
            let query =
                ListDeliveries { endpoint_id: Some(id), after, ..ListDeliveries::default() };
            Ok((ops::show(app, &caller, id)?, outbox::list(app, &caller, &query)?))
        })
        .await?;
    let page = Frame::new(&app, visit, "account");
    let (secret, form, errors, refused) = (None, None, Vec::new(), None);
    let events = tellable(&endpoint.events);
    Ok(EndpointPage { page, endpoint, deliveries, events, secret, form, errors, refused })
}

/// One endpoint with what was sent to it.
#[get("/endpoints/{id}")]
async fn show_endpoint(
    app: AppData,
    visit: Visit,
    id: web::Path<EndpointId>,
    which: Query<Which>,
) -> PageResult<EndpointPage> {
    Ok(endpoint_page(&app, &visit, *id, which.into_inner().after).await?)
}

/// The page again with what was wrong and what was typed, or on to it when all went well.
async fn after<T>(
    app: &AppData,
    visit: &Visit,
    id: EndpointId,
    (form, done): (Option<Posted>, Result<T>),
) -> PageResult<Either<EndpointPage, HttpResponse>> {
    let Refused { errors, reason } = match done {
        Ok(_) => return Ok(Either::Right(redirect(&format!("/endpoints/{id}")))),
        Err(error) => Refused::of(error)?,
    };
    let again = endpoint_page(app, visit, id, None).await?;
    let refused = reason.map(|message| again.page.message(&message));
    let events = match &form {
        Some(form) => tellable(&chosen(form)),
        None => again.events,
    };
    Ok(Either::Left(EndpointPage { errors, refused, form, events, ..again }))
}

/// Changes what it is called and told, and whether it is active. Address and secret are changed when
/// something is typed.
#[post("/endpoints/{id}/change")]
async fn change_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<EndpointId>,
    form: Posted,
) -> PageResult<Either<EndpointPage, HttpResponse>> {
    let (caller, id) = (visit.caller.clone(), *id);
    let mut changes = json!({
        "name": form.text("name"),
        "events": form.all("events"),
        "active": form.filled("active").is_some(),
    });
    for name in ["url", "secret", "language"] {
        if let Some(text) = form.filled(name) {
            changes[name] = text.into();
        }
    }
    let version = form.version()?;
    let change = move |app: &App| ops::update(app, &caller, id, version, &changes);
    let done = app.clone().into_inner().run(change).await;
    after(&app, &visit, id, (Some(form), done)).await
}

/// Makes another secret and shows it.
#[post("/endpoints/{id}/secret")]
async fn secret_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<EndpointId>,
    _form: Posted,
) -> PageResult<EndpointPage> {
    let (caller, id) = (visit.caller.clone(), *id);
    let change = move |app: &App| ops::change_secret(app, &caller, id);
    let fresh = app.clone().into_inner().run(change).await?;
    let shown = endpoint_page(&app, &visit, id, None).await?;
    Ok(EndpointPage { secret: Some(fresh.secret), ..shown })
}

/// Sends a test.
#[post("/endpoints/{id}/test")]
async fn test_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<EndpointId>,
    _form: Posted,
) -> PageResult<Either<EndpointPage, HttpResponse>> {
    let (caller, id) = (visit.caller.clone(), *id);
    let done = app.clone().into_inner().run(move |app| telling::test(app, &caller, id)).await;
    after(&app, &visit, id, (None, done)).await
}

/// Removes it.
#[post("/endpoints/{id}/delete")]
async fn delete_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<EndpointId>,
    _form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    app.into_inner().run(move |app| ops::delete(app, &caller, *id)).await?;
    Ok(redirect("/endpoints"))
}

/// Sends a message again, and goes back to where it was listed.
#[post("/deliveries/{id}/resend")]
async fn resend_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<DeliveryId>,
    form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    app.into_inner().run(move |app| outbox::resend(app, &caller, *id)).await?;
    Ok(redirect(local_path(form.text("back"))))
}

#[derive(Template, WebTemplate)]
#[template(path = "dead.html")]
struct DeadPage {
    page: Frame,
    deliveries: Page<DeliveryView>,
    mails: Page<MailView>,
}

/// Where the two lists go on.
#[derive(Debug, Deserialize)]
struct Lists {
    after: Option<String>,
    mails_after: Option<String>,
}

/// What was given up: for administrators.
#[get("/admin/deliveries")]
async fn show_dead(app: AppData, visit: Visit, lists: Query<Lists>) -> PageResult<DeadPage> {
    let (app, lists, caller) = (app.into_inner(), lists.into_inner(), visit.caller.clone());
    let (mails, deliveries) = app
        .run(move |app| {
            let state = Some(MailState::Dead);
            let mails = ListMails { state, limit: None, after: lists.mails_after };
            let state = Some(DeliveryState::Dead);
            let dead = ListDeliveries { state, after: lists.after, ..ListDeliveries::default() };
            Ok((outbound::ops::list(app, &caller, &mails)?, outbox::list(app, &caller, &dead)?))
        })
        .await?;
    Ok(DeadPage { page: Frame::new(&app, &visit, "account"), deliveries, mails })
}

/// Sends a mail again.
#[post("/admin/mails/{id}/resend")]
async fn resend_mail_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<MailId>,
    _form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    app.into_inner().run(move |app| outbound::ops::resend(app, &caller, *id)).await?;
    Ok(redirect("/admin/deliveries"))
}
