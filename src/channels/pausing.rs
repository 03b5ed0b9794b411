//! Pausing endpoints: those that cannot be reached any more, and those whose maker has lost the role
//! that let him make them, or the account.

use serde_json::json;

use super::model::{Audience, Endpoint};
use super::{ops, store};
use crate::accounts;
use crate::accounts::members;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::roles;
use crate::app::App;
use crate::audit;
use crate::db::Db;
use crate::error::Result;
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;

/// Tells an endpoint nothing more until its people switch it on again, and tells these so.
pub(super) fn pause(
    app: &App,
    db: &mut Db,
    by: &Caller,
    mut row: Endpoint,
    (kind, people): (NoticeKind, &[UserId]),
) -> Result<()> {
    let now = app.clock.now();
    row.active = false;
    row.version += 1;
    row.updated_at = now;
    store::update(db, &row)?;
    let id = row.id.to_string();
    let record = RecordKind::Endpoint;
    let changes = json!({ "active": false });
    let entry = audit::ops::Entry { action: "endpoint.pause", kind: record, id: &id, changes };
    audit::ops::note(db, by, now, entry)?;
    let data = NoticeData::default();
    let event = Event { kind, record: Some((record, id)), data, once: None };
    notices::ops::tell(app, db, &event, people).map(drop)
}

/// Pauses what a person has made for an organisation or a region's office, or for anybody, and does not
/// look after any more; those who do are told. Call it in the transaction that takes the role or closes
/// the account.
///
/// # Errors
/// Database faults.
pub fn after_role_loss(
    app: &App,
    db: &mut Db,
    user: UserId,
    (org, region): (Option<OrgId>, Option<&str>),
) -> Result<()> {
    let mut made = store::active_of(db, user)?;
    if org.is_some() || region.is_some() {
        made.retain(|row| row.org_id == org && row.region_code.as_deref() == region);
    }
    if made.is_empty() {
        return Ok(());
    }
    let maker = match accounts::ops::active(db, &[user])?.pop() {
        Some(user) => Some(accounts::ops::acting_as(db, &user)?),
        None => None,
    };
    for row in made {
        let audience = ops::audience_of(&row)?;
        let still = maker.as_ref().map(|maker| ops::looks_after(maker, &audience)).transpose()?;
        if still == Some(true) {
            continue;
        }
        let mut people = match &audience {
            Audience::Org(org) => members::ops::responsible(db, *org, None)?,
            Audience::Region(code) => roles::ops::office(db, code)?,
        };
        people.retain(|one| *one != user);
        let told = (NoticeKind::EndpointOrphaned, people.as_slice());
        pause(app, db, &Caller::system("roles"), row, told)?;
    }
    Ok(())
}
