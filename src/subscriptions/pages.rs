//! Pages of subscriptions: those that one has, one of them with what was found for it, and the page
//! behind the address in its mails.

mod form;
mod stopping;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::json;

use super::model::{
    FindView, Frequency, ListSubscriptions, Parameters, Recommendations, SubscriptionId,
    SubscriptionView, Threshold,
};
use super::{ops, recommendations};
use crate::app::App;
use crate::error::Result;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, local_path, redirect};
use crate::http::pagination::Page;
use crate::search::names::Names;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(list_subscriptions)
        .service(form::new_subscription)
        .service(form::create_posted)
        .service(show_subscription)
        .service(change_posted)
        .service(delete_posted)
        .service(stopping::unsubscribe)
        .service(stopping::unsubscribe_posted)
        .service(recommendations_posted);
}

/// Parameters in words: what each restricts, and to what.
type InWords = Vec<(String, String)>;

/// A subscription with its parameters in words.
struct Line {
    one: SubscriptionView,
    words: InWords,
}

/// What parameters mean, for people.
fn in_words(app: &App, page: &Frame, query: &Parameters) -> InWords {
    let names = Names::new(app, page.caller.language);
    let word = |name: &str, code: &str| match name {
        "kind" => page.t(format!("search.kind.{code}")),
        "town" | "city" | "region" => page.region(code),
        "industry" => page.industry(code),
        "tech_field" | "cooperation_mode" | "org_type" | "region_group" => page.code(name, code),
        "subkind" | "kinds" => names.subkind(None, code),
        _ => code.to_owned(),
    };
    let words = |(name, value): (&String, &String)| {
        let value = match name.as_str() {
            "q" => page.short(value, 60),
            _ => {
                let codes: Vec<String> =
                    value.split(',').map(|code| word(name, code.trim())).collect();
                page.list(&codes)
            }
        };
        (page.t(format!("subscription.by.{name}")), value)
    };
    query.iter().map(words).collect()
}

#[derive(Template, WebTemplate)]
#[template(path = "subscriptions.html")]
struct SubscriptionsPage {
    page: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    personalised: bool,
}

/// Which page of them.
#[derive(Debug, Deserialize)]
struct Which {
    after: Option<String>,
}

/// What one has subscribed to.
#[get("/subscriptions")]
async fn list_subscriptions(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<SubscriptionsPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let query = ListSubscriptions { limit: None, after: which.into_inner().after };
    let (found, choice) = app
        .run(move |app| {
            Ok((ops::list(app, &caller, &query)?, recommendations::show(app, &caller)?))
        })
        .await?;
    let page = Frame::new(&app, &visit, "account");
    let line = |one: SubscriptionView| Line { words: in_words(&app, &page, &one.query), one };
    let lines = found.items.into_iter().map(line).collect();
    let personalised = choice.personalised;
    Ok(SubscriptionsPage { lines, next: found.next, personalised, page })
}

#[derive(Template, WebTemplate)]
#[template(path = "subscription.html")]
struct SubscriptionPage {
    page: Frame,
    one: SubscriptionView,
    words: InWords,
    finds: Page<FindView>,
    frequencies: &'static [Frequency],
    thresholds: &'static [Threshold],
    /// What stands in the form.
    form: Posted,
    refused: Refused,
}

/// The form as the subscription is.
fn as_it_is(one: &SubscriptionView) -> Posted {
    let mut fields = vec![
        ("name", one.name.as_str()),
        ("frequency", one.frequency.as_str()),
        ("threshold", one.threshold.map_or("", Threshold::as_str)),
    ];
    fields.extend(one.active.then_some(("active", "yes")));
    Posted::new(
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    )
}

async fn subscription_page(
    app: AppData,
    visit: &Visit,
    id: SubscriptionId,
    after: Option<String>,
) -> Result<SubscriptionPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let (one, finds) = app
        .run(move |app| {
            let query = ListSubscriptions { limit: None, after };
            Ok((ops::show(app, &caller, id)?, ops::finds(app, &caller, id, &query)?))
        })
        .await?;
    let page = Frame::new(&app, visit, "account");
    Ok(SubscriptionPage {
        words: in_words(&app, &page, &one.query),
        form: as_it_is(&one),
        one,
        finds,
        frequencies: Frequency::ALL,
        thresholds: Threshold::ALL,
        refused: Refused::default(),
        page,
    })
}

/// One of them with what has been found for it.
#[get("/subscriptions/{id}")]
async fn show_subscription(
    app: AppData,
    visit: Visit,
    id: web::Path<SubscriptionId>,
    which: Query<Which>,
) -> PageResult<SubscriptionPage> {
    Ok(subscription_page(app, &visit, *id, which.into_inner().after).await?)
}

/// Changes what it is called, when one is told, and whether it is on.
#[post("/subscriptions/{id}/change")]
async fn change_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<SubscriptionId>,
    form: Posted,
) -> PageResult<Either<SubscriptionPage, HttpResponse>> {
    let (caller, id) = (visit.caller.clone(), *id);
    let mut changes = json!({ "active": form.filled("active").is_some() });
    for name in ["name", "frequency", "threshold"] {
        if form.filled(name).is_some() || name == "name" {
            changes[name] = form.text(name).into();
        }
    }
    let version = form.text("version").parse().unwrap_or(0);
    let change = move |app: &App| ops::update(app, &caller, id, version, &changes);
    match app.clone().into_inner().run(change).await {
        Ok(_) => Ok(Either::Right(redirect(&format!("/subscriptions/{id}")))),
        Err(error) => {
            let refused = Refused::of(error)?;
            let again = subscription_page(app, &visit, id, None).await?;
            Ok(Either::Left(SubscriptionPage { form, refused, ..again }))
        }
    }
}

/// Removes it.
#[post("/subscriptions/{id}/delete")]
async fn delete_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<SubscriptionId>,
    _form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    app.into_inner().run(move |app| ops::delete(app, &caller, *id)).await?;
    Ok(redirect("/subscriptions"))
}

/// Chooses whether things are recommended to the reader, and goes back.
#[post("/account/recommendations")]
async fn recommendations_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    let choice = Recommendations { personalised: form.has("personalised", "true") };
    app.into_inner().run(move |app| recommendations::choose(app, &caller, choice)).await?;
    Ok(redirect(local_path(form.text("back"))))
}
