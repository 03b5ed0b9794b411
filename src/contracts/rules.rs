//! What a contract must hold: always, and once it is to be signed.

use chrono::NaiveDate;

use super::model::{ContractFields, ContractParty, Instalment};
use crate::error::{Error, Message, Result};
use crate::money::Money;
use crate::reference::{Reference, uscc};
use crate::validation::Checker;

/// China in GB/T 2659.
const CHINA: &str = "156";
/// Region of organisations abroad.
const ABROAD: &str = "99";
/// Instalments of one contract.
const MAX_INSTALMENTS: usize = 60;

/// Whether a contract is still being drawn up or is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What is there must be right.
    Draft,
    /// Everything that the registration form asks for must be there.
    Complete,
}

/// Checks the fields and names everything wrong at once. `day` is that of signing, or today while
/// there is none: the rules of that day count.
///
/// # Errors
/// [`Error::Invalid`] with every field.
pub fn check(
    fields: &ContractFields,
    stage: Stage,
    reference: &Reference,
    day: NaiveDate,
) -> Result<()> {
    let mut checker = Checker::default();
    checker.name("/project_name", fields.project_name.as_deref());
    checker.line("/project_name", fields.project_name.as_deref(), 0, 200);
    checker.present("/region_code", fields.region_code.as_ref());
    checker.region(reference, "/region_code", fields.region_code.as_deref());
    check_kind(&mut checker, fields, reference, day);
    check_codes(&mut checker, fields, reference);
    check_party(&mut checker, "/buyer", fields.buyer.as_ref(), reference);
    check_party(&mut checker, "/seller", fields.seller.as_ref(), reference);
    let same = fields.buyer_org_id.is_some() && fields.buyer_org_id == fields.seller_org_id;
    checker.ensure(!same, "/seller_org_id", "field.same_party");
    if let (Some(from), Some(to)) = (fields.valid_from, fields.valid_to) {
        checker.ensure(from <= to, "/valid_to", "field.ends_before_start");
    }
    check_money(&mut checker, fields);
    checker.line("/broker_org", fields.broker_org.as_deref(), 0, 100);
    checker.line("/broker_person", fields.broker_person.as_deref(), 0, 60);
    if stage == Stage::Complete {
        require(&mut checker, fields);
    }
    checker.finish()
}

fn check_kind(
    checker: &mut Checker,
    fields: &ContractFields,
    reference: &Reference,
    day: NaiveDate,
) {
    let kind = fields.contract_type.as_deref();
    checker.code(reference, "/contract_type", "contract_type", kind);
    checker.code(reference, "/subtype", "contract_subtype", fields.subtype.as_deref());
    let region = fields.region_code.as_deref().unwrap_or_default();
    let types = reference.contract_policy(region, day).contract_types;
    if let (Some(kind), Some(types)) = (kind, types) {
        let message = Message::new("field.contract_type_then").with("day", day);
        checker.ensure(types.contains(kind), "/contract_type", message);
    }
    if let (Some(kind), Some(subtype)) = (kind, fields.subtype.as_deref()) {
        let below = subtype.strip_prefix(kind).is_some_and(|rest| rest.starts_with('_'));
        checker.ensure(below, "/subtype", "field.not_for_this_kind");
    }
}

fn check_codes(checker: &mut Checker, fields: &ContractFields, reference: &Reference) {
    let codes = [
        ("/payment_mode", "payment_mode", &fields.payment_mode),
        ("/tech_field", "tech_field", &fields.tech_field),
        ("/socio_economic_goal", "socio_economic_goal", &fields.socio_economic_goal),
        ("/plan_source", "plan_source", &fields.plan_source),
    ];
    for (pointer, table, code) in codes {
        checker.code(reference, pointer, table, code.as_deref());
    }
    checker.industry(reference, "/industry_code", fields.industry_code.as_deref());
    checker.codes(reference, "/ip_kinds", "ip_kind", &fields.ip_kinds);
    for (at, kind) in fields.ip_kinds.iter().enumerate() {
        let pointer = format!("/ip_kinds/{at}");
        checker.ensure(!fields.ip_kinds[..at].contains(kind), &pointer, "field.repeated");
        let alone = kind != "none" || fields.ip_kinds.len() == 1;
        checker.ensure(alone, &pointer, "field.stands_alone");
    }
}

