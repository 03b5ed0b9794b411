//! Facets: how many of the documents found carry each value of a field.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::codes;

/// A field whose values can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacetField {
    /// Kind of record.
    Kind,
    /// Finer sort within the kind.
    Subkind,
    /// City: the first four digits of the region code.
    RegionCity,
    /// 珠三角, 粤东, 粤西, 粤北.
    RegionGroup,
    /// Industry, counted at both levels 门类 (`C`) and 大类 (`C38`).
    Industry,
    /// Technical field.
    TechField,
    /// Mode of cooperation.
    CooperationMode,
    /// State of the record.
    Status,
    /// Sort of organisation.
    OrgType,
}

impl FacetField {
    /// Every field that can be counted.
    pub const ALL: [FacetField; 9] = [
        FacetField::Kind,
        FacetField::Subkind,
        FacetField::RegionCity,
        FacetField::RegionGroup,
        FacetField::Industry,
        FacetField::TechField,
        FacetField::CooperationMode,
        FacetField::Status,
        FacetField::OrgType,
    ];

    /// Name of the facet in requests and responses.
    pub fn as_str(self) -> &'static str {
        match self {
            FacetField::Kind => "kind",
            FacetField::Subkind => "subkind",
            FacetField::RegionCity => "region_city",
            FacetField::RegionGroup => "region_group",
            FacetField::Industry => "industry",
            FacetField::TechField => "tech_field",
            FacetField::CooperationMode => "cooperation_mode",
            FacetField::Status => "status",
            FacetField::OrgType => "org_type",
        }
    }

    /// The field that [`FacetField::as_str`] writes as `name`.
    pub fn parse(name: &str) -> Option<FacetField> {
        FacetField::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

/// One value of a facet and how many of the documents found carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value as it was indexed.
    pub value: String,
    /// Documents that carry it.
    pub count: usize,
}

/// Counts by value from those by tiered value: of the tiers that are open everywhere from `all`, of
/// those above only what is the viewer's `own`.
pub(crate) fn known(
    all: HashMap<String, usize>,
    own: HashMap<String, usize>,
    tiers: usize,
) -> HashMap<String, usize> {
    let mut known = HashMap::new();
    let mut add = |counts: HashMap<String, usize>, open: bool| {
        for (tiered, count) in counts {
            match codes::untiered(&tiered) {
                Some((tier, value)) if (tier < tiers) == open => {
                    *known.entry(value.to_owned()).or_default() += count;
                }
                _ => {}
            }
        }
    };
    add(all, true);
    add(own, false);
    known
}

/// Values of one facet that are listed.
const MAX_VALUES: usize = 100;

/// The counts of one field, most frequent value first.
pub(crate) fn ranked(counts: HashMap<String, usize>) -> Vec<FacetCount> {
    let mut ranked: Vec<_> =
        counts.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
    ranked.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    ranked.truncate(MAX_VALUES);
    ranked
}
