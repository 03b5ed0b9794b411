//! Retention on both databases: what has had its time goes, once, and is written down.

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::attachments;
use townbridge::attachments::model::Upload;
use townbridge::attachments::ops::Place;
use townbridge::db::Timestamp;
use townbridge::jobs::housekeeping;
use townbridge::needs::life::NeedStatus;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::outbound::ops::{Letter, enqueue};
use townbridge::records::model::RecordKind;
use townbridge::retention::model::{DataClass, RuleView};
use townbridge::retention::ops::{apply, apply_class, overdue, show};
use townbridge::visits;
use townbridge::visits::model::{Visit, VisitFields, VisitId};
use townbridge::{needs, records};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    what_is_old_goes_and_what_is_not_stays,
    visits_lose_people_and_files_unless_something_keeps_them,
    old_drafts_go_and_others_stay,
    drafts_that_cannot_be_removed_keep_no_others,
    photos_have_a_period_of_their_own,
    files_are_logged_once_by_nodes_at_the_same_time,
    nodes_at_the_same_time_remove_each_thing_once,
    a_round_that_was_cut_short_is_gone_on_with,
);

fn rule(db: &TestDatabase, class: DataClass) -> RuleView {
    let all = show(db.service(), &Caller::system("test")).unwrap();
    all.rules.into_iter().find(|rule| rule.class == class).unwrap()
}

fn sql(db: &TestDatabase, query: &str) {
    db.db.write(|conn| Ok(conn.execute_batch(query)?)).unwrap();
}

/// Mails that were given up so many days ago.
fn dead_mails(db: &TestDatabase, count: usize, days: i64) {
    let at = Timestamp::new(db.clock.time() - TimeDelta::days(days));
    let letter = || Letter { subject: "通知".to_owned(), body: "正文".to_owned() };
    db.db
        .write(|conn| {
            for _ in 0..count {
                enqueue(conn, "he@example.com", letter(), at)?;
            }
            Ok(())
        })
        .unwrap();
    sql(db, "UPDATE outbox_mails SET state = 'dead'");
}

fn what_is_old_goes_and_what_is_not_stays(db: &TestDatabase) {
    dead_mails(db, 1_203, 90);
    dead_mails(db, 2, 89);
    assert_eq!(rule(db, DataClass::DeadMails).would_remove, 1_203);
    let late = |db: &TestDatabase| db.db.read(|conn| overdue(conn, &db.config, &db.clock)).unwrap();
    assert_eq!(late(db), []);
    dead_mails(db, 1, 92);
    assert_eq!(late(db), [DataClass::DeadMails]);
    housekeeping::tidy(db.service()).unwrap();
    let after = rule(db, DataClass::DeadMails);
    let run = after.last_run.unwrap();
    assert_eq!((after.would_remove, run.removed), (0, 1_204));
    assert!(run.finished_at.is_some());
    assert_eq!((db.clock.time() - run.before.0).num_days(), 90);
    assert_eq!(late(db), []);
    // A round that finds nothing is no news.
    apply(db.service()).unwrap();
    let all = show(db.service(), &Caller::system("test")).unwrap();
    assert_eq!(all.runs.len(), 1);
    assert_eq!(rule(db, DataClass::DeadMails).last_run.unwrap().removed, 0);
}

/// A visit of that year in which somebody was met and a photo was taken.
fn visit(db: &TestDatabase, org: &Organization, year: i32) -> VisitId {
    let fields = VisitFields {
        town_code: org.town_code.clone(),
        org_id: Some(org.id),
        visited_on: NaiveDate::from_ymd_opt(year, 3, 2),
        people: vec!["林厂长".to_owned()],
        findings: Some("气孔多。".to_owned()),
        ..VisitFields::default()
    };
    let (system, now) = (Caller::system("test"), db.clock.now());
    let row = Visit::new(fields, None, now);
    let id = row.id;
    let photo = [Upload { name: "现场.txt".to_owned(), bytes: format!("{id}").into_bytes() }];
    db.db
        .write(|conn| {
            visits::ops::enter(conn, &system, vec![row.clone()], now)?;
            let (kind, record) = (RecordKind::Visit, id.to_string());
            let place = Place { kind, record, part: None };
            attachments::ops::attach(db, conn, &system, now, &place, &photo).map(drop)
        })
        .unwrap();
    id
}

