//! `Idempotency-Key`: every operation that creates something, repeated in every way.
//!
//! Each row is one operation. An operation of the OpenAPI document that takes a key and has no row
//! fails the test, and so does a row without such an operation.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases;
use townbridge::events;
use townbridge::events::model::EventFields;
use townbridge::http::server;
use townbridge::organizations::model::Organization;
use townbridge::reports;
use townbridge::reports::locks::LockPeriod;
use townbridge::visits;
use townbridge::visits::model::VisitFields;

use crate::support::files::{png, with_form};
use crate::support::{
    Account, Answer, CONSENT, CapabilityBuilder, Client, ContractBuilder, NeedBuilder, OrgBuilder,
    ProjectBuilder, TestApp, credit_code,
};

/// The service with records to create something for.
struct World {
    app: TestApp,
    account: Account,
    admin: Client,
    own: Organization,
    others: Vec<Organization>,
    need: String,
    capability: String,
    /// What others offer, one each.
    offers: Vec<String>,
    case: String,
    /// An entry of its timeline that both sides may read.
    entry: String,
    user: String,
    visit: String,
    contract: String,
    project: String,
    report: String,
    event: String,
    /// Visits of its period that were logged after it had been locked.
    late: Vec<String>,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let own = OrgBuilder::enterprise().insert(&app);
        let others: Vec<Organization> =
            (0..4).map(|_| OrgBuilder::enterprise().insert(&app)).collect();
        let offer = |org| CapabilityBuilder::published(org).insert(&app).id.to_string();
        let offers: Vec<String> = others.iter().map(offer).collect();
        let need = NeedBuilder::published(&own).insert(&app).id.to_string();
        let capability = CapabilityBuilder::published(&own).insert(&app).id.to_string();
        let member = GrantRole::in_org(Role::OrgMember, own.id);
        let user = app.account(&[member]).id.to_string();
        let account = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
        let other = NeedBuilder::published(&own).insert(&app).id;
        let pair = json!({ "need_id": other, "capability_id": offers[0] });
        let command = serde_json::from_value(pair).unwrap();
        let opened = cases::ops::open(app.service(), &Caller::system("test"), &command).unwrap();
        let note = serde_json::from_value(json!({ "note": "纪要", "shared": true })).unwrap();
        let system = Caller::system("test");
        let entry =
            cases::ops::add_note(app.service(), &system, opened.value.id, &note, &[]).unwrap();
        let fields = VisitFields {
            town_code: Some("442000105".to_owned()),
            org_id: Some(own.id),
            findings: Some("压铸件气孔多。".to_owned()),
            ..VisitFields::default()
        };
        let logged = visits::ops::create(app.service(), &Caller::system("test"), &fields, &[]);
        let visit = logged.unwrap().value.id.to_string();
        let contract = ContractBuilder::draft(&own, &others[0]).insert(&app).id.to_string();
        let project = ProjectBuilder::planned(&own, &others[0]).insert(&app).id.to_string();
        let period = LockPeriod {
            period: "2025".to_owned(),
            region_code: "442000105".to_owned(),
            note: None,
        };
        let report = reports::locks::lock(app.service(), &Caller::system("test"), &period);
        let late = (1..=4).map(|day| {
            let on = chrono::NaiveDate::from_ymd_opt(2025, 1, day);
            let fields = VisitFields { visited_on: on, ..fields.clone() };
            let caller = Caller::system("test");
            let made = visits::ops::create(app.service(), &caller, &fields, &[]).unwrap();
            made.value.id.to_string()
        });
        let late = late.collect();
        Self {
            contract,
            project,
            report: report.unwrap().id.to_string(),
            event: event(&app),
            late,
            admin: app.client(&account),
            case: opened.value.id.to_string(),
            entry: entry.value.id.to_string(),
            account,
            own,
            others,
            need,
            capability,
            offers,
            user,
            visit,
            app,
        }
    }

    fn other(&self, number: usize) -> String {
        self.others[number].id.to_string()
    }
}

