//! The form of a new subscription: it comes with the search or the record that it is about.

use actix_web::{Either, HttpResponse, get, post};
use askama::Template;
use askama_web::WebTemplate;
use search_index::Kind;
use serde_json::json;

use super::{InWords, in_words};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::once::{self, create_once};
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect};
use crate::reading;
use crate::search::cards;
use crate::subscriptions::model::{
    CreateSubscription, Frequency, Parameters, SubscribedRecord, Threshold,
};
use crate::subscriptions::{ops, rules};

/// Beginning of the names of fields that hold parameters.
const PARAMETER: &str = "query.";
/// Characters of a text or a title that make the name which the form proposes.
const PROPOSED: usize = 30;

#[derive(Template, WebTemplate)]
#[template(path = "subscription_form.html")]
pub(super) struct FormPage {
    page: Frame,
    form: Posted,
    /// Title of the record whose matches they are.
    title: Option<String>,
    parameters: Vec<(String, String)>,
    words: InWords,
    frequencies: &'static [Frequency],
    thresholds: &'static [Threshold],
    refused: Refused,
}

/// The parameters that a form carries along.
fn parameters(form: &Posted) -> Parameters {
    let pairs = form.pairs().filter_map(|(name, value)| {
        Some((name.strip_prefix(PARAMETER)?.to_owned(), value.to_owned()))
    });
    rules::kept(&pairs.collect())
}

/// The record that a form is about.
fn record(form: &Posted) -> Result<Option<SubscribedRecord>> {
    let Some(id) = form.filled("record_id") else { return Ok(None) };
    let kind = form.text("record_kind").parse().map_err(|_| Error::NotFound)?;
    Ok(Some(SubscribedRecord { kind, id }))
}

async fn form_page(
    app: AppData,
    visit: &Visit,
    form: Posted,
    refused: Refused,
) -> Result<FormPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let record = record(&form)?;
    let title = match &record {
        None => None,
        Some(record) => {
            let kind = Kind::parse(record.kind.as_str()).ok_or(Error::NotFound)?;
            let id = record.id.clone();
            let find = move |app: &App| {
                app.db.read(|db| cards::load(app, db, &caller, &[(kind, id.as_str())]))
            };
            let card = app.run(find).await?.into_values().next().ok_or(Error::NotFound)?;
            Some(card.card.title)
        }
    };
    let page = Frame::new(&app, visit, "account");
    let query = parameters(&form);
    let words = in_words(&app, &page, &query);
    let form = named(&page, form, title.as_deref(), &query, &words);
    Ok(FormPage {
        form,
        title,
        words,
        parameters: query
            .into_iter()
            .map(|(name, value)| (PARAMETER.to_owned() + &name, value))
            .collect(),
        frequencies: Frequency::ALL,
        thresholds: Threshold::ALL,
        refused,
        page,
    })
}

/// With a name, where none has been typed.
fn named(
    page: &Frame,
    form: Posted,
    title: Option<&str>,
    query: &Parameters,
    words: &InWords,
) -> Posted {
    if form.filled("name").is_some() {
        return form;
    }
    let text = title.or(query.get("q").map(String::as_str));
    let name = match text {
        Some(text) => page.short(text, PROPOSED),
        None => words.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" "),
    };
    let name = page.short(&name, 2 * PROPOSED - 1);
    form.with("name", &name)
}

/// The form, for the search or the record of the address.
#[get("/subscriptions/new")]
pub(super) async fn new_subscription(
    app: AppData,
    visit: Visit,
    pairs: Query<Vec<(String, String)>>,
) -> PageResult<FormPage> {
    visit.caller.signed_in()?;
    let own = |name: &str| ["record_kind", "record_id"].contains(&name);
    let pairs = pairs.into_inner().into_iter().map(|(name, value)| match own(&name) {
        true => (name, value),
        false => (PARAMETER.to_owned() + &name, value),
    });
    let form = Posted::new(pairs.chain([once::key()]).collect());
    Ok(form_page(app, &visit, form, Refused::default()).await?)
}

fn create(app: &App, visit: &Visit, form: &Posted) -> Result<String> {
    let fields = json!({
        "name": form.text("name"),
        "query": parameters(form),
        "record": record(form)?,
        "threshold": form.filled("threshold"),
        "frequency": form.filled("frequency"),
    });
    let command: CreateSubscription = reading::from_value(fields)?;
    create_once(app, &visit.caller, form, "POST /subscriptions", |caller| {
        Ok(ops::create(app, caller, &command)?.id.to_string())
    })
}

/// Subscribes. A form that is sent twice subscribes once.
#[post("/subscriptions")]
pub(super) async fn create_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<FormPage, HttpResponse>> {
    let (given, asked) = (form.clone(), visit.clone());
    let done = app.clone().into_inner().run(move |app| create(app, &asked, &given)).await;
    match done {
        Ok(id) => Ok(Either::Right(redirect(&format!("/subscriptions/{id}")))),
        Err(error) => {
            let refused = Refused::of(error)?;
            Ok(Either::Left(form_page(app, &visit, form, refused).await?))
        }
    }
}
