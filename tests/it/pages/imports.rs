//! Bringing in records by a page.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;
use townbridge::organizations::model::Organization;

use crate::support::{Account, Answer, Browser, CapabilityBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const NANLANG: &str = "442000118";

/// Text of a summary that is long enough to be put forward.
const SUMMARY: &str = "针对高环境温度下的早期失效问题，提出替代大容量电解电容的拓扑，并建立器件结温、壳温与寿命的\
    耦合模型，指导布局与灌封。样机在环境温度六十度满载运行时，主控器件壳温不超过八十五度，推算寿命大于六万小时，\
    已在三家企业小批量试用，反馈良好，可以按不同功率段系列化。";

async fn member(app: &TestApp, org: &Organization) -> (Account, Browser) {
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&account).await;
    browser.get("/imports").await.expect(200);
    (account, browser)
}

/// Sends a table of text with these options.
async fn send(browser: &Browser, options: &[(&str, &str)], text: &str) -> Answer {
    browser.submit_files("/imports/file", options, &[("file", "成果.csv", text.as_bytes())]).await
}

/// Sends the rows of a page again, with what has been typed.
async fn again(browser: &Browser, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let (table, kind) =
        (page.attribute("input[name=table]", "value"), page.attribute("input[name=kind]", "value"));
    let mut fields = vec![("table", table.as_str()), ("kind", kind.as_str())];
    fields.extend(typed);
    browser.submit("/imports/rows", &fields).await
}

fn counts(page: &Answer) -> (String, String) {
    (page.attribute("[data-good]", "data-good"), page.attribute("[data-bad]", "data-bad"))
}

/// Name of the field of a column in a row.
fn field(page: &Answer, row: u64, label: &str) -> String {
    let selector = scraper::Selector::parse(&format!("[data-row='{row}'] label[for]")).unwrap();
    let html = page.page();
    let label = html.select(&selector).find(|one| one.text().collect::<String>() == label);
    label.unwrap_or_else(|| panic!("no {selector:?}")).attr("for").unwrap().to_owned()
}

fn all(app: &TestApp, org: &Organization) -> Vec<serde_json::Value> {
    let caller = townbridge::accounts::principal::Caller::system("test");
    let query = townbridge::capabilities::listing::ListCapabilities {
        org_id: Some(org.id),
        limit: Some(100),
        ..Default::default()
    };
    let page = townbridge::capabilities::listing::list(app, &caller, &query).unwrap();
    page.items.iter().map(|item| serde_json::to_value(item).unwrap()).collect()
}

#[tokio::test]
async fn rows_are_mended_on_the_page_and_come_in_when_they_are_good() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let (_, browser) = member(&app, &org).await;
    let table = "成果名称,成果类别,技术就绪水平,联系人邮箱\n\
                 长寿命驱动电源,成果,8,\n灯具表面处理,没有这种,九,a@b.example\n,专利,,\n";
    let page = send(&browser, &[("kind", "capabilities")], table).await.expect(200);
    assert_eq!(counts(&page), ("1".to_owned(), "2".to_owned()));
    assert!(all(&app, &org).is_empty(), "nothing is kept yet");
    let (kind, level) = (field(&page, 3, "成果类别"), field(&page, 3, "技术就绪水平"));
    assert_eq!(page.attribute(&format!("#{level}"), "value"), "九");
    assert_eq!(page.attribute(&format!("#{kind}"), "aria-invalid"), "true");
    assert!(page.only(&format!("#wrong-{kind}")).contains("没有这种"));
    let title = field(&page, 4, "成果名称");
    assert!(!page.only(&format!("#wrong-{title}")).is_empty());

    // One mistake is mended, another is made: what was typed stays, and the import is refused.
    let typed = [(kind.as_str(), "成果"), (level.as_str(), "十"), ("button", "import")];
    let page = again(&browser, &page, &typed).await.expect(200);
    assert_eq!((counts(&page), page.count("[data-done]")), (("1".into(), "2".into()), 0));
    assert_eq!(page.attribute(&format!("#{level}"), "value"), "十");
    assert_eq!(page.count(&format!("#{kind}")), 0, "it is good now");
    assert!(all(&app, &org).is_empty(), "nothing is kept while a row is wrong");

    // All fields of a row on demand, and its own mistakes stay marked.
    let page = again(&browser, &page, &[("open", "3")]).await.expect(200);
    let summary = field(&page, 3, "成果简介");
    let name = field(&page, 3, "联系人姓名");
    assert_eq!(page.attribute(&format!("#{name}"), "aria-invalid"), "true", "an address of nobody");
    let typed = [
        (name.as_str(), "梁试"),
        (level.as_str(), "8"),
        (summary.as_str(), "阳极氧化前的喷砂工艺"),
        (title.as_str(), "一种灯具"),
        ("button", "check"),
    ];
    let page = again(&browser, &page, &typed).await.expect(200);
    assert_eq!(counts(&page), ("3".to_owned(), "0".to_owned()));
    let page = again(&browser, &page, &[("button", "import")]).await.expect(200);
    assert_eq!((page.count("[data-entered]"), page.count("input[name=table]")), (3, 0));
    let stored = all(&app, &org);
    let mended = stored.iter().find(|one| one["title"] == "灯具表面处理").unwrap();
    assert_eq!((&mended["trl"], &mended["asset_kind"]), (&8.into(), &"achievement".into()));
    assert_eq!(
        (&mended["summary"], &mended["status"]),
        (&"阳极氧化前的喷砂工艺".into(), &"draft".into())
    );
    // The pages of what came in are there.
    let href = page.attribute("li:first-child > [data-entered]", "href");
    browser.get(&href).await.expect(200);
}

