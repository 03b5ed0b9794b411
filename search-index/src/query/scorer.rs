//! Adds up the terms of a plan, document by document.
//!
//! Documents are taken in windows: every term adds its share to the documents of the window, then
//! the documents that share enough of the text come out in order. Sums are always made in the order
//! of the terms, so that the same document has the very same score wherever it is computed.

use std::fmt;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader, TERMINATED};

use super::{Cover, Leaf, Minimum, PlannedTerm};

/// Documents of one window: small enough to stay in the fast memory of a processor.
const WINDOW: u32 = 4096;

/// The query of a plan.
#[derive(Clone)]
pub(crate) struct TextQuery(Arc<TextWeight>);

struct TextWeight {
    leaves: Vec<(Leaf, Cover, usize)>,
    minimum: Option<Minimum>,
    scope: Option<Arc<dyn Weight>>,
}

impl TextQuery {
    /// The query of these terms.
    pub fn new(
        terms: &[PlannedTerm],
        minimum: Option<Minimum>,
        scope: Option<Arc<dyn Weight>>,
    ) -> TextQuery {
        let leaves = terms.iter().enumerate().flat_map(|(number, term)| {
            term.leaves.iter().map(move |leaf| (leaf.clone(), term.cover, number))
        });
        TextQuery(Arc::new(TextWeight { leaves: leaves.collect(), minimum, scope }))
    }

    /// What each term adds to the score of a document: number of the term and summand. The
    /// documents must be sorted.
    pub fn summands(
        &self,
        reader: &SegmentReader,
        documents: &[DocId],
    ) -> tantivy::Result<Vec<Vec<(usize, Score)>>> {
        let mut summands = vec![Vec::new(); documents.len()];
        let scope = self.0.scope(reader)?;
        for (leaf, cover, number) in &self.0.leaves {
            let Some(mut cursor) = Cursor::open(reader, leaf, *cover)? else { continue };
            for (&document, found) in documents.iter().zip(&mut summands) {
                let blocked = leaf.scoped && !scope.as_ref().is_some_and(|s| s.contains(document));
                if cursor.seek(document) == document && !blocked {
                    found.push((*number, cursor.score()));
                }
            }
        }
        Ok(summands)
    }
}

impl fmt::Debug for TextQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TextQuery({} terms)", self.0.leaves.len())
    }
}

impl Query for TextQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(SharedWeight(self.0.clone())))
    }
}

/// A query may be asked for its weight more than once; the weight is made only once.
struct SharedWeight(Arc<TextWeight>);

impl Weight for SharedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        self.0.scorer(reader, boost)
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.0.scorer(reader, 1.0)?;
        if scorer.seek(doc) != doc {
            let text = format!("document {doc} does not match");
            return Err(tantivy::TantivyError::InvalidArgument(text));
        }
        Ok(Explanation::new("sum of the terms", scorer.score()))
    }
}

impl TextWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut cursors = Vec::with_capacity(self.leaves.len());
        for (leaf, cover, _) in &self.leaves {
            cursors.extend(Cursor::open(reader, leaf, *cover)?);
        }
        let postings: u64 =
            cursors.iter().map(|cursor| u64::from(cursor.postings.doc_freq())).sum();
        let mut scorer = TextScorer {
            cursors,
            scope: self.scope(reader)?,
            minimum: self.minimum,
            boost,
            cost: postings,
            max_doc: reader.max_doc(),
            window: Window::new(),
            found: Vec::new(),
            at: 0,
        };
        scorer.fill(0);
        Ok(Box::new(scorer))
    }

    /// The viewer's own documents of a segment.
    fn scope(&self, reader: &SegmentReader) -> tantivy::Result<Option<BitSet>> {
        let Some(weight) = &self.scope else { return Ok(None) };
        let mut own = BitSet::with_max_value(reader.max_doc());
        weight.for_each_no_score(reader, &mut |documents| {
            for &document in documents {
                own.insert(document);
            }
        })?;
        Ok(Some(own))
    }
}

/// One leaf on its way through a segment.
struct Cursor {
    postings: SegmentPostings,
    norms: FieldNormReader,
    bm25: Bm25Weight,
    cover: Cover,
    scoped: bool,
}

impl Cursor {
    fn open(reader: &SegmentReader, leaf: &Leaf, cover: Cover) -> tantivy::Result<Option<Cursor>> {
        let field = leaf.term.field();
        let inverted = reader.inverted_index(field)?;
        let postings = inverted.read_postings(&leaf.term, IndexRecordOption::WithFreqs)?;
        let Some(postings) = postings else { return Ok(None) };
        let norms = reader.get_fieldnorms_reader(field)?;
        Ok(Some(Cursor { postings, norms, bm25: leaf.bm25.clone(), cover, scoped: leaf.scoped }))
    }

