//! Filters and visibility: which documents may be considered at all, never how well they rank.

use std::ops::{Bound, Range};

use serde::{Deserialize, Serialize};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::codes;
use crate::document::{TIERS, Viewer};
use crate::schema::Fields;

/// Restrictions on what is found. Lists are alternatives, fields add up; the default restricts
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Kinds of record, as [`crate::Kind::as_str`] writes them.
    pub kinds: Vec<String>,
    /// Finer sorts.
    pub subkinds: Vec<String>,
    /// States of the record.
    pub statuses: Vec<String>,
    /// Prefixes of region codes: a province, city, county or town.
    pub regions: Vec<String>,
    /// Groups of regions.
    pub region_groups: Vec<String>,
    /// Industry codes of any level.
    pub industries: Vec<String>,
    /// Technical fields.
    pub tech_fields: Vec<String>,
    /// Modes of cooperation.
    pub cooperation_modes: Vec<String>,
    /// Sorts of organisation.
    pub org_types: Vec<String>,
    /// Organisations that own the record.
    pub owner_org_ids: Vec<String>,
    /// Readiness levels: the document's own span (now to target) has to overlap this one.
    pub trl: Option<(u8, u8)>,
    /// Budget in 分: the document's own span has to overlap this one; a missing end is open.
    pub budget: Option<(Option<i64>, Option<i64>)>,
    /// Time of publication, both ends included; a missing end is open.
    pub date: Option<(Option<i64>, Option<i64>)>,
    /// Only these documents; all when empty.
    pub ids: Vec<String>,
    /// Documents to leave out.
    pub exclude_ids: Vec<String>,
    /// Not of these organisations.
    pub exclude_owner_org_ids: Vec<String>,
}

/// Clauses that every document found has to meet: filters and visibility. They never score.
pub(crate) fn clauses(filters: &Filters, viewer: &Viewer, f: &Fields) -> Vec<Box<dyn Query>> {
    let mut all = Vec::new();
    let mut any_of = |field: Field, values: Vec<String>| {
        if !values.is_empty() {
            all.push(any(field, values));
        }
    };
    let regions = filters.regions.iter().map(|code| codes::region(code).to_owned()).collect();
    let industries = filters.industries.iter().map(|code| codes::industry(code)).collect();
    any_of(f.id, filters.ids.clone());
    any_of(f.kind, filters.kinds.clone());
    any_of(f.subkind, filters.subkinds.clone());
    any_of(f.status, filters.statuses.clone());
    any_of(f.region, regions);
    any_of(f.region_group, filters.region_groups.clone());
    any_of(f.industry, industries);
    any_of(f.tech_field, filters.tech_fields.clone());
    any_of(f.mode, filters.cooperation_modes.clone());
    if !filters.org_types.is_empty() {
        all.push(known(f.org_type, &filters.org_types, viewer, f));
    }
    if !filters.owner_org_ids.is_empty() {
        all.push(known(f.known_owner, &filters.owner_org_ids, viewer, f));
    }
    if let Some((from, to)) = filters.trl {
        all.extend(overlap(f.trl_from, f.trl_to, Some(from.into()), Some(to.into())));
    }
    if let Some((from, to)) = filters.budget {
        all.extend(overlap(f.budget_from, f.budget_to, from, to));
    }
    if let Some((from, to)) = filters.date {
        all.push(between(f.published, from, to));
    }
    if !filters.exclude_ids.is_empty() {
        all.push(not(any(f.id, filters.exclude_ids.clone())));
    }
    if !filters.exclude_owner_org_ids.is_empty() {
        all.push(not(known(f.known_owner, &filters.exclude_owner_org_ids, viewer, f)));
    }
    all
}

/// The documents a viewer may find, or `None` where that is all of them.
pub(crate) fn visible(viewer: &Viewer, f: &Fields) -> Option<Box<dyn Query>> {
    if viewer.everything {
        return None;
    }
    Some(either(std::iter::once(open(viewer, f)).chain(own(viewer, f)).collect()))
}

/// The documents that are open to a viewer of this clearance, whoever owns them.
pub(crate) fn open(viewer: &Viewer, f: &Fields) -> Box<dyn Query> {
    let clearance = if viewer.everything { 2 } else { viewer.clearance.min(2) };
    any(f.open, (0..=clearance).map(|level| level.to_string()).collect())
}

