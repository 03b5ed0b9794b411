//! The parameters of a match, and free text to match by.

use search_index::{Filters, Side};
use serde::{Deserialize, Serialize};

use crate::capabilities::life::CapabilityStatus;
use crate::error::Result;
use crate::money::Money;
use crate::needs::life::NeedStatus;
use crate::reference::Reference;
use crate::search::names::subkind_table;
use crate::search::query::list;
use crate::validation::Checker;

/// Matches of a page, unless the caller says otherwise.
pub const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;
pub(super) const MAX_OFFSET: usize = 100;
/// Longest free text, in characters.
const MAX_TEXT: usize = 20_000;
/// Longest title of free text, in characters.
const MAX_TITLE: usize = 200;
/// Most entries of a list of codes.
const MAX_CODES: usize = 50;

/// Which matches to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct MatchQuery {
    /// Only these sorts of counterpart, separated by commas: codes of `asset_kind` for matches of
    /// a need, of `need_kind` for those of a capability.
    pub kinds: Option<String>,
    /// Only counterparts of these regions, at any level of the code, separated by commas.
    pub region: Option<String>,
    /// Matches on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// Matches to pass over, at most 100.
    pub offset: Option<usize>,
    /// Whether records that say the same are one match, told by the best of them: `true` by default.
    /// Records of the caller's own organisations always stand by themselves.
    pub grouped: Option<bool>,
    /// Number of a change that the index must have seen.
    pub min_change: Option<u64>,
    /// Only these counterparts; all when empty. For the service itself.
    #[serde(skip)]
    #[param(ignore)]
    pub among: Vec<String>,
}

/// Free text to find counterparts of. Nothing of it is stored.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MatchText {
    /// What the text is: a need (the default) or a capability.
    pub side: MatchSide,
    /// Title, at most 200 characters; its words weigh most.
    pub title: Option<String>,
    /// Text, at most 20,000 characters.
    pub text: Option<String>,
    /// Industries (GB/T 4754-2017), at any level.
    pub industry_codes: Vec<String>,
    /// Code of `tech_field`.
    pub tech_field: Option<String>,
    /// Region of the side that asks.
    pub region_code: Option<String>,
    /// Code of `org_type` of the side that asks.
    pub org_type: Option<String>,
    /// Technology readiness level of the capability, 1 to 9.
    pub trl: Option<u8>,
    /// Technology readiness level the need aims at, 1 to 9.
    pub target_trl: Option<u8>,
    /// Lower end of the need's budget in 万元.
    pub budget_min: Option<Money>,
    /// Upper end of the need's budget in 万元.
    pub budget_max: Option<Money>,
    /// Whether the need's budget is open to negotiation.
    pub budget_negotiable: bool,
    /// Least budget the capability is available for, in 万元.
    pub min_budget: Option<Money>,
    /// Codes of `cooperation_mode`.
    pub cooperation_modes: Vec<String>,
    /// Codes of `org_type` wished for in a partner.
    pub partner_types: Vec<String>,
    /// Regions the partner should be in.
    pub preferred_regions: Vec<String>,
    /// Regions the partner must not be in.
    pub excluded_regions: Vec<String>,
    /// Only these sorts of counterpart: codes of `asset_kind` or `need_kind`.
    pub kinds: Vec<String>,
    /// Only counterparts of these regions.
    pub regions: Vec<String>,
    /// Matches on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// Matches to pass over, at most 100.
    pub offset: Option<usize>,
    /// Whether records that say the same are one match, told by the best of them: `true` by default.
    /// Records of the caller's own organisations always stand by themselves.
    pub grouped: Option<bool>,
    /// Number of a change that the index must have seen.
    pub min_change: Option<u64>,
}

/// Which side a free text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchSide {
    /// It seeks.
    #[default]
    Need,
    /// It offers.
    Capability,
}

impl From<MatchSide> for Side {
    fn from(side: MatchSide) -> Self {
        match side {
            MatchSide::Need => Self::Need,
            MatchSide::Capability => Self::Capability,
        }
    }
}

/// Which counterparts are wanted, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Restrictions on the counterparts.
    pub filters: Filters,
    /// Matches on the page.
    pub limit: usize,
    /// Matches to pass over.
    pub offset: usize,
    /// Whether records that say the same are one match.
    pub grouped: bool,
}

impl MatchQuery {
    /// Checks the parameters for a source of this side.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) with every parameter that cannot be.
    pub fn wanted(&self, side: Side, reference: &Reference) -> Result<Wanted> {
        let mut checker = Checker::default();
        let (kinds, regions) = (list(&self.kinds), list(&self.region));
        let names = ("/kinds", "/region");
        let filters = filters(&mut checker, reference, side, (kinds, regions), names);
        let filters = Filters { ids: self.among.clone(), ..filters };
        let (limit, offset) = page(&mut checker, self.limit, self.offset);
        checker.finish()?;
        Ok(Wanted { filters, limit, offset, grouped: self.grouped.unwrap_or(true) })
    }
}

impl MatchText {
    /// Checks everything, the text and its conditions included.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) with every field that cannot be.
    pub fn wanted(&self, reference: &Reference) -> Result<Wanted> {
        let mut checker = Checker::default();
        self.check(&mut checker, reference);
        let lists = (self.kinds.clone(), self.regions.clone());
        let names = ("/kinds", "/regions");
        let filters = filters(&mut checker, reference, self.side.into(), lists, names);
        let (limit, offset) = page(&mut checker, self.limit, self.offset);
        checker.finish()?;
        Ok(Wanted { filters, limit, offset, grouped: self.grouped.unwrap_or(true) })
    }

