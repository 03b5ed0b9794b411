//! A model as it is stored, a text on its way to its vector, and when it is tried again.

use chrono::TimeDelta;
use diesel::prelude::*;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::audit::model::hex;
use crate::config::{EmbeddingsConfig, SentTexts};
use crate::db::Timestamp;
use crate::db::schema::{embedding_models, text_vectors};
use crate::db::types::Json;
use crate::id_type;
use crate::records::model::RecordKind;

id_type!(
    /// Id of a text in the queue.
    TextId
);

/// Attempts after which a text counts as failed. It is tried on, but nothing waits for it any more.
pub const MAX_ATTEMPTS: i32 = 5;

/// How a model is asked: with what it takes to ask it again after the settings have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Name sent with texts of records.
    pub model: String,
    /// Name sent with questions.
    pub query_model: String,
    /// Put before questions.
    pub query_prefix: String,
    /// Put before texts of records.
    pub passage_prefix: String,
    /// Sent as `input_type` with questions; empty: not sent.
    pub query_input_type: String,
    /// Sent as `input_type` with texts of records; empty: not sent.
    pub passage_input_type: String,
    /// Numbers that a vector must have; 0: any.
    pub dimensions: usize,
    /// Characters of a text that are sent.
    pub max_text_chars: usize,
    /// Which texts are sent.
    pub send: SentTexts,
}

impl Recipe {
    /// The recipe of the settings.
    pub fn of(config: &EmbeddingsConfig) -> Self {
        let query_model =
            if config.query_model.is_empty() { &config.model } else { &config.query_model };
        Self {
            model: config.model.clone(),
            query_model: query_model.clone(),
            query_prefix: config.query_prefix.clone(),
            passage_prefix: config.passage_prefix.clone(),
            query_input_type: config.query_input_type.clone(),
            passage_input_type: config.passage_input_type.clone(),
            dimensions: config.dimensions,
            max_text_chars: config.max_text_chars,
            send: config.send,
        }
    }

    /// Name under which the vectors are stored: the model's own, and a mark of all else that they
    /// depend on. What concerns questions alone is no part of it.
    pub fn name(&self) -> String {
        let depends = serde_json::json!([
            self.model,
            self.passage_prefix,
            self.passage_input_type,
            self.dimensions,
            self.max_text_chars,
            self.send,
        ]);
        format!("{}#{}", self.model, &fingerprint(&depends.to_string())[..12])
    }
}

/// The number by which the index tells vectors of one model from those of another; never 0.
pub fn number_of(model: &str) -> u32 {
    let hash = digest(&SHA256, model.as_bytes());
    let first: [u8; 4] = std::array::from_fn(|at| hash.as_ref()[at]);
    u32::from_le_bytes(first).max(1)
}

/// What tells a text from another.
pub fn fingerprint(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

/// A model as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = embedding_models)]
pub struct StoredModel {
    /// Name; see [`Recipe::name`].
    pub name: String,
    /// How it is asked.
    pub recipe: Json<Recipe>,
    /// Numbers of its vectors; 0 until the first has come.
    pub dimensions: i32,
    /// Number of the last change whose texts have been put into the queue.
    pub position: i64,
    /// The vectors of fixed texts; see [`yardstick`](super::yardstick).
    pub yardstick: Option<Vec<u8>>,
    /// Since when matches are ranked by it.
    pub serving_at: Option<Timestamp>,
    /// Since when it is known.
    pub created_at: Timestamp,
}

/// A text in the queue, or its vector.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = text_vectors)]
pub struct TextVector {
    /// Id.
    pub id: TextId,
    /// Name of the model.
    pub model: String,
    /// Kind of the record that the text is of.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// The text is all of the record up to this tier of clearance.
    pub tier: i32,
    /// What tells the text from another.
    pub text_hash: String,
    /// The vector; none while the text waits.
    pub vector: Option<Vec<u8>>,
    /// Attempts that the text itself may have spoilt.
    pub attempts: i32,
    /// When to try next.
    pub next_attempt_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it came into the queue.
    pub created_at: Timestamp,
}

/// How far a model has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Texts that wait.
    pub waiting: i64,
    /// Texts that it could not make a vector of.
    pub failed: i64,
    /// Vectors.
    pub done: i64,
}

