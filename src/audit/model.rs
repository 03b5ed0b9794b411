//! An audit entry, its hash, and the chain.

use diesel::prelude::*;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::principal::UserId;
use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::audit_log;
use crate::records::model::RecordKind;

/// Hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log)]
pub struct AuditEntry {
    /// Number, from 1, without gaps.
    pub seq: i64,
    /// Who; none for the service itself and for visitors.
    pub actor_id: Option<UserId>,
    /// What, e.g. `need.publish`.
    pub action: String,
    /// Kind of the record.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// Network address.
    pub address: Option<String>,
    /// Id of the request.
    pub request_id: Option<String>,
    /// Changed fields with before and after, as JSON text: text, so that the hashed bytes are the
    /// stored bytes on every database.
    pub changes: String,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// SHA-256 over this entry and `prev_hash`.
    pub hash: String,
    /// When.
    pub created_at: Timestamp,
}

impl AuditEntry {
    /// The hash that this entry must carry: SHA-256, in hex, over a JSON array of all other
    /// columns in order. JSON quoting keeps neighbouring columns apart.
    pub fn expected_hash(&self) -> String {
        let parts = serde_json::json!([
            self.seq,
            self.actor_id,
            self.action,
            self.record_kind,
            self.record_id,
            self.address,
            self.request_id,
            self.changes,
            self.prev_hash,
            self.created_at.0.timestamp_micros(),
        ]);
        hex(digest(&SHA256, parts.to_string().as_bytes()).as_ref())
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fields with personal data: the log says that they changed, not what they hold, so that a
/// person's data can be erased while the chain still verifies.
const PERSONAL: [&str; 8] = [
    "broker_person",
    "contact",
    "login_mail",
    "name_of_person",
    "expert",
    "lead_expert",
    "team",
    "people",
];

/// Replaces values of personal fields in a before/after object.
pub fn mask_personal(changes: &mut Value) {
    let Value::Object(map) = changes else { return };
    for field in PERSONAL {
        let Some(Value::Object(pair)) = map.get_mut(field) else { continue };
        for side in ["before", "after"] {
            if pair.get(side).is_some_and(|value| !value.is_null()) {
                pair.insert(side.to_owned(), Value::String("***".to_owned()));
            }
        }
    }
}

/// An entry as shown to administrators.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct AuditEntryView {
    /// Number, from 1, without gaps.
    pub seq: i64,
    /// False when something was put into the row that does not belong there: then nothing but its
    /// number is shown, and verification names the row.
    pub readable: bool,
    /// Id of the person; none for the service itself and for visitors.
    pub actor_id: Option<UserId>,
    /// Name of the person.
    pub actor_name: Option<String>,
    /// What was done.
    pub action: String,
    /// Kind of the record.
    pub record_kind: Option<RecordKind>,
    /// Its id.
    pub record_id: String,
    /// Network address it came from.
    pub address: Option<String>,
    /// Id of the request.
    pub request_id: Option<String>,
    /// Changed fields with before and after.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// Hash of this entry.
    pub hash: String,
    /// When.
    pub created_at: Option<Timestamp>,
}

code_enum!(
    /// What became of a head of the chain that was written down elsewhere.
    HeadState {
        /// The entry is still there with the same hash.
        Kept = "kept",
        /// The chain ends before it.
        CutOff = "cut_off",
        /// Another entry stands in its place: the chain has been written anew.
        Rewritten = "rewritten",
    }
);

/// A head of the chain that was written down at an earlier verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedHead {
    /// Number of entries then.
    pub entries: i64,
    /// Hash of the last of them.
    pub hash: String,
}

/// Result of checking the whole chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChainReport {
    /// Entries checked and found good.
    pub entries: i64,
    /// Whether every entry fits, and the remembered head is still there.
    pub intact: bool,
    /// Number of the first entry that does not fit or is missing.
    pub first_broken: Option<i64>,
    /// Hash of the last good entry: keep it elsewhere with the number of entries, and a cut-off
    /// end shows too.
    pub head: String,
    /// What became of the remembered head, when one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remembered: Option<HeadState>,
}
