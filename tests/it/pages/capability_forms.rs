//! Writing a capability in the browser, from an empty form to its publication.

use serde_json::json;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::capabilities::ops;
use townbridge::organizations::model::Organization;

use crate::support::{Answer, Browser, CapabilityBuilder, OrgBuilder, TestApp};

const GUANGDONG: &str = "44";

async fn member(app: &TestApp, org: &Organization) -> Browser {
    let person = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    app.browser_of(&person).await
}

/// All that publishing asks for, as typed.
fn complete() -> Vec<(&'static str, &'static str)> {
    vec![
        ("title", "热管柱一体成形散热结构"),
        ("asset_kind", "achievement"),
        ("tech_field", "new_energy"),
        (
            "summary",
            "面向两百瓦以上的工程投光灯，以热管柱与压铸散热器一体成形的结构替代大翅片散热器。样灯在环境温度四十度时满载运行，灯珠结温低于九十度，整灯重量比原结构减少一成半。已在两家灯具企业试制并连续点亮三千小时，光通量维持率良好，压铸模具可以沿用现有设备。",
        ),
        ("problem_solved", "密闭灯体内热量散不出去。"),
        ("advantage_over_existing", "同等重量下热阻降低三成。"),
        ("applications", "工程投光灯\n隧道灯"),
        ("keywords", "散热、heat pipe，压铸"),
        ("industry_codes", "C38"),
        ("industry_codes", ""),
        ("lead_expert", "试教授"),
        ("trl", "8"),
        ("stage", "mature"),
        ("ownership_type", "job_related"),
        ("performance/1/name", "结温"),
        ("performance/1/value", "≤90"),
        ("performance/1/unit", "℃"),
        ("ip_list/0/kind", "invention"),
        ("ip_list/0/title", "一种灯具散热结构"),
        ("cases/0/text", "为两家企业试制"),
        ("cases/0/year", "２０２５"),
        ("transfer_modes", ""),
        ("transfer_modes", "commissioned_dev"),
        ("price_mode", "range"),
        ("price", "10.5"),
        ("price_max", "30"),
        ("confidentiality", "public"),
        ("contact/name", "试教授"),
        ("contact/mail", "shi@example.com"),
    ]
}

fn tags(page: &Answer) -> Vec<String> {
    page.texts("main .tag")
}

