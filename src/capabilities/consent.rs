//! Consent of people to be shown. It works at once, in any state and without review, and reaches
//! every record of the organisation that names the person.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use super::model::{Capability, CapabilityFields, CapabilityId, CapabilityView};
use super::parts::{ConsentScope, Expert};
use super::store;
use crate::accounts::principal::{Caller, OrgId};
use crate::accounts::privacy;
use crate::accounts::privacy::consents::Said;
use crate::accounts::privacy::model::ConsentPurpose;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::disclosure::Clearance;
use crate::disclosure::persons::Persons;
use crate::error::{Error, Result};
use crate::records;
use crate::records::life::ReviewedLife;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{Rewrite, find, save, view};
use crate::records::traced::Traced;

/// How often a change of consent is tried when somebody else changes the profile meanwhile.
const ATTEMPTS: u32 = 5;

/// Says how far a person may be shown from now on.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetConsent {
    /// `public`, `members`, or `none`: nobody but the own organisation and administrators.
    pub scope: ConsentScope,
}

/// The clearance from which others know of a capability; `None` when they must not.
pub(super) fn open_from(row: &Capability, owner: &OwnerView) -> Option<Clearance> {
    if !row.status.is_open() || !owner.active {
        return None;
    }
    match row.consent_scope {
        ConsentScope::Public => Some(Clearance::Public),
        ConsentScope::Members => Some(Clearance::Member),
        ConsentScope::Nobody => None,
    }
}

/// The people of these organisations who are not shown to everybody.
///
/// # Errors
/// Database faults.
pub fn persons(db: &mut Db, orgs: &[OrgId]) -> Result<HashMap<OrgId, Persons>> {
    let mut found: HashMap<OrgId, Persons> = HashMap::new();
    if orgs.is_empty() {
        return Ok(found);
    }
    for (org, scope, fields) in store::limited_people_unscoped(db, orgs)? {
        let Some(name) = fields.person_name() else { continue };
        let people = found.entry(org).or_default();
        match scope {
            ConsentScope::Nobody => people.nobody.push(name.to_owned()),
            ConsentScope::Members => people.members.push(name.to_owned()),
            ConsentScope::Public => {}
        }
    }
    Ok(found)
}

/// Sets how far the person of an expert's profile is shown.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but the own organisation and administrators; a conflict when
/// the record is no person's profile; [`Error::PreconditionFailed`] when the record does not have
/// the version that was named, if any was.
pub fn set_consent(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    version: Option<i32>,
    command: SetConsent,
) -> Result<Written<CapabilityView>> {
    caller.signed_in()?;
    let mut attempt = 1;
    let written = loop {
        match try_set(app, caller, id, version, command.scope) {
            // Consent does not depend on what else has changed, so it is simply tried again, unless
            // the caller wants it for one version only.
            Err(Error::PreconditionFailed) if version.is_none() && attempt < ATTEMPTS => {
                attempt += 1;
            }
            result => break result?,
        }
    };
    app.feed.wake();
    Ok(written)
}

fn try_set(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    version: Option<i32>,
    scope: ConsentScope,
) -> Result<Written<CapabilityView>> {
    let now = app.clock.now();
    app.db.write(|db| {
        let seen = find(db, caller, id)?;
        if !seen.insight.insider {
            return Err(Error::forbidden("error.consent_not_yours"));
        }
        let mut capability = seen.row;
        if version.is_some_and(|version| version != capability.version) {
            return Err(Error::PreconditionFailed);
        }
        if !capability.is_person() {
            return Err(Error::conflict("error.no_person"));
        }
        let before = capability.doc.0.clone();
        capability.doc.0.expert.get_or_insert_with(Expert::default).consent_scope = Some(scope);
        capability.consent_scope = scope;
        let number = if capability.doc.0 == before {
            records::ops::last_change(db)?
        } else {
            save(db, caller, now, &mut capability)?;
            let old = serde_json::to_value(&before)?;
            records::ops::trace(db, caller, now, &[capability.change(action(scope), &old)?])?;
            let (org_id, after) = (capability.org_id, Some(&capability.doc.0));
            touch_mentions(db, now, &[Rewrite { org_id, before: Some(&before), after }])?
        };
        if let Some(user) = caller.actor_id() {
            let given = scope != ConsentScope::Nobody;
            let record_id = Some(id.to_string());
            let said = Said { user, purpose: ConsentPurpose::ExpertProfile, record_id, given };
            privacy::consents::record(app, db, caller, said, now)?;
        }
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })
}

