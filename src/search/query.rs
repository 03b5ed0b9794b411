//! The parameters of a search, and the request to the index that they make.

use chrono::{NaiveDate, NaiveTime};
use search_index::{FacetField, Filters, Kind, SearchRequest, Sort};
use serde::Deserialize;

use super::names;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::error::{Error, Message, Result};
use crate::http::pagination::checked_limit;
use crate::money::Money;
use crate::needs::life::NeedStatus;
use crate::organizations::model::OrgStatus;
use crate::records::life::ReviewedLife;
use crate::records::scope::Reach;
use crate::towns::model::TownStatus;
use crate::validation::Checker;

/// Longest text that can be searched for, in characters.
const MAX_TEXT: usize = 5_000;

/// Order of what is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Best text first; without text, newest first.
    #[default]
    Relevance,
    /// Last published first.
    Newest,
    /// Earliest deadline first, records without one last.
    Deadline,
    /// Greatest budget first, records that show none to everybody last.
    Budget,
}

/// Parameters of a search. Lists are separated by commas; entries of a list are alternatives,
/// parameters add up.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// What to search for: a word, a sentence, a pasted paragraph. Empty lists everything.
    pub q: Option<String>,
    /// Kinds of record: `need`, `capability`, `organization`, `town`.
    pub kind: Option<String>,
    /// Finer sorts: codes of `need_kind`, `asset_kind`, `org_type` or `town_level`.
    pub subkind: Option<String>,
    /// Sorts of the organisation that owns the record: codes of `org_type`.
    pub org_type: Option<String>,
    /// Codes of towns, 9 digits.
    pub town: Option<String>,
    /// Codes of cities, 4 digits.
    pub city: Option<String>,
    /// Codes of regions at any level.
    pub region: Option<String>,
    /// Groups of regions: `prd`, `east`, `west`, `north`.
    pub region_group: Option<String>,
    /// Industry codes at any level (GB/T 4754-2017): `C`, `C38`, `C385`, `C3854`.
    pub industry: Option<String>,
    /// Codes of `tech_field`.
    pub tech_field: Option<String>,
    /// Lowest technology readiness level, 1 to 9.
    pub trl_min: Option<u8>,
    /// Highest technology readiness level, 1 to 9.
    pub trl_max: Option<u8>,
    /// Codes of `cooperation_mode`.
    pub cooperation_mode: Option<String>,
    /// Lower end of the budget in 万元. Budgets that not everybody may see are never compared.
    #[param(value_type = Option<f64>)]
    pub budget_min: Option<String>,
    /// Upper end of the budget in 万元.
    #[param(value_type = Option<f64>)]
    pub budget_max: Option<String>,
    /// States of the record; by default those that are open to everybody. Other states find
    /// records of the caller's own organisations and regions only.
    pub status: Option<String>,
    /// First day of publication.
    pub date_from: Option<NaiveDate>,
    /// Last day of publication.
    pub date_to: Option<NaiveDate>,
    /// Order of what is found; `relevance` by default.
    #[param(inline)]
    pub sort: Option<Order>,
    /// Whether records that say the same take one place, told by the best of them: `true` by default.
    /// Records of the caller's own organisations always stand by themselves.
    pub grouped: Option<bool>,
    /// Fields to count by, or `all`: `kind`, `subkind`, `region_city`, `region_group`, `industry`,
    /// `tech_field`, `cooperation_mode`, `status`, `org_type`.
    pub facets: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Number of a change (header `Townbridge-Change` of a write) that the search must have seen.
    pub min_change: Option<u64>,
}

