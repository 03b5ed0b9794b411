//! The audit log over HTTP: for administrators, filtered, verified.

use serde_json::json;

use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

#[tokio::test]
async fn the_log_is_for_administrators() {
    let app = TestApp::start().await;
    for path in ["audit", "audit/verification"] {
        app.anonymous().get(path).await.problem(401, "unauthenticated");
        app.officer("44").get(path).await.problem(403, "forbidden");
        app.admin().get(path).await.expect(200);
    }
}

#[tokio::test]
async fn entries_are_found_by_person_action_record_and_time() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let member = app.org_member(org.id);
    let path = format!("needs/{}", need.id);
    member
        .patch_json(&path, 1, json!({ "title": "新题", "contact": { "name": "换人" } }))
        .await
        .expect(200);
    let by_record = format!("audit?record_kind=need&record_id={}", need.id);
    let page = admin.get(&by_record).await.expect(200).json();
    let entry = &page["items"][0];
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&entry["action"], &entry["actor_name"]),
        (&json!("need.update"), &json!("单位成员"))
    );
    assert_eq!(entry["changes"]["title"]["after"], "新题");
    assert_eq!(entry["changes"]["contact"]["after"], "***", "personal data stays out of the log");
    let actor = entry["actor_id"].as_str().unwrap();
    let page = admin.get(&format!("audit?actor_id={actor}&action=need.update")).await;
    assert_eq!(page.expect(200).json()["items"][0]["seq"], entry["seq"]);
    let at = entry["created_at"].as_str().unwrap();
    let page = admin.get(&format!("audit?action=need.update&until={at}")).await.expect(200).json();
    assert_eq!(page["items"], json!([]));
    let page = admin.get(&format!("audit?action=need.update&from={at}")).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    admin.get("audit?odd=1").await.problem(422, "invalid");
    admin.get("audit?from=yesterday").await.problem(422, "invalid");
    admin.get("audit?after=odd").await.problem(422, "invalid");
}

#[tokio::test]
async fn a_remembered_head_shows_that_the_end_was_cut_off() {
    let app = TestApp::start().await;
    let admin = app.admin();
    OrgBuilder::enterprise().insert(&app);
    let report = admin.get("audit/verification").await.expect(200).json();
    assert_eq!(report["intact"], true);
    let (entries, head) = (report["entries"].as_i64().unwrap(), report["head"].as_str().unwrap());
    let path = format!("audit/verification?head={head}&entries={entries}");
    assert_eq!(admin.get(&path).await.expect(200).json()["remembered"], "kept");
    admin.get(&format!("audit/verification?head={head}")).await.problem(422, "invalid");
    // Somebody with the file in hand.
    let sql =
        format!("DROP TRIGGER audit_log_no_delete; DELETE FROM audit_log WHERE seq = {entries}");
    app.db.write(|db| Ok(db.execute_batch(&sql)?)).unwrap();
    assert_eq!(admin.get("audit/verification").await.expect(200).json()["intact"], true);
    let report = admin.get(&path).await.expect(200).json();
    assert_eq!((&report["intact"], &report["remembered"]), (&json!(false), &json!("cut_off")));
    assert_eq!(report["first_broken"], entries);
}

#[tokio::test]
async fn a_changed_row_is_named() {
    let app = TestApp::start().await;
    let admin = app.admin();
    OrgBuilder::enterprise().insert(&app);
    OrgBuilder::enterprise().insert(&app);
    let sql =
        "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET record_id = 'x' WHERE seq = 2";
    app.db.write(|db| Ok(db.execute_batch(sql)?)).unwrap();
    let report = admin.get("audit/verification").await.expect(200).json();
    assert_eq!((&report["intact"], &report["first_broken"]), (&json!(false), &json!(2)));
}

#[tokio::test]
async fn names_of_people_stay_out_of_the_log() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    CapabilityBuilder::expert(&org, "苏照白", "public").insert(&app);
    let team = CapabilityBuilder::team(&org, &["钟砺行"]).insert(&app);
    let member = app.org_member(org.id);
    let path = format!("capabilities/{}", team.id);
    let body = json!({ "lead_expert": "温若岚", "team": { "members": [{ "name": "温若岚" }] } });
    member.patch_json(&path, team.version.into(), body).await.expect(200);
    let page = app.admin().get("audit?record_kind=capability&limit=100").await.expect(200);
    let log = page.json().to_string();
    for name in ["苏照白", "钟砺行", "温若岚"] {
        assert!(!log.contains(name), "{name} in {log}");
    }
    let changes = page.json()["items"][0]["changes"].clone();
    assert_eq!(changes["lead_expert"]["after"], "***");
    assert_eq!(changes["team"], json!({ "before": "***", "after": "***" }));
}

#[tokio::test]
async fn an_unreadable_row_is_marked_and_the_others_are_listed() {
    let app = TestApp::start().await;
    let admin = app.admin();
    OrgBuilder::enterprise().insert(&app);
    OrgBuilder::enterprise().insert(&app);
    let before = admin.get("audit?limit=100").await.expect(200).json();
    let sql = "DROP TRIGGER audit_log_no_update; \
               UPDATE audit_log SET record_kind = 'odd' WHERE seq = 2";
    app.db.write(|db| Ok(db.execute_batch(sql)?)).unwrap();
    let after = admin.get("audit?limit=100").await.expect(200).json();
    let entries = |page: &serde_json::Value| page["items"].as_array().unwrap().clone();
    assert_eq!(entries(&after).len(), entries(&before).len());
    for (old, new) in entries(&before).iter().zip(entries(&after)) {
        if new["seq"] == 2 {
            assert_eq!((&new["readable"], &new["record_kind"]), (&json!(false), &json!(null)));
        } else {
            assert_eq!(*old, new);
            assert_eq!(new["readable"], true);
        }
    }
    let report = admin.get("audit/verification").await.expect(200).json();
    assert_eq!((&report["intact"], &report["first_broken"]), (&json!(false), &json!(2)));
}