#[tokio::test]
async fn a_capability_goes_from_the_form_over_review_to_the_public() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let author = member(&app, &school).await;
    let desk = author.get("/account").await.expect(200);
    assert_eq!(desk.count("a.button[href='/capabilities/new']"), 1);
    let form = author.get("/capabilities/new").await.expect(200);
    let once = form.attribute("[name=once]", "value");
    let mut fields = complete();
    fields.extend([("once", once.as_str()), ("button", "submit")]);
    let made = author.submit("/capabilities/new", &fields).await.expect(303);
    let path = made.header("location").to_owned();
    let twice = author.submit("/capabilities/new", &fields).await.expect(303);
    assert_eq!(twice.header("location"), path, "one form makes one capability");
    let page = author.get(&path).await.expect(200);
    assert!(tags(&page).contains(&"待审".to_owned()), "{:?}", tags(&page));
    // While it is under review it is not changed.
    assert_eq!(page.count(&format!("a[href='{path}/edit']")), 0);
    author.get(&format!("{path}/edit")).await.expect(409);
    app.browser().get(&path).await.expect(404);

    let officer = app.account(&[GrantRole::in_region(Role::Officer, GUANGDONG)]);
    let officer = app.browser_of(&officer).await;
    officer.get("/account").await.expect(200);
    officer.submit(&format!("{path}/step"), &[("to", "published")]).await.expect(303);
    let page = app.browser().get(&path).await.expect(200);
    assert_eq!(page.only("h1"), "热管柱一体成形散热结构");
    for part in ["隧道灯", "heat pipe", "结温", "一种灯具散热结构", "2025", "10.5"] {
        assert!(page.text().contains(part), "{part}");
    }
    assert_eq!(page.count(&format!("a[href='{path}/edit']")), 0);

    // The owner may go on writing; what is open stays complete.
    let edit = format!("{path}/edit");
    assert_eq!(author.get(&path).await.expect(200).count(&format!("a[href='{edit}']")), 1);
    let desk = author.get("/account").await.expect(200);
    assert_eq!(desk.count(&format!("a[href='{edit}']")), 1);
    let form = author.get(&edit).await.expect(200);
    assert_eq!(form.count("button[value=submit]"), 0);
    let version = form.attribute("[name=version]", "value");
    let bare = [("version", version.as_str()), ("problem_solved", ""), ("button", "save")];
    let told = author.submit(&edit, &bare).await.expect(200);
    assert_eq!(told.count("#problem_solved-wrong"), 1);
    let better = [("version", version.as_str()), ("title", "热管柱散热结构"), ("button", "save")];
    author.submit(&edit, &better).await.expect(303);
    assert_eq!(app.browser().get(&path).await.expect(200).only("h1"), "热管柱散热结构");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let browser = member(&app, &school).await;
    browser.get("/capabilities/new").await.expect(200);
    let fields = [
        ("title", ""),
        ("summary", "太短 <但保留>"),
        ("price", "一百"),
        ("registered_on", "明年"),
        ("town_code", "某镇"),
        ("excluded_regions", "中山市\n某地"),
        ("cases/2/text", "第一例"),
        ("cases/2/year", "去年"),
        ("button", "submit"),
    ];
    let page = browser.submit("/capabilities/new", &fields).await.expect(200);
    assert_eq!(page.texts("[data-errors] li").len(), 5, "{:?}", page.texts("[data-errors] li"));
    assert!(page.only("#summary").contains("太短 <但保留>"));
    assert_eq!(page.only("#excluded_regions"), "中山市 某地");
    for (field, typed) in [("price", "一百"), ("registered_on", "明年"), ("town_code", "某镇")]
    {
        assert_eq!(page.attribute(&format!("#{field}"), "value"), typed);
        assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid"), "true");
    }
    assert_eq!(page.attribute("[name='cases/0/year']", "value"), "去年");
    assert_eq!(page.count("[data-wrong='cases/0']"), 1);
    let mut english = fields.to_vec();
    english.push(("asset_kind", "achievement"));
    browser.get("/language?to=en&back=/").await.expect(303);
    let page = browser.submit("/capabilities/new", &english).await.expect(200);
    let told = page.texts("[data-errors] li").join("\n");
    assert!(told.contains("There is no region") && told.contains("Cases 1 Year"), "{told}");
    browser.get("/language?to=zh-CN&back=/").await.expect(303);

    // A draft that cannot be put forward yet is kept; the form goes on with it.
    let fields = [
        ("title", "半成品"),
        ("asset_kind", "achievement"),
        ("ip_list/0/title", "有名称无类别"),
        ("button", "submit"),
    ];
    let told = browser.submit("/capabilities/new", &fields).await.expect(200);
    assert_eq!(told.count("[data-wrong='ip_list/0']"), 1);
    assert_eq!(told.attribute("form.stack", "action"), "/capabilities/new");
    let fields = [("title", "半成品"), ("asset_kind", "achievement"), ("button", "submit")];
    let page = browser.submit("/capabilities/new", &fields).await.expect(200);
    let action = page.attribute("form.stack", "action");
    assert!(action.ends_with("/edit"), "{action}");
    for field in ["summary", "confidentiality"] {
        assert_eq!(page.count(&format!("#{field}-wrong")), 1, "{field}");
    }
    let version = page.attribute("input[name=version]", "value");
    let mut fields = complete();
    fields.extend([("version", version.as_str()), ("button", "submit")]);
    let answer = browser.submit(&action, &fields).await.expect(303);
    let page = browser.get(answer.header("location")).await.expect(200);
    assert!(tags(&page).contains(&"待审".to_owned()));
}

