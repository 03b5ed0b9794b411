//! A town as a document of the search index.

use search_index::{Document, Kind};

use super::model::{Town, TownStatus};

/// The document of a town for the index. All of a town's fields are public.
pub fn document(town: &Town) -> Document {
    let fields = &town.doc.0;
    let trades: Vec<String> =
        fields.specialty_industries.iter().map(|industry| industry.name.clone()).collect();
    let mut document = Document::new(town.code.clone(), Kind::Town, town.name.clone());
    document.texts[0] = [
        trades.join("，"),
        fields.intro.clone().unwrap_or_default(),
        fields.tech_leader.clone().unwrap_or_default(),
    ]
    .join("\n");
    document.subkind = town.level.clone();
    document.open = town.status != TownStatus::Removed;
    document.region_code = town.code.clone();
    document.region_group = town.region_group.clone();
    document.industry_codes =
        fields.specialty_industries.iter().map(|industry| industry.industry_code.clone()).collect();
    document.status = town.status.to_string();
    document.published_at = town.created_at.0.timestamp();
    document.suggestions = trades;
    document.suggestions.push(town.name.clone());
    document
}
