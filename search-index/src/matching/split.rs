//! One pass over the targets: the best that meet the hard conditions, and the best that do not.

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{BitSet, DocId, Score, Searcher, SegmentOrdinal, SegmentReader};

use crate::collect::{Gather, Gathered, SegmentGather};

/// Gathers targets into two lists, told apart by a query.
pub(crate) struct Split {
    kept: Gather,
    excluded: Gather,
    /// Finds the excluded.
    violations: Box<dyn Weight>,
}

impl Split {
    /// Gathers with `excluded` what `violations` finds, and the rest with `kept`.
    pub fn new(
        searcher: &Searcher,
        violations: &dyn Query,
        kept: Gather,
        excluded: Gather,
    ) -> tantivy::Result<Split> {
        let violations = violations.weight(EnableScoring::disabled_from_searcher(searcher))?;
        Ok(Split { kept, excluded, violations })
    }
}

impl Collector for Split {
    type Fruit = (Gathered, Gathered);
    type Child = SegmentSplit;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentSplit> {
        let mut violating = BitSet::with_max_value(reader.max_doc());
        self.violations.for_each_no_score(reader, &mut |documents| {
            for &document in documents {
                violating.insert(document);
            }
        })?;
        let kept = self.kept.for_segment(ordinal, reader)?;
        let excluded = self.excluded.for_segment(ordinal, reader)?;
        Ok(SegmentSplit { kept, excluded, violating })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(
        &self,
        fruits: Vec<<SegmentSplit as SegmentCollector>::Fruit>,
    ) -> tantivy::Result<(Gathered, Gathered)> {
        let (kept, excluded) = fruits.into_iter().unzip();
        Ok((self.kept.merge_fruits(kept)?, self.excluded.merge_fruits(excluded)?))
    }
}

/// The two lists of one segment.
pub(crate) struct SegmentSplit {
    kept: SegmentGather,
    excluded: SegmentGather,
    violating: BitSet,
}

impl SegmentCollector for SegmentSplit {
    type Fruit = (tantivy::Result<Gathered>, tantivy::Result<Gathered>);

    fn collect(&mut self, document: DocId, score: Score) {
        if self.violating.contains(document) {
            self.excluded.collect(document, score);
        } else {
            self.kept.collect(document, score);
        }
    }

    fn harvest(self) -> Self::Fruit {
        (self.kept.harvest(), self.excluded.harvest())
    }
}