#[tokio::test]
async fn an_outdated_form_does_not_overwrite_and_the_page_says_so() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let item = CapabilityBuilder::draft(&school).insert(&app);
    let browser = member(&app, &school).await;
    let edit = format!("/capabilities/{}/edit", item.id);
    browser.get(&edit).await.expect(200);
    let caller = Caller::system("test");
    ops::update(&app, &caller, item.id, 1, &json!({ "title": "别人改过的题目" })).unwrap();
    let mine = [("version", "1"), ("title", "我的题目"), ("button", "save")];
    let page = browser.submit(&edit, &mine).await.expect(412);
    assert_eq!(page.count("[role=alert]"), 1);
    // Only what the form showed can differ.
    let rows = page.texts("[data-conflict] tbody tr");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains("别人改过的题目") && rows[0].contains("我的题目"), "{rows:?}");
    assert_eq!(page.attribute("#title", "value"), "我的题目");
    let kept = ops::show(&app, &caller, item.id).unwrap();
    assert_eq!(kept.fields.title.as_deref(), Some("别人改过的题目"));
    // Told, its author may save it.
    let version = page.attribute("[name=version]", "value");
    let mut mine = mine;
    mine[0].1 = &version;
    browser.submit(&edit, &mine).await.expect(303);
}

#[tokio::test]
async fn both_versions_are_said_in_words_field_by_field() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let item = CapabilityBuilder::draft(&school).insert(&app);
    let browser = member(&app, &school).await;
    let edit = format!("/capabilities/{}/edit", item.id);
    let form = browser.get(&edit).await.expect(200);
    let theirs = json!({ "summary": "第一行\n第二行", "transfer_modes": ["open_license"], "trl": 7,
        "performance": [{ "name": "光效", "value": "180", "unit": "lm/W" }] });
    ops::update(&app, &Caller::system("test"), item.id, item.version, &theirs).unwrap();
    let mut typed = inputs(&form);
    typed.retain(|(name, _)| name != "summary" && name != "trl");
    // A browser ends lines otherwise than the service does.
    for (name, text) in [("summary", "第一行\r\n第二行"), ("trl", "6"), ("button", "save")] {
        typed.push((name.into(), text.into()));
    }
    let page = browser.send(browser.form(&edit, &typed)).await.expect(412);
    let rows = page.texts("[data-conflict] tbody tr");
    let row = |part: &str| rows.iter().any(|row| row.contains(part));
    assert!(row("许可") && row("光效") && row("lm/W"), "{rows:?}");
    assert!(!row("第一行") && !row("open_license"), "{rows:?}");
}

#[tokio::test]
async fn only_its_own_people_and_reviewers_find_the_form() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let firm = OrgBuilder::enterprise().insert(&app);
    let (own, stranger) = (member(&app, &school).await, member(&app, &firm).await);
    let nobody = app.account(&[]);
    let nobody = app.browser_of(&nobody).await;
    stranger.get("/account").await.expect(200);
    nobody.get("/account").await.expect(200);
    for item in [
        CapabilityBuilder::draft(&school).insert(&app),
        CapabilityBuilder::published(&school).title("已公开的成果").insert(&app),
    ] {
        let edit = format!("/capabilities/{}/edit", item.id);
        own.get(&edit).await.expect(200);
        assert_eq!(app.browser().get(&edit).await.status, 303);
        let version = item.version.to_string();
        let typed = [("version", version.as_str()), ("title", "改掉"), ("button", "save")];
        for other in [&stranger, &nobody] {
            other.get(&edit).await.expect(404);
            other.submit(&edit, &typed).await.expect(404);
        }
        own.submit_bare(&edit, &typed).await.expect(403);
        let kept = ops::show(&app, &Caller::system("test"), item.id).unwrap();
        assert_eq!(kept.fields, item.fields);
    }
    nobody.get("/capabilities/new").await.expect(404);
    nobody.submit("/capabilities/new", &complete()).await.expect(404);
    let desk = nobody.get("/account").await.expect(200);
    assert_eq!(desk.count("a[href='/capabilities/new']"), 0);
    let desk = stranger.get("/account").await.expect(200);
    assert_eq!(desk.count("a[href='/capabilities/new']"), 0, "a firm comes for its needs");
}

