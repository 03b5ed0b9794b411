//! Which rows of a table a caller may know of: the same rule as
//! [`clearance`](crate::disclosure::clearance), as far as a query can say it.

use crate::accounts::principal::{Caller, OrgId};
use crate::disclosure::{Clearance, general_clearance};

/// The caller's reach, for queries.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Sees everything (administrators, the service itself).
    pub everything: bool,
    /// Own organisations: their records in any state.
    pub orgs: Vec<OrgId>,
    /// Reviewed regions as `LIKE` patterns: their records in any state.
    pub regions: Vec<String>,
    /// Clearance on open records of others.
    pub clearance: Clearance,
}

impl Reach {
    /// The reach of a caller.
    pub fn of(caller: &Caller) -> Self {
        let clearance = general_clearance(caller);
        match &caller.principal {
            None => Self { everything: false, orgs: vec![], regions: vec![], clearance },
            Some(principal) => Self {
                everything: principal.is_admin(),
                orgs: principal.org_ids(),
                // Region codes are digits only, so nothing needs escaping in the pattern.
                regions: principal.regions().iter().map(|code| format!("{code}%")).collect(),
                clearance,
            },
        }
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
            regions: self.regions.iter().map(|p| p.trim_end_matches('%').to_owned()).collect(),
        }
    }
}
