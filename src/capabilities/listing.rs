//! Lists of capabilities.

use serde::Deserialize;

use super::model::Capability;
use crate::accounts::principal::OrgId;
pub use crate::records::reviewed::list;
use crate::records::reviewed::{Asked, Listing};

/// Which capabilities to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListCapabilities {
    /// Only of this organisation; capabilities whose owner is not shown to the caller are left out.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind.
    pub asset_kind: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Listing for ListCapabilities {
    type Record = Capability;

    fn asked(&self) -> Asked<'_> {
        Asked {
            org_id: self.org_id,
            status: self.status.as_deref(),
            region: self.region.as_deref(),
            kind: self.asset_kind.as_deref(),
            limit: self.limit,
            after: self.after.as_deref(),
        }
    }
}
