//! The dashboard: how far the needs of a region have come, held against targets, by month, place and
//! field. Counts and money are those of [`collect`], so that they are the report's; the needs of the
//! funnel are those that it counts.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use super::dimension::Dimension;
use super::fact::Measure;
use super::period::{self, Span};
use super::progress::{self, NeedProgress, Progress, Step};
use super::query::{ReportQuery, Selection};
use super::tally::{Figures, break_down};
use super::{collect, ops};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::code_enum;
use crate::error::{Error, Result};
use crate::reference::targets::{Indicator, Target};

/// Months of a trend at least; a shorter period is shown with those before it.
const MONTHS: i32 = 12;
/// A period of so many months is a trend by itself.
const ENOUGH: i32 = 3;
/// The region that administrators see first.
const PROVINCE: &str = "44";

code_enum!(
    /// The figure that colours the map.
    BoardFigure {
        /// Needs published.
        Needs = "needs",
        /// Share of needs with a match.
        MatchedRate = "matched_rate",
        /// Share of needs with a contract.
        ContractRate = "contract_rate",
        /// Cases opened.
        Cases = "cases",
        /// Contracts signed.
        Contracts = "contracts",
        /// 技术交易额 of these.
        TechAmount = "tech_amount",
        /// Visits.
        Visits = "visits",
        /// Projects begun.
        Projects = "projects",
    }
);

impl BoardFigure {
    /// The measure of the report that it is; none for shares.
    pub fn measure(self) -> Option<Measure> {
        self.as_str().parse().ok()
    }

