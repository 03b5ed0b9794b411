//! `townbridge reindex`

use super::{Context, Outcome, output};
use crate::app::App;
use crate::clock::Clock;
use crate::error::Message;
use crate::jobs::indexer;

/// Builds the index anew. The index has one writer, so the service must not be running.
pub(crate) fn run(context: &Context) -> Outcome {
    let app = App::open(context.config()?, Clock::default())?;
    let bar = output::progress(None);
    let count = indexer::rebuild(&app, |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    output::say(context.language, Message::new("cli.reindexed").with("count", count));
    Ok(())
}
