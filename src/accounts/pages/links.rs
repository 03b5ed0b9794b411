//! The pages that mailed links lead to. Opening a link changes nothing: mail programs open links
//! by themselves. Only the button does.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::invitations;
use crate::accounts::invitations::model::{AcceptInvitation, OfferView};
use crate::accounts::passwords;
use crate::accounts::passwords::model::ResetPassword;
use crate::accounts::registration;
use crate::accounts::registration::model::{VerifyMail, WaitingRegistration};
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(verify_form)
        .service(verify_posted)
        .service(reset_form)
        .service(reset_posted)
        .service(invitation_form)
        .service(invitation_posted);
}

/// The secret of a link.
#[derive(Debug, Deserialize)]
struct Secret {
    #[serde(default)]
    token: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "verify.html")]
struct VerifyPage {
    page: Frame,
    token: String,
    /// Of the link of a registration: it asks for a password.
    waiting: Option<WaitingRegistration>,
    /// Whether the box was ticked.
    agreed: bool,
    errors: Vec<FieldError>,
    /// Why the link will never work.
    ended: Option<Message>,
}

#[derive(Template, WebTemplate)]
#[template(path = "reset.html")]
struct ResetPage {
    page: Frame,
    /// Empty: asks whom to send a link to.
    token: String,
    mail: String,
    errors: Vec<FieldError>,
}

#[derive(Template, WebTemplate)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: Frame,
    token: String,
    name: String,
    offer: OfferView,
    /// Whether the box was ticked.
    agreed: bool,
    errors: Vec<FieldError>,
}

/// What is wrong with a form; any other error is passed on.
fn faults(done: Result<()>) -> Result<Option<Vec<FieldError>>> {
    match done {
        Ok(()) => Ok(None),
        Err(Error::Invalid(errors)) => Ok(Some(errors)),
        Err(other) => Err(other),
    }
}

async fn waiting(app: &Arc<App>, token: &str) -> Result<Option<WaitingRegistration>> {
    let secret = token.to_owned();
    app.run(move |app| registration::ops::show(app, &secret)).await
}

/// The button that verifies an address, or completes a registration with the password chosen here.
#[get("/verify")]
async fn verify_form(app: AppData, visit: Visit, secret: Query<Secret>) -> PageResult<VerifyPage> {
    let token = secret.into_inner().token;
    let app = app.into_inner();
    let waiting = waiting(&app, &token).await?;
    let page = Frame::new(&app, &visit, "");
    Ok(VerifyPage { page, token, waiting, agreed: false, errors: Vec::new(), ended: None })
}

/// Verifies an address, or completes a registration, or ends one that its owner did not make.
#[post("/verify")]
async fn verify_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<VerifyPage, HttpResponse>> {
    let app = app.into_inner();
    let token = form.text("token").to_owned();
    let (done, next) = if form.filled("decline").is_some() {
        let secret = token.clone();
        let done = app.run(move |app| registration::ops::decline(app, &secret)).await;
        (done, "/sign-in?done=declined")
    } else {
        let password = Some(form.raw("password").to_owned()).filter(|text| !text.is_empty());
        let consent = form.filled("consent");
        let (caller, command) =
            (visit.caller.clone(), VerifyMail { token: token.clone(), password, consent });
        let done = app.run(move |app| registration::ops::verify(app, &caller, &command)).await;
        (done, "/sign-in?done=verified")
    };
    let (errors, ended) = match done {
        Ok(()) => return Ok(Either::Right(redirect(next))),
        Err(Error::Invalid(errors)) => (errors, None),
        Err(Error::Conflict { message, .. }) => (Vec::new(), Some(message)),
        Err(other) => return Err(other.into()),
    };
    let waiting = waiting(&app, &token).await?;
    let agreed = form.filled("consent").is_some();
    let page = Frame::new(&app, &visit, "");
    Ok(Either::Left(VerifyPage { page, token, waiting, agreed, errors, ended }))
}

/// Asks for the address, or with a link for the new password.
#[get("/reset")]
async fn reset_form(app: AppData, visit: Visit, secret: Query<Secret>) -> PageResult<ResetPage> {
    let page = Frame::new(&app.into_inner(), &visit, "");
    let token = secret.into_inner().token;
    Ok(ResetPage { page, token, mail: String::new(), errors: Vec::new() })
}

/// Sends a link, or sets the new password.
#[post("/reset")]
async fn reset_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<ResetPage, HttpResponse>> {
    let app = app.into_inner();
    let (token, mail) = (form.text("token").to_owned(), form.text("mail").to_owned());
    let (done, next) = if token.is_empty() {
        (passwords::ops::request_reset(&app, &visit.caller, &mail), "/sign-in?done=asked")
    } else {
        let command =
            ResetPassword { token: token.clone(), password: form.raw("password").to_owned() };
        let caller = visit.caller.clone();
        let done = app.run(move |app| passwords::ops::reset(app, &caller, &command)).await;
        (done, "/sign-in?done=reset")
    };
    Ok(match faults(done)? {
        None => Either::Right(redirect(next)),
        Some(errors) => {
            Either::Left(ResetPage { page: Frame::new(&app, &visit, ""), token, mail, errors })
        }
    })
}

/// What an invitation offers.
#[get("/invitation")]
async fn invitation_form(
    app: AppData,
    visit: Visit,
    secret: Query<Secret>,
) -> PageResult<InvitationPage> {
    let token = secret.into_inner().token;
    let app = app.into_inner();
    let offer = offer(&app, &token).await?;
    let page = Frame::new(&app, &visit, "");
    Ok(InvitationPage {
        page,
        token,
        name: String::new(),
        offer,
        agreed: false,
        errors: Vec::new(),
    })
}

async fn offer(app: &Arc<App>, token: &str) -> Result<OfferView> {
    let secret = token.to_owned();
    app.run(move |app| invitations::ops::show(app, &secret)).await
}

/// Accepts an invitation.
#[post("/invitation")]
async fn invitation_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<InvitationPage, HttpResponse>> {
    let app = app.into_inner();
    let token = form.text("token").to_owned();
    let command = AcceptInvitation {
        token: token.clone(),
        name: form.filled("name"),
        password: Some(form.raw("password").to_owned()).filter(|text| !text.is_empty()),
        consent: form.filled("consent"),
    };
    let caller = visit.caller.clone();
    let done = app.run(move |app| invitations::ops::accept(app, &caller, &command)).await;
    Ok(match faults(done.map(drop))? {
        None if visit.caller.principal.is_some() => Either::Right(redirect("/account")),
        None => Either::Right(redirect("/sign-in?done=joined")),
        Some(errors) => Either::Left(InvitationPage {
            offer: offer(&app, &token).await?,
            page: Frame::new(&app, &visit, ""),
            name: form.text("name").to_owned(),
            agreed: form.filled("consent").is_some(),
            token,
            errors,
        }),
    })
}