/// Shows a person to nobody any more: in every profile of that name in these organisations.
///
/// # Errors
/// As for [`set_consent`].
pub fn hide_person(app: &App, caller: &Caller, orgs: &[OrgId], name: &str) -> Result<()> {
    let mut profiles = Vec::new();
    for org in orgs {
        let mut last = None;
        loop {
            let rows = app.db.read(|db| store::of_org_unscoped(db, *org, last, 500))?;
            let Some((id, _)) = rows.last() else { break };
            last = Some(*id);
            let theirs = rows.into_iter().filter(|(_, fields)| {
                fields.is_person()
                    && fields.person_name() == Some(name.trim())
                    && fields.consent() != ConsentScope::Nobody
            });
            profiles.extend(theirs.map(|(id, _)| id));
        }
    }
    for id in profiles {
        set_consent(app, caller, id, None, SetConsent { scope: ConsentScope::Nobody })?;
    }
    Ok(())
}

/// The audit log masks personal fields, so the action itself says what was decided.
fn action(scope: ConsentScope) -> &'static str {
    match scope {
        ConsentScope::Public => "capability.consent_public",
        ConsentScope::Members => "capability.consent_members",
        ConsentScope::Nobody => "capability.consent_none",
    }
}

/// Whether what other records may show of a person has changed.
fn shown_differently(before: Option<&CapabilityFields>, after: Option<&CapabilityFields>) -> bool {
    let limited = |fields: Option<&CapabilityFields>| {
        let fields = fields?;
        let name = fields.person_name()?.to_owned();
        Some((name, fields.consent())).filter(|(_, scope)| *scope != ConsentScope::Public)
    };
    limited(before) != limited(after)
}

/// Marks the organisation's records that name a person as changed whose profile has been written,
/// so that the index forgets or learns the name. Returns the number of the last change.
pub(super) fn touch_mentions(
    db: &mut Db,
    now: Timestamp,
    rewrites: &[Rewrite<'_, CapabilityFields>],
) -> Result<i64> {
    let mut names: BTreeMap<OrgId, Vec<String>> = BTreeMap::new();
    for rewrite in rewrites.iter().filter(|one| shown_differently(one.before, one.after)) {
        let fields = [rewrite.before, rewrite.after].into_iter().flatten();
        let named = fields.filter_map(CapabilityFields::person_name).map(str::to_owned);
        names.entry(rewrite.org_id).or_default().extend(named);
    }
    for (org, names) in names {
        touch_named(db, now, org, &names)?;
    }
    records::ops::last_change(db)
}

fn touch_named(db: &mut Db, now: Timestamp, org: OrgId, names: &[String]) -> Result<i64> {
    let mut touched = Vec::new();
    let mut last = None;
    loop {
        let rows = store::of_org_unscoped(db, org, last, 500)?;
        let Some((id, _)) = rows.last() else { break };
        last = Some(*id);
        for (id, fields) in rows {
            let doc = serde_json::to_value(&fields)?;
            if names.iter().any(|name| mentions(&doc, name)) {
                touched.push((RecordKind::Capability, id.to_string()));
            }
        }
    }
    records::ops::touch(db, now, &touched)
}

fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text.contains(name),
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        Value::Object(map) => map.values().any(|item| mentions(item, name)),
        _ => false,
    }
}
