//! Registering an organisation with its first manager.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;

use super::{bearer, pointers, sign_in};
use crate::support::{Answer, CONSENT, PASSWORD, TestApp, credit_code, token_in};

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
        "mail": mail
    })
}

async fn register(app: &TestApp, body: &Value) -> Answer {
    app.anonymous().post_json("auth/register", body).await
}

/// Uses the link in the mail of that number to an address, and chooses a password.
async fn confirm(app: &TestApp, mail: &str, number: usize) -> Answer {
    confirm_by(app, &app.link_token(mail, number).await, CHOSEN).await
}

async fn confirm_by(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password, "consent": CONSENT });
    app.anonymous().post_json("auth/verify-mail", &body).await
}

/// Names of the organisations in a mail about those that wait, each with the secret of its link.
async fn waiting_in(app: &TestApp, mail: &str, number: usize) -> Vec<(String, String)> {
    app.link_token(mail, number).await;
    let body = app.mails_to(mail).remove(number - 1).body;
    let items = body.split('“').skip(1).filter(|rest| rest.contains("?token="));
    items.map(|rest| (rest.split('”').next().unwrap().to_owned(), token_in(rest))).collect()
}

/// How many registrations wait.
fn rows(app: &TestApp) -> i64 {
    let count = app.db.read(|db| {
        use diesel::prelude::*;
        use townbridge::db::schema::registrations::dsl::registrations;
        Ok(townbridge::on!(db, conn => registrations.count().get_result::<i64>(conn))?)
    });
    count.unwrap()
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
    body["language"] = json!("fr");
    let problem = register(&app, &body).await.problem(422, "invalid");
    let expected = ["/language", "/mail", "/name", "/organization/scale", "/organization/uscc"];
    assert_eq!(pointers(&problem), expected);
    // A password is chosen with the link, so none is taken before.
    let mut body = registration("a@firm.example");
    body["password"] = json!(CHOSEN);
    let problem = register(&app, &body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/password"]);
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
    let problem = confirm(&app, "one@firm.example", 1).await.problem(409, "conflict");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("单位名称和统一社会信用代码"), "{detail}");
    // No account without its organisation, and nothing that waits in vain.
    sign_in(&app, "one@firm.example", CHOSEN).await.problem(401, "unauthenticated");
    confirm(&app, "one@firm.example", 1).await.problem(422, "invalid");
    assert_eq!(rows(&app), 0);
    // Of an organisation that is there a clash is told at once: the register is public.
    body["mail"] = json!("three@firm.example");
    let problem = register(&app, &body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/organization/name", "/organization/uscc"]);
    assert!(app.mails_to("three@firm.example").is_empty());
}

#[tokio::test]
async fn a_clash_at_the_confirmation_names_what_is_taken() {
    let app = TestApp::start().await;
    let (name, code) = ("by-name@firm.example", "by-code@firm.example");
    let taken = registration("first@firm.example");
    register(&app, &taken).await.expect(202);
    for (mail, field) in [(name, "name"), (code, "uscc")] {
        let mut body = registration(mail);
        body["organization"][field] = taken["organization"][field].clone();
        register(&app, &body).await.expect(202);
    }
    confirm(&app, "first@firm.example", 1).await.expect(204);
    // In the words of the page and of the API, in both languages.
    let token = app.link_token(name, 1).await;
    let browser = app.browser();
    browser.get(&format!("/verify?token={token}")).await.expect(200);
    let fields = [("token", token.as_str()), ("password", CHOSEN), ("consent", CONSENT)];
    let page = browser.submit("/verify", &fields).await.expect(200);
    let said = page.only("[role=alert]");
    assert!(said.contains("单位名称") && !said.contains("信用代码"), "{said}");
    assert_eq!(page.count("form[action='/verify']"), 0);
    let token = app.link_token(code, 1).await;
    let body = json!({ "token": token, "password": CHOSEN, "consent": CONSENT });
    let english = app.anonymous().in_english();
    let problem = english.post_json("auth/verify-mail", &body).await.problem(409, "conflict");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("credit code") && !detail.contains("the name"), "{detail}");
    assert_eq!(rows(&app), 0);
}

