//! Towns.

use chrono::NaiveDate;
use townbridge::accounts::principal::{Caller, OrgId, UserId};
use townbridge::error::Error;
use townbridge::needs::life::NeedStatus;
use townbridge::organizations::model::OrgStatus;
use townbridge::towns;
use townbridge::towns::model::{SpecialtyIndustry, Town, TownFields, TownStatus};
use townbridge::towns::store::{self, TownFilter};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    town_is_on_the_list_once,
    towns_are_listed_in_order_and_filtered,
    only_what_everybody_may_know_of_is_counted,
    liaisons_are_those_in_office,
);

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";
const GAOPO: &str = "441422102";

fn enter(db: &TestDatabase, code: &str, status: TownStatus) -> Result<Town, Error> {
    let fields = TownFields {
        code: Some(code.to_owned()),
        recognised_on: NaiveDate::from_ymd_opt(2002, 6, 18),
        level: Some("province".to_owned()),
        status: Some(status),
        specialty_industries: vec![SpecialtyIndustry {
            name: "灯饰".to_owned(),
            industry_code: "C3872".to_owned(),
        }],
        ..TownFields::default()
    };
    let (caller, now) = (Caller::system("test"), db.clock.now());
    let written =
        db.db.write(|conn| towns::ops::enter(db, conn, &caller, vec![fields.clone()], now))?;
    Ok(written.value.into_iter().next().unwrap())
}

fn town_is_on_the_list_once(db: &TestDatabase) {
    let town = enter(db, GUZHEN, TownStatus::Active).unwrap();
    assert_eq!((town.name.as_str(), town.county_code.as_str()), ("古镇镇", "442000"));
    assert_eq!(db.db.read(|db| store::find(db, GUZHEN)).unwrap(), Some(town.clone()));
    let error = enter(db, GUZHEN, TownStatus::Active).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let mut stale = town.clone();
    stale.version += 2;
    let error = db.db.write(|db| store::update(db, &stale)).unwrap_err();
    assert!(matches!(error, Error::PreconditionFailed), "{error}");
}

fn towns_are_listed_in_order_and_filtered(db: &TestDatabase) {
    for (code, status) in
        [(XIAOLAN, TownStatus::Warning), (GAOPO, TownStatus::Active), (GUZHEN, TownStatus::Active)]
    {
        enter(db, code, status).unwrap();
    }
    let codes = |filter: TownFilter, after: Option<&str>, limit| -> Vec<String> {
        let rows = db.db.read(|db| store::list(db, &filter, after, limit)).unwrap();
        rows.into_iter().map(|town| town.code).collect()
    };
    let all = TownFilter::default;
    assert_eq!(codes(all(), None, 10), [GAOPO, GUZHEN, XIAOLAN]);
    assert_eq!(codes(all(), Some(GAOPO), 1), [GUZHEN]);
    let north = TownFilter { region_group: Some("north".to_owned()), ..all() };
    assert_eq!(codes(north, None, 10), [GAOPO]);
    let zhongshan = TownFilter { city_code: Some("4420".to_owned()), ..all() };
    assert_eq!(codes(zhongshan, None, 10), [GUZHEN, XIAOLAN]);
    let warned = TownFilter { statuses: vec![TownStatus::Warning], ..all() };
    assert_eq!(codes(warned, None, 10), [XIAOLAN]);
    assert_eq!(db.db.read(|db| store::codes(db, Some(GUZHEN), 10)).unwrap(), [XIAOLAN]);
}

fn capability(db: &TestDatabase, org: OrgId, region: &str, status: &str, consent: &str) {
    let id = uuid::Uuid::now_v7();
    let at = "2026-11-01T00:00:00.000000Z";
    let sql = format!(
        "INSERT INTO capabilities (id, code, org_id, region_code, title, asset_kind, status, \
         confidentiality, consent_scope, doc, source, version, created_at, updated_at) VALUES \
         ('{id}', 'CG{id}', '{org}', '{region}', '能力', 'expert', '{status}', 'public', \
         '{consent}', '{{}}', 'manual', 1, '{at}', '{at}')"
    );
    db.db.write(|conn| Ok(conn.execute_batch(&sql)?)).unwrap();
}

fn only_what_everybody_may_know_of_is_counted(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let barred = db.organization(2, OrgStatus::Suspended, GUZHEN);
    db.need(&firm, NeedStatus::Published, "求一");
    db.need(&firm, NeedStatus::Matching, "求二");
    db.need(&firm, NeedStatus::Draft, "稿");
    db.need(&firm, NeedStatus::Solved, "成");
    db.need(&barred, NeedStatus::Published, "停用单位的");
    capability(db, firm.id, GUZHEN, "published", "public");
    capability(db, firm.id, GUZHEN, "published", "members");
    capability(db, firm.id, GUZHEN, "published", "none");
    capability(db, firm.id, GUZHEN, "draft", "public");
    capability(db, firm.id, "442000", "published", "public");
    capability(db, barred.id, GUZHEN, "published", "public");
    let codes = [GUZHEN.to_owned(), XIAOLAN.to_owned()];
    let needs = db.db.read(|db| store::open_needs(db, &codes)).unwrap();
    assert_eq!(needs, [(GUZHEN.to_owned(), 2)]);
    let capabilities = db.db.read(|db| store::open_capabilities(db, &codes)).unwrap();
    assert_eq!(capabilities, [(GUZHEN.to_owned(), 1)]);
}

fn liaisons_are_those_in_office(db: &TestDatabase) {
    for (name, status, role, region) in [
        ("在任", "active", "liaison", GUZHEN),
        ("停用", "disabled", "liaison", GUZHEN),
        ("别镇", "active", "liaison", XIAOLAN),
        ("市员", "active", "officer", "4420"),
    ] {
        let (id, at) = (UserId::new(), "2026-11-01T00:00:00.000000Z");
        let sql = format!(
            "INSERT INTO users (id, login_mail, name, language, status, version, created_at, \
             updated_at) VALUES ('{id}', '{id}@example.com', '{name}', 'zh-CN', '{status}', 1, \
             '{at}', '{at}');\
             INSERT INTO role_grants (id, user_id, role, region_code, created_at) VALUES \
             ('{}', '{id}', '{role}', '{region}', '{at}');",
            uuid::Uuid::now_v7()
        );
        db.db.write(|conn| Ok(conn.execute_batch(&sql)?)).unwrap();
    }
    let found = db.db.read(|db| store::liaisons(db, &[GUZHEN.to_owned()])).unwrap();
    let names: Vec<&str> = found.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(names, ["在任"]);
}
