//! The verdict on one requirement, from one statement of the record.

use super::compare::{Bound, Outcome};
use super::figure::{Figure, figures};
use super::measured::Measured;
use super::property::{Context, Likeness, Property, share_a_word};
use super::statement::{Doubt, Sentence};
use super::unit::Unit;
use super::wording::Wording;
use super::words;
use super::{Asked, Finding, Found, Passage, Quote, Reason, Record, Verdict};
use crate::analysis;

/// A requirement made ready.
#[derive(Debug, Clone)]
pub struct Requirement {
    property: Property,
    ask: Ask,
    /// The unit as written, when the table does not know it.
    own_unit: Option<String>,
}

#[derive(Debug, Clone)]
enum Ask {
    Figure(Bound),
    Wording(Wording),
    /// Nothing that could be looked for.
    Nothing,
}

impl Requirement {
    /// Makes a requirement ready.
    pub fn new(asked: &Asked) -> Self {
        let mut property = Property::of(&asked.name);
        let named = asked.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
        let unit = named.map_or_else(Unit::bare, |name| {
            Unit::parse(name).unwrap_or_else(|| Unit::opaque(name))
        });
        let own_unit = named.filter(|name| Unit::parse(name).is_none()).map(str::to_owned);
        let slack = asked.tolerance.as_deref().and_then(|text| slack(text, &unit));
        if let (Some(condition), None) = (&asked.tolerance, slack) {
            property.conditions.push(condition.clone());
        }
        let mut ask = ask(asked, unit);
        if let Ask::Figure(bound) = &mut ask {
            let range = bound.low.is_some() && bound.high.is_some() && bound.low != bound.high;
            bound.covering = range && property.is_covering();
            bound.difference = property.is_difference();
            bound.slack = slack;
        }
        Self { property, ask, own_unit }
    }
}

fn ask(asked: &Asked, unit: Unit) -> Ask {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let value = number(&asked.value);
    let upper = asked.value_max.as_deref().and_then(number);
    let (low, high) = match (asked.operator.as_str(), value) {
        ("ge" | "gt", Some(value)) => (Some(value), None),
        ("le" | "lt", Some(value)) => (None, Some(value)),
        ("eq", Some(value)) => (Some(value), Some(value)),
        ("range", Some(value)) => (Some(value), upper),
        _ => return in_words(&asked.value),
    };
    let strict = matches!(asked.operator.as_str(), "gt" | "lt");
    let (covering, difference) = (false, false);
    Ask::Figure(Bound { low, high, strict, covering, unit, slack: None, difference })
}

/// A requirement in words may be a figure all the same: 不低于95%.
fn in_words(value: &str) -> Ask {
    let plain = super::text::plain(value.trim());
    if let [figure] = figures(&plain, None).as_slice()
        && figure.bounded
        && figure.from == 0
        && figure.to == plain.len()
        && figure.unit != Unit::bare()
    {
        return Ask::Figure(Bound {
            low: figure.low,
            high: figure.high,
            strict: figure.strict,
            covering: false,
            unit: figure.unit.clone(),
            slack: None,
            difference: false,
        });
    }
    Wording::of(value).map_or(Ask::Nothing, Ask::Wording)
}

/// How far a value may lie outside, when the text says so: ±2%.
fn slack(text: &str, unit: &Unit) -> Option<f64> {
    let plain = super::text::plain(text.trim());
    let found = figures(&plain, None);
    let [figure] = found.as_slice() else { return None };
    let within = plain.contains(&'±') && figure.from == 0 && figure.to == plain.len();
    let most = figure.high.filter(|_| within)?;
    figure.unit.fits(unit).then(|| figure.unit.convert(most, unit, true))
}

/// One statement that speaks of the requirement.
struct Candidate {
    finding: Finding,
    likeness: Likeness,
    planned: bool,
}