fn people(db: &TestDatabase, id: VisitId) -> (usize, usize) {
    let view = visits::ops::show(db.service(), &Caller::system("test"), id).unwrap();
    let files = attachments::ops::list::<Visit>(db.service(), &Caller::system("test"), &id);
    (view.fields.people.len(), files.unwrap().len())
}

fn visits_lose_people_and_files_unless_something_keeps_them(db: &TestDatabase) {
    let town = "442000105";
    let free = db.organization(1, OrgStatus::Verified, town);
    let held = db.organization(2, OrgStatus::Verified, town);
    let (old, new) = (visit(db, &free, 2015), visit(db, &free, 2026));
    let kept = visit(db, &held, 2015);
    apply(db.service()).unwrap();
    assert_eq!(people(db, old), (1, 1), "what was entered lately stays, whatever day it names");
    sql(
        db,
        "UPDATE visits SET created_at = '2015-06-01T00:00:00.000000Z' \
             WHERE visited_on < '2020-01-01'",
    );
    sql(db, "UPDATE attachments SET created_at = '2015-06-01T00:00:00.000000Z'");
    // A contract of the firm waits for its registration.
    let fields = json!({
        "project_name": "检测服务", "contract_type": "service", "buyer_org_id": held.id,
    });
    let fields = serde_json::from_value(fields).unwrap();
    townbridge::contracts::ops::create(db, &Caller::system("test"), &fields).unwrap();
    apply(db.service()).unwrap();
    assert_eq!((people(db, old), people(db, new), people(db, kept)), ((0, 0), (1, 1), (1, 1)));
    let view = visits::ops::show(db.service(), &Caller::system("test"), old).unwrap();
    assert_eq!((view.version, view.fields.findings.as_deref()), (2, Some("气孔多。")));
    let versions = db
        .db
        .read(|conn| records::store::versions(conn, RecordKind::Visit, &old.to_string()))
        .unwrap();
    assert!(versions.iter().all(|one| one.doc.0.get("people").is_none()), "{versions:?}");
    sql(db, "UPDATE contracts SET status = 'registered'");
    apply(db.service()).unwrap();
    assert_eq!(people(db, kept), (0, 0));
    assert_eq!(rule(db, DataClass::VisitPeople).would_remove, 0);
}

fn old_drafts_go_and_others_stay(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let draft = db.need(&org, NeedStatus::Draft, "旧草稿");
    let published = db.need(&org, NeedStatus::Published, "旧需求");
    age_needs(db);
    let fresh = db.need(&org, NeedStatus::Draft, "新草稿");
    assert_eq!(rule(db, DataClass::Drafts).would_remove, 1);
    apply(db.service()).unwrap();
    let there = |id| db.db.read(|conn| needs::store::find_unscoped(conn, id)).unwrap().is_some();
    assert_eq!((there(draft.id), there(published.id), there(fresh.id)), (false, true, true));
    assert_eq!(rule(db, DataClass::Drafts).last_run.unwrap().removed, 1);
}

