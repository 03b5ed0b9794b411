//! Turns of work that keeps a core busy from beginning to end: more of it at a time only makes each
//! piece slower and needs more memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// Searches and matches come in turn, of each the one that asked first goes first. A match takes as
/// long as half a dozen searches; each has turns of its own, so that a short search never stands
/// behind a queue of matches.
#[derive(Debug)]
pub struct Turns {
    searches: Arc<Semaphore>,
    matches: Arc<Semaphore>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "given back when dropped")] OwnedSemaphorePermit);

impl Turns {
    /// Turns for a machine with this many cores.
    pub fn new(cores: usize) -> Self {
        Self {
            searches: Arc::new(Semaphore::new(searches_at_once(cores))),
            matches: Arc::new(Semaphore::new(matches_at_once(cores))),
        }
    }

    /// Waits for the turn of a search.
    ///
    /// # Errors
    /// Never while the service runs.
    pub async fn search(&self) -> Result<Turn> {
        turn(&self.searches).await
    }

    /// Waits for the turn of a match.
    ///
    /// # Errors
    /// Never while the service runs.
    pub async fn matching(&self) -> Result<Turn> {
        turn(&self.matches).await
    }
}

async fn turn(turns: &Arc<Semaphore>) -> Result<Turn> {
    Arc::clone(turns).acquire_owned().await.map(Turn).map_err(Error::internal)
}

/// How many cores this machine has.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How many searches run at the same time: two for each core, so that one goes on while another
/// waits for the database.
pub fn searches_at_once(cores: usize) -> usize {
    2 * cores
}

/// How many matches run at the same time: one for each core, since they hardly wait for anything.
pub fn matches_at_once(cores: usize) -> usize {
    cores
}
