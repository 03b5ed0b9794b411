//! One generation of the index as it is searched.

use std::sync::atomic::AtomicU64;

use serde::{Deserialize, Serialize};
use tantivy::schema::IndexRecordOption;
use tantivy::{
    DocAddress, DocSet, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TERMINATED,
    TantivyDocument, Term,
};

use crate::document::Change;
use crate::error::{Error, Result};
use crate::meaning::VectorCache;
use crate::schema::{self, Fields};

/// An index that is open, with the reader of its last commit.
pub(crate) struct Live {
    pub index: Index,
    pub reader: IndexReader,
    pub fields: Fields,
    /// Vectors of the documents, in memory.
    pub vectors: VectorCache,
    /// Number of the last change applied.
    pub position: AtomicU64,
    /// What the index was built with.
    pub fingerprint: String,
    /// Name of its directory; none in memory.
    pub generation: Option<String>,
}

/// What a commit carries beside the documents, so that the two can never disagree.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub position: u64,
}

impl Live {
    /// An empty index in memory.
    pub fn in_ram() -> Result<Live> {
        Live::new(Index::create_in_ram(schema::schema().0), schema::fingerprint(), None)
    }

    /// Takes an index into use.
    pub fn new(index: Index, fingerprint: String, generation: Option<String>) -> Result<Live> {
        schema::register_tokenizers(&index);
        let (expected, fields) = schema::schema();
        if index.schema() != expected {
            return Err(Error::Damaged("the index was built with another schema".to_owned()));
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let payload = match index.load_metas()?.payload {
            Some(payload) => serde_json::from_str(&payload)
                .map_err(|error| Error::Damaged(format!("the position is unreadable: {error}")))?,
            None => Payload::default(),
        };
        let position = AtomicU64::new(payload.position);
        let vectors = VectorCache::default();
        Ok(Live { index, reader, fields, vectors, position, fingerprint, generation })
    }

    /// The index as of the last commit.
    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Every file whose content is not what was written.
    pub fn damaged_files(&self) -> Result<Vec<String>> {
        let damaged = self.index.validate_checksum()?;
        let mut names: Vec<_> = damaged.iter().map(|path| path.display().to_string()).collect();
        names.sort();
        Ok(names)
    }
}

/// Writes changes and the position after them as one commit.
pub(crate) fn commit(
    writer: &mut IndexWriter<TantivyDocument>,
    fields: &Fields,
    changes: &[Change],
    position: u64,
) -> Result<()> {
    for change in changes {
        let id = match change {
            Change::Upsert(document) => &document.id,
            Change::Delete(id) => id,
        };
        writer.delete_term(Term::from_field_text(fields.id, id));
        if let Change::Upsert(document) = change {
            writer.add_document(schema::write(document, fields))?;
        }
    }
    let mut prepared = writer.prepare_commit()?;
    let payload = serde_json::to_string(&Payload { position })
        .expect("a payload is one number, which JSON can write");
    prepared.set_payload(&payload);
    prepared.commit()?;
    Ok(())
}

/// Where the document with this id is.
pub(crate) fn address_of(
    searcher: &Searcher,
    fields: &Fields,
    id: &str,
) -> Result<Option<DocAddress>> {
    let term = Term::from_field_text(fields.id, id);
    for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
        let inverted = reader.inverted_index(fields.id)?;
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while postings.doc() != TERMINATED {
            if !reader.is_deleted(postings.doc()) {
                return Ok(Some(DocAddress::new(ordinal as u32, postings.doc())));
            }
            postings.advance();
        }
    }
    Ok(None)
}

/// Ids of all documents in order, from the one after `after` on.
pub(crate) fn ids(
    searcher: &Searcher,
    fields: &Fields,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(fields.id)?;
        let range = inverted.terms().range();
        let range = match after {
            Some(after) => range.gt(after.as_bytes()),
            None => range,
        };
        let mut stream = range.into_stream()?;
        let mut taken = 0;
        while taken < limit && stream.advance() {
            let mut postings =
                inverted.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED && reader.is_deleted(postings.doc()) {
                postings.advance();
            }
            if postings.doc() != TERMINATED {
                ids.push(String::from_utf8_lossy(stream.key()).into_owned());
                taken += 1;
            }
        }
    }
    ids.sort_unstable();
    ids.truncate(limit);
    Ok(ids)
}
