//! The diagnosis itself: from the fields of a need to score, gaps and proposals.

use super::evidence::evidence;
use super::model::{Diagnosis, DiagnosisInput, Gap, Part};
use super::score::{self, DETAILED, Earned};
use super::words;
use crate::accounts::principal::Language;
use crate::error::Message;
use crate::http::text;

/// Diagnoses a need. The same fields always give the same answer.
pub fn diagnose(input: &DiagnosisInput<'_>) -> Diagnosis {
    let fields = input.fields;
    let mut found = evidence(fields);
    let trade = words::trade_of(
        &found.plain,
        input.town_trades,
        fields.industry_code.as_deref(),
        fields.tech_field.as_deref(),
    );
    let earnings = score::earn(fields, &mut found);
    let put = Wording { language: input.language, trade, count: found.split.len() };
    let mut gaps: Vec<Gap> = earnings
        .parts
        .iter()
        .filter_map(|part| {
            // What the cap takes away is the price of being too short.
            let taken = if part.code == "detail" { earnings.capped } else { 0 };
            put.gap(part, part.weight - part.points() + taken)
        })
        .collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.points));
    let earned: u8 = earnings.parts.iter().map(Earned::points).sum();
    let part = |part: Earned| Part {
        code: part.code,
        points: part.points(),
        weight: part.weight,
        found: part.found,
    };
    Diagnosis {
        score: earned - earnings.capped,
        gaps,
        parts: earnings.parts.into_iter().map(part).collect(),
        split: found.split,
    }
}

/// Puts gaps into words.
struct Wording {
    language: Language,
    trade: Option<&'static str>,
    /// Needs that the text holds.
    count: usize,
}

impl Wording {
    /// The gap that a part leaves, if points are missing.
    fn gap(&self, part: &Earned, points: u8) -> Option<Gap> {
        let code = part.gap;
        (points > 0).then(|| Gap {
            code,
            message: self.message(code),
            example: self.example(code),
            field: part.field,
            points,
        })
    }

    fn message(&self, code: &str) -> String {
        let key = match code {
            "no_target" => "diagnosis.gap.no_target",
            "few_targets" => "diagnosis.gap.few_targets",
            "too_short" => "diagnosis.gap.too_short",
            "several_needs" => "diagnosis.gap.several_needs",
            "no_task" => "diagnosis.gap.no_task",
            "no_material" => "diagnosis.gap.no_material",
            "no_method" => "diagnosis.gap.no_method",
            "no_efficacy" => "diagnosis.gap.no_efficacy",
            "no_product" => "diagnosis.gap.no_product",
            "no_application" => "diagnosis.gap.no_application",
            "no_state" => "diagnosis.gap.no_state",
            "no_budget" => "diagnosis.gap.no_budget",
            "open_budget" => "diagnosis.gap.open_budget",
            _ => "diagnosis.gap.no_deadline",
        };
        let message = Message::new(key).with("length", DETAILED).with("count", self.count);
        text::render(&message, self.language)
    }

    fn example(&self, code: &str) -> String {
        // A second target is shown by the same examples as the first.
        let shown = if code == "few_targets" { "no_target" } else { code };
        match self.trade.filter(|_| score::TRADE_EXAMPLES.contains(&shown)) {
            Some(trade) => {
                text::text(&format!("diagnosis.trade_example.{shown}.{trade}"), self.language)
            }
            None => text::text(&format!("diagnosis.example.{shown}"), self.language),
        }
    }
}
