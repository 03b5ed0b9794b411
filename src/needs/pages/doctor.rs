//! The need doctor beside the form: drawn with the page, and by itself while somebody types.

use std::sync::Arc;

use actix_web::post;
use askama::Template;
use askama_web::WebTemplate;

use super::form;
use crate::app::App;
use crate::diagnosis::model::Diagnosis;
use crate::diagnosis::ops;
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Posted, Visit};
use crate::needs::model::{Need, NeedFields, NeedId};
use crate::records::likeness;
use crate::records::likeness::model::LikeRecord;
use crate::search;
use crate::search::cards::Card;
use crate::search::names::Names;
use crate::search::query::SearchQuery;

/// The diagnosis alone, to be put into the page of the form.
#[derive(Template, WebTemplate)]
#[template(path = "diagnosis.html")]
struct DiagnosisPart {
    page: Frame,
    diagnosis: Option<Diagnosis>,
    alike: Vec<LikeRecord>,
    solved: Vec<Card>,
}

/// Diagnoses what has been typed. Nothing is stored.
#[post("/needs/diagnose")]
async fn diagnose_need(app: AppData, visit: Visit, form: Posted) -> PageResult<DiagnosisPart> {
    let app = app.into_inner();
    let diagnosis = of_form(&app, &visit, &form).await?;
    let sketch = form::sketch(&form, Names::new(&app, visit.caller.language))?;
    let need = form.text("need").parse().ok();
    let solved = solved(&app, &visit, &sketch, need).await;
    let alike = alike(&app, &visit, sketch, need).await?;
    Ok(DiagnosisPart { page: Frame::new(&app, &visit, "account"), diagnosis, alike, solved })
}

/// The diagnosis of a form, once it holds a text.
pub(super) async fn of_form(
    app: &Arc<App>,
    visit: &Visit,
    form: &Posted,
) -> Result<Option<Diagnosis>> {
    of_fields(app, visit, form::sketch(form, Names::new(app, visit.caller.language))?).await
}

/// The diagnosis of fields, once they hold a text.
pub(super) async fn of_fields(
    app: &Arc<App>,
    visit: &Visit,
    fields: NeedFields,
) -> Result<Option<Diagnosis>> {
    if !ops::has_text(&fields) {
        return Ok(None);
    }
    let caller = visit.caller.clone();
    app.run(move |app| ops::of_author(app, &caller, fields)).await.map(Some)
}

/// Needs that say much the same, for those who are signed in; not the one that is being changed.
pub(super) async fn alike(
    app: &Arc<App>,
    visit: &Visit,
    fields: NeedFields,
    except: Option<NeedId>,
) -> Result<Vec<LikeRecord>> {
    if visit.caller.principal.is_none() {
        return Ok(Vec::new());
    }
    let caller = visit.caller.clone();
    app.run(move |app| likeness::ops::of_fields::<Need>(app, &caller, &fields, except)).await
}

/// States of a need that has found a partner.
const SOLVED: &str = "contracted,in_progress,solved";
/// Such needs that are shown, and letters of a title that are looked for.
const MOST_SOLVED: usize = 3;
const LETTERS: usize = 60;

/// Needs like this that have found a partner, as far as the caller may see them, but for the one that is
/// being changed; none while the index does not answer, because the form goes on without them.
pub(super) async fn solved(
    app: &Arc<App>,
    visit: &Visit,
    fields: &NeedFields,
    except: Option<NeedId>,
) -> Vec<Card> {
    let title = fields.title.as_deref().or(fields.problem.as_deref()).unwrap_or_default();
    let text: String = title.chars().take(LETTERS).collect();
    if text.trim().is_empty() || visit.caller.principal.is_none() {
        return Vec::new();
    }
    let query = SearchQuery {
        q: Some(text),
        kind: Some("need".to_owned()),
        status: Some(SOLVED.to_owned()),
        limit: Some(MOST_SOLVED + 1),
        ..SearchQuery::default()
    };
    let caller = visit.caller.clone();
    match app.run_search(move |app| search::ops::search(app, &caller, &query)).await {
        Ok(answer) => {
            let other = |card: &Card| except.is_none_or(|id| id.to_string() != card.id);
            let cards = answer.hits.into_iter().map(|hit| hit.record);
            cards.filter(other).take(MOST_SOLVED).collect()
        }
        Err(error) => {
            tracing::warn!(%error, "needs that have found a partner could not be looked for");
            Vec::new()
        }
    }
}
