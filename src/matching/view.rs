//! How a page shows the matches of a record: narrowed by its address, and with a way to compare them.

use serde::Deserialize;

use super::answer::MatchAnswer;
use super::query::MatchQuery;
use crate::http::html::Frame;
use crate::http::html::failure::in_query;

/// Matches shown on one page: each brings its reasons along.
const SHOWN: usize = 6;

/// What the address of a page narrows its matches to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    kinds: String,
    region: String,
    from: Option<usize>,
}

impl Narrowed {
    /// The matches to ask for.
    pub fn query(&self) -> MatchQuery {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        MatchQuery {
            kinds: filled(&self.kinds),
            region: filled(&self.region),
            limit: Some(SHOWN),
            offset: self.from,
            ..MatchQuery::default()
        }
    }
}

/// What a template needs beside the matches themselves.
#[derive(Debug, Default)]
pub struct MatchList {
    /// Id of the record that the reader may open a case about; empty without.
    pub source: String,
    /// Address of the record's page; empty where the list cannot be narrowed.
    pub path: String,
    /// Sorts of counterpart to choose from, and the one chosen.
    pub kinds: Vec<(String, String)>,
    /// The sort that is chosen.
    pub kind: String,
    /// Regions to choose from.
    pub regions: Vec<(String, String)>,
    /// The region that is chosen.
    pub region: String,
    /// Matches that were passed over.
    pub passed: usize,
    /// Address of the matches behind these.
    pub more: Option<String>,
    /// Address of the first matches, where these are others.
    pub first: Option<String>,
    /// Whether the matches can be compared.
    pub compares: bool,
    /// Where the reader may ask to be told of new matches.
    pub follow: String,
}

impl MatchList {
    /// The list on the page of a record: `folder` and `id` are those of its address, `home` is its region.
    pub fn new(
        page: &Frame,
        (folder, id, home): (&str, &str, &str),
        narrowed: &Narrowed,
        answer: &MatchAnswer,
    ) -> Self {
        let path = format!("/{folder}/{id}");
        let needs = answer.side == "need";
        let kind = if needs { "need" } else { "capability" };
        let follow = page
            .person()
            .map(|_| format!("/subscriptions/new?record_kind={kind}&record_id={}", in_query(id)));
        let kept: String = [("kinds", &narrowed.kinds), ("region", &narrowed.region)]
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name}={}&", in_query(text)))
            .collect();
        let passed = narrowed.from.unwrap_or_default();
        let from = |place: usize| format!("{path}?{kept}from={place}#matches");
        Self {
            source: String::new(),
            kinds: page.choices(if needs { "asset_kind" } else { "need_kind" }),
            kind: narrowed.kinds.clone(),
            regions: regions(page, home, &narrowed.region),
            region: narrowed.region.clone(),
            passed,
            more: answer.next_offset.map(from),
            first: (passed > 0).then(|| from(0)),
            compares: needs && answer.hits.len() > 1,
            follow: follow.unwrap_or_default(),
            path,
        }
    }

    /// The same, for a reader who may open a case about the record.
    #[must_use]
    pub fn opening(mut self, id: String) -> Self {
        self.source = id;
        self
    }

    /// Whether anything narrows the list.
    pub fn is_narrowed(&self) -> bool {
        !self.kind.is_empty() || !self.region.is_empty()
    }

    /// Where a way on leads that can be taken on a page; empty for the others.
    pub fn way(&self, code: &str) -> &str {
        match code {
            "widen_region" if !self.region.is_empty() => &self.path,
            "follow_up" => &self.follow,
            _ => "",
        }
    }
}

/// Regions around the record's own, the near ones first, and the one that is chosen.
fn regions(page: &Frame, home: &str, chosen: &str) -> Vec<(String, String)> {
    let around = [9, 6, 4, 2].iter().filter_map(|digits| home.get(..*digits));
    let mut codes: Vec<&str> = around.filter(|code| page.is_region(code)).collect();
    if !chosen.is_empty() && page.is_region(chosen) && !codes.contains(&chosen) {
        codes.insert(0, chosen);
    }
    codes.iter().map(|code| ((*code).to_owned(), page.region(code))).collect()
}
