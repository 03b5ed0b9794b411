//! The model server as this node knows it: whether it answers, which model serves, and what was
//! asked lately.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use search_index::ModelQuery;

use super::client::{Failure, ModelClient, Role};
use super::model::{Recipe, fingerprint, number_of, wait_after};
use super::texts::Question;
use super::yardstick::{self, Yardstick};
use crate::config::EmbeddingsConfig;
use crate::error::Result;

/// Questions in a row that may fail before the server counts as away.
const PATIENCE: u32 = 3;
/// Seconds after which a server that is away is asked again: at first, and at most.
const FIRST_PAUSE: i64 = 1;
const LONGEST_PAUSE: i64 = 60;
/// Vectors of questions that are kept.
const KEPT: usize = 1_000;

/// Whether the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Health {
    /// Not asked yet.
    Unknown,
    /// It answers with the model that it should.
    Up,
    /// It does not.
    Away { until: DateTime<Utc>, failures: u32, reason: String },
}

/// A model that matches are ranked by.
#[derive(Debug, Clone, PartialEq)]
pub struct Serving {
    /// Its name.
    pub name: String,
    /// How it is asked.
    pub recipe: Recipe,
    /// What nearness means to it.
    pub yardstick: Yardstick,
}

/// What this node knows.
#[derive(Debug)]
struct Known {
    health: Health,
    /// Questions that failed in a row.
    failed: u32,
    serving: Option<Serving>,
    /// Vectors of passages of questions by model and text, and the order in which they came.
    vectors: HashMap<String, Arc<Vec<f32>>>,
    order: VecDeque<String>,
}

/// The model server.
#[derive(Debug)]
pub struct ModelServer {
    client: ModelClient,
    /// How the model of the settings is asked.
    pub recipe: Recipe,
    query_limit: Duration,
    limit: Duration,
    batch: usize,
    /// Whether background work is under way, which may well keep a question waiting.
    busy: AtomicBool,
    known: Mutex<Known>,
}

/// What the server makes of a question.
#[derive(Debug, Clone, Default)]
pub struct Aid {
    /// What the index is asked with besides.
    pub query: Option<Arc<ModelQuery>>,
    /// There is a server, and it did not answer.
    pub missing: bool,
}

impl ModelServer {
    /// The server of the settings; none where they name none. Nothing is asked yet.
    ///
    /// # Errors
    /// When the system has no resources for a client.
    pub fn of(config: &EmbeddingsConfig) -> Result<Option<Self>> {
        if !config.is_on() {
            return Ok(None);
        }
        let known = Known {
            health: Health::Unknown,
            failed: 0,
            serving: None,
            vectors: HashMap::new(),
            order: VecDeque::new(),
        };
        Ok(Some(Self {
            client: ModelClient::new(config)?,
            recipe: Recipe::of(config),
            query_limit: Duration::from_millis(config.query_timeout_ms),
            limit: Duration::from_secs(config.timeout_seconds),
            batch: config.batch_size.max(1),
            busy: AtomicBool::new(false),
            known: Mutex::new(known),
        }))
    }

    /// Nothing is left half done behind the lock, so a panic under it does no harm.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it answered when it was asked last.
    pub fn is_up(&self) -> bool {
        self.known().health == Health::Up
    }

    /// Why it is away; none while it answers or has not been asked.
    pub fn trouble(&self) -> Option<String> {
        match &self.known().health {
            Health::Away { reason, .. } => Some(reason.clone()),
            Health::Unknown | Health::Up => None,
        }
    }

    /// Whether it has to be asked whether it is back.
    pub fn is_to_be_proved(&self, now: DateTime<Utc>) -> bool {
        match self.known().health {
            Health::Unknown => true,
            Health::Up => false,
            Health::Away { until, .. } => until <= now,
        }
    }

    /// Notes that it cannot be asked until some time.
    pub fn went_away(&self, now: DateTime<Utc>, reason: &str, wait: Option<TimeDelta>) {
        let mut known = self.known();
        let failures = match &known.health {
            Health::Away { failures, .. } => failures.saturating_add(1),
            Health::Unknown | Health::Up => {
                tracing::warn!(reason, "the model server is away; matching goes on without it");
                1
            }
        };
        let [chance, ..] = *uuid::Uuid::new_v4().as_bytes();
        let pause =
            wait.unwrap_or_else(|| wait_after(failures, FIRST_PAUSE, LONGEST_PAUSE, chance));
        known.health = Health::Away { until: now + pause, failures, reason: reason.to_owned() };
    }

    /// The model that matches are ranked by.
    pub fn serving(&self) -> Option<Serving> {
        self.known().serving.clone()
    }

    /// Sets the model that matches are ranked by.
    pub fn let_serve(&self, serving: Option<Serving>) {
        self.known().serving = serving;
    }

    /// Asks whether the server answers as it should: with the very model that the vectors kept
    /// under its name are of, and notes it. Without a yardstick yet, makes one and gives it.
    pub async fn prove(
        &self,
        now: DateTime<Utc>,
        recipe: &Recipe,
        kept: Option<&Yardstick>,
    ) -> Option<Yardstick> {
        let made = match kept {
            Some(kept) => self.is_of(recipe, kept).await.map(|()| None),
            None => self.yardstick(recipe).await.map(Some),
        };
        match made {
            Ok(made) => {
                let mut known = self.known();
                if matches!(known.health, Health::Away { .. }) {
                    tracing::info!("the model server is back");
                }
                known.health = Health::Up;
                known.failed = 0;
                made
            }
            Err(failure) => {
                self.note(now, &failure);
                None
            }
        }
    }

