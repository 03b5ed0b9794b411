//! Pages of templates: the list of messages, and the form of one.

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::{
    Form, PartView, Preview, PreviewTemplate, RestoreTemplate, Sample, TemplateSummary,
    TemplateTexts, TemplateVersion, TemplateView,
};
use super::ops;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(list_messages)
        .service(show_message)
        .service(message_posted)
        .service(restore_posted);
}

#[derive(Template, WebTemplate)]
#[template(path = "messages.html")]
struct MessagesPage {
    page: Frame,
    messages: Vec<TemplateSummary>,
}

/// Every message: for administrators.
#[get("/admin/messages")]
async fn list_messages(app: AppData, visit: Visit) -> PageResult<MessagesPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let messages = app.run(move |app| ops::list(app, &caller)).await?;
    Ok(MessagesPage { page: Frame::new(&app, &visit, "account"), messages })
}

#[derive(Template, WebTemplate)]
#[template(path = "message.html")]
struct MessagePage {
    page: Frame,
    message: TemplateView,
    versions: Vec<TemplateVersion>,
    /// What has been typed, where it is not what is saved.
    typed: Option<TemplateTexts>,
    preview: Option<Preview>,
    errors: Vec<FieldError>,
    /// Key of what has happened.
    done: Option<&'static str>,
    refused: Option<String>,
}

impl MessagePage {
    /// What stands in the field of a part.
    fn value(&self, part: &PartView) -> String {
        match &self.typed {
            Some(texts) => texts.get(part.form).unwrap_or(&part.shipped).to_owned(),
            None => part.text.clone(),
        }
    }

    /// What is wrong with a part.
    fn wrong(&self, part: &PartView) -> String {
        self.page.wrong(&self.errors, &format!("/texts/{}", part.form))
    }

    /// Whether a part is one line.
    fn is_line(&self, part: &PartView) -> bool {
        matches!(part.form, Form::Line | Form::Subject)
    }

    /// Lines to be shown of a part.
    fn rows(&self, part: &PartView) -> usize {
        self.value(part).lines().count().clamp(2, 18) + 1
    }

    /// Own texts of a save, for reading.
    fn own_texts(&self, version: &TemplateVersion) -> Vec<(Form, String)> {
        let own = |form: &Form| version.texts.get(*form).map(|text| (*form, text.to_owned()));
        Form::ALL.iter().filter_map(own).collect()
    }

