//! Projects: put on record, carried out, closed with what came of them.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::organizations::model::Organization;
use townbridge::projects::{ops, reminders};

use crate::support::projects::{closing, project_fields};
use crate::support::{
    Account, Client, ContractBuilder, NeedBuilder, OrgBuilder, ProjectBuilder, TestApp,
};

const GUZHEN: &str = "442000105";

struct World {
    app: TestApp,
    firm: Organization,
    school: Organization,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let firm = OrgBuilder::enterprise().insert(&app);
        let school = OrgBuilder::university().insert(&app);
        Self { app, firm, school }
    }

    async fn create(&self, client: &Client) -> String {
        let answer = client
            .post_json("projects", project_fields(&self.firm, &self.school))
            .await
            .expect(201);
        answer.header("location").to_owned()
    }
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_project_goes_from_plan_to_end_and_its_past_is_kept() {
    let world = World::start().await;
    let (firm, school) =
        (world.app.org_member(world.firm.id), world.app.org_member(world.school.id));
    let liaison = world.app.liaison(GUZHEN);
    let path = world.create(&firm).await;
    let seen = school.get(&path).await.expect(200).json();
    assert!(seen["code"].as_str().unwrap().starts_with("XM"));
    assert_eq!((&seen["status"], &seen["steps"]), (&json!("planned"), &json!(["active"])));
    assert_eq!(seen["parties"][0]["name"], json!(world.firm.name));
    assert_eq!(seen["town_names"], json!(["中山市古镇镇"]));
    assert_eq!((&seen["planned_total"], &seen["paid_total"]), (&json!(30.0003), &json!(0.0001)));
    assert_eq!(seen["overdue_milestones"], 1);

    let steps = format!("{path}/steps");
    school.post_json(&steps, json!({ "to": "active" })).await.expect(200);
    let reached = json!({ "milestones": [
        { "title": "样件", "due_on": "2026-04-01", "done_on": "2026-03-30" }
    ] });
    let after = firm.patch_json(&path, 2, &reached).await.expect(200).json();
    assert_eq!(after["overdue_milestones"], 0);
    firm.patch_json(&path, 2, reached).await.problem(412, "precondition_failed");

    school.post_json(&steps, closing()).await.problem(403, "forbidden");
    let bare = liaison.post_json(&steps, json!({ "to": "closed" })).await.problem(422, "invalid");
    let expected = ["/closed_on", "/outputs"];
    assert_eq!(pointers(&bare), expected);
    let mut odd = closing();
    odd["outputs"] = json!([{ "kind": "patent", "amount": 3 }, { "kind": "odd", "count": 1 }]);
    odd["satisfaction_need"] = json!(6);
    let problem = liaison.post_json(&steps, odd).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/outputs/0", "/outputs/1/kind", "/satisfaction_need"]);
    let closed = liaison.post_json(&steps, closing()).await.expect(200).json();
    assert_eq!(
        (&closed["status"], &closed["satisfaction_provider"]),
        (&json!("closed"), &json!(4))
    );
    assert_eq!(closed["steps"], json!([]));
    let problem = liaison.post_json(&steps, json!({ "to": "active" })).await;
    assert_eq!(problem.problem(409, "conflict")["legal"], json!([]));
    firm.patch_json(&path, 4, json!({ "title": "改" })).await.problem(409, "conflict");
    let versions = firm.get(&format!("{path}/versions")).await.expect(200).json();
    assert_eq!(versions.as_array().unwrap().len(), 4);
    let log = world.app.admin().get("audit?record_kind=project&limit=10").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn everything_wrong_with_a_project_is_named_at_once() {
    let world = World::start().await;
    let firm = world.app.org_member(world.firm.id);
    let mut wrong = project_fields(&world.firm, &world.school);
    wrong["programme"] = json!("odd");
    wrong["town_codes"] = json!(["4420", GUZHEN, GUZHEN]);
    wrong["parties"] = json!([{ "org_id": world.firm.id, "role": "odd" }]);
    wrong["ends_on"] = json!("2025-12-31");
    wrong["milestones"][0]["done_on"] = json!("2999-01-01");
    wrong["funds"][0]["source"] = json!("odd");
    let problem = firm.post_json("projects", wrong).await.problem(422, "invalid");
    let expected = [
        "/programme",
        "/town_codes/0",
        "/town_codes/2",
        "/parties",
        "/parties/0/role",
        "/ends_on",
        "/milestones/0/done_on",
        "/funds/0/source",
    ];
    assert_eq!(pointers(&problem), expected);
    let mut early = project_fields(&world.firm, &world.school);
    early["satisfaction_need"] = json!(5);
    let problem = firm.post_json("projects", early).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "set_by_step");
    let mut small = project_fields(&world.firm, &world.school);
    small["funds"][0]["planned"] = json!(0.00001);
    firm.post_json("projects", small).await.problem(422, "invalid");
}

