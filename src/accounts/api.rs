//! Accounts over JSON.

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    super::sessions::api::configure(config);
}
