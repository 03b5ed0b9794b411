//! What the service knows of a person: consents, export, erasure.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::cases;

use crate::support::{
    CONSENT, CapabilityBuilder, Client, ContractBuilder, NeedBuilder, OrgBuilder, PASSWORD, TestApp,
};

const GUZHEN: &str = "442000105";

/// Somebody with a password and these roles: id, mail address, signed in.
async fn person(app: &TestApp, mail: &str, roles: Vec<GrantRole>) -> (String, Client) {
    let command = CreateUser {
        mail: mail.to_owned(),
        name: "何试".to_owned(),
        password: Some(PASSWORD.to_owned()),
        language: None,
        roles,
    };
    let system = Caller::system("test");
    let user = townbridge::accounts::ops::create_user(app.service(), &system, &command).unwrap();
    let sign_in = json!({ "mail": mail, "password": PASSWORD });
    let tokens = app.anonymous().post_json("auth/sign-in", sign_in).await.expect(200).json();
    (user.id.to_string(), app.with_token(tokens["access_token"].as_str().unwrap()))
}

#[tokio::test]
async fn consent_is_kept_with_the_version_of_the_text() {
    let app = TestApp::start().await;
    let (_, client) = person(&app, "he@example.com", vec![]).await;
    let texts = app.anonymous().get("consent-texts").await.expect(200).json();
    assert!(
        texts[0]["text_zh"].as_str().unwrap().contains("个人")
            || texts[0]["text_zh"].as_str().unwrap().contains("姓名")
    );
    let account = async || {
        let all = client.get("me/consents").await.expect(200).json();
        all.as_array().unwrap().iter().find(|one| one["purpose"] == "account").unwrap().clone()
    };
    let before = account().await;
    assert_eq!((&before["given"], &before["last_version"]), (&json!(false), &Value::Null));
    let version = before["version"].as_str().unwrap();
    let say = |version: &str, given: bool| json!({ "purpose": "account", "version": version, "given": given });
    client.post_json("me/consents", say("1999-01", true)).await.problem(409, "conflict");
    client.post_json("me/consents", say(version, true)).await.expect(200);
    client.post_json("me/consents", say(version, true)).await.expect(200);
    assert_eq!(account().await["given"], true);
    client.post_json("me/consents", say(version, false)).await.expect(200);
    let after = account().await;
    assert_eq!((&after["given"], &after["last_version"]), (&json!(false), &json!(version)));
    let data = client.get("me/data").await.expect(200).json();
    let said: Vec<bool> = data["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["given"].as_bool().unwrap())
        .collect();
    assert_eq!(said, [true, false]);
    let odd = json!({ "purpose": "odd", "version": version, "given": true });
    client.post_json("me/consents", odd).await.problem(422, "invalid");
    let expert = json!({ "purpose": "expert_profile", "version": version, "given": false });
    client.post_json("me/consents", expert).await.problem(409, "conflict");
}

/// A table of texts in which the one about accounts has a newer version.
fn with_newer_text(config: &mut townbridge::config::Config) {
    let folder = config.data_dir.join("reference");
    std::fs::create_dir_all(&folder).unwrap();
    let shipped = include_str!("../../data/reference/consent_texts.csv");
    let newer = format!("{}\naccount,2027-01,新的说明,A newer text\n", shipped.trim_end());
    std::fs::write(folder.join("consent_texts.csv"), newer).unwrap();
}

#[tokio::test]
async fn who_has_not_read_the_text_is_asked_and_anew_when_it_changes() {
    let app = TestApp::start().await;
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&account).await;
    let page = browser.get("/cases?open=false").await.expect(200);
    assert_eq!(page.attribute("[data-consent-due] [name=consent]", "value"), CONSENT);
    let back = page.attribute("[data-consent-due] [name=return_to]", "value");
    let mut fields = [("consent", CONSENT), ("given", "true"), ("return_to", "")];
    fields[2].1 = &back;
    let answer = browser.submit("/account/personal-data/consents", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/cases?open=false");
    assert_eq!(browser.get("/cases").await.expect(200).count("[data-consent-due]"), 0);
    // Nobody is led elsewhere.
    fields[2].1 = "https://evil.example/";
    let answer = browser.submit("/account/personal-data/consents", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/");
    let newer = app.beside_with(with_newer_text).await;
    let browser = newer.browser_of(&account).await;
    let page = browser.get("/cases").await.expect(200);
    assert!(page.only("[data-consent-due]").contains("新的说明"));
    let all = newer.client(&account).get("me/consents").await.expect(200).json();
    assert_eq!(all[0]["given"], json!(false));
    // Who says no has been asked.
    let no = [("consent", "2027-01"), ("given", "false"), ("return_to", "/cases")];
    browser.submit("/account/personal-data/consents", &no).await.expect(303);
    assert_eq!(browser.get("/cases").await.expect(200).count("[data-consent-due]"), 0);
    assert_eq!(app.browser().get("/").await.expect(200).count("[data-consent-due]"), 0);
}

#[tokio::test]
async fn who_says_how_far_an_expert_is_shown_consents_to_the_text() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let expert = CapabilityBuilder::expert(&org, "周晨", "public").insert(&app);
    let (_, client) =
        person(&app, "he@example.com", vec![GrantRole::in_org(Role::OrgMember, org.id)]).await;
    let set = async |scope: &str| {
        let path = format!("capabilities/{}/consent", expert.id);
        client.put_json(&path, json!({ "scope": scope })).await.expect(200);
        let data = client.get("me/data").await.expect(200).json();
        let all = data["consents"].as_array().unwrap().clone();
        all.iter().map(|one| (one["purpose"].clone(), one["given"].clone())).collect::<Vec<_>>()
    };
    set("none").await;
    let said = set("members").await;
    assert_eq!(said.last(), Some(&(json!("expert_profile"), json!(true))));
    let said = set("none").await;
    assert_eq!(said.last(), Some(&(json!("expert_profile"), json!(false))));
}

#[tokio::test]
async fn everything_about_a_person_comes_as_one_document() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let roles = vec![
        GrantRole::in_org(Role::OrgMember, org.id),
        GrantRole::in_region(Role::Liaison, GUZHEN),
    ];
    let (id, client) = person(&app, "he@example.com", roles).await;
    let (_, other) = person(&app, "zhou@example.com", vec![]).await;
    let need = NeedBuilder::published(&org)
        .fields(|fields| fields.contact.as_mut().unwrap().mail = Some("He@Example.com".to_owned()))
        .insert(&app);
    let visit = json!({ "town_code": GUZHEN, "org_id": org.id, "findings": "气孔多。" });
    let visit = client.post_json("visits", visit).await.expect(201).json();
    let school = OrgBuilder::university().insert(&app);
    let offer = CapabilityBuilder::published(&school).insert(&app);
    let pair = json!({ "need_id": need.id, "capability_id": offer.id, "note": "先电话问问" });
    client.post_json("cases", pair).await.expect(201);

    let answer = client.get("me/data").await.expect(200);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"personal-data.json\"");
    let data = answer.json();
    assert_eq!(
        (&data["account"]["mail"], &data["account"]["id"]),
        (&json!("he@example.com"), &json!(id))
    );
    assert_eq!(data["account"]["roles"].as_array().unwrap().len(), 2);
    assert!(!data["sessions"].as_array().unwrap().is_empty());
    assert_eq!(data["named_in"][0]["id"], json!(need.id));
    assert_eq!(data["visits"][0]["id"], visit["id"]);
    assert_eq!(data["case_entries"][0]["note"], "先电话问问");
    let logged = data["log"].as_array().unwrap();
    assert!(logged.iter().any(|one| one["record_id"] == visit["id"]), "{data}");
    let empty = other.get("me/data").await.expect(200).json();
    for part in ["named_in", "visits", "case_entries"] {
        assert_eq!(empty[part], json!([]), "{part}");
    }
    // For others only through the administrator.
    other.get(&format!("users/{id}/data")).await.problem(403, "forbidden");
    let asked = app.admin().get(&format!("users/{id}/data")).await.expect(200).json();
    assert_eq!(asked["account"]["mail"], "he@example.com");
}

