//! One pass over the documents found: the page, the total and the facets.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Bound;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use crate::facet::FacetField;
use crate::group::{self, Groups, Members};
use crate::search::Sort;

/// Place of a document in the order of a listing: key first, id where keys are equal. Smaller comes
/// first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub key: u64,
    pub id: String,
}

/// A document of the page.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub place: Place,
    pub address: DocAddress,
    pub score: Score,
    /// The group that it stands for.
    pub group: Option<u64>,
    /// The next best of its group, and how many there are besides.
    pub alike: Vec<Found>,
    pub more_alike: usize,
}

/// What one pass gathers.
#[derive(Default)]
pub(crate) struct Gathered {
    /// In order.
    pub page: Vec<Found>,
    /// Documents found, before and after the page too, whether or not they stand for a group.
    pub total: usize,
    /// What was found of groups, before the segments are put together.
    groups: Vec<Members>,
    /// Counts by field and value.
    pub facets: HashMap<FacetField, HashMap<String, usize>>,
}

/// Gathers a page of `size` documents after `after`; of a group the best one alone.
pub(crate) struct Gather {
    pub sort: Sort,
    pub scored: bool,
    pub after: Option<Place>,
    pub size: usize,
    /// Groups are formed, but not of documents of these organisations; `None` forms none.
    pub grouped: Option<Vec<String>>,
    pub facets: Vec<FacetField>,
}

/// Key of a relevance score: the greater the score, the smaller the key.
fn score_key(score: Score) -> u64 {
    // The bits of floats that are not negative are in the order of the floats.
    u64::from(u32::MAX - score.max(0.0).to_bits())
}

/// Key of a number in rising order; what has none comes last.
fn rising(value: Option<i64>) -> u64 {
    value.map_or(u64::MAX, |value| (value as u64) ^ (1 << 63))
}

