//! What the model server makes of what is asked with. It is asked before the index is, so that no
//! turn at the index is spent waiting, and for a short time only.

use std::sync::Arc;

use super::query::MatchText;
use super::source;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::{Capability, CapabilityId};
use crate::db::Db;
use crate::embeddings::server::Aid;
use crate::embeddings::texts::Question;
use crate::error::Result;
use crate::needs::model::{Need, NeedId};
use crate::records::reviewed;
use crate::records::scope::Reach;

/// For the matches of a need.
pub async fn of_need(
    app: &Arc<App>,
    caller: impl FnOnce(&App) -> Result<Caller> + Send + 'static,
    id: NeedId,
) -> Aid {
    let question = move |app: &App, db: &mut Db, caller: &Caller| {
        // Who may not know of the need learns nothing by it, not even by the time that it takes.
        source::need(app, db, caller, id)?;
        let documents = reviewed::documents::<Need>(app, db, &[id.to_string()])?;
        Ok(question(app, caller, documents.first()))
    };
    of_record(app, caller, question).await
}

/// For the matches of a capability.
pub async fn of_capability(
    app: &Arc<App>,
    caller: impl FnOnce(&App) -> Result<Caller> + Send + 'static,
    id: CapabilityId,
) -> Aid {
    let question = move |app: &App, db: &mut Db, caller: &Caller| {
        source::capability(app, db, caller, id)?;
        let documents = reviewed::documents::<Capability>(app, db, &[id.to_string()])?;
        Ok(question(app, caller, documents.first()))
    };
    of_record(app, caller, question).await
}

/// For the matches of free text.
pub async fn of_text(app: &Arc<App>, given: &MatchText) -> Aid {
    if !app.config.embeddings.send_free_text {
        return Aid::default();
    }
    asked(app, &Question::of_profile(&source::text(app, given).profile)).await
}

/// The part of a record that may be sent and that the caller may read.
fn question(
    app: &App,
    caller: &Caller,
    document: Option<&search_index::Document>,
) -> Option<Question> {
    let viewer = Reach::of(caller).viewer();
    let tiers = if viewer.everything {
        search_index::document::TIERS
    } else {
        usize::from(viewer.clearance) + 1
    };
    Question::of_document(document?, app.config.embeddings.send, tiers)
}

async fn of_record(
    app: &Arc<App>,
    caller: impl FnOnce(&App) -> Result<Caller> + Send + 'static,
    question: impl FnOnce(&App, &mut Db, &Caller) -> Result<Option<Question>> + Send + 'static,
) -> Aid {
    if app.model_server.is_none() {
        return Aid::default();
    }
    let question = app
        .run(move |app| {
            let caller = caller(app)?;
            app.db.read(|db| question(app, db, &caller))
        })
        .await;
    match question {
        Ok(Some(question)) => asked(app, &question).await,
        // The match itself meets the same error, and tells of it.
        Ok(None) | Err(_) => Aid::default(),
    }
}

async fn asked(app: &Arc<App>, question: &Question) -> Aid {
    let Some(server) = &app.model_server else { return Aid::default() };
    server.aid(app.clock.time(), question, app.match_settings.body_nearness).await
}
