//! Pages for those who run the platform.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::organizations::model::OrgStatus;

use crate::support::{Browser, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

async fn admin(app: &TestApp) -> Browser {
    let account = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let browser = app.browser_of(&account).await;
    browser.get("/admin").await.expect(200);
    browser
}

#[tokio::test]
async fn there_are_no_such_pages_for_anybody_else() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let pages = [
        "/admin",
        "/admin/organizations",
        "/admin/reference",
        "/admin/settings",
        "/admin/jobs",
        "/admin/audit",
        "/admin/audit?verify=yes",
    ];
    for role in [
        GrantRole::in_org(Role::OrgAdmin, org.id),
        GrantRole::in_region(Role::Liaison, GUZHEN),
        GrantRole::in_region(Role::Officer, "44"),
    ] {
        let account = app.account(&[role]);
        let browser = app.browser_of(&account).await;
        assert_eq!(browser.get("/account").await.expect(200).count("a[href^='/admin']"), 0);
        for page in pages {
            browser.get(page).await.expect(404);
        }
        let step = format!("/admin/organizations/{}/step", org.id);
        let fields = [("to", "suspended"), ("version", "1"), ("comment", "x")];
        browser.submit(&step, &fields).await.expect(404);
    }
    for page in pages {
        let sent = app.browser().get(page).await.expect(303);
        assert!(sent.header("location").starts_with("/sign-in"), "{page}");
    }
    let shown = app.admin().get(&format!("organizations/{}", org.id)).await.expect(200).json();
    assert_eq!(shown["status"], "verified");
    let browser = admin(&app).await;
    let start = browser.get("/admin").await.expect(200);
    for page in &pages[1..6] {
        assert_eq!(start.count(&format!("main a[href='{page}']")), 1, "{page}");
        browser.get(page).await.expect(200);
    }
    assert_eq!(browser.get("/account").await.expect(200).count("a[href='/admin']"), 1);
}

#[tokio::test]
async fn organisations_are_found_verified_and_suspended() {
    let app = TestApp::start().await;
    let known = OrgBuilder::enterprise().town(GUZHEN).name("古镇晨光灯饰厂").insert(&app);
    let waiting = OrgBuilder::university().name("岭南理工学院").status(OrgStatus::Pending);
    let waiting = waiting.insert(&app);
    let browser = admin(&app).await;
    let (one, other) =
        (format!("[data-org='{}']", known.id), format!("[data-org='{}']", waiting.id));
    for (query, expected) in [
        ("", (1, 1)),
        ("q=晨光", (1, 0)),
        ("q=%25", (0, 0)),
        ("status=pending", (0, 1)),
        ("org_type=university", (0, 1)),
        ("region=4420", (1, 0)),
        ("region=古镇镇", (1, 0)),
        (&format!("q={}", known.uscc), (1, 0)),
    ] {
        let page = browser.get(&format!("/admin/organizations?{query}")).await.expect(200);
        assert_eq!((page.count(&one), page.count(&other)), expected, "{query}");
    }
    for bad in ["status=asleep", "after=x", "region=nowhere"] {
        browser.get(&format!("/admin/organizations?{bad}")).await.expect(422);
    }
    // A code finds nothing for who is not shown it.
    let found = app.liaison("442000118").get(&format!("organizations?q={}", known.uscc)).await;
    assert!(found.expect(200).json()["items"].as_array().unwrap().is_empty());

    let path = |id| format!("/admin/organizations/{id}/step");
    let suspend =
        |version, comment| [("to", "suspended"), ("version", version), ("comment", comment)];
    let page = browser.submit(&path(known.id), &suspend("1", " ")).await.expect(422);
    let field = format!("#comment-suspended-{}", known.id);
    assert_eq!(page.attribute(&field, "aria-invalid"), "true");
    let page = browser.submit(&path(known.id), &suspend("7", "资料造假")).await.expect(412);
    assert_eq!((page.only(&field).trim(), page.count("[data-refused]")), ("资料造假", 1));
    let sent = browser.submit(&path(known.id), &suspend("1", "资料造假")).await.expect(303);
    let page = browser.get(sent.header("location")).await.expect(200);
    assert_eq!(
        (page.count("[data-done]"), page.count(&format!("{one} [data-state=suspended]"))),
        (1, 1)
    );
    let verify = [("to", "verified"), ("version", "1")];
    browser.submit(&path(waiting.id), &verify).await.expect(303);
    let verify = [("to", "rejected"), ("version", "2"), ("comment", "x")];
    browser.submit(&path(waiting.id), &verify).await.expect(409);
    browser.submit(&path(waiting.id), &[("to", "king"), ("version", "2")]).await.expect(422);
    let log = app.admin().get("audit?action=organization.step").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn reference_data_is_looked_through() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let page = browser.get("/admin/reference?q=古镇镇").await.expect(200);
    assert!(page.texts("tbody th").contains(&"442000105".to_owned()));
    for table in [
        "industries",
        "contract_rules",
        "holidays",
        "hitech_fields",
        "disciplines",
        "universities",
        "consent_texts",
        "codes:need_kind",
    ] {
        let page = browser.get(&format!("/admin/reference?table={table}")).await.expect(200);
        assert!(page.count("tbody tr") > 0, "{table}");
        assert_eq!(page.attribute("#table option[selected]", "value"), table);
    }
    let page = browser.get("/admin/reference?table=industries").await.expect(200);
    let next = page.attribute("a[rel=next]", "href");
    let first = page.texts("tbody th");
    let page = browser.get(&next).await.expect(200);
    assert!(page.texts("tbody th").iter().all(|code| !first.contains(code)));
    assert_eq!(page.count("a[rel=prev]"), 1);
    let page = browser.get("/admin/reference?table=regions&q=没有这里").await.expect(200);
    assert_eq!(page.count("[data-empty]"), 1);
    for bad in ["table=users", "table=codes:none", "table=../etc"] {
        browser.get(&format!("/admin/reference?{bad}")).await.expect(404);
    }
}

