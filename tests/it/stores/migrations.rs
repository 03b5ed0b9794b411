//! Both folders of migrations hold the same names and yield the same tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::{QueryDsl, RunQueryDsl};
use townbridge::db::{Db, migrations};

use super::databases::TestDatabase;
use super::on_both;

on_both!(migrations_go_down_and_up_again, tables_have_the_columns_that_queries_name);

#[test]
fn both_folders_hold_the_same_names() {
    let names = |folder: &str| -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let entries = std::fs::read_dir(path).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
    for (folder, name) in
        ["sqlite", "postgres"].iter().flat_map(|f| sqlite.iter().map(move |n| (f, n)))
    {
        for file in ["up.sql", "down.sql"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("migrations")
                .join(folder)
                .join(name)
                .join(file);
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

/// Type and nullability of a column.
type Columns = BTreeMap<String, (String, bool)>;

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    column_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    data_type: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    nullable: bool,
}

const OF_SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, \
     c.type AS data_type, c.\"notnull\" = 0 AS nullable \
     FROM sqlite_master m, pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const OF_POSTGRES: &str = "SELECT table_name::text, column_name::text, data_type::text, \
     is_nullable = 'YES' AS nullable FROM information_schema.columns \
     WHERE table_schema = current_schema() AND left(table_name, 2) <> '__'";

/// The tables of a database, with types in SQLite's words.
fn tables(db: &mut Db) -> BTreeMap<String, Columns> {
    let rows: Vec<Column> = match db {
        Db::Sqlite(conn) => diesel::sql_query(OF_SQLITE).load(conn).unwrap(),
        Db::Postgres(conn) => diesel::sql_query(OF_POSTGRES).load(conn).unwrap(),
    };
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in rows {
        let kind = match row.data_type.to_ascii_lowercase().as_str() {
            "uuid" | "text" | "jsonb" | "timestamp with time zone" => "TEXT".to_owned(),
            // SQLite stores all whole numbers alike; a key that counts by itself must be INTEGER.
            "bigint" | "integer" => "INTEGER".to_owned(),
            "bytea" => "BLOB".to_owned(),
            other => other.to_ascii_uppercase(),
        };
        tables.entry(row.table_name).or_default().insert(row.column_name, (kind, row.nullable));
    }
    tables
}

fn migrations_go_down_and_up_again(db: &TestDatabase) {
    let mut conn = db.connect();
    let before = tables(&mut conn);
    assert!(before.len() > 10, "{before:?}");
    migrations::revert_all(&mut conn).unwrap();
    assert_eq!(tables(&mut conn), BTreeMap::new());
    assert!(migrations::pending(&mut conn).unwrap());
    assert!(!migrations::apply(&mut conn).unwrap().is_empty());
    assert_eq!(tables(&mut conn), before);
    assert_eq!(migrations::apply(&mut conn).unwrap(), Vec::<String>::new());
}

#[cfg(feature = "server-tests")]
#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = tables(&mut TestDatabase::sqlite().connect());
    let postgres = tables(&mut TestDatabase::postgres().connect());
    assert_eq!(
        sqlite.keys().collect::<Vec<_>>(),
        postgres.keys().collect::<Vec<_>>(),
        "tables differ"
    );
    for (table, columns) in &sqlite {
        assert_eq!(columns, &postgres[table], "columns of {table} differ");
    }
}

/// Names of the columns that a query for all of them asks for.
macro_rules! named_columns {
    ($($table:ident),+ $(,)?) => {
        [$((stringify!($table), {
            use townbridge::db::schema::$table;
            let query = $table::table.select($table::all_columns);
            let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string();
            let list = sql.split(" FROM ").next().unwrap().to_owned();
            list.split(',')
                .map(|one| one.rsplit('.').next().unwrap().trim().trim_matches('`').to_owned())
                .collect::<BTreeSet<String>>()
        })),+]
    };
}

fn tables_have_the_columns_that_queries_name(db: &TestDatabase) {
    let named = named_columns!(
        organizations,
        towns,
        users,
        role_grants,
        sessions,
        refresh_tokens,
        registrations,
        registration_links,
        one_time_tokens,
        signing_keys,
        needs,
        capabilities,
        cases,
        case_entries,
        record_versions,
        record_steps,
        disclosure_grants,
        idempotency_keys,
        outbox_mails,
        embedding_models,
        text_vectors,
        change_log,
        audit_log,
        instance_facts,
        likeness_keys,
        renewal_pings,
        file_contents,
        attachments,
        events,
        event_guests,
        event_meetings,
        event_seats,
        platforms,
        platform_firms,
        visits,
        contracts,
        projects,
        project_parties,
        project_towns,
        notices,
        notice_settings,
        project_contracts,
        contract_payments,
        consents,
        subscriptions,
        subscription_finds,
        feed_positions,
        recommendation_optouts,
        suggestions,
        report_locks,
        report_facts,
        report_corrections,
        endpoints,
        deliveries,
        message_templates,
        retention_runs,
        kept_forms,
    );
    let found = tables(&mut db.connect());
    assert_eq!(named.len(), found.len(), "{:?}", found.keys());
    for (table, columns) in named {
        let real: BTreeSet<String> = found[table].keys().cloned().collect();
        assert_eq!(columns, real, "columns of {table}");
    }
}
