//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::extract::AppData;
use crate::app::App;
use crate::db::migrations;
use crate::error::Result;
use crate::{embeddings, records};

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
    /// Whether every part is that the service cannot do without.
    pub ready: bool,
    /// Parts that do not do their work, while the service goes on without them: `model_server`.
    pub degraded: Vec<&'static str>,
    /// The database.
    pub database: DatabasePart,
    /// The search index of this node.
    pub index: IndexPart,
    /// The model server; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_server: Option<ModelServerPart>,
}

/// State of the model server, and of the texts on their way there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ModelServerPart {
    /// Whether it answers. The service is ready either way.
    pub ready: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The model of the settings.
    pub model: String,
    /// The model that matches are ranked by: another while that of the settings has too few vectors
    /// yet, absent while there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<String>,
    /// Texts that wait for their vector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<i64>,
    /// Texts that it failed at time and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<i64>,
}

/// State of the database.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DatabasePart {
    /// Whether it answers and has every migration.
    pub ready: bool,
    /// Whether it answers.
    pub answers: bool,
    /// Time of the answer in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
    /// Whether every migration has been applied.
    pub migrated: bool,
}

/// State of the search index.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IndexPart {
    /// Whether it is open and not far behind.
    pub ready: bool,
    /// Last change that searches see.
    pub position: u64,
    /// Changes that searches do not see yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag: Option<i64>,
    /// Documents that can be found.
    pub documents: u64,
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
    let readiness = readiness(&app).await;
    let mut builder =
        if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    builder.json(readiness)
}

/// Whether the service can do its work, as far as it is known in time.
pub async fn readiness(app: &Arc<App>) -> Readiness {
    let asked = Instant::now();
    let answer = app.run(move |app| ask(app).map(|known| (known, asked.elapsed())));
    let known = tokio::time::timeout(PATIENCE, answer).await.ok().and_then(Result::ok);
    judge(app, known)
}

/// What the database says.
#[derive(Debug, Clone, Copy)]
struct Answer {
    last_change: i64,
    /// Whether a migration is missing.
    pending: bool,
    /// Texts that wait for the model server, and texts that it failed at.
    texts: Option<(i64, i64)>,
}

fn ask(app: &App) -> Result<Answer> {
    app.db.read(|db| {
        let pending = migrations::pending(db)?;
        let name = app.model_server.as_ref().map(|server| server.recipe.name());
        let name = name.filter(|_| !pending);
        let texts = name.map(|name| embeddings::ops::queue(db, &name)).transpose()?;
        Ok(Answer { last_change: records::store::last_change(db)?, pending, texts })
    })
}

fn judge(app: &App, known: Option<(Answer, Duration)>) -> Readiness {
    let position = app.index.position();
    let answer = known.map(|(answer, _)| answer);
    let lag = answer.map(|answer| answer.last_change - i64::try_from(position).unwrap_or(i64::MAX));
    let migrated = answer.is_some_and(|answer| !answer.pending);
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
    let texts = answer.and_then(|answer| answer.texts);
    let model_server = app.model_server.as_ref().map(|server| ModelServerPart {
        ready: server.is_up(),
        reason: server.trouble(),
        model: server.recipe.name(),
        serving: server.serving().map(|serving| serving.name),
        waiting: texts.map(|(waiting, _)| waiting),
        failed: texts.map(|(_, failed)| failed),
    });
    let degraded = model_server.iter().filter(|part| !part.ready).map(|_| "model_server").collect();
    Readiness { ready: database.ready && index.ready, degraded, database, index, model_server }
}
