//! Everything about a person as one document.

use serde_json::{Value, json};

pub use super::store::traces::TRACES;
use super::store::{self, mentions, traces};
use crate::accounts::limits::Attempt;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::roles;
use crate::accounts::users::model::User;
use crate::accounts::users::ops::{note, require_admin, view};
use crate::accounts::users::store as users;
use crate::app::App;
use crate::audit;
use crate::audit::model::AuditEntry;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};
use crate::events;
use crate::records::model::RecordKind;
use crate::subscriptions;

/// Everything about the caller.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Error::RateLimited`].
pub fn own(app: &App, caller: &Caller) -> Result<Value> {
    let id = caller.signed_in()?.user_id;
    app.limits.take(Attempt::ExportData, &id.to_string(), caller.address)?.keep();
    collect(app, caller, id)
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
        for (name, part) in parts(db, &user)?.into_iter().chain(more_parts(db, &user)?) {
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
    let said = events::ops::answers_by(db, user.id)?.into_iter();
    let said = said.map(|(id, answer, at)| json!({ "event_id": id, "answer": answer, "at": at }));
    let files = store::files_by(db, user.id)?.into_iter().map(|(kind, record, name, at)| {
        json!({ "record_kind": kind, "record_id": record, "name": name, "at": at })
    });
    let notices = store::notices_to(db, user.id)?.into_iter();
    let notices = notices.map(|(kind, data, at)| json!({ "kind": kind, "data": data.0, "at": at }));
    let mut subscriptions = Vec::new();
    for one in subscriptions::ops::of_person(db, user.id)? {
        subscriptions.push(serde_json::to_value(one)?);
    }
    let off = !subscriptions::recommendations::opted_out(db, &[user.id])?.is_empty();
    let logged = audit::ops::of_actor(db, user.id)?.into_iter().map(entry);
    Ok(vec![
        ("sessions", sessions.collect()),
        ("consents", consents.collect()),
        ("named_in", named.collect()),
        ("case_entries", entries.collect()),
        ("visits", visits.collect()),
        ("event_answers", said.collect()),
        ("files", files.collect()),
        ("notices", notices.collect()),
        ("subscriptions", subscriptions.into()),
        ("recommendations", json!({ "personalised": !off })),
        ("log", logged.collect()),
    ])
}

fn entry(one: AuditEntry) -> Value {
    json!({
        "seq": one.seq, "action": one.action, "record_kind": one.record_kind,
        "record_id": one.record_id, "address": one.address, "at": one.created_at
    })
}

/// What is kept beside: mails, links, requests, what others did about the account, and where else it
/// is named.
fn more_parts(db: &mut Db, user: &User) -> Result<Vec<(&'static str, Value)>> {
    let mails = traces::mails_to(db, &user.login_mail)?.into_iter();
    let mails = mails.map(|(subject, body, state, at)| {
        json!({ "subject": subject, "body": without_secrets(&body), "state": state, "at": at })
    });
    let links = traces::links_of(db, user.id)?.into_iter().map(|(purpose, until, used, at)| {
        json!({ "purpose": purpose, "expires_at": until, "used_at": used, "at": at })
    });
    let requests = traces::requests_of(db, user.id)?.into_iter();
    let requests = requests.map(
        |(operation, record, at)| json!({ "operation": operation, "record_id": record, "at": at }),
    );
    // Without the address: it is that of whoever did it.
    let about = audit::ops::of_record(db, RecordKind::User, &user.id.to_string())?.into_iter();
    let about =
        about.map(|one| json!({ "seq": one.seq, "action": one.action, "at": one.created_at }));
    let settings = traces::settings_of(db, user.id)?;
    let comments = traces::comments_by(db, user.id)?.into_iter().map(|(kind, id, text, at)| {
        json!({ "record_kind": kind, "record_id": id, "comment": text, "at": at })
    });
    let named = traces::of(db, user.id)?.into_iter();
    let named = named.map(|(table, column, ids)| json!({ "in": table, "as": column, "ids": ids }));
    Ok(vec![
        ("mails", mails.collect()),
        ("links", links.collect()),
        ("requests", requests.collect()),
        ("log_about", about.collect()),
        ("notice_settings", settings.unwrap_or(Value::Null)),
        ("comments", comments.collect()),
        ("visited", visited(db, user)?),
        ("traces", named.collect()),
    ])
}

/// Visits to the person's organisations that name the person among those met. They are named by hand,
/// so a name is all there is to go by.
fn visited(db: &mut Db, user: &User) -> Result<Value> {
    let roles = roles::store::of_users(db, &[user.id])?;
    let orgs: Vec<OrgId> = roles.into_iter().filter_map(|role| role.org_id).collect();
    let rows = traces::visits_to(db, &orgs)?.into_iter();
    let met = rows.filter_map(|(id, code, fields)| {
        let named = fields.0.people.into_iter().find(|one| names(one, &user.name))?;
        Some(json!({ "id": id, "code": code, "named": named, "on": fields.0.visited_on }))
    });
    Ok(met.collect())
}

/// Whether a person who was met is called by this name: by the whole of it, beside a title at most, so
/// that nobody reads of others by taking a name that is part of theirs.
fn names(met: &str, name: &str) -> bool {
    let whole = name.chars().count() >= 2;
    whole
        && (met.trim() == name
            || met.split(|sign: char| !sign.is_alphanumeric()).any(|part| part == name))
}

/// A mail without the secrets of its links: whoever reads the export need not be the one who may use
/// them.
fn without_secrets(body: &str) -> String {
    let mut parts = body.split("token=");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let secret = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
        text.push_str("token=***");
        text.push_str(part.trim_start_matches(secret));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn links_of_mails_lose_their_secrets() {
        let body = "请打开 https://a.example/reset?token=Ab-1_z\n或 ?token=x。再见";
        let shown = without_secrets(body);
        assert_eq!(shown, "请打开 https://a.example/reset?token=***\n或 ?token=***。再见");
        assert_eq!(without_secrets("没有链接"), "没有链接");
    }
}
