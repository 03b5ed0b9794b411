//! Which requirements of a need a capability meets, with the words that say so. Both sides come
//! from redacted fields, so nothing is compared or quoted that the caller may not read.

use search_index::evidence::{
    Asked, Entry, Finding, Found, Passage, Reason, Record, Requirement, Verdict, derived, judge,
};
use serde::Serialize;

use super::query::{MatchSide, MatchText};
use crate::capabilities::model::CapabilityFields;
use crate::diagnosis;
use crate::needs::document::requirement_text;
use crate::needs::model::{self as needs, NeedFields};
use crate::search::cards::Fields;
use crate::search::names::Names;

/// Requirements taken from the texts of a need that lists none.
const MOST_DERIVED: usize = 10;

/// Characters of a free text's first line that stand for its title.
const LONGEST_TITLE: usize = 60;

/// One requirement of the need, held against what the capability says.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MatchRequirement {
    /// The requirement, as the need states it.
    #[serde(flatten)]
    pub requirement: needs::Requirement,
    /// Whether it is read out of the need's text, which lists no requirements.
    pub derived: bool,
    /// `met`, `partly`, `not_met` or `unknown`.
    pub verdict: &'static str,
    /// What the verdict rests on: `holds`, `misses`, `tolerated`, `near`, `overlap`, `about`,
    /// `peak`, `broader`, `narrower`, `subject`, `condition`, `several`, `planned`, `open` or `silent`.
    pub reason: &'static str,
    /// The same in words; empty where the verdict says it all.
    pub note: String,
    /// What the capability says, word for word; always there when it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<RequirementQuote>,
    /// The figure that the verdict rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<RequirementFigure>,
}

/// A span of one field of the capability, word for word.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequirementQuote {
    /// The field, as a JSON pointer into the record: `/summary`, `/performance/0/value`.
    pub field: String,
    /// The span.
    pub text: String,
    /// Its first character in the field.
    pub start: usize,
    /// The character after it.
    pub end: usize,
}

/// A figure as the capability states it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequirementFigure {
    /// What it is a figure of, in the capability's words.
    pub name: String,
    /// The figure as written, with its unit.
    pub text: String,
    /// Its lower end in the unit of the requirement; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Its upper end in the unit of the requirement; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Whether it stands in the capability's list of measured figures, not in running text.
    pub measured: bool,
    /// How it was measured, where the capability says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_basis: Option<String>,
}

/// What one side of a match brings.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// A need: what it asks for.
    Wanted {
        /// Its title.
        title: String,
        /// Its requirements.
        requirements: Vec<Wanted>,
    },
    /// A capability: what it says.
    Said {
        /// Its texts and figures.
        record: Box<Record>,
        /// How its figures were measured, in their order.
        bases: Vec<Option<String>>,
    },
    /// Neither.
    Nothing,
}

/// One requirement of a need.
#[derive(Debug, Clone)]
pub struct Wanted {
    requirement: needs::Requirement,
    derived: bool,
    ready: Requirement,
}

impl Wanted {
    fn new(requirement: needs::Requirement, derived: bool) -> Self {
        let ready = Requirement::new(&Asked {
            name: requirement.name.clone(),
            operator: requirement.operator.clone(),
            value: requirement.value.clone(),
            value_max: requirement.value_max.clone(),
            unit: requirement.unit.clone(),
            tolerance: requirement.tolerance.clone(),
        });
        Self { requirement, derived, ready }
    }
}

impl Evidence {
    /// Of a record.
    pub fn of(fields: &Fields) -> Self {
        match fields {
            Fields::Need(fields) => Self::of_need(fields),
            Fields::Capability(fields) => Self::of_capability(fields),
            Fields::None => Self::Nothing,
        }
    }

    /// Of a need: the requirements it lists, or else those that its texts name.
    pub fn of_need(fields: &NeedFields) -> Self {
        let title = fields.title.clone().unwrap_or_default();
        let listed = fields.requirements.iter().cloned();
        let mut requirements: Vec<Wanted> =
            listed.map(|requirement| Wanted::new(requirement, false)).collect();
        if requirements.is_empty() {
            let texts = [&fields.problem, &fields.public_summary, &fields.restricted_detail];
            requirements = out_of(texts.into_iter().flatten().map(String::as_str));
        }
        Self::Wanted { title, requirements }
    }

