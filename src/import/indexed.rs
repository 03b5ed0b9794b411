//! An import with the index fed beside it, on a thread of its own: what the command line and the
//! benchmark run.

use std::path::Path;
use std::sync::mpsc;

use super::run::{self, ImportOptions, ImportReport};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::jobs::indexer;

/// Imports a file, and lets searches see it when the index is this process's own. `progress` is
/// told rows done and rows expected.
///
/// # Errors
/// Those of [`run::run`] and of the index.
pub fn run(
    app: &App,
    own_index: bool,
    caller: &Caller,
    file: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportReport> {
    let (written, heard) = mpsc::channel();
    std::thread::scope(|scope| {
        let indexing = scope.spawn(move || -> Result<()> {
            while heard.recv().is_ok() {
                while heard.try_recv().is_ok() {}
                if own_index {
                    indexer::catch_up(app)?;
                }
            }
            Ok(())
        });
        let report = run::run(app, caller, file, options, &mut |done, expected| {
            progress(done, expected);
            // Fails only when the indexer has failed, which is reported below.
            let _ = written.send(());
        });
        drop(written);
        let indexed = indexing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let report = report?;
        indexed?;
        Ok(report)
    })
}
