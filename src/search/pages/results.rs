//! Search results with facets as links.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use super::links::Parameters;
use crate::error::Error;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};
use crate::reading;
use crate::search::answer::SearchAnswer;
use crate::search::ops;
use crate::search::query::SearchQuery;

/// Facets shown, with the parameter that each sets.
const FACETS: [(&str, &str); 6] = [
    ("subkind", "subkind"),
    ("tech_field", "tech_field"),
    ("industry", "industry"),
    ("region_city", "city"),
    ("cooperation_mode", "cooperation_mode"),
    ("org_type", "org_type"),
];
/// Values shown of one facet.
const MAX_VALUES: usize = 8;
/// Facets that are open at first.
const OPEN: usize = 4;

/// A link that chooses something.
struct Choice {
    name: String,
    href: String,
    chosen: bool,
    count: Option<usize>,
}

/// One value of a facet.
struct Value {
    /// The same as long as it is offered, so that the focus stays when the list is replaced.
    id: String,
    name: String,
    href: String,
    chosen: bool,
    count: usize,
}

/// One facet.
struct Facet {
    name: String,
    open: bool,
    values: Vec<Value>,
}

#[derive(Template, WebTemplate)]
#[template(path = "search.html")]
struct SearchPage {
    page: Frame,
    text: String,
    kept: Vec<(String, String)>,
    chosen: Vec<(String, String)>,
    cleared: String,
    tabs: Vec<Choice>,
    orders: Vec<Choice>,
    grouping: Option<Choice>,
    facets: Vec<Facet>,
    next: Option<String>,
    /// Where the reader may subscribe to it.
    subscribe: Option<String>,
    answer: SearchAnswer,
}

/// Bytes of a text that is too long to be repeated in the address of each filter.
const LONG: usize = 1_000;

/// What was found.
#[get("/search")]
async fn search_page(
    app: AppData,
    visit: Visit,
    pairs: Query<Vec<(String, String)>>,
) -> PageResult<SearchPage> {
    let now = Parameters::new(pairs.into_inner());
    let query = query(&now)?;
    let caller = visit.caller.clone();
    let app = app.into_inner();
    let answer = app.run_search(move |app| ops::search(app, &caller, &query)).await?;
    let section = match now.get("kind") {
        "need" => "needs",
        "capability" => "capabilities",
        "town" => "towns",
        _ => "",
    };
    let page = Frame::new(&app, &visit, section);
    let is_long = now.get("q").len() > LONG;
    Ok(SearchPage {
        text: now.get("q").to_owned(),
        kept: now.kept(),
        chosen: now.filters(),
        cleared: now.cleared(),
        tabs: tabs(&page, &now, &answer),
        orders: orders(&page, &now),
        grouping: grouping(&page, &now, &answer),
        facets: if is_long { Vec::new() } else { facets(&page, &now, &answer) },
        subscribe: page.person().and_then(|_| now.subscription()),
        next: answer.next.as_ref().map(|cursor| now.with("after", cursor)),
        answer,
        page,
    })
}

fn query(now: &Parameters) -> Result<SearchQuery, Error> {
    let mut query: SearchQuery = reading::from_query(&now.query())?;
    let facets = FACETS.map(|(facet, _)| facet).join(",");
    query.facets = Some(format!("kind,{facets}"));
    Ok(query)
}

fn tabs(page: &Frame, now: &Parameters, answer: &SearchAnswer) -> Vec<Choice> {
    let kind = now.get("kind");
    let counts = answer.facets.get("kind").filter(|_| kind.is_empty());
    let count = |kind: &str| Some(counts?.iter().find(|one| one.value == kind)?.count);
    ["", "need", "capability", "organization", "town"]
        .into_iter()
        .map(|tab| Choice {
            name: page.t(format!("search.kind.{}", if tab.is_empty() { "all" } else { tab })),
            href: now.with_kind(tab),
            chosen: tab == kind,
            count: count(tab),
        })
        .collect()
}

fn orders(page: &Frame, now: &Parameters) -> Vec<Choice> {
    // Without a text all is equally relevant.
    let usual = if now.get("q").is_empty() { "newest" } else { "relevance" };
    let chosen = Some(now.get("sort")).filter(|sort| !sort.is_empty()).unwrap_or(usual);
    let wanted = ["relevance", "newest", "deadline", "budget"];
    wanted
        .into_iter()
        .filter(|order| usual == "relevance" || *order != "relevance")
        .filter(|order| now.get("kind") == "need" || !["deadline", "budget"].contains(order))
        .map(|order| Choice {
            name: page.t(format!("search.sort.{order}")),
            href: now.with("sort", order),
            chosen: order == chosen,
            count: None,
        })
        .collect()
}

/// The way from groups to single records, where there are any, and back.
fn grouping(page: &Frame, now: &Parameters, answer: &SearchAnswer) -> Option<Choice> {
    let single = now.get("grouped") == "false";
    let any = single || answer.hits.iter().any(|hit| hit.alike.is_some());
    any.then(|| Choice {
        name: page.t(if single { "search.group" } else { "search.ungroup" }),
        href: now.with("grouped", if single { "" } else { "false" }),
        chosen: false,
        count: None,
    })
}

fn facets(page: &Frame, now: &Parameters, answer: &SearchAnswer) -> Vec<Facet> {
    let shown = FACETS.iter().filter_map(|(field, parameter)| {
        let chosen = now.get(parameter);
        let counts = answer.facets.get(*field)?;
        let values: Vec<Value> = counts
            .iter()
            .filter(|value| chosen.is_empty() || value.value == chosen)
            .take(MAX_VALUES)
            .map(|value| Value {
                id: format!("{field}-{}", value.value),
                name: value.name.clone(),
                href: now.with(parameter, if chosen.is_empty() { &value.value } else { "" }),
                chosen: !chosen.is_empty(),
                count: value.count,
            })
            .collect();
        // A single value that everything has is no choice.
        let useful = !chosen.is_empty() || values.len() > 1;
        useful.then(|| (page.t(format!("search.facet.{field}")), values))
    });
    shown
        .enumerate()
        .map(|(at, (name, values))| Facet {
            open: at < OPEN || values.iter().any(|value| value.chosen),
            name,
            values,
        })
        .collect()
}
