//! Handing over what a liaison answers for.

use std::sync::Arc;

use actix_web::{Either, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use crate::accounts::principal::UserId;
use crate::app::App;
use crate::cases::handover::{self, HandOver, HandedOver, HandoverView};
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::form::command;
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit};

#[derive(Template, WebTemplate)]
#[template(path = "handover.html")]
pub(super) struct HandoverPage {
    page: Frame,
    from: UserId,
    view: HandoverView,
    /// The form that was sent, if it could not be followed.
    tried: Tried,
}

#[derive(Template, WebTemplate)]
#[template(path = "handed_over.html")]
pub(super) struct HandedOverPage {
    page: Frame,
    done: HandedOver,
}

/// What a liaison would hand over, and to whom it could go.
#[get("/liaisons/{id}/handover")]
pub(super) async fn show_handover(
    app: AppData,
    visit: Visit,
    id: web::Path<UserId>,
) -> PageResult<HandoverPage> {
    Ok(shown(app.into_inner(), &visit, *id, Tried::default()).await?)
}

async fn shown(app: Arc<App>, visit: &Visit, from: UserId, tried: Tried) -> Result<HandoverPage> {
    let caller = visit.caller.clone();
    let view = app.run(move |app| handover::preview(app, &caller, from)).await?;
    Ok(HandoverPage { page: Frame::new(&app, visit, "cockpit"), from, view, tried })
}

/// Hands everything over.
#[post("/liaisons/{id}/handover")]
pub(super) async fn hand_over(
    app: AppData,
    visit: Visit,
    id: web::Path<UserId>,
    form: Posted,
) -> PageResult<Either<HandoverPage, HandedOverPage>> {
    let (app, from, caller) = (app.into_inner(), *id, visit.caller.clone());
    let done = match command::<HandOver>(&form, &["to"], &[]) {
        Ok(to) => app.run(move |app| handover::hand_over(app, &caller, from, &to)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => {
            let page = Frame::new(&app, &visit, "cockpit");
            Ok(Either::Right(HandedOverPage { page, done }))
        }
        Err(error) => {
            let tried = Tried::failed("handover", form, error)?;
            Ok(Either::Left(shown(app, &visit, from, tried).await?))
        }
    }
}
