//! The final score: a weighted sum of parts, each between 0 and 1.
//!
//! The part `model` is there only where a model outside has made vectors of both texts. It takes its
//! weight from `text` and `meaning`, in proportion, and leaves the other parts theirs: a target that
//! has no such vector yet counts for as much as its words and their vectors say, no more, no less,
//! and a score means the same whether the model answers or not.
//!
//! No part depends on the other candidates, so the score of a pair means the same in every answer.
//! Where a side has not said, a part is one half: silence is neither punished nor rewarded.

use serde::Serialize;

use super::condition::{Condition, Outcome, Pair};
use super::profile::Side;
use super::settings::MatchSettings;
use crate::{codes, patents};

/// The score in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// At or above [`MatchSettings::strong_threshold`].
    Strong,
    /// At or above [`MatchSettings::good_threshold`].
    Fair,
    /// Below both.
    Weak,
}

impl Grade {
    /// The grade of a score.
    pub fn of(score: f32, settings: &MatchSettings) -> Grade {
        if score >= settings.strong_threshold {
            Grade::Strong
        } else if score >= settings.good_threshold {
            Grade::Fair
        } else {
            Grade::Weak
        }
    }
}

/// One part of the final score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScorePart {
    /// `text`, `meaning`, `model`, `industry`, `region`, `trl`, `budget`, `cooperation`,
    /// `timeliness`, `freshness` or `requirements`.
    pub name: &'static str,
    /// How good it is, 0 to 1; one half where a side has not said.
    pub value: f32,
    /// Its share of the score.
    pub weight: f32,
    /// `value · weight`: what it adds to the score.
    pub contribution: f32,
}

/// Value of a part a side is silent about.
const SILENT: f32 = 0.5;

/// A raw text score on the scale from 0 to 1. `ideal` is the score of an average document that has
/// every term of the source once; `half` is the share of it that is worth one half.
pub(crate) fn text_value(score: f32, ideal: f32, half: f32) -> f32 {
    let half = (ideal * half).max(f32::MIN_POSITIVE);
    (score / (score + half)).clamp(0.0, 1.0)
}