fn check_party(
    checker: &mut Checker,
    pointer: &str,
    party: Option<&ContractParty>,
    reference: &Reference,
) {
    let Some(party) = party else { return };
    let (country, region) = (party.country.as_deref(), party.region_code.as_deref());
    checker.line(&format!("{pointer}/name"), party.name.as_deref(), 1, 100);
    if let Some(code) = party.uscc.as_deref() {
        checker.ensure(uscc::is_valid(code), &format!("{pointer}/uscc"), "field.uscc");
    }
    checker.code(reference, &format!("{pointer}/country"), "country", country);
    let at_region = format!("{pointer}/region_code");
    checker.region(reference, &at_region, region);
    if let (Some(country), Some(region)) = (country, region) {
        let agree = (country == CHINA) == (region != ABROAD);
        checker.ensure(agree, &at_region, "field.region_outside_country");
    }
    let nature = party.legal_nature.as_deref();
    checker.code(reference, &format!("{pointer}/legal_nature"), "legal_nature", nature);
}

fn check_money(checker: &mut Checker, fields: &ContractFields) {
    checker.ensure(fields.amount != Some(Money(0)), "/amount", "field.amount_zero");
    if let (Some(amount), Some(tech)) = (fields.amount, fields.tech_amount) {
        checker.ensure(tech <= amount, "/tech_amount", "field.over_amount");
    }
    checker.count("/instalments", &fields.instalments, 0, MAX_INSTALMENTS);
    for (at, one) in fields.instalments.iter().enumerate() {
        let whole = one.paid.is_some() == one.paid_on.is_some();
        checker.ensure(whole, &format!("/instalments/{at}/paid_on"), "field.paid_with_day");
        let some = one.planned > Money(0);
        checker.ensure(some, &format!("/instalments/{at}/planned"), "field.amount_zero");
    }
    let (planned, paid) = fields.totals();
    let amount = fields.amount.unwrap_or(Money(0));
    let fits = planned <= amount && paid <= amount;
    checker.ensure(fits, "/instalments", "field.over_amount");
}

fn require(checker: &mut Checker, fields: &ContractFields) {
    let texts = [
        ("/contract_type", &fields.contract_type),
        ("/subtype", &fields.subtype),
        ("/payment_mode", &fields.payment_mode),
        ("/tech_field", &fields.tech_field),
        ("/industry_code", &fields.industry_code),
        ("/socio_economic_goal", &fields.socio_economic_goal),
    ];
    for (pointer, text) in texts {
        checker.present(pointer, text.as_ref());
    }
    checker.present("/amount", fields.amount.as_ref());
    checker.present("/tech_amount", fields.tech_amount.as_ref());
    checker.present("/valid_from", fields.valid_from.as_ref());
    checker.present("/valid_to", fields.valid_to.as_ref());
    checker.some("/ip_kinds", &fields.ip_kinds);
    for (pointer, party) in [("/buyer", &fields.buyer), ("/seller", &fields.seller)] {
        let party = party.clone().unwrap_or_default();
        let parts = [
            ("name", &party.name),
            ("country", &party.country),
            ("region_code", &party.region_code),
            ("legal_nature", &party.legal_nature),
        ];
        for (field, value) in parts {
            checker.text(&format!("{pointer}/{field}"), value.as_deref());
        }
    }
    if fields.contract_type.as_deref() == Some("transfer") {
        checker.present("/est_new_input", fields.est_new_input.as_ref());
        checker.present("/est_new_output", fields.est_new_output.as_ref());
    }
}

/// Refuses changes of what only steps and payments set.
///
/// # Errors
/// [`Error::Invalid`] with every such field that differs.
pub fn check_untouched(before: &ContractFields, after: &ContractFields) -> Result<()> {
    let mut checker = Checker::default();
    let same = [
        ("/signed_on", before.signed_on == after.signed_on),
        ("/submitted_on", before.submitted_on == after.submitted_on),
        ("/registration_no", before.registration_no == after.registration_no),
        ("/registered_on", before.registered_on == after.registered_on),
        ("/registrar", before.registrar == after.registrar),
    ];
    for (pointer, same) in same {
        checker.ensure(same, pointer, "field.set_by_step");
    }
    let payment = |one: &Instalment| one.paid.map(|paid| (paid, one.paid_on));
    let count = before.instalments.len().max(after.instalments.len());
    for at in 0..count {
        let old = before.instalments.get(at).and_then(payment);
        let new = after.instalments.get(at).and_then(payment);
        checker.ensure(old == new, &format!("/instalments/{at}/paid"), "field.set_by_payment");
    }
    checker.finish()
}

