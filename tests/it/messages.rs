//! Templates of messages: what administrators put in place of the shipped texts, and what goes out.

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::messages::model::{Form, Key, MessageKind, PreviewTemplate, Sample, TemplateTexts};
use townbridge::messages::{catalogue, ops};
use townbridge::outbound::ops::{Letter, enqueue};

use crate::support::{Account, Answer, Client, TestApp};

const RESET: &str = "message-templates/reset/zh-CN";

async fn save(client: &Client, path: &str, version: i64, texts: Value) -> Answer {
    let request = client.request(Method::PUT, path);
    client.send(request.header("if-match", format!("\"v{version}\"")).json(&texts)).await
}

async fn restore(client: &Client, path: &str, version: i64, to: i64) -> Answer {
    let request = client.request(Method::POST, &format!("{path}/restore"));
    let request = request.header("if-match", format!("\"v{version}\""));
    client.send(request.json(&json!({ "version": to }))).await
}

fn all_keys() -> Vec<Key> {
    let languages = ["zh-CN", "en"];
    let system = Caller::system("test");
    let key = |kind: &MessageKind, tag| ops::key(&system, kind.as_str(), tag).unwrap();
    let kinds = MessageKind::all();
    kinds.iter().flat_map(|kind| languages.map(|tag| key(kind, tag))).collect()
}

fn preview(
    app: &TestApp,
    key: Key,
    texts: Option<TemplateTexts>,
    sample: Sample,
) -> Vec<(Form, String)> {
    let command = PreviewTemplate { texts, sample: Some(sample) };
    let shown = ops::preview(app.service(), &Caller::system("test"), key, &command).unwrap();
    shown.parts.into_iter().map(|part| (part.form, part.text)).collect()
}

/// A new kind of notice has its values in `messages/preview.rs` (`data`) and `notices/wording.rs`
/// (`values`); a new mail in `messages/catalogue.rs` and `messages/preview.rs`.
#[tokio::test]
async fn every_value_of_every_message_has_a_sample_in_both_languages() {
    let app = TestApp::start().await;
    for key in all_keys() {
        // Each text names all that it may.
        let mut texts = TemplateTexts::default();
        for part in catalogue::parts(key.kind) {
            let probes = part.variables.iter().map(|name| format!("<{name}=%{{{name}}}>"));
            texts.set(part.form, Some(format!("#{} {}", part.form, probes.collect::<String>())));
        }
        let shown = preview(&app, key, Some(texts), Sample::Usual);
        let all: String = shown.iter().map(|(_, text)| text.as_str()).collect();
        for part in catalogue::parts(key.kind) {
            assert!(
                all.contains(&format!("#{}", part.form)),
                "{} shows no {}",
                key.kind,
                part.form
            );
            for name in &part.variables {
                let empty = format!("<{name}=>");
                assert!(
                    !all.contains(&empty),
                    "{}, {}: no sample for %{{{name}}}",
                    key.kind,
                    part.form
                );
            }
        }
    }
}

#[tokio::test]
async fn every_message_is_whole_as_shipped() {
    let app = TestApp::start().await;
    let mut seen = 0;
    for key in all_keys() {
        for (form, text) in preview(&app, key, None, Sample::Usual) {
            seen += 1;
            assert!(!text.trim().is_empty(), "{} {form}", key.kind);
            assert!(!text.contains("%{"), "{} {form}: {text}", key.kind);
            let language = key.language.tag();
            let han = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(han, language == "zh-CN", "{} {form} in {language}: {text}", key.kind);
        }
    }
    assert!(seen > 100, "only {seen} texts");
}

#[tokio::test]
async fn what_people_have_typed_is_text_in_every_channel() {
    let app = TestApp::start().await;
    for key in all_keys() {
        for (form, text) in preview(&app, key, None, Sample::Nasty) {
            let place = format!("{} {form}: {text}", key.kind);
            assert!(!text.contains("evil.example/") && !text.contains("://evil"), "{place}");
            assert!(!text.contains("www.") && !text.contains('\u{202e}'), "{place}");
            assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{place}");
            if matches!(form, Form::Line | Form::Subject) {
                assert!(!text.contains(['\r', '\n']), "{place}");
            }
            if form == Form::Group {
                assert!(!text.contains("<at") && !text.contains("@all"), "{place}");
            }
            // What looks like a name of a template is no name of ours.
            if text.contains("O'Brien") {
                assert!(text.contains("%{link}"), "{place}");
            }
        }
    }
}