fn nodes_at_the_same_time_remove_each_thing_once(db: &TestDatabase) {
    dead_mails(db, 1_100, 91);
    let removed: i64 = std::thread::scope(|scope| {
        let round = || apply_class(db.service(), DataClass::DeadMails).unwrap();
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(round)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(removed, 1_100);
    assert_eq!(rule(db, DataClass::DeadMails).would_remove, 0);
}

fn a_round_that_was_cut_short_is_gone_on_with(db: &TestDatabase) {
    dead_mails(db, 3, 91);
    apply_class(db.service(), DataClass::DeadMails).unwrap();
    // As a node leaves it that dies between two transactions.
    sql(db, "UPDATE retention_runs SET finished_at = NULL");
    assert!(rule(db, DataClass::DeadMails).last_run.unwrap().finished_at.is_none());
    dead_mails(db, 2, 91);
    assert_eq!(apply_class(db.service(), DataClass::DeadMails).unwrap(), 2);
    let all = show(db.service(), &Caller::system("test")).unwrap();
    assert_eq!(all.runs.iter().map(|run| run.removed).sum::<i64>(), 5);
}

/// Makes all needs look as if nobody had touched them for long.
fn age_needs(db: &TestDatabase) {
    let old =
        if db.is_postgres() { "now() - interval '3 years'" } else { "'2020-01-01T00:00:00Z'" };
    sql(db, &format!("UPDATE needs SET updated_at = {old}"));
}

fn drafts_that_cannot_be_removed_keep_no_others(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let drafts: Vec<_> =
        (0..55).map(|at| db.need(&org, NeedStatus::Draft, &format!("草稿{at}"))).collect();
    let (stuck, free) = drafts.split_at(52);
    // Something that the database does not let go of.
    let kind = if db.is_postgres() { "UUID" } else { "TEXT" };
    sql(db, &format!("CREATE TABLE keeping (need_id {kind} REFERENCES needs (id))"));
    let ids: Vec<String> = stuck.iter().map(|need| format!("'{}'", need.id)).collect();
    let ids = ids.join(",");
    let kept = "INSERT INTO keeping SELECT id FROM needs WHERE CAST(id AS TEXT) IN";
    sql(db, &format!("{kept} ({ids})"));
    let named = &free[2];
    let fields = json!({
        "project_name": "检测服务", "contract_type": "service", "buyer_org_id": org.id,
        "need_id": named.id,
    });
    let fields = serde_json::from_value(fields).unwrap();
    townbridge::contracts::ops::create(db, &Caller::system("test"), &fields).unwrap();
    age_needs(db);
    apply(db.service()).unwrap();
    let there = |id| db.db.read(|conn| needs::store::find_unscoped(conn, id)).unwrap().is_some();
    assert!(stuck.iter().all(|need| there(need.id)));
    assert_eq!((there(free[0].id), there(free[1].id)), (false, false));
    // What a contract names is part of it.
    assert!(there(named.id));
    assert_eq!(rule(db, DataClass::Drafts).last_run.unwrap().removed, 2);
}

fn photos_have_a_period_of_their_own(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let id = visit(db, &org, 2015);
    let old = "created_at = '2015-06-01T00:00:00.000000Z'";
    sql(db, &format!("UPDATE visits SET {old}"));
    sql(db, &format!("UPDATE attachments SET {old}"));
    let late = [Upload { name: "补拍.txt".to_owned(), bytes: b"lately".to_vec() }];
    let (system, now) = (Caller::system("test"), db.clock.now());
    let place = Place { kind: RecordKind::Visit, record: id.to_string(), part: None };
    db.db
        .write(|conn| attachments::ops::attach(db, conn, &system, now, &place, &late).map(drop))
        .unwrap();
    assert_eq!(rule(db, DataClass::VisitFiles).would_remove, 1);
    apply(db.service()).unwrap();
    let left = attachments::ops::list::<Visit>(db.service(), &system, &id).unwrap();
    let names: Vec<&str> = left.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["补拍.txt"]);
    assert_eq!(rule(db, DataClass::VisitFiles).would_remove, 0);
}

fn files_are_logged_once_by_nodes_at_the_same_time(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    for _ in 0..12 {
        visit(db, &org, 2015);
    }
    sql(db, "UPDATE visits SET created_at = '2015-06-01T00:00:00.000000Z'");
    sql(db, "UPDATE attachments SET created_at = '2015-06-01T00:00:00.000000Z'");
    let removed: i64 = std::thread::scope(|scope| {
        let round = || apply_class(db.service(), DataClass::VisitFiles).unwrap();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(round)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(removed, 12);
    let filter = townbridge::audit::ops::AuditFilter::default();
    let log = townbridge::audit::ops::list(&db.db, &Caller::system("test"), &filter, None, 500);
    let items = log.unwrap().items;
    assert_eq!(items.iter().filter(|one| one.action == "attachment.remove").count(), 12);
}
