//! Technology contracts: drafted by either side, signed, registered, amended and paid.

use serde_json::{Value, json};
use townbridge::organizations::model::Organization;

use crate::support::contracts::{complete_fields, registration_no, step};
use crate::support::{Client, ContractBuilder, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

struct World {
    app: TestApp,
    buyer: Organization,
    seller: Organization,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let buyer = OrgBuilder::enterprise().insert(&app);
        let seller = OrgBuilder::university().insert(&app);
        Self { app, buyer, seller }
    }

    /// Drafts a contract and returns its path.
    async fn draft(&self, client: &Client) -> String {
        let fields = complete_fields(&self.buyer, &self.seller);
        let answer = client.post_json("contracts", fields).await.expect(201);
        answer.header("location").to_owned()
    }

    fn signed(&self) -> String {
        let contract = ContractBuilder::signed(&self.buyer, &self.seller).insert(&self.app);
        format!("contracts/{}", contract.id)
    }
}

async fn take(client: &Client, path: &str, step: Value) -> Value {
    client.post_json(&format!("{path}/steps"), step).await.expect(200).json()
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_contract_goes_from_draft_to_register_and_its_past_is_kept() {
    let world = World::start().await;
    let (buyer, seller) =
        (world.app.org_member(world.buyer.id), world.app.org_member(world.seller.id));
    let liaison = world.app.liaison(GUZHEN);
    let path = world.draft(&buyer).await;
    let draft = seller.get(&path).await.expect(200).json();
    assert_eq!(draft["status"], "intended");
    assert!(draft["code"].as_str().unwrap().starts_with("HT"));
    assert_eq!(draft["buyer"]["name"], json!(world.buyer.name));
    assert_eq!(draft["buyer"]["country"], "156");
    assert_eq!(draft["region_name"], "中山市古镇镇");
    assert_eq!((&draft["amount"], &draft["tech_amount"]), (&json!(50.5), &json!(40.1234)));
    assert_eq!(draft["steps"], json!(["signed"]));
    assert_eq!(draft["editable"], true);

    let signed = take(&seller, &path, step("signed", 0)).await;
    assert_eq!(signed["signed_on"], "2026-03-01");
    assert_eq!(signed["registration_due_on"], "2026-03-31");
    assert_eq!((&signed["registrant"], &signed["is_major"]), (&json!("seller"), &json!(false)));
    assert_eq!(signed["registration_late"], true);
    let submitted = take(&seller, &path, step("submitted", 0)).await;
    assert_eq!(submitted["decision_due_on"], "2026-04-09");
    assert_eq!(submitted["registration_late"], false);
    let registered = take(&liaison, &path, step("registered", 7)).await;
    assert_eq!(registered["registration_no"], json!(registration_no(7)));
    assert_eq!(registered["registrar"], "中山市技术合同登记站");

    let steps = buyer.get(&format!("{path}/steps")).await.expect(200).json();
    let states: Vec<&str> =
        steps.as_array().unwrap().iter().map(|one| one["to_status"].as_str().unwrap()).collect();
    assert_eq!(states, ["intended", "signed", "submitted", "registered"]);
    let versions = buyer.get(&format!("{path}/versions")).await.expect(200).json();
    assert_eq!(versions.as_array().unwrap().len(), 4);
    let before = buyer.get(&format!("{path}/versions/1")).await.expect(200).json();
    assert_eq!(before["fields"]["amount"], json!(50.5));
    assert_eq!(before["fields"]["signed_on"], Value::Null);
    let log = world.app.admin().get("audit?record_kind=contract&limit=10").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn illegal_steps_name_the_legal_ones_and_a_state_what_it_lacks() {
    let world = World::start().await;
    let admin = world.app.admin();
    let path = world.draft(&admin).await;
    let steps = format!("{path}/steps");
    let problem = admin.post_json(&steps, step("registered", 1)).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!(["signed"]));
    let problem = admin.post_json(&steps, json!({ "to": "signed" })).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/signed_on"]);
    let future = json!({ "to": "signed", "signed_on": "2999-01-01" });
    let problem = admin.post_json(&steps, future).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "future_date");
    take(&admin, &path, step("signed", 0)).await;
    let early = json!({ "to": "submitted", "submitted_on": "2026-02-28" });
    let problem = admin.post_json(&steps, early).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "before_step");
    let mute = json!({ "to": "cancelled" });
    let problem = admin.post_json(&steps, mute).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/comment"]);
    take(&admin, &path, step("submitted", 0)).await;
    let bare = json!({ "to": "registered", "registered_on": "2026-03-20", "registration_no": "1" });
    let problem = admin.post_json(&steps, bare).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/registration_no", "/registrar"]);
    take(&admin, &path, step("refused", 0)).await;
    take(&admin, &path, step("submitted", 0)).await;
    take(&admin, &path, step("registered", 1)).await;
    let amend = json!({ "to": "amended" });
    let problem = admin.post_json(&steps, amend).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "amend_instead");
    // The number is given once.
    let other = world.draft(&admin).await;
    take(&admin, &other, step("signed", 0)).await;
    take(&admin, &other, step("submitted", 0)).await;
    let again = admin.post_json(&format!("{other}/steps"), step("registered", 1)).await;
    again.problem(409, "conflict");
}

