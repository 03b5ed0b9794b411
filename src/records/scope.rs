//! Which rows of a table a caller may know of: the same rule as
//! [`clearance`](crate::disclosure::clearance), as far as a query can say it.

use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::disclosure::{Clearance, DisclosureLevel, general_clearance};
use crate::error::{Error, Result};

/// What the caller is to one record.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Works for the owning organisation.
    pub owner: bool,
    /// Liaison of the town or officer above, or platform administrator.
    pub reviewer: bool,
}

impl Standing {
    /// The caller's standing towards a record of an organisation in a region.
    pub fn of(caller: &Caller, org_id: OrgId, region_code: &str) -> Self {
        let Some(principal) = &caller.principal else {
            return Self { owner: false, reviewer: false };
        };
        Self {
            owner: principal.works_for(org_id),
            reviewer: principal.is_admin() || principal.reviews(region_code),
        }
    }

    /// Refuses callers who may see the record but not work on it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for everybody but the owner and the reviewers.
    pub fn require_part(self) -> Result<Self> {
        if self.owner || self.reviewer {
            Ok(self)
        } else {
            Err(Error::forbidden("error.not_your_record"))
        }
    }
}

/// Reviewed regions by the length of their code.
#[derive(Debug, Clone, Default)]
pub struct RegionReach {
    /// Codes of towns (9 digits) and other whole codes.
    pub towns: Vec<String>,
    /// Codes of counties (6 digits).
    pub counties: Vec<String>,
    /// Codes of cities (4 digits).
    pub cities: Vec<String>,
    /// Codes of provinces (2 digits).
    pub provinces: Vec<String>,
}

impl RegionReach {
    fn of(codes: Vec<String>) -> Self {
        let mut reach = Self::default();
        for code in codes {
            match code.len() {
                2 => reach.provinces.push(code),
                4 => reach.cities.push(code),
                6 => reach.counties.push(code),
                _ => reach.towns.push(code),
            }
        }
        reach
    }

    /// All codes.
    pub fn codes(&self) -> impl Iterator<Item = &String> {
        self.towns.iter().chain(&self.counties).chain(&self.cities).chain(&self.provinces)
    }
}

/// The caller's reach, for queries.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Sees everything (administrators, the service itself).
    pub everything: bool,
    /// Own organisations: their records in any state.
    pub orgs: Vec<OrgId>,
    /// Reviewed regions by the length of their code, so that a query compares codes and prefixes
    /// with lists instead of trying one pattern after the other: their records in any state.
    pub regions: RegionReach,
    /// Clearance on open records of others.
    pub clearance: Clearance,
}

impl Reach {
    /// The reach of a caller.
    pub fn of(caller: &Caller) -> Self {
        let clearance = general_clearance(caller);
        match &caller.principal {
            None => {
                Self { everything: false, orgs: vec![], regions: RegionReach::default(), clearance }
            }
            Some(principal) => Self {
                everything: principal.is_admin(),
                orgs: principal.org_ids(),
                regions: RegionReach::of(principal.regions()),
                clearance,
            },
        }
    }

    /// Levels of confidentiality at which this clearance opens the details of an open record.
    pub fn levels(&self) -> Vec<DisclosureLevel> {
        let opens = |level: &DisclosureLevel| Clearance::from(*level) <= self.clearance;
        DisclosureLevel::ALL.iter().copied().filter(opens).collect()
    }

    /// The same reach for the search index.
    pub fn viewer(&self) -> search_index::Viewer {
        search_index::Viewer {
            everything: self.everything,
            clearance: match self.clearance {
                Clearance::Public => 0,
                Clearance::Member => 1,
                _ => 2,
            },
            org_ids: self.orgs.iter().map(ToString::to_string).collect(),
            regions: self.regions.codes().cloned().collect(),
        }
    }
}

/// Whose brokering something came out of, for queries on what names a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokeredBy {
    /// Whoever brokers it, and nobody.
    Anybody,
    /// This person; as well what nobody brokers.
    Person(UserId, bool),
}

/// Keeps the rows that came out of the cases of somebody:
/// `brokered_by!(query, projects::case_id, whose)`. What came out of no case is nobody's.
#[macro_export]
macro_rules! brokered_by {
    ($query:expr, $column:expr, $whose:expr) => {{
        use $crate::db::schema::cases;
        match $whose {
            $crate::records::scope::BrokeredBy::Anybody => $query,
            $crate::records::scope::BrokeredBy::Person(person, false) => {
                let own = cases::table
                    .filter(cases::liaison_id.assume_not_null().eq(person))
                    .select(cases::id.nullable());
                $query.filter($column.eq_any(own))
            }
            $crate::records::scope::BrokeredBy::Person(person, true) => {
                let others = cases::table
                    .filter(cases::liaison_id.assume_not_null().ne(person))
                    .select(cases::id.nullable());
                $query.filter($column.is_null().or($column.ne_all(others)))
            }
        }
    }};
}

/// The condition that a row is in one of the reviewed regions: `in_regions!(needs::region_code,
/// reach)`.
#[macro_export]
macro_rules! in_regions {
    ($column:expr, $reach:expr) => {
        $column
            .eq_any(&$reach.regions.towns)
            .or($crate::db::functions::substr($column, 1, 6).eq_any(&$reach.regions.counties))
            .or($crate::db::functions::substr($column, 1, 4).eq_any(&$reach.regions.cities))
            .or($crate::db::functions::substr($column, 1, 2).eq_any(&$reach.regions.provinces))
    };
}

/// The condition that the organisation owning a row is not suspended:
/// `owner_active!(needs::org_id)`. While it is, its open rows are for its own people and its
/// reviewers only.
#[macro_export]
macro_rules! owner_active {
    ($column:expr) => {{
        use $crate::db::schema::organizations;
        $column.ne_all(
            organizations::table
                .filter(
                    organizations::status.eq($crate::organizations::model::OrgStatus::Suspended),
                )
                .select(organizations::id),
        )
    }};
}

/// Keeps the rows whose owner the caller may know:
/// `with_known_owner!(needs, query, reach, known)`.
#[macro_export]
macro_rules! with_known_owner {
    ($table:ident, $query:expr, $reach:expr, $known:expr) => {{
        let (mut query, known) = ($query, $known);
        if !$reach.everything {
            let up_to_matched = $table::id
                .eq_any(&known.matched)
                .and($table::confidentiality.ne($crate::disclosure::DisclosureLevel::Nda));
            query = query.filter(
                $table::confidentiality
                    .eq_any(&known.levels)
                    .or($table::id.eq_any(&known.nda))
                    .or(up_to_matched)
                    .or($table::org_id.eq_any(&$reach.orgs))
                    .or($crate::in_regions!($table::region_code, $reach)),
            );
        }
        query
    }};
}
