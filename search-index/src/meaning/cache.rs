//! What has been read of each segment, kept until the segment is gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};

use super::model::ModelVectors;
use super::segments::SegmentVectors;

/// What was read of segments.
struct Kept<T>(RwLock<HashMap<SegmentId, Arc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept(RwLock::default())
    }
}

impl<T> Kept<T> {
    fn of(
        &self,
        reader: &SegmentReader,
        fits: impl Fn(&T) -> bool,
        read: impl FnOnce(&SegmentReader) -> tantivy::Result<T>,
    ) -> tantivy::Result<Arc<T>> {
        let id = reader.segment_id();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = known.filter(|known| fits(known)) {
            return Ok(known);
        }
        let read = Arc::new(read(reader)?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&read));
        Ok(read)
    }

    fn keep(&self, readers: &[SegmentReader]) {
        let present = |id: &SegmentId| readers.iter().any(|reader| reader.segment_id() == *id);
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|id, _| present(id));
    }
}

/// The vectors of all segments, read when first asked for.
#[derive(Default)]
pub(crate) struct VectorCache {
    words: Kept<SegmentVectors>,
    models: Kept<ModelVectors>,
    /// The model asked for last, so that new segments are read before a question comes; 0: none.
    model: AtomicU32,
}

impl VectorCache {
    /// The vectors of a segment, made of those of its words.
    pub fn of(&self, reader: &SegmentReader) -> tantivy::Result<Arc<SegmentVectors>> {
        self.words.of(reader, |_| true, SegmentVectors::read)
    }

    /// The vectors of a segment by a model outside. Of one model at a time: that of the questions.
    pub fn by_model(
        &self,
        reader: &SegmentReader,
        model: u32,
    ) -> tantivy::Result<Arc<ModelVectors>> {
        self.model.store(model, Ordering::Relaxed);
        let fits = |known: &ModelVectors| known.model() == model;
        self.models.of(reader, fits, |reader| ModelVectors::read(reader, model))
    }

    /// Reads the vectors of new segments and drops those of segments that are gone, so that no
    /// question has to wait for it.
    pub fn follow(&self, searcher: &Searcher) -> tantivy::Result<()> {
        let (readers, model) = (searcher.segment_readers(), self.model.load(Ordering::Relaxed));
        for reader in readers {
            self.of(reader)?;
            if model != 0 {
                self.by_model(reader, model)?;
            }
        }
        self.words.keep(readers);
        self.models.keep(readers);
        Ok(())
    }
}
