//! Ranks a collection with the production index and measures it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use search_index::{
    Change, Document, Kind, MatchRequest, MatchSettings, ModelQuery, Options, Profile, SearchIndex,
    Side, TextPart, Viewer,
};
use serde::Serialize;

use super::bootstrap::{Estimate, estimate};
use super::files::{Collection, Grades, Item};
use super::measures::{QueryMeasures, measure};
use super::model::Model;
use super::ranking::Ranking;
use crate::error::Result;

/// How achievements are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// By the words of the texts.
    Lexical,
    /// By the meaning of the texts.
    Semantic,
    /// By words and meaning.
    Fused,
    /// The whole match: words, meaning and features, with hard conditions, of the candidates that
    /// are scored in full; the others follow by words and meaning.
    Features,
}

impl Variant {
    /// Every variant, in the order of the report.
    pub const ALL: [Self; 4] = [Self::Lexical, Self::Semantic, Self::Fused, Self::Features];

    /// Name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Semantic => "semantic",
            Self::Fused => "fused",
            Self::Features => "fused+features",
        }
    }

    /// The settings with the parts of the score that this variant ranks by, and candidates enough
    /// for every achievement to have a place.
    fn settings(self, settings: &MatchSettings, depth: usize) -> MatchSettings {
        let mut settings =
            MatchSettings { candidates: depth, near_candidates: depth, ..settings.clone() };
        match self {
            Self::Lexical => settings.weights.meaning = 0.0,
            Self::Semantic => {
                settings.weights.text = 0.0;
                settings.least_nearness = -1.0;
            }
            Self::Fused | Self::Features => {}
        }
        settings
    }
}

/// The measures of a variant over all queries.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Judged nDCG at 10.
    pub ndcg10: Estimate,
    /// Area under the curve for grade 2 and above.
    pub auc: Estimate,
    /// Recall at 50 on the whole corpus.
    pub recall50: Estimate,
    /// Hit among the first 10 of the whole corpus.
    pub hit10: Estimate,
    /// Reciprocal rank of the first hit.
    pub mrr: Estimate,
}

/// Builds a throw-away index of documents with the production code.
///
/// # Errors
/// Index faults.
pub fn index(documents: Vec<Document>) -> Result<SearchIndex> {
    let index = SearchIndex::create_in_ram(Options::default())?;
    index.apply(documents.into_iter().map(Change::Upsert).collect(), 1)?;
    Ok(index)
}

/// The achievements as documents that everybody may read.
pub fn documents(corpus: &[Item]) -> Vec<Document> {
    let document = |item: &Item| {
        let mut document = Document::new(item.id.clone(), Kind::Capability, item.title.clone());
        document.texts[0] = item.text.clone();
        document.open = true;
        document
    };
    corpus.iter().map(document).collect()
}

/// A need as the match is asked with it.
fn profile(query: &Item, settings: &MatchSettings) -> Profile {
    Profile {
        side: Side::Need,
        parts: vec![
            TextPart::title(query.title.clone()),
            TextPart::body("text", query.text.clone(), settings),
        ],
        ..Profile::default()
    }
}

/// Ranks the corpus for a query; deep enough that every judged achievement has a place. The scores
/// tell the order and no more.
fn rank(
    index: &SearchIndex,
    (profile, model): &Asked,
    variant: Variant,
    settings: &Arc<MatchSettings>,
    depth: usize,
) -> Result<Vec<(String, f32)>> {
    let mut request = MatchRequest {
        profile: profile.clone(),
        viewer: Viewer::default(),
        limit: settings.candidates,
        settings: Arc::new(variant.settings(settings, depth)),
        model: model.clone().filter(|_| variant != Variant::Lexical),
        ..MatchRequest::default()
    };
    let ranking = index.ranking(&request)?;
    if variant != Variant::Features {
        return Ok(ranking);
    }
    request.settings = Arc::clone(settings);
    let first: Vec<String> = index.matches(&request)?.hits.into_iter().map(|hit| hit.id).collect();
    let known: HashSet<String> = first.iter().cloned().collect();
    let rest = ranking.into_iter().map(|(id, _)| id).filter(|id| !known.contains(id));
    let order: Vec<String> = first.into_iter().chain(rest).collect();
    let length = order.len();
    Ok(order.into_iter().enumerate().map(|(at, id)| (id, (length - at) as f32)).collect())
}

/// A need as the match is asked with it, and what a model outside makes of it.
type Asked = (Profile, Option<Arc<ModelQuery>>);

/// The measures of each query under each variant.
pub type Measured = BTreeMap<&'static str, Vec<QueryMeasures>>;

/// Measures every variant. Where a model server takes part, `done` is told of each achievement that
/// has its vector.
///
/// # Errors
/// Index faults; a model server that fails.
pub fn evaluate(
    collection: &Collection,
    ranking: &Ranking,
    done: &mut dyn FnMut(usize),
) -> Result<Measured> {
    let (mut documents, model) = (documents(&collection.corpus), Model::of(ranking)?);
    if let Some(model) = &model {
        model.attach(&mut documents, done)?;
    }
    let index = index(documents)?;
    let settings = &ranking.settings;
    let mut asked: Vec<Asked> = Vec::with_capacity(collection.queries.len());
    for query in &collection.queries {
        let profile = profile(query, settings);
        let by_model = model.as_ref().map(|model| model.question(&profile)).transpose()?;
        asked.push((profile, by_model.flatten()));
    }
    let none = Grades::new();
    let mut variants = BTreeMap::new();
    for variant in Variant::ALL {
        let mut measured = Vec::with_capacity(collection.queries.len());
        for (query, asked) in collection.queries.iter().zip(&asked) {
            let ranking = rank(&index, asked, variant, settings, collection.corpus.len())?;
            let grades = collection.grades.get(&query.id).unwrap_or(&none);
            measured.push(measure(&ranking, grades));
        }
        variants.insert(variant.as_str(), measured);
    }
    Ok(variants)
}

/// Picks a measure of a query.
type Pick = fn(&QueryMeasures) -> Option<f64>;

fn report(values: impl Fn(Pick) -> Vec<f64>) -> Report {
    Report {
        ndcg10: estimate(&values(|m| m.ndcg10)),
        auc: estimate(&values(|m| m.auc)),
        recall50: estimate(&values(|m| m.recall50)),
        hit10: estimate(&values(|m| m.hit10)),
        mrr: estimate(&values(|m| m.mrr)),
    }
}

/// Sums up a variant.
pub fn summarise(measured: &[QueryMeasures]) -> Report {
    report(|pick| measured.iter().filter_map(pick).collect())
}

/// How much better `new` is than `old`, query by query: mean difference with its paired bootstrap
/// interval.
pub fn compare(new: &[QueryMeasures], old: &[QueryMeasures]) -> Report {
    report(|pick| {
        let pairs = new.iter().zip(old);
        pairs.filter_map(|(new, old)| Some(pick(new)? - pick(old)?)).collect()
    })
}
