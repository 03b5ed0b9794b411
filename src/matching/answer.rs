//! What matching answers with.

use search_index::matching::{Grade, Outcome};
use search_index::{MatchHit, Vocabulary};
use serde::Serialize;

use super::advice::Advice;
use super::evidence::MatchRequirement;
use crate::embeddings::server::Aid;
use crate::search::cards::{Alike, Card};
use crate::search::fragments::Piece;
use crate::search::names::{CodeName, Names};

/// The matches of a source.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchAnswer {
    /// What was asked with: `need` or `capability`; the matches are of the other side.
    pub side: &'static str,
    /// Best first.
    pub hits: Vec<Match>,
    /// Records whose text fits well, but that a hard condition rules out, best first.
    pub excluded: Vec<ExcludedMatch>,
    /// Records that were scored in full, each record of a group.
    pub considered: usize,
    /// Pass as `offset` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
    /// Not even the best match is good.
    pub none_good: bool,
    /// What to do when none is good.
    pub advice: Vec<Advice>,
    /// Parts of the service that took no part in the match although they should have, in words:
    /// `model_server`. The match went on without them.
    pub degraded: Vec<CodeName>,
    /// Number of the last change that the index has seen; in the header of the answer.
    #[serde(skip)]
    pub position: u64,
}

/// One match with its reasons.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Match {
    /// What the caller may see of the counterpart, in short.
    pub record: Card,
    /// Final score, 0 to 1: the sum of the contributions of the parts. The part `requirements` is
    /// known for the first 20 matches; it is one half for the others.
    pub score: f32,
    /// `strong`, `fair` or `weak`, in words.
    pub grade: CodeName,
    /// The chance that experts would call the match fairly strong or better, 0 to 1, by words and
    /// meaning of the texts alone; calibrated on graded pairs, see docs/match-quality.md.
    pub confidence: f32,
    /// How sure it is, in words: `sure`, `likely` or `look`. By `confidence` where that is calibrated,
    /// else by the grade.
    pub assurance: CodeName,
    /// Whether `confidence` is calibrated for this match: both sides say nothing but their titles.
    pub calibrated: bool,
    /// The reasons in one sentence.
    pub sentence: String,
    /// Parts of the score.
    pub parts: Vec<MatchPart>,
    /// Raw text score: the sum of the weights of `terms` and of `other_terms_weight`.
    pub text_score: f32,
    /// Terms that the text score is made of, heaviest first.
    pub terms: Vec<MatchTerm>,
    /// Weight of the lighter terms that are not listed.
    pub other_terms_weight: f32,
    /// How near the texts are in meaning, whatever their words: the cosine of their vectors.
    pub nearness: f32,
    /// How near a model server finds the texts: the cosine of its vectors. Absent where there is no
    /// such server, or where it has not seen both texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_nearness: Option<f32>,
    /// Different words of the two titles that bring them near, heaviest first.
    pub affinities: Vec<MatchAffinity>,
    /// Sentences of the counterpart, word for word, that show the agreement.
    pub quotes: Vec<MatchQuote>,
    /// Conditions of both sides.
    pub conditions: Vec<MatchCondition>,
    /// Each requirement of the need, held against what the capability says.
    pub requirements: Vec<MatchRequirement>,
    /// Other matches that say the same; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alike: Option<Alike>,
}

impl Match {
    /// Requirements that a solution must meet and this one does not.
    pub fn missed_musts(&self) -> impl Iterator<Item = &MatchRequirement> {
        self.requirements.iter().filter(|one| one.requirement.must && one.verdict == "not_met")
    }
}

/// Two different words that mean something alike.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchAffinity {
    /// Word of the source.
    pub source: String,
    /// Word of the counterpart.
    pub target: String,
    /// Their share of the nearness of the titles.
    pub share: f32,
}

/// One part of the score.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchPart {
    /// `text`, `meaning`, `model`, `industry`, `region`, `trl`, `budget`, `cooperation`,
    /// `timeliness`, `freshness` or `requirements`.
    pub name: &'static str,
    /// The name in words.
    pub label: String,
    /// How good it is, 0 to 1; one half where a side has not said.
    pub value: f32,
    /// Its share of the score.
    pub weight: f32,
    /// `value × weight`: what it adds to the score.
    pub contribution: f32,
}

