//! Has vectors made of the texts of records, and keeps an eye on the model server.
//!
//! Like the indexer it reads the change log from a position of its own, which lies in the database:
//! nodes share the work. What has changed puts its texts into a queue; each node takes some at a
//! time, and a vector that has come is one more change of its record, by which every node's index
//! takes it in.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use search_index::Document;

use super::indexer::documents;
use crate::app::App;
use crate::embeddings::client::Failure;
use crate::embeddings::model::{StoredModel, TextVector};
use crate::embeddings::ops;
use crate::embeddings::server::ModelServer;
use crate::embeddings::texts::of_document;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::records::store;

/// Changes looked at in one transaction.
const BATCH: i64 = 500;
/// Pause after a round that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs for ever while there is a model server.
pub async fn run(app: Arc<App>) {
    if app.model_server.is_none() {
        return;
    }
    let poll = Duration::from_millis(app.config.search.poll_ms);
    loop {
        match round(&app).await {
            // There may be more.
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(poll).await,
            Err(error) => {
                tracing::error!(%error, "making vectors of texts failed; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// One round: puts what has changed into the queue, looks which model serves, and has one batch of
/// texts made into vectors. Returns whether there was anything to do.
///
/// # Errors
/// Database faults; what the server does is noted in the queue instead.
pub async fn round(app: &Arc<App>) -> Result<bool> {
    let Some(server) = &app.model_server else { return Ok(false) };
    let recipe = server.recipe.clone();
    let (model, changed) = app
        .run(move |app| {
            let model = ops::open_model(app, &recipe)?;
            let changed = take_changes(app, &model)?;
            Ok((model, changed))
        })
        .await?;
    if server.is_to_be_proved(app.clock.time()) {
        prove(app, server, &model).await?;
    }
    elect(app, server, &model, !changed).await?;
    if !server.is_up() {
        return Ok(changed);
    }
    Ok(work(app, server, &model).await? || changed)
}

/// Puts the texts of records that have changed into the queue; whether there were any changes.
fn take_changes(app: &App, model: &StoredModel) -> Result<bool> {
    let entries = app.db.read(|db| store::changes_after(db, model.position, BATCH))?;
    let Some(last) = entries.last() else { return Ok(false) };
    let records: BTreeSet<(RecordKind, String)> = entries
        .iter()
        .filter(|entry| matches!(entry.record_kind, RecordKind::Need | RecordKind::Capability))
        .map(|entry| (entry.record_kind, entry.record_id.clone()))
        .collect();
    let records: Vec<_> = records.into_iter().collect();
    let documents = load(app, &records)?;
    ops::enqueue(app, model, last.seq, &records, &documents)?;
    Ok(true)
}

/// The documents of records as they are now.
fn load(app: &App, records: &[(RecordKind, String)]) -> Result<Vec<Document>> {
    let mut all = Vec::with_capacity(records.len());
    for kind in [RecordKind::Need, RecordKind::Capability] {
        let of_kind = records.iter().filter(|(one, _)| *one == kind);
        let ids: Vec<String> = of_kind.map(|(_, id)| id.clone()).collect();
        if !ids.is_empty() {
            all.extend(app.db.read(|db| documents::readable(app, db, kind, &ids))?);
        }
    }
    Ok(all)
}

/// Asks the server whether it answers with the model that it should.
async fn prove(app: &Arc<App>, server: &ModelServer, model: &StoredModel) -> Result<()> {
    let kept = ops::yardstick(model);
    if let Some(made) = server.prove(app.clock.time(), &model.recipe.0, kept.as_ref()).await {
        let model = model.clone();
        app.run(move |app| ops::keep_yardstick(app, &model, &made)).await?;
    }
    Ok(())
}

/// Looks which model serves. The one before serves on only if the server still answers with it.
async fn elect(
    app: &Arc<App>,
    server: &ModelServer,
    model: &StoredModel,
    caught_up: bool,
) -> Result<()> {
    let name = model.name.clone();
    let chosen = app.run(move |app| ops::elect(app, &name, caught_up)).await?;
    let Some(chosen) = chosen else {
        server.let_serve(None);
        return Ok(());
    };
    let known = server.serving().is_some_and(|serving| serving.name == chosen.name);
    if chosen.name == model.name || known || !server.is_up() {
        server.let_serve(Some(chosen).filter(|chosen| chosen.name == model.name || known));
        return Ok(());
    }
    let answers = server.is_of(&chosen.recipe, &chosen.yardstick).await.is_ok();
    server.let_serve(answers.then_some(chosen));
    Ok(())
}

/// Has one batch made into vectors; whether there was one.
async fn work(app: &Arc<App>, server: &ModelServer, model: &StoredModel) -> Result<bool> {
    let (batch, seconds) =
        (app.config.embeddings.batch_size, app.config.embeddings.timeout_seconds);
    // Longer than an attempt and the question who is to blame for it can take.
    let lease = TimeDelta::seconds(2 * i64::try_from(seconds).unwrap_or(3_600) + 60);
    let asked = model.clone();
    let (rows, texts) = app
        .run(move |app| {
            let rows = ops::claim(app, &asked.name, batch, lease)?;
            texts(app, &asked, rows)
        })
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let outcome = server.passages(&texts).await;
    let outcome = match outcome {
        Ok(vectors) if model.dimensions > 0 && !are_long(&vectors, model.dimensions) => {
            Err(Failure::Unclear("vectors of another length than before".to_owned()))
        }
        other => other,
    };
    match outcome {
        Ok(vectors) => {
            app.metrics.count_vectors(rows.len(), 0);
            app.run(move |app| ops::settle(app, &rows, &vectors)).await?;
        }
        Err(failure) => {
            app.metrics.count_vectors(0, rows.len());
            tracing::warn!(%failure, texts = rows.len(), "texts were not made into vectors");
            give_way(app, server, model, rows, failure).await?;
        }
    }
    Ok(true)
}

fn are_long(vectors: &[Vec<f32>], dimensions: i32) -> bool {
    vectors.iter().all(|vector| i32::try_from(vector.len()) == Ok(dimensions))
}

/// The texts of rows as they are now. Rows whose text has changed meanwhile are left: the change
/// log tells of it, and takes them out.
fn texts(
    app: &App,
    model: &StoredModel,
    rows: Vec<TextVector>,
) -> Result<(Vec<TextVector>, Vec<String>)> {
    let records: BTreeSet<_> =
        rows.iter().map(|row| (row.record_kind, row.record_id.clone())).collect();
    let documents = load(app, &records.into_iter().collect::<Vec<_>>())?;
    let mut found = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let document = documents.iter().find(|document| document.id == row.record_id);
        let texts = document.map(|document| of_document(document, model.recipe.0.send));
        let text = texts.into_iter().flatten().find(|text| text.tier == row.tier);
        if let Some(text) = text.filter(|text| text.hash() == row.text_hash) {
            found.1.push(text.passage(&model.recipe.0));
            found.0.push(row);
        }
    }
    Ok(found)
}

/// Finds out who is to blame for a failure. A server that still makes a vector of another text is
/// not: then the texts are, and are tried one by one and less and less often.
async fn give_way(
    app: &Arc<App>,
    server: &ModelServer,
    model: &StoredModel,
    rows: Vec<TextVector>,
    failure: Failure,
) -> Result<()> {
    let (reason, refused) = match failure {
        Failure::Away { reason, wait } => {
            server.went_away(app.clock.time(), &reason, wait);
            return app.run(move |app| ops::give_back(app, &rows)).await;
        }
        Failure::Unclear(reason) => (reason, false),
        Failure::Refused(reason) => (reason, true),
    };
    prove(app, server, model).await?;
    if server.is_up() {
        app.run(move |app| ops::blame(app, &rows, &reason, refused)).await
    } else {
        app.run(move |app| ops::give_back(app, &rows)).await
    }
}
