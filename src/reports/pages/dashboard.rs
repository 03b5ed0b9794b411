//! The page of the dashboard, and its figures as files.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::board::{self, Board, Table};
use super::table;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::reports::dashboard::{self, AskBoard, BoardFigure, Dashboard};
use crate::reports::dimension::Dimension;
use crate::reports::export::csv_of;

#[derive(Template, WebTemplate)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    page: Frame,
    data: Dashboard,
    board: Board,
    figure: BoardFigure,
    periods: Vec<String>,
    errors: Vec<FieldError>,
}

impl DashboardPage {
    /// Where a table is as a file.
    fn file(&self, part: &str) -> String {
        let region = self.data.region.as_deref().unwrap_or_default();
        let by = self.data.by.as_str();
        let query = [("part", part), ("period", &self.data.period), ("region", region), ("by", by)];
        format!("/dashboard/export?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    }

    /// How high the chart of the fields is.
    fn fields_shape(&self) -> &'static str {
        let mut towns: Vec<&str> = self.data.fields.iter().map(|line| line.town.as_str()).collect();
        towns.dedup();
        if towns.len() > 6 { "rows" } else { "low" }
    }

    /// How high the chart of the places is.
    fn places_shape(&self) -> &'static str {
        match (self.data.by, self.data.places.len()) {
            (Dimension::City | Dimension::County, _) => "tall",
            (_, 9..) => "rows",
            _ => "low",
        }
    }
}

/// What the form of the page asks for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    period: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    figure: String,
    #[serde(default)]
    by: String,
    /// Of a file: which table.
    #[serde(default)]
    part: String,
}

impl Wanted {
    fn ask(&self) -> AskBoard {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let by = self.by.parse().ok();
        AskBoard { period: some(&self.period), region: some(&self.region), by }
    }

    fn figure(&self) -> BoardFigure {
        self.figure.parse().unwrap_or(BoardFigure::Needs)
    }
}

/// How far the needs of the reader's regions have come.
#[get("/dashboard")]
async fn show_dashboard(
    app: AppData,
    visit: Visit,
    wanted: Query<Wanted>,
) -> PageResult<DashboardPage> {
    let app = app.into_inner();
    let caller = visit.caller.clone();
    let (ask, figure) = (wanted.ask(), wanted.figure());
    let made = app.run(move |app| {
        let (data, errors) = match dashboard::board(app, &caller, &ask) {
            Err(Error::Invalid(errors)) => {
                let ask = AskBoard { period: None, ..ask };
                (dashboard::board(app, &caller, &ask)?, errors)
            }
            other => (other?, Vec::new()),
        };
        Ok((data, errors, table::periods(app)))
    });
    let (data, errors, periods) = made.await?;
    let page = Frame::new(&app, &visit, "dashboard");
    let board = Board::new(&page, &data, figure);
    Ok(DashboardPage { page, data, board, figure, periods, errors })
}

/// One table of the dashboard as CSV.
#[get("/dashboard/export")]
async fn fetch_dashboard(app: AppData, visit: Visit, wanted: Query<Wanted>) -> PageResult {
    let app = app.into_inner();
    let table = asked_table(&app, &visit, &wanted).await?;
    let name = format!("attachment; filename=\"dashboard-{}.csv\"", table.key);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(csv_of(&table.plain())?))
}

async fn asked_table(app: &Arc<App>, visit: &Visit, wanted: &Wanted) -> Result<Table> {
    let caller = visit.caller.clone();
    let ask = wanted.ask();
    let data = app.run(move |app| dashboard::board(app, &caller, &ask)).await?;
    let page = Frame::new(app, visit, "dashboard");
    let tables = board::tables(&page, &data);
    tables.into_iter().find(|table| table.key == wanted.part).ok_or(Error::NotFound)
}
