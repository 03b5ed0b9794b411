//! A file of a record.

use diesel::prelude::*;
use serde::Serialize;

use crate::accounts::principal::UserId;
use crate::db::Timestamp;
use crate::db::schema::attachments;
use crate::id_type;
use crate::records::model::RecordKind;

id_type!(
    /// Id of a file of a record.
    AttachmentId
);

/// A file as stored, without its content.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    /// Id.
    pub id: AttachmentId,
    /// Kind of the record that it belongs to.
    pub record_kind: RecordKind,
    /// Id of that record.
    pub record_id: String,
    /// Id of the part of it that the file came with: of an entry in a timeline.
    pub part_id: Option<String>,
    /// Name, cleaned.
    pub name: String,
    /// Media type, by its content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content in hexadecimal digits: where it lies.
    pub sha256: String,
    /// Who sent it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Who removed it.
    pub removed_by: Option<UserId>,
    /// When; none for a file that is there.
    pub removed_at: Option<Timestamp>,
}

/// A file as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name as given by the sender.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A file as shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AttachmentView {
    /// Id.
    pub id: AttachmentId,
    /// Id of the part of the record that it came with: of an entry in the timeline of a case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_id: Option<String>,
    /// Name to save it under.
    pub name: String,
    /// Media type, by its content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content in hexadecimal digits.
    pub sha256: String,
    /// Name of the person who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by_name: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

impl AttachmentView {
    /// Whether browsers draw it as a picture.
    pub fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }
}
