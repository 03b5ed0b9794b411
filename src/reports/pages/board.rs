//! The tables and charts of the dashboard: both are made of the same cells.

mod charts;
mod outlines;

use super::table::grouped;
use crate::http::html::Frame;
pub(super) use crate::http::html::chart::Table;
use crate::http::html::chart::{Cell, Chart, Row};
use crate::money::Money;
use crate::reports::dashboard::{BoardFigure, Dashboard, Goal, percent};
use crate::reports::dimension::UNASSIGNED;
use crate::reports::fact::Measure;
use crate::reports::progress::Step;
use crate::reports::tally::Figures;

/// Figures of a month.
const OF_MONTH: [Measure; 7] = [
    Measure::Needs,
    Measure::Visits,
    Measure::Cases,
    Measure::Meetings,
    Measure::Contracts,
    Measure::TechAmount,
    Measure::PaidAmount,
];
/// Figures of a place.
const OF_PLACE: [Measure; 7] = [
    Measure::Needs,
    Measure::Visits,
    Measure::Cases,
    Measure::Contracts,
    Measure::TechAmount,
    Measure::Projects,
    Measure::Platforms,
];

/// A goal as a tile shows it.
pub(super) struct Tile {
    pub goal: Goal,
    pub share: String,
    /// `met`, `not_met` or `unknown`.
    pub state: &'static str,
    pub address: String,
    /// The share in tenths of a percent, for the bar.
    pub width: u32,
    pub mark: Option<u32>,
}

/// Everything that the page shows of a dashboard.
pub(super) struct Board {
    pub tiles: Vec<Tile>,
    pub steps: (Table, Chart),
    pub months: (Table, Chart),
    pub fields: (Table, Option<Chart>),
    pub places: Option<(Table, Chart)>,
    /// Towns that the heat map leaves out.
    pub left_out: usize,
}

/// The tables alone, as files.
pub(super) fn tables(page: &Frame, data: &Dashboard) -> Vec<Table> {
    let words = Words { page, data };
    vec![words.steps(), words.months(), words.fields(), words.places()]
}

impl Board {
    pub(super) fn new(page: &Frame, data: &Dashboard, figure: BoardFigure) -> Self {
        let words = Words { page, data };
        let (chart, left_out) = words.field_chart();
        Self {
            tiles: data.goals.iter().map(|goal| words.tile(goal)).collect(),
            steps: (words.steps(), words.step_chart()),
            months: (words.months(), words.month_chart()),
            fields: (words.fields(), chart),
            places: (!data.places.is_empty()).then(|| (words.places(), words.place_chart(figure))),
            left_out,
        }
    }
}

struct Words<'a> {
    page: &'a Frame,
    data: &'a Dashboard,
}

/// A percentage in words.
fn in_percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.1}%"))
}

/// A figure of a report, with its thousands apart.
fn worded(measure: Measure, sum: i64) -> String {
    let text = if measure.is_money() { Money(sum).to_wan() } else { sum.to_string() };
    grouped(&text)
}

