//! Registering an organisation with its first manager.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;

use super::{bearer, pointers, sign_in};
use crate::support::{Answer, PASSWORD, TestApp, credit_code, token_in};

const CHOSEN: &str = "lantern festival";

fn registration(mail: &str) -> Value {
    let number = mail.bytes().map(u32::from).sum::<u32>() + 5_000;
    json!({
        "organization": {
            "name": format!("中山市{mail}照明有限公司"),
            "uscc": credit_code(number),
            "org_type": "enterprise",
            "region_code": "442000",
            "town_code": "442000105",
            "industry_code": "C3872",
            "scale": "small",
            "contact": { "name": "梁试", "phone": "0760-5550199" }
        },
        "name": "梁试",
        "mail": mail,
        "password": CHOSEN
    })
}

async fn register(app: &TestApp, body: &Value) -> Answer {
    app.anonymous().post_json("auth/register", body).await
}

/// Uses the link in the mail of that number to an address.
async fn confirm(app: &TestApp, mail: &str, number: usize) -> Answer {
    let token = json!({ "token": app.link_token(mail, number).await });
    app.anonymous().post_json("auth/verify-mail", &token).await
}

/// What tells two answers apart, without what is another in every answer.
fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .collect();
    headers.sort_unstable();
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status, headers, body)
}

#[tokio::test]
async fn founder_verifies_the_address_and_then_manages_a_pending_organisation() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "liang@firm.example";
    let answer = register(&app, &registration(mail)).await.expect(202);
    assert!(answer.json()["detail"].as_str().unwrap().contains("邮件"), "{}", answer.text());
    let english = visitor.in_english();
    let answer = english.post_json("auth/register", registration("l@f.example")).await.expect(202);
    assert!(answer.json()["detail"].as_str().unwrap().contains("mail"));

    let before = sign_in(&app, mail, CHOSEN).await.problem(401, "unauthenticated");
    assert!(before["detail"].as_str().unwrap().contains("邮件"), "{before}");
    let letter = app.mails_to(mail).remove(0);
    assert!(letter.body.contains(&format!("“中山市{mail}照明有限公司”")), "{}", letter.body);
    confirm(&app, mail, 1).await.expect(204);
    confirm(&app, mail, 1).await.problem(422, "invalid");
    let tokens = sign_in(&app, mail, CHOSEN).await.expect(200).json();
    let client = bearer(&app, &tokens);
    let me = client.get("me").await.expect(200).json();
    assert_eq!(me["name"], "梁试");
    assert_eq!(me["roles"][0]["role"], "org_admin");
    assert!(me["mail_verified_at"].is_string());
    let org = me["roles"][0]["org"]["id"].as_str().unwrap();
    let shown = client.get(&format!("organizations/{org}")).await.expect(200).json();
    assert_eq!((&shown["status"], &shown["scale"]), (&json!("pending"), &json!("small")));
    visitor.get(&format!("organizations/{org}")).await.problem(404, "not_found");
    let audited = super::audited(&app).await;
    for action in ["user.register", "organization.create"] {
        assert!(audited.iter().any(|done| done == action), "{action}: {audited:?}");
    }
}

#[tokio::test]
async fn everything_wrong_with_person_and_organisation_is_named_at_once() {
    let app = TestApp::start().await;
    let mut body = registration("a@firm.example");
    body["organization"]["uscc"] = json!("91350100M000100Y44");
    body["organization"]["scale"] = json!("huge");
    body["name"] = json!(" ");
    body["mail"] = json!("not a mail");
    body["password"] = json!("short");
    body["language"] = json!("fr");
    let problem = register(&app, &body).await.problem(422, "invalid");
    let expected =
        ["/language", "/mail", "/name", "/organization/scale", "/organization/uscc", "/password"];
    assert_eq!(pointers(&problem), expected);
}