#[tokio::test]
async fn good_rows_come_in_alone_and_twice_is_once() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let (_, browser) = member(&app, &org).await;
    let table = "成果名称,成果类别\n甲装置,成果\n乙装置,成果\n丙装置,\n甲装置,成果\n";
    let page = send(&browser, &[], table).await.expect(422);
    assert!(!page.text().is_empty(), "the kind is missing");
    let page = send(&browser, &[("kind", "capabilities")], table).await.expect(200);
    assert_eq!(counts(&page), ("2".to_owned(), "1".to_owned()));
    let left = again(&browser, &page, &[("button", "good")]).await.expect(200);
    assert_eq!((left.count("[data-entered]"), left.count("[data-row]")), (2, 1));
    assert_eq!(all(&app, &org).len(), 2);
    // The same form once more.
    let page = again(&browser, &page, &[("button", "good")]).await.expect(200);
    assert_eq!((page.count("[data-entered]"), page.count("[data-done]")), (0, 1));
    assert_eq!(all(&app, &org).len(), 2);
    // What is left is mended, or left out.
    let kind = field(&left, 4, "成果类别");
    let mended = again(&browser, &left, &[(&kind, "专利"), ("button", "import")]).await;
    assert_eq!(mended.expect(200).count("[data-entered]"), 1);
    let page = again(&browser, &left, &[("out", "4"), ("button", "check")]).await.expect(200);
    assert_eq!((page.count("[data-row]"), page.count("[data-other]")), (0, 0));
    assert_eq!(all(&app, &org).len(), 3);
}

#[tokio::test]
async fn likely_repeats_are_named_only_to_who_may_know_of_them() {
    let app = TestApp::start().await;
    let (org, other) =
        (OrgBuilder::university().insert(&app), OrgBuilder::university().insert(&app));
    let title = "无电解电容长寿命驱动变换器及其热寿命协同设计方法";
    let item = |org, level| {
        CapabilityBuilder::published(org).title(title).confidentiality(level).fields(|fields| {
            fields.summary = Some(SUMMARY.to_owned());
        })
    };
    CapabilityBuilder::draft(&other)
        .title(title)
        .fields(|fields| fields.summary = Some(SUMMARY.to_owned()))
        .insert(&app);
    let (_, browser) = member(&app, &org).await;
    let table = format!("成果名称,成果类别,成果简介\n{title},成果,{SUMMARY}\n");
    let page = send(&browser, &[("kind", "capabilities")], &table).await.expect(200);
    assert_eq!(page.count("[data-like]"), 0, "the draft of somebody else is nobody's business");
    let open = item(&other, DisclosureLevel::Public).insert(&app);
    let page = send(&browser, &[("kind", "capabilities")], &table).await.expect(200);
    let link = format!("[data-like] a[href='/capabilities/{}']", open.id);
    assert_eq!((page.count(&link), counts(&page).0), (1, "1".to_owned()));
    let options = [("kind", "capabilities"), ("skip_like", "yes")];
    let page = send(&browser, &options, &table).await.expect(200);
    assert_eq!(counts(&page), ("0".to_owned(), "0".to_owned()));
    // Rows are compared with each other as well.
    let table = format!(
        "成果名称,成果类别,成果简介,关键词\n新的{title},成果,{SUMMARY},\n\
                         新的{title},成果,{SUMMARY},照明\n"
    );
    let page = send(&browser, &[("kind", "capabilities")], &table).await.expect(200);
    assert!(page.only("[data-other='3'] td[data-name] [data-like]:last-of-type").contains('2'));
}

