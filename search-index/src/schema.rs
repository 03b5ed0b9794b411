//! Fields of the index and how a document is written into them.
//!
//! Each tier of clearance has two text fields of its own, words and characters. A document that is
//! not open has all of its text in the highest tier: what only few may find must not even count
//! towards the statistics of the tiers that everybody is ranked by.

use tantivy::TantivyDocument;
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use crate::analysis::{GramTokenizer, WordTokenizer};
use crate::codes;
use crate::cursor;
use crate::dictionary::dictionary_fingerprint;
use crate::document::{Document, Kind, TIERS};
use crate::matching::Stance;
use crate::meaning;
use crate::suggest;

/// Raised whenever documents are written differently.
const SCHEMA_VERSION: u32 = 7;

/// The fields, resolved once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub id: Field,
    pub open: Field,
    pub kind: Field,
    pub subkind: Field,
    pub status: Field,
    pub region: Field,
    pub region_city: Field,
    pub region_group: Field,
    pub industry: Field,
    pub industry_class: Field,
    pub tech_field: Field,
    pub mode: Field,
    pub org_type: Field,
    pub owner: Field,
    pub known_owner: Field,
    pub group: Field,
    pub preferred_region: Field,
    pub excluded_region: Field,
    pub partner_type: Field,
    pub stated: Field,
    pub trl: Field,
    pub target_trl: Field,
    pub trl_from: Field,
    pub trl_to: Field,
    pub budget_from: Field,
    pub budget_to: Field,
    pub budget_limit: Field,
    pub min_budget: Field,
    pub published: Field,
    pub deadline: Field,
    pub due: Field,
    pub capacity: Field,
    pub words: [Field; TIERS],
    pub characters: [Field; TIERS],
    pub suggest: Field,
    pub stance: Field,
    pub vector: Field,
    pub model: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fields = declare(&mut builder);
    (builder.build(), fields)
}

fn declare(b: &mut SchemaBuilder) -> Fields {
    let raw = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let code = TextOptions::default().set_indexing_options(raw);
    let counted = code.clone().set_fast("raw");
    let only_counted = TextOptions::default().set_fast("raw");
    let number = NumericOptions::default().set_fast();
    let text = |tokenizer: &str| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(IndexRecordOption::WithFreqs),
        )
    };
    Fields {
        id: b.add_text_field("id", counted.clone()),
        open: b.add_text_field("open", code.clone()),
        kind: b.add_text_field("kind", counted.clone()),
        subkind: b.add_text_field("subkind", counted.clone()),
        status: b.add_text_field("status", counted.clone()),
        region: b.add_text_field("region", code.clone()),
        region_city: b.add_text_field("region_city", only_counted.clone()),
        region_group: b.add_text_field("region_group", counted.clone()),
        industry: b.add_text_field("industry", code.clone()),
        industry_class: b.add_text_field("industry_class", only_counted),
        tech_field: b.add_text_field("tech_field", counted.clone()),
        mode: b.add_text_field("mode", counted.clone()),
        org_type: b.add_text_field("org_type", counted.clone()),
        owner: b.add_text_field("owner", counted),
        known_owner: b.add_text_field("known_owner", code.clone()),
        group: b.add_u64_field("group", NumericOptions::default().set_fast()),
        preferred_region: b.add_text_field("preferred_region", code.clone()),
        excluded_region: b.add_text_field("excluded_region", code.clone()),
        partner_type: b.add_text_field("partner_type", code.clone()),
        stated: b.add_text_field("stated", code.clone()),
        trl: b.add_i64_field("trl", number.clone()),
        target_trl: b.add_i64_field("target_trl", number.clone()),
        trl_from: b.add_i64_field("trl_from", number.clone()),
        trl_to: b.add_i64_field("trl_to", number.clone()),
        budget_from: b.add_i64_field("budget_from", number.clone()),
        budget_to: b.add_i64_field("budget_to", number.clone()),
        budget_limit: b.add_i64_field("budget_limit", number.clone()),
        min_budget: b.add_i64_field("min_budget", number.clone()),
        published: b.add_i64_field("published", number.clone()),
        deadline: b.add_i64_field("deadline", number.clone()),
        due: b.add_i64_field("due", number.clone()),
        capacity: b.add_i64_field("capacity", number),
        words: std::array::from_fn(|tier| b.add_text_field(&format!("w{tier}"), text("words"))),
        characters: std::array::from_fn(|tier| {
            b.add_text_field(&format!("g{tier}"), text("grams"))
        }),
        suggest: b.add_text_field("suggest", code),
        stance: b.add_bytes_field("stance", BytesOptions::from(STORED)),
        vector: b.add_u64_field("vector", NumericOptions::default().set_fast()),
        model: b.add_u64_field("model", NumericOptions::default().set_fast()),
    }
}

/// Names of the tokenizers the text fields ask for.
pub(crate) fn register_tokenizers(index: &tantivy::Index) {
    index.tokenizers().register("words", WordTokenizer);
    index.tokenizers().register("grams", GramTokenizer);
}

/// Changes whenever an index built before can no longer be trusted to find what a new one would.
pub(crate) fn fingerprint() -> String {
    format!(
        "schema {SCHEMA_VERSION} {} vectors {:016x}",
        dictionary_fingerprint(),
        meaning::fingerprint()
    )
}

