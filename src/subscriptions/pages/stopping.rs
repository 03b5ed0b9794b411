//! The page behind the address in the mails of a subscription. Opening it changes nothing, for mail
//! programs open addresses by themselves; a `POST` of anybody who knows the address does, with no form
//! of ours around it: mail programs send it when their reader presses "unsubscribe" (RFC 8058). The
//! secret in the address takes the place of the token that other forms carry.

use actix_web::{get, post};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::subscriptions::unsubscribing::{self, Asked};

/// The secret of the address.
#[derive(Debug, Deserialize)]
struct Secret {
    #[serde(default)]
    token: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "unsubscribe.html")]
pub(super) struct StoppingPage {
    page: Frame,
    token: String,
    asked: Asked,
}

/// Asks whether to stop it.
#[get("/unsubscribe")]
pub(super) async fn unsubscribe(
    app: AppData,
    visit: Visit,
    secret: Query<Secret>,
) -> PageResult<StoppingPage> {
    let (app, token) = (app.into_inner(), secret.into_inner().token);
    let given = token.clone();
    let asked = app.run(move |app| unsubscribing::show(app, &given)).await?;
    Ok(StoppingPage { page: Frame::new(&app, &visit, ""), token, asked })
}

/// Stops it.
#[post("/unsubscribe")]
pub(super) async fn unsubscribe_posted(
    app: AppData,
    visit: Visit,
    secret: Query<Secret>,
) -> PageResult<StoppingPage> {
    let (app, token) = (app.into_inner(), secret.into_inner().token);
    let (given, caller) = (token.clone(), visit.caller.clone());
    let asked = app.run(move |app| unsubscribing::stop(app, &caller, &given)).await?;
    Ok(StoppingPage { page: Frame::new(&app, &visit, ""), token, asked })
}
