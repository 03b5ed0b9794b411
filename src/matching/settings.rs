//! Weights and hard conditions of the match, from the file the operator names.

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use search_index::MatchSettings;

use crate::config::MatchingConfig;
use crate::error::{Error, Result};

/// Most candidates that may be scored in full for one answer.
const MAX_CANDIDATES: usize = 2_000;

/// The settings without a file. The index's own thresholds were judged on bare titles; published
/// records here hold whole texts, which share far more with what seeks them. With these thresholds
/// the demonstration's needs that have no counterpart come out as such, and the others do not.
pub fn built_in() -> MatchSettings {
    MatchSettings { good_threshold: 0.68, strong_threshold: 0.78, ..MatchSettings::default() }
}

/// The built-in settings, or those of the file.
///
/// # Errors
/// Names the setting that is unknown or invalid.
pub fn load(config: &MatchingConfig) -> Result<MatchSettings> {
    if config.settings_file.is_empty() {
        return Ok(built_in());
    }
    std::fs::read_to_string(&config.settings_file)
        .map_err(|error| error.to_string())
        .and_then(|text| read(&text))
        .map_err(|error| {
            Error::internal(format!("matching.settings_file {}: {error}", config.settings_file))
        })
}

/// The built-in settings with what a text (TOML) says instead.
///
/// # Errors
/// Names the setting that is unknown or invalid.
pub fn read(text: &str) -> std::result::Result<MatchSettings, String> {
    let settings: MatchSettings = Figment::from(Serialized::defaults(built_in()))
        .merge(Toml::string(text))
        .extract()
        .map_err(|error| error.to_string())?;
    check(&settings)?;
    Ok(settings)
}

fn check(settings: &MatchSettings) -> std::result::Result<(), String> {
    let w = &settings.weights;
    let weights = [
        ("weights.text", w.text),
        ("weights.meaning", w.meaning),
        ("weights.industry", w.industry),
        ("weights.region", w.region),
        ("weights.trl", w.trl),
        ("weights.budget", w.budget),
        ("weights.cooperation", w.cooperation),
        ("weights.timeliness", w.timeliness),
        ("weights.freshness", w.freshness),
        ("weights.requirements", w.requirements),
        ("weights.model", w.model),
        ("body_weight", settings.body_weight),
        ("body_nearness", settings.body_nearness),
        ("k3", settings.k3),
    ];
    if let Some((name, _)) = weights.iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
        return Err(format!("{name} must be a number of at least 0"));
    }
    if weights[..10].iter().all(|(_, value)| *value == 0.0) {
        return Err("weights must not all be 0".to_owned());
    }
    let share = |value: f32| value > 0.0 && value <= 1.0;
    let rules = [
        ("half_text", share(settings.half_text), "above 0 and at most 1"),
        ("good_threshold", share(settings.good_threshold), "above 0 and at most 1"),
        (
            "strong_threshold",
            share(settings.strong_threshold)
                && settings.strong_threshold >= settings.good_threshold,
            "from good_threshold to 1",
        ),
        ("near_candidates", settings.near_candidates <= MAX_CANDIDATES, "0 to 2000"),
        ("least_nearness", settings.least_nearness.abs() <= 1.0, "-1 to 1"),
        ("full_nearness", share(settings.full_nearness), "above 0 and at most 1"),
        ("candidates", (1..=MAX_CANDIDATES).contains(&settings.candidates), "1 to 2000"),
        ("trl_gap", settings.trl_gap <= 8, "0 to 8"),
    ];
    match rules.iter().find(|(_, holds, _)| !holds) {
        Some((name, _, range)) => Err(format!("{name} must be {range}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<MatchSettings> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("matching.toml");
        std::fs::write(&file, text).unwrap();
        load(&MatchingConfig { settings_file: file.display().to_string() })
    }

    #[test]
    fn what_a_file_leaves_out_keeps_its_default() {
        let settings = load_text("candidates = 50\n[hard]\nbudget = false\n").unwrap();
        assert_eq!(settings.candidates, 50);
        assert!(!settings.hard.budget && settings.hard.excluded_region);
        assert_eq!(settings.weights, built_in().weights);
        assert!((settings.half_text - built_in().half_text).abs() < f32::EPSILON);
    }

    #[test]
    fn the_built_in_settings_are_valid() {
        check(&built_in()).unwrap();
        assert_eq!(load_text("").unwrap(), built_in());
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let cases = [
            ("colour = 1", "colour"),
            ("[weights]\ntext = -1", "weights.text"),
            ("half_text = 0", "half_text"),
            ("good_threshold = 0.9", "strong_threshold"),
            ("candidates = 0", "candidates"),
            ("trl_gap = 9", "trl_gap"),
            (
                "[weights]\ntext=0\nmeaning=0\nindustry=0\nregion=0\ntrl=0\nbudget=0\ncooperation=0\ntimeliness=0\nfreshness=0\nrequirements=0",
                "weights",
            ),
        ];
        for (text, name) in cases {
            let error = load_text(text).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("matching.settings_file"), "{error}");
        }
    }
}
