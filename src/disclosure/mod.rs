//! Who sees which field of a record. [`required`] is the one place that decides; every way out
//! (API, search index, highlights, explanations, versions, export) asks it through [`redact`] or
//! [`tier`].
//!
//! A record that is open to everybody shows its *card* (title, public summary, classification) to
//! all. Its *details* open at the record's confidentiality level, *sealed* fields (restricted
//! detail, contact) never below "matched", and *internal* ones only to its owner, its reviewers
//! and the platform's administrators. A field that is not listed is internal.

mod fields;
pub mod model;
pub mod ops;
pub mod persons;
mod store;

use serde_json::{Map, Value};

use crate::accounts::principal::{Caller, OrgId};
use crate::code_enum;
use crate::records::model::RecordKind;

code_enum!(
    /// Confidentiality of a record (保密级别).
    DisclosureLevel {
        /// 公开
        Public = "public",
        /// 实名会员
        Members = "members",
        /// 仅专员
        Broker = "broker",
        /// 双向同意后
        Matched = "matched",
        /// 签保密后
        Nda = "nda",
    }
);

/// What a caller has been cleared for, on one record. Each step includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clearance {
    /// Anybody.
    Public,
    /// Real-name member of a verified organisation.
    Member,
    /// Liaison or officer, also of another region.
    Broker,
    /// The caller's organisation and the owner have both agreed.
    Matched,
    /// A confidentiality agreement is recorded.
    Nda,
    /// Owner, reviewer of the region, platform administrator.
    Full,
}

impl From<DisclosureLevel> for Clearance {
    fn from(level: DisclosureLevel) -> Self {
        match level {
            DisclosureLevel::Public => Self::Public,
            DisclosureLevel::Members => Self::Member,
            DisclosureLevel::Broker => Self::Broker,
            DisclosureLevel::Matched => Self::Matched,
            DisclosureLevel::Nda => Self::Nda,
        }
    }
}

/// How a field is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldClass {
    /// Seen by everybody who may see the record at all.
    Card,
    /// Seen from the record's confidentiality level on.
    Detail,
    /// Seen from the record's level on, but never below "matched".
    Sealed,
    /// Seen by owner, reviewers and administrators only.
    Internal,
}

/// What decides about a caller's clearance on one record.
#[derive(Debug, Clone)]
pub struct RecordScope {
    /// The owning organisation.
    pub org_id: Option<OrgId>,
    /// Region that reviews the record.
    pub region_code: String,
    /// `None`: not open, only owner, reviewers and administrators know of it. Otherwise the
    /// clearance needed to see that it exists.
    pub open_from: Option<Clearance>,
    /// Whether reviewers of the region see it even when it is not open. False once a person has
    /// withdrawn consent.
    pub open_to_reviewers: bool,
    /// Highest level granted to one of the caller's organisations for this record.
    pub granted: Option<DisclosureLevel>,
}

/// The caller's clearance on a record; `None` when the record must not be known to the caller.
pub fn clearance(caller: &Caller, scope: &RecordScope) -> Option<Clearance> {
    let Some(principal) = &caller.principal else {
        return (scope.open_from? <= Clearance::Public).then_some(Clearance::Public);
    };
    if principal.is_admin() || scope.org_id.is_some_and(|org| principal.works_for(org)) {
        return Some(Clearance::Full);
    }
    if scope.open_to_reviewers && principal.reviews(&scope.region_code) {
        return Some(Clearance::Full);
    }
    let granted = scope.granted.map_or(Clearance::Public, Clearance::from);
    let clearance = general_clearance(caller).max(granted);
    (scope.open_from? <= clearance).then_some(clearance)
}

/// Clearance that a caller has on any open record, without regard to one record's owner or region.
pub fn general_clearance(caller: &Caller) -> Clearance {
    match &caller.principal {
        Some(p) if p.is_broker() => Clearance::Broker,
        Some(p) if p.is_member() => Clearance::Member,
        _ => Clearance::Public,
    }
}

/// The clearance needed to see a field of a record with this confidentiality. The one function
/// that decides.
pub fn required(kind: RecordKind, field: &str, level: DisclosureLevel) -> Clearance {
    match fields::class(kind, field) {
        FieldClass::Card => Clearance::Public,
        FieldClass::Detail => level.into(),
        FieldClass::Sealed => Clearance::from(level).max(Clearance::Matched),
        FieldClass::Internal => Clearance::Full,
    }
}

/// Removes what the caller may not see and returns the names of the fields that held something.
pub fn redact(
    kind: RecordKind,
    level: DisclosureLevel,
    clearance: Clearance,
    doc: &mut Map<String, Value>,
) -> Vec<String> {
    let mut withheld = Vec::new();
    doc.retain(|field, value| {
        if required(kind, field, level) <= clearance {
            redact_parts(kind, field, clearance, value);
            return true;
        }
        if !is_empty(value) {
            withheld.push(field.clone());
        }
        false
    });
    withheld
}

/// Removes the parts of a field that are better protected than the field.
fn redact_parts(kind: RecordKind, field: &str, clearance: Clearance, value: &mut Value) {
    if clearance == Clearance::Full {
        return;
    }
    if let Value::Object(parts) = value {
        parts.retain(|part, _| !fields::is_internal_part(kind, field, part));
    }
}

/// Number of the text tier in the search index that a field belongs to: 0 everybody, 1 members,
/// 2 brokers, 3 owner and reviewers. Text that opens by a grant to single organisations is kept in
/// tier 3: it is shown to them, but not searchable by them.
pub fn tier(kind: RecordKind, field: &str, level: DisclosureLevel) -> usize {
    match required(kind, field, level) {
        Clearance::Public => 0,
        Clearance::Member => 1,
        Clearance::Broker => 2,
        Clearance::Matched | Clearance::Nda | Clearance::Full => 3,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