/// A nearness on the scale from 0 to 1.
pub(crate) fn meaning_value(nearness: f32, full: f32) -> f32 {
    (nearness / full.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
}

/// The nearness that a model outside sees on the scale from 0 to 1: models differ in what cosine
/// they give to texts that have nothing in common.
pub(crate) fn model_value(nearness: f32, unlike: f32, alike: f32) -> f32 {
    ((nearness - unlike) / (alike - unlike).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
}

/// How far the texts of a pair agree, each from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreement {
    /// In their words.
    pub text: f32,
    /// In meaning.
    pub meaning: f32,
    /// As a model outside sees it; none where it has not seen both.
    pub model: Option<f32>,
}

impl Agreement {
    /// The parts with their weights. These add up to the same whether the model is there or not.
    fn parts(self, settings: &MatchSettings) -> Vec<(&'static str, f32, f32)> {
        let weights = &settings.weights;
        let (text, meaning) = (weights.text.max(0.0), weights.meaning.max(0.0));
        let own = text + meaning;
        let by_model =
            self.model.filter(|_| own > 0.0).map(|value| (value, weights.model.max(0.0)));
        let share = by_model.map_or(1.0, |(_, weight)| own / (own + weight));
        let mut parts =
            vec![("text", self.text, text * share), ("meaning", self.meaning, meaning * share)];
        parts.extend(by_model.map(|(value, weight)| ("model", value, weight * share)));
        parts
    }

    /// What it adds to the final score, but for a factor that is the same for all targets.
    pub fn weighed(self, settings: &MatchSettings) -> f32 {
        self.parts(settings).into_iter().map(|(_, value, weight)| value * weight).sum()
    }

    /// The chance that experts would call the match fairly strong or better.
    pub fn confidence(self, settings: &MatchSettings) -> f32 {
        let curve = &settings.confidence;
        let odds = curve.intercept + curve.text * self.text + curve.meaning * self.meaning;
        1.0 / (1.0 + (-odds).exp())
    }
}

/// The parts of the score of a pair.
pub(crate) fn parts(
    pair: &Pair<'_>,
    agreement: Agreement,
    conditions: &[Condition],
) -> Vec<ScorePart> {
    let weights = &pair.settings.weights;
    let mut values = agreement.parts(pair.settings);
    values.extend([
        ("industry", industry(pair), weights.industry),
        ("region", region(pair, conditions), weights.region),
        ("trl", trl(pair), weights.trl),
        ("budget", budget(pair), weights.budget),
        ("cooperation", cooperation(pair, conditions), weights.cooperation),
        ("timeliness", timeliness(pair), weights.timeliness),
        ("freshness", freshness(pair), weights.freshness),
        ("requirements", SILENT, weights.requirements),
    ]);
    let sum: f32 = values.iter().map(|(_, _, weight)| weight.max(0.0)).sum();
    let sum = if sum > 0.0 { sum } else { 1.0 };
    let part = |(name, value, weight): (&'static str, f32, f32)| {
        let weight = weight.max(0.0) / sum;
        ScorePart { name, value, weight, contribution: value * weight }
    };
    values.into_iter().map(part).collect()
}

/// The finer the level two industries share, the better; a shared technical field is worth nearly
/// a shared 大类, and so are patent classes that the industry lives by where the owner names none.
fn industry(pair: &Pair<'_>) -> f32 {
    let (wanted, offered) = (&pair.need.industry_codes, &pair.capability.industry_codes);
    let shared = |a: &String, b: &String| {
        let (a, b) = (codes::industry_levels(a), codes::industry_levels(b));
        let depth = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        // An industry wholly within the other is as good as can be known.
        if depth == a.len().min(b.len()) { depth.max(3).min(depth + 2) } else { depth }
    };
    let depth = wanted.iter().flat_map(|a| offered.iter().map(move |b| shared(a, b))).max();
    let by_code = depth.map(|depth| [0.0, 0.3, 0.7, 0.9, 1.0][depth.min(4)]);
    let by_field = pair.need.tech_field.as_ref().zip(pair.capability.tech_field.as_ref());
    let by_field = by_field.map(|(wanted, offered)| if wanted == offered { 0.65 } else { 0.2 });
    let by_patents = match by_code {
        Some(_) => None,
        None => patents::nearness(wanted, &pair.capability.ipc),
    };
    by_code.into_iter().chain(by_field).chain(by_patents).reduce(f32::max).unwrap_or(SILENT)
}

/// Near is a little better than far; a stated wish counts for more.
fn region(pair: &Pair<'_>, conditions: &[Condition]) -> f32 {
    if let Some(wish) = outcome(conditions, "region") {
        return wish;
    }
    let (need, capability) = (pair.need, pair.capability);
    if need.region_code.is_empty() || capability.region_code.is_empty() {
        return SILENT;
    }
    let other: Vec<_> = codes::region_levels(&capability.region_code).collect();
    let shared = codes::region_levels(&need.region_code).zip(other).take_while(|(a, b)| a == b);
    let group = !need.region_group.is_empty() && need.region_group == capability.region_group;
    match shared.count() {
        0 => 0.4,
        1 if group => 0.7,
        1 => 0.6,
        2 => 0.9,
        _ => 1.0,
    }
}

/// Each level of readiness missing costs a fifth.
fn trl(pair: &Pair<'_>) -> f32 {
    let both = pair.need.target_trl.zip(pair.capability.trl);
    both.map_or(SILENT, |(wanted, has)| {
        (1.0 - 0.2 * f32::from(wanted.saturating_sub(has))).max(0.0)
    })
}

/// Best where the provider asks for no more than half of what there is.
fn budget(pair: &Pair<'_>) -> f32 {
    let Some((least, most)) = pair.capability.min_budget.zip(pair.need.budget_max) else {
        return SILENT;
    };
    match (least <= most / 2, least <= most) {
        (true, _) => 1.0,
        (_, true) => 0.8,
        _ if pair.need.budget_negotiable => 0.3,
        _ => 0.0,
    }
}

/// Shared modes of cooperation and wished-for sorts of partner, as far as stated.
fn cooperation(pair: &Pair<'_>, conditions: &[Condition]) -> f32 {
    let stated: Vec<f32> =
        [outcome(conditions, "cooperation_mode"), outcome(conditions, "partner_type")]
            .into_iter()
            .flatten()
            .collect();
    if stated.is_empty() {
        return SILENT;
    }
    let sum: f32 = stated.iter().sum();
    let value = sum / stated.len() as f32;
    // A target that asks for somebody else is less likely to answer.
    let refused = conditions.iter().any(|condition| {
        condition.name == "partner_type"
            && condition.side == pair.target
            && condition.outcome == Outcome::NotMet
    });
    if refused { value * 0.5 } else { value }
}

/// Seconds of a quarter: time enough to come to terms.
const QUARTER: f32 = 90.0 * 86_400.0;

/// Time until the target lapses, and room for another project: providers with many are damped.
fn timeliness(pair: &Pair<'_>) -> f32 {
    let target = pair.of(pair.target);
    let time = target.due().map(|due| {
        let left = due.saturating_sub(pair.now) as f32;
        if left < 0.0 { 0.0 } else { (0.4 + 0.6 * left / QUARTER).min(1.0) }
    });
    let room = target.capacity_left.map(|left| match left {
        i64::MIN..=0 => 0.0,
        1 => 0.6,
        2 => 0.8,
        _ => 1.0,
    });
    time.into_iter().chain(room).reduce(f32::min).unwrap_or(SILENT)
}

/// Seconds of a year.
const YEAR: f32 = 365.0 * 86_400.0;

/// Full for a quarter of a year after somebody has said that the target still holds, then less and
/// less; two years later nobody knows.
fn freshness(pair: &Pair<'_>) -> f32 {
    let verified = pair.of(pair.target).verified_at;
    verified.map_or(SILENT, |at| {
        let age = pair.now.saturating_sub(at) as f32;
        (1.0 - (age - QUARTER).max(0.0) / (2.0 * YEAR)).clamp(0.0, 1.0)
    })
}

/// Mean over both sides of the conditions of a name; none where nobody has stated it.
fn outcome(conditions: &[Condition], name: &str) -> Option<f32> {
    let values: Vec<f32> = [Side::Need, Side::Capability]
        .into_iter()
        .flat_map(|side| conditions.iter().find(|c| c.name == name && c.side == side))
        .filter_map(|condition| match condition.outcome {
            Outcome::Met => Some(1.0),
            Outcome::NotMet => Some(0.1),
            Outcome::Unknown => None,
        })
        .collect();
    let sum: f32 = values.iter().sum();
    (!values.is_empty()).then(|| sum / values.len() as f32)
}