#[tokio::test]
async fn what_is_incomplete_is_drafted_but_not_signed() {
    let world = World::start().await;
    let buyer = world.app.org_member(world.buyer.id);
    let body = json!({ "buyer_org_id": world.buyer.id, "project_name": "技术转让" });
    let answer = buyer.post_json("contracts", body).await.expect(201);
    let path = answer.header("location").to_owned();
    let patch = json!({ "contract_type": "transfer", "amount": 10, "tech_amount": 10.0001 });
    let problem = buyer.patch_json(&path, 1, patch).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/tech_amount"]);
    let patch = json!({ "contract_type": "transfer", "amount": 10, "tech_amount": 10 });
    buyer.patch_json(&path, 1, patch).await.expect(200);
    buyer.patch_json(&path, 1, json!({ "amount": 11 })).await.problem(412, "precondition_failed");
    let steps = format!("{path}/steps");
    let problem = buyer.post_json(&steps, step("signed", 0)).await.problem(422, "invalid");
    let lacking = pointers(&problem);
    for pointer in ["/subtype", "/seller/name", "/est_new_output", "/ip_kinds", "/valid_to"] {
        assert!(lacking.contains(&pointer), "{pointer} in {lacking:?}");
    }
    for body in [
        json!({ "buyer_org_id": world.buyer.id, "project_name": "甲", "signed_on": "2026-01-01" }),
        json!({ "buyer_org_id": world.buyer.id, "seller_org_id": world.buyer.id, "project_name": "甲" }),
        json!({ "buyer_org_id": uuid::Uuid::now_v7(), "project_name": "甲" }),
        json!({ "buyer_org_id": world.buyer.id, "project_name": "甲", "amount": 0.00001 }),
        json!({ "buyer_org_id": world.buyer.id, "project_name": "甲", "odd": 1 }),
    ] {
        buyer.post_json("contracts", body).await.problem(422, "invalid");
    }
    buyer.delete_version(&path, 2).await.expect(204);
    buyer.get(&path).await.problem(404, "not_found");
    buyer.get("contracts/00000000-0000-0000-0000-000000000000").await.problem(404, "not_found");
}

