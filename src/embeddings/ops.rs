//! The queue of texts, its vectors in documents, and which model serves.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::TimeDelta;
use search_index::{Document, ModelVector};

use super::model::{
    MAX_ATTEMPTS, Progress, Recipe, StoredModel, TextId, TextVector, from_bytes, number_of,
    text_wait, to_bytes,
};
use super::server::Serving;
use super::store;
use super::texts::{TierText, of_document};
use super::yardstick::Yardstick;
use crate::app::App;
use crate::config::SentTexts;
use crate::db::types::Json;
use crate::db::{Db, Timestamp, dialect};
use crate::error::Result;
use crate::records;
use crate::records::model::RecordKind;

/// How long a model that serves no more is kept: releases and settings change node by node.
const KEPT_HOURS: i64 = 1;

/// The model of a recipe, which is made known if it is not yet.
///
/// # Errors
/// Database faults.
pub fn open_model(app: &App, recipe: &Recipe) -> Result<StoredModel> {
    let name = recipe.name();
    let find = |db: &mut Db| {
        let found = store::models(db)?.into_iter().find(|model| model.name == name);
        Ok(found)
    };
    if let Some(model) = app.db.read(find)?
        && model.recipe.0 == *recipe
    {
        return Ok(model);
    }
    let new = StoredModel {
        name: name.clone(),
        recipe: Json(recipe.clone()),
        dimensions: 0,
        position: 0,
        yardstick: None,
        serving_at: None,
        created_at: app.clock.now(),
    };
    app.db.write(|db| {
        store::put_model(db, &new)?;
        Ok(find(db)?.unwrap_or_else(|| new.clone()))
    })
}

/// Puts texts into the queue and takes out those that are no more, for records as they are now:
/// those without a document have no texts, and keep no vectors. False when another node has done
/// it.
///
/// # Errors
/// Database faults.
pub fn enqueue(
    app: &App,
    model: &StoredModel,
    to: i64,
    records: &[(RecordKind, String)],
    documents: &[Document],
) -> Result<bool> {
    let now = app.clock.now();
    let send = model.recipe.0.send;
    let texts: HashMap<&str, Vec<TierText>> =
        documents.iter().map(|one| (one.id.as_str(), of_document(one, send))).collect();
    let open: HashSet<&str> =
        documents.iter().filter(|one| one.open).map(|one| one.id.as_str()).collect();
    let ids: Vec<String> = records.iter().map(|(_, id)| id.clone()).collect();
    app.db.write(|db| {
        if !store::advance(db, &model.name, model.position, to)? {
            return Ok(false);
        }
        let known = store::of_records(db, &ids)?;
        let mut kept: HashSet<(&str, i32)> = HashSet::new();
        let mut gone: Vec<TextId> = Vec::new();
        for row in &known {
            let texts = texts.get(row.record_id.as_str()).map_or(&[][..], Vec::as_slice);
            let is_current =
                texts.iter().any(|text| text.tier == row.tier && text.hash() == row.text_hash);
            let is_own = row.model == model.name;
            if is_own && is_current {
                kept.insert((&row.record_id, row.tier));
            } else if is_own || !open.contains(row.record_id.as_str()) {
                gone.push(row.id);
            }
        }
        let new: Vec<TextVector> = records
            .iter()
            .flat_map(|record| {
                texts.get(record.1.as_str()).into_iter().flatten().map(move |text| (record, text))
            })
            .filter(|((_, id), text)| !kept.contains(&(id.as_str(), text.tier)))
            .map(|((kind, id), text)| waiting(&model.name, *kind, id, text, now))
            .collect();
        store::delete(db, &gone)?;
        store::insert(db, &new)?;
        Ok(true)
    })
}

fn waiting(model: &str, kind: RecordKind, id: &str, text: &TierText, now: Timestamp) -> TextVector {
    TextVector {
        id: TextId::new(),
        model: model.to_owned(),
        record_kind: kind,
        record_id: id.to_owned(),
        tier: text.tier,
        text_hash: text.hash(),
        vector: None,
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        created_at: now,
    }
}

/// Takes texts that are due from the queue, so that no other node does: several that have never
/// been tried, or one that may have spoilt an attempt.
///
/// # Errors
/// Database faults.
pub fn claim(app: &App, model: &str, batch: usize, until: TimeDelta) -> Result<Vec<TextVector>> {
    let now = app.clock.now();
    let until = Timestamp::new(now.0 + until);
    let limit = i64::try_from(batch).unwrap_or(1);
    let due = app.db.read(|db| store::due(db, model, now, limit))?;
    let Some(first) = due.first() else { return Ok(Vec::new()) };
    let wanted: Vec<TextVector> = if first.attempts > 0 {
        vec![first.clone()]
    } else {
        due.into_iter().filter(|row| row.attempts == 0).collect()
    };
    app.db.write(|db| {
        let mut claimed = Vec::with_capacity(wanted.len());
        for row in &wanted {
            if store::claim(db, row, until)? {
                claimed.push(row.clone());
            }
        }
        Ok(claimed)
    })
}