/// A day given with a step: not in the future and not before what went before it.
///
/// # Errors
/// [`Error::Invalid`].
pub fn step_day(
    pointer: &str,
    given: Option<NaiveDate>,
    earliest: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<NaiveDate> {
    let day = given.ok_or_else(|| Error::field(pointer, "field.required"))?;
    if day > today {
        return Err(Error::field(pointer, "field.future_date"));
    }
    if earliest.is_some_and(|earliest| day < earliest) {
        return Err(Error::field(pointer, "field.before_step"));
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn good() -> ContractFields {
        let party = |name: &str| {
            json!({
                "name": name, "country": "156", "region_code": "442000",
                "legal_nature": "enterprise_domestic",
            })
        };
        let fields = json!({
            "project_name": "压铸散热结构委托开发",
            "contract_type": "development",
            "subtype": "development_commissioned",
            "buyer": party("甲方"), "seller": party("乙方"), "region_code": "442000105",
            "valid_from": "2026-01-01", "valid_to": "2026-12-31",
            "amount": 50, "tech_amount": 40.5, "payment_mode": "instalments",
            "instalments": [
                { "due_on": "2026-02-01", "planned": 20.1234 },
                { "due_on": "2026-12-01", "planned": 29.8766 },
            ],
            "ip_kinds": ["know_how", "invention"], "tech_field": "new_energy",
            "industry_code": "C3872", "socio_economic_goal": "10",
        });
        serde_json::from_value(fields).unwrap()
    }

    fn wrong(fields: &ContractFields, stage: Stage, day: NaiveDate) -> Vec<String> {
        match check(fields, stage, &reference(), day) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        assert_eq!(wrong(&good(), Stage::Complete, day("2026-01-01")), [""; 0]);
        let mut fields = good();
        fields.subtype = Some("service_training".to_owned());
        fields.valid_to = Some(day("2025-12-31"));
        fields.tech_amount = Some(Money::parse_wan("50.0001").unwrap());
        fields.ip_kinds.push("none".to_owned());
        fields.buyer.as_mut().unwrap().country = Some("392".to_owned());
        fields.instalments[1].planned = Money::parse_wan("29.8767").unwrap();
        fields.instalments[0].paid = Some(Money(100));
        let expected = [
            "/subtype",
            "/ip_kinds/2",
            "/buyer/region_code",
            "/valid_to",
            "/tech_amount",
            "/instalments/0/paid_on",
            "/instalments",
        ];
        assert_eq!(wrong(&fields, Stage::Draft, day("2026-01-01")), expected);
    }

    #[test]
    fn a_draft_may_lack_what_a_signed_contract_must_state() {
        let fields = ContractFields {
            project_name: Some("草稿".to_owned()),
            region_code: Some("442000105".to_owned()),
            contract_type: Some("transfer".to_owned()),
            ..ContractFields::default()
        };
        let today = day("2026-01-01");
        assert_eq!(wrong(&fields, Stage::Draft, today), [""; 0]);
        let missing = wrong(&fields, Stage::Complete, today);
        for pointer in
            ["/subtype", "/amount", "/buyer/name", "/seller/legal_nature", "/est_new_output"]
        {
            assert!(missing.contains(&pointer.to_owned()), "{pointer} in {missing:?}");
        }
        assert_eq!(missing.len(), 20, "{missing:?}");
    }

    #[test]
    fn there_were_no_licences_before_the_civil_code() {
        let mut fields = good();
        fields.contract_type = Some("license".to_owned());
        fields.subtype = Some("license_patent".to_owned());
        assert_eq!(wrong(&fields, Stage::Complete, day("2021-01-01")), [""; 0]);
        assert_eq!(wrong(&fields, Stage::Complete, day("2020-12-31")), ["/contract_type"]);
    }

    #[test]
    fn steps_and_payments_alone_set_what_is_theirs() {
        let before = good();
        let mut after = before.clone();
        after.registration_no = Some("2026440000000001".to_owned());
        after.instalments.swap(0, 1);
        let untouched = |after: &ContractFields| match check_untouched(&before, after) {
            Err(Error::Invalid(errors)) => errors.len(),
            other => other.map(|()| 0).unwrap(),
        };
        assert_eq!(untouched(&after), 1);
        after.registration_no = None;
        assert_eq!(untouched(&after), 0);
        after.instalments[0].paid = Some(Money(100));
        assert_eq!(untouched(&after), 1);
    }

    proptest! {
        /// Instalments pass exactly while they come to no more than the amount.
        #[test]
        fn instalments_come_to_the_amount_at_most(
            units in prop::collection::vec(1_i64..1_000_000, 1..20),
            short in -3_i64..3,
        ) {
            let sum: i64 = units.iter().sum();
            prop_assume!(sum + short > 0);
            let mut fields = good();
            fields.amount = Some(Money((sum + short) * 100));
            fields.tech_amount = fields.amount;
            let one = fields.instalments[0].clone();
            fields.instalments = units
                .iter()
                .map(|&units| Instalment { planned: Money(units * 100), ..one.clone() })
                .collect();
            prop_assert_eq!(fields.totals().0, Money(sum * 100));
            let expected: &[&str] = if short < 0 { &["/instalments"] } else { &[] };
            let mut checker = Checker::default();
            check_money(&mut checker, &fields);
            let found: Vec<String> = checker.errors().into_iter().map(|e| e.pointer).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
