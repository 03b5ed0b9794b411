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
pub(crate) use statistics::Frozen;
pub(crate) use terms::{Part, TermField};

use crate::document::{TIERS, Viewer};
use crate::error::{Error, Result};
use crate::filter;
use crate::highlight::TermSet;
use crate::schema::Fields;
use statistics::{Basis, Count, Counts};
use terms::{Draft, drafts};

/// Postings one query may visit, over all its terms. It bounds the time of a query that consists
/// of nothing but frequent terms.
const MAX_POSTINGS: u64 = 2_000_000;

/// What is added to the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Widening {
    /// Synonyms, those of the other language included.
    Synonyms,
    /// Words for the same in the other language alone: what else is meant alike, matches know by
    /// their vectors.
    OtherLanguage,
}

/// How a text becomes terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    /// What is added to the words.
    pub widening: Widening,
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
        Recipe { widening: Widening::Synonyms, words: 48, characters: 64, k3: 8.0, minimum: true };

    /// A record that looks for its counterpart.
    pub fn matching(k3: f32) -> Recipe {
        Recipe { widening: Widening::OtherLanguage, words: 96, characters: 192, k3, minimum: false }
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
    /// worth, since nobody repeats a paragraph. Terms that nobody else's documents have count for
    /// the viewer's own, but are not asked for.
    fn of(chosen: &[Chosen]) -> Minimum {
        let share = |field, tenths: usize, most: usize| {
            let asked = chosen.iter().filter(|term| term.draft.covers(field));
            let known = asked.clone().filter(|term| term.documents > 0).count();
            match asked.count() {
                0 => u32::MAX,
                _ => (known * tenths).div_ceil(10).clamp(1, most) as u32,
            }
        };
        Minimum { words: share(TermField::Words, 3, 3), pairs: share(TermField::Characters, 5, 8) }
    }
}

/// A term that is searched for, and in how many documents it is.
struct Chosen {
    draft: Draft,
    /// Number of the draft in the text.
    number: usize,
    documents: u64,
    /// Free tiers that have it.
    tiers: [bool; TIERS],
}

/// Everything a text is searched by.
pub(crate) struct Plan {
    pub terms: Vec<PlannedTerm>,
    pub minimum: Option<Minimum>,
    /// The viewer's own documents, where scoped leaves may be searched.
    pub scope: Option<Box<dyn Query>>,
    /// Text score of an average document that has every term once.
    pub ideal: f32,
    /// The figures the plan was made with.
    pub frozen: Frozen,
}