impl SearchQuery {
    /// The request to the index.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every parameter that cannot be.
    pub fn request(&self, app: &App, caller: &Caller) -> Result<SearchRequest> {
        let mut checker = Checker::default();
        let text = self.q.clone().unwrap_or_default();
        checker.length("/q", Some(&text), 0, MAX_TEXT);
        let limit = checked_limit(self.limit).unwrap_or_else(|error| {
            adopt(&mut checker, error);
            0
        });
        let filters = self.filters(app, &mut checker);
        let facets = self.facets(&mut checker);
        checker.finish()?;
        Ok(SearchRequest {
            text,
            filters,
            viewer: Reach::of(caller).viewer(),
            sort: match self.sort.unwrap_or_default() {
                Order::Relevance => Sort::Relevance,
                Order::Newest => Sort::Newest,
                Order::Deadline => Sort::Deadline,
                Order::Budget => Sort::Budget,
            },
            after: self.after.clone(),
            limit,
            grouped: self.grouped.unwrap_or(true),
            facets,
        })
    }

    fn filters(&self, app: &App, checker: &mut Checker) -> Filters {
        let reference = &app.reference;
        let coded = |checker: &mut Checker, name: &str, text: &Option<String>| {
            let codes = list(text);
            checker.codes(reference, &format!("/{name}"), name, &codes);
            codes
        };
        let industries = list(&self.industry);
        for code in &industries {
            checker.industry(reference, "/industry", Some(code));
        }
        let subkinds = list(&self.subkind);
        for code in &subkinds {
            if !names::is_subkind(reference, code) {
                checker.fail("/subkind", Message::new("field.unknown_code").with("code", code));
            }
        }
        Filters {
            kinds: self.kinds(checker),
            subkinds,
            statuses: self.statuses(checker),
            regions: self.regions(app, checker),
            region_groups: coded(checker, "region_group", &self.region_group),
            industries,
            tech_fields: coded(checker, "tech_field", &self.tech_field),
            cooperation_modes: coded(checker, "cooperation_mode", &self.cooperation_mode),
            org_types: coded(checker, "org_type", &self.org_type),
            trl: self.trl(checker),
            budget: self.budget(checker),
            date: self.date(),
            ..Filters::default()
        }
    }

    fn kinds(&self, checker: &mut Checker) -> Vec<String> {
        let kinds = list(&self.kind);
        for kind in kinds.iter().filter(|kind| Kind::parse(kind).is_none()) {
            checker.fail("/kind", Message::new("field.unknown_code").with("code", kind));
        }
        kinds
    }

    fn statuses(&self, checker: &mut Checker) -> Vec<String> {
        let statuses = list(&self.status);
        for status in statuses.iter().filter(|status| !is_status(status)) {
            checker.fail("/status", Message::new("field.unknown_code").with("code", status));
        }
        if statuses.is_empty() { open_statuses() } else { statuses }
    }

    /// Towns, cities and regions are all prefixes of the same codes; a record has to lie within
    /// each parameter that is given.
    fn regions(&self, app: &App, checker: &mut Checker) -> Vec<String> {
        let mut within: Option<Vec<String>> = None;
        for (name, text) in [("town", &self.town), ("city", &self.city), ("region", &self.region)] {
            let codes = list(text);
            for code in &codes {
                checker.region(&app.reference, &format!("/{name}"), Some(code));
            }
            if !codes.is_empty() {
                within = Some(match within {
                    None => codes,
                    Some(known) => intersection(&known, &codes),
                });
            }
        }
        match within {
            None => Vec::new(),
            // Regions that have nothing in common: a code that no record has.
            Some(codes) if codes.is_empty() => vec!["none".to_owned()],
            Some(codes) => codes,
        }
    }

    fn trl(&self, checker: &mut Checker) -> Option<(u8, u8)> {
        checker.range("/trl_min", self.trl_min, 1, 9);
        checker.range("/trl_max", self.trl_max, 1, 9);
        (self.trl_min.is_some() || self.trl_max.is_some())
            .then(|| (self.trl_min.unwrap_or(1), self.trl_max.unwrap_or(9)))
    }

