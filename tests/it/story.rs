//! The whole story, by separate clients over the API alone: a firm's problem becomes a signed,
//! registered, delivered and accepted contract.

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::organizations::model::Organization;

use crate::support::{
    Account, Client, OrgBuilder, TestApp, capabilities, contracts, needs, projects,
};

const GUZHEN: &str = "442000105";

/// Those who take part.
struct Cast {
    app: TestApp,
    firm_org: Organization,
    school_org: Organization,
    firm: Client,
    school: Client,
    /// The liaison, who has a phone as well.
    post: Account,
    liaison: Client,
    outsider: Client,
}

impl Cast {
    async fn meet() -> Self {
        let app = TestApp::start().await;
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let school_org = OrgBuilder::university().insert(&app);
        let other = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let post = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
        Self {
            firm: app.org_member(firm_org.id),
            school: app.org_member(school_org.id),
            liaison: app.client(&post),
            post,
            outsider: app.org_admin(other.id),
            firm_org,
            school_org,
            app,
        }
    }

    /// The firm writes a need and puts it forward, the liaison publishes it.
    async fn need(&self) -> String {
        let mut body = needs::complete_fields();
        body["org_id"] = json!(self.firm_org.id);
        let need = self.firm.post_json("needs", body).await.expect(201).json();
        let path = format!("needs/{}", need["id"].as_str().unwrap());
        let steps = format!("{path}/steps");
        self.firm.post_json(&steps, json!({ "to": "submitted" })).await.expect(200);
        self.liaison.post_json(&steps, json!({ "to": "published" })).await.expect(200);
        path
    }

    /// The university writes down what it can do, and an officer publishes it.
    async fn capability(&self) -> String {
        let mut body = capabilities::complete_fields();
        body["org_id"] = json!(self.school_org.id);
        let made = self.school.post_json("capabilities", body).await.expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let steps = format!("capabilities/{id}/steps");
        self.school.post_json(&steps, json!({ "to": "submitted" })).await.expect(200);
        let officer = self.app.officer("44");
        officer.post_json(&steps, json!({ "to": "published" })).await.expect(200);
        id
    }

    /// The liaison logs a visit with her phone; returns its readable code.
    async fn visit(&self) -> String {
        let browser = self.app.browser_of(&self.post).await;
        let page = browser.get("/visits/new").await.expect(200);
        let once = page.attribute("[name=once]", "value");
        let name = self.firm_org.name.as_str();
        let fields = [
            ("once", once.as_str()),
            ("town_code", GUZHEN),
            ("firm", name),
            ("findings", "看了压铸线，温升在灯杯处最高。"),
        ];
        browser.submit_files("/visits/new", &fields, &[]).await.expect(303);
        let visits = self.liaison.get("visits").await.expect(200).json();
        visits["items"][0]["code"].as_str().unwrap().to_owned()
    }

    async fn step(&self, who: &Client, case: &str, body: Value) {
        who.post_json(&format!("{case}/steps"), body).await.expect(200);
    }
}

/// Both are interested, meet at a visit, agree on confidentiality and terms.
async fn broker(cast: &Cast, need: &str, capability: &str) -> String {
    let pair = json!({ "need_id": need.trim_start_matches("needs/"), "capability_id": capability });
    let case = cast.school.post_json("cases", pair).await.expect(201).json();
    let case = format!("cases/{}", case["id"].as_str().unwrap());
    let yes = json!({ "answer": "accepted", "note": "请先看看样件" });
    cast.firm.post_json(&format!("{case}/answer"), yes).await.expect(200);
    cast.step(&cast.liaison, &case, json!({ "to": "introduced", "channel": "online" })).await;
    let note = format!("走访 {}", cast.visit().await);
    cast.step(&cast.liaison, &case, json!({ "to": "met", "channel": "offline", "note": note }))
        .await;
    // A pause is no second meeting.
    cast.step(&cast.liaison, &case, json!({ "to": "on_hold", "note": "过年" })).await;
    cast.step(&cast.liaison, &case, json!({ "to": "met", "channel": "online" })).await;
    cast.step(&cast.liaison, &case, json!({ "to": "nda", "note": "协议存镇科技办" })).await;
    cast.step(&cast.school, &case, json!({ "to": "proposal", "shared": true, "note": "方案一" }))
        .await;
    for to in ["assessed", "negotiating", "agreed"] {
        cast.step(&cast.liaison, &case, json!({ "to": to })).await;
    }
    case
}

/// The two sign, the contract is registered, and what was agreed on is paid.
async fn contract(cast: &Cast, need: &str, capability: &str, case: &str) -> String {
    let mut fields = contracts::complete_fields(&cast.firm_org, &cast.school_org);
    fields["need_id"] = json!(need.trim_start_matches("needs/"));
    fields["capability_id"] = json!(capability);
    fields["case_id"] = json!(case.trim_start_matches("cases/"));
    let contract = cast.firm.post_json("contracts", fields).await.expect(201);
    let path = contract.header("location").trim_start_matches("/api/v1/").to_owned();
    let steps = format!("{path}/steps");
    cast.firm.post_json(&steps, contracts::step("signed", 1)).await.expect(200);
    cast.step(&cast.liaison, case, json!({ "to": "signed" })).await;
    cast.school.post_json(&steps, contracts::step("submitted", 1)).await.expect(200);
    cast.liaison.post_json(&steps, contracts::step("registered", 1)).await.expect(200);
    cast.step(&cast.liaison, case, json!({ "to": "registered" })).await;
    // The first instalment is paid.
    let version = cast.firm.get(&path).await.expect(200).json()["version"].to_string();
    let request = cast.firm.request(Method::POST, &format!("{path}/payments"));
    let request = request.header("if-match", format!("\"v{version}\""));
    let today = cast.app.clock.today_in_china();
    let body = json!({ "instalment": 0, "paid": 20.25, "paid_on": today });
    cast.firm.send(request.json(&body)).await.expect(200);
    path
}

