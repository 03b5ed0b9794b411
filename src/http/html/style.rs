//! The page that shows how pages look: colours with their contrast, type, parts, states, charts. For
//! those who change them; not there in production unless it is switched on.

use std::collections::BTreeMap;

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;
use serde_json::json;

use super::chart::{Chart, units};
use super::{Frame, PageResult, Visit, assets};
use crate::error::Error;
use crate::http::extract::AppData;

/// Colours of texts and edges on what they stand, with the contrast that they need.
const PAIRS: [(&str, &str, f64); 16] = [
    ("text", "paper", 4.5),
    ("text", "surface", 4.5),
    ("text", "tint", 4.5),
    ("text", "mark", 4.5),
    ("soft", "paper", 4.5),
    ("soft", "surface", 4.5),
    ("soft", "tint", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "tint", 4.5),
    ("on-accent", "accent", 4.5),
    ("good", "surface", 4.5),
    ("partly", "surface", 4.5),
    ("bad", "surface", 4.5),
    ("text", "bad-tint", 4.5),
    ("edge", "surface", 3.0),
];

/// A pair of colours in one theme.
#[derive(Debug)]
struct Shown {
    front: String,
    back: String,
    contrast: f64,
}

/// A pair of colours.
#[derive(Debug)]
struct Pair {
    front: &'static str,
    back: &'static str,
    needed: f64,
    light: Shown,
    dark: Shown,
}

impl Pair {
    fn themes(&self) -> [&Shown; 2] {
        [&self.light, &self.dark]
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "style.html")]
struct StylePage {
    page: Frame,
    pairs: Vec<Pair>,
    icons: Vec<String>,
    charts: Vec<Chart>,
}

/// How pages look.
#[get("/style")]
async fn show_style(app: AppData, visit: Visit) -> PageResult<StylePage> {
    let app = app.into_inner();
    if !cfg!(debug_assertions) && !app.config.server.style_page {
        return Err(Error::NotFound.into());
    }
    let page = Frame::new(&app, &visit, "style");
    let charts = charts(&page);
    Ok(StylePage { pairs: pairs(), icons: icons(), charts, page })
}

/// Colours by name, of the light and of the dark theme: the first and the second block of the style sheet
/// that name them.
fn colours() -> [BTreeMap<String, String>; 2] {
    let sheet = assets::text_of("app.css");
    let mut themes = sheet.split(":root {").skip(1).map(|block| {
        let block = block.split('}').next().unwrap_or_default();
        let lines = block.split(';').filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let (name, value) = (name.trim().strip_prefix("--")?, value.trim());
            value.starts_with('#').then(|| (name.to_owned(), value.to_owned()))
        });
        lines.collect::<BTreeMap<_, _>>()
    });
    [themes.next().unwrap_or_default(), themes.next().unwrap_or_default()]
}

/// Relative luminance of a colour in hexadecimal digits, as WCAG 2 has it.
fn luminance(colour: &str) -> f64 {
    let digits: String = colour.trim_start_matches('#').to_owned();
    let long = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits,
    };
    let part = |at: usize| {
        let hex = long.get(at..at + 2).unwrap_or("00");
        let share = f64::from(u8::from_str_radix(hex, 16).unwrap_or_default()) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(front: &str, back: &str) -> f64 {
    let (one, two) = (luminance(front), luminance(back));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

fn pairs() -> Vec<Pair> {
    let [light, dark] = colours();
    let shown = |theme: &BTreeMap<String, String>, front: &str, back: &str| {
        let colour = |name: &str| theme.get(name).cloned().unwrap_or_default();
        let (front, back) = (colour(front), colour(back));
        Shown { contrast: contrast(&front, &back), front, back }
    };
    PAIRS
        .iter()
        .map(|(front, back, needed)| Pair {
            front,
            back,
            needed: *needed,
            light: shown(&light, front, back),
            dark: shown(&dark, front, back),
        })
        .collect()
}

/// Names of all icons.
fn icons() -> Vec<String> {
    let file = assets::text_of("icons.svg");
    let names = file.split("<symbol id=\"").skip(1);
    names.filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
}

fn charts(page: &Frame) -> Vec<Chart> {
    let title = page.t("style.charts");
    let names = ["2026-08", "2026-09", "2026-10", "2026-11"];
    let said = |text: &str| (title.clone(), vec![text.to_owned()]);
    let series = json!([
        { "name": page.t("style.needs"), "values": [3, 7, 5, 9] },
        { "name": page.t("style.match"), "values": [2, 5, 5, 6] },
    ]);
    vec![
        Chart::new(
            "bars",
            said("1"),
            &json!({
                "kind": "bars", "names": names, "units": units(page, "money"),
                "series": [{ "name": page.t("style.needs"), "values": [36, 980, 12_500, 23_000] }],
            }),
        ),
        Chart::new(
            "lines",
            said("2"),
            &json!({ "kind": "lines", "names": names, "series": series }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_colours_has_the_contrast_that_it_needs() {
        assert!((contrast("#fff", "#000000") - 21.0).abs() < 0.01);
        for pair in pairs() {
            for shown in [&pair.light, &pair.dark] {
                assert!(!shown.front.is_empty() && !shown.back.is_empty(), "{pair:?}");
                assert!(shown.contrast >= pair.needed, "{pair:?}");
            }
        }
    }

    #[test]
    fn all_icons_are_shown() {
        let icons = icons();
        assert!(icons.len() > 30 && icons.iter().any(|name| name == "wifi-off"), "{icons:?}");
    }
}
