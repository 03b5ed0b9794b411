//! `townbridge migrate`

use super::{Context, Outcome, output};
use crate::db::{Database, migrations};
use crate::error::{Error, Message};

/// Applies pending migrations. `serve` does so by itself; with several nodes it is better done
/// once, before they start.
pub(crate) fn run(context: &Context) -> Outcome {
    let config = context.config()?;
    std::fs::create_dir_all(&config.data_dir).map_err(|error| {
        Error::internal(format!("data directory {}: {error}", config.data_dir.display()))
    })?;
    let database = Database::open(&config.database)?;
    let applied = database.read(migrations::apply)?;
    if applied.is_empty() {
        output::say(context.language, "cli.migrations_none");
    }
    for name in applied {
        output::say(context.language, Message::new("cli.migration_applied").with("name", name));
    }
    Ok(())
}