/// What is sent for an event.
fn event_fields() -> Value {
    json!({
        "kind": "matchmaking", "title": "灯饰对接会", "town_code": "442000105", "place": "会展中心",
        "starts_at": "2099-12-01T01:00:00Z", "ends_at": "2099-12-01T09:00:00Z"
    })
}

/// A planned event.
fn event(app: &TestApp) -> String {
    let fields: EventFields = serde_json::from_value(event_fields()).unwrap();
    let made = events::ops::create(app.service(), &Caller::system("test"), &fields);
    made.unwrap().value.id.to_string()
}

/// One operation that creates something.
struct Row {
    operation: &'static str,
    /// Where it creates.
    path: fn(&World) -> String,
    /// What it creates; another thing for each number below four.
    body: fn(&World, usize) -> Value,
    /// How many things are there: counted in this answer.
    count: fn(&World) -> String,
}

/// Towns that can be put on the list.
const TOWNS: [&str; 4] = ["442000101", "442000103", "442000105", "442000007"];

const ROWS: &[Row] = &[
    Row {
        operation: "create_need",
        path: |_| "needs".to_owned(),
        body: |w, n| json!({ "org_id": w.own.id, "title": format!("需求{n}"), "need_kind": "testing" }),
        count: |_| "needs?limit=100".to_owned(),
    },
    Row {
        operation: "create_capability",
        path: |_| "capabilities".to_owned(),
        body: |w, n| json!({ "org_id": w.own.id, "title": format!("成果{n}"), "asset_kind": "achievement" }),
        count: |_| "capabilities?limit=100".to_owned(),
    },
    Row {
        operation: "create_organization",
        path: |_| "organizations".to_owned(),
        body: |_, n| {
            json!({
                "name": format!("第{n}号重复试验厂"),
                "uscc": credit_code(800_000 + u32::try_from(n).unwrap()),
                "org_type": "enterprise",
                "region_code": "4420",
                "town_code": "442000105",
                "industry_code": "C3872",
                "scale": "small",
                "contact": { "name": "何试", "phone": "0760-5550177", "mail": "he@example.com" }
            })
        },
        count: |_| "organizations?limit=100".to_owned(),
    },
    Row {
        operation: "create_town",
        path: |_| "towns".to_owned(),
        body: |_, n| {
            json!({
                "code": TOWNS[n],
                "recognised_on": "2002-06-18",
                "level": "province",
                "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
                "intro": "以灯饰照明为特色产业。",
            })
        },
        count: |_| "towns?limit=100".to_owned(),
    },
    Row {
        operation: "create_user",
        path: |_| "users".to_owned(),
        body: |_, n| json!({ "mail": format!("repeated{n}@example.com"), "name": "新人" }),
        count: |_| "users?limit=100".to_owned(),
    },
    Row {
        operation: "open_case",
        path: |_| "cases".to_owned(),
        body: |w, n| json!({ "need_id": w.need, "capability_id": w.offers[n] }),
        count: |_| "cases?limit=100".to_owned(),
    },
    Row {
        operation: "add_case_note",
        path: |w| format!("cases/{}/entries", w.case),
        body: |_, n| json!({ "note": format!("电话{n}") }),
        count: |w| format!("cases/{}/entries", w.case),
    },
    Row {
        operation: "create_need_grant",
        path: |w| format!("needs/{}/grants", w.need),
        body: |w, n| json!({ "org_id": w.other(n), "level": "matched" }),
        count: |w| format!("needs/{}/grants", w.need),
    },
    Row {
        operation: "create_capability_grant",
        path: |w| format!("capabilities/{}/grants", w.capability),
        body: |w, n| json!({ "org_id": w.other(n), "level": "nda", "note": "已签保密协议" }),
        count: |w| format!("capabilities/{}/grants", w.capability),
    },
    Row {
        operation: "grant_role",
        path: |w| format!("users/{}/roles", w.user),
        body: |w, n| json!({ "role": "expert", "org_id": w.other(n) }),
        count: |w| format!("users/{}", w.user),
    },
    Row {
        operation: "create_invitation",
        path: |w| format!("organizations/{}/invitations", w.own.id),
        body: |_, n| json!({ "mail": format!("invited{n}@example.com"), "role": "org_member" }),
        count: |w| format!("organizations/{}/invitations?limit=100", w.own.id),
    },
    Row {
        operation: "create_visit",
        path: |_| "visits".to_owned(),
        body: |_, n| {
            json!({
                "town_code": "442000105", "org_name": format!("第{n}配件厂"), "findings": "毛刺多。"
            })
        },
        count: |_| "visits?limit=100".to_owned(),
    },
    Row {
        operation: "create_endpoint",
        path: |_| "endpoints".to_owned(),
        body: |w, n| {
            json!({
                "kind": "webhook", "name": format!("系统{n}"), "org_id": w.own.id,
                "url": "https://receiver.example/hook",
            })
        },
        count: |_| "endpoints?limit=100".to_owned(),
    },
    Row {
        operation: "create_subscription",
        path: |_| "subscriptions".to_owned(),
        body: |_, n| json!({ "name": format!("订阅{n}"), "query": { "q": "x" }, "frequency": "daily" }),
        // The list is everybody's own; the log has those of all.
        count: |_| "audit?action=subscription.create&limit=100".to_owned(),
    },
    Row {
        operation: "create_case_attachment",
        path: |w| format!("cases/{}/attachments", w.case),
        body: |_, n| json!({ FILE: n }),
        count: |w| format!("cases/{}/attachments", w.case),
    },
    Row {
        operation: "create_case_entry_attachment",
        path: |w| format!("cases/{}/entries/{}/attachments", w.case, w.entry),
        body: |_, n| json!({ FILE: n }),
        count: |w| format!("cases/{}/attachments", w.case),
    },
    Row {
        operation: "create_visit_attachment",
        path: |w| format!("visits/{}/attachments", w.visit),
        body: |_, n| json!({ FILE: n }),
        count: |w| format!("visits/{}/attachments", w.visit),
    },
    Row {
        operation: "create_contract_attachment",
        path: |w| format!("contracts/{}/attachments", w.contract),
        body: |_, n| json!({ FILE: n }),
        count: |w| format!("contracts/{}/attachments", w.contract),
    },
    Row {
        operation: "create_project_attachment",
        path: |w| format!("projects/{}/attachments", w.project),
        body: |_, n| json!({ FILE: n }),
        count: |w| format!("projects/{}/attachments", w.project),
    },
    Row {
        operation: "create_contract",
        path: |_| "contracts".to_owned(),
        body: |w, n| json!({ "buyer_org_id": w.own.id, "project_name": format!("合同{n}") }),
        count: |_| "contracts?limit=100".to_owned(),
    },
    Row {
        operation: "create_project",
        path: |_| "projects".to_owned(),
        body: |w, n| {
            json!({
                "title": format!("项目{n}"),
                "programme": "university_town",
                "channel": "offline",
                "activity_kind": "joint_research",
                "town_codes": ["442000105"],
                "parties": [
                    { "org_id": w.own.id, "role": "need" },
                    { "name": "外地研究院", "role": "provider" }
                ],
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31"
            })
        },
        count: |_| "projects?limit=100".to_owned(),
    },
    Row {
        operation: "create_event",
        path: |_| "events".to_owned(),
        body: |_, n| {
            let mut fields = event_fields();
            fields["title"] = json!(format!("第{n}次对接会"));
            fields
        },
        count: |_| "events?limit=100".to_owned(),
    },
    Row {
        operation: "add_event_guest",
        path: |w| format!("events/{}/guests", w.event),
        body: |w, n| json!({ "org_id": w.other(n) }),
        count: |w| format!("events/{}/guests", w.event),
    },
    Row {
        operation: "add_event_meeting",
        path: |w| format!("events/{}/meetings", w.event),
        body: |w, n| json!({ "need_id": w.need, "capability_id": w.offers[n] }),
        count: |w| format!("events/{}/timetable", w.event),
    },
    Row {
        operation: "create_platform",
        path: |_| "platforms".to_owned(),
        body: |_, n| {
            json!({
                "name": format!("第{n}平台"), "kind": "incubator", "level": "city",
                "town_code": "442000105", "founders": [{ "name": "镇政府" }],
                "opened_on": "2025-01-01"
            })
        },
        count: |_| "platforms?limit=100".to_owned(),
    },
    Row {
        operation: "lock_report",
        path: |_| "reports/locks".to_owned(),
        body: |_, n| json!({ "period": format!("2024-0{}", n + 1), "region_code": "442000105" }),
        count: |_| "reports/locks".to_owned(),
    },
    Row {
        operation: "correct_report",
        path: |w| format!("reports/locks/{}/corrections", w.report),
        body: |w, n| json!({ "kind": "visit", "record_id": w.late[n], "reason": "补录" }),
        count: |w| format!("reports/locks/{}", w.report),
    },
];

