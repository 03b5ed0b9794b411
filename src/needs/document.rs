//! A need as a document of the search index and as a profile for matching. Text goes to the tier
//! of its field, and conditions are indexed only when everybody may see them, so that neither a
//! search nor a filter tells what a page would not.

use search_index::{Document, Kind, MatchSettings, Profile, Side, TextPart};

use super::model::{Need, NeedFields};
use crate::disclosure::{self, Clearance, DisclosureLevel};
use crate::records::life::ReviewedLife;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::reference::Reference;

/// Texts of a need by field, in reading order, without the title.
pub fn texts(fields: &NeedFields) -> Vec<(&'static str, String)> {
    let mut texts = Vec::new();
    let mut push = |name, text: Option<&str>| {
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            texts.push((name, text.to_owned()));
        }
    };
    push("public_summary", fields.public_summary.as_deref());
    push("keywords", Some(&fields.keywords.join("，")));
    push("problem", fields.problem.as_deref());
    push("background", fields.background.as_deref());
    let requirements: Vec<String> = fields.requirements.iter().map(requirement_text).collect();
    push("requirements", Some(&requirements.join("；")));
    let elements: Vec<&str> = fields.elements.iter().flat_map(|e| e.texts()).collect();
    push("elements", Some(&elements.join("。")));
    push("conditions_offered", fields.conditions_offered.as_deref());
    push("restricted_detail", fields.restricted_detail.as_deref());
    texts
}

/// A requirement in words: `吸水率 ≤ 0.5 %`.
pub fn requirement_text(requirement: &super::model::Requirement) -> String {
    let sign = match requirement.operator.as_str() {
        "ge" => "≥",
        "le" => "≤",
        "gt" => ">",
        "lt" => "<",
        "eq" => "=",
        _ => "",
    };
    let unit = requirement.unit.as_deref().unwrap_or_default();
    let upper = requirement.value_max.as_ref().map(|max| format!("~{max}")).unwrap_or_default();
    format!("{} {sign} {}{upper}{unit}", requirement.name, requirement.value).replace("  ", " ")
}

fn seconds(date: Option<chrono::NaiveDate>) -> Option<i64> {
    Some(date?.and_hms_opt(23, 59, 59)?.and_utc().timestamp())
}

/// The document of a need for the index.
pub fn document(need: &Need, owner: &OwnerView, reference: &Reference) -> Document {
    let fields = &need.doc.0;
    let level = need.confidentiality;
    let mut document = Document::new(need.id.to_string(), Kind::Need, need.title.clone());
    for (field, text) in texts(fields) {
        let slot = &mut document.texts[disclosure::tier(RecordKind::Need, field, level)];
        slot.push_str(&text);
        slot.push('\n');
    }
    let profile = conditions(need, reference, shown_to_all);
    // Who has the number of a record finds it by that.
    document.texts[0].push_str(&need.code);
    document.subkind = need.need_kind.clone();
    document.open = need.status.is_open() && owner.active;
    document.owner_org_id = Some(need.org_id.to_string());
    document.org_type = owner.org_type.clone();
    document.owner_tier = disclosure::tier(RecordKind::Need, "org", level);
    document.region_code = profile.region_code;
    document.region_group = profile.region_group;
    document.industry_codes = profile.industry_codes;
    document.tech_field = profile.tech_field;
    document.trl = profile.trl;
    document.target_trl = profile.target_trl;
    document.cooperation_modes = profile.cooperation_modes;
    document.partner_types = profile.partner_types;
    document.preferred_regions = profile.preferred_regions;
    document.budget_min = profile.budget_min;
    document.budget_max = profile.budget_max;
    document.budget_negotiable = profile.budget_negotiable;
    document.status = need.status.to_string();
    document.published_at = need.published_at.unwrap_or(need.created_at).0.timestamp();
    document.verified_at = need.last_verified_at.or(need.published_at).map(|at| at.0.timestamp());
    document.deadline = profile.deadline;
    document.valid_until = profile.valid_until;
    document.suggestions = suggestions(need);
    document
}

fn suggestions(need: &Need) -> Vec<String> {
    let mut phrases = need.doc.0.keywords.clone();
    if need.title.chars().count() <= 24 {
        phrases.push(need.title.clone());
    }
    phrases
}

fn shown_to_all(field: &str, level: DisclosureLevel) -> bool {
    disclosure::required(RecordKind::Need, field, level) == Clearance::Public
}

/// The conditions of a need as a profile without text; `shown` tells which fields count.
fn conditions(
    need: &Need,
    reference: &Reference,
    shown: impl Fn(&str, DisclosureLevel) -> bool,
) -> Profile {
    let fields = &need.doc.0;
    let budget = shown("budget_max", need.confidentiality);
    Profile {
        side: Side::Need,
        id: Some(need.id.to_string()),
        industry_codes: fields.industry_code.iter().cloned().collect(),
        tech_field: fields.tech_field.clone(),
        region_code: need.region_code.clone(),
        region_group: reference.region_group(&need.region_code).to_owned(),
        trl: fields.current_trl,
        target_trl: fields.target_trl,
        budget_min: fields.budget_min.filter(|_| budget).map(|money| money.0),
        budget_max: fields.budget_max.filter(|_| budget).map(|money| money.0),
        budget_negotiable: fields.budget_negotiable.unwrap_or(false),
        cooperation_modes: fields.cooperation_modes.clone(),
        partner_types: fields.partner_types.clone(),
        preferred_regions: fields.preferred_regions.clone(),
        deadline: seconds(fields.deadline),
        valid_until: seconds(need.valid_until),
        ..Profile::default()
    }
}

/// The profile by which a need looks for capabilities. It holds everything, so only callers with
/// full clearance may match by it; others get what [`redacted`](crate::disclosure::redact) fields
/// leave.
pub fn profile(
    need: &Need,
    fields: &NeedFields,
    owner: &OwnerView,
    reference: &Reference,
    settings: &MatchSettings,
) -> Profile {
    let mut profile = conditions(need, reference, |_, _| true);
    profile.budget_min = fields.budget_min.map(|money| money.0);
    profile.budget_max = fields.budget_max.map(|money| money.0);
    profile.org_type = owner.org_type.clone();
    profile.parts = vec![TextPart::title(need.title.clone())];
    profile.parts.extend(
        texts(fields).into_iter().map(|(field, text)| TextPart::body(field, text, settings)),
    );
    profile
}
