//! One model takes over from another.

use chrono::TimeDelta;
use townbridge::embeddings::ops;

use super::*;

fn name(app: &TestApp) -> String {
    app.model_server.as_ref().unwrap().recipe.name()
}

#[actix_web::test]
async fn the_model_before_serves_until_the_new_one_has_vectors_enough() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    let offers: Vec<String> =
        (0..6).map(|number| offer(&app, &org, &format!("第{number}种釉料"))).collect();
    work(&app).await;
    let changed = app
        .beside_with(|config| {
            config.embeddings.model = "other".to_owned();
            config.embeddings.batch_size = 1;
        })
        .await;
    let progress = || ops::progress(&changed, &name(&changed)).unwrap();
    let mut served = Vec::new();
    while progress().done < 6 {
        changed.settle().await;
        embedder::round(changed.service()).await.unwrap();
        if progress().done > 0 {
            let answer = ask(&changed.anonymous(), "enamel").await;
            assert_eq!(ids(&answer).len(), offers.len(), "nobody is missing in between");
            assert!(
                answer["hits"].as_array().unwrap().iter().all(|hit| part(hit, "model").is_some())
            );
            served.push(readiness(&changed).await["model_server"]["serving"].clone());
        }
    }
    assert!(served.len() >= 6 && served.iter().all(|one| *one == name(&app)), "{served:?}");
    work(&changed).await;
    assert_eq!(readiness(&changed).await["model_server"]["serving"], name(&changed));
    server.take_asked();
    let answer = ask(&changed.anonymous(), "enamel").await;
    assert_eq!(ids(&answer).len(), offers.len());
    assert!(answer["hits"].as_array().unwrap().iter().all(|hit| part(hit, "model").is_some()));
    assert_eq!(server.take_asked()[0].model, "other");
    // A node whose settings have not changed yet goes on with what it has.
    work(&app).await;
    assert_eq!(readiness(&app).await["model_server"]["serving"], name(&app));
    app.clock.advance(TimeDelta::minutes(61));
    work(&changed).await;
    assert_eq!(ops::progress(&changed, &name(&app)).unwrap().done, 0);
    assert_eq!(progress().done, 6);
}

#[actix_web::test]
async fn a_server_that_has_another_model_under_the_same_name_is_not_believed() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    work(&app).await;
    server.turn(ModelManner::Status(503));
    ask(&app.anonymous(), "enamel").await;
    server.turn(ModelManner::Swapped);
    app.clock.advance(TimeDelta::minutes(2));
    work(&app).await;
    let part = readiness(&app).await["model_server"].clone();
    assert!(part["reason"].as_str().unwrap().contains("another model"), "{part}");
    let answer = ask(&app.anonymous(), "enamel").await;
    assert_eq!((ids(&answer).len(), answer["degraded"].as_array().unwrap().len()), (0, 1));
}

#[actix_web::test]
async fn a_model_serves_only_when_it_has_seen_nearly_everything() {
    let server = ModelServer::start();
    let app = TestApp::start_with(|config| {
        server.configure(config);
        config.embeddings.batch_size = 1;
    })
    .await;
    let org = OrgBuilder::university().insert(&app);
    for number in 0..3 {
        offer(&app, &org, &format!("第{number}种釉料"));
    }
    let mut rounds = 0;
    while ops::progress(&app, &name(&app)).unwrap().done < 3 {
        app.settle().await;
        embedder::round(app.service()).await.unwrap();
        let answer = ask(&app.anonymous(), "enamel").await;
        assert_eq!(ids(&answer), Vec::<&str>::new());
        assert_eq!(answer["degraded"], json!([]), "it has not begun to serve");
        rounds += 1;
    }
    assert!(rounds >= 3);
    work(&app).await;
    assert_eq!(ids(&ask(&app.anonymous(), "enamel").await).len(), 3);
}
