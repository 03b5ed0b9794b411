//! The charts of the dashboard, of the same figures as its tables.

use serde_json::{Value, json};

use super::{Words, in_percent, outlines, worded};
use crate::http::html::chart::{Chart, units};
use crate::reports::dashboard::{BoardFigure, PlaceLine, percent};
use crate::reports::dimension::Dimension;
use crate::reports::fact::Measure;
use crate::reports::progress::Step;

/// Towns of the heat map: those with the most needs.
const MOST_TOWNS: usize = 20;
/// Figures of a month that are drawn.
const DRAWN: [Measure; 3] = [Measure::Needs, Measure::Cases, Measure::Contracts];

impl Words<'_> {
    pub(super) fn step_chart(&self) -> Chart {
        let steps = &self.data.steps;
        let texts: Vec<String> = steps
            .iter()
            .enumerate()
            .map(|(at, count)| match at {
                0 => count.to_string(),
                _ => format!("{count} ({})", in_percent(percent(*count, steps[0]))),
            })
            .collect();
        let names: Vec<String> = Step::ALL.iter().map(|step| self.step(*step)).collect();
        let links: Vec<String> = Step::ALL
            .iter()
            .map(|step| {
                let filter = step.filter().map(|one| one.as_str()).unwrap_or_default();
                self.records(&[("measure", "needs"), ("progress", filter)])
            })
            .collect();
        let label = names.iter().zip(&texts).map(|(name, text)| format!("{name} {text}"));
        Chart::new(
            "funnel",
            (self.own("funnel"), label.collect()),
            &json!({
                "kind": "bars", "names": names, "links": links,
                "series": [{ "name": self.page.t("dashboard.column.count"), "values": steps, "texts": texts }],
            }),
        )
    }

    pub(super) fn month_chart(&self) -> Chart {
        let months: Vec<&str> = self.data.months.iter().map(|(name, _)| name.as_str()).collect();
        let mut said = Vec::new();
        let series: Vec<Value> = DRAWN
            .iter()
            .map(|measure| {
                let values: Vec<i64> =
                    self.data.months.iter().map(|(_, figures)| figures.sum(*measure)).collect();
                let links: Vec<String> = months
                    .iter()
                    .map(|name| self.records(&[("period", name), ("measure", measure.as_str())]))
                    .collect();
                said.push(format!("{} {}", self.measure(*measure), values.iter().sum::<i64>()));
                json!({ "name": self.measure(*measure), "values": values, "links": links })
            })
            .collect();
        Chart::new(
            "trend",
            (self.own("trend"), said),
            &json!({ "kind": "lines", "names": months, "series": series }),
        )
    }

    /// The heat map of the towns with the most needs, and how many towns it leaves out.
    pub(super) fn field_chart(&self) -> (Option<Chart>, usize) {
        let lines = &self.data.fields;
        let sum = |town: &str| -> i64 {
            lines.iter().filter(|line| line.town == town).map(|line| line.needs).sum()
        };
        let mut towns: Vec<&str> = lines.iter().map(|line| line.town.as_str()).collect();
        towns.dedup();
        towns.sort_by_key(|town| (-sum(town), *town));
        let left_out = towns.len().saturating_sub(MOST_TOWNS);
        towns.truncate(MOST_TOWNS);
        let mut fields: Vec<&str> = lines.iter().map(|line| line.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        if towns.is_empty() {
            return (None, 0);
        }
        let (mut cells, mut hints, mut links) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines {
            let x = fields.iter().position(|field| *field == line.field);
            let y = towns.iter().position(|town| *town == line.town);
            let (Some(x), Some(y)) = (x, y) else { continue };
            cells.push(json!([x, y, line.needs]));
            let figures =
                self.page.fill2("dashboard.cell", "needs", line.needs, "unmatched", line.unmatched);
            hints.push(format!(
                "{}\n{}\n{figures}",
                self.place(&line.town),
                self.field(&line.field)
            ));
            links.push(self.records(&[
                ("measure", "needs"),
                ("town", &line.town),
                ("tech_field", &line.field),
            ]));
        }
        let names: Vec<String> = fields.iter().map(|field| self.field(field)).collect();
        let rows: Vec<String> = towns.iter().map(|town| self.page.short_region(town)).collect();
        let said =
            vec![self.page.fill2("dashboard.grid", "towns", rows.len(), "fields", names.len())];
        let spec = json!({
            "kind": "heat", "names": names, "rows": rows, "cells": cells, "hints": hints,
            "links": links,
        });
        (Some(Chart::new("fields", (self.own("fields"), said), &spec)), left_out)
    }

    /// The value of a place and its words.
    fn value(&self, line: &PlaceLine, figure: BoardFigure) -> (Value, String) {
        if let Some(step) = figure.step() {
            let part = if step == Step::Matched { line.steps[1] } else { line.steps[3] };
            let share = percent(part, line.steps[0]);
            return (json!(share.map(|share| (share * 10.0).round() / 10.0)), in_percent(share));
        }
        let measure = figure.measure().unwrap_or(Measure::Needs);
        let sum = line.figures.sum(measure);
        (measure.value(sum), worded(measure, sum))
    }

    pub(super) fn place_chart(&self, figure: BoardFigure) -> Chart {
        let name = self.figure(figure);
        let lines: Vec<(&PlaceLine, Value, String)> = self
            .data
            .places
            .iter()
            .map(|line| {
                let (value, text) = self.value(line, figure);
                (line, value, text)
            })
            .collect();
        let said = lines.iter().map(|(line, _, text)| format!("{} {text}", self.place(&line.code)));
        let said =
            (format!("{}{}{name}", self.own("places"), self.page.t("form.colon")), said.collect());
        let units = units(
            self.page,
            match figure {
                BoardFigure::TechAmount => "money",
                BoardFigure::MatchedRate | BoardFigure::ContractRate => "percent",
                _ => "count",
            },
        );
        if self.data.by != Dimension::Town {
            return Chart::new("map", said, &self.map(figure, &units));
        }
        let names: Vec<String> =
            lines.iter().map(|(line, ..)| self.page.short_region(&line.code)).collect();
        let values: Vec<&Value> = lines.iter().map(|(_, value, _)| value).collect();
        let links: Vec<_> = lines.iter().map(|(line, ..)| self.deeper(&line.code)).collect();
        let spec = json!({
            "kind": "bars", "names": names, "links": links, "units": units,
            "series": [{ "name": name, "values": values }],
        });
        Chart::new("places", said, &spec)
    }

    /// The places on the map: cities, or counties, of those that are drawn alone.
    fn map(&self, figure: BoardFigure, units: &Value) -> Value {
        let counties = self.data.by == Dimension::County;
        let name = self.figure(figure);
        let places: Vec<Value> = outlines::drawn(&self.data.places)
            .iter()
            .map(|(id, lines)| {
                let (value, text) = self.value(&outlines::together(lines), figure);
                let joined = |names: Vec<String>| names.join(&self.page.t("list_separator"));
                let codes = || lines.iter().map(|line| line.code.as_str());
                // Several in one outline: the table leads to each.
                let link =
                    if let [line] = lines.as_slice() { self.deeper(&line.code) } else { None };
                json!({
                    "id": id, "value": value, "text": format!("{name} {text}"), "link": link,
                    "name": joined(codes().map(|code| self.place(code)).collect()),
                    "short": joined(codes().map(|code| self.page.short_region(code)).collect()),
                })
            })
            .collect();
        let file = if counties { "guangdong-counties.json" } else { "guangdong.json" };
        json!({
            "kind": "map", "map": self.page.asset(file), "places": places, "units": units,
            "digits": if counties { 6 } else { 4 }, "within": self.cities(),
        })
    }

    /// Cities that the map is cut to; none for the whole of it.
    fn cities(&self) -> Vec<&str> {
        match self.data.region.as_deref() {
            Some(code) => code.get(..4).into_iter().collect(),
            None if self.data.by == Dimension::County => {
                let places = self.data.places.iter();
                places
                    .filter_map(|line| line.code.get(..4).filter(|_| line.code.len() == 6))
                    .collect()
            }
            None => Vec::new(),
        }
    }
}
