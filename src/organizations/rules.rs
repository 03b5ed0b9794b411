//! What an organisation must hold.

use chrono::NaiveDate;

use super::model::OrganizationFields;
use crate::reference::{Reference, uscc};
use crate::validation::Checker;

/// Gathers everything wrong with the fields.
pub fn check(
    checker: &mut Checker,
    fields: &OrganizationFields,
    reference: &Reference,
    today: NaiveDate,
) {
    check_identity(checker, fields);
    check_place(checker, fields, reference);
    check_trade(checker, fields, reference);
    check_texts(checker, fields);
    checker.not_future("/established_on", fields.established_on, today);
    if let (Some(staff), Some(rd_staff)) = (fields.employees, fields.rd_staff) {
        checker.ensure(rd_staff <= staff, "/rd_staff", "field.more_rd_than_staff");
    }
    match &fields.contact {
        None => checker.fail("/contact", "field.required"),
        Some(contact) => {
            checker.text("/contact/name", Some(&contact.name));
            checker.length("/contact/name", Some(&contact.name), 0, 60);
            checker.length("/contact/phone", contact.phone.as_deref(), 1, 40);
            checker.mail("/contact/mail", contact.mail.as_deref());
            checker.length("/contact/position", contact.position.as_deref(), 0, 60);
        }
    }
}

fn check_identity(checker: &mut Checker, fields: &OrganizationFields) {
    checker.name("/name", fields.name.as_deref());
    checker.line("/name", fields.name.as_deref(), 0, 100);
    match fields.uscc.as_deref() {
        None | Some("") => checker.fail("/uscc", "field.required"),
        Some(code) => checker.ensure(uscc::is_valid(code), "/uscc", "field.uscc"),
    }
    checker.present("/org_type", fields.org_type.as_ref());
}

fn check_place(checker: &mut Checker, fields: &OrganizationFields, reference: &Reference) {
    let (region, town) = (fields.region_code.as_deref(), fields.town_code.as_deref());
    if region.is_none() && town.is_none() {
        checker.fail("/region_code", "field.required");
    }
    checker.region(reference, "/region_code", region);
    if let Some(town) = town {
        let is_town = reference.region(town).is_some_and(|found| found.level == "town");
        checker.ensure(is_town, "/town_code", "field.not_a_town");
        if let Some(region) = region {
            let inside = town.starts_with(region);
            checker.ensure(inside, "/town_code", "field.town_outside_region");
        }
    }
    checker.range("/lat", fields.lat, -90.0, 90.0);
    checker.range("/lon", fields.lon, -180.0, 180.0);
    match (fields.lat, fields.lon) {
        (Some(_), None) => checker.fail("/lon", "field.required"),
        (None, Some(_)) => checker.fail("/lat", "field.required"),
        _ => {}
    }
}

fn check_trade(checker: &mut Checker, fields: &OrganizationFields, reference: &Reference) {
    checker.code(reference, "/org_type", "org_type", fields.org_type.as_deref());
    checker.code(reference, "/scale", "scale", fields.scale.as_deref());
    checker.codes(reference, "/qualifications", "qualification", &fields.qualifications);
    checker.industry(reference, "/industry_code", fields.industry_code.as_deref());
    if let Some(own) = &fields.rd_institution {
        let kind = ("/rd_institution/kind", "rd_institution_kind", &own.kind);
        let level = ("/rd_institution/level", "rd_institution_level", &own.level);
        for (pointer, table, code) in [kind, level] {
            checker.code(reference, pointer, table, Some(code));
        }
    }
    if fields.org_type.as_deref() == Some("enterprise") {
        checker.present("/industry_code", fields.industry_code.as_ref());
        checker.present("/scale", fields.scale.as_ref());
    }
}

fn check_texts(checker: &mut Checker, fields: &OrganizationFields) {
    let texts = [
        ("/name_en", &fields.name_en, 200),
        ("/nature", &fields.nature, 100),
        ("/address", &fields.address, 200),
        ("/bank_need", &fields.bank_need, 2_000),
        ("/summary", &fields.summary, 5_000),
    ];
    for (pointer, text, max) in texts {
        checker.length(pointer, text.as_deref(), 0, max);
    }
    checker.count("/qualifications", &fields.qualifications, 0, 20);
    checker.count("/main_products", &fields.main_products, 0, 30);
    for (at, product) in fields.main_products.iter().enumerate() {
        checker.length(&format!("/main_products/{at}"), Some(product), 1, 60);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::model::RdInstitution;
    use crate::records::parts::Contact;

    fn good() -> OrganizationFields {
        OrganizationFields {
            name: Some("中山市试灯照明有限公司".to_owned()),
            uscc: Some("91350100M000100Y43".to_owned()),
            org_type: Some("enterprise".to_owned()),
            region_code: Some("442000".to_owned()),
            town_code: Some("442000105".to_owned()),
            industry_code: Some("C3872".to_owned()),
            scale: Some("small".to_owned()),
            contact: Some(Contact { name: "测试".to_owned(), ..Contact::default() }),
            ..OrganizationFields::default()
        }
    }

    fn wrong(fields: &OrganizationFields) -> Vec<String> {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let mut checker = Checker::default();
        check(&mut checker, fields, &reference, today);
        checker.errors().into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_complete_enterprise_passes() {
        assert_eq!(wrong(&good()), Vec::<String>::new());
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let fields = OrganizationFields {
            uscc: Some("91350100M000100Y44".to_owned()),
            region_code: Some("4401".to_owned()),
            industry_code: None,
            scale: Some("huge".to_owned()),
            lat: Some(91.0),
            established_on: NaiveDate::from_ymd_opt(2027, 1, 1),
            qualifications: vec!["high_tech".to_owned(), "odd".to_owned()],
            rd_institution: Some(RdInstitution { kind: "odd".into(), level: "city".into() }),
            contact: Some(Contact {
                name: " ".to_owned(),
                mail: Some("nobody".to_owned()),
                ..Contact::default()
            }),
            ..good()
        };
        let mut pointers = wrong(&fields);
        pointers.sort_unstable();
        let expected = [
            "/contact/mail",
            "/contact/name",
            "/established_on",
            "/industry_code",
            "/lat",
            "/lon",
            "/qualifications/1",
            "/rd_institution/kind",
            "/scale",
            "/town_code",
            "/uscc",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn a_county_is_not_a_town_and_a_university_needs_no_industry() {
        let county = OrganizationFields {
            town_code: Some("440606".to_owned()),
            region_code: Some("4406".to_owned()),
            ..good()
        };
        assert_eq!(wrong(&county), ["/town_code"]);
        let university = OrganizationFields {
            org_type: Some("university".to_owned()),
            industry_code: None,
            scale: None,
            ..good()
        };
        assert_eq!(wrong(&university), Vec::<String>::new());
    }

    #[test]
    fn the_demo_organizations_pass() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/organizations.jsonl");
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
            let key = row.as_object_mut().unwrap().remove("key");
            let fields = serde_json::from_value(row).unwrap();
            assert_eq!(wrong(&fields), Vec::<String>::new(), "{key:?}");
        }
    }
}