#[tokio::test]
async fn rows_come_under_organisations_that_one_may_write_for_alone() {
    let app = TestApp::start().await;
    let own = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let elsewhere = OrgBuilder::enterprise().town(NANLANG).insert(&app);
    let hidden = OrgBuilder::enterprise().town(NANLANG).pending().insert(&app);
    let rows = |orgs: &[&str]| {
        let rows = orgs.iter().map(|org| format!("{org}的装置,成果,{org}\n"));
        format!("成果名称,成果类别,完成单位\n{}", rows.collect::<String>())
    };
    let (_, browser) = member(&app, &own).await;
    let table = rows(&[&own.name, &elsewhere.name, &hidden.name, "没有这家", ""]);
    let page = send(&browser, &[("kind", "capabilities")], &table).await.expect(200);
    assert_eq!(counts(&page), ("2".to_owned(), "3".to_owned()));
    let why = |row| page.only(&format!("#wrong-{}", field(&page, row, "完成单位")));
    assert!(!why(3).contains("没有"), "{}", why(3));
    // One that is not known to the sender is as good as none.
    assert_eq!(why(4).replace(&hidden.name, "没有这家"), why(5));

    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&liaison).await;
    liaison.get("/imports").await.expect(200);
    let page = send(&liaison, &[("kind", "capabilities")], &table).await.expect(200);
    assert_eq!(counts(&page), ("1".to_owned(), "4".to_owned()), "who reviews names the owner");
    let options = [("kind", "capabilities"), ("org", own.uscc.as_str()), ("submit", "yes")];
    let rest = "普通许可,公开,梁试,0760-5550199";
    let table = format!(
        "成果名称,成果类别,成果简介,转化方式,保密级别,联系人姓名,联系人电话\n\
         装置,成果,{SUMMARY},{rest}\n短,成果,短,{rest}\n"
    );
    let page = send(&liaison, &options, &table).await.expect(200);
    assert_eq!(counts(&page), ("1".to_owned(), "1".to_owned()), "it is to be put forward");
    assert_eq!(page.attribute("#org", "value"), own.uscc);
    assert_eq!(page.count("input[name=submit][checked]"), 1);
    let typed = [("org", own.uscc.as_str()), ("submit", "yes"), ("button", "good")];
    again(&liaison, &page, &typed).await.expect(200);
    let stored = all(&app, &own);
    assert_eq!((stored.len(), &stored[0]["status"]), (1, &"submitted".into()));
    assert!(all(&app, &elsewhere).is_empty());
}

#[tokio::test]
async fn files_that_cannot_be_read_are_told_at_the_field() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let (_, browser) = member(&app, &org).await;
    let options = [("kind", "needs"), ("submit", "yes")];
    let long = format!("需求名称,需求类别\n{}", "甲,技术难题\n".repeat(201));
    let large = vec![b'a'; (2 << 20) + 1];
    let files: [(&str, &[u8]); 7] = [
        ("空.csv", b""),
        ("无表头.csv", "甲,乙\n丙,丁\n".as_bytes()),
        ("无内容.csv", "需求名称,需求类别\n".as_bytes()),
        ("多.csv", long.as_bytes()),
        ("大.csv", &large),
        ("假.xlsx", "需求名称,需求类别\n".as_bytes()),
        ("表.pdf", b"%PDF"),
    ];
    for (name, bytes) in files {
        let page = browser.submit_files("/imports/file", &options, &[("file", name, bytes)]).await;
        let page = page.expect(422);
        assert_eq!(page.attribute("#file", "aria-invalid"), "true", "{name}");
        assert!(!page.only("#file-wrong").contains("/tmp"), "{name}");
        assert_eq!(page.count("input[value=needs][checked]"), 1, "{name}");
        assert_eq!(page.count("input[name=submit][checked]"), 1, "{name}");
    }
    browser.submit_files("/imports/file", &options, &[]).await.expect(422);
    for bad in ["", "x", "AAAA"] {
        let fields = [("kind", "needs"), ("table", bad), ("button", "check")];
        browser.submit("/imports/rows", &fields).await.expect(400);
    }
}

