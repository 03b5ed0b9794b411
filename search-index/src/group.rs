//! Documents that say the same. Of each group the best one found takes a place in a list and names
//! the others; a viewer's own documents stand by themselves.
//!
//! A group is a number in a column that only documents with a like have, so a list in which nothing
//! repeats costs nothing. Which document stands for its group follows from everything found, not
//! from the page alone: a page that begins after it leaves the whole group out.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use tantivy::columnar::{Column, ColumnIndex, StrColumn};
use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, SegmentReader};

use crate::collect::{Candidate, Found, Place};

/// Documents that are named beside the one that stands for their group; others are counted.
pub const MAX_ALIKE: usize = 10;

/// The groups of one segment.
pub(crate) struct Groups {
    numbers: Column<u64>,
    /// Owners by document, and which of them are the viewer.
    owners: Option<(Column<u64>, Vec<u64>)>,
    /// No document before this one is in a group; for asking in order.
    next: DocId,
}

impl Groups {
    /// The groups for somebody to whom the documents of `own` organisations belong; none where no
    /// document is in a group.
    pub fn of(reader: &SegmentReader, own: &[String]) -> tantivy::Result<Option<Groups>> {
        let columns = reader.fast_fields();
        let Some(numbers) = columns.column_opt::<u64>("group")? else { return Ok(None) };
        let mut owners = None;
        if let Some(all) = columns.str("owner")?.filter(|_| !own.is_empty()) {
            let mut known = Vec::new();
            for org in own {
                known.extend(all.dictionary().term_ord(org.as_bytes())?);
            }
            owners = Some((all.ords().clone(), known)).filter(|(_, known)| !known.is_empty());
        }
        Ok(Some(Groups { numbers, owners, next: 0 }))
    }

    /// The group of a document.
    pub fn of_document(&self, document: DocId) -> Option<u64> {
        let group = self.numbers.first(document)?;
        let own = self.owners.as_ref().is_some_and(|(owners, known)| {
            owners.first(document).is_some_and(|owner| known.contains(&owner))
        });
        (!own).then_some(group)
    }

    /// The same where documents are asked for in rising order: those between two that are in a
    /// group cost one comparison.
    pub fn following(&mut self, document: DocId) -> Option<u64> {
        if document < self.next {
            return None;
        }
        self.next = match &self.numbers.index {
            ColumnIndex::Empty { .. } => DocId::MAX,
            ColumnIndex::Optional(some) => {
                some.next_non_null_doc(document + 1).unwrap_or(DocId::MAX)
            }
            ColumnIndex::Full | ColumnIndex::Multivalued(_) => document + 1,
        };
        self.of_document(document)
    }
}

/// A document in a group.
struct Member {
    group: u64,
    candidate: Candidate,
}

/// What was found of the groups in one segment.
pub(crate) struct Members {
    ordinal: SegmentOrdinal,
    ids: StrColumn,
    /// Groups with a member on an earlier page.
    shown: HashSet<u64>,
    /// Members after the cursor; in order once sorted.
    after: Vec<Member>,
}

impl Members {
    /// Nothing found yet.
    pub fn none(ordinal: SegmentOrdinal, ids: StrColumn) -> Members {
        Members { ordinal, ids, shown: HashSet::new(), after: Vec::new() }
    }

    /// Takes note of a member.
    pub fn add(&mut self, group: u64, candidate: Candidate, after_cursor: bool) {
        if after_cursor {
            self.after.push(Member { group, candidate });
        } else {
            self.shown.insert(group);
        }
    }

    /// Brings them into order.
    pub fn sort(&mut self) {
        self.after.sort_unstable_by(|a, b| a.candidate.cmp(&b.candidate));
    }

    fn found(&self, member: &Member) -> tantivy::Result<Found> {
        let candidate = &member.candidate;
        let mut id = String::new();
        self.ids.ord_to_str(candidate.id, &mut id)?;
        Ok(Found {
            place: Place { key: candidate.key, id },
            address: DocAddress::new(self.ordinal, candidate.document),
            score: candidate.score,
            group: Some(member.group),
            alike: Vec::new(),
            more_alike: 0,
        })
    }

    /// The first member from a position on whose group has no place yet.
    fn next(&self, from: usize, taken: &HashSet<u64>) -> tantivy::Result<Option<(usize, Place)>> {
        let mut rest = self.after.iter().enumerate().skip(from);
        match rest.find(|(_, member)| !taken.contains(&member.group)) {
            Some((at, member)) => Ok(Some((at, self.found(member)?.place))),
            None => Ok(None),
        }
    }
}

/// The documents that stand for their groups, in order, `size` of them at most.
pub(crate) fn leaders(segments: &[Members], size: usize) -> tantivy::Result<Vec<Found>> {
    let mut taken: HashSet<u64> =
        segments.iter().flat_map(|segment| segment.shown.iter().copied()).collect();
    let mut heads = BinaryHeap::new();
    for (number, segment) in segments.iter().enumerate() {
        heads.extend(segment.next(0, &taken)?.map(|(at, place)| Reverse((place, number, at))));
    }
    let mut leaders = Vec::new();
    while leaders.len() < size
        && let Some(Reverse((_, number, at))) = heads.pop()
    {
        let segment = &segments[number];
        let member = &segment.after[at];
        if taken.insert(member.group) {
            leaders.push(segment.found(member)?);
        }
        let next = segment.next(at + 1, &taken)?;
        heads.extend(next.map(|(at, place)| Reverse((place, number, at))));
    }
    Ok(leaders)
}

/// Names the other members of the groups on a page.
pub(crate) fn name_alike(page: &mut [Found], segments: &[Members]) -> tantivy::Result<()> {
    let leaders = page.iter().enumerate();
    let places: HashMap<u64, usize> =
        leaders.filter_map(|(at, found)| Some((found.group?, at))).collect();
    if places.is_empty() {
        return Ok(());
    }
    for segment in segments {
        let mut named: HashMap<u64, usize> = HashMap::new();
        for member in &segment.after {
            let Some(&place) = places.get(&member.group) else { continue };
            let leader = &mut page[place];
            if leader.address == DocAddress::new(segment.ordinal, member.candidate.document) {
                continue;
            }
            let named = named.entry(member.group).or_default();
            *named += 1;
            if *named > MAX_ALIKE {
                leader.more_alike += 1;
            } else {
                leader.alike.push(segment.found(member)?);
            }
        }
    }
    for leader in page {
        leader.alike.sort_by(|a, b| a.place.cmp(&b.place));
        leader.more_alike += leader.alike.len().saturating_sub(MAX_ALIKE);
        leader.alike.truncate(MAX_ALIKE);
    }
    Ok(())
}

/// The groups of documents, each as [`Groups::of_document`] tells it.
pub(crate) fn numbers(
    searcher: &Searcher,
    own: &[String],
    documents: impl Iterator<Item = DocAddress>,
) -> tantivy::Result<Vec<Option<u64>>> {
    let readers = searcher.segment_readers().iter();
    let segments = readers.map(|reader| Groups::of(reader, own)).collect::<Result<Vec<_>, _>>()?;
    let number = |document: DocAddress| {
        segments[document.segment_ord as usize].as_ref()?.of_document(document.doc_id)
    };
    Ok(documents.map(number).collect())
}