#[tokio::test]
async fn a_signed_contract_changes_by_amendment_alone() {
    let world = World::start().await;
    let (buyer, liaison) = (world.app.org_member(world.buyer.id), world.app.liaison(GUZHEN));
    let contract = ContractBuilder::registered(&world.buyer, &world.seller, 3).insert(&world.app);
    let (path, version) = (format!("contracts/{}", contract.id), i64::from(contract.version));
    let problem = buyer.patch_json(&path, version, json!({ "amount": 60 })).await;
    problem.problem(409, "conflict");
    buyer.delete_version(&path, version).await.problem(409, "conflict");
    let amendments = format!("{path}/amendments");
    let amend = |version: i64, body: Value| {
        let request = buyer.request(reqwest::Method::POST, &amendments);
        let request = request.header("if-match", format!("\"{version}\"")).json(&body);
        buyer.send(request)
    };
    for (body, pointer) in [
        (json!({ "reason": " ", "changes": { "amount": 60 } }), "/reason"),
        (json!({ "reason": "追加", "changes": {} }), "/changes"),
        (json!({ "reason": "追加", "changes": { "tech_amount": 50.5001 } }), "/tech_amount"),
        (json!({ "reason": "追加", "changes": { "amount": null } }), "/amount"),
        (json!({ "reason": "追加", "changes": { "registration_no": "1" } }), "/registration_no"),
    ] {
        let problem = amend(version, body).await.problem(422, "invalid");
        assert!(pointers(&problem).contains(&pointer), "{problem}");
    }
    let body = json!({ "reason": "追加试产", "changes": { "amount": 60, "tech_amount": 45 } });
    let amended = amend(version, body.clone()).await.expect(200).json();
    assert_eq!((&amended["status"], &amended["amount"]), (&json!("amended"), &json!(60)));
    amend(version, body).await.problem(412, "precondition_failed");
    let confirmed = json!({ "to": "registered", "registered_on": "2026-04-20" });
    let confirmed = take(&liaison, &path, confirmed).await;
    assert_eq!(confirmed["registration_no"], json!(registration_no(3)));
    let steps = liaison.get(&format!("{path}/steps")).await.expect(200).json();
    let steps = steps.as_array().unwrap();
    assert_eq!(steps[4]["comment"], "追加试产");
    assert_eq!(steps[4]["to_status"], "amended");
    let difference = format!("{path}/versions/{version}/differences/{}", version + 1);
    let compared = buyer.get(&difference).await.expect(200).json();
    assert_eq!(compared["differences"].as_array().unwrap().len(), 2);

    // Nothing moves while the registry decides, and nothing after the end.
    let waiting = ContractBuilder::submitted(&world.buyer, &world.seller).insert(&world.app);
    let place = format!("contracts/{}/amendments", waiting.id);
    let request = buyer.request(reqwest::Method::POST, &place);
    let body = json!({ "reason": "追加", "changes": { "amount": 60 } });
    let request = request.header("if-match", "\"3\"").json(&body);
    buyer.send(request).await.problem(409, "conflict");
}

#[tokio::test]
async fn payments_are_recorded_corrected_and_taken_back() {
    let world = World::start().await;
    let seller = world.app.org_member(world.seller.id);
    let path = world.signed();
    let pay = |version: i64, body: Value| {
        let request = seller.request(reqwest::Method::POST, &format!("{path}/payments"));
        seller.send(request.header("if-match", format!("\"{version}\"")).json(&body))
    };
    let before = seller.get(&path).await.expect(200).json();
    assert_eq!((&before["planned_total"], &before["paid_total"]), (&json!(50.5), &json!(0)));
    assert_eq!(before["overdue_total"], json!(20.25));
    let body = json!({ "instalment": 0, "paid": 20.1234, "paid_on": "2026-04-02" });
    let paid = pay(2, body.clone()).await.expect(200).json();
    assert_eq!((&paid["paid_total"], &paid["overdue_total"]), (&json!(20.1234), &json!(0)));
    assert_eq!(paid["status"], "signed");
    pay(2, body).await.problem(412, "precondition_failed");
    for (body, pointer) in [
        (json!({ "instalment": 2, "paid": 1, "paid_on": "2026-04-02" }), "/instalment"),
        (json!({ "instalment": 1, "paid": 1 }), "/paid_on"),
        (json!({ "instalment": 1, "paid": 0, "paid_on": "2026-04-02" }), "/paid"),
        (json!({ "instalment": 1, "paid": 30.3767, "paid_on": "2026-04-02" }), "/paid"),
        (json!({ "instalment": 1, "paid_on": "2026-04-02" }), "/paid"),
    ] {
        let problem = pay(3, body).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), [pointer]);
    }
    let exact = json!({ "instalment": 1, "paid": 30.3766, "paid_on": "2026-04-02" });
    let full = pay(3, exact).await.expect(200).json();
    assert_eq!(full["paid_total"], json!(50.5));
    let back = pay(4, json!({ "instalment": 0 })).await.expect(200).json();
    assert_eq!(back["paid_total"], json!(30.3766));
    // What has been paid is no amendment's business.
    let request = seller.request(reqwest::Method::POST, &format!("{path}/amendments"));
    let body = json!({ "reason": "重排", "changes": { "instalments": [] } });
    let answer = seller.send(request.header("if-match", "\"5\"").json(&body)).await;
    assert_eq!(answer.problem(422, "invalid")["errors"][0]["code"], "set_by_payment");
    let draft = world.draft(&seller).await;
    let request = seller.request(reqwest::Method::POST, &format!("{draft}/payments"));
    let body = json!({ "instalment": 0, "paid": 1, "paid_on": "2026-04-02" });
    seller.send(request.header("if-match", "\"1\"").json(&body)).await.problem(409, "conflict");
}

