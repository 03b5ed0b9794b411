//! What a sentence says: each figure with the property it is bound to, which is the one named right
//! before it.

use std::ops::Range;
use std::sync::OnceLock;

use super::figure::{Figure, figures};
use super::property::Property;
use super::text::begins;
use super::unit::Unit;
use super::words;
use crate::analysis;

/// A sentence of a passage, as characters.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// First character in the passage.
    pub start: usize,
    /// Its characters.
    pub plain: Vec<char>,
    /// The figures in it.
    pub figures: Vec<Figure>,
    /// What they are figures of, and the whole sentence, once they have been asked for.
    properties: Vec<OnceLock<Property>>,
    folded: OnceLock<String>,
}

/// Why a figure proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is aimed at, not reached.
    Planned,
    /// It is told of others, denied, a condition of something else, or one of a list whose
    /// order alone says what belongs to it.
    Other,
}

/// The sentences of a passage.
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut counted = (0, 0);
    let ranges = analysis::sentence::sentences(text).into_iter().map(|range| {
        // Ranges come in order, so each character is counted once.
        let start = counted.1 + text[counted.0..range.start].chars().count();
        counted = (range.start, start);
        let plain = super::text::plain(&text[range]);
        let figures = figures(&plain, None);
        let mut sentence = Sentence::new(start, plain, figures);
        sentence.name_units();
        sentence
    });
    ranges.collect()
}

/// Longest unit that is looked for before a figure, in characters.
const LONGEST_UNIT: usize = 10;

/// Marks at which a clause ends.
fn ends_clause(character: char) -> bool {
    matches!(character, ',' | '，' | ';' | '；' | '。' | '!' | '！' | '?' | '？' | '\n' | '\r')
}

impl Sentence {
    fn new(start: usize, plain: Vec<char>, figures: Vec<Figure>) -> Self {
        let properties = vec![OnceLock::new(); figures.len()];
        Self { start, plain, figures, properties, folded: OnceLock::new() }
    }

    /// The same sentence, read with a unit that is not listed.
    pub fn read_with(&self, unit: &str) -> Self {
        Self::new(self.start, self.plain.clone(), figures(&self.plain, Some(unit)))
    }

    /// All of it, folded for comparison.
    pub fn whole(&self) -> &str {
        self.folded.get_or_init(|| self.folded(0..self.plain.len()))
    }

    /// Gives figures without a unit the one that stands with their property: 粗糙度(μm)≤0.2.
    fn name_units(&mut self) {
        for at in 0..self.figures.len() {
            if self.figures[at].unit != Unit::bare() {
                continue;
            }
            let floor = at.checked_sub(1).map_or(0, |before| self.figures[before].to);
            let signs = |c: &char| matches!(c, ' ' | ':' | '为' | '=');
            let mut end = self.figures[at].from;
            while end > floor && signs(&self.plain[end - 1]) {
                end -= 1;
            }
            let starts = (end.saturating_sub(LONGEST_UNIT).max(floor)..end.saturating_sub(1))
                .filter(|start| {
                    let before = start.checked_sub(1).map(|before| self.plain[before]);
                    self.plain[*start] == '(' || !before.is_some_and(|c| c.is_ascii_alphanumeric())
                });
            let whole = |start: usize| {
                super::unit::read(&self.plain[..end], start).filter(|(_, to)| *to == end)
            };
            if let Some((unit, _)) = starts.map(whole).find(Option::is_some).flatten() {
                self.figures[at].unit = unit;
            }
        }
    }

    /// The words that say what the figure with this number is a figure of.
    pub fn phrase(&self, at: usize) -> Range<usize> {
        let from = self.figures[at].from;
        let floor = at.checked_sub(1).map_or(0, |before| self.figures[before].to.min(from));
        phrase(&self.plain, floor, from)
    }

    /// The same as a property.
    pub fn property(&self, at: usize) -> &Property {
        let read = || Property::of(&self.plain[self.phrase(at)].iter().collect::<String>());
        self.properties[at].get_or_init(read)
    }

    /// The clause around a span.
    pub fn clause(&self, span: Range<usize>) -> Range<usize> {
        let text = &self.plain;
        let comma = |at: usize| {
            // 1,200 is one number.
            let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
            let inside =
                text[at] == ',' && at > 0 && digit(text.get(at - 1)) && digit(text.get(at + 1));
            ends_clause(text[at]) && !inside
        };
        let start = (0..span.start).rev().find(|at| comma(*at)).map_or(0, |at| at + 1);
        let end = (span.end..text.len()).find(|at| comma(*at)).unwrap_or(text.len());
        start..end
    }

    /// The text of a span, folded for comparison.
    pub fn folded(&self, span: Range<usize>) -> String {
        words::canonical(&analysis::fold(&self.plain[span].iter().collect::<String>()))
    }

