//! What a suggestion was made of: data, rule and versions, in words.

use std::sync::LazyLock;

use ring::digest;
use search_index::dictionary::dictionary_fingerprint;

use super::model::{Explanation, Suggestion};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::audit::model::hex;
use crate::error::Result;
use crate::http::text;

/// Hashing the dictionary takes a moment, and it is built into the program.
static DICTIONARY: LazyLock<String> = LazyLock::new(dictionary_fingerprint);

/// Version of the dictionary.
pub(super) fn dictionary() -> &'static str {
    &DICTIONARY
}

/// Version of the ranking: that of the program, with a mark of the weights and thresholds in force.
///
/// # Errors
/// Settings that JSON cannot write.
pub(super) fn ranking(app: &App) -> Result<String> {
    let settings = serde_json::to_vec(app.match_settings.as_ref())?;
    let mark = hex(digest::digest(&digest::SHA256, &settings).as_ref());
    Ok(format!("{}-{}", env!("CARGO_PKG_VERSION"), &mark[..8]))
}

/// Thousandths as points of a hundred.
fn points(thousandths: i32) -> String {
    format!("{:.1}", f64::from(thousandths) / 10.0)
}

/// The explanation of a suggestion.
pub(super) fn explanation(row: &Suggestion, language: Language) -> Explanation {
    let told = |key: &str| text::text(&format!("suggestion.{key}"), language);
    let rule = text::filled(
        "suggestion.rule",
        &[("score", points(row.score)), ("threshold", points(row.threshold))],
        language,
    );
    Explanation {
        data: told("data"),
        rule,
        effect: told("effect"),
        ranking: row.ranking.clone(),
        dictionary: row.dictionary.clone(),
        calculated_at: row.updated_at,
    }
}
