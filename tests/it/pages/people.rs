//! Pages of people, for those who run the platform.

use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{Account, Browser, OrgBuilder, PASSWORD, TestApp};

const GUZHEN: &str = "442000105";

/// An administrator, a manager of a firm and a liaison.
struct World {
    app: TestApp,
    admin: Account,
    manager: Account,
    liaison: Account,
    browser: Browser,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app).id;
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org)]);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&admin).await;
    World { app, admin, manager, liaison, browser }
}

fn page_of(account: &Account) -> String {
    format!("/admin/users/{}", account.id)
}

#[tokio::test]
async fn people_are_found_by_name_mail_organisation_role_and_state() {
    let world = world().await;
    let account = world.browser.get("/account").await.expect(200);
    assert_eq!(account.count("a[href='/admin/users']"), 1);
    let id = world.manager.id.to_string();
    let manager = world.app.admin().get(&format!("users/{id}")).await.expect(200).json();
    let name = manager["name"].as_str().unwrap();
    let org = manager["roles"][0]["org"]["name"].as_str().unwrap();
    world.app.admin().patch_json(&format!("users/{id}"), 1, json!({ "status": "disabled" })).await;
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let whole_org = encoded(org);
    for (query, expected) in [
        (format!("q={}", encoded(name)), true),
        (format!("q={}", encoded(&world.manager.mail.to_uppercase())), true),
        (format!("org={whole_org}"), true),
        ("role=org_admin".to_owned(), true),
        ("status=disabled".to_owned(), true),
        (format!("q={}&org={whole_org}&role=org_admin&status=disabled", encoded(name)), true),
        ("status=active".to_owned(), false),
        ("role=liaison".to_owned(), false),
        ("org=%25".to_owned(), false),
        ("q=nobody-of-that-name".to_owned(), false),
    ] {
        let page = world.browser.get(&format!("/admin/users?{query}")).await.expect(200);
        let found = page.count(&format!("[data-person='{id}']"));
        assert_eq!(found == 1, expected, "{query}");
    }
    let page = world.browser.get("/admin/users?role=org_admin&status=disabled&q=%22x").await;
    let page = page.expect(200);
    assert_eq!(page.attribute("#q", "value"), "\"x");
    assert_eq!(page.attribute("#role option[selected]", "value"), "org_admin");
    assert_eq!(page.attribute("#status option[selected]", "value"), "disabled");
    for bad in ["role=king", "status=asleep", "after=x"] {
        world.browser.get(&format!("/admin/users?{bad}")).await.expect(422);
    }
}

#[tokio::test]
async fn the_list_of_people_goes_on_page_by_page() {
    let world = world().await;
    for _ in 0..42 {
        world.app.account(&[GrantRole::in_region(Role::Officer, "4420")]);
    }
    let (mut seen, mut path) = (Vec::new(), "/admin/users?role=officer".to_owned());
    loop {
        let page = world.browser.get(&path).await.expect(200);
        seen.extend(page.texts("tbody th a"));
        if page.count("a[rel=next]") == 0 {
            break;
        }
        path = page.attribute("a[rel=next]", "href");
        assert!(path.contains("role=officer"), "{path}");
    }
    assert_eq!(seen.len(), 42);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 42, "each once");
}