/// A registered contract whose texts try to be formulas, and a client who may read it.
async fn with_form() -> (World, Client, String) {
    let world = World::start().await;
    let contract = ContractBuilder::registered(&world.buyer, &world.seller, 9).fields(|fields| {
        fields.project_name =
            Some("=1+1 铝合金压铸件气孔率控制技术的委托开发与中试验证".to_owned());
        fields.broker_org = Some("@中山市技术转移中心".to_owned());
        fields.est_new_input = Some(townbridge::money::Money(12_500_000));
    });
    let path = format!("contracts/{}/form", contract.insert(&world.app).id);
    let client = world.app.org_member(world.buyer.id);
    (world, client, path)
}

/// What the form of [`with_form`] says, cell by cell; empty values have no cell of their own.
fn expected_cells(world: &World, code: &str) -> Vec<String> {
    let (buyer, seller) = (&world.buyer, &world.seller);
    let number = registration_no(9);
    let lines: &[&[&str]] = &[
        &["技术合同登记表"],
        &[code],
        &["合同"],
        &["项目名称", "=1+1 铝合金压铸件气孔率控制技术的委托开发与中试验证"],
        &["合同类别", "技术开发"],
        &["合同子类", "委托开发"],
        &["合同签订日期", "2026年03月01日"],
        &["合同登记编号", &number],
        &["合同有效期限（起）", "2026年03月01日"],
        &["合同有效期限（止）", "2027年02月28日"],
        &["买方（委托方、受让方）"],
        &["买方名称", &buyer.name],
        &["买方统一社会信用代码", &buyer.uscc],
        &["买方国别代码", "156 中国"],
        &["买方性质", "100 企业法人（内资企业）"],
        &["买方行政区划代码", "442000 中山市古镇镇"],
        &["卖方（受托方、让与方）"],
        &["卖方名称", &seller.name],
        &["卖方统一社会信用代码", &seller.uscc],
        &["卖方国别代码", "156 中国"],
        &["卖方性质", "022 事业法人（高等院校）"],
        &["卖方行政区划代码", "440106 广州市天河区"],
        &["金额与知识产权"],
        &["合同成交金额（万元）", "50.5"],
        &["技术交易额（万元）", "40.1234"],
        &["支付方式", "分期支付"],
        &["计划来源", "计划外"],
        &["预计新增投入（万元）", "12.5"],
        &["预计新增产值（万元）", "300"],
        &["知识产权类别", "技术秘密、发明专利"],
        &["付款计划"],
        &["分期付款", "第 1 期：2026年04月01日应付 20.25 万元"],
        &["分期付款", "第 2 期：2099年12月01日应付 30.25 万元"],
        &["领域与目标"],
        &["技术领域", "新能源与高效节能"],
        &["服务的国民经济行业", "C3872 照明灯具制造"],
        &["服务的社会经济目标", "10 工商业发展"],
        &["中介机构", "@中山市技术转移中心"],
        &["技术经理人", "何试"],
        &["登记"],
        &["状态", "已登记"],
        &["提交登记日期", "2026年03月10日"],
        &["登记日期", "2026年03月20日"],
        &["登记机构", "中山市技术合同登记站"],
        &["计入地区", "中山市古镇镇"],
        &["签章"],
        &["项目负责人"],
        &["填报人"],
        &["填报日期", "　　　　年　　月　　日"],
        &["单位盖章"],
    ];
    lines.concat().into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_registration_form_comes_as_a_spreadsheet_of_texts() {
    use calamine::{Data, Reader, Xlsx};
    let (world, client, path) = with_form().await;
    let answer = client.get(&format!("{path}?format=xlsx")).await.expect(200);
    assert!(answer.header("content-type").contains("spreadsheetml"));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"HT"));
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(answer.body)).unwrap();
    let sheet = book.worksheet_range("技术合同登记表").unwrap();
    let cells: Vec<String> = sheet
        .used_cells()
        .map(|(_, _, cell)| match cell {
            Data::String(text) => text.clone(),
            other => panic!("{other:?} is no text"),
        })
        .filter(|text| !text.is_empty())
        .collect();
    // Every cell of the form, in its order: title and code, parts, labels with what stands beside them.
    let shown = client.get(path.trim_end_matches("/form")).await.expect(200).json();
    assert_eq!(cells, expected_cells(&world, shown["code"].as_str().unwrap()));
    assert!(book.worksheet_formula("技术合同登记表").unwrap().is_empty());
    client.get(&path).await.problem(422, "invalid");
    client.get(&format!("{path}?format=odt")).await.problem(422, "invalid");
    drop(world);
}