impl Progress {
    /// Whether there are vectors enough to rank by: nineteen of twenty texts. What fails time and
    /// again is not waited for.
    pub fn is_enough(self) -> bool {
        self.waiting * 20 <= self.waiting + self.done
    }
}

/// A vector as the database keeps it.
pub fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A vector as the database keeps it, read.
pub fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

/// The cosine of two vectors; 0 when they are of different lengths.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let length = |vector: &[f32]| vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let lengths = length(a) * length(b);
    if a.len() == b.len() && lengths > 0.0 { product / lengths } else { 0.0 }
}

/// Seconds to wait after so many failures in a row: twice as long each time, up to a limit, give
/// or take a quarter by chance, so that nodes do not ask together for ever.
pub fn wait_after(failures: u32, first: i64, longest: i64, chance: u8) -> TimeDelta {
    let doubled = first.saturating_mul(1_i64 << failures.saturating_sub(1).min(30));
    let percent = 75 + i64::from(chance) * 50 / 255;
    TimeDelta::milliseconds(doubled.min(longest) * 10 * percent)
}

/// Wait of a text that may have spoilt an attempt: from ten seconds to a day.
pub fn text_wait(attempts: i32, chance: u8) -> TimeDelta {
    if attempts >= MAX_ATTEMPTS {
        return TimeDelta::days(1);
    }
    wait_after(u32::try_from(attempts).unwrap_or(1), 10, 3_600, chance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Overrides};

    #[test]
    fn a_model_is_another_when_its_vectors_are() {
        let config = Config::load(None, &Overrides::default()).unwrap().embeddings;
        let recipe = Recipe { model: "e5".to_owned(), ..Recipe::of(&config) };
        assert!(recipe.name().starts_with("e5#"));
        let question = Recipe { query_prefix: "query: ".to_owned(), ..recipe.clone() };
        assert_eq!(question.name(), recipe.name());
        let others = [
            Recipe { model: "bge".to_owned(), ..recipe.clone() },
            Recipe { passage_prefix: "passage: ".to_owned(), ..recipe.clone() },
            Recipe { max_text_chars: 500, ..recipe.clone() },
            Recipe { send: SentTexts::All, ..recipe.clone() },
            Recipe { dimensions: 384, ..recipe.clone() },
        ];
        for other in others {
            assert_ne!(other.name(), recipe.name());
            assert_ne!(number_of(&other.name()), number_of(&recipe.name()));
        }
    }

    #[test]
    fn vectors_come_back_as_they_were_stored() {
        let vector = vec![0.25, -1.5, f32::MIN_POSITIVE];
        assert_eq!(from_bytes(&to_bytes(&vector)), vector);
        assert_eq!(&to_bytes(&[1.0]), &[0, 0, 128, 63]);
        assert!((cosine(&[1.0, 0.0], &[2.0, 2.0]) - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!((cosine(&[1.0], &[1.0, 0.0]), cosine(&[0.0], &[0.0])), (0.0, 0.0));
    }

    #[test]
    fn waits_grow_up_to_a_limit_and_vary_by_chance() {
        assert_eq!(wait_after(1, 1, 60, 0), TimeDelta::milliseconds(750));
        assert_eq!(wait_after(1, 1, 60, 255), TimeDelta::milliseconds(1_250));
        assert_eq!(wait_after(4, 1, 60, 127), TimeDelta::milliseconds(7_920));
        assert_eq!(wait_after(40, 1, 60, 255), TimeDelta::seconds(75));
        assert!(text_wait(1, 0) >= TimeDelta::seconds(7));
        assert_eq!(text_wait(MAX_ATTEMPTS, 0), TimeDelta::days(1));
    }

    #[test]
    fn nineteen_of_twenty_are_enough() {
        let progress = |waiting, done| Progress { waiting, done, failed: 3 };
        assert!(progress(0, 0).is_enough() && progress(1, 19).is_enough());
        assert!(!progress(1, 18).is_enough() && !progress(2, 0).is_enough());
    }
}