#[tokio::test]
async fn what_the_rules_no_longer_allow_ends_a_registration_with_the_reason() {
    let app = TestApp::start().await;
    let mail = "outdated@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let change = "UPDATE registrations SET doc = replace(doc, '\"C3872\"', '\"gone\"')";
    app.db.write(|db| Ok(db.execute_batch(change)?)).unwrap();
    let problem = confirm(&app, mail, 1).await.problem(409, "conflict");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("industry_code") && detail.contains("gone"), "{detail}");
    assert_eq!(rows(&app), 0);
}

#[tokio::test]
async fn somebody_else_who_registers_with_the_address_takes_no_link_away() {
    let app = TestApp::start().await;
    let mail = "shared@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let mut foreign = registration("foreign@firm.example");
    foreign["mail"] = json!(mail);
    register(&app, &foreign).await.expect(202);
    confirm(&app, mail, 1).await.expect(204);
    sign_in(&app, mail, CHOSEN).await.expect(200);
    confirm_by(&app, &app.link_token(mail, 2).await, "another long phrase")
        .await
        .problem(422, "invalid");
    sign_in(&app, mail, "another long phrase").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_but_the_reader_of_the_mail_chooses_the_password() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "victim@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    // Somebody registers the same organisation with the same address, and both mails read alike.
    register(&app, &registration(mail)).await.expect(202);
    let token = app.link_token(mail, 2).await;
    let without = json!({ "token": token });
    let problem = visitor.post_json("auth/verify-mail", &without).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/consent", "/password"]);
    let old = json!({ "token": token, "password": CHOSEN, "consent": "2020-01" });
    let problem = visitor.post_json("auth/verify-mail", &old).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/consent"]);
    for poor in ["short", "Password123", mail] {
        let problem = confirm_by(&app, &token, poor).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/password"], "{poor}");
    }
    sign_in(&app, mail, CHOSEN).await.problem(401, "unauthenticated");
    // Whichever link is used, the password is its reader's.
    confirm(&app, mail, 2).await.expect(204);
    sign_in(&app, mail, CHOSEN).await.expect(200);
    assert_eq!(rows(&app), 0);
}

#[tokio::test]
async fn a_further_link_takes_none_away_and_each_registration_has_its_own() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "asked@firm.example";
    let own = registration(mail);
    register(&app, &own).await.expect(202);
    let mut foreign = registration("foreign@firm.example");
    foreign["mail"] = json!(mail);
    register(&app, &foreign).await.expect(202);
    let ask = json!({ "mail": mail });
    visitor.post_json("auth/resend-verification", &ask).await.expect(202);
    let links = waiting_in(&app, mail, 3).await;
    let names: Vec<&str> = links.iter().map(|(name, _)| name.as_str()).collect();
    let of = |body: &Value| body["organization"]["name"].as_str().unwrap().to_owned();
    assert_eq!(names, [of(&own), of(&foreign)]);
    // The link for the own organisation leads to it, although it is not the newest.
    let page = app.browser().get(&format!("/verify?token={}", links[0].1)).await.expect(200);
    assert!(page.texts("main dd").contains(&of(&own)), "{:?}", page.texts("main dd"));
    visitor.post_json("auth/request-password-reset", &ask).await.expect(202);
    let newer = waiting_in(&app, mail, 4).await;
    // All links sent so far work, the first one included.
    let firsts = [app.link_token(mail, 1).await, links[0].1.clone(), newer[0].1.clone()];
    for token in &firsts {
        let page = app.browser().get(&format!("/verify?token={token}")).await.expect(200);
        assert_eq!(page.count("input[name=password]"), 1);
    }
    confirm_by(&app, &firsts[1], CHOSEN).await.expect(204);
    for token in firsts.iter().chain([&links[1].1]) {
        confirm_by(&app, token, CHOSEN).await.problem(422, "invalid");
    }
    let tokens = sign_in(&app, mail, CHOSEN).await.expect(200).json();
    let me = bearer(&app, &tokens).get("me").await.expect(200).json();
    assert_eq!(me["roles"][0]["org"]["name"], own["organization"]["name"]);
}

