//! Capabilities in short.

use super::{Card, Fields, Seen, parsed};
use crate::accounts::principal::Caller;
use crate::capabilities::document;
use crate::capabilities::model::{CapabilityFields, CapabilityId};
use crate::capabilities::ops::{self, SeenCapability};
use crate::db::Db;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::search::names::Names;

pub(super) fn load(
    db: &mut Db,
    caller: &Caller,
    names: Names<'_>,
    ids: &[&str],
) -> Result<Vec<Seen>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = ops::find_many(db, caller, &parsed::<CapabilityId>(ids))?;
    rows.iter()
        .map(|seen| {
            let (fields, withheld) = seen.redacted()?;
            Ok(Seen {
                texts: document::texts(&fields),
                card: card(names, seen, &fields, withheld),
                fields: Fields::Capability(Box::new(fields)),
            })
        })
        .collect()
}

/// A capability in short, from fields that have been redacted for the caller.
fn card(
    names: Names<'_>,
    seen: &SeenCapability,
    fields: &CapabilityFields,
    mut withheld: Vec<String>,
) -> Card {
    let row = &seen.row;
    let knows_org = seen.knows_owner();
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    // Not the column: the title of a profile may be a name the caller may not see.
    let title = fields.title.clone().unwrap_or_default();
    Card {
        code: row.code.clone(),
        subkind: names.coded("asset_kind", &row.asset_kind),
        status: names.coded("capability_status", row.status.as_str()),
        summary: fields.summary.clone(),
        org: knows_org.then(|| seen.owner.clone()),
        region: names.region_coded(&row.region_code),
        industries: names.industries_coded(&fields.industry_codes),
        tech_field: fields.tech_field.as_deref().map(|code| names.coded("tech_field", code)),
        keywords: fields.keywords.clone(),
        cooperation_modes: names.all_coded("cooperation_mode", &fields.transfer_modes),
        trl: fields.trl,
        min_budget: fields.min_budget,
        valid_until: fields.valid_until,
        published_at: row.published_at,
        last_verified_at: row.last_verified_at,
        withheld,
        ..Card::new(RecordKind::Capability, row.id.to_string(), title)
    }
}