#[tokio::test]
async fn no_answer_tells_whether_an_address_has_an_account() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let disabled = app.account(&[]);
    let patch = json!({ "status": "disabled" });
    app.admin().patch_json(&format!("users/{}", disabled.id), 1, patch).await.expect(200);
    let cases = ["free@firm.example", &account.mail, &disabled.mail];
    let mut answers = Vec::new();
    for mail in cases {
        // In another spelling, which is the same address.
        let body = registration(&mail.to_uppercase());
        let first = register(&app, &body).await.expect(202);
        // All that could be asked afterwards: again, with the organisation under an own address,
        // and whether the password that was just chosen is known.
        let again = register(&app, &body).await;
        let mut probe = registration("prober@elsewhere.example");
        probe["organization"] = body["organization"].clone();
        let clash = register(&app, &probe).await;
        let session = sign_in(&app, mail, CHOSEN).await;
        answers.push([first, again, clash, session].map(|answer| essence(&answer)));
    }
    assert_eq!(answers[0].clone().map(|answer| answer.0), [202, 202, 202, 401]);
    assert_eq!(answers[1], answers[0]);
    assert_eq!(answers[2], answers[0]);
}

#[tokio::test]
async fn the_owner_of_a_taken_address_is_told_by_mail_and_nothing_is_made() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let mut body = registration(&account.mail);
    body["language"] = json!("en");
    register(&app, &body).await.expect(202);
    let letter = app.mails_to(&account.mail).remove(0);
    // In the language of the account, not of whoever has tried.
    assert_eq!(letter.subject, "镇桥：该邮箱已有账户");
    let base = &app.config.server.public_url;
    for page in ["/sign-in", "/reset"] {
        assert!(letter.body.contains(&format!("{base}{page}\n")), "{}", letter.body);
    }
    assert!(!letter.body.contains("?token="), "{}", letter.body);
    app.anonymous()
        .post_json("auth/resend-verification", json!({ "mail": account.mail }))
        .await
        .expect(202);
    // The account is as it was, and there is no organisation.
    sign_in(&app, &account.mail, CHOSEN).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.expect(200);
    let known = app.admin().get("organizations").await.expect(200).json();
    assert_eq!(known["items"], json!([]));
    assert_eq!(app.mails_to(&account.mail).len(), 1);
}

#[tokio::test]
async fn of_two_who_register_an_organisation_the_first_to_confirm_has_it() {
    let app = TestApp::start().await;
    let mut body = registration("one@firm.example");
    register(&app, &body).await.expect(202);
    body["mail"] = json!("two@firm.example");
    register(&app, &body).await.expect(202);
    confirm(&app, "two@firm.example", 1).await.expect(204);
    let taken = ["/organization/name", "/organization/uscc"];
    let problem = confirm(&app, "one@firm.example", 1).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), taken);
    // No account without its organisation.
    sign_in(&app, "one@firm.example", CHOSEN).await.problem(401, "unauthenticated");
    // Of an organisation that is there a clash is told at once: the register is public.
    body["mail"] = json!("three@firm.example");
    let problem = register(&app, &body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), taken);
    assert!(app.mails_to("three@firm.example").is_empty());
    // The page of the link says it, too.
    let token = app.link_token("one@firm.example", 1).await;
    let browser = app.browser();
    browser.get(&format!("/verify?token={token}")).await.expect(200);
    let page = browser.submit("/verify", &[("token", token.as_str())]).await.expect(200);
    assert_eq!(page.texts("[role=alert]").len(), 2);
}