    /// Of a capability.
    pub fn of_capability(fields: &CapabilityFields) -> Self {
        let entries = fields.performance.iter().enumerate().map(|(at, figure)| Entry {
            field: format!("/performance/{at}/value"),
            name: figure.name.clone(),
            value: figure.value.clone(),
            unit: figure.unit.clone(),
            basis: figure.test_basis.clone(),
        });
        let bases = fields.performance.iter().map(|figure| figure.test_basis.clone()).collect();
        let title = fields.title.as_deref().unwrap_or_default();
        let record = Box::new(Record::new(title, entries.collect(), passages(fields)));
        Self::Said { record, bases }
    }

    /// Of free text.
    pub fn of_text(given: &MatchText) -> Self {
        let texts = [("/title", &given.title), ("/text", &given.text)];
        let texts = texts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        let first = || given.text.as_deref().and_then(|text| text.trim().lines().next());
        let title = given.title.as_deref().or_else(first).unwrap_or_default();
        let title: String = title.chars().take(LONGEST_TITLE).collect();
        match given.side {
            MatchSide::Need => {
                Self::Wanted { title, requirements: out_of(texts.map(|(_, text)| text)) }
            }
            MatchSide::Capability => {
                let passages = texts.map(|(field, text)| passage(field, text)).collect();
                let record = Box::new(Record::new(&title, Vec::new(), passages));
                Self::Said { record, bases: Vec::new() }
            }
        }
    }

    /// Whether there may be anything to judge in a match.
    pub fn asks(&self) -> bool {
        match self {
            Self::Wanted { requirements, .. } => !requirements.is_empty(),
            Self::Said { .. } => true,
            Self::Nothing => false,
        }
    }

    /// The requirements of a need, in words.
    pub fn requirements(&self) -> impl Iterator<Item = String> {
        let wanted = match self {
            Self::Wanted { requirements, .. } => requirements.as_slice(),
            _ => &[],
        };
        wanted.iter().map(|wanted| requirement_text(&wanted.requirement))
    }

    /// The findings on each requirement of this need in what a capability says.
    pub fn findings(&self, other: &Self) -> Vec<(String, Finding)> {
        let Self::Said { record, .. } = other else { return Vec::new() };
        let Self::Wanted { title, requirements } = self else { return Vec::new() };
        let judged = judge(requirements.iter().map(|wanted| &wanted.ready), record, title);
        self.requirements().zip(judged).collect()
    }