#[tokio::test]
async fn a_spreadsheet_of_needs_from_the_template_comes_in() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let (_, browser) = member(&app, &org).await;
    let page = browser.get("/imports?kind=needs").await.expect(200);
    assert_eq!(page.count("input[value=needs][checked]"), 1);
    let template = browser.get(&page.attribute("a[href$='needs.xlsx']", "href")).await.expect(200);
    assert!(template.header("content-type").contains("spreadsheet"));
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, text) in (0..).zip(["需求名称", "需求类别", "期望解决期限", "主要技术指标"])
    {
        sheet.write_string(0, at, text).unwrap();
    }
    for (at, text) in (0..).zip(["降低气孔率", "技术难题", "明年", "*气孔率 ≤ 2 %"])
    {
        sheet.write_string(3, at, text).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let file = [("file", "需求.XLSX", bytes.as_slice())];
    let page = browser.submit_files("/imports/file", &[("kind", "needs")], &file).await.expect(200);
    let day = field(&page, 4, "期望解决期限");
    assert_eq!(page.attribute(&format!("#{day}"), "value"), "明年");
    let typed = [(day.as_str(), "2099-05-31"), ("button", "import")];
    let page = again(&browser, &page, &typed).await.expect(200);
    let href = page.attribute("[data-entered]", "href");
    let need = app.admin().get(href.trim_start_matches('/')).await.expect(200).json();
    assert_eq!(
        (&need["deadline"], &need["requirements"][0]["name"]),
        (&"2099-05-31".into(), &"气孔率".into())
    );
}

#[tokio::test]
async fn there_is_no_import_for_who_writes_for_nobody() {
    let app = TestApp::start().await;
    let nobody = app.account(&[]);
    let nobody = app.browser_of(&nobody).await;
    for page in ["/imports", "/imports/file", "/imports/rows"] {
        nobody.get(page).await.expect(404);
    }
    send(&nobody, &[("kind", "needs")], "x").await.expect(404);
    let fields = [("kind", "needs"), ("table", "x"), ("button", "good")];
    nobody.submit("/imports/rows", &fields).await.expect(404);
    let sent = app.browser().get("/imports").await.expect(303);
    assert!(sent.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn rows_come_back_when_the_session_ends_while_they_are_mended() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let (account, browser) = member(&app, &org).await;
    let page = send(&browser, &[("kind", "capabilities")], "成果名称,成果类别\n甲装置,\n").await;
    let page = page.expect(200);
    let kind = field(&page, 2, "成果类别");
    let table = page.attribute("input[name=table]", "value");
    for name in ["townbridge_access", "townbridge_refresh"] {
        browser.set_cookie(name, "");
    }
    let fields = [
        ("table", table.as_str()),
        ("kind", "capabilities"),
        (kind.as_str(), "专利"),
        ("button", "import"),
    ];
    let sent = browser.submit("/imports/rows", &fields).await.expect(303);
    let back = sent.header("location").to_owned();
    let back = back.split("back=").nth(1).unwrap().replace("%2F", "/").replace("%3F", "?");
    let back = back.replace("%3D", "=").replace("%26", "&");
    assert!(back.starts_with("/imports/rows?kept="), "{back}");
    browser.get("/sign-in").await;
    let who = [("mail", account.mail.as_str()), ("password", crate::support::PASSWORD)];
    browser.submit("/sign-in", &who).await.expect(303);
    let page = browser.get(&back).await.expect(200);
    let form = "form[action='/imports/rows']";
    assert_eq!(page.attribute(&format!("{form} input[name=table]"), "value"), table);
    assert_eq!(page.attribute(&format!("{form} input[name={kind}]"), "value"), "专利");
    assert_eq!(page.count(&format!("{form} input[name=button]")), 0, "nothing is done by itself");
    assert!(all(&app, &org).is_empty());
}
