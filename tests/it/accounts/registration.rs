//! Registering an organisation with its first manager.

use serde_json::{Value, json};

use super::{bearer, pointers, sign_in};
use crate::support::{TestApp, credit_code};

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
        "password": "lantern festival"
    })
}

#[tokio::test]
async fn founder_verifies_the_address_and_then_manages_a_pending_organisation() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "liang@firm.example";
    let answer = visitor.post_json("auth/register", registration(mail)).await.expect(201);
    let registered = answer.json();
    let org = registered["org_id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/organizations/{org}"));
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert!(answer.change() > 0);
    assert_eq!(registered["org_status"], "pending");

    let problem = sign_in(&app, mail, "lantern festival").await.problem(403, "forbidden");
    assert!(problem["detail"].as_str().unwrap().contains("验证"), "{problem}");
    sign_in(&app, mail, "wrong password").await.problem(401, "unauthenticated");

    let token = json!({ "token": app.link_token(mail, 1).await });
    visitor.post_json("auth/verify-mail", &token).await.expect(204);
    visitor.post_json("auth/verify-mail", &token).await.problem(422, "invalid");
    let tokens = sign_in(&app, mail, "lantern festival").await.expect(200).json();
    let client = bearer(&app, &tokens);
    let me = client.get("me").await.expect(200).json();
    assert_eq!(me["roles"][0]["role"], "org_admin");
    assert_eq!(me["roles"][0]["org"]["id"], org);
    assert!(me["mail_verified_at"].is_string());
    let shown = client.get(&format!("organizations/{org}")).await.expect(200).json();
    assert_eq!(shown["status"], "pending");
    visitor.get(&format!("organizations/{org}")).await.problem(404, "not_found");
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
    let problem = app.anonymous().post_json("auth/register", &body).await.problem(422, "invalid");
    let expected =
        ["/language", "/mail", "/name", "/organization/scale", "/organization/uscc", "/password"];
    assert_eq!(pointers(&problem), expected);
}

#[tokio::test]
async fn a_taken_address_or_organisation_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let account = app.account(&[]);
    let taken = registration(&account.mail);
    visitor.post_json("auth/register", &taken).await.problem(409, "conflict");
    // The organisation was not kept without its founder: the same one can still register.
    let mut body = registration("b@firm.example");
    body["organization"] = taken["organization"].clone();
    visitor.post_json("auth/register", &body).await.expect(201);
    body["mail"] = json!("c@firm.example");
    let problem = visitor.post_json("auth/register", &body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/organization/name", "/organization/uscc"]);
    assert!(app.mails_to("c@firm.example").is_empty());
}

#[tokio::test]
async fn verification_is_sent_again_only_to_those_who_lack_it() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let verified = app.account(&[]);
    let mail = "d@firm.example";
    visitor.post_json("auth/register", registration(mail)).await.expect(201);
    let first = app.link_token(mail, 1).await;
    for address in [mail, &verified.mail, "nobody@example.com"] {
        let ask = json!({ "mail": address });
        visitor.post_json("auth/resend-verification", ask).await.expect(202);
    }
    let second = app.link_token(mail, 2).await;
    let old = json!({ "token": first });
    visitor.post_json("auth/verify-mail", old).await.problem(422, "invalid");
    visitor.post_json("auth/verify-mail", json!({ "token": second })).await.expect(204);
    assert!(app.mails_to(&verified.mail).is_empty());
    assert!(app.mails_to("nobody@example.com").is_empty());
}

#[tokio::test]
async fn a_reset_by_mail_verifies_the_address_too() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "e@firm.example";
    visitor.post_json("auth/register", registration(mail)).await.expect(201);
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
    app.anonymous().in_english().post_json("auth/register", &body).await.expect(201);
    let mail = app.mails_to("f@firm.example").remove(0);
    assert_eq!(mail.subject, "Townbridge: please verify your mail address");
    assert!(mail.body.starts_with("Dear <b>x</b> https evil.example %{link},"), "{}", mail.body);
    assert_eq!(mail.body.matches("?token=").count(), 1);
    assert!(mail.body.contains(&format!("{}/verify?token=", app.config.server.public_url)));
    body["name"] = json!("a\nb");
    let problem = app.anonymous().post_json("auth/register", &body).await.problem(422, "invalid");
    assert!(pointers(&problem).contains(&"/name"));
}
