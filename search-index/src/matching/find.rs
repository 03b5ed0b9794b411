//! The candidates of a match: targets of the best text, and those nearest in meaning.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tantivy::query::Query;
use tantivy::{DocAddress, SegmentReader};

use super::score::{self, Agreement};
use super::split::Split;
use super::violation::violations;
use super::{MAX_EXCLUDED, Matcher, Profile, best};
use crate::collect::Found;
use crate::error::Result;
use crate::filter;
use crate::matching::MatchSettings;
use crate::meaning::{self, Near, Nearest, Small};
use crate::query::TextQuery;

/// A target and how its text agrees with the source.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub id: String,
    pub address: DocAddress,
    pub text_score: f32,
    pub nearness: f32,
    /// Nearness as a model outside sees it; none where source or target has no vector by it.
    pub model_nearness: Option<f32>,
}

/// What a model outside must at least make of a target without a word in common. Half of the pairs
/// that experts see nothing in lie below.
const LEAST_MODEL_VALUE: f32 = 0.2;

type Queries = Vec<Box<dyn Query>>;

/// The vector of a source; none where it has no word that is known.
pub(super) fn meaning_of(profile: &Profile, settings: &MatchSettings) -> Option<Small> {
    // All running text is one passage: many short parts must not outweigh the title.
    let (titles, bodies): (Vec<_>, Vec<_>) =
        profile.parts.iter().partition(|part| part.weight >= 1.0);
    let joined = |parts: Vec<&super::TextPart>| {
        parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
    };
    let (title, body) = (joined(titles), joined(bodies));
    let passages = [(title.as_str(), 1.0), (body.as_str(), settings.body_nearness)];
    let source = meaning::source(passages.into_iter());
    (!source.is_empty()).then(|| Small::of(&source))
}

