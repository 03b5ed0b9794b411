//! Towns in short. All of a town's fields are public.

use super::{Card, Fields, Seen};
use crate::db::Db;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::search::names::Names;
use crate::towns::model::Town;
use crate::towns::ops;

pub(super) fn load(db: &mut Db, names: Names<'_>, codes: &[&str]) -> Result<Vec<Seen>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let rows = ops::find_many(db, &codes)?;
    Ok(rows.iter().map(|town| seen(names, town)).collect())
}

fn seen(names: Names<'_>, town: &Town) -> Seen {
    let fields = &town.doc.0;
    let trades: Vec<String> =
        fields.specialty_industries.iter().map(|industry| industry.name.clone()).collect();
    let codes: Vec<String> =
        fields.specialty_industries.iter().map(|one| one.industry_code.clone()).collect();
    let mut texts = vec![("specialty_industries", trades.join("，"))];
    texts.extend(fields.intro.iter().map(|text| ("intro", text.clone())));
    texts.extend(fields.tech_leader.iter().map(|text| ("tech_leader", text.clone())));
    let card = Card {
        code: town.code.clone(),
        subkind: names.coded("town_level", &town.level),
        status: names.coded("town_status", town.status.as_str()),
        summary: fields.intro.clone(),
        region: names.region_coded(&town.code),
        industries: names.industries_coded(&codes),
        keywords: trades,
        ..Card::new(RecordKind::Town, town.code.clone(), town.name.clone())
    };
    Seen { card, texts, fields: Fields::None }
}