impl Words<'_> {
    fn own(&self, key: &str) -> String {
        self.page.t(format!("dashboard.{key}"))
    }

    fn measure(&self, measure: Measure) -> String {
        self.page.t(format!("report.measure.{measure}"))
    }

    fn step(&self, step: Step) -> String {
        self.own(&format!("step.{step}"))
    }

    /// Where the records behind a figure are; what is named here replaces period and region.
    fn records(&self, pairs: &[(&str, &str)]) -> String {
        let fixed = |name: &str| pairs.iter().any(|(own, _)| *own == name);
        let mut all = Vec::new();
        if !fixed("period") {
            all.push(("period", self.data.period.as_str()));
        }
        if let Some(region) = &self.data.region {
            all.push(("region", region));
        }
        all.extend(pairs.iter().filter(|(_, value)| !value.is_empty()));
        let query = serde_urlencoded::to_string(all).unwrap_or_default();
        format!("/reports/records?{query}")
    }

    /// The dashboard of a place.
    fn deeper(&self, code: &str) -> Option<String> {
        let wider = self.data.region.as_ref().is_none_or(|own| code.len() > own.len());
        let query = [("period", self.data.period.as_str()), ("region", code)];
        (code != UNASSIGNED && wider).then(|| {
            format!("/dashboard?{}", serde_urlencoded::to_string(query).unwrap_or_default())
        })
    }

    fn cell(&self, measure: Measure, figures: &Figures, pairs: &[(&str, &str)]) -> Cell {
        let sum = figures.sum(measure);
        let mut all = vec![("measure", measure.as_str())];
        all.extend(pairs);
        let plain = measure.value(sum).to_string();
        Cell::new(worded(measure, sum)).plain(plain).leading((sum != 0).then(|| self.records(&all)))
    }

    /// A number of needs, with the filter that leads to them.
    fn needs(&self, count: i64, pairs: &[(&str, &str)]) -> Cell {
        let mut all = vec![("measure", Measure::Needs.as_str())];
        all.extend(pairs);
        Cell::new(grouped(&count.to_string()))
            .plain(count.to_string())
            .leading((count != 0).then(|| self.records(&all)))
    }

    fn share(&self, part: i64, of: i64) -> Cell {
        let share = percent(part, of);
        let plain = share.map(|share| format!("{share:.1}")).unwrap_or_default();
        Cell::new(in_percent(share)).plain(plain)
    }

    fn place(&self, code: &str) -> String {
        if code == UNASSIGNED { self.page.t("report.unassigned") } else { self.page.region(code) }
    }

    fn field(&self, code: &str) -> String {
        if code == UNASSIGNED {
            return self.page.t("report.unassigned");
        }
        self.page.code("tech_field", code)
    }

    fn tile(&self, goal: &Goal) -> Tile {
        let share = goal.percent();
        let state = match (share, &goal.target) {
            (Some(share), Some(target)) if target.is_met(share) => "met",
            (Some(_), Some(_)) => "not_met",
            _ => "unknown",
        };
        // Percentages lie between 0 and 100.
        let tenths = |percent: f64| (percent * 10.0).round() as u32;
        Tile {
            share: in_percent(share),
            state,
            address: self.records(&[("measure", "needs"), ("progress", goal.filter.as_str())]),
            width: tenths(share.unwrap_or_default()),
            mark: goal.target.as_ref().map(|target| tenths(f64::from(target.at_least))),
            goal: goal.clone(),
        }
    }

    fn steps(&self) -> Table {
        let steps = &self.data.steps;
        let rows = Step::ALL.iter().enumerate().map(|(at, step)| {
            let filter = step.filter().map(|filter| filter.as_str()).unwrap_or_default();
            let before = steps[at.saturating_sub(1)];
            Row::new(
                Cell::new(self.step(*step)),
                vec![
                    self.needs(steps[at], &[("progress", filter)]),
                    self.share(steps[at], steps[0]),
                    if at == 0 { Cell::new("") } else { self.share(steps[at], before) },
                ],
            )
        });
        Table {
            key: "steps",
            caption: self.own("funnel"),
            head: [
                "dashboard.column.step",
                "dashboard.column.count",
                "dashboard.column.of_needs",
                "dashboard.column.of_before",
            ]
            .map(|key| self.page.t(key))
            .to_vec(),
            rows: rows.collect(),
        }
    }

    fn months(&self) -> Table {
        let rows = self.data.months.iter().map(|(month, figures)| {
            let cell = |measure: &Measure| self.cell(*measure, figures, &[("period", month)]);
            Row::new(Cell::new(month), OF_MONTH.iter().map(cell).collect())
        });
        let names = OF_MONTH.iter().map(|measure| self.measure(*measure));
        Table {
            key: "months",
            caption: self.own("trend"),
            head: std::iter::once(self.page.t("report.dimension.month")).chain(names).collect(),
            rows: rows.collect(),
        }
    }

    fn fields(&self) -> Table {
        let rows = self.data.fields.iter().map(|line| {
            let both = [("town", line.town.as_str()), ("tech_field", line.field.as_str())];
            let without: Vec<_> = both.iter().copied().chain([("progress", "unmatched")]).collect();
            Row::new(
                Cell::new(self.place(&line.town)).leading(self.deeper(&line.town)),
                vec![
                    Cell::new(self.field(&line.field)),
                    self.needs(line.needs, &both),
                    self.needs(line.unmatched, &without),
                ],
            )
        });
        let town = self.page.t("report.dimension.town");
        let rest =
            ["dashboard.column.field", "dashboard.column.needs", "dashboard.column.unmatched"]
                .map(|key| self.page.t(key));
        Table {
            key: "fields",
            caption: self.own("fields"),
            head: std::iter::once(town).chain(rest).collect(),
            rows: rows.collect(),
        }
    }

    fn places(&self) -> Table {
        let by = self.data.by.as_str();
        let rows = self.data.places.iter().map(|line| {
            let here = [(by, line.code.as_str())];
            let mut cells: Vec<Cell> =
                OF_PLACE.iter().map(|measure| self.cell(*measure, &line.figures, &here)).collect();
            cells.push(self.share(line.steps[1], line.steps[0]));
            cells.push(self.share(line.steps[3], line.steps[0]));
            Row::new(Cell::new(self.place(&line.code)).leading(self.deeper(&line.code)), cells)
        });
        let names = OF_PLACE.iter().map(|measure| self.measure(*measure));
        let rates = [BoardFigure::MatchedRate, BoardFigure::ContractRate];
        Table {
            key: "places",
            caption: self.own("places"),
            head: std::iter::once(self.page.t(format!("report.dimension.{by}")))
                .chain(names)
                .chain(rates.map(|one| self.figure(one)))
                .collect(),
            rows: rows.collect(),
        }
    }

    fn figure(&self, figure: BoardFigure) -> String {
        match figure.measure() {
            Some(measure) => self.measure(measure),
            None => self.own(&format!("figure.{figure}")),
        }
    }
}
