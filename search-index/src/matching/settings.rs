//! The figures that steer matching, with defaults that were measured or are argued for here.

use serde::{Deserialize, Serialize};

/// Weight of each part of the final score. They need not add up to one: each is divided by their
/// sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PartWeights {
    /// How well the words of the texts agree. This part and the next are the only ones that are
    /// measured, hence at least 0.7 of the sum.
    pub text: f32,
    /// How near the texts are in meaning, whatever their words.
    pub meaning: f32,
    /// How near a model outside finds the texts, where there is one that has seen both. It is
    /// taken from `text` and `meaning`, in proportion, so that the others keep what they have.
    pub model: f32,
    /// Shared industry.
    pub industry: f32,
    /// Distance and wishes as to region.
    pub region: f32,
    /// Gap in readiness.
    pub trl: f32,
    /// Room in the budget.
    pub budget: f32,
    /// Shared mode of cooperation and wished sort of partner.
    pub cooperation: f32,
    /// Room in time.
    pub timeliness: f32,
    /// Requirements of the need that the capability meets. The index does not know them: whoever
    /// does puts the value in, which is one half until then.
    pub requirements: f32,
    /// How lately somebody has said that the target still holds.
    pub freshness: f32,
}

impl Default for PartWeights {
    fn default() -> PartWeights {
        PartWeights {
            text: 0.56,
            meaning: 0.20,
            model: 0.25,
            industry: 0.06,
            region: 0.04,
            trl: 0.04,
            budget: 0.04,
            cooperation: 0.04,
            timeliness: 0.02,
            requirements: 0.06,
            freshness: 0.02,
        }
    }
}

/// Which conditions exclude a pair when they are not met. A condition nobody stated never excludes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HardConditions {
    /// The provider's least budget is above the greatest budget of the need.
    pub budget: bool,
    /// The partner is outside the preferred regions.
    pub region: bool,
    /// The partner is in a region that was ruled out.
    pub excluded_region: bool,
    /// The capability is too far below the readiness wanted.
    pub trl: bool,
    /// No mode of cooperation in common.
    pub cooperation_mode: bool,
    /// The partner is not of a sort wished for.
    pub partner_type: bool,
    /// No industry in common.
    pub industry: bool,
    /// The target's deadline or validity is over.
    pub deadline: bool,
    /// The capability can take on nothing more.
    pub capacity: bool,
}

impl Default for HardConditions {
    fn default() -> HardConditions {
        HardConditions {
            budget: true,
            region: false,
            excluded_region: true,
            trl: false,
            cooperation_mode: false,
            partner_type: false,
            industry: false,
            deadline: true,
            capacity: true,
        }
    }
}

/// The logistic curve 1 / (1 + e^-(intercept + text · t + meaning · m)), t and m the values of the
/// parts `text` and `meaning`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfidenceSettings {
    /// Log odds where nothing agrees.
    pub intercept: f32,
    /// What full agreement of the words adds.
    pub text: f32,
    /// What full nearness in meaning adds.
    pub meaning: f32,
}

impl Default for ConfidenceSettings {
    /// Fitted to 4,675 graded pairs of 99 needs, checked by cross-validation over needs; see
    /// `docs/match-quality.md`.
    fn default() -> ConfidenceSettings {
        ConfidenceSettings { intercept: -3.07, text: 3.66, meaning: 1.86 }
    }
}

/// Settings of matching.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchSettings {
    /// Weights of the parts of the score.
    pub weights: PartWeights,
    /// Conditions that exclude.
    pub hard: HardConditions,
    /// Score from which a match is called strong. The default fits no collection in particular:
    /// scores grow with the length of the texts, so callers set both thresholds on theirs.
    pub strong_threshold: f32,
    /// Score from which a match is worth showing; below it for the best match, there is none good.
    /// The text alone does not tell whether a need has a strong counterpart at all, so the threshold
    /// promises no more than that the texts agree.
    pub good_threshold: f32,
    /// How many candidates, best text first, are scored in full.
    pub candidates: usize,
    /// How many candidates, nearest in meaning first, join those of the best text. Of both, as many
    /// as `candidates` are scored in full.
    pub near_candidates: usize,
    /// Nearness below which a target without a word in common is no candidate. The nearness of two
    /// texts drawn at random is about 0.1; that of one pair in a hundred is above 0.4.
    pub least_nearness: f32,
    /// Nearness at which the part `meaning` is full.
    pub full_nearness: f32,
    /// What running text counts beside the title in the nearness of a source.
    pub body_nearness: f32,
    /// From text and meaning to the chance of a fairly strong match.
    pub confidence: ConfidenceSettings,
    /// Weight callers give to running text, where a title weighs 1.
    pub body_weight: f32,
    /// Saturation of a term repeated in the source: `(k3 + 1) · n / (k3 + n)`.
    pub k3: f32,
    /// Share of the ideal text score at which the text part reaches one half. Titles of related
    /// records rarely share more than a tenth of what a detailed need says.
    pub half_text: f32,
    /// Levels of readiness a joint project is expected to bridge.
    pub trl_gap: u8,
}

impl Default for MatchSettings {
    fn default() -> MatchSettings {
        MatchSettings {
            weights: PartWeights::default(),
            hard: HardConditions::default(),
            strong_threshold: 0.5,
            good_threshold: 0.35,
            candidates: 200,
            near_candidates: 100,
            least_nearness: 0.3,
            full_nearness: 0.8,
            body_nearness: 0.7,
            confidence: ConfidenceSettings::default(),
            body_weight: 0.25,
            k3: 8.0,
            half_text: 0.15,
            trl_gap: 2,
        }
    }
}