#[tokio::test]
async fn somebody_else_who_registers_with_the_address_takes_no_link_away() {
    let app = TestApp::start().await;
    let mail = "shared@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let mut foreign = registration("foreign@firm.example");
    foreign["mail"] = json!(mail);
    foreign["password"] = json!("somebody elses words");
    register(&app, &foreign).await.expect(202);
    confirm(&app, mail, 1).await.expect(204);
    sign_in(&app, mail, CHOSEN).await.expect(200);
    confirm(&app, mail, 2).await.problem(422, "invalid");
    sign_in(&app, mail, "somebody elses words").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_address_that_has_got_an_account_since_is_not_registered() {
    let app = TestApp::start().await;
    let mail = "since@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let new = json!({ "mail": mail, "name": "新人", "password": PASSWORD });
    app.admin().post_json("users", new).await.expect(201);
    confirm(&app, mail, 1).await.problem(409, "conflict");
    sign_in(&app, mail, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_registration_ends_like_its_link() {
    let app = TestApp::start().await;
    let mail = "late@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    app.clock.advance(chrono::TimeDelta::days(app.config.accounts.link_days.into()));
    townbridge::accounts::ops::tidy(app.service()).unwrap();
    confirm(&app, mail, 1).await.problem(422, "invalid");
    let rows = app.db.read(|db| {
        use diesel::prelude::*;
        use townbridge::db::schema::registrations::dsl::registrations;
        Ok(townbridge::on!(db, conn => registrations.count().get_result::<i64>(conn))?)
    });
    assert_eq!(rows.unwrap(), 0);
}

#[tokio::test]
async fn a_link_is_sent_again_only_to_those_who_lack_it() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let verified = app.account(&[]);
    let mail = "d@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let first = app.link_token(mail, 1).await;
    for address in [mail, &verified.mail, "nobody@example.com"] {
        let ask = json!({ "mail": address });
        visitor.post_json("auth/resend-verification", ask).await.expect(202);
    }
    app.link_token(mail, 2).await;
    // Who has forgotten that the registration was never confirmed asks for a new password.
    visitor.post_json("auth/request-password-reset", json!({ "mail": mail })).await.expect(202);
    app.link_token(mail, 3).await;
    let old = json!({ "token": first });
    visitor.post_json("auth/verify-mail", old).await.problem(422, "invalid");
    confirm(&app, mail, 2).await.problem(422, "invalid");
    confirm(&app, mail, 3).await.expect(204);
    sign_in(&app, mail, CHOSEN).await.expect(200);
    assert!(app.mails_to(&verified.mail).is_empty());
    assert!(app.mails_to("nobody@example.com").is_empty());
}

#[tokio::test]
async fn a_reset_by_mail_verifies_the_address_too() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "e@firm.example";
    let command = CreateUser {
        mail: mail.to_owned(),
        name: "新人".to_owned(),
        password: None,
        language: None,
        roles: vec![GrantRole::unbound(Role::PlatformAdmin)],
    };
    let caller = Caller::system("test");
    townbridge::accounts::ops::create_user(app.service(), &caller, &command).unwrap();
    visitor.post_json("auth/request-password-reset", json!({ "mail": mail })).await.expect(202);
    let token = app.link_token(mail, 2).await;
    let body = json!({ "token": token, "password": "brass door handle" });
    visitor.post_json("auth/reset-password", body).await.expect(204);
    sign_in(&app, mail, "brass door handle").await.expect(200);
}

#[tokio::test]
async fn names_in_mails_stay_plain_text_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let mut body = registration("f@firm.example");
    body["name"] = json!("<b>x</b> https://evil.example %{link}");
    body["organization"]["name"] = json!("www.evil.example");
    app.anonymous().in_english().post_json("auth/register", &body).await.expect(202);
    let mail = app.mails_to("f@firm.example").remove(0);
    assert_eq!(mail.subject, "Townbridge: please confirm your registration");
    assert!(mail.body.starts_with("Dear <b>x</b> https evil.example %{link},"), "{}", mail.body);
    assert!(mail.body.contains("“www evil.example”"), "{}", mail.body);
    assert_eq!(mail.body.matches("?token=").count(), 1);
    assert!(mail.body.contains(&format!("{}/verify?token=", app.config.server.public_url)));
    assert!(!token_in(&mail.body).is_empty());
    body["name"] = json!("a\nb");
    let problem = register(&app, &body).await.problem(422, "invalid");
    assert!(pointers(&problem).contains(&"/name"));
}