    /// The step whose share it is; none for measures.
    pub fn step(self) -> Option<Step> {
        match self {
            Self::MatchedRate => Some(Step::Matched),
            Self::ContractRate => Some(Step::Contract),
            _ => None,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct AskBoard {
    /// `2026`, `2026-Q3` or `2026-09`; this year by default.
    pub period: Option<String>,
    /// Code of a region; that of the caller by default.
    pub region: Option<String>,
    /// Places finer than those that follow from the region, where it can be had by them too: counties.
    pub by: Option<Dimension>,
}

/// A share of needs, and what it is held against.
#[derive(Debug, Clone)]
pub struct Goal {
    /// What it is about.
    pub indicator: Indicator,
    /// Needs that meet it.
    pub met: i64,
    /// Needs that count.
    pub of: i64,
    /// What it is held against.
    pub target: Option<Target>,
    /// The filter that leads to the needs that meet it.
    pub filter: NeedProgress,
}

impl Goal {
    /// The share in percent; none without needs.
    pub fn percent(&self) -> Option<f64> {
        percent(self.met, self.of)
    }
}

/// A share in percent; none of nothing.
pub fn percent(part: i64, of: i64) -> Option<f64> {
    // Counts of records: far below what a float holds exactly.
    (of > 0).then(|| 100.0 * part as f64 / of as f64)
}

/// How many needs have come to each step.
pub type Steps = [i64; 4];

/// A place with its figures.
#[derive(Debug, Clone, Default)]
pub struct PlaceLine {
    /// Its code, or `none`.
    pub code: String,
    /// Figures of the report.
    pub figures: Figures,
    /// Its needs by step.
    pub steps: Steps,
}

/// The needs of a town in a field.
#[derive(Debug, Clone)]
pub struct FieldLine {
    /// Code of the town.
    pub town: String,
    /// Code of the field, or `none`.
    pub field: String,
    /// Needs.
    pub needs: i64,
    /// Of these without a match.
    pub unmatched: i64,
}

/// A dashboard.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Name of the period.
    pub period: String,
    /// Its days.
    pub span: Span,
    /// The region; none for all of the caller's.
    pub region: Option<String>,
    /// Regions from the caller's own down to it.
    pub path: Vec<String>,
    /// Figures of the report.
    pub total: Figures,
    /// Needs by step.
    pub steps: Steps,
    /// Working days within which the first contact is to be.
    pub limit: u32,
    /// Shares and what they are held against.
    pub goals: Vec<Goal>,
    /// Figures of each month.
    pub months: Vec<(String, Figures)>,
    /// What places are.
    pub by: Dimension,
    /// What they can be in this region.
    pub levels: &'static [Dimension],
    /// Figures of each place; none within a town.
    pub places: Vec<PlaceLine>,
    /// Needs by town and field.
    pub fields: Vec<FieldLine>,
}

/// Makes the dashboard of a region that the caller looks after.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but liaisons, officers and administrators; [`Error::NotFound`]
/// for other regions; [`Error::Invalid`] for what is no period.
pub fn board(app: &App, caller: &Caller, ask: &AskBoard) -> Result<Dashboard> {
    let reach = ops::broker(caller)?;
    let region = region(app, caller, ask.region.as_deref())?;
    let period = ask.period.clone().filter(|name| !name.is_empty());
    let period = period.unwrap_or_else(|| period::year(app.clock.today_in_china()));
    let query =
        ReportQuery { period: Some(period.clone()), region: region.clone(), ..Default::default() };
    let selection = query.selection(app)?;
    let trend = Selection { span: trend_span(app, selection.span), ..selection.clone() };
    let (sums, needs, trend_sums) = app.db.read(|db| {
        Ok((
            collect::sums(db, &reach, &selection)?,
            progress::sums(db, &reach, &selection)?,
            collect::sums(db, &reach, &trend)?,
        ))
    })?;
    let levels = levels(finer(app, caller, region.as_deref()));
    let by = ask.by.filter(|by| levels.contains(by)).unwrap_or(levels[0]);
    let months = break_down(&trend_sums, &[Dimension::Month]);
    let mut places = break_down(&sums, &[by]).into_iter().collect::<BTreeMap<_, _>>();
    let mut steps: BTreeMap<Vec<String>, Steps> = BTreeMap::new();
    for need in &needs {
        let place = vec![by.value(&need.alike)];
        places.entry(place.clone()).or_default();
        add(steps.entry(place).or_default(), need);
    }
    let is_town = region.as_ref().is_some_and(|code| code.len() >= 9);
    let line = |(place, figures): (Vec<String>, Figures)| PlaceLine {
        steps: steps.get(&place).copied().unwrap_or_default(),
        code: place.into_iter().next().unwrap_or_default(),
        figures,
    };
    Ok(Dashboard {
        path: path(app, caller, region.as_deref()),
        total: Figures::of_sums(&sums),
        steps: total(&needs),
        limit: app.config.brokering.first_contact_days,
        goals: goals(app, &needs, (selection.span, region.as_deref())),
        months: each_month(trend.span, months),
        places: if is_town { Vec::new() } else { places.into_iter().map(line).collect() },
        fields: fields(&needs),
        span: selection.span,
        period,
        region,
        by,
        levels,
    })
}

/// The region asked for, when the caller looks after it.
fn region(app: &App, caller: &Caller, asked: Option<&str>) -> Result<Option<String>> {
    let own = caller.signed_in()?.regions();
    match asked.filter(|code| !code.is_empty()) {
        Some(code) => {
            let within = caller.is_admin() || own.iter().any(|own| code.starts_with(own.as_str()));
            let known = app.reference.region(code).is_some();
            if within && known { Ok(Some(code.to_owned())) } else { Err(Error::NotFound) }
        }
        None if caller.is_admin() => Ok(Some(PROVINCE.to_owned())),
        None => Ok(match own.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }),
    }
}

/// Regions from the caller's own down to one.
fn path(app: &App, caller: &Caller, region: Option<&str>) -> Vec<String> {
    let own = caller.principal.as_ref().map(|one| one.regions()).unwrap_or_default();
    let within =
        |code: &str| caller.is_admin() || own.iter().any(|own| code.starts_with(own.as_str()));
    let mut codes: Vec<String> = region
        .map(|code| app.reference.region_path(code))
        .unwrap_or_default()
        .into_iter()
        .map(|region| region.code.clone())
        .filter(|code| within(code))
        .collect();
    // The county that stands for all of a city says nothing.
    codes.retain(|code| code.len() != 6 || !stands_for_city(app, code));
    codes
}

fn stands_for_city(app: &App, county: &str) -> bool {
    let name = |code: &str| app.reference.region(code).map(|region| region.name.as_str());
    county.get(..4).is_some_and(|city| name(city) == name(county))
}

/// What a region is broken down by.
fn finer(app: &App, caller: &Caller, region: Option<&str>) -> Dimension {
    let towns = |city: &str| {
        let mut counties = app.reference.regions().iter();
        counties.any(|one| one.parent_code == city && stands_for_city(app, &one.code))
    };
    match region {
        Some(code) if code.len() >= 6 => Dimension::Town,
        Some(code) if code.len() == 4 && towns(code) => Dimension::Town,
        Some(code) if code.len() == 4 => Dimension::County,
        Some(_) => Dimension::City,
        None => {
            let own = caller.principal.as_ref().map(|one| one.regions()).unwrap_or_default();
            match own.iter().map(String::len).max() {
                Some(9..) => Dimension::Town,
                Some(6) => Dimension::County,
                _ => Dimension::City,
            }
        }
    }
}

/// What places can be, the coarsest first.
fn levels(coarsest: Dimension) -> &'static [Dimension] {
    match coarsest {
        Dimension::City => &[Dimension::City, Dimension::County],
        Dimension::County => &[Dimension::County],
        _ => &[Dimension::Town],
    }
}