    /// Why a span, of a figure or of a wording, proves nothing.
    pub fn doubt(&self, span: Range<usize>) -> Option<Doubt> {
        let clause = self.folded(self.clause(span.clone()));
        let mut ahead = self.folded(0..span.start);
        for word in words::list("unplanned") {
            ahead = ahead.replace(word.as_str(), "");
        }
        let planned = words::list("unplanned")
            .iter()
            .fold(clause.clone(), |text, word| text.replace(word.as_str(), ""));
        if words::holds("planned", &planned) || words::holds("planned_ahead", &ahead) {
            return Some(Doubt::Planned);
        }
        let behind = &self.plain[span.end..];
        let condition = words::beginning("condition", behind).is_some();
        let attribute = begins(behind, 0, "的") && behind.len() > 1;
        let in_order = ["分别", "依次", "respectively"].iter().any(|word| clause.contains(word));
        let other = condition
            || attribute
            || in_order
            || words::holds("earlier", &clause)
            || words::holds("denied", &clause);
        other.then_some(Doubt::Other)
    }

    /// The span to be quoted for something in the sentence: all of it, or whole clauses around the
    /// thing when the sentence is long.
    pub fn quoted(&self, span: Range<usize>) -> Range<usize> {
        const LONGEST: usize = 120;
        let mut range = 0..self.plain.len();
        if range.len() > LONGEST {
            range = self.clause(span.clone());
            while range.start > 0 {
                let wider = self.clause(range.start - 1..range.end).start;
                if wider == range.start || range.end - wider > LONGEST {
                    break;
                }
                range.start = wider;
            }
        }
        if range.len() > 2 * LONGEST {
            range = span;
        }
        let blank = |c: &char| c.is_whitespace() || ends_clause(*c) && *c != '。';
        while range.end > range.start && blank(&self.plain[range.end - 1]) {
            range.end -= 1;
        }
        while range.start < range.end && blank(&self.plain[range.start]) {
            range.start += 1;
        }
        range
    }
}

/// Back from a figure to where what it is a figure of begins.
fn phrase(text: &[char], floor: usize, from: usize) -> Range<usize> {
    let (mut start, mut end) = (from, from);
    while start > floor {
        match text[start - 1] {
            '、' => break,
            c if ends_clause(c) => break,
            ')' => match text[floor..start - 1].iter().rposition(|c| *c == '(') {
                Some(open) => start = floor + open,
                None => break,
            },
            '(' if text[start..end].iter().any(|c| c.is_alphanumeric()) => break,
            // 温差(≤3℃): what stands before the bracket says it.
            '(' => {
                start -= 1;
                end = start;
            }
            _ => start -= 1,
        }
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let sentences = sentences(text);
        let original: Vec<char> = text.chars().collect();
        let mut found = Vec::new();
        for sentence in &sentences {
            for (at, figure) in sentence.figures.iter().enumerate() {
                let place = sentence.start + figure.from..sentence.start + figure.to;
                let written: String = original[place].iter().collect();
                found.push((sentence.property(at).text.clone(), written));
            }
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, figure)| ((*name).to_owned(), (*figure).to_owned()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_figure_belongs_to_what_is_named_right_before_it() {
        check(
            "合金的抗拉强度500～800MPa、屈服强度不低于350MPa，导电率75%IACS以上。",
            &[("合金的抗拉强度", "500～800MPa"), ("屈服强度", "不低于350MPa"), ("导电率", "75%")],
        );
        check("前言。均温性（流速差≤5%，温差≤3℃）好", &[("流速差", "≤5%"), ("温差", "≤3℃")]);
        check("粗糙度Ra（μm）≤0.2", &[("粗糙度ra", "≤0.2")]);
        assert_eq!(sentences("粗糙度Ra（μm）≤0.2")[0].figures[0].unit, Unit::parse("μm").unwrap());
        assert_eq!(sentences("运行噪音dB(A):≤80")[0].figures[0].unit, Unit::parse("dB").unwrap());
    }

    #[track_caller]
    fn doubt(text: &str) -> Option<Doubt> {
        let sentences = sentences(text);
        let figure = sentences[0].figures.last().unwrap();
        sentences[0].doubt(figure.from..figure.to)
    }

    #[test]
    fn what_is_planned_denied_earlier_or_a_condition_proves_nothing() {
        assert_eq!(doubt("抗拉强度达到500MPa"), None);
        assert_eq!(doubt("项目目标：良率不低于95%"), Some(Doubt::Planned));
        assert_eq!(doubt("预期强度提高到500MPa"), Some(Doubt::Planned));
        assert_eq!(doubt("目标检测准确率达95%"), None);
        assert_eq!(doubt("模拟温度500℃"), None);
        assert_eq!(doubt("现有产品强度仅300MPa"), Some(Doubt::Other));
        assert_eq!(doubt("强度无法达到500MPa"), Some(Doubt::Other));
        assert_eq!(doubt("温度为720℃时"), Some(Doubt::Other));
        assert_eq!(doubt("强度、硬度分别为500MPa、60HRC"), Some(Doubt::Other));
    }
}
