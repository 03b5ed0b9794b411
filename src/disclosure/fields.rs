//! The protection class of every field, by kind of record.

use super::FieldClass::{self, Card, Detail, Internal, Sealed};
use crate::records::model::RecordKind;

/// The class of a field; what is not listed is internal, so that a new field leaks nothing.
pub(super) fn class(kind: RecordKind, field: &str) -> FieldClass {
    match kind {
        RecordKind::Need => need(field),
        RecordKind::Capability => capability(field),
        RecordKind::Organization => organization(field),
        RecordKind::Town => town(field),
        // What is shown whole or not at all.
        RecordKind::User
        | RecordKind::Case
        | RecordKind::Visit
        | RecordKind::Contract
        | RecordKind::Project
        | RecordKind::Report
        | RecordKind::Endpoint
        | RecordKind::MessageTemplate
        | RecordKind::Subscription
        | RecordKind::Event => Internal,
        RecordKind::Platform => Card,
    }
}

/// Whether a part of a field is internal although the field is not: whom an expert must not judge,
/// and how far the expert has agreed to be shown.
pub(super) fn is_internal_part(kind: RecordKind, field: &str, part: &str) -> bool {
    kind == RecordKind::Capability
        && field == "expert"
        && matches!(part, "conflict_orgs" | "consent_scope")
}

fn need(field: &str) -> FieldClass {
    match field {
        "title" | "need_kind" | "town_code" | "industry_code" | "tech_field" | "keywords"
        | "cooperation_modes" | "partner_types" | "preferred_regions" | "deadline"
        | "valid_until" | "urgency" | "is_common_tech" | "public_summary" | "confidentiality"
        | "tags" | "lang" | "current_trl" | "target_trl" | "budget_negotiable" => Card,
        "org" | "background" | "problem" | "requirements" | "elements" | "budget_min"
        | "budget_max" | "reward_amount" | "ip_requirement" | "conditions_offered"
        | "est_new_output" => Detail,
        "restricted_detail" | "contact" => Sealed,
        _ => Internal,
    }
}

fn capability(field: &str) -> FieldClass {
    match field {
        "title" | "asset_kind" | "stage" | "trl" | "summary" | "applications"
        | "industry_codes" | "tech_field" | "keywords" | "ipc" | "level" | "transfer_modes"
        | "price_mode" | "min_budget" | "preferred_partner" | "excluded_regions"
        | "capacity_per_year" | "valid_until" | "town_code" | "confidentiality" | "tags"
        | "lang" => Card,
        "org"
        | "lead_expert"
        | "ownership_type"
        | "registration_no"
        | "registered_on"
        | "attribute"
        | "problem_solved"
        | "advantage_over_existing"
        | "performance"
        | "economic_comparison"
        | "elements"
        | "ip_list"
        | "evidence"
        | "price"
        | "price_max"
        | "cases"
        | "papers"
        | "grants"
        | "orcid"
        | "expert"
        | "instrument"
        | "team" => Detail,
        "restricted_detail" | "contact" => Sealed,
        _ => Internal,
    }
}

fn organization(field: &str) -> FieldClass {
    match field {
        "name" | "name_en" | "org_type" | "nature" | "region_code" | "town_code" | "address"
        | "lat" | "lon" | "established_on" | "industry_code" | "scale" | "qualifications"
        | "main_products" | "rd_institution" | "is_backbone" | "summary" => Card,
        // Organisations have no level of their own; theirs is "members".
        "uscc" | "employees" | "rd_staff" => Detail,
        "contact" => Sealed,
        _ => Internal,
    }
}

fn town(field: &str) -> FieldClass {
    match field {
        "tech_leader_contact" => Internal,
        _ => Card,
    }
}