#[tokio::test]
async fn settings_are_shown_without_secrets() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let page = browser.get("/admin/settings").await.expect(200);
    assert!(page.count("[data-setting]") > 50);
    for name in ["mail.password", "server.metrics_token", "embeddings.api_key"] {
        let row = format!("[data-setting='{name}']");
        assert_eq!((page.count(&row), page.count(&format!("{row} td code"))), (1, 0), "{name}");
    }
    assert_eq!(page.count("[data-setting='server.max_wait_ms'] td code"), 1);
}

#[tokio::test]
async fn work_in_the_background_is_told() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let before = browser.get("/admin/jobs").await.expect(200);
    let waiting = |page: &crate::support::Answer| {
        page.texts("[data-queue=mails] td")[0].parse::<i64>().unwrap()
    };
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let forgotten = serde_json::json!({ "mail": account.mail });
    app.anonymous().post_json("auth/request-password-reset", forgotten).await;
    // The answer does not wait for the mail, so that it takes as long for an address nobody has.
    let mut after = browser.get("/admin/jobs").await.expect(200);
    for _ in 0..400 {
        if waiting(&after) > waiting(&before) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        after = browser.get("/admin/jobs").await.expect(200);
    }
    assert_eq!(waiting(&after), waiting(&before) + 1);
    assert_eq!(
        (after.count("[data-part=database] .met"), after.count("[data-part=index] .met")),
        (1, 1)
    );
    assert_eq!(after.count("[data-queue=deliveries]"), 1);
}

#[tokio::test]
async fn the_audit_log_is_filtered_and_verified() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let need = NeedBuilder::submitted(&org).insert(&app);
    let step = serde_json::json!({ "to": "returned", "comment": "补充" });
    app.client(&liaison).post_json(&format!("needs/{}/steps", need.id), step).await;
    let browser = admin(&app).await;
    let today = app.clock.today_in_china();
    for (query, expected) in [
        (format!("actor={}&action=need.step", liaison.mail), 1),
        (format!("actor={}&kind=need&record={}", liaison.id, need.id), 1),
        (format!("record={}", need.id), 3),
        (format!("record={}&from={today}&to={today}", need.id), 3),
        (format!("record={}&to=2020-01-01", need.id), 0),
        (format!("record={}&kind=town", need.id), 0),
    ] {
        let page = browser.get(&format!("/admin/audit?{query}")).await.expect(200);
        assert_eq!(page.count("[data-seq]"), expected, "{query}");
    }
    let page = browser.get(&format!("/admin/audit?record={}", need.id)).await.expect(200);
    assert_eq!(page.count(&format!("a[href='/needs/{}']", need.id)), 3);
    assert_eq!(page.attribute("#record", "value"), need.id.to_string());
    for (query, field) in [
        ("actor=nobody-of-that-name", "#actor"),
        ("from=soon", "#from"),
        ("verify=yes&entries=x&head=ab", "#entries"),
        ("verify=yes&head=ab", "#entries"),
    ] {
        let page = browser.get(&format!("/admin/audit?{query}")).await.expect(422);
        assert_eq!(page.attribute(field, "aria-invalid"), "true", "{query}");
    }
    let page = browser.get("/admin/audit?verify=yes").await.expect(200);
    assert_eq!(page.attribute("[data-intact]", "data-intact"), "true");
    let bad = "verify=yes&entries=1&head=0000";
    let page = browser.get(&format!("/admin/audit?{bad}")).await.expect(200);
    assert_eq!(page.attribute("[data-intact]", "data-intact"), "false");
    // A page goes on where the one before ended.
    for _ in 0..60 {
        app.account(&[]);
    }
    let page = browser.get("/admin/audit?action=user.create").await.expect(200);
    let next = page.attribute("a[rel=next]", "href");
    let last: i64 = page.texts("[data-seq] th").last().unwrap().parse().unwrap();
    let page = browser.get(&next).await.expect(200);
    let first: i64 = page.texts("[data-seq] th").first().unwrap().parse().unwrap();
    assert!(first < last && next.contains("user.create"), "{next}");
}