    fn budget(&self, checker: &mut Checker) -> Option<(Option<i64>, Option<i64>)> {
        let mut amount = |name: &str, text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            let amount = Money::parse_wan(text).ok();
            checker.ensure(amount.is_some(), name, "field.number");
            amount.map(|money| money.0)
        };
        let span =
            (amount("/budget_min", &self.budget_min), amount("/budget_max", &self.budget_max));
        (span != (None, None)).then_some(span)
    }

    fn date(&self) -> Option<(Option<i64>, Option<i64>)> {
        let at = |day: NaiveDate, time| day.and_time(time).and_utc().timestamp();
        let end = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        let span = (
            self.date_from.map(|day| at(day, NaiveTime::MIN)),
            self.date_to.map(|day| at(day, end)),
        );
        (span != (None, None)).then_some(span)
    }

    fn facets(&self, checker: &mut Checker) -> Vec<FacetField> {
        let wanted = list(&self.facets);
        if wanted.iter().any(|name| name == "all") {
            return FacetField::ALL.to_vec();
        }
        let mut fields = Vec::new();
        for name in wanted {
            match FacetField::parse(&name) {
                Some(field) if !fields.contains(&field) => fields.push(field),
                Some(_) => {}
                None => {
                    checker.fail("/facets", Message::new("field.unknown_code").with("code", name));
                }
            }
        }
        fields
    }
}

/// Parameters of a suggestion.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SuggestQuery {
    /// What has been typed so far: characters, pinyin or its initials.
    pub q: String,
    /// Phrases wanted, 1 to 20; 10 by default.
    pub limit: Option<usize>,
    /// Number of a change that the index must have seen.
    pub min_change: Option<u64>,
}

/// The entries of a list separated by commas.
pub fn list(text: &Option<String>) -> Vec<String> {
    let entries = text.as_deref().unwrap_or_default().split(',').map(str::trim);
    entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn adopt(checker: &mut Checker, error: Error) {
    if let Error::Invalid(fields) = error {
        for field in fields {
            checker.fail(field.pointer, field.message);
        }
    }
}

/// The regions that lie within both lists: of two codes that contain each other the longer one.
fn intersection(one: &[String], other: &[String]) -> Vec<String> {
    let mut codes: Vec<String> = one
        .iter()
        .flat_map(|a| other.iter().map(move |b| (a, b)))
        .filter_map(|(a, b)| {
            let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
            long.starts_with(short.as_str()).then(|| long.clone())
        })
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn is_status(code: &str) -> bool {
    code.parse::<NeedStatus>().is_ok()
        || code.parse::<CapabilityStatus>().is_ok()
        || code.parse::<OrgStatus>().is_ok()
        || code.parse::<TownStatus>().is_ok()
}

/// States that are open to everybody, over all kinds of records.
pub fn open_statuses() -> Vec<String> {
    let needs = NeedStatus::ALL.iter().filter(|status| status.is_open());
    let mut open: Vec<String> = needs.map(ToString::to_string).collect();
    open.extend([CapabilityStatus::Published.to_string(), OrgStatus::Verified.to_string()]);
    let towns = TownStatus::ALL.iter().filter(|status| **status != TownStatus::Removed);
    open.extend(towns.map(ToString::to_string));
    open.sort_unstable();
    open.dedup();
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_narrower_of_nested_regions_stays() {
        let narrow = intersection(&codes(&["442000105", "4406"]), &codes(&["4420", "440604"]));
        assert_eq!(narrow, ["440604", "442000105"]);
        assert!(intersection(&codes(&["4420"]), &codes(&["4406"])).is_empty());
    }

    #[test]
    fn drafts_are_not_among_the_open_states() {
        let open = open_statuses();
        assert!(open.contains(&"published".to_owned()) && open.contains(&"verified".to_owned()));
        for hidden in ["draft", "submitted", "returned", "expired", "pending", "suspended"] {
            assert!(!open.contains(&hidden.to_owned()), "{hidden}");
        }
    }

    #[test]
    fn lists_are_read_with_spaces_and_gaps() {
        assert_eq!(list(&Some(" need, ,town".to_owned())), ["need", "town"]);
        assert!(list(&None).is_empty());
    }
}