/// Writes a document into the fields.
pub(crate) fn write(document: &Document, f: &Fields) -> TantivyDocument {
    let mut out = TantivyDocument::default();
    out.add_text(f.id, &document.id);
    if document.open {
        out.add_text(f.open, document.open_from.to_string());
    }
    if let Some(group) = &document.group {
        out.add_u64(f.group, cursor::number_of(group));
    }
    write_texts(document, f, &mut out);
    write_codes(document, f, &mut out);
    write_numbers(document, f, &mut out);
    if document.open && document.open_from == 0 {
        for term in document.suggestions.iter().flat_map(|phrase| suggest::terms(phrase)) {
            out.add_text(f.suggest, term);
        }
    }
    let stance = serde_json::to_vec(&Stance::of_document(document))
        .expect("a stance holds only strings and numbers, which JSON can write");
    out.add_bytes(f.stance, &stance);
    for number in meaning::write(document) {
        out.add_u64(f.vector, number);
    }
    for number in meaning::write_models(document) {
        out.add_u64(f.model, number);
    }
    out
}

fn write_texts(document: &Document, f: &Fields, out: &mut TantivyDocument) {
    let classes = document.ipc.join(" ");
    let public = [document.title.as_str(), document.texts[0].as_str(), classes.as_str()];
    let above = document.texts.iter().map(String::as_str).enumerate().skip(1);
    for (tier, text) in public.into_iter().map(|text| (0, text)).chain(above) {
        if !text.trim().is_empty() {
            let lowest = if document.open { usize::from(document.open_from) } else { TIERS - 1 };
            let tier = tier.max(lowest.min(TIERS - 1));
            out.add_text(f.words[tier], text);
            out.add_text(f.characters[tier], text);
        }
    }
}

/// Writes the codes. Lists are made distinct first, or a facet would count a document twice.
fn write_codes(document: &Document, f: &Fields, out: &mut TantivyDocument) {
    let mut add = |field: Field, values: Vec<String>| {
        let mut values: Vec<_> = values.into_iter().filter(|value| !value.is_empty()).collect();
        values.sort_unstable();
        values.dedup();
        for value in values {
            out.add_text(field, value);
        }
    };
    let one = |value: &str| vec![value.to_owned()];
    let regions = |codes: &[String]| -> Vec<String> {
        codes.iter().map(|code| codes::region(code).to_owned()).collect()
    };
    let region_levels: Vec<String> =
        codes::region_levels(&document.region_code).map(str::to_owned).collect();
    let industries: Vec<_> =
        document.industry_codes.iter().map(|code| codes::industry_levels(code)).collect();
    add(f.kind, one(document.kind.as_str()));
    add(f.subkind, one(&document.subkind));
    add(f.status, one(&document.status));
    add(f.region_city, region_levels.get(1).cloned().into_iter().collect());
    add(f.region, region_levels);
    add(f.region_group, one(&document.region_group));
    add(
        f.industry_class,
        industries.iter().flat_map(|levels| levels.iter().take(2).cloned()).collect(),
    );
    add(f.industry, industries.into_iter().flatten().collect());
    add(f.tech_field, document.tech_field.iter().cloned().collect());
    add(f.mode, document.cooperation_modes.clone());
    let tier = document.owner_tier.min(TIERS - 1);
    add(f.org_type, codes::tiered(tier, &document.org_type).into_iter().collect());
    // Without its tier for telling a viewer's own records, which are known to them at any level.
    add(f.owner, document.owner_org_id.iter().cloned().collect());
    let owner = document.owner_org_id.iter().filter_map(|owner| codes::tiered(tier, owner));
    add(f.known_owner, owner.collect());
    add(f.preferred_region, regions(&document.preferred_regions));
    add(f.excluded_region, regions(&document.excluded_regions));
    add(f.partner_type, document.partner_types.clone());
    add(f.stated, Stance::of_document(document).stated());
}

fn write_numbers(document: &Document, f: &Fields, out: &mut TantivyDocument) {
    let mut add = |field: Field, value: Option<i64>| {
        if let Some(value) = value {
            out.add_i64(field, value);
        }
    };
    let (now, wanted) = (document.trl.map(i64::from), document.target_trl.map(i64::from));
    add(f.trl, now);
    add(f.target_trl, wanted);
    add(f.trl_from, now.into_iter().chain(wanted).min());
    add(f.trl_to, now.into_iter().chain(wanted).max());
    let least = document.budget_min.or(document.min_budget);
    if least.is_some() || document.budget_max.is_some() {
        // A capability states only the least it is available for: its span is open above.
        add(f.budget_from, least.or(Some(0)));
        add(f.budget_to, document.budget_max.or(Some(i64::MAX)));
    }
    let limit = document.budget_max.filter(|_| !document.budget_negotiable);
    add(f.budget_limit, limit.filter(|_| document.kind == Kind::Need));
    let offer = document.kind != Kind::Need;
    add(f.min_budget, document.min_budget.filter(|_| offer));
    add(f.published, Some(document.published_at));
    add(f.deadline, document.deadline);
    add(f.due, document.deadline.into_iter().chain(document.valid_until).min());
    add(f.capacity, document.capacity_left.filter(|_| offer));
}
