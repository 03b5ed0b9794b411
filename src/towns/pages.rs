//! Pages of towns.

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;

use super::model::TownView;
use super::ops::{self, ListTowns};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::platforms;
use crate::platforms::model::PlatformView;
use crate::search;
use crate::search::cards::Card;
use crate::search::query::{Order, SearchQuery};

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(list_towns).service(show_town);
}

/// Towns of one page: more than there are specialised towns in a city group.
const LISTED: usize = 100;
/// Records of one kind shown with a town.
const SHOWN: usize = 6;

/// Towns of one part of the province.
struct Group {
    name: String,
    towns: Vec<TownView>,
}

#[derive(Template, WebTemplate)]
#[template(path = "towns.html")]
struct TownsPage {
    page: Frame,
    groups: Vec<Group>,
    next: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "town.html")]
struct TownPage {
    page: Frame,
    town: TownView,
    code: String,
    needs: Vec<Card>,
    capabilities: Vec<Card>,
    firms: Vec<Card>,
    platforms: Vec<PlatformView>,
}

impl TownPage {
    /// What the page is about, in a few words.
    fn summary(&self) -> String {
        let trades = self.page.trades(&self.town.fields);
        let intro = self.town.fields.intro.as_deref().unwrap_or_default();
        format!("{} {trades}. {intro}", self.town.region_name)
    }
}

/// Where a list goes on.
#[derive(Debug, serde::Deserialize)]
struct Further {
    after: Option<String>,
}

/// All towns by region group.
#[get("/towns")]
async fn list_towns(app: AppData, visit: Visit, further: Query<Further>) -> PageResult<TownsPage> {
    let caller = visit.caller.clone();
    let after = further.into_inner().after;
    let query = ListTowns { limit: Some(LISTED), after, ..ListTowns::default() };
    let app = app.into_inner();
    let found = app.run(move |app| ops::list(app, &caller, &query)).await?;
    let page = Frame::new(&app, &visit, "towns");
    let mut groups: Vec<Group> = Vec::new();
    for (_, name) in page.choices("region_group") {
        groups.push(Group { name, towns: Vec::new() });
    }
    for town in found.items {
        match groups.iter_mut().find(|group| group.name == town.region_group_name) {
            Some(group) => group.towns.push(town),
            None => {
                let name = town.region_group_name.clone();
                groups.push(Group { name, towns: vec![town] });
            }
        }
    }
    groups.retain(|group| !group.towns.is_empty());
    Ok(TownsPage { page, groups, next: found.next })
}

/// One town with its newest records.
#[get("/towns/{code}")]
async fn show_town(app: AppData, visit: Visit, code: web::Path<String>) -> PageResult<TownPage> {
    let caller = visit.caller.clone();
    let code = code.into_inner();
    let app = app.into_inner();
    let wanted = code.clone();
    let (town, platforms, [needs, capabilities, firms]) = app
        .run(move |app| {
            let town = ops::show(app, &caller, &wanted)?;
            let newest = |kind: &str| newest(app, &caller, kind, &wanted);
            let platforms = platforms::ops::active_in(app, &caller, &wanted)?;
            Ok((town, platforms, [newest("need")?, newest("capability")?, newest("organization")?]))
        })
        .await?;
    let page = Frame::new(&app, &visit, "towns");
    Ok(TownPage { page, town, code, needs, capabilities, firms, platforms })
}

fn newest(app: &App, caller: &Caller, kind: &str, town: &str) -> Result<Vec<Card>> {
    let query = SearchQuery {
        kind: Some(kind.to_owned()),
        town: Some(town.to_owned()),
        sort: Some(Order::Newest),
        limit: Some(SHOWN),
        ..SearchQuery::default()
    };
    let found = search::ops::search(app, caller, &query)?;
    Ok(found.hits.into_iter().map(|hit| hit.record).collect())
}