/// Keeps vectors of texts, and says in the change log that their records have changed for the
/// indexes.
///
/// # Errors
/// Database faults.
pub fn settle(app: &App, rows: &[TextVector], vectors: &[Vec<f32>]) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        let mut changed = BTreeSet::new();
        for (row, vector) in rows.iter().zip(vectors) {
            if store::put_vector(db, row.id, &to_bytes(vector))? {
                changed.insert((row.record_kind, row.record_id.clone()));
            }
        }
        let changed: Vec<_> = changed.into_iter().collect();
        if !changed.is_empty() {
            dialect::lock_logs(db)?;
            records::store::append_changes(db, &changed, now)?;
        }
        Ok(())
    })?;
    app.feed.wake();
    Ok(())
}

/// Gives texts back that nothing was found out about.
///
/// # Errors
/// Database faults.
pub fn give_back(app: &App, rows: &[TextVector]) -> Result<()> {
    let error = |row: &TextVector| row.last_error.clone();
    app.db.write(|db| {
        rows.iter().try_for_each(|row| {
            store::postpone(db, row.id, row.attempts, row.next_attempt_at, error(row).as_deref())
        })
    })
}

/// Notes that one of these texts has spoilt an attempt, or that a single one is refused for good.
///
/// # Errors
/// Database faults.
pub fn blame(app: &App, rows: &[TextVector], reason: &str, refused: bool) -> Result<()> {
    let now = app.clock.time();
    app.db.write(|db| {
        for row in rows {
            let alone = refused && rows.len() == 1;
            let attempts = if alone { MAX_ATTEMPTS } else { row.attempts + 1 };
            let [.., chance] = *row.id.0.as_bytes();
            let next = Timestamp::new(now + text_wait(attempts, chance));
            store::postpone(db, row.id, attempts, next, Some(reason))?;
        }
        Ok(())
    })
}

/// Keeps the vectors of the fixed texts by a model, unless there are any.
///
/// # Errors
/// Database faults.
pub fn keep_yardstick(app: &App, model: &StoredModel, yardstick: &Yardstick) -> Result<()> {
    let dimensions = i32::try_from(yardstick.dimensions()).unwrap_or(i32::MAX);
    let vectors = to_bytes(&yardstick.to_numbers());
    app.db.write(|db| store::put_yardstick(db, &model.name, &vectors, dimensions))
}

/// The yardstick of a model; none until it has answered for the first time.
pub fn yardstick(model: &StoredModel) -> Option<Yardstick> {
    Yardstick::from_numbers(&from_bytes(model.yardstick.as_deref()?))
}

/// Chooses the model that serves: the one of the settings once it has vectors enough, until then
/// the one that served last. Models that have served their time are removed. `caught_up` says that
/// every text is in the queue.
///
/// # Errors
/// Database faults.
pub fn elect(app: &App, name: &str, caught_up: bool) -> Result<Option<Serving>> {
    let mut models = app.db.read(store::models)?;
    let Some(own) = models.iter().position(|model| model.name == name) else { return Ok(None) };
    let mut own = models.swap_remove(own);
    if own.serving_at.is_none() && caught_up && progress(app, name)?.is_enough() {
        let now = app.clock.now();
        app.db.write(|db| store::let_serve(db, name, now))?;
        tracing::info!(model = name, "matches are ranked by this model from now on");
        own.serving_at = Some(now);
    }
    let Some(since) = own.serving_at else {
        models.sort_by_key(|model| std::cmp::Reverse(model.serving_at));
        let before = models.into_iter().next().filter(|model| model.serving_at.is_some());
        return Ok(before.and_then(serving));
    };
    if since.0 + TimeDelta::hours(KEPT_HOURS) < app.clock.time() {
        for model in models {
            tracing::info!(model = model.name, "removing the vectors of a model before");
            app.db.write(|db| store::delete_model(db, &model.name))?;
        }
    }
    Ok(serving(own))
}

fn serving(model: StoredModel) -> Option<Serving> {
    let yardstick = yardstick(&model)?;
    Some(Serving { name: model.name, recipe: model.recipe.0, yardstick })
}

/// How far a model has come.
///
/// # Errors
/// Database faults.
pub fn progress(app: &App, model: &str) -> Result<Progress> {
    app.db.read(|db| {
        let (waiting, failed) = store::queue(db, model)?;
        Ok(Progress { waiting, failed, done: store::done(db, model)? })
    })
}

/// Texts that wait for a model, and texts that it failed at time and again.
///
/// # Errors
/// Database faults.
pub fn queue(db: &mut Db, model: &str) -> Result<(i64, i64)> {
    store::queue(db, model)
}

/// Puts the vectors of texts as they are now into their documents, whichever models they are by.
/// A vector of text that has changed since stays out.
///
/// # Errors
/// Database faults.
pub fn attach(db: &mut Db, documents: &mut [Document]) -> Result<()> {
    let ids: Vec<String> =
        documents.iter().filter(|one| one.open).map(|one| one.id.clone()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut rows: HashMap<String, Vec<TextVector>> = HashMap::new();
    for row in store::of_records(db, &ids)? {
        rows.entry(row.record_id.clone()).or_default().push(row);
    }
    for document in documents {
        let Some(rows) = rows.remove(&document.id) else { continue };
        let texts = of_document(document, SentTexts::All);
        for row in rows {
            let is_current =
                |text: &TierText| text.tier == row.tier && text.hash() == row.text_hash;
            if let (Some(vector), true) = (&row.vector, texts.iter().any(is_current)) {
                document.model_vectors.push(ModelVector {
                    model: number_of(&row.model),
                    tier: u8::try_from(row.tier).unwrap_or(u8::MAX),
                    values: from_bytes(vector),
                });
            }
        }
    }
    Ok(())
}
