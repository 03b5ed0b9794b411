//! The page on which people bring in needs and capabilities: a file is sent, what is wrong with its rows
//! is mended in fields on the page, and the good rows come in.

mod form;

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;

use form::{RowForm, kind_of};

use super::columns::FileKind;
use super::trial::enter::{self, Outcome};
use super::trial::look::{Looked, Order, require_writer};
use super::trial::read;
use super::trial::table::{MOST_ROWS, Table};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Refused, Visit, refusing};
use crate::organizations;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_import)
        .service(show_import_after_file)
        .service(show_import_after_rows)
        .service(import_posted)
        .service(rows_posted);
}

/// Rows with fields that are shown at a time.
const MOST_MENDED: usize = 25;

#[derive(Template, WebTemplate)]
#[template(path = "imports.html")]
struct ImportPage {
    page: Frame,
    /// What was chosen or typed.
    form: Posted,
    refused: Refused,
    /// Organisations to choose from: id and name; empty where there is no choice.
    orgs: Vec<(OrgId, String)>,
    /// Whether the organisation is typed: the reader writes for those of a region.
    types_org: bool,
    /// `needs` or `capabilities`.
    kind: &'static str,
    /// The rows, once there are some.
    preview: Option<Preview>,
    /// Whether rows may come back that were sent before.
    resumes: bool,
}

/// Rows that have been looked at.
#[derive(Default)]
struct Preview {
    /// The table, packed.
    table: String,
    /// Rows to be mended.
    mend: Vec<RowForm>,
    /// Rows to be mended that are not shown yet.
    more: usize,
    /// All other rows.
    others: Vec<Looked>,
    /// Rows whose fields are all shown.
    opened: Vec<u64>,
    /// How many rows are wrong, and how many would come in.
    wrong: usize,
    good: usize,
    /// Rows that came in before, and that say much the same as something else.
    repeated: usize,
    like: usize,
    /// Names to choose from, by their code table.
    choices: Vec<(&'static str, Vec<String>)>,
    /// What has come in, if that was asked for.
    done: Option<Outcome>,
}

impl ImportPage {
    fn most_rows(&self) -> usize {
        MOST_ROWS
    }
}

fn folder(kind: FileKind) -> &'static str {
    if kind == FileKind::Needs { "needs" } else { "capabilities" }
}

