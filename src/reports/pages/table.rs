//! What the page of a report shows beside the report itself.

use chrono::Datelike;

use super::Wanted;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::http::html::Frame;
use crate::reports::dimension::Dimension;
use crate::reports::fact::Measure;
use crate::reports::ops::{Line, Report};
use crate::reports::period;

/// Figures that are shown even where they are nothing.
const ALWAYS: [Measure; 6] = [
    Measure::Needs,
    Measure::Visits,
    Measure::Meetings,
    Measure::Contracts,
    Measure::ContractAmount,
    Measure::TechAmount,
];

/// A column of figures.
pub(super) struct Column {
    pub measure: Measure,
    pub name: String,
}

impl Column {
    /// The columns of a report: those that always stand there, and those that hold something.
    pub(super) fn shown(page: &Frame, report: &Report) -> Vec<Self> {
        let holds =
            |one: &Measure| report.total[one.as_str()].as_f64().is_some_and(|sum| sum > 0.0);
        Measure::ALL
            .iter()
            .filter(|one| ALWAYS.contains(one) || holds(one))
            .map(|one| Self { measure: *one, name: page.t(format!("report.measure.{one}")) })
            .collect()
    }

    /// A figure of a line, or of the total, with its thousands apart.
    pub(super) fn figure(
        &self,
        figures: &std::collections::BTreeMap<&str, serde_json::Value>,
    ) -> String {
        figures
            .get(self.measure.as_str())
            .map(|value| grouped(&value.to_string()))
            .unwrap_or_default()
    }

    /// Whether a figure is nothing.
    pub(super) fn is_nothing(
        &self,
        figures: &std::collections::BTreeMap<&str, serde_json::Value>,
    ) -> bool {
        figures.get(self.measure.as_str()).and_then(serde_json::Value::as_f64) == Some(0.0)
    }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: &str) -> String {
    let (whole, rest) = match number.split_once('.') {
        Some((whole, rest)) => (whole, format!(".{rest}")),
        None => (number, String::new()),
    };
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + &rest
}

/// What was asked for, as the form shows it and links repeat it.
pub(super) struct Asked {
    pub period: String,
    pub region: String,
    pub programme: String,
    pub channel: String,
    pub activity_kind: String,
    pub by: Dimension,
    pub then: Option<Dimension>,
}

impl Asked {
    pub(super) fn new(app: &App, wanted: &Wanted, headings: &[Dimension]) -> Self {
        let this_year = period::year(app.clock.today_in_china());
        let filled = |text: &str| text.trim().to_owned();
        Self {
            period: Some(filled(&wanted.period)).filter(|one| !one.is_empty()).unwrap_or(this_year),
            region: filled(&wanted.region),
            programme: filled(&wanted.programme),
            channel: filled(&wanted.channel),
            activity_kind: filled(&wanted.activity_kind),
            by: headings.first().copied().unwrap_or(Dimension::Programme),
            then: headings.get(1).copied(),
        }
    }

    /// The choice as the rest of an address, but for headings that a line fixes.
    fn rest(&self, line: Option<&Line>) -> String {
        let mut pairs = vec![("period", self.period.as_str()), ("region", &self.region)];
        let fixed: Vec<(&str, &str)> = line
            .map(|line| &line.headings[..])
            .unwrap_or_default()
            .iter()
            .map(|heading| (heading.dimension.as_str(), heading.value.as_str()))
            .collect();
        for (name, value) in [
            ("programme", &self.programme),
            ("channel", &self.channel),
            ("activity_kind", &self.activity_kind),
        ] {
            if !fixed.iter().any(|(other, _)| *other == name) {
                pairs.push((name, value));
            }
        }
        pairs.extend(fixed);
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        serde_urlencoded::to_string(pairs.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// Where the records behind a figure are.
    pub(super) fn records(&self, line: Option<&&Line>, column: &Column) -> String {
        format!("/reports/records?measure={}&{}", column.measure, self.rest(line.copied()))
    }

    /// Where the report is as a file.
    pub(super) fn file(&self, format: &str) -> String {
        let by = match self.then {
            Some(then) => format!("{},{then}", self.by),
            None => self.by.to_string(),
        };
        format!("/reports/export?format={format}&group_by={by}&{}", self.rest(None))
    }
}

/// The regions that the reader looks after, and the one that was asked for.
pub(super) fn regions(app: &App, caller: &Caller, asked: &Asked) -> Vec<(String, String)> {
    let mut codes = match &caller.principal {
        Some(one) if one.is_admin() => {
            let regions = app.reference.regions().iter();
            regions.filter(|region| region.code.len() <= 4).map(|one| one.code.clone()).collect()
        }
        Some(one) => one.regions(),
        None => Vec::new(),
    };
    if app.reference.region(&asked.region).is_some() && !codes.contains(&asked.region) {
        codes.push(asked.region.clone());
    }
    let named = |code: String| {
        let name = app.reference.region_name(&code, caller.language);
        (code, name)
    };
    codes.into_iter().map(named).collect()
}

/// Periods to choose from: the last three years, the last eight quarters and the last twelve months.
pub(super) fn periods(app: &App) -> Vec<String> {
    let today = app.clock.today_in_china();
    let back = |months| today.checked_sub_months(chrono::Months::new(months)).unwrap_or(today);
    let years = (0..3).map(|back| format!("{:04}", today.year() - back));
    let quarters = (0..8).map(|at| period::quarter(back(3 * at)));
    let months = (0..12).map(|at| period::month(back(at)));
    years.chain(quarters).chain(months).collect()
}

/// The address of a page of records with another cursor.
pub(super) fn next_address(here: &str, cursor: &str) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let after = serde_urlencoded::to_string([("after", cursor)]).unwrap_or_default();
    let pairs: Vec<&str> = kept.chain([after.as_str()]).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (plain, grouped_text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567.0125", "1,234,567.0125"),
            ("123456", "123,456"),
        ] {
            assert_eq!(grouped(plain), grouped_text);
        }
    }

    #[test]
    fn the_next_page_keeps_what_was_asked() {
        let address = next_address("/reports/records?measure=visits&after=old", "2026-01-02~a:b:0");
        assert_eq!(address, "/reports/records?measure=visits&after=2026-01-02%7Ea%3Ab%3A0");
    }
}
