//! What leaves the program, and that ranking keeps to what a viewer may read.

use townbridge::accounts::principal::Caller;
use townbridge::capabilities::model::CapabilityId;
use townbridge::capabilities::ops as capabilities;
use townbridge::config::SentTexts;
use townbridge::disclosure::DisclosureLevel;

use super::*;
use crate::support::NeedBuilder;

const SECRET: &str = "内腔涂釉";

/// A published need that says something in the tier of brokers alone.
fn need(app: &TestApp, org: &Organization, title: &str) -> String {
    let need = NeedBuilder::published(org)
        .title(title)
        .confidentiality(DisclosureLevel::Broker)
        .problem(&format!("{SECRET}，{}", "需要新的工艺，能用现有设备批量生产。".repeat(6)))
        .fields(|fields| {
            fields.public_summary = Some("寻求新的加工办法。".to_owned());
            fields.keywords = ["加工", "金属", "设备"].map(str::to_owned).to_vec();
            fields.background =
                Some("现有办法费工费料，试过多家供应商，成品率仍然不稳定。".to_owned());
            fields.restricted_detail = None;
        });
    need.insert(app).id.to_string()
}

async fn needs_for(client: &Client, text: &str) -> serde_json::Value {
    let body = json!({ "side": "capability", "title": text });
    client.post_json("match", body).await.expect(200).json()
}

#[actix_web::test]
async fn by_default_only_public_text_is_sent() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::enterprise().insert(&app);
    let id = need(&app, &org, "金属件加工");
    NeedBuilder::draft(&org).title("草稿里的需求").insert(&app);
    work(&app).await;
    let sent = server.take_texts();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].contains("金属件加工") && sent[0].contains("寻求新的加工办法"));
    // Nor is it sent as a question, even when an administrator asks, who may read it.
    let admin = app.admin();
    admin.get(&format!("needs/{id}/matches")).await.expect(200);
    app.anonymous().get(&format!("/needs/{id}")).await.expect(200);
    let sent = server.take_texts();
    assert!(!sent.is_empty() && sent.iter().all(|text| !text.contains(SECRET)), "{sent:?}");
}

#[actix_web::test]
async fn more_than_public_text_ranks_for_those_alone_who_may_read_it() {
    let server = ModelServer::start();
    let app = TestApp::start_with(|config| {
        server.configure(config);
        config.embeddings.send = SentTexts::Brokers;
    })
    .await;
    let org = OrgBuilder::enterprise().insert(&app);
    let id = need(&app, &org, "金属件加工");
    work(&app).await;
    assert!(server.take_texts().iter().any(|text| text.contains(SECRET)));
    assert_eq!(ids(&needs_for(&app.anonymous(), "enamel").await), Vec::<&str>::new());
    assert_eq!(ids(&needs_for(&app.admin(), "enamel").await), [id.as_str()]);
    // Asking with the record keeps to the asker's clearance as well.
    server.take_texts();
    app.anonymous().get(&format!("needs/{id}/matches")).await.expect(200);
    let sent = server.take_texts();
    assert!(!sent.is_empty() && sent.iter().all(|text| !text.contains(SECRET)), "{sent:?}");
}

#[actix_web::test]
async fn free_text_stays_here_when_the_settings_say_so() {
    let server = ModelServer::start();
    let app = TestApp::start_with(|config| {
        server.configure(config);
        config.embeddings.send_free_text = false;
    })
    .await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    work(&app).await;
    server.take_asked();
    let answer = ask(&app.anonymous(), "釉料配方").await;
    assert_eq!((ids(&answer).len(), &answer["degraded"]), (1, &json!([])));
    assert_eq!(server.take_asked().len(), 0);
}

#[actix_web::test]
async fn questions_and_texts_are_sent_as_the_model_wants_them() {
    let server = ModelServer::start();
    let app = TestApp::start_with(|config| {
        server.configure(config);
        let embeddings = &mut config.embeddings;
        embeddings.api_key = "geheim".to_owned();
        embeddings.query_prefix = "query: ".to_owned();
        embeddings.passage_prefix = "passage: ".to_owned();
        embeddings.query_input_type = "query".to_owned();
        embeddings.passage_input_type = "document".to_owned();
        embeddings.max_text_chars = 50;
    })
    .await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    work(&app).await;
    let asked = server.take_asked();
    assert!(asked.iter().all(|one| one.authorization == "Bearer geheim"));
    assert!(asked.iter().all(|one| one.input_type == "document" && one.model == "matters"));
    let text = &asked.last().unwrap().texts[0];
    assert!(text.starts_with("passage: 高温釉料配方") && text.chars().count() <= 59, "{text}");
    for _ in 0..2 {
        ask(&app.anonymous(), "enamel").await;
    }
    let asked = server.take_asked();
    assert_eq!(asked.len(), 1, "a question that comes again is not sent again");
    assert_eq!(
        (&asked[0].texts[0], &asked[0].input_type),
        (&"query: enamel".to_owned(), &json!("query"))
    );
}

#[actix_web::test]
async fn text_that_stays_the_same_is_not_sent_again_and_what_is_gone_is_forgotten() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    let id: CapabilityId = offer(&app, &org, "高温釉料配方").parse().unwrap();
    work(&app).await;
    server.take_asked();
    let change = |patch: &Value| {
        let caller = Caller::system("test");
        let version = capabilities::show(&app, &caller, id).unwrap().version;
        capabilities::update(&app, &caller, id, version, patch).unwrap();
    };
    change(&json!({ "min_budget": 30 }));
    work(&app).await;
    assert_eq!(server.take_texts().len(), 0);
    change(&json!({ "title": "荔枝保鲜贮运" }));
    app.settle().await;
    let answer = ask(&app.anonymous(), "enamel").await;
    assert_eq!(ids(&answer), Vec::<&str>::new(), "a vector of text that is gone is not used");
    server.take_texts();
    work(&app).await;
    assert_eq!(server.take_texts().len(), 1);
}
