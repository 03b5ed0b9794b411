//! The page of statistics, and what search engines read.

use actix_web::{HttpResponse, get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::model::PublicKind;
use super::ops::{self, Both, Statistics};
use super::sitemap::{self, MOST};
use crate::error::Error;
use crate::http::extract::{AppData, Query};
use crate::http::html::chart::{Cell, Chart, Row, Table};
use crate::http::html::{Frame, PageResult, Visit};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(show_statistics)
        .service(fetch_robots)
        .service(fetch_sitemap)
        .service(fetch_sitemap_part);
}

#[derive(Template, WebTemplate)]
#[template(path = "statistics.html")]
struct StatisticsPage {
    page: Frame,
    data: Statistics,
    fields: (Table, Option<Chart>),
    places: (Table, Option<Chart>),
    months: (Table, Option<Chart>),
    types: (Table, Option<Chart>),
}

/// Which part is asked for.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    city: String,
}

/// What is public, counted.
#[get("/statistics")]
async fn show_statistics(
    app: AppData,
    visit: Visit,
    wanted: Query<Wanted>,
) -> PageResult<StatisticsPage> {
    let app = app.into_inner();
    let city = wanted.into_inner().city;
    let data = app.run(move |app| ops::statistics(app, Some(&city))).await?;
    let page = Frame::new(&app, &visit, "statistics");
    let words = Words { page: &page, data: &data };
    let (fields, places, months, types) =
        (words.fields(), words.places(), words.months(), words.types());
    Ok(StatisticsPage { fields, places, months, types, data, page })
}

/// What robots may read.
#[get("/robots.txt")]
async fn fetch_robots(app: AppData) -> PageResult {
    let text = sitemap::robots(&app);
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

fn xml(text: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(text)
}

/// Addresses of public pages.
#[get("/sitemap.xml")]
async fn fetch_sitemap(app: AppData) -> PageResult {
    let app = app.into_inner();
    Ok(xml(app.run(|app| sitemap::sitemap(app, MOST)).await?))
}

/// A part of them, where there are many.
#[get("/sitemaps/{kind}/{part}")]
async fn fetch_sitemap_part(app: AppData, path: web::Path<(String, String)>) -> PageResult {
    let app = app.into_inner();
    let (kind, part) = path.into_inner();
    let kind: PublicKind = kind.parse().map_err(|_| Error::NotFound)?;
    let number = part.strip_suffix(".xml").and_then(|number| number.parse().ok());
    let number = number.ok_or(Error::NotFound)?;
    Ok(xml(app.run(move |app| sitemap::part(app, kind, number, MOST)).await?))
}

struct Words<'a> {
    page: &'a Frame,
    data: &'a Statistics,
}