/// Whether the record says that each of the requirements is met. `subject` is the title of the need:
/// its words narrow no property.
pub fn judge<'a>(
    requirements: impl IntoIterator<Item = &'a Requirement>,
    record: &Record,
    subject: &str,
) -> Vec<Finding> {
    let fold = |title: &str| words::canonical(&analysis::fold(title));
    let (title, need) = (fold(&record.title), fold(subject));
    let shared = share_a_word(&title, &need);
    let context = Context { around: "", record: &title, need: &need, shared };
    requirements.into_iter().map(|requirement| judge_one(requirement, record, context)).collect()
}

fn judge_one(requirement: &Requirement, record: &Record, context: Context<'_>) -> Finding {
    let elsewhere = requirement.property.is_bare() && !context.shared;
    let mut found = match &requirement.ask {
        Ask::Figure(bound) => of_figures(requirement, bound, record, context),
        Ask::Wording(wording) => of_wording(requirement, wording, record, context),
        Ask::Nothing => Vec::new(),
    };
    // What is said of the very property comes first, what is only planned last; else in order.
    found.sort_by_key(|one| (one.planned, one.likeness != Likeness::Same));
    let Some(first) = found.first() else { return Finding::SILENT };
    let alike = |one: &&Candidate| one.planned == first.planned && one.likeness == first.likeness;
    let verdicts: Vec<Verdict> =
        found.iter().filter(alike).map(|one| one.finding.verdict).collect();
    let disagree = verdicts.contains(&Verdict::Met) && verdicts.contains(&Verdict::NotMet);
    let best = found.iter().find(|one| !disagree || one.finding.verdict == Verdict::Met);
    let mut finding = best.unwrap_or(first).finding.clone();
    if disagree {
        (finding.verdict, finding.reason) = (Verdict::Partly, Reason::Several);
    }
    if elsewhere && let Verdict::Met | Verdict::NotMet = finding.verdict {
        let met = finding.verdict == Verdict::Met;
        finding.verdict = if met { Verdict::Partly } else { Verdict::Unknown };
        finding.reason = Reason::Subject;
    }
    finding
}

fn of_figures(
    requirement: &Requirement,
    bound: &Bound,
    record: &Record,
    subject: Context<'_>,
) -> Vec<Candidate> {
    let entries = record.entries.iter().enumerate();
    let entries =
        entries.filter_map(|(at, entry)| of_entry(requirement, bound, (at, entry), subject));
    let mut found: Vec<Candidate> = entries.collect();
    for (passage, sentences) in &record.passages {
        for sentence in sentences {
            let own = requirement.own_unit.as_deref().map(|unit| sentence.read_with(unit));
            let sentence = own.as_ref().unwrap_or(sentence);
            let said = (0..sentence.figures.len())
                .filter_map(|at| of_sentence(requirement, bound, (passage, sentence, at), subject));
            found.extend(said);
        }
    }
    found
}

/// What is stated, ready to be judged.
struct Stated<'a> {
    figure: &'a Figure,
    likeness: Likeness,
    /// All that was said with it, folded.
    around: &'a str,
    planned: bool,
    /// Whether it is one word, and nothing tells that it is said of the same thing.
    elsewhere: bool,
}

impl Requirement {
    fn verdict(&self, bound: &Bound, stated: &Stated<'_>) -> Option<(Verdict, Reason)> {
        let outcome = bound.compare(bound.ends(stated.figure)?, stated.figure.strict);
        if stated.planned {
            return Some((Verdict::Unknown, Reason::Planned));
        }
        let lacking = self.lacking(bound, stated);
        Some(match (outcome, lacking) {
            (Outcome::Met, None) => (Verdict::Met, Reason::Holds),
            (Outcome::Met, Some(Reason::Broader)) if stated.elsewhere => {
                (Verdict::Unknown, Reason::Broader)
            }
            (Outcome::Met, Some(lacking)) => (Verdict::Partly, lacking),
            (Outcome::Tolerated, _) => (Verdict::Partly, Reason::Tolerated),
            (Outcome::Near, _) => (Verdict::Partly, Reason::Near),
            (Outcome::Overlap, _) => (Verdict::Partly, Reason::Overlap),
            (Outcome::Open, _) => (Verdict::Unknown, Reason::Open),
            // Of something else, or under other conditions, it need not miss.
            (
                Outcome::NotMet,
                Some(lacking @ (Reason::Broader | Reason::Narrower | Reason::Condition)),
            ) => (Verdict::Unknown, lacking),
            (Outcome::NotMet, _) => (Verdict::NotMet, Reason::Misses),
        })
    }

