//! Projects.

use chrono::NaiveDate;
use serde_json::json;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::error::Error;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::projects::model::{Project, ProjectStatus};
use townbridge::projects::ops::{self, ListProjects};
use townbridge::projects::store;
use townbridge::records::model::RecordKind;
use townbridge::records::scope::{BrokeredBy, Reach};

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    project_is_stored_with_parties_and_towns,
    projects_are_listed_to_those_who_take_part,
    projects_are_filtered,
    what_is_overdue_comes_longest_due_first,
);

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";
const GAOPO: &str = "441422102";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn enter(db: &TestDatabase, title: &str, orgs: &[&Organization], towns: &[&str]) -> Project {
    let mut parties = vec![json!({ "name": "外地研究院", "role": "provider" })];
    parties.extend(orgs.iter().map(|org| json!({ "org_id": org.id, "role": "need" })));
    if parties.len() < 2 {
        parties.push(json!({ "name": "外地企业", "role": "need" }));
    }
    let fields = json!({
        "title": title,
        "programme": "university_town",
        "channel": "offline",
        "activity_kind": "joint_research",
        "town_codes": towns,
        "parties": parties,
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "milestones": [{ "title": "样件", "due_on": "2026-04-01" }],
        "funds": [
            { "source": "town", "planned": 10.0001, "paid": 5 },
            { "source": "enterprise", "planned": 20.0002 }
        ],
    });
    let fields = serde_json::from_value(fields).unwrap();
    let view = ops::create(db, &Caller::system("test"), &fields).unwrap().value;
    db.db.read(|db| store::find_unscoped(db, view.id)).unwrap().unwrap()
}

fn project_is_stored_with_parties_and_towns(db: &TestDatabase) {
    let one = db.organization(1, OrgStatus::Verified, GUZHEN);
    let other = db.organization(2, OrgStatus::Verified, GUZHEN);
    let mut row = enter(db, "联合攻关", &[&one, &other], &[GUZHEN, XIAOLAN]);
    assert_eq!((row.funds_planned, row.funds_paid), (30_000_300, 5_000_000));
    assert_eq!(row.next_milestone_on, Some(day("2026-04-01")));
    assert_eq!((row.party_rows().len(), row.town_rows().len()), (2, 2));
    // Who is taken out does not see it any more.
    let sees = |org: &Organization| {
        let caller = caller(Role::OrgMember, Some(org.id), None);
        ops::list(db, &caller, &ListProjects::default()).unwrap().items.len()
    };
    assert_eq!((sees(&one), sees(&other)), (1, 1));
    let mut fields = row.doc.0.clone();
    fields.parties.retain(|party| party.org_id != Some(other.id));
    row.set_fields(fields);
    row.version += 1;
    db.db.write(|db| store::update(db, &row)).unwrap();
    assert_eq!((sees(&one), sees(&other)), (1, 0));
    assert_eq!(db.db.read(|db| store::find_unscoped(db, row.id)).unwrap(), Some(row.clone()));
    let again = db.db.write(|db| store::update(db, &row)).unwrap_err();
    assert!(matches!(again, Error::PreconditionFailed), "{again}");
    db.db.write(|db| store::remove(db, &row)).unwrap();
    assert_eq!((sees(&one), sees(&other)), (0, 0));
}

/// Titles of what is listed, oldest first.
fn titles(db: &TestDatabase, caller: &Caller, query: &ListProjects) -> String {
    let page = ops::list(db, caller, query).unwrap();
    let mut titles: Vec<String> =
        page.items.into_iter().map(|view| view.fields.title.unwrap()).collect();
    titles.reverse();
    titles.join(" ")
}