/// Key of a body that stands for a form with a file.
const FILE: &str = "file";

impl Row {
    fn request(&self, world: &World, client: &Client, key: &str, number: usize) -> RequestBuilder {
        let request = client.request(Method::POST, &(self.path)(world));
        let request = request.header("idempotency-key", key.to_owned());
        let body = (self.body)(world, number);
        match body[FILE].as_u64() {
            Some(number) => {
                let picture = png(u8::try_from(number).unwrap());
                with_form(request, &[], &[("file", "照片.png", &picture)])
            }
            None => request.json(&body),
        }
    }

    async fn send(&self, world: &World, client: &Client, key: &str, number: usize) -> Answer {
        client.send(self.request(world, client, key, number)).await
    }

    async fn count(&self, world: &World) -> usize {
        let found = world.admin.get(&(self.count)(world)).await.expect(200).json();
        let lists =
            [&found, &found["items"], &found["roles"], &found["corrections"], &found["meetings"]];
        lists.iter().find_map(|list| list.as_array()).expect("a list").len()
    }
}

/// What a repeat must have in common with the first answer.
fn essence(answer: &Answer) -> (u16, Value, [String; 4]) {
    let headers = ["content-type", "location", "etag", "townbridge-change"];
    (answer.status, answer.json(), headers.map(|name| answer.header(name).to_owned()))
}

