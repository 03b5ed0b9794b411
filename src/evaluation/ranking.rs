//! What is measured: match settings, and the model server beside them.

use std::path::Path;
use std::sync::Arc;

use search_index::MatchSettings;

use crate::config::EmbeddingsConfig;
use crate::error::{Error, Result};
use crate::matching::settings;

/// How achievements are to be ranked.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Weights and conditions.
    pub settings: Arc<MatchSettings>,
    /// The model server that is asked besides, if any.
    pub embeddings: EmbeddingsConfig,
}

impl Ranking {
    /// The ranking of a file: match settings, and the section `[embeddings]` of the service's
    /// settings where a model server takes part. Without a file the one that is built in.
    ///
    /// # Errors
    /// Names the file and the setting that is unknown or invalid.
    pub fn read(file: Option<&Path>) -> Result<Self> {
        let Some(file) = file else { return Self::of("").map_err(Error::internal) };
        std::fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| Self::of(&text))
            .map_err(|error| Error::internal(format!("{}: {error}", file.display())))
    }

    fn of(text: &str) -> std::result::Result<Self, String> {
        let mut table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let mut server = toml::Table::new();
        server.extend(table.remove_entry("embeddings"));
        Ok(Self {
            settings: Arc::new(settings::read(&table.to_string())?),
            embeddings: EmbeddingsConfig::read(&server.to_string())
                .map_err(|error| error.to_string())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_says_how_to_rank_and_whom_to_ask() {
        let plain = Ranking::of("candidates = 7").unwrap();
        assert!(plain.settings.candidates == 7 && !plain.embeddings.is_on());
        let asked = "k3 = 6.0\n[embeddings]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n\
                     [weights]\nmodel = 0.5";
        let asked = Ranking::of(asked).unwrap();
        assert!(asked.embeddings.is_on() && asked.embeddings.batch_size == 16);
        assert!((asked.settings.weights.model - 0.5).abs() < f32::EPSILON);
        for (text, name) in [
            ("colour = 1", "colour"),
            ("[embeddings]\ncolour = 1", "embeddings.colour"),
            ("[embeddings]\nurl = \"http://127.0.0.1:1/v1\"", "embeddings.model"),
            ("k3 = ", "line 1"),
        ] {
            let error = Ranking::of(text).unwrap_err();
            assert!(error.contains(name), "{text}: {error}");
        }
    }
}
