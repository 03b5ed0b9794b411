//! Matches of a need side by side. The address names them, so it can be sent to a colleague, who sees
//! what his own rights show.

use std::str::FromStr;

use actix_web::{get, web};
use askama::Template;

use crate::capabilities::model::CapabilityId;
use crate::error::Error;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit, refusing};
use crate::matching;
use crate::matching::answer::ExcludedMatch;
use crate::matching::comparison::{Comparison, MOST};
use crate::matching::query::MatchQuery;
use crate::needs::model::{NeedId, NeedView};
use crate::needs::ops;

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    page: Frame,
    title: String,
    need: NeedView,
    /// Its id, when the reader may bring it together with a match.
    may_open: String,
    comparison: Comparison,
    /// Those asked for that a hard condition rules out.
    excluded: Vec<ExcludedMatch>,
    /// How many of those asked for are no match, or none that the reader may see.
    missing: usize,
    /// What is wrong with the choice: key of the text.
    wrong: Option<&'static str>,
}

/// The chosen matches of a need beside each other.
#[get("/needs/{id}/compare")]
async fn compare_matches(
    app: AppData,
    visit: Visit,
    id: web::Path<NeedId>,
    pairs: Query<Vec<(String, String)>>,
) -> PageResult {
    let chosen = chosen(&pairs);
    let (status, wrong) = match chosen.len() {
        0 => (422, Some("compare.none_chosen")),
        1..=MOST => (200, None),
        _ => (422, Some("compare.too_many")),
    };
    // Of too many as many as one may choose from again.
    let among: Vec<String> = chosen.iter().take(MOST * 4).cloned().collect();
    let asked = among.len();
    let wanted = MatchQuery {
        limit: Some(asked.max(1)),
        grouped: Some(false),
        among,
        ..MatchQuery::default()
    };
    let app = app.into_inner();
    let (caller, who) = (visit.caller.clone(), visit.caller.clone());
    let aid = matching::aid::of_need(&app, move |_| Ok(who), *id).await;
    let (need, answer) = app
        .run_match(move |app| {
            let need = ops::show(app, &caller, *id)?;
            let answer = match asked {
                0 => None,
                _ => Some(matching::ops::of_need(app, &caller, *id, &wanted, &aid)?),
            };
            Ok((need, answer))
        })
        .await?;
    let (hits, excluded) = answer.map(|one| (one.hits, one.excluded)).unwrap_or_default();
    let missing = asked.saturating_sub(hits.len() + excluded.len());
    if asked > 0 && missing == asked {
        return Err(Error::NotFound.into());
    }
    let page = ComparePage {
        page: Frame::new(&app, &visit, "needs"),
        title: need.fields.title.clone().unwrap_or_default(),
        may_open: super::show::opens(&need),
        need,
        comparison: Comparison::new(hits),
        excluded,
        missing,
        wrong,
    };
    Ok(refusing(status, &page)?)
}

/// The ids in the address, each once: `with=a,b` as well as `with=a&with=b`. What is no id is none of a
/// match.
fn chosen(pairs: &[(String, String)]) -> Vec<String> {
    let texts = pairs.iter().filter(|(name, _)| name == "with").map(|(_, text)| text);
    let mut ids: Vec<String> = Vec::new();
    for text in texts.flat_map(|text| text.split(',')).map(str::trim) {
        if !text.is_empty() && !ids.iter().any(|id| id == text) {
            ids.push(text.to_owned());
        }
    }
    // A name that is no id would be looked for in vain, like one that is hidden.
    ids.iter()
        .map(|text| CapabilityId::from_str(text).map_or_else(|_| text.clone(), |id| id.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_may_name_matches_in_both_ways() {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let pairs = [pair("with", "a,b,,a"), pair("x", "y"), pair("with", " c ")];
        assert_eq!(chosen(&pairs), ["a", "b", "c"]);
        assert!(chosen(&[]).is_empty());
    }
}