/// Makes the service believe that it was killed between the write and the keeping of its answer.
fn lose_answers(app: &TestApp) {
    let forget = "UPDATE idempotency_keys SET status = NULL, body = NULL, headers = '[]'";
    app.db.write(|db| Ok(db.execute_batch(forget)?)).unwrap();
}

/// Operations that take a key but answer with nothing that could be asked for afterwards.
/// And one that works once for each visit, see `a_need_is_made_once_also_when_asked_twice`.
const WITHOUT_ROW: [&str; 5] = [
    "accept_invitation",
    "accept_suggestion",
    "create_visit_need",
    "register_organization",
    "verify_mail",
];

/// Operations by `POST` that create nothing which a repeat would create twice: they only look
/// something up, move a record on from a state that it has left then, or open and end sessions.
const CREATES_NOTHING: [&str; 41] = [
    "amend_contract",
    "answer_case",
    "answer_event_invitation",
    "change_endpoint_secret",
    "decline_registration",
    "diagnose_need",
    "dismiss_suggestion",
    "erase_own_account",
    "erase_user",
    "find_capability_duplicates",
    "find_need_duplicates",
    "give_consent",
    "hand_over_cases",
    "match_text",
    "preview_message_template",
    "propose_event_timetable",
    "rate_project",
    "read_notice",
    "read_notices",
    "record_contract_payment",
    "refresh_tokens",
    "request_password_reset",
    "resend_delivery",
    "resend_mail",
    "resend_verification",
    "reset_password",
    "restore_message_template",
    "show_invitation",
    "sign_in",
    "sign_out",
    "take_capability_step",
    "take_case_step",
    "take_contract_step",
    "take_event_step",
    "take_need_step",
    "take_organization_step",
    "take_project_step",
    "test_endpoint",
    "test_message_template",
    "verify_capability",
    "verify_need",
];

