//! Writing a need in the browser, from an empty form to its publication.

use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::records::ops::Written;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

/// All that the form asks for, as typed.
fn complete() -> Vec<(&'static str, &'static str)> {
    vec![
        ("title", "压铸灯体气孔率太高"),
        ("need_kind", "tech_problem"),
        ("industry_code", "C38"),
        ("tech_field", "advanced_manufacturing"),
        ("background", "试过换涂料和提高模温，都没有用。"),
        (
            "problem",
            "压铸铝灯体壁厚二毫米，铸件中心气孔率百分之六，抛光后露孔报废。希望在不更换压铸机的前提下把气孔率降到百分之二以内，并给出模具排气改造办法。",
        ),
        ("keywords", "压铸、气孔 灯体"),
        ("requirement_0_name", "气孔率"),
        ("requirement_0_operator", "le"),
        ("requirement_0_value", "2"),
        ("requirement_0_unit", "%"),
        ("requirement_0_must", "yes"),
        ("budget_max", "30"),
        ("deadline", "2099-06-30"),
        ("target_trl", "8"),
        ("cooperation_modes", "commissioned_dev"),
        ("cooperation_modes", "service"),
        ("confidentiality", "members"),
        ("public_summary", "征集压铸灯体降低气孔率的办法。"),
        ("contact_name", "梁试"),
        ("contact_mail", "liang@example.com"),
    ]
}

#[tokio::test]
async fn a_need_goes_from_the_form_over_the_liaison_to_the_public() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let author = app.browser_of(&author).await;
    author.get("/needs/new").await.expect(200);
    let mut fields = complete();
    fields.push(("button", "submit"));
    let answer = author.submit("/needs/new", &fields).await.expect(303);
    let path = answer.header("location").to_owned();
    assert!(path.starts_with("/needs/"), "{path}");
    let page = author.get(&path).await.expect(200);
    assert_eq!(page.only("h1"), "压铸灯体气孔率太高");
    assert!(page.texts("main .tag").contains(&"待审".to_owned()));
    app.browser().get(&path).await.expect(404);

    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, "442000105")]);
    let liaison = app.browser_of(&liaison).await;
    let desk = liaison.get("/account").await.expect(200);
    assert_eq!(desk.texts("[data-waiting] h3"), ["压铸灯体气孔率太高"]);
    let step = format!("{path}/step");
    // Returned with a comment first, put forward again, then published.
    let back = [("to", "returned"), ("comment", "请补充现有压铸机的吨位"), ("back", "/account")];
    let answer = liaison.submit(&step, &back).await.expect(303);
    assert_eq!(answer.header("location"), "/account");
    assert_eq!(liaison.get("/account").await.expect(200).count("[data-waiting]"), 0);
    author.submit(&step, &[("to", "submitted")]).await.expect(303);
    author.submit(&step, &[("to", "published")]).await.expect(403);
    let answer = liaison.submit(&step, &[("to", "published"), ("back", "/account")]).await;
    answer.expect(303);
    let page = app.browser().get(&path).await.expect(200);
    assert!(page.texts("main .tag").contains(&"已发布".to_owned()));
    // The page after the form already sees it found.
    let found = app.browser().get("/search?q=压铸灯体").await.expect(200);
    assert_eq!(found.texts("[data-hit] h3"), ["压铸灯体气孔率太高"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    browser.get("/needs/new").await.expect(200);
    let fields = [
        ("title", ""),
        ("problem", "太短 <但保留>"),
        ("budget_max", "一百"),
        ("deadline", "明年"),
        ("requirement_1_name", "硬度"),
        ("button", "submit"),
    ];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    assert_eq!(page.texts("[data-errors] li").len(), 2, "{:?}", page.texts("[data-errors] li"));
    assert!(page.only("#problem").contains("太短 <但保留>"));
    assert_eq!(page.attribute("#budget_max", "value"), "一百");
    assert_eq!(page.attribute("#budget_max", "aria-invalid"), "true");
    assert_eq!(page.attribute("[name=requirement_1_name]", "value"), "硬度");

    // A draft that cannot be put forward yet is kept; the form goes on with it.
    let fields = [("title", "半成品"), ("need_kind", "tech_problem"), ("button", "submit")];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    let action = page.attribute("form.stack", "action");
    assert!(action.ends_with("/edit"), "{action}");
    for field in ["industry_code", "tech_field", "problem", "confidentiality"] {
        assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid"), "true", "{field}");
        assert_eq!(page.count(&format!("#{field}-wrong")), 1, "{field}");
    }
    let version = page.attribute("input[name=version]", "value");
    let mut fields = complete();
    fields.extend([("version", version.as_str()), ("button", "submit")]);
    let answer = browser.submit(&action, &fields).await.expect(303);
    let page = browser.get(answer.header("location")).await.expect(200);
    assert!(page.texts("main .tag").contains(&"待审".to_owned()));
    let desk = browser.get("/account").await.expect(200);
    assert_eq!(desk.texts("tbody th"), ["压铸灯体气孔率太高"]);
}

#[tokio::test]
async fn the_form_of_a_stored_need_brings_everything_back() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let placed = Some("442000106".to_owned());
    let need = NeedBuilder::draft(&org).fields(|fields| fields.town_code = placed).insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let path = format!("/needs/{}/edit", need.id);
    let form = browser.get(&path).await.expect(200);
    assert_eq!(form.attribute("#title", "value"), need.fields.title.clone().unwrap());
    assert_eq!(form.attribute("#town_code", "value"), "沙溪镇（中山市）– 442000106");
    assert_eq!(form.attribute("#industry_code option[selected]", "value"), "C3872");
    // What a browser would send back unchanged.
    let page = form.page();
    let inputs = scraper::Selector::parse(
        "form.stack input:not([type=checkbox]), form.stack input[checked], form.stack textarea",
    )
    .unwrap();
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in page.select(&inputs) {
        let name = input.attr("name").unwrap().to_owned();
        let value = input.attr("value").map(str::to_owned);
        fields.push((name, value.unwrap_or_else(|| input.text().collect())));
    }
    let options = scraper::Selector::parse("form.stack select").unwrap();
    let chosen = scraper::Selector::parse("option[selected]").unwrap();
    for select in page.select(&options) {
        if let Some(option) = select.select(&chosen).next() {
            let name = select.attr("name").unwrap().to_owned();
            fields.push((name, option.attr("value").unwrap().to_owned()));
        }
    }
    fields.push(("button".into(), "save".into()));
    browser.send(browser.form(&path, &fields)).await.expect(303);
    let caller = townbridge::accounts::principal::Caller::system("test");
    let saved = townbridge::needs::ops::show(&app, &caller, need.id).unwrap();
    let mut expected = need.fields.clone();
    // A box that is not ticked says "no" where the author had said nothing.
    expected.budget_negotiable = Some(false);
    assert_eq!(saved.fields, expected);
    assert_eq!(saved.version, 2);
}