/// Key of a number in falling order; what has none comes last.
fn falling(value: Option<i64>) -> u64 {
    value.map_or(u64::MAX, |value| u64::MAX - rising(Some(value)))
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentGather> {
        let columns = reader.fast_fields();
        let ids = columns.str("id")?;
        let order = match (self.sort, self.scored) {
            (Sort::Relevance, true) => Order::Score,
            (Sort::Relevance | Sort::Newest, _) => Order::Falling(vec![columns.i64("published")?]),
            (Sort::Deadline, _) => Order::Rising(columns.i64("deadline")?),
            // The upper end of an open span says nothing, so its lower end stands for it.
            (Sort::Budget, _) => {
                Order::Falling(vec![columns.i64("budget_to")?, columns.i64("budget_from")?])
            }
        };
        let after = match (&self.after, &ids) {
            (Some(place), Some(ids)) => {
                let bound = Bound::Excluded(place.id.as_bytes());
                let (first, _) = ids.dictionary().term_bounds_to_ord(bound, Bound::Unbounded)?;
                Some((place.key, first))
            }
            _ => None,
        };
        let mut facets = Vec::new();
        for &field in &self.facets {
            if let Some(column) = columns.str(column_of(field))? {
                let counts = vec![0; column.num_terms()];
                facets.push(FacetTally { field, column, counts });
            }
        }
        let groups = match (&self.grouped, &ids) {
            (Some(own), Some(ids)) if self.size > 0 => {
                let members = Members::none(ordinal, ids.clone());
                Groups::of(reader, own)?.map(|groups| (groups, members))
            }
            _ => None,
        };
        Ok(SegmentGather {
            ordinal,
            ids,
            groups,
            order,
            after,
            size: self.size,
            best: BinaryHeap::new(),
            total: 0,
            facets,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.scored
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for fruit in fruits {
            let fruit = fruit?;
            all.page.extend(fruit.page);
            all.total += fruit.total;
            all.groups.extend(fruit.groups);
            for (field, counts) in fruit.facets {
                let merged = all.facets.entry(field).or_default();
                for (value, count) in counts {
                    *merged.entry(value).or_default() += count;
                }
            }
        }
        let groups = std::mem::take(&mut all.groups);
        all.page.extend(group::leaders(&groups, self.size)?);
        all.page.sort_by(|a, b| a.place.cmp(&b.place));
        all.page.truncate(self.size);
        group::name_alike(&mut all.page, &groups)?;
        Ok(all)
    }
}

/// The column a facet is counted from.
fn column_of(field: FacetField) -> &'static str {
    match field {
        FacetField::Industry => "industry_class",
        FacetField::CooperationMode => "mode",
        other => other.as_str(),
    }
}

/// How keys are made.
enum Order {
    Score,
    Rising(Column<i64>),
    /// The first column that says something counts.
    Falling(Vec<Column<i64>>),
}

impl Order {
    fn key(&self, document: DocId, score: Score) -> u64 {
        match self {
            Order::Score => score_key(score),
            Order::Rising(column) => rising(column.first(document)),
            Order::Falling(columns) => {
                let mut values = columns.iter().filter_map(|column| column.first(document));
                falling(values.find(|&value| value != i64::MAX))
            }
        }
    }
}

/// Counts of one facet in one segment, by number of the value.
struct FacetTally {
    field: FacetField,
    column: StrColumn,
    counts: Vec<usize>,
}

/// A document that may be on the page. Within a segment the numbers of the ids stand for the ids.
#[derive(PartialEq)]
pub(crate) struct Candidate {
    pub key: u64,
    pub id: u64,
    pub document: DocId,
    pub score: Score,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        (self.key, self.id, self.document).cmp(&(other.key, other.id, other.document))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Gathers from one segment.
pub(crate) struct SegmentGather {
    ordinal: SegmentOrdinal,
    ids: Option<StrColumn>,
    groups: Option<(Groups, Members)>,
    order: Order,
    /// Key of the cursor and first number of an id after it.
    after: Option<(u64, Bound<u64>)>,
    size: usize,
    best: BinaryHeap<Candidate>,
    total: usize,
    facets: Vec<FacetTally>,
}

impl SegmentGather {
    fn is_after_cursor(&self, key: u64, id: u64) -> bool {
        let Some((cursor, first)) = self.after else { return true };
        match (key.cmp(&cursor), first) {
            (Ordering::Less, _) => false,
            (Ordering::Greater, _) | (_, Bound::Unbounded) => true,
            (Ordering::Equal, Bound::Included(first)) => id >= first,
            (Ordering::Equal, Bound::Excluded(last)) => id > last,
        }
    }

    fn offer(&mut self, document: DocId, score: Score) {
        let key = self.order.key(document, score);
        if self.best.len() == self.size {
            match self.best.peek() {
                Some(worst) if key <= worst.key => {}
                _ => return,
            }
        }
        let id = self.id_of(document);
        if self.is_after_cursor(key, id) {
            self.best.push(Candidate { key, id, document, score });
            if self.best.len() > self.size {
                self.best.pop();
            }
        }
    }

    fn id_of(&self, document: DocId) -> u64 {
        self.ids.as_ref().and_then(|ids| ids.ords().first(document)).unwrap_or(u64::MAX)
    }

    /// Takes note of a document in a group. None can be left out: a group is known by all of it.
    fn join(&mut self, group: u64, document: DocId, score: Score) {
        let (key, id) = (self.order.key(document, score), self.id_of(document));
        let after_cursor = self.is_after_cursor(key, id);
        if let Some((_, members)) = &mut self.groups {
            members.add(group, Candidate { key, id, document, score }, after_cursor);
        }
    }

    fn gathered(self) -> tantivy::Result<Gathered> {
        let mut all = Gathered { total: self.total, ..Gathered::default() };
        for candidate in self.best.into_sorted_vec() {
            let mut id = String::new();
            if let Some(ids) = &self.ids {
                ids.ord_to_str(candidate.id, &mut id)?;
            }
            let address = DocAddress::new(self.ordinal, candidate.document);
            let place = Place { key: candidate.key, id };
            let score = candidate.score;
            let (group, alike, more_alike) = (None, Vec::new(), 0);
            all.page.push(Found { place, address, score, group, alike, more_alike });
        }
        if let Some((_, mut members)) = self.groups {
            members.sort();
            all.groups.push(members);
        }
        for tally in self.facets {
            let mut values = HashMap::new();
            for (number, count) in tally.counts.iter().enumerate().filter(|(_, count)| **count > 0)
            {
                let mut value = String::new();
                tally.column.ord_to_str(number as u64, &mut value)?;
                values.insert(value, *count);
            }
            all.facets.insert(tally.field, values);
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, document: DocId, score: Score) {
        self.total += 1;
        for tally in &mut self.facets {
            for number in tally.column.ords().values_for_doc(document) {
                tally.counts[number as usize] += 1;
            }
        }
        if self.size > 0 {
            match self.groups.as_mut().and_then(|(groups, _)| groups.following(document)) {
                Some(group) => self.join(group, document, score),
                None => self.offer(document, score),
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        self.gathered()
    }
}