/// The page without rows.
async fn empty(
    app: &Arc<App>,
    visit: &Visit,
    form: Posted,
    refused: Refused,
) -> Result<ImportPage> {
    let principal = visit.caller.signed_in()?;
    let types_org = principal.is_broker() || principal.is_admin();
    let ids = principal.org_ids();
    let kind = folder(kind_of(form.text("kind")).unwrap_or(FileKind::Capabilities));
    let mut orgs = Vec::new();
    if !types_org && ids.len() > 1 {
        let owners = app.run(move |app| app.db.read(|db| organizations::ops::owners(db, &ids)));
        orgs = owners.await?.into_iter().map(|(id, owner)| (id, owner.name)).collect();
        orgs.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let page = Frame::new(app, visit, "imports");
    Ok(ImportPage { page, form, refused, orgs, types_org, kind, preview: None, resumes: false })
}

/// Whether the reader may bring in anything; to everybody else there is no such page.
fn only_for_writers(caller: &Caller) -> Result<()> {
    require_writer(caller)
}

/// What may be brought in, and how.
#[get("/imports")]
async fn show_import(
    app: AppData,
    visit: Visit,
    query: web::Query<Vec<(String, String)>>,
) -> PageResult<ImportPage> {
    only_for_writers(&visit.caller)?;
    let form = Posted::new(query.into_inner());
    Ok(empty(&app.into_inner(), &visit, form, Refused::default()).await?)
}

/// The address under which rows are shown for the first time, opened by itself.
#[get("/imports/file")]
async fn show_import_after_file(app: AppData, visit: Visit) -> PageResult<ImportPage> {
    Ok(resumed(&app.into_inner(), &visit).await?)
}

/// The address under which rows are shown again, opened by itself.
#[get("/imports/rows")]
async fn show_import_after_rows(app: AppData, visit: Visit) -> PageResult<ImportPage> {
    Ok(resumed(&app.into_inner(), &visit).await?)
}

/// The page with a form for rows that have been kept while their sender signed in again: they come back
/// into it by themselves.
async fn resumed(app: &Arc<App>, visit: &Visit) -> Result<ImportPage> {
    only_for_writers(&visit.caller)?;
    let page = empty(app, visit, Posted::default(), Refused::default()).await?;
    Ok(ImportPage { resumes: true, ..page })
}

fn order(form: &Posted) -> Result<Order> {
    Ok(Order {
        kind: kind_of(form.text("kind"))
            .ok_or_else(|| Error::field("/kind", "field.unknown_status"))?,
        org: form.filled("org"),
        submit: form.filled("submit").is_some(),
        skip_like: form.filled("skip_like").is_some(),
    })
}

/// Reads a file and shows what is wrong with its rows.
#[post("/imports/file")]
async fn import_posted(
    app: AppData,
    visit: Visit,
    posted: PostedFiles,
) -> PageResult<Either<ImportPage, HttpResponse>> {
    only_for_writers(&visit.caller)?;
    let (app, caller, form) = (app.into_inner(), visit.caller.clone(), posted.form.clone());
    let sent = form.clone();
    let looked = app
        .run(move |app| {
            let order = order(&sent)?;
            let file =
                posted.whole()?.first().ok_or_else(|| Error::field("/file", "field.required"))?;
            let table = read::table(app, file, order.kind, caller.language)?;
            let rows = enter::look_at(app, &caller, &order, &table)?;
            Ok((table, rows))
        })
        .await;
    match looked {
        Ok((table, rows)) => {
            let page = empty(&app, &visit, form, Refused::default()).await?;
            Ok(Either::Left(previewed(page, &table, rows, None, Vec::new())?))
        }
        Err(error) => {
            let status = error.status();
            let page = empty(&app, &visit, form, Refused::of_form(error)?).await?;
            Ok(Either::Right(refusing(status, &page)?))
        }
    }
}

/// Looks at rows again that have been mended, or takes them in.
#[post("/imports/rows")]
async fn rows_posted(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<ImportPage, HttpResponse>> {
    only_for_writers(&visit.caller)?;
    let (app, caller, sent) = (app.into_inner(), visit.caller.clone(), form.clone());
    let action = form.text("button").to_owned();
    let (table, rows, done) = app
        .run(move |app| {
            let order = order(&sent)?;
            let mut table = form::mended(&sent, order.kind)?;
            if ["import", "good"].contains(&action.as_str()) {
                let some = action == "good";
                let mut done = enter::enter(app, &caller, &order, &mut table, some)?;
                let rows = std::mem::take(&mut done.rows);
                // Nothing was written while something was wrong: that is no outcome.
                let wrote = some || rows.iter().all(|row| row.wrong.is_empty());
                return Ok((table, rows, Some(done).filter(|_| wrote)));
            }
            let rows = enter::look_at(app, &caller, &order, &table)?;
            Ok((table, rows, None))
        })
        .await?;
    let opened = form::opened(&form);
    let page = empty(&app, &visit, form, Refused::default()).await?;
    Ok(Either::Left(previewed(page, &table, rows, done, opened)?))
}

/// The page with rows that have been looked at.
fn previewed(
    page: ImportPage,
    table: &Table,
    rows: Vec<Looked>,
    done: Option<Outcome>,
    opened: Vec<u64>,
) -> Result<ImportPage> {
    let kind = kind_of(page.kind).unwrap_or(FileKind::Capabilities);
    let mut preview = Preview {
        table: table.packed()?,
        wrong: rows.iter().filter(|row| !row.wrong.is_empty()).count(),
        good: rows.iter().filter(|row| row.good).count(),
        repeated: rows.iter().filter(|row| row.repeated).count(),
        like: rows.iter().filter(|row| row.is_like()).count(),
        done,
        ..Preview::default()
    };
    for looked in rows {
        let open = opened.contains(&looked.number);
        let line = table.rows.iter().find(|line| line.number == looked.number);
        match line.filter(|_| open || !looked.wrong.is_empty()) {
            Some(_) if preview.mend.len() >= MOST_MENDED => preview.more += 1,
            Some(line) => {
                preview.mend.push(RowForm::of(&page.page, kind, line, looked, open));
            }
            None => preview.others.push(looked),
        }
    }
    preview.choices = form::choices(&page.page, kind, &preview.mend);
    preview.opened = opened;
    Ok(ImportPage { preview: Some(preview), ..page })
}
