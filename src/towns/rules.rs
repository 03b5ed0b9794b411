//! What a town must hold, and what follows from its code.

use chrono::NaiveDate;

use super::model::{TownFields, TownStatus};
use crate::error::Result;
use crate::reference::Reference;
use crate::validation::Checker;

/// Fills in what follows from the code where nothing is given: name, county, city and group.
pub fn complete(fields: &mut TownFields, reference: &Reference) {
    fields.status.get_or_insert(TownStatus::Active);
    let Some(region) = fields.code.as_deref().and_then(|code| reference.region(code)) else {
        return;
    };
    fields.name.get_or_insert_with(|| region.name.clone());
    fields.county_code.get_or_insert_with(|| region.parent_code.clone());
    if let Some(city) = region.code.get(..4) {
        fields.city_code.get_or_insert_with(|| city.to_owned());
    }
    fields.region_group.get_or_insert_with(|| reference.region_group(&region.code).to_owned());
}

/// Checks completed fields and names everything wrong at once.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &TownFields, reference: &Reference, today: NaiveDate) -> Result<()> {
    let mut checker = Checker::default();
    check_place(&mut checker, fields, reference);
    checker.name("/name", fields.name.as_deref());
    checker.line("/name", fields.name.as_deref(), 0, 60);
    checker.present("/recognised_on", fields.recognised_on.as_ref());
    checker.not_future("/recognised_on", fields.recognised_on, today);
    checker.present("/level", fields.level.as_ref());
    checker.code(reference, "/level", "town_level", fields.level.as_deref());
    checker.count("/specialty_industries", &fields.specialty_industries, 1, 20);
    for (at, industry) in fields.specialty_industries.iter().enumerate() {
        let pointer = |field: &str| format!("/specialty_industries/{at}/{field}");
        checker.length(&pointer("name"), Some(&industry.name), 1, 60);
        checker.industry(reference, &pointer("industry_code"), Some(&industry.industry_code));
    }
    checker.length("/intro", fields.intro.as_deref(), 0, 5_000);
    checker.length("/tech_leader", fields.tech_leader.as_deref(), 0, 200);
    check_pairs(&mut checker, fields, reference);
    checker.finish()
}

fn is_town(reference: &Reference, code: &str) -> bool {
    reference.region(code).is_some_and(|region| region.level == "town")
}

fn check_place(checker: &mut Checker, fields: &TownFields, reference: &Reference) {
    let Some(code) = fields.code.as_deref() else {
        return checker.fail("/code", "field.required");
    };
    if !is_town(reference, code) {
        return checker.fail("/code", "field.not_a_town");
    }
    let county = reference.region(code).map(|region| region.parent_code.as_str());
    let derived = [
        ("/county_code", fields.county_code.as_deref(), county),
        ("/city_code", fields.city_code.as_deref(), code.get(..4)),
        ("/region_group", fields.region_group.as_deref(), Some(reference.region_group(code))),
    ];
    for (pointer, given, right) in derived {
        checker.ensure(given == right, pointer, "field.contradicts_code");
    }
}

fn check_pairs(checker: &mut Checker, fields: &TownFields, reference: &Reference) {
    checker.count("/paired_town_codes", &fields.paired_town_codes, 0, 20);
    for (at, pair) in fields.paired_town_codes.iter().enumerate() {
        let pointer = format!("/paired_town_codes/{at}");
        let other = fields.code.as_ref() != Some(pair);
        checker.ensure(other && is_town(reference, pair), &pointer, "field.not_a_town");
        let repeated = fields.paired_town_codes[..at].contains(pair);
        checker.ensure(!repeated, &pointer, "field.repeated");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::towns::model::SpecialtyIndustry;

    fn good() -> TownFields {
        TownFields {
            code: Some("442000105".to_owned()),
            recognised_on: NaiveDate::from_ymd_opt(2002, 6, 18),
            level: Some("province".to_owned()),
            specialty_industries: vec![SpecialtyIndustry {
                name: "灯饰照明".to_owned(),
                industry_code: "C3872".to_owned(),
            }],
            ..TownFields::default()
        }
    }

    fn wrong(mut fields: TownFields) -> Vec<String> {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        complete(&mut fields, &reference);
        match check(&fields, &reference, today) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_follows_from_the_code_is_filled_in() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let mut fields = good();
        complete(&mut fields, &reference);
        assert_eq!(fields.name.as_deref(), Some("古镇镇"));
        assert_eq!(fields.city_code.as_deref(), Some("4420"));
        assert_eq!(fields.county_code.as_deref(), Some("442000"));
        assert_eq!(fields.region_group.as_deref(), Some("prd"));
        assert_eq!(wrong(fields), Vec::<String>::new());
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let fields = TownFields {
            city_code: Some("4406".to_owned()),
            region_group: Some("west".to_owned()),
            recognised_on: NaiveDate::from_ymd_opt(2027, 1, 1),
            level: Some("county".to_owned()),
            specialty_industries: Vec::new(),
            paired_town_codes: vec!["442000105".to_owned(), "440606".to_owned()],
            ..good()
        };
        let expected = [
            "/city_code",
            "/region_group",
            "/recognised_on",
            "/level",
            "/specialty_industries",
            "/paired_town_codes/0",
            "/paired_town_codes/1",
        ];
        assert_eq!(wrong(fields), expected);
        assert!(
            wrong(TownFields { code: Some("4420".into()), ..good() }).contains(&"/code".into())
        );
    }

    #[test]
    fn the_demo_towns_pass() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/towns.jsonl");
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let fields: TownFields = serde_json::from_str(line).unwrap();
            assert_eq!(wrong(fields), Vec::<String>::new(), "{line}");
        }
    }
}