    /// Names of which a part needs one, as they are written.
    fn names(&self, group: &[&'static str]) -> String {
        let written: Vec<String> = group.iter().map(|name| format!("%{{{name}}}")).collect();
        written.join(" / ")
    }
}

/// Name of a message and tag of a language.
type Place = web::Path<(String, String)>;

async fn message_page(
    app: &AppData,
    visit: &Visit,
    place: &(String, String),
) -> Result<MessagePage> {
    let (caller, place) = (visit.caller.clone(), place.clone());
    let (message, versions) = app
        .clone()
        .into_inner()
        .run(move |app| {
            let key = ops::key(&caller, &place.0, &place.1)?;
            Ok((ops::show(app, &caller, key)?, ops::versions(app, &caller, key)?))
        })
        .await?;
    Ok(MessagePage {
        page: Frame::new(&app.clone().into_inner(), visit, "message"),
        message,
        versions,
        typed: None,
        preview: None,
        errors: Vec::new(),
        done: None,
        refused: None,
    })
}

/// Whether the form has just been saved.
#[derive(Debug, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

/// The texts of a message in a language.
#[get("/admin/messages/{kind}/{language}")]
async fn show_message(
    app: AppData,
    visit: Visit,
    place: Place,
    done: Query<Done>,
) -> PageResult<MessagePage> {
    let shown = message_page(&app, &visit, &place).await?;
    let done = (done.done == "saved").then_some("message.saved");
    Ok(MessagePage { done, ..shown })
}

/// The texts that were typed.
fn typed(form: &Posted) -> TemplateTexts {
    let mut texts = TemplateTexts::default();
    for name in Form::ALL {
        let text = form.raw(name.as_str());
        texts.set(*name, Some(text.to_owned()).filter(|text| !text.trim().is_empty()));
    }
    texts
}

/// What a form is posted for.
enum Wish {
    Save,
    Preview(Sample),
    Test,
}

/// What has become of it.
enum Outcome {
    Saved,
    Seen(Preview),
    Sent,
}

/// Saves what was typed, shows it with invented values, or sends it to oneself.
#[post("/admin/messages/{kind}/{language}")]
async fn message_posted(
    app: AppData,
    visit: Visit,
    place: Place,
    form: Posted,
) -> PageResult<Either<MessagePage, HttpResponse>> {
    let place = place.into_inner();
    let wish = match form.text("do") {
        "preview" => Wish::Preview(Sample::Usual),
        "nasty" => Wish::Preview(Sample::Nasty),
        "test" => Wish::Test,
        _ => Wish::Save,
    };
    let texts = typed(&form);
    let (caller, at, own) = (visit.caller.clone(), place.clone(), texts.clone());
    let done = app
        .clone()
        .into_inner()
        .run(move |app| {
            let key = ops::key(&caller, &at.0, &at.1)?;
            // Of a preview, too: the page that shows it is for the version that is in force.
            let version = form.version_if(ops::show(app, &caller, key)?.version)?;
            let sample = if let Wish::Preview(sample) = &wish { Some(*sample) } else { None };
            let shown = PreviewTemplate { texts: Some(own.clone()), sample };
            match wish {
                Wish::Save => ops::save(app, &caller, key, version, &own).map(|_| Outcome::Saved),
                Wish::Preview(_) => ops::preview(app, &caller, key, &shown).map(Outcome::Seen),
                Wish::Test => ops::send_test(app, &caller, key, &shown).map(|()| Outcome::Sent),
            }
        })
        .await;
    let (preview, errors, said, changed) = match done {
        Ok(Outcome::Saved) => return Ok(Either::Right(saved(&place))),
        Ok(Outcome::Seen(preview)) => (Some(preview), Vec::new(), None, false),
        Ok(Outcome::Sent) => (None, Vec::new(), Some("message.test_sent"), false),
        Err(Error::Invalid(errors)) => (None, errors, None, false),
        Err(Error::PreconditionFailed) => (None, Vec::new(), None, true),
        Err(Error::RateLimited { .. }) => (None, Vec::new(), Some("message.wait"), false),
        Err(other) => return Err(other.into()),
    };
    let again = message_page(&app, &visit, &place).await?;
    let refused = changed.then(|| again.page.t("message.changed_meanwhile"));
    let page = MessagePage { typed: Some(texts), preview, errors, done: said, refused, ..again };
    Ok(Either::Left(page))
}

fn saved((kind, language): &(String, String)) -> HttpResponse {
    redirect(&format!("/admin/messages/{kind}/{language}?done=saved"))
}

/// Takes the texts of an earlier save again, or the shipped ones.
#[post("/admin/messages/{kind}/{language}/restore")]
async fn restore_posted(
    app: AppData,
    visit: Visit,
    place: Place,
    form: Posted,
) -> PageResult<Either<MessagePage, HttpResponse>> {
    let place = place.into_inner();
    let version = form.version()?;
    let wanted = form.text("to").parse().map_err(|_| Error::NotFound)?;
    let (caller, at) = (visit.caller.clone(), place.clone());
    let done = app
        .clone()
        .into_inner()
        .run(move |app| {
            let key = ops::key(&caller, &at.0, &at.1)?;
            ops::restore(app, &caller, key, version, RestoreTemplate { version: wanted })
        })
        .await;
    let (errors, changed) = match done {
        Ok(_) => return Ok(Either::Right(saved(&place))),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::PreconditionFailed) => (Vec::new(), true),
        Err(other) => return Err(other.into()),
    };
    let again = message_page(&app, &visit, &place).await?;
    let refused = changed.then(|| again.page.t("message.changed_meanwhile"));
    Ok(Either::Left(MessagePage { errors, refused, ..again }))
}
