//! Matches in words: what the pages show of them.

/// A piece of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The text.
    pub text: String,
    /// Whether it is marked.
    pub marked: bool,
}

/// A sentence of the other side, verbatim.
#[derive(Debug, Clone)]
pub struct QuoteCard {
    /// Name of the field it stands in.
    pub field: String,
    /// The sentence.
    pub segments: Vec<Segment>,
}

/// One condition of one side held against the other.
#[derive(Debug, Clone)]
pub struct ConditionRow {
    /// What it is about, and whose it is.
    pub name: String,
    /// What that side wants.
    pub wanted: String,
    /// What the other side has.
    pub offered: String,
    /// `met`, `not_met` or `unknown`.
    pub outcome: &'static str,
    /// The outcome in words.
    pub outcome_name: String,
}

/// One part of the score.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Length, 0 to 100.
    pub percent: u8,
    /// What it adds to the score, of what it could add.
    pub figure: String,
}

/// One match.
#[derive(Debug, Clone)]
pub struct MatchCard {
    /// Id of the record found.
    pub id: String,
    /// Address of its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Kind, owner, place and so on.
    pub meta: Vec<String>,
    /// `strong`, `fair` or `weak`.
    pub grade: &'static str,
    /// The grade in words.
    pub grade_name: String,
    /// Score, 0 to 100.
    pub score: u8,
    /// Why it fits, in one sentence.
    pub sentence: String,
    /// What its texts say.
    pub quotes: Vec<QuoteCard>,
    /// Words that both have.
    pub terms: Vec<String>,
    /// Conditions of both sides.
    pub conditions: Vec<ConditionRow>,
    /// Parts of the score.
    pub bars: Vec<Bar>,
}

/// A good text that a hard condition removed.
#[derive(Debug, Clone)]
pub struct ExcludedCard {
    /// Address of its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// The condition that is not met.
    pub reason: String,
}

/// The matches of one record.
#[derive(Debug, Clone, Default)]
pub struct MatchCards {
    /// Best first.
    pub cards: Vec<MatchCard>,
    /// What a hard condition removed.
    pub excluded: Vec<ExcludedCard>,
    /// Not even the best is good.
    pub none_good: bool,
}