    fn note(&self, now: DateTime<Utc>, failure: &Failure) {
        let wait = if let Failure::Away { wait, .. } = failure { *wait } else { None };
        self.went_away(now, &failure.to_string(), wait);
    }

    /// Whether the server answers with the model that a yardstick is of.
    ///
    /// # Errors
    /// When it does not.
    pub async fn is_of(
        &self,
        recipe: &Recipe,
        kept: &Yardstick,
    ) -> std::result::Result<(), Failure> {
        let vectors = self.measured(recipe, &yardstick::TEXTS[..1]).await?;
        if vectors.first().is_some_and(|vector| kept.is_of_same_model(vector)) {
            return Ok(());
        }
        let reason = "the server answers with another model than the vectors are of; give it \
            another name in embeddings.model";
        Err(Failure::Unclear(reason.to_owned()))
    }

    async fn yardstick(&self, recipe: &Recipe) -> std::result::Result<Yardstick, Failure> {
        let mut vectors = Vec::with_capacity(yardstick::TEXTS.len());
        for some in yardstick::TEXTS.chunks(self.batch) {
            vectors.extend(self.measured(recipe, some).await?);
        }
        let different = || Failure::Unclear("vectors of different length".to_owned());
        Some(vectors)
            .filter(|vectors| vectors.iter().all(|vector| vector.len() == vectors[0].len()))
            .and_then(Yardstick::of)
            .ok_or_else(different)
    }

    async fn measured(
        &self,
        recipe: &Recipe,
        texts: &[&str],
    ) -> std::result::Result<Vec<Vec<f32>>, Failure> {
        let prefixed = texts.iter().map(|text| format!("{}{text}", recipe.passage_prefix));
        let texts: Vec<String> = prefixed.collect();
        self.client.embed(recipe, Role::Passage, &texts, self.limit).await
    }

    /// Vectors of texts of records.
    ///
    /// # Errors
    /// Says whether server or texts are to blame.
    pub async fn passages(&self, texts: &[String]) -> std::result::Result<Vec<Vec<f32>>, Failure> {
        self.busy.store(true, Ordering::Release);
        let answer = self.client.embed(&self.recipe, Role::Passage, texts, self.limit).await;
        self.busy.store(false, Ordering::Release);
        answer
    }

    /// What the server makes of a question; `body` is what running text counts beside a title.
    pub async fn aid(&self, now: DateTime<Utc>, question: &Question, body: f32) -> Aid {
        let Some(serving) = self.serving() else {
            return Aid { query: None, missing: self.trouble().is_some() };
        };
        let passages = question.passages(&serving.recipe, body);
        if passages.is_empty() {
            return Aid::default();
        }
        let Some(vector) = self.mixed(now, &serving, &passages).await else {
            return Aid { query: None, missing: true };
        };
        let (unlike, alike) = serving.yardstick.range(&vector);
        let query = ModelQuery { model: number_of(&serving.name), vector, unlike, alike };
        Aid { query: Some(Arc::new(query)), missing: false }
    }

    /// The sum of the vectors of passages, each of length one times what it counts.
    async fn mixed(
        &self,
        now: DateTime<Utc>,
        serving: &Serving,
        passages: &[(String, f32)],
    ) -> Option<Vec<f32>> {
        let keys: Vec<String> = passages
            .iter()
            .map(|(text, _)| fingerprint(&format!("{}\n{text}", serving.name)))
            .collect();
        let mut vectors: Vec<_> = {
            let known = self.known();
            keys.iter().map(|key| known.vectors.get(key).cloned()).collect()
        };
        let missing: Vec<usize> = (0..keys.len()).filter(|at| vectors[*at].is_none()).collect();
        if !missing.is_empty() {
            let texts: Vec<String> = missing.iter().map(|at| passages[*at].0.clone()).collect();
            for (at, vector) in missing.into_iter().zip(self.queries(now, serving, &texts).await?) {
                let vector = Arc::new(vector);
                self.known().keep(keys[at].clone(), Arc::clone(&vector));
                vectors[at] = Some(vector);
            }
        }
        let mut sum: Vec<f32> = Vec::new();
        for (vector, (_, weight)) in vectors.into_iter().flatten().zip(passages) {
            let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
            sum.resize(vector.len(), 0.0);
            sum.iter_mut().zip(&*vector).for_each(|(sum, value)| *sum += weight * value / length);
        }
        Some(sum)
    }

    /// Asks for vectors of questions, unless the server is known to be away.
    async fn queries(
        &self,
        now: DateTime<Utc>,
        serving: &Serving,
        texts: &[String],
    ) -> Option<Vec<Vec<f32>>> {
        if !self.is_up() {
            return None;
        }
        let asked = self.client.embed(&serving.recipe, Role::Query, texts, self.query_limit).await;
        let failure = match asked {
            Ok(vectors) => {
                self.known().failed = 0;
                return Some(vectors);
            }
            Err(failure) => failure,
        };
        tracing::warn!(%failure, "a question was not answered by the model server");
        match failure {
            Failure::Away { reason, wait } => self.went_away(now, &reason, wait),
            // It may be slow only because it is at work for us.
            Failure::Unclear(_) if self.busy.load(Ordering::Acquire) => {}
            Failure::Unclear(reason) => {
                let failed = {
                    let mut known = self.known();
                    known.failed += 1;
                    known.failed
                };
                if failed >= PATIENCE {
                    self.went_away(now, &reason, None);
                }
            }
            Failure::Refused(_) => {}
        }
        None
    }
}

impl Known {
    /// Keeps a vector, and forgets the oldest when there are many.
    fn keep(&mut self, key: String, vector: Arc<Vec<f32>>) {
        if self.vectors.insert(key.clone(), vector).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.vectors.remove(&oldest);
        }
    }
}