#[tokio::test]
async fn an_own_text_goes_out_and_what_waits_stays_as_it_was_written() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let reader = app.account(&[]);
    let visitor = app.anonymous();
    let ask = || visitor.post_json("auth/request-password-reset", json!({ "mail": reader.mail }));
    ask().await.expect(202);
    app.link_token(&reader.mail, 1).await;
    let before = app.mails_to(&reader.mail).remove(0);
    let own = json!({ "subject": "重设：%{name}", "body": "请于 %{hours} 小时内打开 %{link}" });
    let saved = save(&admin, RESET, 0, own).await.expect(200);
    assert_eq!(saved.header("etag"), "\"v1\"");
    ask().await.expect(202);
    let secret = app.link_token(&reader.mail, 2).await;
    let mails = app.mails_to(&reader.mail);
    let (old, new) = (&mails[0], &mails[1]);
    assert_eq!((&old.subject, &old.body), (&before.subject, &before.body));
    assert!(new.subject.starts_with("重设：") && new.body.starts_with("请于 2 小时内打开 http"));
    assert!(new.body.contains(&secret));
    // Another language has its own.
    let english = admin.get("message-templates/reset/en").await.expect(200).json();
    assert_eq!((&english["version"], &english["parts"][0]["own"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn a_text_that_would_be_of_no_use_is_refused_where_it_is_wrong() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let wrong = json!({ "subject": "a\nBcc: b", "body": "没有链接 %{passwd}", "group": "x" });
    let problem = save(&admin, RESET, 0, wrong.clone()).await.problem(422, "invalid");
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/texts/subject", "/texts/body", "/texts/body", "/texts/group"]);
    let body = json!({ "texts": wrong });
    admin.post_json(&format!("{RESET}/preview"), body.clone()).await.problem(422, "invalid");
    admin.post_json(&format!("{RESET}/test"), body).await.problem(422, "invalid");
    save(&admin, RESET, 0, json!({ "html": "x" })).await.problem(422, "invalid");
    let unnamed = admin.request(Method::PUT, RESET).json(&json!({}));
    admin.send(unnamed).await.expect(428);
    assert_eq!(admin.get(RESET).await.expect(200).json()["version"], 0, "nothing was saved");
}

#[tokio::test]
async fn saves_are_numbered_and_each_can_be_taken_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    save(&admin, RESET, 0, json!({ "body": "一 %{link}" })).await.expect(200);
    save(&admin, RESET, 0, json!({ "body": "迟 %{link}" })).await.expect(412);
    save(&admin, RESET, 1, json!({ "body": "二 %{link}" })).await.expect(200);
    let text = |answer: &Answer| {
        let json = answer.json();
        let parts = json["parts"].as_array().unwrap().clone();
        let body = parts.into_iter().find(|part| part["form"] == "body").unwrap();
        (body["text"].as_str().unwrap().to_owned(), body["own"].as_bool().unwrap())
    };
    let first = restore(&admin, RESET, 2, 1).await.expect(200);
    assert_eq!(text(&first), ("一 %{link}".to_owned(), true));
    restore(&admin, RESET, 3, 9).await.expect(404);
    let shipped = restore(&admin, RESET, 3, 0).await.expect(200);
    assert!(!text(&shipped).1);
    let versions = admin.get(&format!("{RESET}/versions")).await.expect(200).json();
    let numbers: Vec<i64> =
        versions.as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    assert!(versions[0]["saved_by_name"].is_string() && versions[0]["texts"] == json!({}));
    let log = app.admin().get("audit?record_kind=message_template").await.expect(200).json();
    assert_eq!(log["items"][0]["action"], "message_template.reset");
}

#[tokio::test]
async fn a_shipped_text_that_changes_is_shown_and_replaces_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin();
    save(&admin, RESET, 0, json!({ "body": "自己的 %{link}" })).await.expect(200);
    // As a release before would have left it.
    let column = "UPDATE message_templates SET shipped = '{\"body\":\"从前的 %{link}\"}'";
    app.db.write(|db| Ok(db.execute_batch(column)?)).unwrap();
    let view = admin.get(RESET).await.expect(200).json();
    let parts = view["parts"].as_array().unwrap().clone();
    let body = parts.iter().find(|part| part["form"] == "body").unwrap();
    assert_eq!(body["text"], "自己的 %{link}");
    assert_eq!(body["shipped_before"], "从前的 %{link}");
    let list = admin.get("message-templates").await.expect(200).json();
    let moved: Vec<&Value> =
        list.as_array().unwrap().iter().filter(|one| one["shipped_moved"] == true).collect();
    assert_eq!((moved.len(), &moved[0]["kind"]), (1, &json!("reset")));
}

#[tokio::test]
async fn a_text_that_a_later_release_does_not_understand_gives_way_to_the_shipped_one() {
    let app = TestApp::start().await;
    let admin = app.admin();
    save(&admin, RESET, 0, json!({ "body": "自己的 %{link}" })).await.expect(200);
    let column = "UPDATE message_templates SET texts = '{\"body\":\"%{gone} %{link}\"}'";
    app.db.write(|db| Ok(db.execute_batch(column)?)).unwrap();
    let reader = app.account(&[]);
    let mail = json!({ "mail": reader.mail });
    app.anonymous().post_json("auth/request-password-reset", mail).await.expect(202);
    app.link_token(&reader.mail, 1).await;
    assert!(app.mails_to(&reader.mail)[0].body.contains("有人请求重设"));
}