#[test]
fn every_post_takes_a_key_or_creates_nothing() {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut takes_key = BTreeSet::new();
    let mut posts = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            let has_key = parameters.any(|parameter| parameter["name"] == "idempotency-key");
            let creates = operation["responses"].get("201").is_some();
            assert!(has_key || !creates, "{id} creates something and takes no key");
            if has_key {
                takes_key.insert(id.clone());
            }
            if method == "post" {
                posts.insert(id);
            }
        }
    }
    let rows = ROWS.iter().map(|row| row.operation).chain(WITHOUT_ROW);
    let rows: BTreeSet<String> = rows.map(str::to_owned).collect();
    assert_eq!(takes_key, rows);
    let others: BTreeSet<String> = posts.difference(&rows).cloned().collect();
    let expected: BTreeSet<String> = CREATES_NOTHING.map(str::to_owned).into();
    assert_eq!(others, expected);
}

#[tokio::test]
async fn a_repeat_creates_nothing_and_is_answered_alike() {
    let world = World::start().await;
    for row in ROWS {
        let before = row.count(&world).await;
        let first = row.send(&world, &world.admin, "same", 0).await.expect(201);
        assert_eq!(first.header("idempotent-replayed"), "", "{}", row.operation);
        let again = row.send(&world, &world.admin, "same", 0).await;
        assert_eq!(essence(&again), essence(&first), "{}", row.operation);
        assert_eq!(again.header("idempotent-replayed"), "true", "{}", row.operation);
        assert_eq!(row.count(&world).await, before + 1, "{}", row.operation);
        assert!(!first.header("location").is_empty(), "{}", row.operation);
        clear(&world);
    }
}

/// Frees all keys, so that the next row can take the same.
fn clear(world: &World) {
    let clear = "DELETE FROM idempotency_keys";
    world.app.db.write(|db| Ok(db.execute_batch(clear)?)).unwrap();
}

#[tokio::test]
async fn a_key_belongs_to_one_body_one_operation_and_one_person() {
    let world = World::start().await;
    let other = world.app.admin();
    for row in ROWS {
        let first = row.send(&world, &world.admin, "mine", 0).await.expect(201);
        let before = row.count(&world).await;
        let problem = row.send(&world, &world.admin, "mine", 1).await.problem(422, "invalid");
        let expected = json!([{ "pointer": "", "code": "key_reused" }]);
        let mut errors = problem["errors"].clone();
        errors[0].as_object_mut().unwrap().remove("detail");
        assert_eq!(errors, expected, "{}", row.operation);
        assert_eq!(row.count(&world).await, before, "{}", row.operation);
        // Somebody else's key of the same name is another.
        let separate = row.send(&world, &other, "mine", 1).await.expect(201);
        assert_eq!(separate.header("idempotent-replayed"), "", "{}", row.operation);
        assert_ne!(separate.header("location"), first.header("location"), "{}", row.operation);
        assert_eq!(row.count(&world).await, before + 1, "{}", row.operation);
        clear(&world);
    }
    ROWS[0].send(&world, &world.admin, "used", 2).await.expect(201);
    ROWS[1].send(&world, &world.admin, "used", 2).await.problem(422, "invalid");
}

