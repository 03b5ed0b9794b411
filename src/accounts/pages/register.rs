//! Registering an organisation with its first manager. The password is chosen with the mailed link.

use actix_web::{Either, HttpResponse, get, post};
use askama::Template;
use askama_web::WebTemplate;
use serde_json::{Map, Value, json};

use crate::accounts::principal::Caller;
use crate::accounts::registration;
use crate::accounts::registration::model::Register;
use crate::app::App;
use crate::error::{Error, Message, Result};
use crate::http::extract::AppData;
use crate::http::html::form::Refused;
use crate::http::html::typed::Typed;
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};
use crate::search::names::Names;

/// Fields of the organisation that are sent as they are typed.
const TEXTS: [&str; 5] = ["name", "uscc", "org_type", "industry_code", "scale"];
/// Digits of the code of a region that is no town.
const COUNTY_DIGITS: usize = 6;

#[derive(Template, WebTemplate)]
#[template(path = "register.html")]
struct RegisterPage {
    page: Frame,
    form: Posted,
    refused: Refused,
}

/// The form; whoever has an account manages organisations there.
#[get("/register")]
async fn register_form(
    app: AppData,
    visit: Visit,
) -> PageResult<Either<RegisterPage, HttpResponse>> {
    if visit.caller.principal.is_some() {
        return Ok(Either::Right(redirect("/account")));
    }
    let page = Frame::new(&app.into_inner(), &visit, "register");
    Ok(Either::Left(RegisterPage { page, form: Posted::default(), refused: Refused::default() }))
}

/// Sends the link that completes the registration, or says what is wrong at which field. The answer
/// is the same whether or not the address has an account.
#[post("/register")]
async fn register_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<RegisterPage, HttpResponse>> {
    let app = app.into_inner();
    let (caller, sent) = (visit.caller.clone(), form.clone());
    let done = app.run(move |app| register(app, &caller, &sent)).await;
    let refused = match done {
        Ok(()) => return Ok(Either::Right(redirect("/sign-in?done=registered"))),
        Err(Error::RateLimited { retry_after }) => {
            Message::new("error.rate_limited_detail").with("seconds", retry_after).into()
        }
        Err(error) => Refused::of(error)?,
    };
    let page = Frame::new(&app, &visit, "register");
    Ok(Either::Left(RegisterPage { page, form, refused }))
}

fn register(app: &App, caller: &Caller, form: &Posted) -> Result<()> {
    let command = command(form, Names::new(app, caller.language))?;
    registration::ops::register(app, caller, &command).map(drop)
}

fn command(form: &Posted, names: Names<'_>) -> Result<Register> {
    let mut typed = Typed::new(form, names);
    let mut org = Map::new();
    for name in TEXTS {
        if let Some(text) = form.filled(&format!("organization/{name}")) {
            org.insert(name.to_owned(), text.into());
        }
    }
    if let Value::String(code) = typed.region("organization/region_code") {
        let field = if code.len() > COUNTY_DIGITS { "town_code" } else { "region_code" };
        org.insert(field.to_owned(), code.into());
    }
    let phone = form.filled("organization/contact/phone");
    org.insert("contact".to_owned(), json!({ "name": form.filled("name"), "phone": phone }));
    typed.put("organization", org);
    for name in ["name", "mail"] {
        typed.put(name, form.text(name));
    }
    crate::reading::from_value(typed.patch()?)
}