#[tokio::test]
async fn links_are_to_what_the_writer_may_know() {
    let world = World::start().await;
    let stranger = OrgBuilder::enterprise().insert(&world.app);
    let hidden = NeedBuilder::draft(&stranger).insert(&world.app);
    let secret = ContractBuilder::draft(&stranger, &world.school).insert(&world.app);
    let own = ContractBuilder::draft(&world.firm, &world.school).insert(&world.app);
    let firm = world.app.org_member(world.firm.id);
    let with = |field: &str, value: Value| {
        let mut body = project_fields(&world.firm, &world.school);
        body[field] = value;
        body
    };
    for (field, value, pointer) in [
        ("need_id", json!(hidden.id), "/need_id"),
        ("contract_ids", json!([own.id, secret.id]), "/contract_ids/1"),
        ("case_id", json!(uuid::Uuid::now_v7()), "/case_id"),
    ] {
        let problem = firm.post_json("projects", with(field, value)).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), [pointer]);
    }
    firm.post_json("projects", with("contract_ids", json!([own.id]))).await.expect(201);
    // Who writes cannot write itself out.
    let path = world.create(&firm).await;
    let away = json!({ "parties": [
        { "org_id": world.school.id, "role": "provider" }, { "name": "别家", "role": "need" }
    ] });
    firm.patch_json(&path, 1, away).await.problem(403, "forbidden");
    firm.delete_version(&path, 1).await.expect(204);
    firm.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn of_two_who_step_one_project_at_a_time_one_wins() {
    let world = World::start().await;
    let admin = world.app.admin();
    for _ in 0..6 {
        let path = format!("{}/steps", world.create(&admin).await);
        admin.post_json(&path, json!({ "to": "active" })).await.expect(200);
        let (one, other) = tokio::join!(
            admin.post_json(&path, closing()),
            admin.post_json(&path, json!({ "to": "cancelled", "comment": "转产" })),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{statuses:?}");
        assert!([409, 412].contains(&statuses[1]), "{statuses:?}");
    }
}

#[tokio::test]
async fn each_side_says_for_itself_how_satisfied_it_is_once_the_project_is_closed() {
    let world = World::start().await;
    let firm = world.app.org_member(world.firm.id);
    let school = world.app.org_member(world.school.id);
    let open = ProjectBuilder::active(&world.firm, &world.school).insert(&world.app);
    let said = |side: &str, rating: u8| json!({ "side": side, "rating": rating });
    let path = format!("projects/{}/ratings", open.id);
    firm.post_json(&path, said("need", 5)).await.problem(409, "conflict");

    let made = ProjectBuilder::closed(&world.firm, &world.school).insert(&world.app);
    let path = format!("projects/{}", made.id);
    let ratings = format!("{path}/ratings");
    assert_eq!(firm.get(&path).await.expect(200).json()["ratable"], json!(["need"]));
    let problem = firm.post_json(&ratings, said("need", 6)).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/rating"]);
    firm.post_json(&ratings, said("odd", 5)).await.problem(422, "invalid");
    firm.post_json(&ratings, said("provider", 5)).await.problem(403, "forbidden");
    let rated = firm.post_json(&ratings, said("need", 2)).await.expect(200).json();
    assert_eq!((&rated["satisfaction_need"], &rated["version"]), (&json!(2), &json!(4)));
    let rated = school.post_json(&ratings, said("provider", 3)).await.expect(200).json();
    assert_eq!(rated["satisfaction_provider"], json!(3));
    // Nothing else changes after the end, and the past says what was said before.
    firm.patch_json(&path, 5, json!({ "satisfaction_need": 1 })).await.problem(409, "conflict");
    let before = firm.get(&format!("{path}/versions/3")).await.expect(200).json();
    assert_eq!(before["fields"]["satisfaction_need"], json!(5));
}

#[tokio::test]
async fn people_are_reminded_once_before_and_once_when_it_is_late() {
    let world = World::start().await;
    let role = |org: &Organization| GrantRole::in_org(Role::OrgAdmin, org.id);
    let (firm, school) =
        (world.app.account(&[role(&world.firm)]), world.app.account(&[role(&world.school)]));
    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let elsewhere = world.app.account(&[GrantRole::in_region(Role::Liaison, "440604100")]);
    let today = world.app.clock.today_in_china();
    let day = |days: i64| today + chrono::TimeDelta::days(days);
    let made = ProjectBuilder::active(&world.firm, &world.school).fields(|fields| {
        fields.milestones[0].due_on = day(-1);
        fields.milestones[1].due_on = day(8);
    });
    let made = made.insert(&world.app);
    ContractBuilder::signed(&world.firm, &world.school)
        .fields(|fields| {
            fields.instalments[0].due_on = day(7);
            fields.instalments[1].due_on = day(0);
        })
        .insert(&world.app);
    let kinds = async |account: &Account| -> Vec<String> {
        let inbox = world.app.client(account).get("inbox").await.expect(200).json();
        let items = inbox["items"].as_array().unwrap().clone();
        let mut kinds: Vec<String> =
            items.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(reminders::remind(&world.app).unwrap(), 3);
    for account in [&firm, &school, &liaison] {
        assert_eq!(kinds(account).await, ["milestone_late", "payment_due", "payment_due"]);
    }
    assert_eq!(kinds(&elsewhere).await, Vec::<String>::new());
    assert_eq!(reminders::remind(&world.app).unwrap(), 0, "once each");
    let inbox = world.app.client(&firm).get("inbox").await.expect(200).json();
    let late = inbox["items"].as_array().unwrap().iter();
    let late = late.clone().find(|item| item["kind"] == "milestone_late").unwrap();
    assert_eq!(late["path"], format!("/projects/{}", made.id));
    assert_eq!(late["about"], "压铸件气孔率联合攻关");
    assert_eq!(late["data"]["due_on"], json!(day(-1)));
    // A day that is moved is a new thing.
    let id = made.id;
    let moved = json!({ "milestones": [{ "title": "样件", "due_on": day(2) }] });
    let system = Caller::system("test");
    ops::update(&world.app, &system, id, made.version, &moved).unwrap();
    assert_eq!(reminders::remind(&world.app).unwrap(), 1);
    assert!(kinds(&liaison).await.contains(&"milestone_due".to_owned()));
}
