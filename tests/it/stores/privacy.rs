//! Erasure and export of a person on both databases: what they look for is written in SQL of its own.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::accounts::privacy::erasure::{self, ErasePerson, Erased};
use townbridge::accounts::privacy::export;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::audit;
use townbridge::error::Error;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::NeedId;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::outbound::ops::{Letter, enqueue};
use townbridge::records::parts::Contact;
use townbridge::{needs, on};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    who_is_erased_is_in_no_column_of_any_table,
    of_two_erasures_at_once_one_is_done,
    every_column_that_names_a_person_is_exported,
);

const MAIL: &str = "erase_me%1@example.com";
/// Differs by what a pattern of SQL would take for any sign.
const ALIKE: &str = "erase-me-1@example.com";
const PHONE: &str = "0760-5559911";

fn somebody(db: &TestDatabase, mail: &str, org: &Organization) -> UserId {
    let command = CreateUser {
        mail: mail.to_owned(),
        name: "何灭失".to_owned(),
        password: None,
        language: None,
        roles: vec![GrantRole::in_org(Role::OrgMember, org.id)],
    };
    create_user(db.service(), &Caller::system("test"), &command).unwrap().id
}

/// A need that names this address as its contact, changed once, so that an older version names it too.
fn need_of(db: &TestDatabase, org: &Organization, mail: &str) -> NeedId {
    let mut need = db.new_need(org, NeedStatus::Draft, "散热");
    let mut fields = need.doc.0.clone();
    fields.contact = Some(Contact {
        name: "何灭失".to_owned(),
        mail: Some(mail.to_uppercase()),
        phone: Some(PHONE.to_owned()),
        ..Contact::default()
    });
    need.set_fields(fields, &org.region_code, org.town_code.as_deref());
    db.db.write(|conn| needs::store::insert(conn, std::slice::from_ref(&need))).unwrap();
    let system = Caller::system("test");
    let change = json!({ "urgency": "high" });
    needs::ops::update(db.service(), &system, need.id, need.version, &change).unwrap();
    need.id
}

fn erase(db: &TestDatabase, id: UserId) -> Result<Erased, Error> {
    let command = ErasePerson { reason: "本人来信".to_owned() };
    erasure::erase_person(db.service(), &Caller::system("test"), id, &command)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(db: &TestDatabase, query: &str) -> Vec<String> {
    let mut conn = db.connect();
    let rows: Vec<Line> = on!(&mut conn, conn => diesel::sql_query(query).load(conn)).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// Every table with its columns, as `table.column`.
fn columns(db: &TestDatabase) -> Vec<(String, String)> {
    let query = if db.is_postgres() {
        "SELECT table_name || '.' || column_name AS line FROM information_schema.columns \
         WHERE table_schema = current_schema()"
    } else {
        "SELECT m.name || '.' || c.name AS line FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table'"
    };
    let split = |line: String| {
        let (table, column) = line.split_once('.').unwrap();
        (table.to_owned(), column.to_owned())
    };
    lines(db, query).into_iter().map(split).collect()
}

/// Columns that hold one of these texts, with what they hold.
fn holding(db: &TestDatabase, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in columns(db) {
        for text in texts {
            let query = format!(
                "SELECT CAST({column} AS TEXT) AS line FROM {table} \
                 WHERE LOWER(CAST({column} AS TEXT)) LIKE '%{text}%' ESCAPE '!'"
            );
            found.extend(
                lines(db, &query).into_iter().map(|line| format!("{table}.{column}: {line}")),
            );
        }
    }
    found
}

fn who_is_erased_is_in_no_column_of_any_table(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let (id, other) = (somebody(db, MAIL, &org), somebody(db, ALIKE, &org));
    let (mine, theirs) = (need_of(db, &org, MAIL), need_of(db, &org, ALIKE));
    let letter = || Letter { subject: "何灭失".to_owned(), body: format!("{MAIL}\n") };
    let now = db.clock.now();
    db.db
        .write(|conn| {
            enqueue(conn, MAIL, letter(), now)?;
            enqueue(conn, ALIKE, letter(), now)
        })
        .unwrap();
    let escaped = "erase!_me!%1@example.com";
    assert!(holding(db, &[escaped]).len() > 4, "there is something to be erased");
    let brokered = format!("UPDATE needs SET broker_id = '{id}' WHERE CAST(id AS TEXT) = '{mine}'");
    db.db.write(|conn| Ok(conn.execute_batch(&brokered)?)).unwrap();
    let done = erase(db, id).unwrap();
    assert_eq!(done.records, 1);
    assert!(done.versions >= 1);
    let left = holding(db, &[escaped]);
    let brokers =
        lines(db, "SELECT CAST(broker_id AS TEXT) AS line FROM needs WHERE broker_id IS NOT NULL");
    assert_eq!(brokers, [""; 0]);
    // A mail to somebody else that has not been handed over is not looked into.
    assert!(left.iter().all(|one| one.starts_with("outbox_mails.body")), "{left:?}");
    let shown = |need: NeedId| {
        let row = db.db.read(|conn| needs::store::find_unscoped(conn, need)).unwrap().unwrap();
        serde_json::to_value(row.doc.0.contact).unwrap()
    };
    assert_eq!(shown(mine), json!({ "name": "***" }));
    assert_eq!(shown(theirs)["phone"], PHONE, "an address is no pattern");
    assert!(matches!(erase(db, id), Err(Error::NotFound)));
    let kept = db.db.read(|conn| townbridge::accounts::ops::names(conn, &[id, other])).unwrap();
    assert_eq!((kept[&id].as_str(), kept[&other].as_str()), ("已注销用户", "何灭失"));
    assert!(audit::ops::verify(&db.db).unwrap().intact);
}

fn of_two_erasures_at_once_one_is_done(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let id = somebody(db, MAIL, &org);
    for _ in 0..3 {
        need_of(db, &org, MAIL);
    }
    let done: Vec<Result<Erased, Error>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| erase(db, id))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won: Vec<&Erased> = done.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "{done:?}");
    assert_eq!(won[0].records, 3);
    assert!(done.iter().all(|one| matches!(one, Ok(_) | Err(Error::NotFound))), "{done:?}");
    assert!(audit::ops::verify(&db.db).unwrap().intact);
}