/// The days of a trend: those of the period, or the twelve months that end with a short one; no month
/// that has not come.
fn trend_span(app: &App, span: Span) -> Span {
    let today = app.clock.today_in_china();
    let to = if span.from > today { span.to } else { span.to.min(last_of_month(today)) };
    let months = |from: NaiveDate, to: NaiveDate| {
        12 * (to.year() - from.year()) + to.month0() as i32 - from.month0() as i32 + 1
    };
    if months(span.from, to) >= ENOUGH {
        return Span { from: span.from, to };
    }
    let first = to.with_day(1).unwrap_or(to);
    let back = Months::new(MONTHS.unsigned_abs() - 1);
    Span { from: first.checked_sub_months(back).unwrap_or(first), to }
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|first| first.pred_opt()).unwrap_or(day)
}

/// Every month of a span, with those that hold nothing.
fn each_month(span: Span, mut found: BTreeMap<Vec<String>, Figures>) -> Vec<(String, Figures)> {
    let mut months = Vec::new();
    let mut first = span.from.with_day(1);
    while let Some(day) = first.filter(|day| *day <= span.to) {
        let name = period::month(day);
        let figures = found.remove(std::slice::from_ref(&name)).unwrap_or_default();
        months.push((name, figures));
        first = day.checked_add_months(Months::new(1));
    }
    months
}

fn add(steps: &mut Steps, need: &Progress) {
    for (sum, step) in steps.iter_mut().zip(Step::ALL) {
        *sum += if need.came_to(*step) { need.needs } else { 0 };
    }
}

fn total(needs: &[Progress]) -> Steps {
    let mut steps = Steps::default();
    needs.iter().for_each(|need| add(&mut steps, need));
    steps
}

fn goals(app: &App, needs: &[Progress], (span, region): (Span, Option<&str>)) -> Vec<Goal> {
    let contact = ops::first_contact(app);
    let count = |filter: NeedProgress| -> i64 {
        needs.iter().filter(|need| need.is(filter, &contact)).map(|need| need.needs).sum()
    };
    let day = span.to.min(contact.today).max(span.from);
    let all: i64 = needs.iter().map(|need| need.needs).sum();
    let answered = count(NeedProgress::Answered);
    [
        // Needs whose limit still runs are neither.
        (
            Indicator::Answered,
            NeedProgress::Answered,
            answered,
            answered + count(NeedProgress::Late),
        ),
        (Indicator::Matched, NeedProgress::Matched, count(NeedProgress::Matched), all),
        (Indicator::Case, NeedProgress::Case, count(NeedProgress::Case), all),
        (Indicator::Contracted, NeedProgress::Contract, count(NeedProgress::Contract), all),
    ]
    .into_iter()
    .map(|(indicator, filter, met, of)| {
        let target = app.reference.target(indicator, region.unwrap_or_default(), day).cloned();
        Goal { indicator, met, of, target, filter }
    })
    .collect()
}

fn fields(needs: &[Progress]) -> Vec<FieldLine> {
    let mut cells: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for need in needs {
        let town = Dimension::Town.value(&need.alike);
        let cell = cells.entry((town, need.field().to_owned())).or_default();
        cell.0 += need.needs;
        cell.1 += if need.came_to(Step::Matched) { 0 } else { need.needs };
    }
    let line = |((town, field), (needs, unmatched))| FieldLine { town, field, needs, unmatched };
    cells.into_iter().map(line).collect()
}
