//! What one side of a pair wants and has, apart from its text.

use serde::{Deserialize, Serialize};

use super::profile::{Profile, Side};
use crate::codes;
use crate::document::{Document, Kind};

/// The conditions of a need or a capability. The index stores the stance of every document, so
/// that conditions are decided from what was indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stance {
    pub industry_codes: Vec<String>,
    pub tech_field: Option<String>,
    /// Patent classes (capabilities).
    pub ipc: Vec<String>,
    pub region_code: String,
    pub region_group: String,
    pub org_type: String,
    /// Tier from which the sort of the owner is known.
    pub owner_tier: usize,
    pub trl: Option<u8>,
    pub target_trl: Option<u8>,
    pub budget_max: Option<i64>,
    pub budget_negotiable: bool,
    pub min_budget: Option<i64>,
    pub cooperation_modes: Vec<String>,
    pub partner_types: Vec<String>,
    pub preferred_regions: Vec<String>,
    pub excluded_regions: Vec<String>,
    pub deadline: Option<i64>,
    pub valid_until: Option<i64>,
    pub capacity_left: Option<i64>,
    /// When somebody last said that the record holds, or else when it was published.
    pub verified_at: Option<i64>,
}

impl Stance {
    /// The stance of a document.
    pub fn of_document(document: &Document) -> Stance {
        let need = document.kind == Kind::Need;
        Stance {
            industry_codes: document.industry_codes.clone(),
            tech_field: document.tech_field.clone(),
            ipc: document.ipc.clone(),
            region_code: document.region_code.clone(),
            region_group: document.region_group.clone(),
            org_type: document.org_type.clone(),
            owner_tier: document.owner_tier,
            trl: document.trl,
            target_trl: document.target_trl,
            budget_max: document.budget_max.filter(|_| need),
            budget_negotiable: document.budget_negotiable,
            min_budget: document.min_budget.filter(|_| !need),
            cooperation_modes: document.cooperation_modes.clone(),
            partner_types: document.partner_types.clone(),
            preferred_regions: document.preferred_regions.clone(),
            excluded_regions: document.excluded_regions.clone(),
            deadline: document.deadline,
            valid_until: document.valid_until,
            capacity_left: document.capacity_left.filter(|_| !need),
            verified_at: document.verified_at,
        }
        .normal()
    }

    /// The stance of the source of a match.
    pub fn of_profile(profile: &Profile) -> Stance {
        let need = profile.side == Side::Need;
        Stance {
            industry_codes: profile.industry_codes.clone(),
            tech_field: profile.tech_field.clone(),
            ipc: profile.ipc.clone(),
            region_code: profile.region_code.clone(),
            region_group: profile.region_group.clone(),
            org_type: profile.org_type.clone(),
            owner_tier: 0,
            trl: profile.trl,
            target_trl: profile.target_trl,
            budget_max: profile.budget_max.filter(|_| need),
            budget_negotiable: profile.budget_negotiable,
            min_budget: profile.min_budget.filter(|_| !need),
            cooperation_modes: profile.cooperation_modes.clone(),
            partner_types: profile.partner_types.clone(),
            preferred_regions: profile.preferred_regions.clone(),
            excluded_regions: profile.excluded_regions.clone(),
            deadline: profile.deadline,
            valid_until: profile.valid_until,
            capacity_left: profile.capacity_left.filter(|_| !need),
            // How fresh the source is does not tell its counterparts apart.
            verified_at: None,
        }
        .normal()
    }

    /// What a viewer of so many tiers may know of it. What is not known is silence.
    pub fn known(mut self, tiers: usize) -> Stance {
        if self.owner_tier >= tiers {
            self.org_type.clear();
        }
        self
    }

    /// Lists without empty entries: an empty text is silence.
    fn normal(mut self) -> Stance {
        for list in [
            &mut self.industry_codes,
            &mut self.ipc,
            &mut self.cooperation_modes,
            &mut self.partner_types,
            &mut self.preferred_regions,
            &mut self.excluded_regions,
        ] {
            list.retain(|value| !value.trim().is_empty());
        }
        self
    }

    /// When this side lapses: the earlier of deadline and validity.
    pub fn due(&self) -> Option<i64> {
        self.deadline.into_iter().chain(self.valid_until).min()
    }

    /// The classes this side's industries are compared by.
    pub fn industry_classes(&self) -> Vec<String> {
        let mut classes: Vec<_> =
            self.industry_codes.iter().filter_map(|code| codes::industry_class(code)).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// What this side has said anything about, as marks in the index.
    pub fn stated(&self) -> Vec<String> {
        let marks = [
            (mark::REGION, self.region_code.is_empty()),
            (mark::MODES, self.cooperation_modes.is_empty()),
            (mark::PARTNERS, self.partner_types.is_empty()),
            (mark::PREFERRED, self.preferred_regions.is_empty()),
            (mark::INDUSTRY, self.industry_classes().is_empty()),
        ];
        let stated =
            marks.into_iter().filter(|(_, silent)| !silent).map(|(mark, _)| mark.to_owned());
        let org_type = (!self.org_type.is_empty()).then(|| mark::org_type(self.owner_tier));
        stated
            .chain(org_type)
            .chain(self.industry_classes().iter().map(|class| mark::class(class)))
            .collect()
    }
}

/// Marks of the field `stated`.
pub(crate) mod mark {
    pub const REGION: &str = "region";
    pub const MODES: &str = "cooperation_modes";
    pub const PARTNERS: &str = "partner_types";
    pub const PREFERRED: &str = "preferred_regions";
    pub const INDUSTRY: &str = "industry";

    /// The sort of the owner, known from a tier on.
    pub fn org_type(tier: usize) -> String {
        format!("org_type{tier}")
    }

    /// An industry class a side is compared by.
    pub fn class(class: &str) -> String {
        format!("class:{class}")
    }
}
