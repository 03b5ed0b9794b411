//! The start page.

use std::sync::Arc;

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;
use futures_util::future::join_all;

use crate::accounts::principal::Caller;
use crate::app::App;
use crate::demo;
use crate::embeddings::server::Aid;
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};
use crate::matching;
use crate::matching::answer::Match;
use crate::matching::query::MatchQuery;
use crate::search::cards::Card;
use crate::search::ops;
use crate::search::query::{Order, SearchQuery};
use crate::towns;
use crate::towns::model::TownView;
use crate::towns::ops::ListTowns;

/// Needs and towns shown.
const NEEDS: usize = 3;
const TOWNS: usize = 16;

/// A need that has just been published, with its best match.
struct FreshNeed {
    card: Card,
    best: Option<Match>,
}

#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
struct HomePage {
    page: Frame,
    demo: bool,
    fresh: Vec<FreshNeed>,
    towns: Vec<TownView>,
}

/// The start page.
#[get("/")]
async fn home(app: AppData, visit: Visit) -> PageResult<HomePage> {
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let who = caller.clone();
    let cards = app.run_search(move |app| newest(app, &who)).await?;
    let aids = join_all(cards.iter().map(|card| aid(&app, &caller, card))).await;
    let who = caller.clone();
    let best = move |app: &App, (card, aid)| fresh_need(app, &who, card, &aid);
    let fresh = app.run_matches(cards.into_iter().zip(aids).collect(), best).await?;
    let (towns, demo) =
        app.run(move |app| Ok((towns(app, &caller)?, demo::is_shown(app)?))).await?;
    Ok(HomePage { page: Frame::new(&app, &visit, "home"), demo, fresh, towns })
}

fn newest(app: &App, caller: &Caller) -> Result<Vec<Card>> {
    let query = SearchQuery {
        kind: Some("need".to_owned()),
        status: Some("published,matching".to_owned()),
        sort: Some(Order::Newest),
        limit: Some(NEEDS),
        ..SearchQuery::default()
    };
    let found = ops::search(app, caller, &query)?;
    Ok(found.hits.into_iter().map(|hit| hit.record).collect())
}

/// What the model server makes of a need, so that the best match is that of the need's own page.
async fn aid(app: &Arc<App>, caller: &Caller, card: &Card) -> Aid {
    let caller = caller.clone();
    match card.id.parse() {
        Ok(id) => matching::aid::of_need(app, move |_| Ok(caller), id).await,
        Err(_) => Aid::default(),
    }
}

fn fresh_need(app: &App, caller: &Caller, card: Card, aid: &Aid) -> Result<FreshNeed> {
    let wanted = MatchQuery { limit: Some(1), ..MatchQuery::default() };
    let best = match card.id.parse() {
        Ok(id) => {
            let answer = matching::ops::of_need(app, caller, id, &wanted, aid)?;
            answer.hits.into_iter().next().filter(|_| !answer.none_good)
        }
        Err(_) => None,
    };
    Ok(FreshNeed { card, best })
}

fn towns(app: &App, caller: &Caller) -> Result<Vec<TownView>> {
    let query = ListTowns { limit: Some(TOWNS), ..ListTowns::default() };
    Ok(towns::ops::list(app, caller, &query)?.items)
}
