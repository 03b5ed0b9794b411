//! Kept forms as stored.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::UserId;
use crate::db::schema::kept_forms;
use crate::db::{Json, Timestamp};
use crate::id_type;

id_type!(
    /// Id of a kept form.
    KeptId
);

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Names and values, in order.
    pub pairs: Vec<(String, String)>,
    /// Whether there were files, which are not kept.
    #[serde(default)]
    pub files: bool,
}

/// A kept form.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = kept_forms)]
pub struct KeptForm {
    /// Id.
    pub id: KeptId,
    /// Whose draft it is; none for a lost form.
    pub user_id: Option<UserId>,
    /// Fingerprint of the secret that the browser of a lost form holds.
    pub browser: Option<String>,
    /// Token of the page of a lost form: it tells for whom the page was made.
    pub token: Option<String>,
    /// Address that the form is sent to.
    pub place: String,
    /// Number of the version; counted up by each change of a draft.
    pub version: i32,
    /// What was typed.
    pub doc: Json<Fields>,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
}
