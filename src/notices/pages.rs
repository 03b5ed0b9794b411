//! Pages of notices: the inbox, and what one wants by mail.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::{Inbox, ListNotices, MailChoice, NoticeId, NoticeSettings, ReadNotices, Topic};
use super::{ops, settings};
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Posted, Visit, redirect};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_inbox)
        .service(read_posted)
        .service(open_posted)
        .service(show_settings)
        .service(settings_posted);
}

#[derive(Template, WebTemplate)]
#[template(path = "inbox.html")]
struct InboxPage {
    page: Frame,
    inbox: Inbox,
    unread: bool,
}

/// Which notices to show.
#[derive(Debug, Deserialize)]
struct Which {
    #[serde(default)]
    unread: bool,
    after: Option<String>,
}

/// What one has been told.
#[get("/inbox")]
async fn show_inbox(app: AppData, visit: Visit, which: Query<Which>) -> PageResult<InboxPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let unread = which.unread;
    let query = ListNotices { unread, limit: None, after: which.after };
    let caller = visit.caller.clone();
    let inbox = app.run(move |app| ops::list(app, &caller, &query)).await?;
    Ok(InboxPage { page: Frame::new(&app, &visit, "inbox"), inbox, unread })
}

/// Marks as read what the page has shown and all before.
#[post("/inbox/read")]
async fn read_posted(app: AppData, visit: Visit, form: Posted) -> PageResult<HttpResponse> {
    let up_to = form.filled("up_to").map(|id| id.parse()).transpose();
    let up_to = up_to.map_err(|_| Error::field("/up_to", "field.cursor"))?;
    let caller = visit.caller.clone();
    app.run(move |app| ops::read_all(app, &caller, &ReadNotices { up_to })).await?;
    Ok(redirect("/inbox"))
}

/// Marks a notice as read, and goes on to what it is about.
#[post("/inbox/{id}/open")]
async fn open_posted(
    app: AppData,
    visit: Visit,
    id: web::Path<NoticeId>,
    _form: Posted,
) -> PageResult<HttpResponse> {
    let (caller, id) = (visit.caller.clone(), *id);
    let notice = app
        .run(move |app| {
            ops::read(app, &caller, id)?;
            ops::show(app, &caller, id)
        })
        .await?;
    Ok(redirect(notice.path.as_deref().unwrap_or("/inbox")))
}

#[derive(Template, WebTemplate)]
#[template(path = "notice_settings.html")]
struct SettingsPage {
    page: Frame,
    settings: NoticeSettings,
    topics: Vec<Topic>,
    choices: &'static [MailChoice],
    saved: bool,
}

/// Whether the form has just been saved.
#[derive(Debug, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

/// Topics that concern the reader: only who brokers is told of brokering.
fn topics(visit: &Visit) -> Vec<Topic> {
    let principal = visit.caller.principal.as_ref();
    let broker = principal.is_some_and(|one| one.is_broker() || one.is_admin());
    let for_all = [Topic::Cases, Topic::Subscriptions];
    Topic::ALL.iter().copied().filter(|topic| broker || for_all.contains(topic)).collect()
}

/// What one wants by mail.
#[get("/account/notices")]
async fn show_settings(app: AppData, visit: Visit, done: Query<Done>) -> PageResult<SettingsPage> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let settings = app.run(move |app| settings::show(app, &caller)).await?;
    let page = Frame::new(&app, &visit, "account");
    let (topics, choices) = (topics(&visit), MailChoice::ALL);
    let saved = done.done == "saved";
    Ok(SettingsPage { page, settings, topics, choices, saved })
}

/// Chooses; a topic that the form does not show stays as it is.
#[post("/account/notices")]
async fn settings_posted(app: AppData, visit: Visit, form: Posted) -> PageResult<HttpResponse> {
    let caller = visit.caller.clone();
    app.run(move |app| {
        let before = settings::show(app, &caller)?;
        settings::choose(app, &caller, read(&form, before)?)
    })
    .await?;
    Ok(redirect("/account/notices?done=saved"))
}

fn read(form: &Posted, before: NoticeSettings) -> Result<NoticeSettings> {
    let choice = |name: &str, before: MailChoice| match form.filled(name) {
        None => Ok(before),
        Some(code) => {
            let wrong = |_| Error::field(format!("/{name}"), "field.unknown_status");
            code.parse().map_err(wrong)
        }
    };
    Ok(NoticeSettings {
        cases: choice("cases", before.cases)?,
        brokering: choice("brokering", before.brokering)?,
        escalations: choice("escalations", before.escalations)?,
        subscriptions: choice("subscriptions", before.subscriptions)?,
    })
}
