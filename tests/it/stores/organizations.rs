//! Organisations.

use townbridge::accounts::principal::{Caller, Role};
use townbridge::error::Error;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::organizations::store::{self, OrganizationFilter};
use townbridge::records::scope::Reach;

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    organization_is_read_as_it_was_written,
    name_and_credit_code_belong_to_one_organization,
    list_of_organizations_hides_the_unverified,
    name_prefix_is_taken_literally,
    records_of_an_organization_are_all_found,
);

const GUZHEN: &str = "442000105";
const BEIJIAO: &str = "440606102";

fn names(db: &TestDatabase, caller: &Caller, filter: &OrganizationFilter) -> String {
    let reach = Reach::of(caller);
    let rows = db.db.read(|db| store::list(db, &reach, filter, None, 100)).unwrap();
    let mut names: Vec<String> = rows.into_iter().map(|org| org.name).collect();
    names.sort_unstable();
    names.join(" ")
}

fn renamed(db: &TestDatabase, org: &Organization, name: &str) -> Organization {
    let mut org = org.clone();
    let fields = townbridge::organizations::model::OrganizationFields {
        name: Some(name.to_owned()),
        ..org.doc.0.clone()
    };
    org.set_fields(fields);
    org.version += 1;
    db.db.write(|db| store::update(db, &org)).unwrap();
    org
}

fn organization_is_read_as_it_was_written(db: &TestDatabase) {
    let mut org = db.organization(1, OrgStatus::Pending, GUZHEN);
    org.set_fields(townbridge::organizations::model::OrganizationFields {
        lat: Some(22.607_900_1),
        lon: Some(-113.193_1),
        employees: Some(u32::MAX),
        ..org.doc.0.clone()
    });
    org.version += 1;
    db.db.write(|db| store::update(db, &org)).unwrap();
    let read = db.db.read(|db| store::find_unscoped(db, org.id)).unwrap();
    assert_eq!(read, Some(org));
}

fn name_and_credit_code_belong_to_one_organization(db: &TestDatabase) {
    let first = db.organization(1, OrgStatus::Verified, GUZHEN);
    let second = db.organization(2, OrgStatus::Verified, GUZHEN);
    let mut copy = first.clone();
    copy.id = townbridge::accounts::principal::OrgId::new();
    copy.code = "JG0000-00000000".to_owned();
    let error = db.db.write(|db| store::insert(db, std::slice::from_ref(&copy))).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let mut taking = second.clone();
    taking.name.clone_from(&first.name);
    taking.version += 1;
    let error = db.db.write(|db| store::update(db, &taking)).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let taken = |name: &str, uscc: &str, except| {
        db.db.read(|db| store::taken_unscoped(db, name, uscc, except)).unwrap()
    };
    assert_eq!(taken(&first.name, &second.uscc, None), (true, true));
    assert_eq!(taken(&first.name, &second.uscc, Some(first.id)), (false, true));
    assert_eq!(taken("别的名称", "", None), (false, false));
    let found =
        db.db.read(|db| store::ids_by_uscc_unscoped(db, &[second.uscc.clone(), "X".to_owned()]));
    assert_eq!(found.unwrap(), [(second.uscc.clone(), second.id)]);
}

fn list_of_organizations_hides_the_unverified(db: &TestDatabase) {
    let states = [
        (OrgStatus::Verified, "认证"),
        (OrgStatus::Pending, "待审"),
        (OrgStatus::Rejected, "退回"),
        (OrgStatus::Suspended, "停用"),
    ];
    let mut orgs = Vec::new();
    for (number, (status, name)) in (1..).zip(states) {
        orgs.push(renamed(db, &db.organization(number, status, GUZHEN), name));
    }
    let all = OrganizationFilter::default();
    let pending = orgs[1].id;
    assert_eq!(names(db, &Caller::anonymous(), &all), "认证");
    assert_eq!(names(db, &caller(Role::OrgMember, Some(pending), None), &all), "待审 认证");
    let everything = "停用 待审 认证 退回";
    assert_eq!(names(db, &caller(Role::Liaison, None, Some(GUZHEN)), &all), everything);
    assert_eq!(names(db, &caller(Role::Liaison, None, Some(BEIJIAO)), &all), "认证");
    assert_eq!(names(db, &caller(Role::Officer, None, Some("4420")), &all), everything);
    assert_eq!(names(db, &Caller::system("test"), &all), everything);
    let rejected =
        OrganizationFilter { statuses: vec![OrgStatus::Rejected], ..OrganizationFilter::default() };
    assert_eq!(names(db, &Caller::system("test"), &rejected), "退回");
    assert_eq!(names(db, &Caller::anonymous(), &rejected), "");
}

fn name_prefix_is_taken_literally(db: &TestDatabase) {
    for (number, name) in (1..).zip(["100%纯棉厂", "100号厂", "a_b公司", "axb公司", "B\\C"])
    {
        renamed(db, &db.organization(number, OrgStatus::Verified, GUZHEN), name);
    }
    let beginning = |name: &str| {
        let filter =
            OrganizationFilter { name: Some(name.to_owned()), ..OrganizationFilter::default() };
        names(db, &Caller::anonymous(), &filter)
    };
    assert_eq!(beginning("100"), "100%纯棉厂 100号厂");
    assert_eq!(beginning("100%"), "100%纯棉厂");
    assert_eq!(beginning("A_b"), "a_b公司");
    assert_eq!(beginning("b\\c"), "B\\C");
    assert_eq!(beginning("纯棉"), "");
}

fn records_of_an_organization_are_all_found(db: &TestDatabase) {
    use townbridge::needs::life::NeedStatus;
    use townbridge::records::model::RecordKind;
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let other = db.organization(2, OrgStatus::Verified, GUZHEN);
    let mine = db.need(&org, NeedStatus::Draft, "自家");
    db.need(&other, NeedStatus::Draft, "别家");
    let found = db.db.read(|db| store::records_unscoped(db, org.id)).unwrap();
    assert_eq!(found, [(RecordKind::Need, mine.id.to_string())]);
}