#[tokio::test]
async fn a_test_goes_to_the_administrator_alone() {
    let app = TestApp::start().await;
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let client = app.client(&admin);
    let body = json!({ "texts": { "subject": "试 %{name}" }, "sample": "nasty" });
    client.post_json(&format!("{RESET}/test"), body).await.expect(202);
    let mails = app.mails_to(&admin.mail);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("试 ") && mails[0].body.contains("token=SAMPLE"));
    assert_eq!(client.get(RESET).await.expect(200).json()["version"], 0, "nothing was saved");
}

#[tokio::test]
async fn the_inbox_says_what_is_in_force_when_it_is_read() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let path = "message-templates/case_unbrokered/zh-CN";
    save(&admin, path, 0, json!({ "line": "请安排专员：%{code}" })).await.expect(200);
    let key = ops::key(&Caller::system("test"), "case_unbrokered", "zh-CN").unwrap();
    let shown = preview(&app, key, None, Sample::Usual);
    assert_eq!(shown[0], (Form::Line, "请安排专员：DJ2611-4QK7M2XN".to_owned()));
    assert!(shown.iter().any(|(form, text)| *form == Form::Subject && text.contains("请安排专员")));
}

async fn browser_of_admin(app: &TestApp) -> (Account, crate::support::Browser) {
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let browser = app.browser_of(&admin).await;
    (admin, browser)
}

#[tokio::test]
async fn a_template_is_tried_saved_and_taken_back_through_forms_alone() {
    let app = TestApp::start().await;
    let (admin, browser) = browser_of_admin(&app).await;
    let list = browser.get("/admin/messages").await.expect(200);
    assert_eq!(list.count("[data-message]"), 2 * MessageKind::all().len());
    let path = "/admin/messages/invitation/en";
    let typed = |body: &str, wish: &str| {
        let fields = [("version", "0"), ("subject", "Join %{org}"), ("body", body), ("do", wish)];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let post = async |fields: [(String, String); 4]| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.submit(path, &fields).await
    };
    let page = post(typed("Come in", "save")).await.expect(200);
    assert_eq!(page.count("#body[aria-invalid]"), 1);
    assert!(page.only("#body").contains("Come in"), "what was typed stays");
    let page = post(typed("<b>Come</b> in: %{link}", "nasty")).await.expect(200);
    assert!(page.only("[data-shown=subject]").starts_with("Join <b>O'Brien</b>"), "as text");
    assert!(page.only("[data-shown=body]").starts_with("<b>Come</b> in: http"));
    assert_eq!(page.count("[data-shown] b"), 0);
    post(typed("Come in: %{link}", "test")).await.expect(200);
    assert_eq!(app.mails_to(&admin.mail).len(), 1);
    let saved = post(typed("Come in: %{link}", "save")).await.expect(303);
    let page = browser.get(saved.header("location")).await.expect(200);
    assert_eq!(page.count("[data-version]"), 1);
    let page = post(typed("Late: %{link}", "save")).await.expect(200);
    assert_eq!(page.count("[role=alert]"), 1, "somebody was faster");
    // A preview does not hide it: what was typed stays, and it is said before it can be saved.
    for wish in ["preview", "nasty", "test"] {
        let page = post(typed("Late: %{link}", wish)).await.expect(200);
        assert_eq!((page.count("[role=alert]"), page.count("[data-preview]")), (1, 0), "{wish}");
        assert!(page.only("#body").contains("Late: %{link}"));
    }
    assert_eq!(app.mails_to(&admin.mail).len(), 1);
    let back = [("version", "1"), ("to", "0")];
    browser.submit(&format!("{path}/restore"), &back).await.expect(303);
    let page = browser.get(path).await.expect(200);
    assert_eq!(page.count("[data-version]"), 2);
    assert!(page.only("#body").contains("invites you to join"));
}

#[tokio::test]
async fn nobody_else_sees_the_pages() {
    let app = TestApp::start().await;
    let officer = app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    let browser = app.browser_of(&officer).await;
    for path in ["/admin/messages", "/admin/messages/reset/en"] {
        browser.get(path).await.expect(403);
        app.browser().get(path).await.expect(303);
    }
    let (_, admin) = browser_of_admin(&app).await;
    for path in ["/admin/messages/nothing/en", "/admin/messages/reset/fr"] {
        admin.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn a_subject_is_one_line_in_the_outbox_whatever_is_put_in() {
    let app = TestApp::start().await;
    let letter = || Letter { subject: "a\r\nBcc: b@evil.example".to_owned(), body: String::new() };
    app.db.write(|db| enqueue(db, "s@example.com", letter(), app.clock.now())).unwrap();
    assert_eq!(app.mails_to("s@example.com")[0].subject, "a  Bcc: b@evil.example");
}