#[tokio::test]
async fn a_registration_has_so_many_links_and_they_go_on_working() {
    let app = TestApp::start_with(|config| {
        config.accounts.attempts_per_account = 100;
        config.accounts.registrations_per_address = 100;
    })
    .await;
    let mail = "flooded@firm.example";
    // Three wait, and each further one sends links of those.
    for _ in 0..3 + 10 {
        register(&app, &registration(mail)).await.expect(202);
    }
    assert_eq!(app.mails_to(mail).len(), 13);
    // No answer tells that there are no more, and those that were sent are as good as before.
    register(&app, &registration(mail)).await.expect(202);
    assert_eq!(app.mails_to(mail).len(), 13);
    for number in 1..=13 {
        let token = app.link_token(mail, number).await;
        let page = app.browser().get(&format!("/verify?token={token}")).await.expect(200);
        assert_eq!(page.count("input[name=password]"), 1, "{number}");
    }
    confirm(&app, mail, 1).await.expect(204);
}

#[tokio::test]
async fn three_registrations_wait_for_an_address_and_a_fourth_takes_no_place() {
    let app = TestApp::start().await;
    let mail = "many@firm.example";
    let of = |number: usize| {
        let mut body = registration(&format!("{number}@firm.example"));
        body["mail"] = json!(mail);
        body
    };
    let mut answers = Vec::new();
    for number in 1..=4 {
        answers.push(essence(&register(&app, &of(number)).await.expect(202)));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(rows(&app), 3);
    // Its owner gets the links of those that wait instead.
    let names: Vec<String> = waiting_in(&app, mail, 4).await.into_iter().map(|one| one.0).collect();
    let expected = [1, 2, 3].map(|number| of(number)["organization"]["name"].clone());
    assert_eq!(names, expected.map(|name| name.as_str().unwrap().to_owned()));
    // What has ended takes no place.
    app.clock.advance(chrono::TimeDelta::days(app.config.accounts.link_days.into()));
    register(&app, &of(4)).await.expect(202);
    assert_eq!(rows(&app), 4);
    confirm(&app, mail, 5).await.expect(204);
    assert_eq!(rows(&app), 0);
}

#[tokio::test]
async fn who_did_not_register_ends_it_and_its_place_is_free() {
    let app = TestApp::start().await;
    let mail = "victim@firm.example";
    let mut body = registration("stranger@firm.example");
    body["mail"] = json!(mail);
    register(&app, &body).await.expect(202);
    register(&app, &body).await.expect(202);
    assert_eq!(rows(&app), 2);
    let (first, second) = (app.link_token(mail, 1).await, app.link_token(mail, 2).await);
    let decline = json!({ "token": first });
    let visitor = app.anonymous();
    visitor.post_json("auth/decline-registration", &decline).await.expect(204);
    visitor.post_json("auth/decline-registration", &decline).await.problem(422, "invalid");
    confirm_by(&app, &first, CHOSEN).await.problem(422, "invalid");
    assert_eq!(rows(&app), 1);

    let browser = app.browser();
    let page = browser.get(&format!("/verify?token={second}")).await.expect(200);
    // Enter in the field confirms: the first button of a form is the one that it presses.
    assert_eq!(page.attribute("main button[name=decline]", "value"), "1");
    let fields = [("token", second.as_str()), ("password", ""), ("decline", "1")];
    let answer = browser.submit("/verify", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/sign-in?done=declined");
    assert_eq!(rows(&app), 0);
    let page = browser.get("/sign-in?done=declined").await.expect(200);
    assert!(page.only("main .notice").contains("作废"));
    let page = browser.submit("/verify", &fields).await.expect(200);
    assert_eq!(page.texts("[role=alert]").len(), 1);
}

#[tokio::test]
async fn the_page_of_the_link_shows_the_registration_and_asks_for_a_password() {
    let app = TestApp::start().await;
    let mail = "page@firm.example";
    let body = registration(mail);
    register(&app, &body).await.expect(202);
    let token = app.link_token(mail, 1).await;
    let browser = app.browser();
    let page = browser.get(&format!("/verify?token={token}")).await.expect(200);
    let shown = page.texts("main dd");
    for field in ["name", "uscc"] {
        let value = body["organization"][field].as_str().unwrap().to_owned();
        assert!(shown.contains(&value), "{shown:?}");
    }
    assert_eq!(page.attribute("main input[type=email]", "value"), mail);
    for (poor, reason) in [("", "必填"), ("short", "10")] {
        let fields = [("token", token.as_str()), ("password", poor)];
        let page = browser.submit("/verify", &fields).await.expect(200);
        assert!(page.only("#password-wrong").contains(reason), "{}", page.only("#password-wrong"));
        assert_eq!(page.attribute("#password", "aria-describedby"), "password-wrong");
    }
    let fields = [("token", token.as_str()), ("password", CHOSEN), ("consent", CONSENT)];
    let answer = browser.submit("/verify", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/sign-in?done=verified");
    let tokens = sign_in(&app, mail, CHOSEN).await.expect(200).json();
    let client = app.with_token(tokens["access_token"].as_str().unwrap());
    let consents = client.get("me/consents").await.expect(200).json();
    assert_eq!((&consents[0]["given"], &consents[0]["version"]), (&json!(true), &json!(CONSENT)));
    let page = browser.submit("/verify", &fields).await.expect(200);
    assert_eq!(page.texts("[role=alert]").len(), 1);
    assert_eq!(page.count("input[name=password]"), 0);
}

#[tokio::test]
async fn the_link_of_an_account_verifies_it_and_sets_no_password() {
    let app = TestApp::start().await;
    let visitor = app.anonymous();
    let mail = "made@firm.example";
    let new = json!({ "mail": mail, "name": "新人" });
    app.admin().post_json("users", new).await.expect(201);
    visitor.post_json("auth/resend-verification", json!({ "mail": mail })).await.expect(202);
    let token = app.link_token(mail, 2).await;
    let problem = confirm_by(&app, &token, CHOSEN).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/password"]);
    let page = app.browser().get(&format!("/verify?token={token}")).await.expect(200);
    assert_eq!((page.count("form[action='/verify']"), page.count("#password")), (1, 0));
    visitor.post_json("auth/verify-mail", json!({ "token": token })).await.expect(204);
}

#[tokio::test]
async fn an_address_that_has_got_an_account_since_is_not_registered() {
    let app = TestApp::start().await;
    let mail = "since@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    let new = json!({ "mail": mail, "name": "新人", "password": PASSWORD });
    app.admin().post_json("users", new).await.expect(201);
    let problem = confirm(&app, mail, 1).await.problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("已有账户"), "{problem}");
    assert_eq!(rows(&app), 0);
    sign_in(&app, mail, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_registration_ends_like_its_link() {
    let app = TestApp::start().await;
    let mail = "late@firm.example";
    register(&app, &registration(mail)).await.expect(202);
    app.clock.advance(chrono::TimeDelta::days(app.config.accounts.link_days.into()));
    townbridge::jobs::housekeeping::tidy(app.service()).unwrap();
    confirm(&app, mail, 1).await.problem(422, "invalid");
    assert_eq!(rows(&app), 0);
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
    confirm_by(&app, &first, CHOSEN).await.expect(204);
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
