//! Ranks a collection with the production index and measures it.

use std::collections::BTreeMap;
use std::sync::Arc;

use search_index::{
    Change, Document, Kind, MatchRequest, MatchSettings, Options, Profile, SearchIndex, Side,
    TextPart, Viewer,
};
use serde::Serialize;

use super::bootstrap::{Estimate, estimate};
use super::files::{Collection, Grades, Item};
use super::measures::{QueryMeasures, measure};
use crate::error::Result;

/// How achievements are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Raw text score.
    Lexical,
    /// The whole match: text and features, with hard conditions.
    Features,
}

impl Variant {
    /// Every variant, in the order of the report.
    pub const ALL: [Self; 2] = [Self::Lexical, Self::Features];

    /// Name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Features => "fused+features",
        }
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

/// Builds a throw-away index of the corpus with the production code.
///
/// # Errors
/// Index faults.
pub fn index(corpus: &[Item]) -> Result<SearchIndex> {
    let index = SearchIndex::create_in_ram(Options::default())?;
    let documents = corpus.iter().map(|item| {
        let mut document = Document::new(item.id.clone(), Kind::Capability, item.title.clone());
        document.texts[0] = item.text.clone();
        document.open = true;
        Change::Upsert(document)
    });
    index.apply(documents.collect(), 1)?;
    Ok(index)
}

/// Ranks the corpus for a query; deep enough that every judged achievement has a place.
fn rank(
    index: &SearchIndex,
    query: &Item,
    variant: Variant,
    settings: &Arc<MatchSettings>,
    depth: usize,
) -> Result<Vec<(String, f32)>> {
    if variant == Variant::Lexical {
        return Ok(index.text_ranking(&query.title, &query.text, depth)?);
    }
    let request = MatchRequest {
        profile: Profile {
            side: Side::Need,
            parts: vec![
                TextPart::title(query.title.clone()),
                TextPart::body("text", query.text.clone(), settings),
            ],
            ..Profile::default()
        },
        viewer: Viewer::default(),
        limit: depth,
        settings: Arc::new(MatchSettings { candidates: depth, ..(**settings).clone() }),
        ..MatchRequest::default()
    };
    let response = index.matches(&request)?;
    Ok(response.hits.into_iter().map(|hit| (hit.id, hit.score)).collect())
}

/// Measures every variant.
///
/// # Errors
/// Index faults.
pub fn evaluate(
    collection: &Collection,
    settings: &Arc<MatchSettings>,
) -> Result<BTreeMap<&'static str, Report>> {
    let index = index(&collection.corpus)?;
    let none = Grades::new();
    let mut reports = BTreeMap::new();
    for variant in Variant::ALL {
        let mut measured = Vec::with_capacity(collection.queries.len());
        for query in &collection.queries {
            let ranking = rank(&index, query, variant, settings, collection.corpus.len())?;
            let grades = collection.grades.get(&query.id).unwrap_or(&none);
            measured.push(measure(&ranking, grades));
        }
        reports.insert(variant.as_str(), summarise(&measured));
    }
    Ok(reports)
}

fn summarise(measured: &[QueryMeasures]) -> Report {
    let over = |pick: fn(&QueryMeasures) -> Option<f64>| {
        estimate(&measured.iter().filter_map(pick).collect::<Vec<f64>>())
    };
    Report {
        ndcg10: over(|m| m.ndcg10),
        auc: over(|m| m.auc),
        recall50: over(|m| m.recall50),
        hit10: over(|m| m.hit10),
        mrr: over(|m| m.mrr),
    }
}
