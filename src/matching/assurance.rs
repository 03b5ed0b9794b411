//! How sure a match is, in words. What the words rest on differs, and is said: the chance is calibrated
//! on bare titles alone (docs/match-quality.md), so that it decides only where both sides are such; for
//! records with texts the grade decides, whose thresholds are set on the demonstration.

use super::source::Source;
use crate::search::cards::Seen;
use crate::search::names::{CodeName, Names};

/// Chances from which a match of two bare titles is sure, and likely: more often right than not, and
/// more than twice as often as a pair taken at random from the graded ones.
const SURE: f32 = 0.5;
const LIKELY: f32 = 0.25;

/// The word for a match: `sure`, `likely` or `look`.
pub fn assurance(names: Names<'_>, grade: &str, confidence: f32, calibrated: bool) -> CodeName {
    let code = match (calibrated, grade) {
        (true, _) if confidence >= SURE => "sure",
        (true, _) if confidence >= LIKELY => "likely",
        (false, "strong") => "sure",
        (false, "fair") => "likely",
        _ => "look",
    };
    CodeName { code: code.to_owned(), name: names.text(&format!("match_assurance.{code}")) }
}

/// Whether both sides say nothing but their titles, as the pairs did that the chance is calibrated on.
pub fn calibrated(source: &Source, seen: &Seen) -> bool {
    let mut parts = source.profile.parts.iter();
    parts.all(|part| part.field == "title" || part.text.trim().is_empty())
        && seen.texts.iter().all(|(_, text)| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    #[test]
    fn the_chance_decides_only_where_it_is_calibrated() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let word = |grade, chance, calibrated| assurance(names, grade, chance, calibrated).code;
        assert_eq!(word("weak", 0.5, true), "sure");
        assert_eq!(word("strong", 0.3, true), "likely");
        assert_eq!(word("strong", 0.2, true), "look");
        assert_eq!(word("strong", 0.1, false), "sure");
        assert_eq!(word("fair", 0.1, false), "likely");
        assert_eq!(word("weak", 0.9, false), "look");
        assert_eq!(assurance(names, "fair", 0.0, false).name, "较有把握");
    }
}
