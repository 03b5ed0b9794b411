//! From text to scored terms.
//!
//! A [`Plan`] is everything a text is searched by: its terms with their weights and BM25 figures,
//! the tiers the viewer may search, and how much of the text a document has to share. Terms are
//! chosen here, so this is where the cost of a query is bounded; `scorer` only adds up. The query
//! parser of the engine is never used: what people type is text, not syntax.

mod scorer;
mod statistics;
mod terms;

use tantivy::query::{Bm25Weight, EnableScoring, Query, Weight};
use tantivy::{Searcher, Term};

pub(crate) use scorer::TextQuery;
pub(crate) use terms::{Part, TermField};

use crate::document::{TIERS, Viewer};
use crate::error::Result;
use crate::filter;
use crate::highlight::TermSet;
use crate::schema::Fields;
use statistics::Statistics;
use terms::{Draft, drafts};

/// Postings one query may visit, over all its terms. It bounds the time of a query that consists
/// of nothing but frequent terms.
const MAX_POSTINGS: u64 = 4_000_000;

/// How a text becomes terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    /// Add synonyms of the words.
    pub synonyms: bool,
    /// Most word terms.
    pub words: usize,
    /// Most character terms.
    pub characters: usize,
    /// Saturation of repeated terms.
    pub k3: f32,
    /// Ask for a share of the text; otherwise one term in common is enough.
    pub minimum: bool,
}

impl Recipe {
    /// What somebody typed or pasted.
    pub const SEARCH: Recipe =
        Recipe { synonyms: true, words: 48, characters: 64, k3: 8.0, minimum: true };

    /// A record that looks for its counterpart.
    pub fn matching(k3: f32) -> Recipe {
        Recipe { synonyms: false, words: 96, characters: 192, k3, minimum: false }
    }
}

/// One term in one tier.
#[derive(Clone)]
pub(crate) struct Leaf {
    pub term: Term,
    pub bm25: Bm25Weight,
    /// Searched only in the viewer's own documents.
    pub scoped: bool,
}

/// What finding a term says about how much of the text a document shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cover {
    Nothing,
    Word(u8),
    /// One of several words that together stand for a word.
    Partial(u8),
    Pair(u8),
}

/// One term of the plan in all the tiers it is searched in.
#[derive(Clone)]
pub(crate) struct PlannedTerm {
    pub text: String,
    pub field: TermField,
    /// Weight by part of the source; they add up to the weight in the leaves.
    pub shares: Vec<(usize, f32)>,
    pub cover: Cover,
    pub leaves: Vec<Leaf>,
}

/// How much of the text a document has to share: enough words, or enough pairs of characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minimum {
    pub words: u32,
    pub pairs: u32,
}

impl Minimum {
    /// Of short texts three words in ten or half the pairs; of long ones no more than a sentence's
    /// worth, since nobody repeats a paragraph.
    fn of(words: usize, pairs: usize) -> Minimum {
        let share = |count: usize, tenths: usize, most: usize| match count {
            0 => u32::MAX,
            _ => (count * tenths).div_ceil(10).clamp(1, most) as u32,
        };
        Minimum { words: share(words, 3, 3), pairs: share(pairs, 5, 8) }
    }
}

/// Everything a text is searched by.
pub(crate) struct Plan {
    pub terms: Vec<PlannedTerm>,
    pub minimum: Option<Minimum>,
    /// The viewer's own documents, where scoped leaves may be searched.
    pub scope: Option<Box<dyn Query>>,
    /// Text score of an average document that has every term once.
    pub ideal: f32,
}