    fn check(&self, checker: &mut Checker, reference: &Reference) {
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
        checker.ensure(!blank(&self.title) || !blank(&self.text), "/text", "field.required");
        checker.length("/title", self.title.as_deref(), 0, MAX_TITLE);
        checker.length("/text", self.text.as_deref(), 0, MAX_TEXT);
        checker.range("/trl", self.trl, 1, 9);
        checker.range("/target_trl", self.target_trl, 1, 9);
        let ordered = self.budget_min.zip(self.budget_max).is_none_or(|(min, max)| min <= max);
        checker.ensure(ordered, "/budget_max", "field.budget_order");
        checker.code(reference, "/tech_field", "tech_field", self.tech_field.as_deref());
        checker.code(reference, "/org_type", "org_type", self.org_type.as_deref());
        checker.region(reference, "/region_code", self.region_code.as_deref());
        let lists = [
            ("/industry_codes", &self.industry_codes),
            ("/cooperation_modes", &self.cooperation_modes),
            ("/partner_types", &self.partner_types),
            ("/preferred_regions", &self.preferred_regions),
            ("/excluded_regions", &self.excluded_regions),
            ("/kinds", &self.kinds),
            ("/regions", &self.regions),
        ];
        for (pointer, list) in lists {
            checker.count(pointer, list, 0, MAX_CODES);
        }
        let (modes, partners) = (&self.cooperation_modes, &self.partner_types);
        checker.codes(reference, "/cooperation_modes", "cooperation_mode", modes);
        checker.codes(reference, "/partner_types", "org_type", partners);
        for (at, code) in self.industry_codes.iter().enumerate() {
            checker.industry(reference, &format!("/industry_codes/{at}"), Some(code));
        }
        regions(checker, reference, "/preferred_regions", &self.preferred_regions);
        regions(checker, reference, "/excluded_regions", &self.excluded_regions);
    }
}

fn regions(checker: &mut Checker, reference: &Reference, pointer: &str, codes: &[String]) {
    for (at, code) in codes.iter().enumerate() {
        checker.region(reference, &format!("{pointer}/{at}"), Some(code));
    }
}

/// Restrictions on the counterparts: only those that look for a partner.
fn filters(
    checker: &mut Checker,
    reference: &Reference,
    side: Side,
    (kinds, areas): (Vec<String>, Vec<String>),
    (kinds_at, areas_at): (&str, &str),
) -> Filters {
    let target = side.opposite();
    checker.codes(reference, kinds_at, subkind_table(target.kind()), &kinds);
    regions(checker, reference, areas_at, &areas);
    Filters {
        subkinds: kinds,
        regions: areas,
        statuses: seeking(target).iter().map(ToString::to_string).collect(),
        ..Filters::default()
    }
}

/// States in which a record of this side looks for a partner.
pub fn seeking(side: Side) -> Vec<&'static str> {
    match side {
        Side::Need => {
            let all = NeedStatus::ALL.iter().filter(|status| status.seeks_match());
            all.map(|status| status.as_str()).collect()
        }
        Side::Capability => vec![CapabilityStatus::Published.as_str()],
    }
}

fn page(checker: &mut Checker, limit: Option<usize>, offset: Option<usize>) -> (usize, usize) {
    let (limit, offset) = (limit.unwrap_or(DEFAULT_LIMIT), offset.unwrap_or(0));
    checker.range("/limit", Some(limit), 1, MAX_LIMIT);
    checker.range("/offset", Some(offset), 0, MAX_OFFSET);
    (limit, offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    fn pointers(result: Result<Wanted>) -> Vec<String> {
        match result {
            Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.pointer).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_field_of_free_text_is_named() {
        let wrong = MatchText {
            text: Some("  ".to_owned()),
            trl: Some(10),
            budget_min: Some(Money(2)),
            budget_max: Some(Money(1)),
            industry_codes: vec!["Z99".to_owned()],
            preferred_regions: vec!["4499".to_owned()],
            kinds: vec!["tech_problem".to_owned()],
            offset: Some(101),
            ..MatchText::default()
        };
        let found = pointers(wrong.wanted(&reference()));
        let expected = [
            "/text",
            "/trl",
            "/budget_max",
            "/industry_codes/0",
            "/preferred_regions/0",
            "/kinds/0",
            "/offset",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn sorts_of_counterpart_are_those_of_the_other_side() {
        let query = MatchQuery { kinds: Some("patent,expert".to_owned()), ..Default::default() };
        assert_eq!(query.wanted(Side::Need, &reference()).unwrap().filters.subkinds.len(), 2);
        let found = pointers(query.wanted(Side::Capability, &reference()));
        assert_eq!(found, ["/kinds/0", "/kinds/1"]);
    }

    #[test]
    fn text_over_the_limit_is_refused() {
        let long = MatchText { text: Some("釉".repeat(MAX_TEXT + 1)), ..MatchText::default() };
        assert_eq!(pointers(long.wanted(&reference())), ["/text"]);
        let fits = MatchText { text: Some("釉".repeat(MAX_TEXT)), ..MatchText::default() };
        assert!(fits.wanted(&reference()).is_ok());
    }
}
