//! What the background does about work that fails.

use std::fmt;

use crate::error::{Error, Result};

/// Does a piece of work, and once more when it fails. What fails twice is logged and left out, so that one
/// record or one subscription holds up nobody else; but nothing is left out because something is not there
/// at the moment, as the database or the index.
///
/// # Errors
/// [`Error::Unavailable`], and faults of the index as a whole.
pub(crate) async fn twice<T>(
    what: &'static str,
    id: impl fmt::Display,
    work: impl AsyncFn() -> Result<T>,
) -> Result<Option<T>> {
    let first = match work().await {
        Ok(done) => return Ok(Some(done)),
        Err(error) if passes(&error) => return Err(error),
        Err(error) => error,
    };
    tracing::warn!(%what, %id, error = %first, "failed; tried once more");
    match work().await {
        Ok(done) => Ok(Some(done)),
        Err(error) if passes(&error) => Err(error),
        Err(error) => {
            tracing::error!(%what, %id, %error, "failed again and was left out");
            Ok(None)
        }
    }
}

/// Whether it is nothing about this piece of work.
fn passes(error: &Error) -> bool {
    use std::error::Error as _;
    match error {
        Error::Unavailable(_) => true,
        other => other.source().is_some_and(|source| source.is::<search_index::Error>()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What becomes of work that fails so often before it is done.
    async fn outcome(failures: u32, error: fn() -> Error) -> (Result<Option<u32>>, u32) {
        let tries = Cell::new(0);
        let done = twice("test", "x", async || {
            tries.set(tries.get() + 1);
            if tries.get() <= failures { Err(error()) } else { Ok(tries.get()) }
        });
        (done.await, tries.get())
    }

    #[tokio::test]
    async fn what_fails_twice_is_left_out_unless_it_may_pass() {
        let fault = || Error::internal("of this record");
        assert!(matches!(outcome(0, fault).await, (Ok(Some(1)), 1)));
        assert!(matches!(outcome(1, fault).await, (Ok(Some(2)), 2)));
        assert!(matches!(outcome(9, fault).await, (Ok(None), 2)));
        let away = || Error::unavailable("no connection");
        assert!(matches!(outcome(9, away).await, (Err(Error::Unavailable(_)), 1)));
        let damaged = || search_index::Error::Damaged("x".to_owned()).into();
        assert!(matches!(outcome(9, damaged).await, (Err(Error::Internal { .. }), 1)));
    }
}