/// Reads the text back with poppler, as a reader's program would.
#[cfg(feature = "server-tests")]
#[tokio::test]
async fn the_registration_form_comes_as_a_pdf_whose_text_can_be_read_back() {
    let (world, client, path) = with_form().await;
    let answer = client.get(&format!("{path}?format=pdf")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/pdf");
    let file = world.app.data_dir().join("form.pdf");
    std::fs::write(&file, &answer.body).unwrap();
    let run = |tool: &str, more: &[&str]| {
        let output = std::process::Command::new(tool).arg(&file).args(more).output().unwrap();
        assert!(output.status.success(), "{tool}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let fonts = run("pdffonts", &[]);
    let line = fonts.lines().find(|line| line.contains("NotoSansCJKsc")).expect("the font");
    // Embedded, a subset, with a table back to Unicode.
    assert_eq!(line.matches("yes").count(), 3, "{fonts}");
    let text: String = run("pdftotext", &["-"]).split_whitespace().collect();
    for expected in [
        "技术合同登记表",
        "=1+1铝合金压铸件气孔率控制技术的委托开发与中试验证",
        "委托开发",
        "40.1234",
        "2026440000000009",
        "中山市技术合同登记站",
        "第1期：2026年04月01日应付20.25万元",
        "022事业法人（高等院校）",
        world.buyer.uscc.as_str(),
        world.seller.uscc.as_str(),
        "项目负责人",
        "单位盖章",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(answer.body.len() < 100_000, "{} bytes", answer.body.len());
    drop(world);
}

#[tokio::test]
async fn of_two_who_step_one_contract_at_a_time_one_wins() {
    let world = World::start().await;
    let admin = world.app.admin();
    for round in 0..8 {
        let contract = ContractBuilder::submitted(&world.buyer, &world.seller).insert(&world.app);
        let path = format!("contracts/{}/steps", contract.id);
        let (one, other) = tokio::join!(
            admin.post_json(&path, step("registered", 100 + round)),
            admin.post_json(&path, step("refused", 0)),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{statuses:?}");
        assert!([409, 412].contains(&statuses[1]), "{statuses:?}");
    }
    let path = world.signed();
    let amend = |amount: i64| {
        let request = admin.request(reqwest::Method::POST, &format!("{path}/amendments"));
        let body = json!({ "reason": "追加", "changes": { "amount": amount } });
        admin.send(request.header("if-match", "\"2\"").json(&body))
    };
    let (one, other) = tokio::join!(amend(60), amend(70));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn links_are_to_what_the_writer_may_know() {
    let world = World::start().await;
    let stranger = OrgBuilder::enterprise().insert(&world.app);
    let hidden = NeedBuilder::draft(&stranger).insert(&world.app);
    let own = NeedBuilder::draft(&world.buyer).insert(&world.app);
    let buyer = world.app.org_member(world.buyer.id);
    let body =
        |need| json!({ "buyer_org_id": world.buyer.id, "project_name": "甲", "need_id": need });
    let problem = buyer.post_json("contracts", body(hidden.id)).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/need_id"]);
    let mut elsewhere = body(own.id);
    elsewhere["case_id"] = json!(uuid::Uuid::now_v7());
    let problem = buyer.post_json("contracts", elsewhere).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/case_id"]);
    let made = buyer.post_json("contracts", body(own.id)).await.expect(201).json();
    assert_eq!(made["need_id"], json!(own.id));
    // Who drafts cannot give the contract away to others altogether.
    let path = format!("contracts/{}", made["id"].as_str().unwrap());
    let away = json!({ "buyer_org_id": stranger.id });
    buyer.patch_json(&path, 1, &away).await.problem(403, "forbidden");
    let given = world.app.admin().patch_json(&path, 1, away).await.expect(200).json();
    assert_eq!(given["buyer"]["name"], json!(stranger.name));
    buyer.get(&path).await.problem(404, "not_found");
}