/// The documents a viewer has full clearance for without being an administrator: those of the
/// viewer's organisations and of the regions the viewer reviews.
pub(crate) fn own(viewer: &Viewer, f: &Fields) -> Option<Box<dyn Query>> {
    let regions: Vec<_> = viewer
        .regions
        .iter()
        .map(|code| codes::region(code).to_owned())
        .filter(|code| !code.is_empty())
        .collect();
    let mut ways = Vec::new();
    if !viewer.org_ids.is_empty() {
        ways.push(any(f.owner, viewer.org_ids.clone()));
    }
    if !regions.is_empty() {
        ways.push(any(f.region, regions));
    }
    (!ways.is_empty()).then(|| either(ways))
}

/// Up to so many values are asked for one by one. For more, tantivy compiles an automaton, which
/// alone takes longer than most searches.
const FEW: usize = 16;

/// Documents with any of the values in the field.
pub(crate) fn any(field: Field, values: Vec<String>) -> Box<dyn Query> {
    let terms = values.iter().map(|value| Term::from_field_text(field, value));
    if values.len() > FEW {
        return Box::new(TermSetQuery::new(terms));
    }
    either(terms.map(term).collect())
}

/// Documents with any of the values in a field of tiered values, as far as the viewer may know:
/// those of the viewer's own documents at any tier.
fn known(field: Field, values: &[String], viewer: &Viewer, f: &Fields) -> Box<dyn Query> {
    let open = any_tiered(field, values, 0..viewer.tiers());
    match own(viewer, f).filter(|_| viewer.tiers() < TIERS) {
        None => open,
        Some(own) => {
            let above = any_tiered(field, values, viewer.tiers()..TIERS);
            either(vec![open, both(own, above)])
        }
    }
}

/// Documents with any of the values in any of the tiers.
pub(crate) fn any_tiered(field: Field, values: &[String], tiers: Range<usize>) -> Box<dyn Query> {
    let tiered = |tier| values.iter().filter_map(move |value| codes::tiered(tier, value));
    any(field, tiers.flat_map(tiered).collect())
}

/// Documents that both queries find.
pub(crate) fn both(one: Box<dyn Query>, other: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(vec![one, other]))
}

/// Documents whose number lies between the ends, both included; a missing end is open.
pub(crate) fn between(field: Field, from: Option<i64>, to: Option<i64>) -> Box<dyn Query> {
    let bound = |end: Option<i64>| {
        end.map_or(Bound::Unbounded, |end| Bound::Included(Term::from_field_i64(field, end)))
    };
    // A range needs one end at least; the least number there is excludes nothing.
    let from = if from.is_none() && to.is_none() { Some(i64::MIN) } else { from };
    Box::new(RangeQuery::new(bound(from), bound(to)))
}

/// Documents whose span of numbers overlaps the one given.
fn overlap(
    start: Field,
    end: Field,
    from: Option<i64>,
    to: Option<i64>,
) -> impl Iterator<Item = Box<dyn Query>> {
    [between(start, None, to), between(end, from, None)].into_iter()
}

/// Every document the query does not find.
pub(crate) fn not(query: Box<dyn Query>) -> Box<dyn Query> {
    let all: Box<dyn Query> = Box::new(AllQuery);
    Box::new(BooleanQuery::new(vec![(Occur::Must, all), (Occur::MustNot, query)]))
}

/// Documents that any of the queries finds; none, if there is no query.
pub(crate) fn either(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

/// `scored` where all the clauses hold and no exception does. Neither adds to the score.
pub(crate) fn within(
    scored: Box<dyn Query>,
    clauses: Vec<Box<dyn Query>>,
    exceptions: Vec<Box<dyn Query>>,
) -> Box<dyn Query> {
    let mut all = vec![(Occur::Must, scored)];
    for clause in clauses {
        all.push((Occur::Must, Box::new(ConstScoreQuery::new(clause, 0.0))));
    }
    all.extend(exceptions.into_iter().map(|exception| (Occur::MustNot, exception)));
    Box::new(BooleanQuery::new(all))
}

fn term(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}
