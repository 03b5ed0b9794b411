//! The source of a match: a need or a capability reduced to weighted text and conditions.

use serde::{Deserialize, Serialize};

use super::settings::MatchSettings;
use crate::document::{Document, Kind};

/// Which side of a cooperation something belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side that seeks.
    #[default]
    Need,
    /// The side that offers.
    Capability,
}

impl Side {
    /// The word used in responses.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Need => "need",
            Side::Capability => "capability",
        }
    }

    /// The side across the table.
    pub fn opposite(self) -> Side {
        match self {
            Side::Need => Side::Capability,
            Side::Capability => Side::Need,
        }
    }

    /// The kind of document that stands on this side.
    pub fn kind(self) -> Kind {
        match self {
            Side::Need => Kind::Need,
            Side::Capability => Kind::Capability,
        }
    }
}

/// One passage of the source text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextPart {
    /// Name of the passage, repeated in explanations: `title`, `body`, …
    pub field: String,
    /// The passage.
    pub text: String,
    /// What a term of this passage counts: 1 for titles, [`MatchSettings::body_weight`] for
    /// running text.
    pub weight: f32,
}

impl TextPart {
    /// The title of the source, at full weight.
    pub fn title(text: impl Into<String>) -> TextPart {
        TextPart { field: "title".to_owned(), text: text.into(), weight: 1.0 }
    }

    /// Running text of the source, at the weight the settings give it.
    pub fn body(
        field: impl Into<String>,
        text: impl Into<String>,
        settings: &MatchSettings,
    ) -> TextPart {
        TextPart { field: field.into(), text: text.into(), weight: settings.body_weight }
    }
}

/// Everything a match is asked with. The conditions mean what they mean in [`Document`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What the source is; the targets are of the other side.
    pub side: Side,
    /// Id of the source if it is a record; it is never its own match.
    pub id: Option<String>,
    /// Weighted text.
    pub parts: Vec<TextPart>,
    /// Industries, GB/T 4754 codes of any level.
    pub industry_codes: Vec<String>,
    /// Technical field.
    pub tech_field: Option<String>,
    /// International patent classes of a capability.
    pub ipc: Vec<String>,
    /// Administrative division; empty when unknown.
    pub region_code: String,
    /// Group of regions; empty when unknown.
    pub region_group: String,
    /// Readiness level now.
    pub trl: Option<u8>,
    /// Readiness level wanted (needs).
    pub target_trl: Option<u8>,
    /// Least budget of a need, 分.
    pub budget_min: Option<i64>,
    /// Greatest budget of a need, 分.
    pub budget_max: Option<i64>,
    /// The budget is open to negotiation.
    pub budget_negotiable: bool,
    /// Least budget a capability is available for, 分.
    pub min_budget: Option<i64>,
    /// Modes of cooperation.
    pub cooperation_modes: Vec<String>,
    /// Sorts of organisation wanted as a partner.
    pub partner_types: Vec<String>,
    /// Sort of the organisation that asks; empty when unknown.
    pub org_type: String,
    /// Regions the partner should be in.
    pub preferred_regions: Vec<String>,
    /// Regions the partner must not be in.
    pub excluded_regions: Vec<String>,
    /// When a need has to be solved.
    pub deadline: Option<i64>,
    /// When the record lapses.
    pub valid_until: Option<i64>,
    /// How many more projects a capability can take on.
    pub capacity_left: Option<i64>,
}

impl Profile {
    /// The profile of an indexed document. `tiers` says how many of its text tiers may speak for
    /// it: what a viewer finds must not depend on text that viewer may not read.
    pub fn of_document(document: &Document, tiers: usize, settings: &MatchSettings) -> Profile {
        let side = if document.kind == Kind::Need { Side::Need } else { Side::Capability };
        let body = document.texts.iter().take(tiers).filter(|text| !text.is_empty());
        let mut parts = vec![TextPart::title(document.title.clone())];
        parts.extend(body.map(|text| TextPart::body("body", text.clone(), settings)));
        Profile {
            side,
            id: Some(document.id.clone()),
            parts,
            industry_codes: document.industry_codes.clone(),
            tech_field: document.tech_field.clone(),
            ipc: document.ipc.clone(),
            region_code: document.region_code.clone(),
            region_group: document.region_group.clone(),
            trl: document.trl,
            target_trl: document.target_trl,
            budget_min: document.budget_min,
            budget_max: document.budget_max,
            budget_negotiable: document.budget_negotiable,
            min_budget: document.min_budget,
            cooperation_modes: document.cooperation_modes.clone(),
            partner_types: document.partner_types.clone(),
            org_type: document.org_type.clone(),
            preferred_regions: document.preferred_regions.clone(),
            excluded_regions: document.excluded_regions.clone(),
            deadline: document.deadline,
            valid_until: document.valid_until,
            capacity_left: document.capacity_left,
        }
    }
}