    /// What keeps a figure that is allowed from being a proof.
    fn lacking(&self, bound: &Bound, stated: &Stated<'_>) -> Option<Reason> {
        match stated.likeness {
            Likeness::Broader => return Some(Reason::Broader),
            Likeness::Narrower => return Some(Reason::Narrower),
            Likeness::Same => {}
        }
        if !self.property.conditions.iter().all(|one| is_stated(one, stated.around)) {
            return Some(Reason::Condition);
        }
        if stated.figure.peak {
            return Some(Reason::Peak);
        }
        (stated.figure.about && !bound.holds_nearby(stated.figure)).then_some(Reason::About)
    }
}

/// Whether a condition is stated with a figure: its own figures and its words.
fn is_stated(condition: &str, around: &str) -> bool {
    let here = figures(&super::text::plain(around), None);
    let wanted = figures(&super::text::plain(&analysis::fold(condition)), None);
    let alike = |one: &Figure| {
        here.iter()
            .any(|other| (&one.unit, one.low, one.high) == (&other.unit, other.low, other.high))
    };
    let is_word = |word: &str| !word.contains(|c: char| c.is_ascii_digit());
    let mut words = analysis::words(condition).into_iter().filter(|token| is_word(&token.text));
    wanted.iter().all(alike) && words.all(|token| around.contains(&token.text))
}

impl Bound {
    /// Whether a figure is allowed even if it is a little less, or a little more, than stated.
    fn holds_nearby(&self, figure: &Figure) -> bool {
        let shifted = |share: f64| {
            let (low, high) = self.ends(figure)?;
            let shift = |value: Option<f64>| value.map(|value| value * share);
            Some(self.compare((shift(low), shift(high)), figure.strict) == Outcome::Met)
        };
        let near = super::compare::NEAR;
        [1.0 - near, 1.0 + near].into_iter().all(|share| shifted(share) == Some(true))
    }
}

fn of_entry(
    requirement: &Requirement,
    bound: &Bound,
    (at, measured): (usize, &Measured),
    subject: Context<'_>,
) -> Option<Candidate> {
    let figure = measured.figure.as_ref()?;
    let (low, high) = bound.ends(figure)?;
    let (said, around) = (measured.property(), measured.around());
    let likeness = requirement.property.likeness(said, &Context { around, ..subject })?;
    let elsewhere = said.is_bare() && !subject.shared;
    let stated = Stated { figure, likeness, around, planned: false, elsewhere };
    let (verdict, reason) = requirement.verdict(bound, &stated)?;
    let entry = &measured.entry;
    let quote = Quote {
        field: entry.field.clone(),
        text: entry.value.clone(),
        start: 0,
        end: entry.value.chars().count(),
    };
    let written = measured.written();
    let found = Found { name: entry.name.clone(), written, low, high, entry: Some(at) };
    let finding = Finding { verdict, reason, quote: Some(quote), found: Some(found) };
    Some(Candidate { finding, likeness, planned: false })
}

