//! Building the index again while the old one serves.
//!
//! The new index grows in a directory of its own, unseen. Finishing it is one rename; until then a
//! crash leaves the old index and some files that the next opening removes.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tantivy::{Index, IndexWriter, TantivyDocument, Term};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::index::Inner;
use crate::live::{self, Live};
use crate::schema::{self, Fields};

/// Least memory of one indexing thread, bytes; the engine refuses less than 15 MB.
const THREAD_MEMORY: usize = 20 << 20;

/// A rebuild under way. Dropped unfinished, it leaves no trace.
pub struct Rebuild {
    index: Index,
    /// None once finished.
    writer: Option<IndexWriter<TantivyDocument>>,
    fields: Fields,
    generation: Option<String>,
    /// Hashes of the ids added: only an id that may have come before needs a deletion.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Last, so that it cleans up after the writer has stopped.
    guard: Guard,
}

impl Rebuild {
    pub(crate) fn begin(inner: Arc<Inner>) -> Result<Rebuild> {
        if inner.options.read_only {
            return Err(Error::ReadOnly);
        }
        if inner.rebuilding.swap(true, Ordering::AcqRel) {
            return Err(Error::RebuildRunning);
        }
        let mut guard = Guard { inner, unfinished: None };
        let (schema, fields) = schema::schema();
        let (index, generation) = match &guard.inner.storage {
            Some(storage) => {
                let (index, name) = storage.create()?;
                (index, Some(name))
            }
            None => (Index::create_in_ram(schema), None),
        };
        guard.unfinished = generation.clone();
        schema::register_tokenizers(&index);
        let memory = guard.inner.options.rebuild_memory;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (memory / THREAD_MEMORY).clamp(1, processors.min(8));
        let writer = Some(index.writer_with_num_threads(threads, memory)?);
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Ok(Rebuild { index, writer, fields, generation, seen, hasher, guard })
    }

    /// Adds a document to the new index; one with the same id is replaced.
    pub fn add(&mut self, document: Document) -> Result<()> {
        if !self.seen.insert(self.hasher.hash_one(&document.id)) {
            self.remove(&document.id);
        }
        let written = schema::write(&document, &self.fields);
        self.writer().add_document(written)?;
        Ok(())
    }

    /// Takes a document out of the new index again.
    pub fn remove(&mut self, id: &str) {
        let term = Term::from_field_text(self.fields.id, id);
        self.writer().delete_term(term);
    }

    /// Makes the new index the live one. `position` is the number of the last change its documents
    /// contain; it may lie before the position of the old index, and changes after it have to be
    /// applied again.
    pub fn finish(mut self, position: u64) -> Result<()> {
        let mut writer = self.writer.take().expect("the writer is taken only here, once");
        live::commit(&mut writer, &self.fields, &[], position)?;
        writer.wait_merging_threads()?;
        let new = Live::new(self.index.clone(), schema::fingerprint(), self.generation.clone())?;
        self.guard.inner.swap(new)?;
        self.guard.unfinished = None;
        // Readers that are still at the old index keep its files open; their names may go.
        if let Some(storage) = &self.guard.inner.storage
            && let Err(error) = storage.clean(self.generation.as_deref())
        {
            tracing::warn!(%error, "the old index could not be removed");
        }
        Ok(())
    }

    fn writer(&mut self) -> &mut IndexWriter<TantivyDocument> {
        self.writer.as_mut().expect("the writer is taken only when the rebuild is consumed")
    }
}

/// Lets the next rebuild begin, and removes what an unfinished one has written.
struct Guard {
    inner: Arc<Inner>,
    unfinished: Option<String>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let (Some(storage), Some(name)) = (&self.inner.storage, &self.unfinished)
            && let Err(error) = storage.remove(name)
        {
            tracing::warn!(generation = name, %error, "an unfinished index could not be removed");
        }
        self.inner.rebuilding.store(false, Ordering::Release);
    }
}
