//! The model server as the ranking under measurement asks it: the same texts, prefixes and yardstick
//! as in service, only patiently, since a measure with holes is none.

use std::sync::Arc;

use search_index::document::ModelVector;
use search_index::{Document, ModelQuery, Profile};
use tokio::runtime::Runtime;

use super::ranking::Ranking;
use crate::clock::Clock;
use crate::embeddings::client::Failure;
use crate::embeddings::model::number_of;
use crate::embeddings::server::{ModelServer, Serving};
use crate::embeddings::texts::{Question, of_document};
use crate::error::{Error, Result};

/// A model server that answers.
pub struct Model {
    server: ModelServer,
    serving: Serving,
    runtime: Runtime,
    clock: Clock,
    batch: usize,
    body: f32,
}

impl Model {
    /// The server of a ranking; none where it names none.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn of(ranking: &Ranking) -> Result<Option<Self>> {
        let mut config = ranking.embeddings.clone();
        config.query_timeout_ms = config.timeout_seconds.saturating_mul(1_000);
        let Some(server) = ModelServer::of(&config)? else { return Ok(None) };
        let clock = Clock::default();
        let runtime = Runtime::new().map_err(Error::internal)?;
        let recipe = server.recipe.clone();
        let yardstick = runtime.block_on(server.prove(clock.time(), &recipe, None));
        let yardstick = yardstick.ok_or_else(|| silent(&server))?;
        let serving = Serving { name: recipe.name(), recipe, yardstick };
        server.let_serve(Some(serving.clone()));
        let (batch, body) = (config.batch_size, ranking.settings.body_nearness);
        Ok(Some(Self { server, serving, runtime, clock, batch, body }))
    }

    /// Gives documents their vectors; `done` is told of each that has them.
    ///
    /// # Errors
    /// When the server fails.
    pub fn attach(&self, documents: &mut [Document], done: &mut dyn FnMut(usize)) -> Result<()> {
        let recipe = &self.serving.recipe;
        for some in documents.chunks_mut(self.batch) {
            let texts: Vec<_> = some
                .iter()
                .enumerate()
                .flat_map(|(at, document)| {
                    of_document(document, recipe.send).into_iter().map(move |text| (at, text))
                })
                .collect();
            let passages: Vec<String> =
                texts.iter().map(|(_, text)| text.passage(recipe)).collect();
            let vectors = self.runtime.block_on(self.server.passages(&passages));
            let vectors = vectors.map_err(|failure| failed(&failure))?;
            for ((at, text), values) in texts.into_iter().zip(vectors) {
                let tier = u8::try_from(text.tier).unwrap_or(u8::MAX);
                let model = number_of(&self.serving.name);
                some[at].model_vectors.push(ModelVector { model, tier, values });
            }
            done(some.len());
        }
        Ok(())
    }

    /// What the model makes of a question.
    ///
    /// # Errors
    /// When the server fails.
    pub fn question(&self, profile: &Profile) -> Result<Option<Arc<ModelQuery>>> {
        let question = Question::of_profile(profile);
        let aid = self.runtime.block_on(self.server.aid(self.clock.time(), &question, self.body));
        if aid.missing { Err(silent(&self.server)) } else { Ok(aid.query) }
    }
}

fn failed(failure: &Failure) -> Error {
    Error::internal(format!("the model server: {failure}"))
}

fn silent(server: &ModelServer) -> Error {
    let reason = server.trouble().unwrap_or_else(|| "no answer in time".to_owned());
    Error::internal(format!("the model server: {reason}"))
}
