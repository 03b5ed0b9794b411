//! Counts of public records, and their addresses.

use crate::code_enum;
use crate::db::Timestamp;

/// Public records that are alike, counted.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct Count {
    /// Month of publication, such as `2026-03`.
    pub month: String,
    /// Their region.
    pub region_code: String,
    /// Code of `tech_field`, or empty.
    pub tech_field: String,
    /// How many.
    pub records: i64,
}

/// Organisations of a type in a region.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
pub struct OrgCount {
    /// Code of `org_type`.
    pub org_type: String,
    /// Their region.
    pub region_code: String,
    /// How many.
    pub records: i64,
}

/// All that is counted.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Needs.
    pub needs: Vec<Count>,
    /// Capabilities.
    pub capabilities: Vec<Count>,
    /// Organisations.
    pub organizations: Vec<OrgCount>,
    /// Towns.
    pub towns: i64,
    /// Events.
    pub events: i64,
}

code_enum!(
    /// A kind of pages that search engines are led to.
    PublicKind {
        /// Pages that are always there.
        Site = "site",
        /// Towns.
        Towns = "towns",
        /// Organisations.
        Organizations = "organizations",
        /// Needs.
        Needs = "needs",
        /// Capabilities.
        Capabilities = "capabilities",
        /// Events.
        Events = "events",
    }
);

/// A public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its path.
    pub path: String,
    /// When it was changed last.
    pub changed: Option<Timestamp>,
}
