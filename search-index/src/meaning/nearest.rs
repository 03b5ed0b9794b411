//! The documents nearest to a source: an exact scan of those that the filters leave.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// How near a document of a segment is to the source; none where it has no vector.
pub(crate) type Near = Box<dyn Fn(DocId) -> Option<f32>>;

/// Gathers the documents nearest to a source.
pub(crate) struct Nearest<'a> {
    /// Makes ready to measure the documents of a segment.
    pub near: &'a (dyn Fn(&SegmentReader) -> tantivy::Result<Near> + Sync),
    /// Documents wanted.
    pub size: usize,
}

/// A document and how near it is. The greatest is the farthest, so that it is first to go.
#[derive(PartialEq)]
struct Candidate {
    nearness: f32,
    document: DocId,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        let nearness = other.nearness.total_cmp(&self.nearness);
        nearness.then_with(|| self.document.cmp(&other.document))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Gathers from one segment.
pub(crate) struct SegmentNearest {
    near: Near,
    ordinal: SegmentOrdinal,
    size: usize,
    best: BinaryHeap<Candidate>,
}

impl Collector for Nearest<'_> {
    type Fruit = Vec<(f32, DocAddress)>;
    type Child = SegmentNearest;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentNearest> {
        Ok(SegmentNearest {
            near: (self.near)(reader)?,
            ordinal,
            size: self.size,
            best: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        let mut all: Vec<_> = fruits.into_iter().flatten().collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.truncate(self.size);
        Ok(all)
    }
}

impl SegmentCollector for SegmentNearest {
    type Fruit = Vec<(f32, DocAddress)>;

    fn collect(&mut self, document: DocId, _: Score) {
        let Some(nearness) = (self.near)(document) else {
            return;
        };
        if self.best.len() < self.size {
            self.best.push(Candidate { nearness, document });
        } else if self.best.peek().is_some_and(|worst| worst.nearness < nearness) {
            self.best.pop();
            self.best.push(Candidate { nearness, document });
        }
    }

    fn harvest(self) -> Self::Fruit {
        let best = self.best.into_iter();
        best.map(|c| (c.nearness, DocAddress::new(self.ordinal, c.document))).collect()
    }
}
