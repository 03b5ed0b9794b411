//! What the fields of a need say, each finding with the place it was found at.

use super::figures;
use super::model::{Finding, Proposal};
use super::series;
use super::words::{self, List, Plain};
use crate::needs::model::NeedFields;
use crate::records::parts::Elements;

/// Findings that are quoted for one part.
const QUOTED: usize = 5;

/// One free text of the need.
struct Text<'a> {
    field: &'static str,
    original: &'a str,
    plain: Plain,
}

/// Everything that was found.
#[derive(Default)]
pub(super) struct Evidence {
    /// Length of all texts in characters; two letters count as one.
    pub length: usize,
    /// How many measurable targets the texts hold.
    pub targets: usize,
    /// Where they stand.
    pub target_places: Vec<Finding>,
    /// Materials.
    pub material: Vec<Finding>,
    /// Methods.
    pub method: Vec<Finding>,
    /// What is to become better.
    pub efficacy: Vec<Finding>,
    /// Products.
    pub product: Vec<Finding>,
    /// Where it is used.
    pub application: Vec<Finding>,
    /// How things stand.
    pub state: Vec<Finding>,
    /// Money that may be spent.
    pub budget: Vec<Finding>,
    /// By when.
    pub deadline: Vec<Finding>,
    /// What is to be solved.
    pub task: Vec<Finding>,
    /// The needs that the text should be split into.
    pub split: Vec<Proposal>,
    /// The folded texts, for the trade.
    pub plain: String,
}

/// Looks through the texts of a need.
pub(super) fn evidence(fields: &NeedFields) -> Evidence {
    let texts = texts(fields);
    let mut found = Evidence { split: split(&texts), ..Evidence::default() };
    for text in &texts {
        found.length += length(text.original);
        found.plain.push_str(text.plain.text());
        found.plain.push('\n');
        let figures = figures::figures(text.original, &text.plain);
        found.targets += figures.targets.len();
        quote(&mut found.target_places, text, figures.targets);
        quote(&mut found.budget, text, figures.budgets);
        let parts: [(&mut Vec<Finding>, &List); 8] = [
            (&mut found.material, &words::MATERIALS),
            (&mut found.method, &words::METHODS),
            (&mut found.efficacy, &words::EFFICACY),
            (&mut found.product, &words::PRODUCTS),
            (&mut found.application, &words::APPLICATIONS),
            (&mut found.state, &words::STATES),
            (&mut found.deadline, &words::DEADLINES),
            (&mut found.task, &words::TASKS),
        ];
        for (part, list) in parts {
            quote(part, text, list.places(text.plain.text()));
        }
        quote(&mut found.task, text, words::WISHES.places(text.plain.text()));
        quote(&mut found.task, text, words::PROBLEMS.places(text.plain.text()));
    }
    found.length += structured_length(fields);
    found
}

fn texts(fields: &NeedFields) -> Vec<Text<'_>> {
    let named = [
        ("title", &fields.title),
        ("problem", &fields.problem),
        ("background", &fields.background),
        ("conditions_offered", &fields.conditions_offered),
    ];
    let filled = named.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
    let filled = filled.filter(|(_, text)| !text.trim().is_empty());
    filled.map(|(field, original)| Text { field, original, plain: Plain::new(original) }).collect()
}

/// Quotes places of a text, each wording once.
fn quote(found: &mut Vec<Finding>, text: &Text<'_>, places: Vec<std::ops::Range<usize>>) {
    for place in places {
        let words = &text.original[place];
        if found.len() < QUOTED && !found.iter().any(|known| known.text == words) {
            found.push(Finding { field: text.field, text: words.to_owned() });
        }
    }
}

/// Several needs are looked for in the problem, then in the title.
fn split(texts: &[Text<'_>]) -> Vec<Proposal> {
    let of = |field: &str| {
        let text = texts.iter().find(|text| text.field == field)?;
        let items = series::needs(text.original, &text.plain);
        let proposal = |item: series::Item| Proposal {
            title: text.original[item.title].to_owned(),
            text: text.original[item.text].to_owned(),
        };
        Some(items.into_iter().map(proposal).collect::<Vec<_>>()).filter(|found| found.len() > 1)
    };
    of("problem").or_else(|| of("title")).unwrap_or_default()
}

/// Characters of a text; two that are no Chinese count as one, spaces not at all.
fn length(text: &str) -> usize {
    let visible = text.chars().filter(|c| !c.is_whitespace());
    let halves: usize =
        visible.map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum();
    halves / 2
}

fn structured_length(fields: &NeedFields) -> usize {
    let requirements: usize =
        fields.requirements.iter().map(|one| length(&one.name) + length(&one.value)).sum();
    let elements: usize = fields.elements.iter().flat_map(Elements::texts).map(length).sum();
    requirements + elements
}
