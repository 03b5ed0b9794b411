//! Signing in and out.

use actix_web::http::header::USER_AGENT;
use actix_web::{Either, HttpRequest, HttpResponse, get, post};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::sessions;
use crate::accounts::sessions::model::{SignIn, Tokens};
use crate::app::App;
use crate::demo;
use crate::error::{Error, Message};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, form, local_path, redirect, session};

#[derive(Template, WebTemplate)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Frame,
    demo: bool,
    back: String,
    mail: String,
    /// What has just been done on another page.
    done: Option<&'static str>,
    refused: Option<String>,
}

/// What other pages may report here, with the text that says so.
const DONE: [(&str, &str); 7] = [
    ("kept", "kept.sign_in"),
    ("verified", "sign_in.verified"),
    ("registered", "register.sent"),
    ("declined", "sign_in.declined"),
    ("reset", "sign_in.reset"),
    ("joined", "sign_in.joined"),
    ("asked", "sign_in.asked"),
];

/// Where to go on after signing in.
#[derive(Debug, Deserialize)]
struct Way {
    #[serde(default)]
    back: String,
    #[serde(default)]
    done: String,
}

/// The form.
#[get("/sign-in")]
async fn sign_in_form(app: AppData, visit: Visit, way: Query<Way>) -> SignInResult {
    let back = local_path(&way.back).to_owned();
    if visit.caller.principal.is_some() {
        return Ok(Either::Right(redirect(&back)));
    }
    let app = app.into_inner();
    let demo = app.run(demo::is_shown).await?;
    let page = Frame::new(&app, &visit, "");
    let done = DONE.iter().find(|(code, _)| *code == way.done).map(|(_, key)| *key);
    Ok(Either::Left(SignInPage { page, demo, back, mail: String::new(), done, refused: None }))
}

type SignInResult = PageResult<Either<SignInPage, HttpResponse>>;

/// Opens a session, or says why not.
#[post("/sign-in")]
async fn sign_in_posted(
    app: AppData,
    visit: Visit,
    request: HttpRequest,
    form: Posted,
) -> SignInResult {
    let command =
        SignIn { mail: form.text("mail").to_owned(), password: form.raw("password").to_owned() };
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    let (caller, agent) = (visit.caller.clone(), agent.map(str::to_owned));
    let app = app.into_inner();
    let opened =
        app.run(move |app| sessions::ops::sign_in(app, &caller, &command, agent.as_deref())).await;
    let page = Frame::new(&app, &visit, "");
    let refused = match opened {
        Ok(tokens) => {
            let response = signed_in(&app, &tokens, local_path(form.text("back")));
            return Ok(Either::Right(response));
        }
        Err(Error::Unauthenticated(message) | Error::Forbidden(message)) => page.message(&message),
        Err(Error::RateLimited { retry_after }) => {
            page.message(&Message::new("error.rate_limited_detail").with("seconds", retry_after))
        }
        Err(other) => return Err(other.into()),
    };
    Ok(Either::Left(SignInPage {
        demo: app.run(demo::is_shown).await?,
        back: local_path(form.text("back")).to_owned(),
        mail: form.text("mail").to_owned(),
        done: None,
        refused: Some(refused),
        page,
    }))
}

/// On to a page with the session's cookies. The start page of somebody signed in is the account.
pub fn signed_in(app: &App, tokens: &Tokens, back: &str) -> HttpResponse {
    let mut response = redirect(if back == "/" { "/account" } else { back });
    let session = session::cookies(app, tokens).into_iter();
    // Forms of pages that were shown before are not followed for this person.
    let token = form::token(Some(tokens.user_id)).ok().map(|token| form::cookie(app, token));
    for cookie in session.chain(token) {
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::warn!(%error, "session cookie");
        }
    }
    response
}

/// Ends the session.
#[post("/sign-out")]
async fn sign_out(app: AppData, visit: Visit, _form: Posted) -> PageResult<HttpResponse> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    if caller.principal.is_some() {
        app.run(move |app| sessions::ops::sign_out(app, &caller)).await?;
    }
    let mut response = redirect("/");
    let token = form::token(None).ok().map(|token| form::cookie(&app, token));
    for cookie in session::no_cookies(&app).into_iter().chain(token) {
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::warn!(%error, "session cookie");
        }
    }
    Ok(response)
}