impl Words<'_> {
    fn own(&self, key: &str) -> String {
        self.page.t(format!("statistics.{key}"))
    }

    fn field(&self, code: &str) -> String {
        if code.is_empty() {
            return self.page.t("report.unassigned");
        }
        self.page.code("tech_field", code)
    }

    /// Needs and capabilities under names, as a chart of bars or lines.
    fn both(&self, key: &'static str, kind: &str, rows: &[(String, Both)]) -> Option<Chart> {
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let needs: Vec<i64> = rows.iter().map(|(_, both)| both.needs).collect();
        let capabilities: Vec<i64> = rows.iter().map(|(_, both)| both.capabilities).collect();
        let said = rows.iter().map(|(name, both)| {
            let (needs, capabilities) = (both.needs, both.capabilities);
            self.page
                .fill2("statistics.said", "needs", needs, "capabilities", capabilities)
                .replace("%{name}", name)
        });
        let spec = json!({
            "kind": kind, "names": names,
            "series": [
                { "name": self.own("needs"), "values": needs },
                { "name": self.own("capabilities"), "values": capabilities },
            ],
        });
        (!rows.is_empty()).then(|| Chart::new(key, (self.own(key), said.collect()), &spec))
    }

    fn table(&self, key: &'static str, first: String, rows: Vec<Row>, more: &[&str]) -> Table {
        let head = std::iter::once(first).chain(more.iter().map(|name| self.own(name))).collect();
        Table { key, caption: self.own(key), head, rows }
    }

    fn fields(&self) -> (Table, Option<Chart>) {
        let mut named: Vec<(String, String, Both)> = self
            .data
            .fields
            .iter()
            .map(|(code, both)| (code.clone(), self.field(code), *both))
            .collect();
        named.sort_by_key(|(.., both)| -(both.needs + both.capabilities));
        let rows = named.iter().map(|(code, name, both)| {
            let search = (!code.is_empty()).then(|| format!("/search?tech_field={code}"));
            Row::new(Cell::new(name).leading(search), cells(both))
        });
        let first = self.page.t("record.tech_field");
        let table = self.table("fields", first, rows.collect(), &["needs", "capabilities"]);
        let rows: Vec<_> = named.into_iter().map(|(_, name, both)| (name, both)).collect();
        (table, self.both("fields", "bars", &rows))
    }

    fn months(&self) -> (Table, Option<Chart>) {
        let rows =
            self.data.months.iter().map(|(month, both)| Row::new(Cell::new(month), cells(both)));
        let first = self.page.t("report.dimension.month");
        let table = self.table("months", first, rows.collect(), &["needs", "capabilities"]);
        (table, self.both("months", "lines", &self.data.months))
    }

    fn places(&self) -> (Table, Option<Chart>) {
        let of_city = self.data.city.is_some();
        // Elsewhere there are organisations, but no towns.
        let leading = |code: &str| {
            let ours = !of_city && code.len() == 4 && code.starts_with("44");
            ours.then(|| format!("/statistics?city={code}"))
        };
        let rows = self.data.places.iter().map(|(code, place)| {
            let mut cells = cells(&place.both);
            cells.push(Cell::new(place.organizations.to_string()));
            Row::new(Cell::new(self.page.region(code)).leading(leading(code)), cells)
        });
        let first =
            self.page.t(if of_city { "report.dimension.town" } else { "report.dimension.city" });
        let names = ["needs", "capabilities", "organizations"];
        let table = self.table("places", first, rows.collect(), &names);
        if of_city {
            let rows: Vec<_> = self
                .data
                .places
                .iter()
                .map(|(code, place)| (self.page.short_region(code), place.both))
                .collect();
            return (table, self.both("places", "bars", &rows));
        }
        (table, Some(self.map()))
    }

    fn map(&self) -> Chart {
        let mut said = Vec::new();
        let places: Vec<Value> = self
            .data
            .places
            .iter()
            .filter(|(code, _)| code.starts_with("44") && code.len() == 4)
            .map(|(code, place)| {
                let (needs, capabilities) = (place.both.needs, place.both.capabilities);
                let name = self.page.region(code);
                let counted =
                    |key| self.page.fill2(key, "needs", needs, "capabilities", capabilities);
                said.push(counted("statistics.said").replace("%{name}", &name));
                json!({
                    "id": code, "name": name, "short": self.page.short_region(code),
                    "value": needs + capabilities,
                    "text": counted("statistics.counted"),
                    "link": format!("/statistics?city={code}"),
                })
            })
            .collect();
        let map = self.page.asset("guangdong.json");
        let spec = json!({
            "kind": "map", "map": map, "places": places, "digits": 4, "within": [],
        });
        Chart::new("places", (self.own("places"), said), &spec)
    }

    fn types(&self) -> (Table, Option<Chart>) {
        let mut named: Vec<(String, i64)> = self
            .data
            .types
            .iter()
            .map(|(code, count)| (self.page.code("org_type", code), *count))
            .collect();
        named.sort_by_key(|(_, count)| -count);
        let rows = named
            .iter()
            .map(|(name, count)| Row::new(Cell::new(name), vec![Cell::new(count.to_string())]));
        let first = self.own("type");
        let table = self.table("types", first, rows.collect(), &["organizations"]);
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<i64> = named.iter().map(|(_, count)| *count).collect();
        let said = named.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let spec = json!({
            "kind": "bars", "names": names,
            "series": [{ "name": self.own("organizations"), "values": values }],
        });
        let chart =
            (!named.is_empty()).then(|| Chart::new("types", (self.own("types"), said), &spec));
        (table, chart)
    }
}

fn cells(both: &Both) -> Vec<Cell> {
    vec![Cell::new(both.needs.to_string()), Cell::new(both.capabilities.to_string())]
}