#[tokio::test]
async fn of_requests_at_a_time_under_one_key_one_creates() {
    let world = World::start().await;
    // A second node knows nothing of what the first is working on.
    let node = world.app.beside().await;
    let elsewhere = node.with_token(world.admin.token().unwrap());
    for row in ROWS {
        let before = row.count(&world).await;
        let clients = [&world.admin, &elsewhere];
        let sent: Vec<_> = (0..8)
            .map(|at| {
                let client = clients[at % 2].clone();
                let request = row.request(&world, &client, "at-a-time", 0);
                tokio::spawn(async move { client.send(request).await })
            })
            .collect();
        let mut answers = Vec::new();
        for answer in sent {
            answers.push(answer.await.unwrap());
        }
        let again = row.send(&world, &world.admin, "at-a-time", 0).await.expect(201);
        for answer in answers {
            if answer.status == 201 {
                assert_eq!(answer.json(), again.json(), "{}", row.operation);
            } else {
                answer.problem(409, "conflict");
            }
        }
        assert_eq!(row.count(&world).await, before + 1, "{}", row.operation);
        clear(&world);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_made_again_from_what_was_created() {
    let world = World::start().await;
    for row in ROWS {
        let first = row.send(&world, &world.admin, "lost", 0).await.expect(201);
        let before = row.count(&world).await;
        lose_answers(&world.app);
        let again = row.send(&world, &world.admin, "lost", 0).await;
        assert_eq!(essence(&again), essence(&first), "{}", row.operation);
        assert_eq!(again.header("idempotent-replayed"), "true", "{}", row.operation);
        assert_eq!(row.count(&world).await, before, "{}", row.operation);
        clear(&world);
    }
}

#[tokio::test]
async fn what_was_created_and_removed_since_is_not_made_again() {
    let world = World::start().await;
    let need = &ROWS[0];
    let first = need.send(&world, &world.admin, "gone", 0).await.expect(201);
    world.admin.delete_version(first.header("location"), 1).await.expect(204);
    lose_answers(&world.app);
    need.send(&world, &world.admin, "gone", 0).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_key_is_free_after_a_failure_and_after_its_time() {
    let world = World::start().await;
    let need = &ROWS[0];
    let request = world.admin.request(Method::POST, "needs").header("idempotency-key", "free");
    let wrong = json!({ "org_id": world.own.id, "title": "需求", "need_kind": "nothing" });
    world.admin.send(request.json(&wrong)).await.problem(422, "invalid");
    let first = need.send(&world, &world.admin, "free", 0).await.expect(201);
    let hours = world.app.config.records.idempotency_hours;
    world.app.clock.advance(TimeDelta::hours(i64::from(hours) + 1));
    let late = world.app.client(&world.account);
    let second = need.send(&world, &late, "free", 1).await.expect(201);
    assert_ne!(second.header("location"), first.header("location"));
    for bad in [String::new(), "k".repeat(256)] {
        need.send(&world, &late, &bad, 2).await.problem(400, "bad_request");
    }
}

/// A registration of an address.
fn registration(world: &World, mail: &str) -> Value {
    json!({
        "mail": mail,
        "name": "创办人",
        "organization": (ROWS[2].body)(world, 0),
    })
}

/// A visitor's request under a key.
async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).header("idempotency-key", key.to_owned());
    client.send(request.json(body)).await
}

#[tokio::test]
async fn registering_twice_under_a_key_is_registering_once() {
    let world = World::start().await;
    let visitor = world.app.anonymous();
    let taken = world.account.mail.clone();
    for mail in ["founder@example.com", taken.as_str()] {
        let body = registration(&world, mail);
        let first = keyed(&visitor, "auth/register", mail, &body).await.expect(202);
        assert_eq!(first.header("idempotent-replayed"), "");
        // A token that has ended changes nothing for an operation of visitors.
        for client in [visitor.clone(), world.app.with_token("ended")] {
            let again = keyed(&client, "auth/register", mail, &body).await;
            assert_eq!(essence(&again), essence(&first));
            assert_eq!(again.header("idempotent-replayed"), "true");
        }
        lose_answers(&world.app);
        let again = keyed(&visitor, "auth/register", mail, &body).await;
        assert_eq!(essence(&again), essence(&first));
        assert_eq!(world.app.mails_to(mail).len(), 1, "{mail}");
        let mut other = body.clone();
        other["name"] = json!("另一人");
        let problem = keyed(&visitor, "auth/register", mail, &other).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], "key_reused");
        keyed(&visitor, "auth/register", "another", &body).await.expect(202);
        assert_eq!(world.app.mails_to(mail).len(), 2, "{mail}");
        clear(&world);
    }
}