fn projects_are_listed_to_those_who_take_part(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    enter(db, "甲", &[&org], &[GUZHEN, GAOPO]);
    enter(db, "乙", &[], &[GAOPO]);
    let listed = |caller: &Caller| titles(db, caller, &ListProjects::default());
    assert_eq!(listed(&caller(Role::OrgMember, Some(org.id), None)), "甲");
    assert_eq!(listed(&caller(Role::Expert, Some(org.id), None)), "");
    assert_eq!(listed(&caller(Role::Liaison, None, Some(GUZHEN))), "甲");
    assert_eq!(listed(&caller(Role::Liaison, None, Some(XIAOLAN))), "");
    assert_eq!(listed(&caller(Role::Officer, None, Some("4414"))), "甲 乙");
    assert_eq!(listed(&Caller::system("test")), "甲 乙");
}

fn projects_are_filtered(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    enter(db, "甲", &[&org], &[GUZHEN]);
    enter(db, "乙", &[], &[GAOPO]);
    let mut row = enter(db, "丙", &[], &[GAOPO]);
    row.status = ProjectStatus::Active;
    row.programme = "alliance".to_owned();
    row.channel = "online".to_owned();
    row.activity_kind = "exchange".to_owned();
    row.version += 1;
    db.db.write(|db| store::update(db, &row)).unwrap();
    let all = ListProjects::default;
    let listed = |query: ListProjects| titles(db, &Caller::system("test"), &query);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(listed(ListProjects { status: text("active,closed"), ..all() }), "丙");
    assert_eq!(listed(ListProjects { programme: text("alliance"), ..all() }), "丙");
    assert_eq!(listed(ListProjects { channel: text("offline"), ..all() }), "甲 乙");
    assert_eq!(listed(ListProjects { activity_kind: text("exchange"), ..all() }), "丙");
    assert_eq!(listed(ListProjects { region: text("4420"), ..all() }), "甲");
    assert_eq!(listed(ListProjects { org_id: Some(org.id), ..all() }), "甲");
    let first = ops::list(db, &Caller::system("test"), &ListProjects { limit: Some(2), ..all() });
    let next = first.unwrap().next.unwrap();
    assert_eq!(listed(ListProjects { after: Some(next), ..all() }), "甲");
}

fn what_is_overdue_comes_longest_due_first(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    enter(db, "项目", &[&org], &[GUZHEN]);
    let mut ended = enter(db, "已终止", &[&org], &[GUZHEN]);
    ended.status = ProjectStatus::Cancelled;
    ended.version += 1;
    db.db.write(|db| store::update(db, &ended)).unwrap();
    let fields = json!({
        "project_name": "合同", "buyer_org_id": org.id, "amount": 9,
        "instalments": [
            { "due_on": "2026-03-01", "planned": 4.5 }, { "due_on": "2026-07-01", "planned": 4.5 }
        ],
    });
    let fields = serde_json::from_value(fields).unwrap();
    let system = Caller::system("test");
    let contract = townbridge::contracts::ops::create(db, &system, &fields).unwrap().value;
    let sign = |db: &mut _| {
        let found = townbridge::contracts::store::find_unscoped(db, contract.id)?;
        let mut row = found.unwrap();
        row.status = townbridge::contracts::model::ContractStatus::Signed;
        row.version += 1;
        townbridge::contracts::store::update(db, &row)
    };
    db.db.write(sign).unwrap();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let reference = townbridge::reference::load(&data).unwrap();
    let late = |caller: &Caller, today: &str| -> Vec<(RecordKind, String)> {
        let reach = Reach::of(caller);
        let found = db
            .db
            .read(|db| ops::overdue(&reference, db, (&reach, BrokeredBy::Anybody), day(today), 10))
            .unwrap();
        found.first.into_iter().map(|one| (one.kind, one.due_on.to_string())).collect()
    };
    let liaison = caller(Role::Liaison, None, Some(GUZHEN));
    let payment = (RecordKind::Contract, "2026-03-01".to_owned());
    let milestone = (RecordKind::Project, "2026-04-01".to_owned());
    assert_eq!(late(&liaison, "2026-04-02"), [payment.clone(), milestone]);
    assert_eq!(late(&liaison, "2026-04-01"), [payment]);
    assert!(late(&liaison, "2026-03-01").is_empty());
    assert!(late(&caller(Role::Liaison, None, Some(GAOPO)), "2026-12-01").is_empty());
}
