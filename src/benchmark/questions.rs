//! The mix of queries: what people type, paste and open, drawn from the imported records
//! themselves, the same at every run.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde::Deserialize;

use crate::code_enum;
use crate::error::{Error, Result};
use crate::matching::query::MatchText;
use crate::needs::model::NeedId;
use crate::search::query::{Order, SearchQuery};

code_enum!(
    /// Sorts of question.
    Sort {
        /// One to three words of a title.
        Words = "words",
        /// Words of a title with filters and facets.
        Filtered = "filtered",
        /// A whole title.
        Title = "title",
        /// One character.
        Character = "character",
        /// A long paragraph.
        Paragraph = "paragraph",
        /// Matches of a need on record.
        Need = "need",
        /// Matches of a text that is sent along.
        Text = "text",
        /// What waits for an officer.
        Cockpit = "cockpit",
        /// One case.
        Case = "case",
        /// Its timeline.
        Timeline = "timeline",
        /// The report of a year.
        Report = "report",
        /// The records behind one of its figures.
        Records = "records",
    }
);

/// How many of twenty questions are of each sort.
const MIX: [(Sort, usize); 7] = [
    (Sort::Words, 6),
    (Sort::Filtered, 3),
    (Sort::Title, 2),
    (Sort::Character, 1),
    (Sort::Paragraph, 1),
    (Sort::Need, 5),
    (Sort::Text, 2),
];
/// Questions before the first one comes again.
const CYCLE: usize = 2_000;
/// Longest paragraph searched for, in characters.
const PARAGRAPH: usize = 2_000;

/// One question; through HTTP and straight on the index it is the same.
#[derive(Debug, Clone)]
pub enum Question {
    /// `GET /search`
    Search(Box<SearchQuery>),
    /// `GET /needs/{id}/matches`
    Need(NeedId),
    /// `POST /match`
    Text(String),
}

impl Question {
    /// What is asked of the index for a text.
    pub fn text(text: &str) -> MatchText {
        MatchText { text: Some(text.to_owned()), ..MatchText::default() }
    }
}

/// What questions are drawn from: titles and texts of the files.
#[derive(Debug, Default)]
pub struct Texts {
    records: Vec<Line>,
}

/// The part of a line that questions are made of.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    title: String,
    #[serde(default, alias = "abstract", alias = "problem", alias = "summary")]
    text: String,
}

impl Texts {
    /// Reads files of JSON lines.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no titles and texts.
    pub fn read(files: &[&PathBuf]) -> Result<Self> {
        let mut records = Vec::new();
        for file in files {
            let place = |error: &dyn std::fmt::Display| {
                Error::internal(format!("{}: {error}", file.display()))
            };
            let lines = BufReader::new(std::fs::File::open(file).map_err(|error| place(&error))?);
            for line in lines.lines() {
                let line: Line = serde_json::from_str(&line.map_err(|error| place(&error))?)
                    .map_err(|error| place(&error))?;
                if !line.title.trim().is_empty() && !line.text.trim().is_empty() {
                    records.push(line);
                }
            }
        }
        if records.is_empty() {
            return Err(Error::internal("the files hold no record with a title and a text"));
        }
        Ok(Self { records })
    }

    /// Questions about these texts and these needs, which come in turn.
    pub fn questions(&self, needs: &[NeedId]) -> Vec<(Sort, Question)> {
        let mut draw = Draw { texts: self, state: 17 };
        let mut needs = needs.iter().cycle();
        let sorts: Vec<Sort> =
            MIX.iter().flat_map(|&(sort, share)| std::iter::repeat_n(sort, share)).collect();
        let mut questions = Vec::with_capacity(CYCLE);
        for at in 0..CYCLE {
            // A step that has no divisor in common with the length mixes the sorts.
            let sort = sorts[at * 7 % sorts.len()];
            let question = match sort {
                Sort::Need => needs.next().map(|id| Question::Need(*id)),
                Sort::Text => Some(Question::Text(draw.record().text.clone())),
                _ => Some(Question::Search(Box::new(draw.search(sort)))),
            };
            questions.extend(question.map(|question| (sort, question)));
        }
        questions
    }
}

