//! The page of one's own personal data: consents, export, erasure.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use super::api::document;
use super::erasure::{self, EraseSelf};
use super::model::{ConsentPurpose, ConsentView, GiveConsent};
use super::{consents, export};
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, Visit, local_path, redirect};
use crate::subscriptions::recommendations;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_personal_data)
        .service(fetch_personal_data)
        .service(consent_posted)
        .service(erasure_posted);
}

#[derive(Template, WebTemplate)]
#[template(path = "personal_data.html")]
struct PersonalDataPage {
    page: Frame,
    consents: Vec<ConsentView>,
    /// Whether things are recommended to the reader.
    personalised: bool,
    errors: Vec<FieldError>,
    refused: Option<Message>,
}

async fn personal_data_page(app: Arc<App>, visit: &Visit) -> Result<PersonalDataPage> {
    let caller = visit.caller.clone();
    let (consents, choice) = app
        .run(move |app| Ok((consents::own(app, &caller)?, recommendations::show(app, &caller)?)))
        .await?;
    let page = Frame::new(&app, visit, "account");
    let personalised = choice.personalised;
    Ok(PersonalDataPage { page, consents, personalised, errors: Vec::new(), refused: None })
}

/// One's own personal data.
#[get("/account/personal-data")]
async fn show_personal_data(app: AppData, visit: Visit) -> PageResult<PersonalDataPage> {
    Ok(personal_data_page(app.into_inner(), &visit).await?)
}

/// Everything as a file.
#[get("/account/personal-data/export")]
async fn fetch_personal_data(app: AppData, visit: Visit) -> PageResult {
    let caller = visit.caller.clone();
    Ok(document(&app.run(move |app| export::own(app, &caller)).await?))
}

/// Agrees to a text, or takes that back.
#[post("/account/personal-data/consents")]
async fn consent_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<PersonalDataPage, HttpResponse>> {
    let app = app.into_inner();
    let given = form.has("given", "true");
    // Asked on another page, the reader goes on there.
    let (command, back) = match form.filled("consent") {
        Some(version) => (
            GiveConsent { purpose: ConsentPurpose::Account, version, given },
            local_path(form.text("return_to")).to_owned(),
        ),
        None => {
            let purpose = form.text("purpose").parse().map_err(|_| Error::NotFound)?;
            let version = form.text("version").to_owned();
            (GiveConsent { purpose, version, given }, "/account/personal-data".to_owned())
        }
    };
    let caller = visit.caller.clone();
    match app.run(move |app| consents::say(app, &caller, &command)).await {
        Ok(_) => Ok(Either::Right(redirect(&back))),
        Err(Error::Conflict { message, .. }) => {
            let again = personal_data_page(app, &visit).await?;
            Ok(Either::Left(PersonalDataPage { refused: Some(message), ..again }))
        }
        Err(other) => Err(other.into()),
    }
}

/// Erases the reader, and goes to the start page.
#[post("/account/personal-data/erasure")]
async fn erasure_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<PersonalDataPage, HttpResponse>> {
    let app = app.into_inner();
    let command = EraseSelf { current_password: form.raw("current_password").to_owned() };
    let caller = visit.caller.clone();
    let done = app.run(move |app| erasure::erase_own(app, &caller, &command)).await;
    let (errors, refused) = match done {
        Ok(_) => return Ok(Either::Right(redirect("/"))),
        Err(Error::Invalid(errors)) => (errors, None),
        Err(Error::Conflict { message, .. }) => (Vec::new(), Some(message)),
        Err(other) => return Err(other.into()),
    };
    let again = personal_data_page(app, &visit).await?;
    Ok(Either::Left(PersonalDataPage { errors, refused, ..again }))
}