fn of_sentence(
    requirement: &Requirement,
    bound: &Bound,
    (passage, sentence, at): (&Passage, &Sentence, usize),
    subject: Context<'_>,
) -> Option<Candidate> {
    let figure = &sentence.figures[at];
    let (low, high) = bound.ends(figure)?;
    let (said, around) = (sentence.property(at), sentence.whole());
    let likeness = requirement.property.likeness(said, &Context { around, ..subject })?;
    let doubt = sentence.doubt(figure.from..figure.to);
    if doubt == Some(Doubt::Other) {
        return None;
    }
    let planned = doubt == Some(Doubt::Planned);
    let elsewhere = said.is_bare() && !subject.shared;
    let stated = Stated { figure, likeness, around, planned, elsewhere };
    let (verdict, reason) = requirement.verdict(bound, &stated)?;
    let phrase = sentence.phrase(at);
    let span = phrase.start.min(figure.from)..figure.to;
    let characters: Vec<char> = passage.text.chars().collect();
    let written = |from: usize, to: usize| -> String {
        characters[sentence.start + from..sentence.start + to].iter().collect()
    };
    let found = Found {
        name: written(phrase.start, phrase.end).trim().to_owned(),
        written: written(figure.from, figure.to),
        low,
        high,
        entry: None,
    };
    let quote = Some(quote(passage, sentence, span));
    Some(Candidate {
        finding: Finding { verdict, reason, quote, found: Some(found) },
        likeness,
        planned,
    })
}

fn quote(passage: &Passage, sentence: &Sentence, span: std::ops::Range<usize>) -> Quote {
    let range = sentence.quoted(span);
    let (start, end) = (sentence.start + range.start, sentence.start + range.end);
    let text = passage.text.chars().skip(start).take(end - start).collect();
    Quote { field: passage.field.clone(), text, start, end }
}

fn of_wording(
    requirement: &Requirement,
    wording: &Wording,
    record: &Record,
    subject: Context<'_>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let measured = record.entries.iter().map(|measured| &measured.entry);
    let entries = measured.enumerate().map(|(at, entry)| {
        let text = format!("{} {}", entry.name, entry.value);
        (Passage { field: entry.field.clone(), text }, Some((at, entry)))
    });
    let entries: Vec<_> = entries
        .map(|(passage, entry)| (super::statement::sentences(&passage.text), passage, entry))
        .collect();
    let texts = record.passages.iter().map(|(passage, sentences)| (sentences, passage, None));
    let all = entries.iter().map(|(sentences, passage, entry)| (sentences, passage, *entry));
    for (sentences, passage, entry) in all.chain(texts) {
        for sentence in sentences {
            let Some(place) = wording.said_in(sentence, &requirement.property, subject) else {
                continue;
            };
            let doubt = sentence.doubt(place.clone());
            if doubt == Some(Doubt::Other) {
                continue;
            }
            let planned = doubt == Some(Doubt::Planned);
            let basis = entry.and_then(|(_, entry)| entry.basis.as_deref()).unwrap_or_default();
            let said = sentence.whole();
            let around = format!("{said} {}", analysis::fold(basis));
            let stated = |one: &String| is_stated(one, &around);
            let (verdict, reason) = match requirement.property.conditions.iter().all(stated) {
                _ if planned => (Verdict::Unknown, Reason::Planned),
                true => (Verdict::Met, Reason::Holds),
                false => (Verdict::Partly, Reason::Condition),
            };
            let quote = entry.map_or_else(
                || quote(passage, sentence, place),
                |(_, entry)| Quote {
                    field: entry.field.clone(),
                    text: entry.value.clone(),
                    start: 0,
                    end: entry.value.chars().count(),
                },
            );
            let found_at = entry.map(|(at, entry)| Found {
                name: entry.name.clone(),
                written: entry.value.clone(),
                low: None,
                high: None,
                entry: Some(at),
            });
            let finding = Finding { verdict, reason, quote: Some(quote), found: found_at };
            found.push(Candidate { finding, likeness: Likeness::Same, planned });
        }
    }
    found
}

#[cfg(test)]
mod tests;