#[tokio::test]
async fn what_is_stored_survives_a_form_that_does_not_show_it() {
    let app = TestApp::start().await;
    let school = OrgBuilder::university().insert(&app);
    let item = CapabilityBuilder::expert(&school, "何其照", "none")
        .fields(|fields| {
            fields.tags = vec!["内部标签".to_owned()];
            fields.lang = Some("zh".to_owned());
            fields.keywords = vec!["glare rating".to_owned(), "配光".to_owned()];
            fields.excluded_regions = vec!["4406".to_owned()];
            fields.papers = vec!["论文，带逗号".to_owned()];
        })
        .insert(&app);
    let browser = member(&app, &school).await;
    let edit = format!("/capabilities/{}/edit", item.id);
    let form = browser.get(&edit).await.expect(200);
    assert_eq!(form.count("details[open]"), 1);
    let version = item.version.to_string();
    let few = [("version", version.as_str()), ("title", "照明专家"), ("button", "save")];
    browser.submit(&edit, &few).await.expect(303);
    let caller = Caller::system("test");
    let saved = ops::show(&app, &caller, item.id).unwrap();
    let mut expected = item.fields.clone();
    expected.title = Some("照明专家".to_owned());
    assert_eq!(saved.fields, expected);

    // What a browser sends back unchanged changes nothing either.
    let form = browser.get(&edit).await.expect(200);
    let mut fields = inputs(&form);
    fields.push(("button".into(), "save".into()));
    browser.send(browser.form(&edit, &fields)).await.expect(303);
    let again = ops::show(&app, &caller, item.id).unwrap();
    assert_eq!((again.fields, again.version), (expected.clone(), saved.version));

    // A part that is changed keeps the rest of it.
    let version = again.version.to_string();
    let bio = [("version", version.as_str()), ("expert/bio", "三十年"), ("button", "save")];
    browser.submit(&edit, &bio).await.expect(303);
    let saved = ops::show(&app, &caller, item.id).unwrap();
    expected.expert.as_mut().unwrap().bio = Some("三十年".to_owned());
    assert_eq!(saved.fields, expected);
}

#[tokio::test]
async fn further_fields_are_open_when_one_of_them_is_wrong_and_a_draft_comes_back() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let browser = member(&app, &org).await;
    let page = browser.get("/capabilities/new").await.expect(200);
    assert_eq!(page.count("details[open] #orcid"), 0);
    let mut fields = complete();
    fields.extend([("orcid", "0000"), ("button", "save")]);
    let page = browser.submit("/capabilities/new", &fields).await.expect(200);
    assert_eq!(page.count("details[open] #orcid[aria-invalid]"), 1, "the mistake is hidden");
    let draft = [
        ("draft_place", "/capabilities/new"),
        ("draft_version", "0"),
        ("title", "写到一半的成果"),
        ("cases/5/text", "第六个案例"),
    ];
    browser.submit("/forms/draft", &draft).await.expect(200);
    let page = browser.get("/capabilities/new").await.expect(200);
    assert_eq!(page.attribute("#title", "value"), "写到一半的成果");
    assert_eq!(page.attribute("[name='cases/5/text']", "value"), "第六个案例");
    let mut fields = complete();
    fields.extend([("draft_place", "/capabilities/new"), ("button", "save")]);
    browser.submit("/capabilities/new", &fields).await.expect(303);
    assert_eq!(browser.get("/capabilities/new").await.expect(200).count("[data-restored]"), 0);
}

/// What a browser would send of a form unchanged.
fn inputs(form: &Answer) -> Vec<(String, String)> {
    let page = form.page();
    let select = |selector: &str| scraper::Selector::parse(selector).unwrap();
    let typed = select(
        "form.stack input:not([type=checkbox]), form.stack input[checked], form.stack textarea",
    );
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in page.select(&typed) {
        let value = input.attr("value").map(str::to_owned);
        let value = value.unwrap_or_else(|| input.text().collect());
        fields.push((input.attr("name").unwrap().to_owned(), value));
    }
    let chosen = select("option[selected]");
    for choice in page.select(&select("form.stack select")) {
        let value = choice.select(&chosen).next().and_then(|option| option.attr("value"));
        let name = choice.attr("name").unwrap().to_owned();
        fields.push((name, value.unwrap_or_default().to_owned()));
    }
    fields
}
