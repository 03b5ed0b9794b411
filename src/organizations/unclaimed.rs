//! Firms that nobody has registered, recorded from a visit so that what was found there has an owner.
//! Such a record has no people: its drafts are seen by the reviewers of its town alone, and nothing of it
//! is put forward before it has been completed and verified. Where the firm registers by itself, its own
//! organisation gets the drafts once that has been verified: a credit code is public, so that whoever
//! types it is not yet the firm.

use super::model::{OrgStatus, Organization, OrganizationFields};
use super::ops::reindex_records;
use super::registration::{Arrival, new_row};
use super::{owners, store};
use crate::accounts::members;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::capabilities::model::Capability;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::needs::model::Need;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;
use crate::records::reviewed::move_along;
use crate::records::traced::Traced;
use crate::reference::uscc;
use crate::{notices, records};

/// `source` of these organisations. Their `source_ref` is what they are found by.
const SOURCE: &str = "visit";

/// A firm as a visit names it.
#[derive(Debug, Clone, Copy)]
pub struct Unclaimed<'a> {
    /// 名称
    pub name: &'a str,
    /// 统一社会信用代码, where it is known.
    pub uscc: Option<&'a str>,
    /// The town that was visited.
    pub town_code: &'a str,
}

impl Organization {
    /// Whether it is the record of a firm that nobody has registered.
    pub fn is_unclaimed(&self) -> bool {
        self.source == SOURCE && !uscc::is_valid(&self.uscc)
    }
}

/// What a firm without credit code is found by.
fn named_in(town_code: &str, name: &str) -> String {
    format!("{town_code} {}", name.trim())
}

/// The firm that was met: a verified one of this code or name that the caller may write for, or else the
/// record of one that nobody has registered, which is made when there is none. Call it in a write
/// transaction.
///
/// # Errors
/// Database faults; a conflict when two record the same firm at once.
pub fn met(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    firm: &Unclaimed<'_>,
) -> Result<Organization> {
    if let Some(own) = registered(db, caller, firm)? {
        return Ok(own);
    }
    let by_name = named_in(firm.town_code, firm.name);
    let keys: Vec<String> =
        firm.uscc.map(str::to_owned).into_iter().chain([by_name.clone()]).collect();
    let mut known = store::by_source_unscoped(db, SOURCE, &keys)?;
    known.retain(|org| org.town_code.as_deref() == Some(firm.town_code));
    // What bears the code goes before what bears the name, unless that has another code.
    known.retain(|org| org.doc.0.uscc.is_none() || org.doc.0.uscc.as_deref() == firm.uscc);
    known.sort_by_key(|org| org.doc.0.uscc.is_none());
    if let Some(found) = known.into_iter().next() {
        return Ok(found);
    }
    let fields = OrganizationFields {
        name: Some(firm.name.trim().to_owned()),
        uscc: firm.uscc.map(str::to_owned),
        org_type: Some("enterprise".to_owned()),
        region_code: firm.town_code.get(..6).map(str::to_owned),
        town_code: Some(firm.town_code.to_owned()),
        ..OrganizationFields::default()
    };
    let source_ref = Some(firm.uscc.map_or(by_name, str::to_owned));
    let arrival = Arrival { fields, status: OrgStatus::Pending, source: SOURCE, source_ref };
    let mut row = new_row(arrival, caller, now);
    // Name and code stay free for the firm itself: nobody shall be kept from registering, nor learn
    // from a refusal that the firm was visited.
    row.name = format!("{} · {}", row.name, row.code);
    row.uscc = row.id.to_string();
    store::insert(db, std::slice::from_ref(&row))?;
    records::ops::trace(db, caller, now, &[row.creation("organization.create")?])?;
    Ok(row)
}

/// The verified organisation of this code, or of this name, that the caller may write for.
fn registered(db: &mut Db, caller: &Caller, firm: &Unclaimed<'_>) -> Result<Option<Organization>> {
    let codes: Vec<String> = firm.uscc.map(str::to_owned).into_iter().collect();
    let id = match owners::by_uscc(db, &codes)?.into_values().next() {
        None => owners::by_name(db, firm.name.trim())?,
        found => found,
    };
    let Some(id) = id else { return Ok(None) };
    let org = owners::place(db, id)?;
    let principal = caller.signed_in()?;
    let theirs = principal.is_admin() || principal.reviews(&org.region_code);
    // Of two firms of one name, that with another code is another.
    let other_code = firm.uscc.is_some_and(|code| code != org.uscc);
    Ok(Some(org).filter(|org| org.status == OrgStatus::Verified && theirs && !other_code))
}

/// Gives organisations that have been verified what was recorded for them before they were there: for
/// the same credit code, or for the same name in the same town without one. The records that held it are
/// rejected, and say so; who answers for the organisation is told. Call it in a write transaction.
///
/// # Errors
/// Database faults.
pub(super) fn hand_over(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    verified: &[Organization],
) -> Result<()> {
    for to in verified.iter().filter(|org| org.status == OrgStatus::Verified) {
        let town = to.town_code.as_deref().unwrap_or(&to.region_code);
        let keys = [to.uscc.clone(), named_in(town, &to.name)];
        let mut drafts = 0;
        for from in store::by_source_unscoped(db, SOURCE, &keys)? {
            let other_code = from.doc.0.uscc.as_ref().is_some_and(|code| *code != to.uscc);
            if from.id != to.id && from.is_unclaimed() && !other_code {
                drafts += give(db, caller, now, from, to)?;
            }
        }
        if drafts > 0 {
            tell(app, db, caller, to, drafts)?;
        }
    }
    Ok(())
}

/// Tells those who answer for the organisation how many drafts have become its own.
fn tell(app: &App, db: &mut Db, caller: &Caller, to: &Organization, drafts: usize) -> Result<()> {
    let mut people = members::ops::responsible(db, to.id, None)?;
    people.retain(|person| caller.actor_id() != Some(*person));
    let data = NoticeData { count: Some(drafts), ..NoticeData::default() };
    let event = Event { kind: NoticeKind::DraftsReceived, record: None, data, once: None };
    notices::ops::tell(app, db, &event, &people).map(drop)
}

/// Gives one organisation what was recorded for it as another; returns how many needs that were.
fn give(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    mut from: Organization,
    to: &Organization,
) -> Result<usize> {
    let moved = store::records_unscoped(db, from.id)?;
    store::give_records(db, from.id, to.id)?;
    move_along::<Need>(db, to)?;
    move_along::<Capability>(db, to)?;
    let before = std::mem::replace(&mut from.status, OrgStatus::Rejected);
    // The firm may be met again under another code: nothing is found by this one any more.
    from.source_ref = None;
    super::ops::save(db, now, &mut from)?;
    let change = from.step("organization.step", before, Some(to.code.clone()))?;
    records::ops::trace(db, caller, now, &[change])?;
    for (kind, id) in &moved {
        let changes = serde_json::json!({ "org_id": { "before": from.id, "after": to.id } });
        let entry = audit::ops::Entry { action: "record.hand_over", kind: *kind, id, changes };
        audit::ops::append(db, caller, now, &[entry])?;
    }
    reindex_records(db, to.id, now)?;
    Ok(moved.iter().filter(|(kind, _)| *kind == RecordKind::Need).count())
}