/// Draws at random, the same at every run.
struct Draw<'a> {
    texts: &'a Texts,
    state: u64,
}

impl<'a> Draw<'a> {
    /// A number below `end` (xorshift).
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % (end.max(1) as u64)).unwrap_or(0)
    }

    fn record(&mut self) -> &'a Line {
        &self.texts.records[self.below(self.texts.records.len())]
    }

    fn search(&mut self, sort: Sort) -> SearchQuery {
        let text = match sort {
            Sort::Title => self.record().title.chars().take(200).collect(),
            Sort::Character => {
                let title: Vec<char> =
                    self.record().title.chars().filter(|c| c.is_alphanumeric()).collect();
                title.get(self.below(title.len())).copied().unwrap_or('一').to_string()
            }
            Sort::Paragraph => {
                let parts: Vec<&str> = (0..8).map(|_| self.record().text.as_str()).collect();
                parts.join("\n").chars().take(PARAGRAPH).collect()
            }
            _ => self.words(),
        };
        let query = SearchQuery { q: Some(text), ..SearchQuery::default() };
        if sort == Sort::Filtered { self.filtered(query) } else { query }
    }

    /// One to three words that follow each other in a title.
    fn words(&mut self) -> String {
        let title = &self.record().title;
        let words: Vec<&str> = search_index::analysis::words(title)
            .iter()
            .map(|token| &title[token.from..token.to])
            .filter(|word| word.chars().count() > 1)
            .collect();
        let count = 1 + self.below(3);
        let from = self.below(words.len().saturating_sub(count) + 1);
        words.into_iter().skip(from).take(count).collect::<Vec<_>>().join(" ")
    }

    fn filtered(&mut self, query: SearchQuery) -> SearchQuery {
        let given = |text: &str| Some(text.to_owned());
        match self.below(4) {
            0 => SearchQuery { kind: given("capability"), facets: given("all"), ..query },
            1 => SearchQuery { kind: given("need"), facets: given("all"), ..query },
            2 => SearchQuery {
                subkind: given("patent"),
                region: given("44"),
                facets: given("kind,subkind,region_city,status"),
                ..query
            },
            _ => SearchQuery {
                kind: given("capability"),
                sort: Some(Order::Newest),
                facets: given("subkind,tech_field,org_type"),
                ..query
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        let line = |title: &str, text: &str| Line { title: title.into(), text: text.into() };
        Texts {
            records: vec![
                line("大规格岩板釉料批次色差的控制", "釉料批次之间色差大。"),
                line("电饭锅内胆不粘涂层", "涂层两年后脱落。"),
            ],
        }
    }

    #[test]
    fn needs_come_in_turn_and_every_sort_has_its_share() {
        let needs = [NeedId::new(), NeedId::new(), NeedId::new()];
        let questions = texts().questions(&needs);
        assert_eq!(questions.len(), CYCLE);
        for (sort, share) in MIX {
            let of_sort = questions.iter().filter(|(one, _)| *one == sort).count();
            assert_eq!(of_sort, CYCLE / 20 * share, "{sort:?}");
        }
        let asked = questions.iter().filter_map(|(_, question)| match question {
            Question::Need(id) => Some(*id),
            _ => None,
        });
        assert_eq!(asked.take(4).collect::<Vec<_>>(), [needs[0], needs[1], needs[2], needs[0]]);
    }

    #[test]
    fn questions_are_the_same_at_every_run_and_differ_among_themselves() {
        let searched = || -> Vec<String> {
            let questions = texts().questions(&[]);
            let text = |question| match question {
                Question::Search(query) => query.q,
                _ => None,
            };
            questions.into_iter().filter_map(|(_, question)| text(question)).collect()
        };
        assert_eq!(searched(), searched());
        assert!(searched().iter().all(|text| !text.is_empty()));
        let different: std::collections::HashSet<String> = searched().into_iter().collect();
        assert!(different.len() > 20, "{different:?}");
    }
}
