//! Puts the fronts together and serves them.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::{HttpServer, web};
use tracing_actix_web::TracingLogger;
use utoipa::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, UtoipaApp, scope};

use super::openapi::Document;
use super::problem::configure_extractors;
use super::trace::RequestSpan;
use super::{cors, docs, finish, idempotency, metrics, middleware, operations};
use crate::app::App;
use crate::error::{Error, Result};

/// Every operation of the API, below `/api/v1`.
fn configure_api(config: &mut ServiceConfig<'_>) {
    crate::import::api::configure(config);
    crate::accounts::api::configure(config);
    crate::needs::api::configure(config);
    crate::organizations::api::configure(config);
    crate::towns::api::configure(config);
    crate::capabilities::api::configure(config);
    crate::contracts::api::configure(config);
    crate::projects::api::configure(config);
    crate::reference::api::configure(config);
    crate::audit::api::configure(config);
    crate::search::api::configure(config);
    crate::matching::api::configure(config);
    crate::cases::api::configure(config);
    crate::diagnosis::api::configure(config);
    crate::visits::api::configure(config);
    crate::events::api::configure(config);
    crate::platforms::api::configure(config);
    crate::notices::api::configure(config);
    crate::reports::api::configure(config);
    crate::accounts::privacy::api::configure(config);
    crate::retention::api::configure(config);
    crate::channels::api::configure(config);
    crate::outbound::api::configure(config);
    crate::messages::api::configure(config);
    crate::subscriptions::api::configure(config);
    crate::suggestions::api::configure(config);
}

/// Adds every operation that the OpenAPI document describes.
fn with_operations<T>(app: UtoipaApp<T>) -> UtoipaApp<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
{
    app.openapi(Document::openapi())
        .configure(super::health::configure)
        .configure(super::metrics::configure)
        .service(scope::scope("/api/v1").configure(configure_api))
}

/// The OpenAPI document of all operations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut api) = with_operations(actix_web::App::new().into_utoipa_app()).split_for_parts();
    super::openapi::complete(&mut api);
    api
}

/// The application with all its services, for one worker.
// `use<>`: edition 2024 would otherwise tie the application to the lifetime of the argument.
pub fn service(
    app: &Arc<App>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let data = web::Data::from(Arc::clone(app));
    let config = &app.config.server;
    let max_body = config.max_body_bytes;
    let foreign = Condition::new(!config.cors_origins.is_empty(), cors::rule(&config.cors_origins));
    let (service, _) = with_operations(actix_web::App::new().into_utoipa_app()).split_for_parts();
    service
        .app_data(data)
        .configure(|config| configure_extractors(config, max_body))
        .configure(docs::configure)
        .service(super::html::pages())
        .default_service(web::to(middleware::unknown))
        // The last is the outermost.
        .wrap(from_fn(middleware::with_methods))
        .wrap(from_fn(idempotency::once))
        .wrap(from_fn(operations::sign_in_first))
        .wrap(foreign)
        .wrap(NormalizePath::new(TrailingSlash::Trim))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(middleware::with_facts))
        .wrap(from_fn(metrics::measured))
        .wrap(Compress::default())
        .wrap(from_fn(finish::last))
}

/// Binds and starts serving; returns the address (which port 0 leaves open) and the server.
///
/// # Errors
/// When the address cannot be bound.
pub fn serve(app: &Arc<App>) -> Result<(SocketAddr, Server)> {
    let listen = app.config.server.listen;
    let workers = match app.config.server.workers {
        0 => crate::turns::cores(),
        count => count,
    };
    let state = Arc::clone(app);
    let server = HttpServer::new(move || service(&state))
        .workers(workers)
        // The command that runs the server decides when it stops; by itself actix would cut
        // open requests off on SIGINT.
        .disable_signals()
        .bind(listen)
        .map_err(|error| Error::internal(format!("listen on {listen}: {error}")))?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok((address, server.run()))
}
