//! Everything about a person as one document.

use serde_json::{Value, json};

use super::store::{self, mentions};
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::users::model::User;
use crate::accounts::users::ops::{note, require_admin, view};
use crate::accounts::users::store as users;
use crate::app::App;
use crate::audit;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};

/// Everything about the caller.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn own(app: &App, caller: &Caller) -> Result<Value> {
    collect(app, caller, caller.signed_in()?.user_id)
}

/// Everything about somebody who has asked for it: for administrators.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub fn of(app: &App, caller: &Caller, id: UserId) -> Result<Value> {
    require_admin(caller)?;
    collect(app, caller, id)
}

fn collect(app: &App, caller: &Caller, id: UserId) -> Result<Value> {
    let now = app.clock.now();
    let document = app.db.read(|db| {
        let user = users::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
        let mut document = json!({
            "generated_at": now,
            "account": view(app, db, caller.language, user.clone())?,
        });
        for (name, part) in parts(db, &user)? {
            document[name] = part;
        }
        Ok(document)
    })?;
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        note(db, caller, now, "personal_data.export", id, json!({}))
    })?;
    Ok(document)
}

fn parts(db: &mut Db, user: &User) -> Result<Vec<(&'static str, Value)>> {
    let sessions = store::sessions_of(db, user.id)?.into_iter().map(|(address, agent, from, used)| {
        json!({ "address": address, "user_agent": agent, "opened_at": from, "last_used_at": used })
    });
    let consents = store::of_person(db, user.id)?.into_iter().map(|one| {
        json!({
            "purpose": one.purpose, "record_id": one.record_id, "version": one.version, "given": one.given, "at": one.created_at
        })
    });
    let named = mentions::of(db, &user.login_mail)?.into_iter().map(|one| {
        json!({ "kind": one.kind, "id": one.id, "code": one.code, "contact": one.doc.get("contact") })
    });
    let entries = store::entries_by(db, user.id)?.into_iter().map(|(case, stage, text, at)| {
        json!({ "case_id": case, "stage": stage, "note": text, "at": at })
    });
    let visits = store::visits_by(db, user.id)?.into_iter();
    let visits = visits.map(|(id, code, at)| json!({ "id": id, "code": code, "at": at }));
    let files = store::files_by(db, user.id)?.into_iter().map(|(kind, record, name, at)| {
        json!({ "record_kind": kind, "record_id": record, "name": name, "at": at })
    });
    let notices = store::notices_to(db, user.id)?.into_iter();
    let notices = notices.map(|(kind, data, at)| json!({ "kind": kind, "data": data.0, "at": at }));
    let mails = store::mails_to(db, &user.login_mail)?.into_iter();
    let mails = mails.map(|(subject, at)| json!({ "subject": subject, "at": at }));
    let logged = audit::ops::of_actor(db, user.id)?.into_iter().map(|one| {
        json!({
            "seq": one.seq, "action": one.action, "record_kind": one.record_kind,
            "record_id": one.record_id, "address": one.address, "at": one.created_at
        })
    });
    Ok(vec![
        ("sessions", sessions.collect()),
        ("consents", consents.collect()),
        ("named_in", named.collect()),
        ("case_entries", entries.collect()),
        ("visits", visits.collect()),
        ("files", files.collect()),
        ("notices", notices.collect()),
        ("mails", mails.collect()),
        ("log", logged.collect()),
    ])
}