#[tokio::test]
async fn an_outdated_form_does_not_overwrite() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let caller = townbridge::accounts::principal::Caller::system("test");
    let patch = serde_json::json!({ "title": "别人改过的题目" });
    let Written { value, .. } =
        townbridge::needs::ops::update(&app, &caller, need.id, 1, &patch).unwrap();
    assert_eq!(value.version, 2);
    let mut fields = complete();
    fields.extend([("version", "1"), ("button", "save")]);
    let page = browser.submit(&format!("/needs/{}/edit", need.id), &fields).await.expect(412);
    assert!(page.only("[data-conflict]").contains("别人改过的题目"));
    let kept = townbridge::needs::ops::show(&app, &caller, need.id).unwrap();
    assert_eq!(kept.fields.title.as_deref(), Some("别人改过的题目"));
}

#[tokio::test]
async fn a_town_is_typed_by_its_name_or_taken_from_what_is_offered() {
    let app = TestApp::start().await;
    let town = json!({ "code": "442000105", "recognised_on": "2002-06-18", "level": "province",
        "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
        "intro": "以灯饰照明为特色产业。" });
    app.admin().post_json("towns", &town).await.expect(201);
    let org = OrgBuilder::enterprise().insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let page = browser.get("/needs/new").await.expect(200);
    assert_eq!(page.attribute("#town_code", "list"), "town_code-list");
    let offered = page.attribute("#town_code-list option", "value");
    assert_eq!(offered, "古镇镇（中山市）– 442000105");
    let typed = |town: &str| {
        let mut fields: Vec<(&str, String)> =
            complete().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        fields.extend([("town_code", town.to_owned()), ("button", "save".to_owned())]);
        fields
    };
    for town in ["南庄镇", "佛山市南庄镇", "440604100", "南庄镇（佛山市禅城区）– 440604100"]
    {
        let fields = typed(town);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let answer = browser.submit("/needs/new", &fields).await.expect(303);
        let path = answer.header("location").to_owned();
        let page = browser.get(&format!("{path}/edit")).await.expect(200);
        assert_eq!(page.attribute("#town_code", "value"), "南庄镇（佛山市禅城区）– 440604100");
    }
    // Of several towns of one name each is told with its city, at the field; what was typed stays.
    for (town, told) in [("太平镇", "清远市"), ("古镇", "没有镇街"), ("中山市", "没有镇街")]
    {
        let fields = typed(town);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let page = browser.submit("/needs/new", &fields).await.expect(200);
        let wrong = page.only("#town_code-wrong");
        assert!(wrong.contains(told), "{wrong}");
        assert_eq!(page.attribute("#town_code", "value"), town);
        assert_eq!(page.attribute("#town_code", "aria-invalid"), "true");
    }
}
