//! Matches for their scores alone: nothing is put into words, and what a record says is read once for all
//! that it is held against.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use search_index::Side;

use super::answer::Match;
use super::evidence::Evidence;
use super::query::MatchQuery;
use super::{ops, source};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::embeddings::server::Aid;
use crate::error::Result;
use crate::needs::model::NeedId;
use crate::search::cards::{Fields, Seen};

/// Records whose readings are kept: some megabytes.
const MOST: usize = 2_000;

/// What records say, as it was read before.
#[derive(Default)]
pub struct Readings(Mutex<HashMap<String, (Fields, Arc<Evidence>)>>);

impl Readings {
    /// What a record says; read anew unless its fields are those that were read.
    pub(super) fn of(&self, seen: &Seen) -> Arc<Evidence> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((fields, evidence)) = known.get(&seen.card.id)
            && *fields == seen.fields
        {
            return Arc::clone(evidence);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let evidence = Arc::new(Evidence::of(&seen.fields));
        let entry = (seen.fields.clone(), Arc::clone(&evidence));
        known.insert(seen.card.id.clone(), entry);
        evidence
    }
}

/// How an answer is made.
#[derive(Clone, Copy)]
pub(super) enum How<'a> {
    /// For readers.
    InWords,
    /// For the scores, with what was read before.
    Scored(&'a Readings),
}

impl How<'_> {
    /// Whether the answer is for readers.
    pub(super) fn in_words(self) -> bool {
        matches!(self, Self::InWords)
    }

    /// What a record says.
    pub(super) fn reading(self, seen: &Seen) -> Arc<Evidence> {
        match self {
            Self::InWords => Arc::new(Evidence::of(&seen.fields)),
            Self::Scored(readings) => readings.of(seen),
        }
    }
}

/// The matches of [`ops::of_need`] for their scores: without words, quotes and conditions.
///
/// # Errors
/// Those of [`ops::of_need`].
pub fn of_need(
    app: &App,
    caller: &Caller,
    id: NeedId,
    query: &MatchQuery,
    aid: &Aid,
    readings: &Readings,
) -> Result<Vec<Match>> {
    let (source, wanted) = ops::need_asked(app, caller, id, query)?;
    Ok(ops::matches(app, caller, &source, wanted, aid, How::Scored(readings))?.hits)
}

/// The matches of [`ops::of_capability`] for their scores, like [`of_need`].
///
/// # Errors
/// Like those of [`ops::of_need`].
pub fn of_capability(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    query: &MatchQuery,
    aid: &Aid,
    readings: &Readings,
) -> Result<Vec<Match>> {
    let source = app.db.read(|db| source::capability(app, db, caller, id))?;
    let wanted = query.wanted(Side::Capability, &app.reference)?;
    Ok(ops::matches(app, caller, &source, wanted, aid, How::Scored(readings))?.hits)
}
