//! A capability as a document of the search index and as a profile for matching. Text goes to the
//! tier of its field, and names of people only to where their consent reaches.

use search_index::{Document, Kind, MatchSettings, Profile, Side, TextPart};
use serde_json::Value;

use super::consent;
use super::model::{Capability, CapabilityFields};
use super::parts::{ConsentScope, Expert, Instrument, Performance, Team};
use crate::disclosure::persons::{Persons, Sight};
use crate::disclosure::{self, Clearance};
use crate::error::{Error, Result};
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::reference::Reference;

/// Text tiers of the index: everybody, members, and at the end owner and reviewers.
const MEMBERS_TIER: usize = 1;
const FULL_TIER: usize = 3;

/// Texts of a capability by field, in reading order, without the title.
pub fn texts(fields: &CapabilityFields) -> Vec<(&'static str, String)> {
    let lines = |lines: Vec<String>| lines.join("；");
    let all = [
        ("summary", fields.summary.clone().unwrap_or_default()),
        ("keywords", fields.keywords.join("，")),
        ("applications", fields.applications.join("，")),
        ("problem_solved", fields.problem_solved.clone().unwrap_or_default()),
        ("advantage_over_existing", fields.advantage_over_existing.clone().unwrap_or_default()),
        ("performance", lines(fields.performance.iter().map(performance_text).collect())),
        ("elements", fields.elements.iter().flat_map(|e| e.texts()).collect::<Vec<_>>().join("。")),
        ("expert", fields.expert.as_ref().map(expert_text).unwrap_or_default()),
        ("instrument", fields.instrument.as_ref().map(instrument_text).unwrap_or_default()),
        ("team", fields.team.as_ref().map(team_text).unwrap_or_default()),
        ("lead_expert", fields.lead_expert.clone().unwrap_or_default()),
        ("cases", lines(fields.cases.iter().map(|case| case.text.clone()).collect())),
        ("ip_list", lines(fields.ip_list.iter().map(|item| item.title.clone()).collect())),
        ("economic_comparison", fields.economic_comparison.clone().unwrap_or_default()),
        ("preferred_partner", fields.preferred_partner.clone().unwrap_or_default()),
        ("evidence", fields.evidence.join("；")),
        ("papers", fields.papers.join("；")),
        ("grants", fields.grants.join("；")),
        ("restricted_detail", fields.restricted_detail.clone().unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// A measured figure in words: `整机效率 93.5%（220V满载）`.
pub fn performance_text(figure: &Performance) -> String {
    let unit = figure.unit.as_deref().unwrap_or_default();
    let basis = figure.test_basis.as_ref().map(|basis| format!("（{basis}）")).unwrap_or_default();
    format!("{} {}{unit}{basis}", figure.name, figure.value)
}

fn expert_text(expert: &Expert) -> String {
    let single = [&expert.professional_title, &expert.position, &expert.bio];
    let mut parts: Vec<&str> = single.into_iter().filter_map(|text| text.as_deref()).collect();
    parts.extend(expert.research_areas.iter().map(String::as_str));
    parts.join("；")
}

fn instrument_text(instrument: &Instrument) -> String {
    let parts = [&instrument.model, &instrument.charge_standard];
    parts.into_iter().filter_map(|text| text.as_deref()).collect::<Vec<_>>().join("；")
}

fn team_text(team: &Team) -> String {
    let member = |member: &super::parts::TeamMember| {
        let rest = [&member.professional_title, &member.field];
        let rest = rest.into_iter().filter_map(|text| text.as_deref());
        std::iter::once(member.name.as_str()).chain(rest).collect::<Vec<_>>().join(" ")
    };
    team.members.iter().map(member).collect::<Vec<_>>().join("；")
}

fn seconds(date: Option<chrono::NaiveDate>) -> Option<i64> {
    Some(date?.and_hms_opt(23, 59, 59)?.and_utc().timestamp())
}

/// The fields with people hidden as from this sight, and nothing else.
fn as_seen_by(
    fields: &CapabilityFields,
    persons: &Persons,
    sight: Sight,
) -> Result<CapabilityFields> {
    if persons.hidden_from(sight).is_empty() {
        return Ok(fields.clone());
    }
    let Value::Object(mut map) = serde_json::to_value(fields)? else {
        return Err(Error::internal("capability fields are not an object"));
    };
    persons.hide(sight, &mut map);
    Ok(serde_json::from_value(Value::Object(map))?)
}

/// The document of a capability for the index; `persons` are the owner's people who are not shown
/// to everybody.
///
/// # Errors
/// Never for fields that were stored by this program.
pub fn document(
    row: &Capability,
    owner: &OwnerView,
    persons: &Persons,
    reference: &Reference,
) -> Result<Document> {
    let opens = consent::open_from(row, owner);
    // What is shown to members only is read by nobody who sees less of people than they do.
    let least = if opens == Some(Clearance::Public) { Sight::Visitor } else { Sight::Member };
    let shown = as_seen_by(&row.doc.0, persons, least)?;
    let title = shown.title.clone().unwrap_or_default();
    let mut document = Document::new(row.id.to_string(), Kind::Capability, title);
    place_texts(&mut document, row, persons, &shown)?;
    place_conditions(&mut document, conditions(row, reference, shown_to_all(row, "expert")));
    // Who has the number of a record finds it by that.
    document.texts[0].push_str(&row.code);
    document.subkind = row.asset_kind.clone();
    document.owner_org_id = Some(row.org_id.to_string());
    document.org_type = owner.org_type.clone();
    document.owner_tier = disclosure::tier(RecordKind::Capability, "org", row.confidentiality);
    document.status = row.status.to_string();
    document.published_at = row.published_at.unwrap_or(row.created_at).0.timestamp();
    document.verified_at = row.last_verified_at.or(row.published_at).map(|at| at.0.timestamp());
    document.open = opens.is_some();
    document.open_from = u8::from(opens > Some(Clearance::Public));
    if opens == Some(Clearance::Public) {
        document.suggestions = suggestions(&shown);
    }
    if row.consent_scope == ConsentScope::Nobody {
        keep_inside(&mut document);
    }
    Ok(document)
}

/// Puts each text into the tier of its field. Of a public text that names people who are shown to
/// members only, the rest stays public and the names go one tier up.
fn place_texts(
    document: &mut Document,
    row: &Capability,
    persons: &Persons,
    shown: &CapabilityFields,
) -> Result<()> {
    let members = as_seen_by(&row.doc.0, persons, Sight::Member)?;
    let mut push = |tier: usize, text: &str| {
        let slot: &mut String = &mut document.texts[tier];
        slot.push_str(text);
        slot.push('\n');
    };
    let tier_of = |field| disclosure::tier(RecordKind::Capability, field, row.confidentiality);
    for (_, text) in texts(shown).into_iter().filter(|(field, _)| tier_of(field) == 0) {
        push(0, &text);
    }
    let hides = members != *shown;
    for (field, text) in texts(&members) {
        if tier_of(field) > 0 {
            push(tier_of(field), &text);
        } else if hides {
            let named = persons.members.iter().filter(|name| text.contains(*name));
            named.for_each(|name| push(MEMBERS_TIER, name));
        }
    }
    Ok(())
}

/// A person who is shown to nobody is found by the own organisation alone: without region the
/// reviewers do not find the profile either, and no text of it is in a tier below theirs.
fn keep_inside(document: &mut Document) {
    document.region_code.clear();
    document.region_group.clear();
    let all = std::mem::take(&mut document.texts).concat();
    document.texts[FULL_TIER] = all;
}

fn suggestions(fields: &CapabilityFields) -> Vec<String> {
    let mut phrases = fields.keywords.clone();
    phrases.extend(fields.title.iter().filter(|title| title.chars().count() <= 24).cloned());
    phrases
}

fn shown_to_all(row: &Capability, field: &str) -> bool {
    disclosure::required(RecordKind::Capability, field, row.confidentiality) == Clearance::Public
}

/// The conditions of a capability as a profile without text. Those on its card count always, the
/// regions that an expert serves only `with_expert`.
fn conditions(row: &Capability, reference: &Reference, with_expert: bool) -> Profile {
    let fields = &row.doc.0;
    let expert = fields.expert.as_ref().filter(|_| with_expert);
    Profile {
        side: Side::Capability,
        id: Some(row.id.to_string()),
        industry_codes: fields.industry_codes.clone(),
        tech_field: fields.tech_field.clone(),
        ipc: fields.ipc.clone(),
        region_code: row.region_code.clone(),
        region_group: reference.region_group(&row.region_code).to_owned(),
        trl: fields.trl,
        min_budget: fields.min_budget.map(|money| money.0),
        cooperation_modes: fields.transfer_modes.clone(),
        preferred_regions: expert.map(|e| e.regions_served.clone()).unwrap_or_default(),
        excluded_regions: fields.excluded_regions.clone(),
        // Nothing is counted as taken on yet, so all of a year's capacity is left.
        capacity_left: fields.capacity_per_year.map(i64::from),
        valid_until: seconds(row.valid_until),
        ..Profile::default()
    }
}

fn place_conditions(document: &mut Document, profile: Profile) {
    document.region_code = profile.region_code;
    document.region_group = profile.region_group;
    document.industry_codes = profile.industry_codes;
    document.tech_field = profile.tech_field;
    document.ipc = profile.ipc;
    document.trl = profile.trl;
    document.min_budget = profile.min_budget;
    document.cooperation_modes = profile.cooperation_modes;
    document.preferred_regions = profile.preferred_regions;
    document.excluded_regions = profile.excluded_regions;
    document.capacity_left = profile.capacity_left;
    document.valid_until = profile.valid_until;
}

/// The profile by which a capability looks for needs, from the fields the caller may see.
pub fn profile(
    row: &Capability,
    fields: &CapabilityFields,
    owner: &OwnerView,
    reference: &Reference,
    settings: &MatchSettings,
) -> Profile {
    let mut profile = conditions(row, reference, fields.expert.is_some());
    profile.org_type = owner.org_type.clone();
    profile.parts = vec![TextPart::title(fields.title.clone().unwrap_or_default())];
    profile.parts.extend(
        texts(fields).into_iter().map(|(field, text)| TextPart::body(field, text, settings)),
    );
    profile
}