/// A new table or column that names an account is added to `TRACES` in `privacy/store/traces.rs`, or,
/// when the export has a part of its own for it, here.
fn every_column_that_names_a_person_is_exported(db: &TestDatabase) {
    let own_part = [
        ("audit_log", "actor_id"),
        ("case_entries", "actor_id"),
        ("consents", "user_id"),
        ("idempotency_keys", "user_id"),
        ("notices", "user_id"),
        ("notice_settings", "user_id"),
        ("one_time_tokens", "user_id"),
        ("recommendation_optouts", "user_id"),
        ("role_grants", "user_id"),
        ("sessions", "user_id"),
        ("subscriptions", "user_id"),
    ];
    let names_person = |column: &str| {
        column.ends_with("_by")
            || ["user_id", "actor_id", "liaison_id", "broker_id"].contains(&column)
    };
    let mut seen = 0;
    // Of facts of reports `entered_by` and `left_by` name corrections.
    let all = columns(db).into_iter().filter(|(table, _)| table != "report_facts");
    for (table, column) in all.filter(|(_, column)| names_person(column)) {
        seen += 1;
        let pair = (table.as_str(), column.as_str());
        let known =
            own_part.contains(&pair) || export::TRACES.iter().any(|(t, c, _)| (*t, *c) == pair);
        assert!(known, "{table}.{column} is not exported");
    }
    assert_eq!(seen, own_part.len() + export::TRACES.len(), "something exported is no more there");
    // And each of them can be asked.
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let id = somebody(db, MAIL, &org);
    let need = need_of(db, &org, MAIL);
    let document = export::of(db.service(), &Caller::system("test"), id).unwrap();
    assert_eq!(document["named_in"][0]["id"], json!(need));
    assert_eq!(document["account"]["roles"].as_array().unwrap().len(), 1);
    assert_eq!(document["traces"], json!([]), "the need was written by the system");
    let parts =
        ["sessions", "links", "requests", "log_about", "mails", "notice_settings", "visited"];
    assert!(parts.iter().all(|part| document.get(*part).is_some()), "{document}");
}
