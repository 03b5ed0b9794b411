//! Pages of people, for those who run the platform: the list, and one person with roles, state, data and
//! erasure. To everybody else there are no such pages.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::json;

use super::model::{ListUsers, UserStatus, UserView};
use super::ops;
use crate::accounts::principal::{Caller, Role, UserId};
use crate::accounts::privacy::api::document;
use crate::accounts::privacy::erasure::{self, ErasePerson, Erased};
use crate::accounts::privacy::export;
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};
use crate::http::pagination::Page;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(list_people)
        .service(show_person)
        .service(fetch_person)
        .service(state_posted)
        .service(erasure_of_person_posted);
}

/// Hides the pages from everybody but administrators.
fn only_for_admins(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::NotFound) }
}

/// Whom to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    /// Part of name or mail address.
    q: String,
    /// Part of the name of an organisation.
    org: String,
    role: String,
    status: String,
    after: Option<String>,
}

impl Which {
    fn query(&self) -> Result<ListUsers> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let unknown =
            |field: &str| Error::field(format!("/{field}"), Message::new("field.unknown_status"));
        let role = typed(&self.role).map(|code| code.parse::<Role>());
        let status = typed(&self.status).map(|code| code.parse::<UserStatus>());
        Ok(ListUsers {
            q: typed(&self.q),
            org: typed(&self.org),
            role: role.transpose().map_err(|_| unknown("role"))?,
            status: status.transpose().map_err(|_| unknown("status"))?,
            after: self.after.clone(),
            ..ListUsers::default()
        })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Frame,
    people: Page<UserView>,
    which: Which,
}

/// Everybody with an account, newest first.
#[get("/admin/users")]
async fn list_people(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<PeoplePage> {
    let (app, which, caller) = (app.into_inner(), which.into_inner(), visit.caller.clone());
    only_for_admins(&caller)?;
    let query = which.query()?;
    let people = app.run(move |app| ops::list(app, &caller, &query)).await?;
    Ok(PeoplePage { page: Frame::new(&app, &visit, "account"), people, which })
}

#[derive(Template, WebTemplate)]
#[template(path = "person.html")]
struct PersonPage {
    page: Frame,
    person: UserView,
    /// Whether it is the reader.
    own: bool,
    /// What was typed as the reason of erasure.
    reason: String,
    errors: Vec<FieldError>,
    refused: Option<String>,
    /// What erasure did.
    erased: Option<Erased>,
}

async fn person_page(app: &Arc<App>, visit: &Visit, id: UserId) -> Result<PersonPage> {
    let caller = visit.caller.clone();
    only_for_admins(&caller)?;
    let own = caller.signed_in()?.user_id == id;
    let person = app.run(move |app| ops::show(app, &caller, id)).await?;
    Ok(PersonPage {
        page: Frame::new(app, visit, "account"),
        person,
        own,
        reason: String::new(),
        errors: Vec::new(),
        refused: None,
        erased: None,
    })
}

/// One person.
#[get("/admin/users/{id}")]
async fn show_person(app: AppData, visit: Visit, id: web::Path<UserId>) -> PageResult<PersonPage> {
    Ok(person_page(&app.into_inner(), &visit, *id).await?)
}

/// Everything about a person as a file.
#[get("/admin/users/{id}/data")]
async fn fetch_person(app: AppData, visit: Visit, id: web::Path<UserId>) -> PageResult {
    let caller = visit.caller.clone();
    only_for_admins(&caller)?;
    Ok(document(&app.run(move |app| export::of(app, &caller, *id)).await?))
}

/// The page again, with why nothing was done.
async fn refused(app: &Arc<App>, visit: &Visit, id: UserId, error: Error) -> Result<PersonPage> {
    let again = person_page(app, visit, id).await?;
    match error {
        Error::Conflict { message, .. } => {
            let refused = Some(again.page.message(&message));
            Ok(PersonPage { refused, ..again })
        }
        Error::PreconditionFailed => {
            let refused = Some(again.page.t("people.changed_meanwhile"));
            Ok(PersonPage { refused, ..again })
        }
        Error::Invalid(errors) => Ok(PersonPage { errors, ..again }),
        other => Err(other),
    }
}

/// Bars a person, or lets the person in again.
#[post("/admin/users/{id}/status")]
async fn state_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<UserId>,
    form: Posted,
) -> PageResult<Either<PersonPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    only_for_admins(&caller)?;
    let (version, changes) = (form.version()?, json!({ "status": form.text("to") }));
    match app.run(move |app| ops::update(app, &caller, id, version, &changes)).await {
        Ok(_) => Ok(Either::Right(redirect(&format!("/admin/users/{id}")))),
        Err(error) => Ok(Either::Left(refused(&app, &visit, id, error).await?)),
    }
}

/// Erases a person, and says what that did.
#[post("/admin/users/{id}/erasure")]
async fn erasure_of_person_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<UserId>,
    form: Posted,
) -> PageResult<PersonPage> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    only_for_admins(&caller)?;
    let reason = form.text("reason").to_owned();
    // What cannot be taken back is asked for twice.
    let done = if form.has("sure", "yes") {
        let command = ErasePerson { reason: reason.clone() };
        app.run(move |app| erasure::erase_person(app, &caller, id, &command)).await
    } else {
        Err(Error::field("/sure", "field.required"))
    };
    match done {
        Ok(erased) => {
            let again = person_page(&app, &visit, id).await?;
            Ok(PersonPage { erased: Some(erased), ..again })
        }
        Err(error) => Ok(PersonPage { reason, ..refused(&app, &visit, id, error).await? }),
    }
}