impl Matcher<'_> {
    /// The targets that meet the filters and agree best: those that no hard condition excludes, and
    /// some of those that one does. Only open documents are matched: a draft is nobody's counterpart
    /// yet.
    pub(super) fn find(&self) -> Result<(Vec<Target>, Vec<Target>)> {
        let (kept, excluded) = match &self.query {
            Some(query) => self.by_text(query)?,
            None => (Vec::new(), Vec::new()),
        };
        let known: HashSet<DocAddress> = kept.iter().map(|found| found.address).collect();
        let mut near = self.by_meaning()?;
        near.extend(self.by_model()?);
        near.retain(|address| !known.contains(address));
        near.sort_unstable();
        near.dedup();
        let mut kept = self.with_nearness(kept)?;
        kept.extend(self.with_text(near)?);
        self.keep_best(&mut kept);
        Ok((kept, self.with_nearness(excluded)?))
    }

    /// Agreement of words and meaning on the scale of the score.
    pub(super) fn agreement(&self, target: &Target) -> Agreement {
        let settings = &self.request.settings;
        Agreement {
            text: score::text_value(target.text_score, self.plan.ideal, settings.half_text),
            meaning: score::meaning_value(target.nearness, settings.full_nearness),
            model: target
                .model_nearness
                .zip(self.request.model.as_ref())
                .map(|(nearness, model)| score::model_value(nearness, model.unlike, model.alike)),
        }
    }

    fn keep_best(&self, targets: &mut Vec<Target>) {
        let settings = &self.request.settings;
        let value = |target: &Target| self.agreement(target).weighed(settings);
        targets.sort_by(|a, b| value(b).total_cmp(&value(a)).then_with(|| a.id.cmp(&b.id)));
        targets.truncate(settings.candidates);
    }

    /// What a target has to be, and what it must not be: the source itself.
    fn clauses(&self) -> (Queries, Queries) {
        let (fields, viewer) = (&self.live.fields, &self.request.viewer);
        let kind = self.target.kind().as_str().to_owned();
        let mut clauses = vec![filter::any(fields.kind, vec![kind])];
        clauses.push(filter::open(viewer, fields));
        clauses.extend(filter::clauses(&self.request.filters, viewer, fields));
        let source = self.request.profile.id.iter();
        (clauses, source.map(|id| filter::any(fields.id, vec![id.clone()])).collect())
    }

    /// What a hard condition excludes.
    fn violating(&self) -> Box<dyn Query> {
        let request = self.request;
        let known = (request.viewer.tiers(), &self.live.fields);
        let queries = violations(&self.source, self.target, request.now, &request.settings, known);
        filter::either(queries)
    }

    fn by_text(&self, query: &TextQuery) -> Result<(Vec<Found>, Vec<Found>)> {
        let (clauses, source) = self.clauses();
        let query = filter::within(Box::new(query.clone()), clauses, source);
        let (kept, excluded) = (best(self.request.settings.candidates), best(MAX_EXCLUDED));
        let split = Split::new(self.searcher, self.violating().as_ref(), kept, excluded)?;
        let (kept, excluded) = self.searcher.search(&query, &split)?;
        Ok((kept.page, excluded.page))
    }

    /// Those nearest by the sum of their words.
    fn by_meaning(&self) -> Result<Vec<DocAddress>> {
        let mut near = self.nearest(&|reader| self.near_by_words(reader))?;
        near.retain(|(nearness, _)| *nearness >= self.request.settings.least_nearness);
        Ok(near.into_iter().map(|(_, address)| address).collect())
    }

    /// Those nearest by a model outside, where the question has a vector by one.
    fn by_model(&self) -> Result<Vec<DocAddress>> {
        let Some(model) = &self.request.model else { return Ok(Vec::new()) };
        let mut near = self.nearest(&|reader| self.near_by_model(reader))?;
        let value = |nearness| score::model_value(nearness, model.unlike, model.alike);
        near.retain(|(nearness, _)| value(*nearness) >= LEAST_MODEL_VALUE);
        Ok(near.into_iter().map(|(_, address)| address).collect())
    }

    /// The nearest targets that meet the filters and that no hard condition excludes.
    fn nearest(
        &self,
        near: &(dyn Fn(&SegmentReader) -> tantivy::Result<Near> + Sync),
    ) -> Result<Vec<(f32, DocAddress)>> {
        let size = self.request.settings.near_candidates;
        if size == 0 {
            return Ok(Vec::new());
        }
        let (mut clauses, mut exceptions) = self.clauses();
        exceptions.push(self.violating());
        let first = clauses.remove(0);
        let query = filter::within(first, clauses, exceptions);
        Ok(self.searcher.search(&query, &Nearest { near, size })?)
    }

    fn near_by_words(&self, reader: &SegmentReader) -> tantivy::Result<Near> {
        let Some(source) = self.meaning.clone() else { return Ok(Box::new(|_| None)) };
        let (vectors, free) = (self.live.vectors.of(reader)?, self.request.viewer.tiers());
        Ok(Box::new(move |document| vectors.nearness(&source, document, free)))
    }

    fn near_by_model(&self, reader: &SegmentReader) -> tantivy::Result<Near> {
        let Some((model, source)) = &self.model else { return Ok(Box::new(|_| None)) };
        let (vectors, source) = (self.live.vectors.by_model(reader, *model)?, Arc::clone(source));
        let free = self.request.viewer.tiers();
        Ok(Box::new(move |document| vectors.nearness(&source, document, free)))
    }

    /// How near a target is by the sum of its words, and by the model.
    fn nearness(&self, address: DocAddress) -> Result<(f32, Option<f32>)> {
        let reader = self.searcher.segment_reader(address.segment_ord);
        let by_words = self.near_by_words(reader)?(address.doc_id).unwrap_or(0.0);
        Ok((by_words, self.near_by_model(reader)?(address.doc_id)))
    }

    fn with_nearness(&self, found: Vec<Found>) -> Result<Vec<Target>> {
        let target = |found: Found| {
            let (nearness, model_nearness) = self.nearness(found.address)?;
            let Found { place, address, score, .. } = found;
            Ok(Target { id: place.id, address, text_score: score, nearness, model_nearness })
        };
        found.into_iter().map(target).collect()
    }

    /// Reads the id of each target and the score of its text.
    fn with_text(&self, near: Vec<DocAddress>) -> Result<Vec<Target>> {
        let mut by_segment: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for address in near {
            by_segment.entry(address.segment_ord).or_default().push(address.doc_id);
        }
        let mut targets = Vec::new();
        for (segment, mut documents) in by_segment {
            documents.sort_unstable();
            let reader = self.searcher.segment_reader(segment);
            // Where words count for nothing there is no need to know their score.
            let worded = self.request.settings.weights.text > 0.0;
            let scores = match self.query.as_ref().filter(|_| worded) {
                Some(query) => query.summands(reader, &documents)?,
                None => vec![Vec::new(); documents.len()],
            };
            for (document, summands) in documents.into_iter().zip(scores) {
                let Some(id) = id_of(reader, document)? else { continue };
                let address = DocAddress::new(segment, document);
                let (nearness, model_nearness) = self.nearness(address)?;
                let text_score = summands.iter().map(|(_, summand)| summand).sum();
                targets.push(Target { id, address, text_score, nearness, model_nearness });
            }
        }
        Ok(targets)
    }
}

fn id_of(reader: &SegmentReader, document: u32) -> Result<Option<String>> {
    let Some(ids) = reader.fast_fields().str("id")? else { return Ok(None) };
    let Some(number) = ids.ords().first(document) else { return Ok(None) };
    let mut id = String::new();
    ids.ord_to_str(number, &mut id)?;
    Ok(Some(id))
}
