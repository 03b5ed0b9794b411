//! What shares of needs are to reach: rows of `targets.csv`, each with a region and a time for which it
//! holds, so that a figure is held against what held on its days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::code_enum;

code_enum!(
    /// What a row of `targets.csv` is about: a share of the needs that were published.
    Indicator {
        /// First contact within the limit.
        Answered = "answered",
        /// With a match.
        Matched = "matched",
        /// With a case.
        Case = "case",
        /// With a contract.
        Contracted = "contracted",
    }
);

code_enum!(
    /// What a row of `targets.csv` is.
    TargetKind {
        /// What is to be reached.
        Target = "target",
        /// What others reach.
        Yardstick = "yardstick",
    }
);

/// One row of `targets.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What it is about.
    pub indicator: Indicator,
    /// Region at any level of the code; empty for the whole country.
    pub region_code: String,
    /// First day for which it holds.
    pub valid_from: NaiveDate,
    /// Last day; none while it is in force.
    pub valid_to: Option<NaiveDate>,
    /// Whether it is to be reached, or what others reach.
    pub kind: TargetKind,
    /// Percentage from which it is met.
    pub at_least: u8,
    /// Percentage at the other end of what is usual.
    pub at_most: Option<u8>,
    /// Where it is written.
    pub source: String,
}

impl Target {
    /// Checks the row by itself.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return Err("ends before it begins".to_owned());
        }
        if self.at_least > 100
            || self.at_most.is_some_and(|most| most > 100 || most < self.at_least)
        {
            return Err("percentages lie between 0 and 100, the lower one first".to_owned());
        }
        Ok(())
    }

    fn holds(&self, region: &str, day: NaiveDate) -> bool {
        region.starts_with(&self.region_code)
            && self.valid_from <= day
            && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whether both say something of the same for the same region on some day.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        let starts_within = |one: &Self, two: &Self| {
            one.valid_from <= two.valid_from
                && one.valid_to.is_none_or(|last| two.valid_from <= last)
        };
        self.indicator == other.indicator
            && self.region_code == other.region_code
            && (starts_within(self, other) || starts_within(other, self))
    }

    /// Whether so many percent meet it.
    pub fn is_met(&self, percent: f64) -> bool {
        percent >= f64::from(self.at_least)
    }
}

impl super::Reference {
    /// The target for a region on a day: that of the narrowest region.
    pub fn target(&self, indicator: Indicator, region: &str, day: NaiveDate) -> Option<&Target> {
        let held = self.tables.targets.iter();
        held.filter(|target| target.indicator == indicator && target.holds(region, day))
            .max_by_key(|target| target.region_code.len())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::reference::load;

    #[test]
    fn the_target_of_the_day_and_the_narrowest_region_holds() {
        let dir = tempfile::tempdir().unwrap();
        let rows = "indicator,region_code,valid_from,valid_to,kind,at_least,at_most,source\n\
                    matched,,2020-01-01,2025-12-31,target,70,,old\n\
                    matched,,2026-01-01,,target,80,,new\n\
                    matched,4420,2026-01-01,,target,90,95,city\n";
        std::fs::write(dir.path().join("targets.csv"), rows).unwrap();
        let reference = load(dir.path()).unwrap();
        let least = |region, day: &str| {
            let target = reference.target(Indicator::Matched, region, day.parse().unwrap());
            target.map(|target| target.at_least)
        };
        assert_eq!(least("44", "2025-12-31"), Some(70));
        assert_eq!(least("44", "2026-01-01"), Some(80));
        assert_eq!(least("442000105", "2026-01-01"), Some(90));
        assert_eq!(least("44", "2019-12-31"), None);
        let built_in = load(Path::new("/nonexistent")).unwrap();
        let day = "2026-11-23".parse().unwrap();
        let usual = built_in.target(Indicator::Contracted, "44", day).unwrap();
        assert_eq!((usual.at_least, usual.at_most), (15, Some(30)));
        assert!(usual.is_met(15.0) && !usual.is_met(14.9));
    }

    #[test]
    fn targets_that_cannot_be_are_refused() {
        let head = "indicator,region_code,valid_from,valid_to,kind,at_least,at_most,source\n";
        for rows in [
            "matched,,2020-01-01,2019-01-01,target,70,,x\n",
            "matched,,2020-01-01,,target,101,,x\n",
            "matched,,2020-01-01,,target,30,15,x\n",
            "luck,,2020-01-01,,target,30,,x\n",
            "matched,,2020-01-01,,target,70,,x\nmatched,,2021-01-01,,target,80,,x\n",
        ] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("targets.csv"), format!("{head}{rows}")).unwrap();
            let error = load(dir.path()).unwrap_err().to_string();
            assert!(error.contains("targets.csv"), "{rows}: {error}");
        }
    }
}
