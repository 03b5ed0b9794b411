//! Organisations in short.

use super::{Card, Fields, Seen, parsed};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::error::Result;
use crate::organizations::model::OrganizationView;
use crate::organizations::ops;
use crate::records::model::RecordKind;
use crate::search::names::Names;

pub(super) fn load(app: &App, db: &mut Db, caller: &Caller, ids: &[&str]) -> Result<Vec<Seen>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::new(app, caller.language);
    let rows = ops::find_many(db, caller, &parsed(ids))?;
    rows.iter()
        .map(|seen| {
            let view = ops::view(app, caller, seen)?;
            Ok(Seen {
                texts: texts(&view),
                fields: Fields::None,
                card: card(names, &seen.org.region_code, view),
            })
        })
        .collect()
}

/// The texts of an organisation that the index searches, as far as the caller may read them.
fn texts(view: &OrganizationView) -> Vec<(&'static str, String)> {
    let fields = &view.fields;
    let mut texts = Vec::new();
    texts.extend(fields.summary.iter().map(|text| ("summary", text.clone())));
    if !fields.main_products.is_empty() {
        texts.push(("main_products", fields.main_products.join("，")));
    }
    texts.extend(fields.name_en.iter().map(|text| ("name_en", text.clone())));
    texts.extend(fields.uscc.iter().map(|text| ("uscc", text.clone())));
    texts
}

fn card(names: Names<'_>, region_code: &str, view: OrganizationView) -> Card {
    let fields = view.fields;
    let name = fields.name.clone().unwrap_or_default();
    Card {
        code: view.code,
        subkind: names.coded("org_type", fields.org_type.as_deref().unwrap_or_default()),
        status: names.status_coded(view.status.as_str()),
        summary: fields.summary,
        region: names.region_coded(region_code),
        industries: names.industries_coded(fields.industry_code.as_slice()),
        keywords: fields.main_products,
        withheld: view.withheld,
        ..Card::new(RecordKind::Organization, view.id.to_string(), name)
    }
}
