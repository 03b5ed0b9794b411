//! Needs in short.

use super::{Card, Fields, Seen, parsed};
use crate::accounts::principal::Caller;
use crate::db::Db;
use crate::error::Result;
use crate::needs::document;
use crate::needs::model::{NeedFields, NeedId};
use crate::needs::ops::{self, SeenNeed};
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
    let rows = ops::find_many(db, caller, &parsed::<NeedId>(ids))?;
    rows.iter()
        .map(|seen| {
            let (fields, withheld) = seen.redacted()?;
            Ok(Seen {
                texts: document::texts(&fields),
                card: card(names, seen, &fields, withheld),
                fields: Fields::Need(Box::new(fields)),
            })
        })
        .collect()
}

/// A need in short, from fields that have been redacted for the caller.
fn card(names: Names<'_>, seen: &SeenNeed, fields: &NeedFields, mut withheld: Vec<String>) -> Card {
    let need = &seen.row;
    let knows_org = seen.knows_owner();
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    let id = need.id.to_string();
    Card {
        code: need.code.clone(),
        subkind: names.coded("need_kind", &need.need_kind),
        status: names.coded("need_status", need.status.as_str()),
        summary: fields.public_summary.clone(),
        org: knows_org.then(|| seen.owner.clone()),
        region: names.region_coded(&need.region_code),
        industries: names.industries_coded(fields.industry_code.as_slice()),
        tech_field: fields.tech_field.as_deref().map(|code| names.coded("tech_field", code)),
        keywords: fields.keywords.clone(),
        cooperation_modes: names.all_coded("cooperation_mode", &fields.cooperation_modes),
        trl: fields.current_trl,
        target_trl: fields.target_trl,
        budget_min: fields.budget_min,
        budget_max: fields.budget_max,
        budget_negotiable: fields.budget_negotiable,
        deadline: fields.deadline,
        valid_until: fields.valid_until,
        published_at: need.published_at,
        last_verified_at: need.last_verified_at,
        withheld,
        ..Card::new(RecordKind::Need, id, need.title.clone())
    }
}