impl Plan {
    /// Plans the search of `parts` on behalf of `viewer`. With the `frozen` figures of an earlier
    /// plan of the same text, documents get the very scores they got then.
    pub fn new(
        searcher: &Searcher,
        fields: &Fields,
        parts: &[Part<'_>],
        viewer: &Viewer,
        recipe: Recipe,
        frozen: Option<&Frozen>,
    ) -> Result<Plan> {
        let scope = if viewer.everything { None } else { filter::own(viewer, fields) };
        let free = viewer.tiers();
        let counts = Counts::new(searcher, fields, free)?;
        let drafts = drafts(parts, recipe);
        let (basis, chosen, ideal) = match frozen {
            Some(frozen) => (frozen.basis, thaw(drafts, frozen, &counts, recipe)?, 0.0),
            None => {
                let basis = Basis::new(&counts, viewer.everything)?;
                let (chosen, ideal) = choose(drafts, &counts, &basis, recipe, scope.is_some())?;
                (basis, chosen, ideal)
            }
        };
        let last = if scope.is_some() { TIERS } else { free };
        let minimum = recipe.minimum.then(|| Minimum::of(&chosen));
        let frozen =
            Frozen { basis, terms: chosen.iter().map(|c| (c.number, c.documents)).collect() };
        let covers = covers(&chosen);
        let planned = |(term, cover): (Chosen, Cover)| -> Result<PlannedTerm> {
            let Chosen { draft, documents, tiers, .. } = term;
            let mut leaves = Vec::new();
            for (tier, known) in tiers.iter().enumerate().take(last) {
                let scoped = tier >= free;
                // Most terms stand in one tier alone, and a leaf is dear: it is looked up in each
                // segment, and has a table of weights of its own.
                if *known || scoped && counts.has(draft.field, tier, &draft.text)? {
                    let term = Term::from_field_text(draft.field.of(fields)[tier], &draft.text);
                    let bm25 = basis.bm25(draft.field, tier, documents).boost_by(draft.weight);
                    leaves.push(Leaf { term, bm25, scoped });
                }
            }
            let Draft { text, field, shares, .. } = draft;
            Ok(PlannedTerm { text, field, shares, cover, leaves })
        };
        let terms: Result<_> = chosen.into_iter().zip(covers).map(planned).collect();
        Ok(Plan { terms: terms?, minimum, scope, ideal, frozen })
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

/// Takes the most informative terms, as many as the recipe and the budget of postings allow, and
/// tells the ideal score of the text.
fn choose(
    drafts: Vec<Draft>,
    counts: &Counts<'_>,
    basis: &Basis,
    recipe: Recipe,
    scoped: bool,
) -> Result<(Vec<Chosen>, f32)> {
    let mut rated = Vec::with_capacity(drafts.len());
    for (number, draft) in drafts.into_iter().enumerate() {
        let found = counts.of(draft.field, &draft.text)?;
        let documents = found.documents.min(basis.documents);
        let value = draft.weight * basis.idf(documents);
        let chosen = Chosen { draft, number, documents, tiers: found.tiers };
        rated.push((value, found.postings, chosen));
    }
    rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.number.cmp(&b.2.number)));
    let ideal = ideal(&rated, recipe);
    // A term that is nowhere costs nothing, but must not take the place of one that is.
    let (known, unknown): (Vec<_>, Vec<_>) =
        rated.into_iter().partition(|term| term.2.documents > 0);
    let mut room = Room::new(recipe);
    let candidates = known.into_iter().chain(unknown.into_iter().filter(|_| scoped));
    let chosen = candidates.filter(|(_, postings, term)| room.take(term.draft.field, *postings));
    Ok((chosen.map(|(_, _, term)| term).collect(), ideal))
}

/// Score of an average document that has each of the weightiest terms once, whether or not there
/// is such a document.
fn ideal(rated: &[(f32, u64, Chosen)], recipe: Recipe) -> f32 {
    let mut room = Room::new(recipe);
    let own = rated.iter().filter(|term| !term.2.draft.synonym);
    own.filter(|term| room.take(term.2.draft.field, 0)).map(|term| term.0).sum()
}

/// Takes the terms of an earlier plan.
fn thaw(
    drafts: Vec<Draft>,
    frozen: &Frozen,
    counts: &Counts<'_>,
    recipe: Recipe,
) -> Result<Vec<Chosen>> {
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut room = Room::new(recipe);
    let mut chosen = Vec::new();
    for &(number, documents) in &frozen.terms {
        // Cursors come back from outside and may hold anything.
        let draft = drafts.get_mut(number).and_then(Option::take).ok_or(Error::InvalidCursor)?;
        let Count { postings, tiers, .. } = counts.of(draft.field, &draft.text)?;
        // Documents may have been added since: the budget is not held to the last posting.
        if documents > frozen.basis.documents || !room.take(draft.field, postings / 2) {
            return Err(Error::InvalidCursor);
        }
        chosen.push(Chosen { draft, number, documents, tiers });
    }
    Ok(chosen)
}

/// What is left of the limits of a recipe.
struct Room {
    words: usize,
    characters: usize,
    postings: u64,
    empty: bool,
}

impl Room {
    fn new(recipe: Recipe) -> Room {
        let Recipe { words, characters, .. } = recipe;
        Room { words, characters, postings: MAX_POSTINGS, empty: true }
    }

    /// Whether there is room for a term, which then is taken up. The first always has room.
    fn take(&mut self, field: TermField, postings: u64) -> bool {
        let left = match field {
            TermField::Words => &mut self.words,
            TermField::Characters => &mut self.characters,
        };
        if *left == 0 || (postings > self.postings && !self.empty) {
            return false;
        }
        *left -= 1;
        self.postings = self.postings.saturating_sub(postings);
        self.empty = false;
        true
    }
}

/// Numbers what the chosen terms cover; synonyms cover the word they stand for.
fn covers(chosen: &[Chosen]) -> Vec<Cover> {
    let (mut words, mut pairs): (Vec<usize>, u8) = (Vec::new(), 0);
    for term in chosen.iter().filter(|term| term.draft.covers(TermField::Words)) {
        words.push(term.draft.group);
    }
    // More words than bits only in matching, which asks for no minimum.
    let bit = |group: usize| words.iter().position(|&word| word == group).map(|bit| bit as u8);
    let cover = chosen.iter().map(|Chosen { draft, .. }| match draft.field {
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
