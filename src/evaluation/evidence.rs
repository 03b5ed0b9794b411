//! Evidence on real texts: the requirements that real needs name, held against the texts that match
//! them best. Counts the verdicts, and finds every quotation that is not word for word.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use search_index::evidence::{Finding, Verdict};
use search_index::{MatchRequest, MatchSettings, Profile, Side, TextPart, Viewer};
use serde::{Deserialize, Serialize};

use super::files::Item;
use super::run::{documents, index};
use crate::capabilities::model::CapabilityFields;
use crate::error::Result;
use crate::matching::evidence::{Evidence, reason_code, verdict_code};
use crate::needs::model::NeedFields;

/// A text that needs are matched with: a patent or a paper.
#[derive(Debug, Clone, Deserialize)]
pub struct Publication {
    /// Id in the collection.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// What it says.
    #[serde(rename = "abstract", default)]
    pub text: String,
}

/// What came out.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Needs that were matched.
    pub needs: usize,
    /// Needs whose text names a requirement.
    pub with_requirements: usize,
    /// Requirements that they name.
    pub requirements: usize,
    /// Verdicts by kind and by what they rest on.
    pub verdicts: BTreeMap<String, usize>,
    /// Quotations that were compared with their text.
    pub quotes: usize,
    /// Quotations that are no span of their text, and verdicts `met` without one.
    pub faults: Vec<String>,
    /// Time that reading the text and judging took for one match, on average.
    pub micros_per_match: u128,
    /// Needs with the requirements that they name.
    #[serde(skip)]
    pub asked: Vec<AskedNeed>,
    /// Every verdict that rests on a statement.
    #[serde(skip)]
    pub stated: Vec<Stated>,
}

/// A need with its requirements, to be read by a person.
#[derive(Debug, Serialize)]
pub struct AskedNeed {
    need: String,
    requirements: Vec<String>,
}

/// One verdict, to be read by a person.
#[derive(Debug, Serialize)]
pub struct Stated {
    need: String,
    requirement: String,
    verdict: &'static str,
    reason: &'static str,
    found: Option<String>,
    quote: String,
    publication: String,
}

/// Holds the requirements of each need against the `top` publications that match it best, or against
/// all of them, which tries many more statements.
///
/// # Errors
/// Index faults.
pub fn evaluate(
    needs: &[Item],
    publications: &[Publication],
    settings: &Arc<MatchSettings>,
    top: Option<usize>,
) -> Result<Report> {
    let mut report = Report { needs: needs.len(), ..Report::default() };
    let asking: Vec<(&Item, Evidence)> = needs.iter().map(|need| (need, wanted(need))).collect();
    for (need, wanted) in &asking {
        let count = wanted.requirements().count();
        report.with_requirements += usize::from(count > 0);
        report.requirements += count;
        if count > 0 {
            let requirements = wanted.requirements().collect();
            report.asked.push(AskedNeed { need: need.title.clone(), requirements });
        }
    }
    let asking: Vec<_> =
        asking.into_iter().filter(|(_, wanted)| wanted.requirements().next().is_some()).collect();
    match top {
        Some(top) => report.hold_against_best(&asking, publications, settings, top)?,
        None => {
            for publication in publications {
                let said = said(publication);
                for (need, wanted) in &asking {
                    report.take_all(need, wanted.findings(&said), publication);
                }
            }
        }
    }
    Ok(report)
}

fn as_item(publication: &Publication) -> Item {
    let Publication { id, title, text } = publication.clone();
    Item { id, title, text }
}

fn wanted(need: &Item) -> Evidence {
    Evidence::of_need(&NeedFields {
        title: Some(need.title.clone()),
        problem: Some(need.text.clone()),
        ..NeedFields::default()
    })
}

fn said(publication: &Publication) -> Evidence {
    Evidence::of_capability(&CapabilityFields {
        title: Some(publication.title.clone()),
        summary: Some(publication.text.clone()),
        ..CapabilityFields::default()
    })
}

fn request(need: &Item, settings: &Arc<MatchSettings>, top: usize) -> MatchRequest {
    MatchRequest {
        profile: Profile {
            side: Side::Need,
            parts: vec![
                TextPart::title(need.title.clone()),
                TextPart::body("text", need.text.clone(), settings),
            ],
            ..Profile::default()
        },
        viewer: Viewer::default(),
        limit: top,
        settings: Arc::clone(settings),
        ..MatchRequest::default()
    }
}

impl Report {
    fn hold_against_best(
        &mut self,
        asking: &[(&Item, Evidence)],
        publications: &[Publication],
        settings: &Arc<MatchSettings>,
        top: usize,
    ) -> Result<()> {
        let items: Vec<Item> = publications.iter().map(as_item).collect();
        let index = index(documents(&items))?;
        let by_id: HashMap<&str, &Publication> =
            publications.iter().map(|one| (one.id.as_str(), one)).collect();
        let (mut spent, mut matches) = (Duration::ZERO, 0_u32);
        for (need, wanted) in asking {
            for hit in index.matches(&request(need, settings, top))?.hits {
                let Some(publication) = by_id.get(hit.id.as_str()) else { continue };
                let start = Instant::now();
                let found = wanted.findings(&said(publication));
                spent += start.elapsed();
                matches += 1;
                self.take_all(need, found, publication);
            }
        }
        self.micros_per_match = spent.checked_div(matches).unwrap_or_default().as_micros();
        Ok(())
    }

    fn take_all(&mut self, need: &Item, found: Vec<(String, Finding)>, from: &Publication) {
        for (requirement, finding) in found {
            self.take(need, &requirement, from, finding);
        }
    }

    fn take(&mut self, need: &Item, requirement: &str, from: &Publication, finding: Finding) {
        let verdict = verdict_code(finding.verdict);
        let reason = reason_code(finding.reason);
        *self.verdicts.entry(format!("{verdict} ({reason})")).or_default() += 1;
        let place = format!("{} {requirement} {}", need.id, from.id);
        let Some(quote) = finding.quote else {
            if finding.verdict == Verdict::Met {
                self.faults.push(format!("met without a quotation: {place}"));
            }
            return;
        };
        self.quotes += 1;
        let source = if quote.field == "/title" { &from.title } else { &from.text };
        let length = quote.end.saturating_sub(quote.start);
        let span: String = source.chars().skip(quote.start).take(length).collect();
        if span != quote.text || span.is_empty() {
            self.faults.push(format!("not word for word: {place}: {}", quote.text));
        }
        self.stated.push(Stated {
            need: need.title.clone(),
            requirement: requirement.to_owned(),
            verdict,
            reason,
            found: finding.found.map(|found| format!("{} | {}", found.name, found.written)),
            quote: quote.text,
            publication: from.title.clone(),
        });
    }
}