/// What one term adds to the text score.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchTerm {
    /// The term as it was searched for.
    pub term: String,
    /// `words` or `characters`.
    pub field: &'static str,
    /// Part of the source that it comes from.
    pub part: String,
    /// What it adds.
    pub weight: f32,
}

/// A sentence of the counterpart.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchQuote {
    /// Field that it stands in.
    pub field: String,
    /// The sentence, with the terms that agree marked.
    pub pieces: Vec<Piece>,
}

/// One condition of one side, held against the other.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchCondition {
    /// `budget`, `region`, `excluded_region`, `trl`, `cooperation_mode`, `partner_type`,
    /// `industry`, `deadline` or `capacity`.
    pub name: &'static str,
    /// The name in words.
    pub label: String,
    /// Whose condition it is: `need` or `capability`.
    pub side: &'static str,
    /// Whether not meeting it rules the counterpart out.
    pub hard: bool,
    /// `met`, `not_met` or `unknown`.
    pub outcome: &'static str,
    /// What that side wants, in words.
    pub wanted: String,
    /// What the other side has, in words.
    pub offered: String,
}

/// A record that a hard condition rules out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExcludedMatch {
    /// What the caller may see of it, in short.
    pub record: Card,
    /// The condition that is not met.
    pub condition: MatchCondition,
    /// The reason in one sentence.
    pub reason: String,
}

/// What took no part in the match.
pub fn degraded(names: Names<'_>, aid: &Aid) -> Vec<CodeName> {
    let code = aid.missing.then_some("model_server");
    let name = |code: &str| names.text(&format!("match_degraded.{code}"));
    code.map(|code| CodeName { code: code.to_owned(), name: name(code) }).into_iter().collect()
}

/// Code of an outcome.
pub fn outcome_code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::NotMet => "not_met",
        Outcome::Unknown => "unknown",
    }
}

/// Terms listed for one match; the others are summed up.
const MAX_TERMS: usize = 24;

/// The parts of the score, labelled.
pub fn parts(names: Names<'_>, hit: &MatchHit) -> Vec<MatchPart> {
    let label = |name: &str| names.text(&format!("match_part.{name}"));
    hit.parts
        .iter()
        .map(|part| MatchPart {
            name: part.name,
            label: label(part.name),
            value: part.value,
            weight: part.weight,
            contribution: part.contribution,
        })
        .collect()
}

/// Pairs of words shown.
const MAX_AFFINITIES: usize = 3;

/// Characters of a title that are looked at.
const LONGEST_TITLE: usize = 60;

/// Share of the nearness from which a pair is worth showing.
const LEAST_SHARE: f32 = 0.08;

/// The words of a title. Every one is held against every other, and the first line of a free text
/// may be a paragraph.
pub fn vocabulary(title: &str) -> Vocabulary {
    Vocabulary::of(head(title))
}

fn head(title: &str) -> &str {
    title.char_indices().nth(LONGEST_TITLE).map_or(title, |(end, _)| &title[..end])
}

/// The pairs of different words that bring two titles near.
pub fn affinities(source: &Vocabulary, target: &str) -> Vec<MatchAffinity> {
    source
        .affinities(head(target), MAX_AFFINITIES)
        .into_iter()
        .filter(|pair| pair.share >= LEAST_SHARE)
        .map(|pair| MatchAffinity { source: pair.source, target: pair.target, share: pair.share })
        .collect()
}

/// The heaviest terms, and the weight of those left out.
pub fn terms(hit: &MatchHit) -> (Vec<MatchTerm>, f32) {
    let (listed, others) = hit.terms.split_at(hit.terms.len().min(MAX_TERMS));
    let listed = listed
        .iter()
        .map(|term| MatchTerm {
            term: term.term.clone(),
            field: term.field,
            part: term.part.clone(),
            weight: term.weight,
        })
        .collect();
    (listed, others.iter().map(|term| term.weight).sum())
}

/// The grade of a match in words.
pub fn grade(names: Names<'_>, grade: Grade) -> CodeName {
    let code = match grade {
        Grade::Strong => "strong",
        Grade::Fair => "fair",
        Grade::Weak => "weak",
    };
    CodeName { code: code.to_owned(), name: names.text(&format!("match_grade.{code}")) }
}
