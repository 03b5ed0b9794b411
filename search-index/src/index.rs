//! The index on disk or in memory: opening, applying changes, knowing its position.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::directory::error::LockError;
use tantivy::{IndexWriter, TantivyDocument, TantivyError};

use crate::document::{Change, Viewer};
use crate::error::{Error, Result};
use crate::live::{self, Live};
use crate::matching::{self, MatchRequest, MatchResponse};
use crate::rebuild::Rebuild;
use crate::schema;
use crate::search::{self, SearchRequest, SearchResponse};
use crate::storage::Storage;
use crate::suggest::{self, Suggestion};

/// How an index is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Open for reading only: no lock is taken and writes fail. For checks beside a running
    /// service.
    pub read_only: bool,
    /// Check the checksum of every file at opening. Reads the whole index once.
    pub verify: bool,
    /// Memory for changes not yet written, bytes.
    pub writer_memory: usize,
    /// Memory for a rebuild, bytes, over all its threads.
    pub rebuild_memory: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            read_only: false,
            verify: true,
            writer_memory: 50 << 20,
            rebuild_memory: 200 << 20,
        }
    }
}

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There was no index; an empty one was made.
    Fresh,
    /// The index is whole and of the present schema and dictionaries.
    Current,
    /// The index serves what it can, but has to be built again, for this reason.
    NeedsRebuild(String),
}

/// An opened index.
pub struct Opened {
    /// The index, usable in any state.
    pub index: SearchIndex,
    /// What was found.
    pub state: State,
}

/// Figures about the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Documents that can be found.
    pub documents: u64,
    /// Bytes on disk or in memory.
    pub bytes: u64,
    /// Segments.
    pub segments: usize,
}

/// A search index. Cheap to clone; safe to use from any thread.
///
/// Searches never wait for writes: each sees the index as of the last commit.
#[derive(Clone)]
pub struct SearchIndex {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub options: Options,
    /// None for an index in memory.
    pub storage: Option<Storage>,
    pub live: RwLock<Arc<Live>>,
    /// The writer of the live index; none until first used and after a failure.
    writer: Mutex<Option<IndexWriter<TantivyDocument>>>,
    pub rebuilding: AtomicBool,
}

impl SearchIndex {
    /// Opens the index in `dir`, making it if there is none.
    ///
    /// A damaged or outdated index is no error: the state says that it has to be built again, and
    /// meanwhile it serves what it can, if only nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] if another handle writes to it, [`Error::Io`] if the directory cannot be
    /// used at all.
    pub fn open(dir: &Path, options: Options) -> Result<Opened> {
        let storage = Storage::open(dir, !options.read_only)?;
        let (live, state) = match storage.current()? {
            None if options.read_only => (Live::in_ram()?, State::Fresh),
            None => {
                storage.clean(None)?;
                let (index, name) = storage.create()?;
                storage.publish(&name)?;
                (Live::new(index, schema::fingerprint(), Some(name))?, State::Fresh)
            }
            Some(name) => {
                let found = load(&storage, &name, options.verify)?;
                if !options.read_only {
                    storage.clean(Some(&name))?;
                }
                found
            }
        };
        Ok(Opened { index: SearchIndex::new(live, Some(storage), options), state })
    }

    /// An index that lives in memory only.
    pub fn create_in_ram(options: Options) -> Result<SearchIndex> {
        Ok(SearchIndex::new(Live::in_ram()?, None, options))
    }

    /// Whether it lives in memory only.
    pub fn is_in_memory(&self) -> bool {
        self.inner.storage.is_none()
    }

    fn new(live: Live, storage: Option<Storage>, options: Options) -> SearchIndex {
        let inner = Inner {
            options,
            storage,
            live: RwLock::new(Arc::new(live)),
            writer: Mutex::new(None),
            rebuilding: AtomicBool::new(false),
        };
        SearchIndex { inner: Arc::new(inner) }
    }

    /// Number of the last change applied; 0 for an index that has none.
    pub fn position(&self) -> u64 {
        self.inner.live().position.load(Ordering::Acquire)
    }

    /// Applies changes in one commit that also carries `position`, and makes them visible.
    ///
    /// Applying the same changes again is harmless. The position never goes back.
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<()> {
        if self.inner.options.read_only {
            return Err(Error::ReadOnly);
        }
        let mut writer = self.inner.writer();
        let live = self.inner.live();
        let position = position.max(live.position.load(Ordering::Acquire));
        let mut taken = match writer.take() {
            Some(taken) => taken,
            None => self.inner.open_writer(&live)?,
        };
        // A writer that failed is dropped with everything it had not committed.
        live::commit(&mut taken, &live.fields, &changes, position)?;
        *writer = Some(taken);
        live.reader.reload()?;
        live.vectors.follow(&live.searcher())?;
        live.position.store(position, Ordering::Release);
        Ok(())
    }