/// Every text of the database that holds one of these.
fn left(app: &TestApp, texts: &[&str]) -> Vec<String> {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let path = app.data_dir().join("townbridge.sqlite");
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut load = |query: String| -> Vec<String> {
        let rows: Vec<Row> = diesel::sql_query(query).load(&mut conn).unwrap();
        rows.into_iter().map(|row| row.text).collect()
    };
    let tables = load("SELECT name AS text FROM sqlite_master WHERE type = 'table'".to_owned());
    let mut found = Vec::new();
    for table in tables {
        let columns = load(format!("SELECT name AS text FROM pragma_table_info('{table}')"));
        for column in columns {
            for text in texts {
                let query = format!(
                    "SELECT CAST({column} AS TEXT) AS text FROM {table} \
                     WHERE LOWER(CAST({column} AS TEXT)) LIKE '%{text}%' LIMIT 1"
                );
                found.extend(
                    load(query).into_iter().map(|text| format!("{table}.{column}: {text}")),
                );
            }
        }
    }
    found
}

#[tokio::test]
async fn who_is_erased_is_nowhere_and_what_others_rely_on_stays() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let school = OrgBuilder::university().insert(&app);
    let mail = "erase.me@example.com";
    let (id, client) = person(&app, mail, vec![GrantRole::in_org(Role::OrgMember, org.id)]).await;
    let need = NeedBuilder::published(&org)
        .fields(|fields| {
            let contact = fields.contact.as_mut().unwrap();
            contact.mail = Some("Erase.Me@example.com".to_owned());
            contact.phone = Some("0760-5559911".to_owned());
        })
        .insert(&app);
    let path = format!("needs/{}", need.id);
    client.patch_json(&path, need.version.into(), json!({ "urgency": "high" })).await.expect(200);
    let contract = ContractBuilder::registered(&org, &school, 1).insert(&app);
    let profile = CapabilityBuilder::expert(&org, "何试", "public").insert(&app);
    let manager = app.org_admin(org.id);
    for mail in [mail, "not.erase.me@example.com"] {
        let offer = json!({ "mail": mail, "role": "expert" });
        let path = format!("organizations/{}/invitations", org.id);
        manager.post_json(&path, offer).await.expect(201);
    }
    app.settle().await;
    let profile = format!("capabilities/{}", profile.id);
    app.anonymous().get(&profile).await.expect(200);

    let wrong = json!({ "current_password": "something else" });
    client.post_json("me/erasure", wrong).await.problem(422, "invalid");
    let proof = json!({ "current_password": PASSWORD });
    let erased = client.post_json("me/erasure", proof.clone()).await.expect(200).json();
    assert_eq!(erased["records"], 1);
    assert!(erased["versions"].as_u64().unwrap() >= 1);
    client.get("me").await.problem(401, "unauthenticated");
    let sign_in = json!({ "mail": mail, "password": PASSWORD });
    app.anonymous().post_json("auth/sign-in", sign_in).await.problem(401, "unauthenticated");
    let kept = left(&app, &[mail, "0760-5559911"]);
    assert!(kept.iter().all(|text| text.contains("not.erase.me@example.com")), "{kept:?}");
    // Somebody else whose address holds this one is still invited; the person's profile is hidden.
    let invited = manager.get(&format!("organizations/{}/invitations", org.id)).await.expect(200);
    let invited = invited.json();
    let invited = invited.as_array().or(invited["items"].as_array()).unwrap();
    assert_eq!(invited.len(), 1, "{invited:?}");
    app.anonymous().get(&profile).await.problem(404, "not_found");

    // The need is still there, with its past, and so are the contract and a log that verifies.
    let admin = app.admin();
    let seen = admin.get(&path).await.expect(200).json();
    assert_eq!(
        (&seen["status"], &seen["contact"]),
        (&json!("published"), &json!({ "name": "***" }))
    );
    let versions = admin.get(&format!("{path}/versions")).await.expect(200).json();
    assert_eq!(versions[0]["version"], seen["version"]);
    admin.get(&format!("contracts/{}", contract.id)).await.expect(200);
    assert_eq!(admin.get("audit/verification").await.expect(200).json()["intact"], true);
    let user = admin.get(&format!("users/{id}")).await.expect(200).json();
    assert_eq!((&user["name"], &user["status"]), (&json!("已注销用户"), &json!("disabled")));
    admin
        .post_json(&format!("users/{id}/erasure"), json!({ "reason": "再来一次" }))
        .await
        .problem(404, "not_found");
    let enable = json!({ "status": "active" });
    admin
        .patch_json(&format!("users/{id}"), user["version"].as_i64().unwrap(), enable)
        .await
        .problem(409, "conflict");
    // The address is free again.
    let (again, _) = person(&app, mail, vec![]).await;
    assert_ne!(again, id);
}