#[tokio::test]
async fn a_link_used_twice_under_a_key_is_answered_alike() {
    let world = World::start().await;
    let visitor = world.app.anonymous();
    let mail = "founder@example.com";
    let body = registration(&world, mail);
    visitor.post_json("auth/register", &body).await.expect(202);
    let link = json!({ "token": world.app.link_token(mail, 1).await, "password": "lantern festival",
            "consent": CONSENT });
    let first = keyed(&visitor, "auth/verify-mail", "link", &link).await.expect(204);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = keyed(&visitor, "auth/verify-mail", "link", &link).await.expect(204);
    assert_eq!(again.header("idempotent-replayed"), "true");
    // Also when the service was killed before it could keep the answer.
    lose_answers(&world.app);
    let again = keyed(&visitor, "auth/verify-mail", "link", &link).await.expect(204);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert!(again.body.is_empty());
    keyed(&visitor, "auth/verify-mail", "other", &link).await.problem(422, "invalid");
    let found = world.admin.get("users?mail=founder%40example.com").await.expect(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);

    // The link of an account, too.
    let mail = "made@example.com";
    let new = json!({ "mail": mail, "name": "新人" });
    world.admin.post_json("users", new).await.expect(201);
    visitor.post_json("auth/resend-verification", json!({ "mail": mail })).await.expect(202);
    let link = json!({ "token": world.app.link_token(mail, 2).await });
    keyed(&visitor, "auth/verify-mail", "account", &link).await.expect(204);
    lose_answers(&world.app);
    let again = keyed(&visitor, "auth/verify-mail", "account", &link).await.expect(204);
    assert_eq!(again.header("idempotent-replayed"), "true");

    let mail = "invited@example.com";
    let path = format!("organizations/{}/invitations", world.own.id);
    let offer = json!({ "mail": mail, "role": "org_member" });
    world.admin.post_json(&path, offer).await.expect(201);
    let accept = json!({
        "token": world.app.link_token(mail, 1).await,
        "name": "受邀人",
        "password": "lantern festival",
        "consent": CONSENT,
    });
    let first = keyed(&visitor, "auth/accept-invitation", "offer", &accept).await.expect(200);
    let again = keyed(&visitor, "auth/accept-invitation", "offer", &accept).await;
    assert_eq!(essence(&again), essence(&first));
    assert_eq!(again.header("idempotent-replayed"), "true");
    keyed(&visitor, "auth/accept-invitation", "new", &accept).await.problem(422, "invalid");
    lose_answers(&world.app);
    let again = keyed(&visitor, "auth/accept-invitation", "offer", &accept).await;
    assert_eq!(essence(&again), essence(&first));

    // Of somebody who has an account.
    let invited = world.app.account(&[]);
    let offer = json!({ "mail": invited.mail, "role": "expert" });
    world.admin.post_json(&path, offer).await.expect(201);
    let accept = json!({ "token": world.app.link_token(&invited.mail, 1).await });
    let client = world.app.client(&invited);
    let first = keyed(&client, "auth/accept-invitation", "own", &accept).await.expect(200);
    assert_eq!(first.json()["account_created"], false);
    lose_answers(&world.app);
    let again = keyed(&client, "auth/accept-invitation", "own", &accept).await;
    assert_eq!(essence(&again), essence(&first));
}

#[tokio::test]
async fn a_need_is_made_once_also_when_asked_twice() {
    let world = World::start().await;
    let path = format!("visits/{}/need", world.visit);
    let ask = |key: &'static str| {
        let request = world.admin.request(Method::POST, &path);
        world.admin.send(request.header("idempotency-key", key))
    };
    let first = ask("tap").await.expect(201);
    let again = ask("tap").await;
    assert_eq!(essence(&again), essence(&first));
    lose_answers(&world.app);
    let again = ask("tap").await;
    assert_eq!(essence(&again), essence(&first));
    ask("another tap").await.problem(409, "conflict");
}