    fn seek(&mut self, document: DocId) -> DocId {
        if self.postings.doc() < document {
            self.postings.seek(document)
        } else {
            self.postings.doc()
        }
    }

    fn score(&self) -> Score {
        let norm = self.norms.fieldnorm_id(self.postings.doc());
        self.bm25.score(norm, self.postings.term_freq())
    }
}

/// What has been found of each document of a window.
struct Window {
    scores: Vec<Score>,
    words: Vec<u64>,
    partial: Vec<u64>,
    pairs: Vec<u64>,
    touched: Vec<u64>,
}

impl Window {
    fn new() -> Window {
        let size = WINDOW as usize;
        Window {
            scores: vec![0.0; size],
            words: vec![0; size],
            partial: vec![0; size],
            pairs: vec![0; size],
            touched: vec![0; size / 64],
        }
    }

    fn add(&mut self, offset: usize, score: Score, cover: Cover) {
        let (bucket, bit) = (offset / 64, 1u64 << (offset % 64));
        if self.touched[bucket] & bit == 0 {
            self.touched[bucket] |= bit;
            self.scores[offset] = 0.0;
            (self.words[offset], self.partial[offset], self.pairs[offset]) = (0, 0, 0);
        }
        self.scores[offset] += score;
        match cover {
            Cover::Word(bit) => self.words[offset] |= 1 << bit,
            Cover::Partial(bit) => {
                // The second word of a synonym completes it.
                let known = self.partial[offset] & (1 << bit);
                self.words[offset] |= known;
                self.partial[offset] |= 1 << bit;
            }
            Cover::Pair(bit) => self.pairs[offset] |= 1 << bit,
            Cover::Nothing => {}
        }
    }

    fn suffices(&self, offset: usize, minimum: Option<Minimum>) -> bool {
        minimum.is_none_or(|minimum| {
            self.words[offset].count_ones() >= minimum.words
                || self.pairs[offset].count_ones() >= minimum.pairs
        })
    }
}

/// Walks the documents of a segment that share enough of the text.
struct TextScorer {
    cursors: Vec<Cursor>,
    scope: Option<BitSet>,
    minimum: Option<Minimum>,
    boost: Score,
    cost: u64,
    max_doc: DocId,
    window: Window,
    /// Documents of the present window with their scores.
    found: Vec<(DocId, Score)>,
    at: usize,
}

impl TextScorer {
    /// Looks for the first window from `start` on in which a document is found.
    fn fill(&mut self, start: DocId) {
        self.at = 0;
        self.found.clear();
        let mut start = start;
        while self.found.is_empty() {
            let next = self.cursors.iter_mut().map(|cursor| cursor.seek(start)).min();
            match next {
                Some(next) if next != TERMINATED => start = next,
                _ => return,
            }
            start = self.sweep(start);
        }
    }

    /// Adds up the window that begins at `start` and gives the document after it.
    fn sweep(&mut self, start: DocId) -> DocId {
        let end = start.saturating_add(WINDOW);
        self.window.touched.fill(0);
        for cursor in &mut self.cursors {
            let mut document = cursor.postings.doc();
            while document < end {
                let own = || self.scope.as_ref().is_some_and(|scope| scope.contains(document));
                if !cursor.scoped || own() {
                    self.window.add((document - start) as usize, cursor.score(), cursor.cover);
                }
                document = cursor.postings.advance();
            }
        }
        for (bucket, &touched) in self.window.touched.iter().enumerate() {
            let mut rest = touched;
            while rest != 0 {
                let offset = bucket * 64 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                if self.window.suffices(offset, self.minimum) {
                    self.found.push((start + offset as u32, self.window.scores[offset]));
                }
            }
        }
        end
    }
}

impl DocSet for TextScorer {
    fn advance(&mut self) -> DocId {
        let Some(&(document, _)) = self.found.get(self.at) else { return TERMINATED };
        self.at += 1;
        if self.at == self.found.len() {
            self.fill(document + 1);
        }
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        match self.found.last() {
            Some(&(last, _)) if last >= target => {
                self.at = self.found.partition_point(|&(document, _)| document < target);
            }
            _ => self.fill(target),
        }
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.found.get(self.at).map_or(TERMINATED, |&(document, _)| document)
    }

    fn size_hint(&self) -> u32 {
        self.cost.min(u64::from(self.max_doc)) as u32
    }

    fn cost(&self) -> u64 {
        self.cost
    }
}

impl Scorer for TextScorer {
    fn score(&mut self) -> Score {
        self.found.get(self.at).map_or(0.0, |&(_, score)| score * self.boost)
    }
}
