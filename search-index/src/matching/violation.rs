//! Hard conditions as queries, so that they apply before the best candidates are cut off.
//!
//! Each query finds exactly the targets for which the condition of the same name comes out as not
//! met; a test holds the two against each other on many random pairs.

use tantivy::query::{BooleanQuery, Occur, Query};

use super::profile::Side;
use super::settings::MatchSettings;
use super::stance::{Stance, mark};
use crate::codes;
use crate::filter::{any, any_tiered, between, either};
use crate::schema::Fields;

/// Queries for the targets that a hard condition excludes for this source. Who owns a target counts
/// only in the lowest `tiers`, as in [`Stance::known`].
pub(crate) fn violations(
    source: &Stance,
    target: Side,
    now: i64,
    settings: &MatchSettings,
    (tiers, f): (usize, &Fields),
) -> Vec<Box<dyn Query>> {
    let hard = &settings.hard;
    let conditions = [
        (hard.budget, budget(source, target, f)),
        (hard.region, region(source, f)),
        (hard.excluded_region, excluded_region(source, f)),
        (hard.partner_type, partner_type(source, tiers, f)),
        (hard.trl, trl(source, target, settings.trl_gap, f)),
        (hard.cooperation_mode, cooperation_mode(source, f)),
        (hard.industry, industry(source, f)),
        (hard.deadline, vec![between(f.due, None, now.checked_sub(1))]),
        (hard.capacity, vec![between(f.capacity, None, Some(0))]),
    ];
    conditions.into_iter().filter(|(hard, _)| *hard).flat_map(|(_, queries)| queries).collect()
}

type Queries = Vec<Box<dyn Query>>;

fn budget(source: &Stance, target: Side, f: &Fields) -> Queries {
    match (target, source.budget_max, source.min_budget) {
        (Side::Capability, Some(most), _) if !source.budget_negotiable => most
            .checked_add(1)
            .map(|least| between(f.min_budget, Some(least), None))
            .into_iter()
            .collect(),
        // Only limits that are not open to negotiation are in this field.
        (Side::Need, _, Some(least)) => least
            .checked_sub(1)
            .map(|most| between(f.budget_limit, None, Some(most)))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// What the source prefers, and what the target does.
fn region(source: &Stance, f: &Fields) -> Queries {
    let areas = regions(&source.preferred_regions);
    let own: Vec<_> = codes::region_levels(&source.region_code).map(str::to_owned).collect();
    let mut queries = Vec::new();
    if !areas.is_empty() {
        queries.push(stated_but(mark::REGION, any(f.region, areas), f));
    }
    if !own.is_empty() {
        queries.push(stated_but(mark::PREFERRED, any(f.preferred_region, own), f));
    }
    queries
}

fn excluded_region(source: &Stance, f: &Fields) -> Queries {
    let areas = regions(&source.excluded_regions);
    let own: Vec<_> = codes::region_levels(&source.region_code).map(str::to_owned).collect();
    let mut queries = Vec::new();
    if !areas.is_empty() {
        queries.push(any(f.region, areas));
    }
    if !own.is_empty() {
        queries.push(any(f.excluded_region, own));
    }
    queries
}

fn partner_type(source: &Stance, tiers: usize, f: &Fields) -> Queries {
    let mut queries = Vec::new();
    if !source.partner_types.is_empty() {
        let stated = any(f.stated, (0..tiers).map(mark::org_type).collect());
        let liked = any_tiered(f.org_type, &source.partner_types, 0..tiers);
        queries.push(but(stated, liked));
    }
    if !source.org_type.is_empty() {
        let wanted = any(f.partner_type, vec![source.org_type.clone()]);
        queries.push(stated_but(mark::PARTNERS, wanted, f));
    }
    queries
}

fn trl(source: &Stance, target: Side, gap: u8, f: &Fields) -> Queries {
    let (gap, most) = (i64::from(gap), i64::from(u8::MAX));
    let query = match (target, source.target_trl, source.trl) {
        (Side::Capability, Some(wanted), _) => {
            between(f.trl, None, Some(i64::from(wanted) - gap - 1))
        }
        (Side::Need, _, Some(has)) => {
            between(f.target_trl, Some((i64::from(has) + gap).min(most) + 1), None)
        }
        _ => return Vec::new(),
    };
    vec![query]
}

fn cooperation_mode(source: &Stance, f: &Fields) -> Queries {
    let modes = source.cooperation_modes.clone();
    if modes.is_empty() { Vec::new() } else { vec![stated_but(mark::MODES, any(f.mode, modes), f)] }
}

fn industry(source: &Stance, f: &Fields) -> Queries {
    let classes = source.industry_classes();
    if classes.is_empty() {
        return Vec::new();
    }
    // A target agrees if it lies in one of our classes, or one of our classes lies in its own.
    let above: Vec<_> = classes
        .iter()
        .flat_map(|class| codes::industry_levels(class))
        .map(|class| mark::class(&class))
        .collect();
    let agrees = either(vec![any(f.industry, classes), any(f.stated, above)]);
    vec![stated_but(mark::INDUSTRY, agrees, f)]
}

fn regions(codes: &[String]) -> Vec<String> {
    codes
        .iter()
        .map(|code| codes::region(code).to_owned())
        .filter(|code| !code.is_empty())
        .collect()
}

/// Targets that have spoken about something, but not to the liking of `liked`.
fn stated_but(mark: &str, liked: Box<dyn Query>, f: &Fields) -> Box<dyn Query> {
    but(any(f.stated, vec![mark.to_owned()]), liked)
}

fn but(stated: Box<dyn Query>, liked: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(vec![(Occur::Must, stated), (Occur::MustNot, liked)]))
}
