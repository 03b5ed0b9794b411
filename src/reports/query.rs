//! What a report is asked for.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::dimension::{Dimension, UNASSIGNED};
use super::export::ReportFormat;
use super::fact::{Fact, Measure};
use super::period::{Period, Span};
use super::progress::{Filter, NeedProgress};
use crate::app::App;
use crate::error::{Error, Message, Result};
use crate::records::page;

/// Most headings of one report.
const MOST_HEADINGS: usize = 3;

/// Which facts: days, region, and values of headings.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Days in China.
    pub span: Span,
    /// Only of regions with this prefix.
    pub region: Option<String>,
    /// Only these values of these headings.
    pub values: Vec<(Dimension, Vec<String>)>,
}

impl Selection {
    /// The same choice with days and region no wider than the values of times and places allow: what
    /// leads to the records of one month or town need not read all others.
    #[must_use]
    pub fn narrowed(&self) -> Self {
        let mut narrow = self.clone();
        for (dimension, values) in &self.values {
            match (dimension, values.as_slice()) {
                (Dimension::Month | Dimension::Quarter | Dimension::Year, values) => {
                    let spans = values.iter().filter_map(|name| name.parse::<Period>().ok());
                    let around = spans.map(|period| period.span).reduce(Span::around);
                    narrow.span = around.map_or(narrow.span, |span| narrow.span.within(span));
                }
                (Dimension::Town | Dimension::County | Dimension::City, [code]) => {
                    let wider = narrow.region.as_ref().is_none_or(|own| code.starts_with(own));
                    if wider && code != UNASSIGNED {
                        narrow.region = Some(code.clone());
                    }
                }
                _ => {}
            }
        }
        narrow
    }

    /// Whether a fact is among them.
    pub fn holds(&self, fact: &Fact) -> bool {
        self.span.holds(fact.on) && self.stands(fact)
    }

    /// Whether a fact of these days is among them, by month, region and headings.
    pub fn stands(&self, fact: &Fact) -> bool {
        self.region.as_ref().is_none_or(|prefix| fact.region_code.starts_with(prefix))
            && self.values.iter().all(|(one, values)| values.contains(&one.value(fact)))
    }
}

/// Both queries choose facts alike.
macro_rules! selecting_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// `2026`, `2026-Q3` or `2026-09`; this year unless days are given.
            pub period: Option<String>,
            /// First day, in China.
            pub from: Option<NaiveDate>,
            /// Last day.
            pub to: Option<NaiveDate>,
            /// Only of this region, at any level of the code.
            pub region: Option<String>,
            /// Only of these programmes, separated by commas; `none` where nobody has said.
            pub programme: Option<String>,
            /// Only through these channels, separated by commas; `none` where nobody has said.
            pub channel: Option<String>,
            /// Only these kinds of activity, separated by commas; `none` where nobody has said.
            pub activity_kind: Option<String>,
            /// Only what stands under these towns, separated by commas.
            pub town: Option<String>,
            /// Only what stands under these counties, separated by commas.
            pub county: Option<String>,
            /// Only what stands under these cities, separated by commas.
            pub city: Option<String>,
            /// Only of these months, separated by commas.
            pub month: Option<String>,
            /// Only of these quarters, separated by commas.
            pub quarter: Option<String>,
            /// Only of these years, separated by commas.
            pub year: Option<String>,
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl $name {
            /// What is chosen.
            ///
            /// # Errors
            /// [`Error::Invalid`] naming what cannot be.
            pub fn selection(&self, app: &App) -> Result<Selection> {
                let all = [
                    (Dimension::Programme, &self.programme),
                    (Dimension::Channel, &self.channel),
                    (Dimension::ActivityKind, &self.activity_kind),
                    (Dimension::Town, &self.town),
                    (Dimension::County, &self.county),
                    (Dimension::City, &self.city),
                    (Dimension::Month, &self.month),
                    (Dimension::Quarter, &self.quarter),
                    (Dimension::Year, &self.year),
                ];
                let values = all.iter().filter_map(|(dimension, text)| {
                    let values: Vec<String> =
                        page::codes(text.as_deref()).map(str::to_owned).collect();
                    (!values.is_empty()).then_some((*dimension, values))
                });
                Ok(Selection {
                    span: span(app, self.period.as_deref(), self.from, self.to)?,
                    region: page::region(self.region.as_deref().filter(|code| !code.is_empty()))?,
                    values: values.collect(),
                })
            }
        }
    };
}