/// The project of the programme is put on record; the report of the period shows what was done once,
/// with the right money, and leads to it.
async fn report(cast: &Cast, case: &str, contract: &str) {
    let project = json!({
        "title": "灯具散热校镇合作", "programme": "university_town", "channel": "offline",
        "activity_kind": "research_project", "town_codes": [GUZHEN],
        "case_id": case.trim_start_matches("cases/"),
        "contract_ids": [contract.trim_start_matches("contracts/")],
        "parties": [
            { "org_id": cast.firm_org.id, "role": "need" },
            { "org_id": cast.school_org.id, "role": "provider" }
        ],
        "starts_on": "2026-03-01", "ends_on": "2027-02-28",
    });
    let made = cast.liaison.post_json("projects", project).await.expect(201);
    let path = made.header("location").trim_start_matches("/api/v1/").to_owned();
    cast.step(&cast.liaison, &path, json!({ "to": "active" })).await;
    let mut closing = projects::closing();
    closing["closed_on"] = json!(cast.app.clock.today_in_china());
    cast.step(&cast.liaison, &path, closing).await;
    let year = cast.app.clock.today_in_china().format("%Y").to_string();
    let day = format!("from=2026-01-01&to={year}-12-31&group_by=programme,channel,activity_kind");
    let officer = cast.app.officer("4420");
    let report = officer.get(&format!("reports?{day}")).await.expect(200).json();
    let total = &report["total"];
    for measure in
        ["needs", "visits", "cases", "meetings", "successes", "contracts", "registrations"]
    {
        assert_eq!(total[measure], 1, "{measure} in {total}");
    }
    assert_eq!((&total["contract_amount"], &total["tech_amount"]), (&json!(50.5), &json!(40.1234)));
    assert_eq!((&total["registered_amount"], &total["projects"]), (&json!(40.1234), &json!(1)));
    assert_eq!((&total["paid_amount"], &total["closings"]), (&json!(20.25), &json!(1)), "{total}");
    let values = |line: &Value| {
        let headings = line["headings"].as_array().unwrap().iter();
        headings.map(|one| one["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let lines = report["lines"].as_array().unwrap();
    let ours = ["university_town", "offline", "research_project"];
    let ours = lines.iter().find(|line| values(line) == ours).unwrap();
    assert_eq!(
        (&ours["figures"]["contracts"], &ours["figures"]["tech_amount"]),
        (&json!(1), &json!(40.1234))
    );
    let behind = "reports/records?measure=contracts&from=2026-01-01&programme=university_town";
    let behind = cast.liaison.get(behind).await.expect(200).json();
    let contract = contract.trim_start_matches("contracts/");
    assert_eq!(behind["items"][0]["record_id"], contract);
    assert_eq!(behind["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_firms_problem_becomes_an_accepted_delivery() {
    let cast = Cast::meet().await;
    let (capability, need) = (cast.capability().await, cast.need().await);
    cast.app.settle().await;
    let matches = cast.liaison.get(&format!("{need}/matches")).await.expect(200).json();
    let found = matches["hits"].as_array().unwrap();
    assert!(found.iter().any(|hit| hit["record"]["id"] == capability), "{matches}");

    let case = broker(&cast, &need, &capability).await;
    let contract = contract(&cast, &need, &capability, &case).await;
    let state = async |path: &str| {
        cast.liaison.get(path).await.expect(200).json()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (state(&need).await, state(&contract).await),
        ("contracted".into(), "registered".into())
    );
    cast.step(&cast.liaison, &case, json!({ "to": "delivering" })).await;
    cast.step(&cast.firm, &case, json!({ "to": "accepted", "note": "样机通过" })).await;
    cast.step(&cast.liaison, &case, json!({ "to": "closed_won" })).await;
    assert_eq!(state(&need).await, "solved");

    report(&cast, &case, &contract).await;

    // It is there once, with the money that was agreed on, and for nobody else.
    for client in [&cast.firm, &cast.school, &cast.liaison] {
        let list = client.get("contracts").await.expect(200).json();
        let list = list["items"].as_array().unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!((&list[0]["amount"], &list[0]["tech_amount"]), (&json!(50.5), &json!(40.1234)));
        let list = client.get("cases?open=false").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }
    for path in ["contracts", "cases", "visits"] {
        let list = cast.outsider.get(path).await.expect(200).json();
        assert_eq!(list["items"], json!([]), "{path}");
    }
    cast.outsider.get(&contract).await.problem(404, "not_found");
    let check = cast.app.admin().get("audit/verification").await;
    assert_eq!(check.expect(200).json()["intact"], true);
}