    /// Begins to build the index again while this one goes on serving.
    pub fn begin_rebuild(&self) -> Result<Rebuild> {
        Rebuild::begin(self.inner.clone())
    }

    /// Searches.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        search::search(&self.inner.live(), request)
    }

    /// Finds the counterparts of a need or a capability.
    pub fn matches(&self, request: &MatchRequest) -> Result<MatchResponse> {
        matching::matches(&self.inner.live(), request)
    }

    /// Completes what was typed, by text, pinyin or initials.
    ///
    /// The phrases are public and come from open documents only, so every viewer is answered
    /// alike; the viewer is part of the question so that this stays a decision of the index.
    pub fn suggest(&self, typed: &str, _viewer: &Viewer, limit: usize) -> Result<Vec<Suggestion>> {
        suggest::suggest(&self.inner.live(), typed, limit)
    }

    /// The candidates of a match in the order of text and meaning, without conditions and
    /// explanations. For measuring ranking quality.
    pub fn ranking(&self, request: &MatchRequest) -> Result<Vec<(String, f32)>> {
        matching::ranking(&self.inner.live(), request)
    }

    /// Checks every file against its checksum; lists those that are damaged.
    pub fn verify(&self) -> Result<Vec<String>> {
        self.inner.live().damaged_files()
    }

    /// Figures about the index.
    pub fn stats(&self) -> Stats {
        let searcher = self.inner.live().searcher();
        Stats {
            documents: searcher.num_docs(),
            bytes: searcher.space_usage().map_or(0, |usage| usage.total().get_bytes()),
            segments: searcher.segment_readers().len(),
        }
    }

    /// Fingerprint of the schema, analyser and dictionaries the live index was built with.
    pub fn fingerprint(&self) -> String {
        self.inner.live().fingerprint.clone()
    }

    /// Ids in order, from the one after `after` on, for comparing the index with the records.
    pub fn ids(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        let live = self.inner.live();
        live::ids(&live.searcher(), &live.fields, after, limit)
    }

    /// Whether a document with this id is in the index.
    pub fn contains(&self, id: &str) -> Result<bool> {
        let live = self.inner.live();
        Ok(live::address_of(&live.searcher(), &live.fields, id)?.is_some())
    }
}

impl Inner {
    /// The index that serves now.
    pub fn live(&self) -> Arc<Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn writer(&self) -> MutexGuard<'_, Option<IndexWriter<TantivyDocument>>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_writer(&self, live: &Live) -> Result<IndexWriter<TantivyDocument>> {
        let memory = self.options.writer_memory;
        live.index.writer_with_num_threads(1, memory).map_err(|error| match error {
            // A lock file that cannot be made, because the directory is gone, is another matter.
            TantivyError::LockFailure(LockError::LockBusy, _) => {
                Error::Locked(live.generation.clone().unwrap_or_default())
            }
            other => other.into(),
        })
    }

    /// Puts a finished index in place of the live one. Nothing is applied meanwhile.
    pub fn swap(&self, new: Live) -> Result<()> {
        let mut writer = self.writer();
        if let (Some(storage), Some(name)) = (&self.storage, &new.generation) {
            storage.publish(name)?;
        }
        *writer = None;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }
}

/// Opens a generation, or stands an empty index in for one that cannot be opened.
fn load(storage: &Storage, name: &str, verify: bool) -> Result<(Live, State)> {
    let opened = storage.load(name).and_then(|live| {
        let damaged = if verify { live.damaged_files()? } else { Vec::new() };
        if damaged.is_empty() { Ok(live) } else { Err(Error::Damaged(damaged.join(", "))) }
    });
    match opened {
        Ok(live) if live.fingerprint == schema::fingerprint() => Ok((live, State::Current)),
        Ok(live) => {
            let reason = "the dictionaries or the analyser have changed".to_owned();
            Ok((live, State::NeedsRebuild(reason)))
        }
        Err(error) => {
            tracing::warn!(generation = name, %error, "the index has to be built again");
            Ok((Live::in_ram()?, State::NeedsRebuild(error.to_string())))
        }
    }
}