#[tokio::test]
async fn nobody_is_erased_while_others_rely_on_the_person() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let (manager, client) =
        person(&app, "a@example.com", vec![GrantRole::in_org(Role::OrgAdmin, org.id)]).await;
    let proof = json!({ "current_password": PASSWORD });
    client.post_json("me/erasure", proof.clone()).await.problem(409, "conflict");
    client.get("me").await.expect(200);
    let admin = app.admin();
    admin
        .post_json(&format!("users/{manager}/erasure"), json!({ "reason": " " }))
        .await
        .problem(422, "invalid");
    person(&app, "b@example.com", vec![GrantRole::in_org(Role::OrgAdmin, org.id)]).await;
    client.post_json("me/erasure", proof.clone()).await.expect(200);

    let (liaison, client) =
        person(&app, "c@example.com", vec![GrantRole::in_region(Role::Liaison, GUZHEN)]).await;
    let need = NeedBuilder::published(&org).insert(&app);
    let school = OrgBuilder::university().insert(&app);
    let offer = CapabilityBuilder::published(&school).insert(&app);
    let pair = json!({ "need_id": need.id, "capability_id": offer.id });
    let case = client.post_json("cases", pair).await.expect(201).json();
    client.post_json("me/erasure", proof.clone()).await.problem(409, "conflict");
    let lost = serde_json::from_value(json!({ "to": "closed_lost", "reason": "other" })).unwrap();
    let id = case["id"].as_str().unwrap().parse().unwrap();
    cases::ops::take_step(app.service(), &Caller::system("test"), id, &lost, &[]).unwrap();
    let reason = json!({ "reason": "本人来信，已核对身份" });
    admin.post_json(&format!("users/{liaison}/erasure"), reason).await.expect(200);
    client.get("me").await.problem(401, "unauthenticated");
    let entries = admin.get(&format!("cases/{}/entries", case["id"].as_str().unwrap())).await;
    assert!(
        entries
            .expect(200)
            .body
            .windows("已注销用户".len())
            .any(|part| part == "已注销用户".as_bytes())
    );
}