impl Plan {
    /// Plans the search of `parts` on behalf of `viewer`.
    pub fn new(
        searcher: &Searcher,
        fields: &Fields,
        parts: &[Part<'_>],
        viewer: &Viewer,
        recipe: Recipe,
    ) -> Result<Plan> {
        let scope = if viewer.everything { None } else { filter::own(viewer, fields) };
        let free = if viewer.everything { TIERS } else { usize::from(viewer.clearance.min(2)) + 1 };
        let statistics = Statistics::new(searcher, fields, free, viewer.everything)?;
        let drafts = drafts(parts, recipe);
        let chosen = choose(drafts, &statistics, recipe, scope.is_some())?;
        let ideal =
            chosen.iter().filter(|term| !term.0.synonym).map(|t| t.0.weight * t.1.idf).sum();
        let last = if scope.is_some() { TIERS } else { free };
        let minimum = recipe.minimum.then(|| {
            let count = |field| chosen.iter().filter(|term| term.0.covers(field)).count();
            Minimum::of(count(TermField::Words), count(TermField::Characters))
        });
        let covers = covers(&chosen);
        let terms = chosen.into_iter().zip(covers).map(|((draft, frequency), cover)| {
            let leaves = (0..last).map(|tier| {
                let field = draft.field.of(fields)[tier];
                let bm25 = statistics.bm25(draft.field, tier, frequency.documents);
                Leaf {
                    term: Term::from_field_text(field, &draft.text),
                    bm25: bm25.boost_by(draft.weight),
                    scoped: tier >= free,
                }
            });
            let leaves = leaves.collect();
            PlannedTerm {
                text: draft.text,
                field: draft.field,
                shares: draft.shares,
                cover,
                leaves,
            }
        });
        Ok(Plan { terms: terms.collect(), minimum, scope, ideal })
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The query that scores documents by this plan.
    pub fn query(&self, searcher: &Searcher) -> Result<TextQuery> {
        let scope: Option<std::sync::Arc<dyn Weight>> = match &self.scope {
            Some(scope) => {
                Some(scope.weight(EnableScoring::disabled_from_searcher(searcher))?.into())
            }
            None => None,
        };
        Ok(TextQuery::new(&self.terms, self.minimum, scope))
    }

    /// The terms for highlighting, weighted as they are searched.
    pub fn term_set(&self) -> TermSet {
        let mut set = TermSet::default();
        for term in &self.terms {
            let weight = term.shares.iter().map(|share| share.1).sum();
            match term.field {
                TermField::Words => set.add_word(term.text.clone(), weight),
                TermField::Characters => set.add_gram(term.text.clone(), weight),
            }
        }
        set
    }
}

/// How often a term occurs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frequency {
    /// Documents, as far as the viewer may know.
    pub documents: u64,
    /// Postings over the tiers free to the viewer.
    pub postings: u64,
    pub idf: f32,
}

/// Takes the most informative terms, as many as the recipe and the budget of postings allow.
fn choose(
    drafts: Vec<Draft>,
    statistics: &Statistics<'_>,
    recipe: Recipe,
    scoped: bool,
) -> Result<Vec<(Draft, Frequency)>> {
    let mut known = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let frequency = statistics.frequency(draft.field, &draft.text)?;
        // A term no document has costs nothing, but would take the place of one that finds some.
        if frequency.documents > 0 || scoped {
            known.push((draft, frequency));
        }
    }
    known.sort_by(|a, b| {
        let value = |term: &(Draft, Frequency)| term.0.weight * term.1.idf;
        value(b).total_cmp(&value(a)).then(a.0.first.cmp(&b.0.first))
    });
    let (mut words, mut characters) = (recipe.words, recipe.characters);
    let mut budget = MAX_POSTINGS;
    let mut chosen = Vec::new();
    for (draft, frequency) in known {
        let room = match draft.field {
            TermField::Words => &mut words,
            TermField::Characters => &mut characters,
        };
        if *room > 0 && (chosen.is_empty() || frequency.postings <= budget) {
            *room -= 1;
            budget = budget.saturating_sub(frequency.postings);
            chosen.push((draft, frequency));
        }
    }
    Ok(chosen)
}

/// Numbers what the chosen terms cover; synonyms cover the word they stand for.
fn covers(chosen: &[(Draft, Frequency)]) -> Vec<Cover> {
    let (mut words, mut pairs): (Vec<usize>, u8) = (Vec::new(), 0);
    for (draft, _) in chosen.iter().filter(|(draft, _)| draft.covers(TermField::Words)) {
        words.push(draft.group);
    }
    // More words than bits only in matching, which asks for no minimum.
    let bit = |group: usize| words.iter().position(|&word| word == group).map(|bit| bit as u8);
    let cover = chosen.iter().map(|(draft, _)| match draft.field {
        TermField::Words => match bit(draft.group).filter(|&bit| bit < 64) {
            Some(bit) if draft.partial => Cover::Partial(bit),
            Some(bit) => Cover::Word(bit),
            None => Cover::Nothing,
        },
        TermField::Characters if draft.covers(TermField::Characters) && pairs < 64 => {
            pairs += 1;
            Cover::Pair(pairs - 1)
        }
        TermField::Characters => Cover::Nothing,
    });
    cover.collect()
}