#[tokio::test]
async fn a_person_is_disabled_enabled_and_told_why_not() {
    let world = world().await;
    let path = page_of(&world.manager);
    let session = world.app.client(&world.manager);
    let page = world.browser.get(&path).await.expect(200);
    assert_eq!(page.count("[data-role=org_admin] a[href^='/organizations/']"), 1);
    assert_eq!(page.count("[data-state=active]"), 1);
    let state = format!("{path}/status");
    world.browser.submit(&state, &[("version", "1"), ("to", "disabled")]).await.expect(303);
    session.get("me").await.problem(401, "unauthenticated");
    let page = world.browser.get(&path).await.expect(200);
    assert_eq!((page.count("[data-state=disabled]"), page.count("button[value=active]")), (1, 1));
    // The form was open since before.
    let page = world.browser.submit(&state, &[("version", "1"), ("to", "active")]).await;
    assert_eq!(page.expect(200).count("[data-refused]"), 1);
    world.browser.submit(&state, &[("version", "2"), ("to", "active")]).await.expect(303);
    world.app.browser_of(&world.manager).await.get("/account").await.expect(200);
    // The last one who runs the platform stays.
    let own = format!("{}/status", page_of(&world.admin));
    let page = world.browser.submit(&own, &[("version", "1"), ("to", "disabled")]).await;
    assert_eq!(page.expect(200).count("[data-refused]"), 1);
    world.browser.submit(&own, &[("to", "disabled")]).await.expect(428);
    let log = world.app.admin().get("audit?action=user.update").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn everything_about_a_person_is_a_file() {
    let world = world().await;
    let path = page_of(&world.manager);
    let page = world.browser.get(&path).await.expect(200);
    let link = page.attribute("a[download]", "href");
    let file = world.browser.get(&link).await.expect(200);
    assert_eq!(file.header("content-type"), "application/json");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let of_api = format!("users/{}/data", world.manager.id);
    let of_api = world.app.admin().get(&of_api).await.expect(200).json();
    assert_eq!(file.json()["account"], of_api["account"]);
    let log = world.app.admin().get("audit?action=personal_data.export").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_person_is_erased_with_a_reason_and_only_who_is_sure() {
    let world = world().await;
    let path = page_of(&world.liaison);
    let erase = format!("{path}/erasure");
    let reason = "本人来函，已核对身份";
    for (fields, wrong, typed) in [
        (vec![("reason", reason)], "#sure[aria-invalid]", reason),
        (vec![("sure", "yes"), ("reason", " ")], "#reason[aria-invalid]", ""),
    ] {
        let page = world.browser.submit(&erase, &fields).await.expect(200);
        assert_eq!((page.count(wrong), page.only("#reason").trim()), (1, typed));
    }
    // A manager of a firm without another one is needed.
    let manager = format!("{}/erasure", page_of(&world.manager));
    let fields = [("sure", "yes"), ("reason", reason)];
    let page = world.browser.submit(&manager, &fields).await.expect(200);
    assert_eq!((page.count("[data-refused]"), page.only("#reason").trim()), (1, reason));

    let page = world.browser.submit(&erase, &fields).await.expect(200);
    assert_eq!((page.count("[data-done]"), page.count("[data-state=erased]")), (1, 1));
    assert!(!page.text().contains(&world.liaison.mail));
    let page = world.browser.get(&path).await.expect(200);
    assert_eq!((page.count("form[action$=erasure]"), page.count("form[action$=status]")), (0, 0));
    world.browser.submit(&erase, &fields).await.expect(404);
    let log = world.app.admin().get("audit?action=personal_data.erase").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    assert!(log.to_string().contains(reason));
    // Nobody erases himself here: that asks for the password.
    let own = world.browser.get(&page_of(&world.admin)).await.expect(200);
    assert_eq!(
        (own.count("form[action$=erasure]"), own.count("main a[href$=personal-data]")),
        (0, 1)
    );
}

#[tokio::test]
async fn there_are_no_such_pages_for_anybody_else() {
    let world = world().await;
    let officer = world.app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    let path = page_of(&world.liaison);
    for account in [&world.manager, &world.liaison, &officer] {
        let browser = world.app.browser_of(account).await;
        assert_eq!(browser.get("/account").await.expect(200).count("a[href^='/admin']"), 0);
        for page in ["/admin/users", "/admin/users?role=liaison", &path, &format!("{path}/data")] {
            browser.get(page).await.expect(404);
        }
        let mail = format!("/admin/users?q={}", world.liaison.mail);
        browser.get(&mail).await.expect(404);
        let disable = [("version", "1"), ("to", "disabled")];
        browser.submit(&format!("{path}/status"), &disable).await.expect(404);
        let erase = [("sure", "yes"), ("reason", "x")];
        browser.submit(&format!("{path}/erasure"), &erase).await.expect(404);
    }
    let visitor = world.app.browser();
    for page in ["/admin/users", &path, &format!("{path}/data")] {
        let sent = visitor.get(page).await.expect(303);
        assert!(sent.header("location").starts_with("/sign-in"), "{page}");
    }
    let nobody = format!("/admin/users/{}", uuid::Uuid::now_v7());
    for page in [nobody.as_str(), "/admin/users/nobody"] {
        world.browser.get(page).await.expect(404);
    }
    // Nothing was done.
    let fields = [("mail", world.liaison.mail.as_str()), ("password", PASSWORD)];
    let browser = world.app.browser();
    browser.get("/sign-in").await;
    browser.submit("/sign-in", &fields).await.expect(303);
}