#[tokio::test]
async fn the_page_shows_consents_exports_and_erases() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&account).await;
    let page = browser.get("/account/personal-data").await.expect(200);
    assert_eq!(page.count("[data-consent]"), 1);
    assert_eq!(page.attribute("[data-consent=account]", "data-given"), "false");
    let version = page.attribute("[data-consent=account] [name=version]", "value");
    let fields = [("purpose", "account"), ("version", version.as_str()), ("given", "true")];
    browser.submit("/account/personal-data/consents", &fields).await.expect(303);
    let page = browser.get("/account/personal-data").await.expect(200);
    assert_eq!(page.attribute("[data-consent=account]", "data-given"), "true");
    let old = [("purpose", "account"), ("version", "1999-01"), ("given", "true")];
    let page = browser.submit("/account/personal-data/consents", &old).await.expect(200);
    assert_eq!(page.count("[data-refused]"), 1);
    let file = browser.get("/account/personal-data/export").await.expect(200);
    assert_eq!(file.json()["account"]["id"], json!(account.id));
    let wrong = [("current_password", "nothing like it")];
    let page = browser.submit("/account/personal-data/erasure", &wrong).await.expect(200);
    assert_eq!(page.count("#current_password[aria-invalid]"), 1);
}

#[tokio::test]
async fn periods_and_what_they_removed_are_shown_to_administrators_alone() {
    let app = TestApp::start().await;
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    app.browser_of(&admin).await;
    app.clock.advance(chrono::TimeDelta::days(31));
    let shown = async || app.admin().get("admin/retention").await.expect(200).json();
    let of = |all: &Value, class: &str| {
        let rules = all["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["class"] == class).unwrap().clone()
    };
    let before = of(&shown().await, "sessions");
    assert_eq!(
        (&before["hours"], &before["setting"]),
        (&json!(720), &json!("accounts.refresh_token_days"))
    );
    assert!(before["would_remove"].as_i64().unwrap() >= 1 && before["last_run"].is_null());
    townbridge::jobs::housekeeping::tidy(app.service()).unwrap();
    let after = shown().await;
    assert_eq!(of(&after, "sessions")["would_remove"], 0);
    let run = after["runs"].as_array().unwrap().iter().find(|run| run["class"] == "sessions");
    assert_eq!(run.unwrap()["removed"], before["would_remove"]);
    let browser = app.browser_of(&admin).await;
    let page = browser.get("/admin/retention").await.expect(200);
    assert_eq!(page.count("[data-class]"), 15);
    assert!(page.count("[data-run=sessions]") == 1);
    let member = app.account(&[]);
    app.browser_of(&member).await.get("/admin/retention").await.expect(403);
}

#[tokio::test]
async fn who_asks_for_everything_again_and_again_is_told_to_wait() {
    let app = TestApp::start_with(|config| config.accounts.attempts_per_account = 2).await;
    let account = app.account(&[]);
    for _ in 0..2 {
        app.client(&account).get("me/data").await.expect(200);
    }
    let refused = app.client(&account).get("me/data").await;
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    refused.problem(429, "rate_limited");
    // It keeps nobody else from it, and the account from nothing else.
    let other = app.account(&[]);
    app.client(&other).get("me/data").await.expect(200);
    app.client(&account).get("me").await.expect(200);
}