    /// The requirements of the side that is a need, held against what the other one says.
    pub fn held_against(&self, other: &Self, names: Names<'_>) -> Vec<MatchRequirement> {
        match (self, other) {
            (Self::Wanted { title, requirements }, Self::Said { record, bases })
            | (Self::Said { record, bases }, Self::Wanted { title, requirements }) => {
                let judged = judge(requirements.iter().map(|wanted| &wanted.ready), record, title);
                let pairs = requirements.iter().zip(judged);
                pairs.map(|(wanted, finding)| view(wanted, finding, bases, names)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How well requirements are met, 0 to 1; none where nothing is said of any. A must counts twice.
pub fn worth(requirements: &[MatchRequirement]) -> Option<f32> {
    let worths = requirements.iter().map(|one| {
        let value = match one.verdict {
            "met" => 1.0,
            "partly" => 0.75,
            "not_met" => 0.0,
            _ => 0.5,
        };
        (value, if one.requirement.must { 2.0 } else { 1.0 })
    });
    let (sum, weights) = worths.fold((0.0, 0.0), |(sum, weights), (value, weight)| {
        (sum + value * weight, weights + weight)
    });
    let said = requirements.iter().any(|one| one.verdict != "unknown");
    said.then(|| sum / weights)
}

/// Requirements that the texts of a need name, each once.
fn out_of<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Wanted> {
    let mut found: Vec<Asked> = Vec::new();
    for text in texts {
        for asked in derived(text, &diagnosis::ops::targets(text)) {
            if found.len() < MOST_DERIVED && !found.contains(&asked) {
                found.push(asked);
            }
        }
    }
    let requirement = |asked: Asked| needs::Requirement {
        name: asked.name,
        operator: asked.operator,
        value: asked.value,
        value_max: asked.value_max,
        unit: asked.unit,
        must: false,
        tolerance: None,
    };
    found.into_iter().map(|asked| Wanted::new(requirement(asked), true)).collect()
}

fn passage(field: &str, text: &str) -> Passage {
    Passage { field: field.to_owned(), text: text.to_owned() }
}

/// Texts of a capability that may state what it reaches, the most telling first. What it solves is
/// left out: that text tells how things were.
fn passages(fields: &CapabilityFields) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut push =
        |field: String, text: &str| passages.push(Passage { field, text: text.to_owned() });
    let single = [
        ("/summary", &fields.summary),
        ("/advantage_over_existing", &fields.advantage_over_existing),
    ];
    for (field, text) in single {
        text.iter().for_each(|text| push(field.to_owned(), text));
    }
    for (at, case) in fields.cases.iter().enumerate() {
        push(format!("/cases/{at}/text"), &case.text);
    }
    for (at, text) in fields.evidence.iter().enumerate() {
        push(format!("/evidence/{at}"), text);
    }
    if let Some(elements) = &fields.elements {
        let parts = [
            ("material", &elements.material),
            ("method", &elements.method),
            ("efficacy", &elements.efficacy),
            ("product", &elements.product),
            ("application", &elements.application),
        ];
        for (part, text) in parts {
            text.iter().for_each(|text| push(format!("/elements/{part}"), text));
        }
    }
    let last = [
        ("/economic_comparison", &fields.economic_comparison),
        ("/restricted_detail", &fields.restricted_detail),
        ("/title", &fields.title),
    ];
    for (field, text) in last {
        text.iter().for_each(|text| push(field.to_owned(), text));
    }
    passages
}

fn view(
    wanted: &Wanted,
    finding: Finding,
    bases: &[Option<String>],
    names: Names<'_>,
) -> MatchRequirement {
    let reason = reason_code(finding.reason);
    let said = finding.found.as_ref().map(|found| found.name.clone()).unwrap_or_default();
    let values = [("said", said.as_str()), ("wanted", wanted.requirement.name.as_str())];
    MatchRequirement {
        requirement: wanted.requirement.clone(),
        derived: wanted.derived,
        verdict: verdict_code(finding.verdict),
        reason,
        note: names.filled(&format!("match_evidence.{reason}"), &values),
        quote: finding.quote.map(|quote| RequirementQuote {
            field: quote.field,
            text: quote.text,
            start: quote.start,
            end: quote.end,
        }),
        found: finding.found.map(|found| figure(found, bases)),
    }
}

fn figure(found: Found, bases: &[Option<String>]) -> RequirementFigure {
    let test_basis = found.entry.and_then(|at| bases.get(at).cloned().flatten());
    RequirementFigure {
        measured: found.entry.is_some(),
        name: found.name,
        text: found.written,
        low: found.low.map(rounded),
        high: found.high.map(rounded),
        test_basis,
    }
}

/// Without the digits that conversion of units leaves behind.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

/// Code of a verdict.
pub fn verdict_code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Partly => "partly",
        Verdict::NotMet => "not_met",
        Verdict::Unknown => "unknown",
    }
}

/// Code of what a verdict rests on.
pub fn reason_code(reason: Reason) -> &'static str {
    match reason {
        Reason::Holds => "holds",
        Reason::Misses => "misses",
        Reason::Tolerated => "tolerated",
        Reason::Near => "near",
        Reason::Overlap => "overlap",
        Reason::About => "about",
        Reason::Peak => "peak",
        Reason::Broader => "broader",
        Reason::Narrower => "narrower",
        Reason::Subject => "subject",
        Reason::Condition => "condition",
        Reason::Several => "several",
        Reason::Planned => "planned",
        Reason::Open => "open",
        Reason::Silent => "silent",
    }
}
