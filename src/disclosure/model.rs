//! Grants that open one record further for one organisation.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::DisclosureLevel;
use crate::accounts::principal::{OrgId, UserId};
use crate::cases::model::CaseId;
use crate::db::Timestamp;
use crate::db::schema::disclosure_grants;
use crate::id_type;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;

id_type!(
    /// Id of a grant.
    GrantId
);

/// One grant as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = disclosure_grants)]
pub struct Grant {
    /// Id.
    pub id: GrantId,
    /// Kind of the record that is opened.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// Organisation that it is opened to.
    pub org_id: OrgId,
    /// `matched` or `nda`.
    pub level: DisclosureLevel,
    /// Why, or where the agreement lies.
    pub note: Option<String>,
    /// The case that it follows from, and ends with.
    pub case_id: Option<CaseId>,
    /// Who granted it.
    pub granted_by: Option<UserId>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was given.
    pub created_at: Timestamp,
}

/// Opens a record for an organisation.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenRecord {
    /// The organisation it is opened to.
    pub org_id: OrgId,
    /// `matched` (both sides have agreed) or `nda` (a confidentiality agreement is recorded).
    pub level: DisclosureLevel,
    /// Why, or where the agreement lies.
    #[serde(default)]
    pub note: Option<String>,
}

/// A grant as shown to the owner and the reviewers of the record.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct GrantView {
    /// Id.
    pub id: GrantId,
    /// Organisation that the record is opened to.
    pub org: OwnerView,
    /// `matched` or `nda`.
    pub level: DisclosureLevel,
    /// Why, or where the agreement lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Name of the person who granted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by_name: Option<String>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was taken back; it opens nothing since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}
