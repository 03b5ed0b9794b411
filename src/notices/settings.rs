//! What a person wants by mail.

use serde_json::json;

use super::model::{NoticeSettings, StoredSettings};
use super::store;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::audit;
use crate::db::Db;
use crate::db::types::Json;
use crate::error::Result;
use crate::records::model::RecordKind;

/// What somebody has chosen, or the usual.
pub(super) fn of(db: &mut Db, user: UserId) -> Result<NoticeSettings> {
    let chosen = store::settings(db, &[user])?.pop();
    Ok(chosen.map(|(_, settings)| settings).unwrap_or_default())
}

/// What the caller has chosen.
///
/// # Errors
/// Database faults.
pub fn show(app: &App, caller: &Caller) -> Result<NoticeSettings> {
    let user = caller.signed_in()?.user_id;
    app.db.read(|db| of(db, user))
}

/// Chooses.
///
/// # Errors
/// Database faults.
pub fn choose(app: &App, caller: &Caller, settings: NoticeSettings) -> Result<NoticeSettings> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    app.db.write(|db| {
        let before = of(db, user)?;
        if before == settings {
            return Ok(settings);
        }
        store::keep_settings(
            db,
            &StoredSettings { user_id: user, doc: Json(settings), updated_at: now },
        )?;
        let entry = audit::ops::Entry {
            action: "user.notices",
            kind: RecordKind::User,
            id: &user.to_string(),
            changes: json!({ "notices": { "before": before, "after": settings } }),
        };
        audit::ops::note(db, caller, now, entry)?;
        Ok(settings)
    })
}
