//! Whether the process lives, and whether it can do its work.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::extract::AppData;
use crate::app::App;
use crate::db::migrations;
use crate::error::Result;
use crate::records;

/// The database must answer within this time to be called ready.
const PATIENCE: Duration = Duration::from_secs(3);
/// Searches that miss more changes than this are too old to be useful.
const MAX_LAG: i64 = 10_000;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(show_health).service(show_readiness);
}

/// That the process lives.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `alive`.
    status: &'static str,
    /// Version of the program.
    version: &'static str,
}

/// Whether the service can do its work, part by part.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Whether every part is.
    ready: bool,
    /// The database.
    database: DatabasePart,
    /// The search index of this node.
    index: IndexPart,
}

/// State of the database.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DatabasePart {
    /// Whether it answers and has every migration.
    ready: bool,
    /// Whether it answers.
    answers: bool,
    /// Time of the answer in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    millis: Option<u64>,
    /// Whether every migration has been applied.
    migrated: bool,
}

/// State of the search index.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IndexPart {
    /// Whether it is open and not far behind.
    ready: bool,
    /// Last change that searches see.
    position: u64,
    /// Changes that searches do not see yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<i64>,
    /// Documents that can be found.
    documents: u64,
}

/// Tell that the process lives.
#[utoipa::path(tag = "service", responses((status = 200, body = Health)))]
#[get("/healthz")]
async fn show_health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// Tell whether the service can do its work: database, migrations, search index.
#[utoipa::path(tag = "service",
    responses((status = 200, body = Readiness),
        (status = 503, body = Readiness, description = "Some part is not ready")))]
#[get("/readyz")]
async fn show_readiness(app: AppData) -> HttpResponse {
    let asked = Instant::now();
    let answer = app.run(move |app| ask(app).map(|known| (known, asked.elapsed())));
    let known = tokio::time::timeout(PATIENCE, answer).await.ok().and_then(Result::ok);
    let readiness = judge(&app, known);
    let mut builder =
        if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    builder.json(readiness)
}

/// What the database says: the last change, and whether a migration is missing.
fn ask(app: &App) -> Result<(i64, bool)> {
    app.db.read(|db| Ok((records::store::last_change(db)?, migrations::pending(db)?)))
}

fn judge(app: &App, known: Option<((i64, bool), Duration)>) -> Readiness {
    let position = app.index.position();
    let lag = known.map(|((last, _), _)| last - i64::try_from(position).unwrap_or(i64::MAX));
    let migrated = known.is_some_and(|((_, pending), _)| !pending);
    let database = DatabasePart {
        ready: known.is_some() && migrated,
        answers: known.is_some(),
        millis: known.map(|(_, took)| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        migrated,
    };
    let index = IndexPart {
        ready: lag.is_none_or(|lag| lag <= MAX_LAG),
        position,
        lag,
        documents: app.index.stats().documents,
    };
    Readiness { ready: database.ready && index.ready, database, index }
}
