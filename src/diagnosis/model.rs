//! What goes into a diagnosis and what comes out.

use serde::Serialize;

use crate::accounts::principal::Language;
use crate::needs::model::NeedFields;

/// What a diagnosis is made of.
#[derive(Debug, Clone, Copy)]
pub struct DiagnosisInput<'a> {
    /// The fields of the need as far as they are filled in.
    pub fields: &'a NeedFields,
    /// Trades of the town, in words: they choose the examples when the text does not.
    pub town_trades: &'a [String],
    /// Language of messages and examples.
    pub language: Language,
}

/// How good the text of a need is, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Diagnosis {
    /// 0 to 100: the points of all parts. What is missing to 100 is the sum of the points of the
    /// gaps.
    pub score: u8,
    /// What is missing, the gap that costs most first.
    pub gaps: Vec<Gap>,
    /// What was looked for, and where it was found.
    pub parts: Vec<Part>,
    /// The needs that the text should be split into; empty when it is one need.
    pub split: Vec<Proposal>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Gap {
    /// `no_target`, `few_targets`, `too_short`, `several_needs`, `no_task`, `no_material`,
    /// `no_method`, `no_efficacy`, `no_product`, `no_application`, `no_state`, `no_budget`,
    /// `open_budget` or `no_deadline`.
    pub code: &'static str,
    /// What is missing, in words.
    pub message: String,
    /// How it could read. Invented.
    pub example: String,
    /// JSON pointer to the field of a need that it belongs into.
    pub field: &'static str,
    /// Points that it costs.
    pub points: u8,
}

/// One thing that a good need says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Part {
    /// `target`, `detail`, `focus`, `material`, `method`, `efficacy`, `product`, `application`,
    /// `state`, `budget` or `deadline`.
    pub code: &'static str,
    /// Points that it brings.
    pub points: u8,
    /// Points that it can bring; the weights add up to 100.
    pub weight: u8,
    /// Where it was found, word for word.
    pub found: Vec<Finding>,
}

/// A place where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// Field that it stands in.
    pub field: &'static str,
    /// The words there.
    pub text: String,
}

/// One need that could stand by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// A title: the beginning of the text, word for word, at most 60 characters.
    pub title: String,
    /// The text, word for word.
    pub text: String,
}