selecting_query!(
    /// A report to be made.
    ReportQuery {
        /// Headings to break it down by, at most three, separated by commas: `programme` (default),
        /// `channel`, `activity_kind`, `town`, `county`, `city`, `month`, `quarter`, `year`.
        group_by: Option<String>,
    }
);

selecting_query!(
    /// A report as a file.
    ExportQuery {
        /// Headings to break it down by, as for a report.
        group_by: Option<String>,
        /// `csv` (default) or `xlsx`.
        format: Option<ReportFormat>,
    }
);

selecting_query!(
    /// The records behind a figure.
    RecordsQuery {
        /// The figure; all facts without one.
        measure: Option<Measure>,
        /// Only needs that have come so far: `answered` (first contact in time), `late`, `matched`,
        /// `unmatched`, `case`, `contract`.
        progress: Option<NeedProgress>,
        /// Only needs of this field; `none` where nobody has said.
        tech_field: Option<String>,
        /// Entries on the page, 1 to 100; 20 by default.
        limit: Option<usize>,
        /// `next` of the page before.
        after: Option<String>,
    }
);

impl ReportQuery {
    /// Facts and headings.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what cannot be.
    pub fn asked(&self, app: &App) -> Result<(Selection, Vec<Dimension>)> {
        Ok((self.selection(app)?, headings(self.group_by.as_deref())?))
    }
}

impl RecordsQuery {
    /// What the needs among the facts are filtered by.
    ///
    /// # Errors
    /// [`Error::Invalid`] when figures of something else are asked for.
    pub fn filter(&self) -> Result<Filter> {
        let tech_field = self.tech_field.clone().filter(|code| !code.is_empty());
        let filter = Filter { progress: self.progress, tech_field };
        if !filter.is_open() && self.measure.is_some_and(|measure| measure != Measure::Needs) {
            let pointer = if filter.progress.is_some() { "/progress" } else { "/tech_field" };
            return Err(Error::field(pointer, "field.needs_only"));
        }
        Ok(filter)
    }
}

impl ExportQuery {
    /// Facts and headings.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what cannot be.
    pub fn asked(&self, app: &App) -> Result<(Selection, Vec<Dimension>)> {
        Ok((self.selection(app)?, headings(self.group_by.as_deref())?))
    }
}

/// The headings named, each once; programmes without any.
fn headings(text: Option<&str>) -> Result<Vec<Dimension>> {
    let mut headings = Vec::new();
    for code in page::codes(text) {
        let wrong = |_| Error::field("/group_by", "field.unknown_heading");
        let heading: Dimension = code.parse().map_err(wrong)?;
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    if headings.len() > MOST_HEADINGS {
        let message = Message::new("field.too_many_headings").with("max", MOST_HEADINGS);
        return Err(Error::field("/group_by", message));
    }
    Ok(if headings.is_empty() { vec![Dimension::Programme] } else { headings })
}

/// The days of a period, of days given, or of this year.
fn span(
    app: &App,
    period: Option<&str>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Span> {
    let named = period.filter(|name| !name.is_empty());
    if named.is_some() && (from.is_some() || to.is_some()) {
        return Err(Error::field("/period", "field.period_or_days"));
    }
    if let Some(name) = named {
        return Ok(Period::read(name, "/period")?.span);
    }
    let year = Span::year_of(from.or(to).unwrap_or_else(|| app.clock.today_in_china()));
    let span = Span { from: from.unwrap_or(year.from), to: to.unwrap_or(year.to) };
    if span.from.year() < 1 || span.to.year() > 9_999 {
        return Err(Error::field(
            if span.to.year() > 9_999 { "/to" } else { "/from" },
            "field.period",
        ));
    }
    if span.from > span.to {
        return Err(Error::field("/to", "field.ends_before_start"));
    }
    Ok(span)
}
