//! An organisation as a document of the search index: its card, and its codes.

use search_index::{Document, Kind};

use super::model::{OrgStatus, Organization};
use super::ops::LEVEL;
use crate::disclosure;
use crate::records::model::RecordKind;
use crate::reference::Reference;

/// The document of an organisation for the index.
pub fn document(org: &Organization, reference: &Reference) -> Document {
    let fields = &org.doc.0;
    let mut document = Document::new(org.id.to_string(), Kind::Organization, org.name.clone());
    let card = [
        fields.name_en.clone().unwrap_or_default(),
        fields.summary.clone().unwrap_or_default(),
        fields.main_products.join("，"),
    ];
    document.texts[0] = card.join("\n");
    // Who has one of its codes finds it by that, if it is shown to them.
    document.texts[0].push_str(&format!("\n{}", org.code));
    let tier = disclosure::tier(RecordKind::Organization, "uscc", LEVEL);
    document.texts[tier].push_str(&format!("\n{}", org.uscc));
    document.subkind = org.org_type.clone();
    document.open = org.status == OrgStatus::Verified;
    document.owner_org_id = Some(org.id.to_string());
    document.org_type = org.org_type.clone();
    document.region_code = org.region_code.clone();
    document.region_group = reference.region_group(&org.region_code).to_owned();
    document.industry_codes = org.industry_code.iter().cloned().collect();
    document.status = org.status.to_string();
    document.published_at = org.created_at.0.timestamp();
    document.suggestions = fields.main_products.clone();
    document.suggestions.push(org.name.clone());
    document
}
