//! Coverage of towns by platforms on a day: towns on the register with at least one platform that
//! counts, of all towns on the register, with the towns and platforms behind it.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{Platform, PlatformId};
use super::store::{self, PlatformFilter};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records::page;
use crate::towns;

/// The kind that coverage is about unless another is asked for.
pub const USUAL_KIND: &str = "collaborative_platform";

/// Platforms that count on one day at most.
const MOST: i64 = 100_000;

/// Whose coverage, by what, and when.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AskCoverage {
    /// Code of `platform_kind`; `collaborative_platform` by default, `all` for any kind.
    pub kind: Option<String>,
    /// Only of this region, at any level of the code: a town, a county, a city, the province.
    pub region: Option<String>,
    /// Only towns of this level: code of `town_level`.
    pub level: Option<String>,
    /// The day; today in China by default.
    pub on: Option<NaiveDate>,
}

/// A platform behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CoveringPlatform {
    /// Id.
    pub id: PlatformId,
    /// Readable code.
    pub code: String,
    /// 名称
    pub name: String,
    /// Code of `platform_kind`.
    pub kind: String,
}

/// A town on the register, with the platforms that cover it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TownCoverage {
    /// Code of the town.
    pub town_code: String,
    /// Readable name.
    pub region_name: String,
    /// Whether it has one at least.
    pub covered: bool,
    /// Its platforms that count on the day.
    pub platforms: Vec<CoveringPlatform>,
}

/// Coverage on a day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// Code of `platform_kind`, or `all`.
    pub kind: String,
    /// The day.
    pub on: NaiveDate,
    /// Towns on the register (在册).
    pub towns: usize,
    /// Of these, those with a platform.
    pub covered: usize,
    /// `covered / towns × 100`, to two decimals; absent without towns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Platforms of the kind that count, in towns on the register.
    pub platforms: usize,
    /// Firms that platforms of the kind house, each once.
    pub firms_housed: usize,
    /// The towns behind the figures, in the order of their codes.
    pub items: Vec<TownCoverage>,
}

/// Coverage of towns by platforms: for everybody.
///
/// # Errors
/// [`Error::Invalid`] for a kind or a region that cannot be.
pub fn coverage(app: &App, caller: &Caller, asked: &AskCoverage) -> Result<Coverage> {
    let kind = asked.kind.as_deref().unwrap_or(USUAL_KIND);
    if kind != "all" && !app.reference.has_code("platform_kind", kind) {
        return Err(Error::field("/kind", "field.unknown_kind"));
    }
    let on = asked.on.unwrap_or_else(|| app.clock.today_in_china());
    let filter = PlatformFilter {
        kinds: Some(kind.to_owned()).filter(|kind| kind != "all").into_iter().collect(),
        region: page::region(asked.region.as_deref())?,
        active_on: Some(on),
        ..PlatformFilter::default()
    };
    let (towns, rows, firms_housed) = app.db.read(|db| {
        let towns =
            towns::register::on_day(db, on, filter.region.as_deref(), asked.level.as_deref())?;
        let rows = store::list(db, &filter, None, MOST)?;
        let housed = store::firms_housed(db, &filter, &towns, on)?;
        Ok::<_, Error>((towns, rows, housed))
    })?;
    let mut by_town: HashMap<String, Vec<CoveringPlatform>> = HashMap::new();
    for row in rows {
        by_town.entry(row.town_code.clone()).or_default().push(covering(row));
    }
    let items: Vec<TownCoverage> = towns
        .into_iter()
        .map(|town_code| {
            let platforms = by_town.remove(&town_code).unwrap_or_default();
            let region_name = app.reference.region_name(&town_code, caller.language);
            TownCoverage { region_name, covered: !platforms.is_empty(), platforms, town_code }
        })
        .collect();
    let covered = items.iter().filter(|town| town.covered).count();
    Ok(Coverage {
        kind: kind.to_owned(),
        on,
        towns: items.len(),
        covered,
        rate: rate(covered, items.len()),
        platforms: items.iter().map(|town| town.platforms.len()).sum(),
        firms_housed,
        items,
    })
}

fn covering(row: Platform) -> CoveringPlatform {
    CoveringPlatform { id: row.id, code: row.code, name: row.name, kind: row.kind }
}

/// A share as percent, rounded to two decimals half up.
fn rate(part: usize, whole: usize) -> Option<f64> {
    if whole == 0 {
        return None;
    }
    let hundredths = (part * 20_000 + whole) / (2 * whole);
    // At most 10,000, so that the number is exact before the division.
    u32::try_from(hundredths).ok().map(|hundredths| f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_rounded_half_up() {
        assert_eq!(rate(0, 0), None);
        assert_eq!(rate(1, 3), Some(33.33));
        assert_eq!(rate(2, 3), Some(66.67));
        assert_eq!(rate(1, 8), Some(12.5));
        assert_eq!(rate(1, 800), Some(0.13));
        assert_eq!(rate(5, 5), Some(100.0));
    }
}
