//! The statistics of public records.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};

use super::model::{Counts, PublicKind};
use super::store;
use crate::app::App;
use crate::error::{Error, Result};

/// Months that are shown.
const MONTHS: u32 = 24;
/// Digits of the code of a city, and of a town.
const CITY: usize = 4;
const TOWN: usize = 9;

/// Needs and capabilities that stand under one heading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Both {
    /// Needs.
    pub needs: i64,
    /// Capabilities.
    pub capabilities: i64,
}

/// What stands in one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfPlace {
    /// Needs and capabilities.
    pub both: Both,
    /// Organisations.
    pub organizations: i64,
}

/// The statistics of all public records, or of those of a city.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Code of the city; none for all.
    pub city: Option<String>,
    /// Needs and capabilities.
    pub total: Both,
    /// Organisations.
    pub organizations: i64,
    /// Towns; of all.
    pub towns: i64,
    /// Events; of all.
    pub events: i64,
    /// By code of `tech_field`, empty where nobody has said.
    pub fields: BTreeMap<String, Both>,
    /// By city, or by town of the city.
    pub places: BTreeMap<String, OfPlace>,
    /// By month of publication, the last of them.
    pub months: Vec<(String, Both)>,
    /// Organisations by code of `org_type`.
    pub types: BTreeMap<String, i64>,
}

/// Counts what everybody may read: open records that are published to everybody, and no others.
///
/// # Errors
/// [`Error::NotFound`] for what is no city.
pub fn statistics(app: &App, city: Option<&str>) -> Result<Statistics> {
    let city = city.filter(|code| !code.is_empty());
    if city.is_some_and(|code| code.len() != CITY || app.reference.region(code).is_none()) {
        return Err(Error::NotFound);
    }
    let counts = app.db.read(|db| {
        Ok(Counts {
            needs: store::needs(db)?,
            capabilities: store::capabilities(db)?,
            organizations: store::organizations(db)?,
            towns: store::count(db, PublicKind::Towns)?,
            events: store::count(db, PublicKind::Events)?,
        })
    })?;
    Ok(laid_out(&counts, city, app.clock.today_in_china()))
}

fn laid_out(counts: &Counts, city: Option<&str>, today: NaiveDate) -> Statistics {
    let inside = |code: &str| city.is_none_or(|city| code.starts_with(city));
    let digits = if city.is_some() { TOWN } else { CITY };
    let place = |code: &str| code.get(..digits).unwrap_or(code).to_owned();
    let mut all = Statistics {
        city: city.map(str::to_owned),
        towns: counts.towns,
        events: counts.events,
        ..Statistics::default()
    };
    let mut months: BTreeMap<String, Both> = BTreeMap::new();
    for (rows, is_need) in [(&counts.needs, true), (&counts.capabilities, false)] {
        for row in rows.iter().filter(|row| inside(&row.region_code)) {
            let add = |both: &mut Both| {
                let sum = if is_need { &mut both.needs } else { &mut both.capabilities };
                *sum += row.records;
            };
            add(&mut all.total);
            add(all.fields.entry(row.tech_field.clone()).or_default());
            add(&mut all.places.entry(place(&row.region_code)).or_default().both);
            add(months.entry(row.month.clone()).or_default());
        }
    }
    for row in counts.organizations.iter().filter(|row| inside(&row.region_code)) {
        all.organizations += row.records;
        all.places.entry(place(&row.region_code)).or_default().organizations += row.records;
        *all.types.entry(row.org_type.clone()).or_default() += row.records;
    }
    all.months = last_months(today)
        .map(|month| {
            let both = months.get(&month).copied().unwrap_or_default();
            (month, both)
        })
        .collect();
    all
}

/// The last months up to that of a day, the first one first.
fn last_months(today: NaiveDate) -> impl Iterator<Item = String> {
    (0..MONTHS).rev().filter_map(move |back| {
        let day = today.checked_sub_months(Months::new(back))?;
        Some(day.format("%Y-%m").to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_facts::model::{Count, OrgCount};

    fn row(month: &str, region: &str, field: &str, records: i64) -> Count {
        Count {
            month: month.to_owned(),
            region_code: region.to_owned(),
            tech_field: field.to_owned(),
            records,
        }
    }

    #[test]
    fn every_heading_adds_up_to_the_whole() {
        let counts = Counts {
            needs: vec![
                row("2026-11", "442000105", "new_materials", 3),
                row("2026-10", "442000118", "", 2),
                row("2020-01", "440604100", "new_materials", 4),
            ],
            capabilities: vec![row("2026-11", "4406", "agriculture", 5)],
            organizations: vec![OrgCount {
                org_type: "university".to_owned(),
                region_code: "440106".to_owned(),
                records: 1,
            }],
            towns: 16,
            events: 2,
        };
        let day = "2026-11-23".parse().unwrap();
        let all = laid_out(&counts, None, day);
        assert_eq!(all.total, Both { needs: 9, capabilities: 5 });
        assert_eq!(all.fields.values().map(|both| both.needs).sum::<i64>(), 9);
        assert_eq!(all.places.values().map(|place| place.both.capabilities).sum::<i64>(), 5);
        assert_eq!(all.places["4401"].organizations, 1);
        assert_eq!(all.months.len(), 24);
        assert_eq!(
            all.months.last().unwrap(),
            &("2026-11".to_owned(), Both { needs: 3, capabilities: 5 })
        );
        // What is older than the months shown is in the others.
        assert_eq!(all.months.iter().map(|(_, both)| both.needs).sum::<i64>(), 5);
        let city = laid_out(&counts, Some("4420"), day);
        assert_eq!(city.total, Both { needs: 5, capabilities: 0 });
        assert_eq!(city.places.keys().collect::<Vec<_>>(), ["442000105", "442000118"]);
    }
}
