//! What can go wrong in the index, told apart by what the caller can do about it.

/// Result of an index operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Failure of an index operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process or handle writes to this index.
    #[error("the index at {0} is being written by another process")]
    Locked(String),
    /// A write was asked of a handle opened for reading.
    #[error("the index was opened for reading only")]
    ReadOnly,
    /// A second rebuild was asked for while one is under way.
    #[error("a rebuild of the index is already under way")]
    RebuildRunning,
    /// The cursor is no cursor, or belongs to another search.
    #[error("the cursor does not belong to this search")]
    InvalidCursor,
    /// The files of the index are damaged; a rebuild heals it.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// A failure of the engine that is none of the above.
    #[error("the search engine failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    /// A failure of the file system.
    #[error("the index could not be read or written: {0}")]
    Io(#[from] std::io::Error),
}
