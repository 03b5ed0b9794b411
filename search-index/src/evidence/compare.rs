//! Holds what is stated against what is asked for.

use super::figure::Figure;
use super::unit::Unit;

/// Which figures a requirement allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Least value, in `unit`.
    pub low: Option<f64>,
    /// Greatest value.
    pub high: Option<f64>,
    /// Whether the ends themselves are left out.
    pub strict: bool,
    /// Whether all of the range has to be covered.
    pub covering: bool,
    /// Unit of both.
    pub unit: Unit,
    /// How far a value may lie outside, when the requirement says so.
    pub slack: Option<f64>,
    /// Whether it is a difference, which has no zero of its own.
    pub difference: bool,
}

/// How a figure stands to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All that is stated is allowed.
    Met,
    /// It misses by no more than the tolerance that the requirement states.
    Tolerated,
    /// It misses by no more than [`NEAR`], where no tolerance is stated.
    Near,
    /// Some of what is stated is allowed.
    Overlap,
    /// Nothing that is stated is allowed.
    NotMet,
    /// What is stated bounds the other side.
    Open,
}

/// A miss by this share of the bound is a near one.
pub const NEAR: f64 = 0.05;

/// Differences of rounding.
const SLIP: f64 = 1e-9;

impl Bound {
    /// The ends of a figure in the unit of the bound; nothing when it measures something else.
    pub fn ends(&self, figure: &Figure) -> Option<(Option<f64>, Option<f64>)> {
        let into = |value: Option<f64>| {
            value.map(|value| figure.unit.convert(value, &self.unit, self.difference))
        };
        figure.unit.fits(&self.unit).then(|| (into(figure.low), into(figure.high)))
    }

    /// Holds the ends of a figure against the bound.
    pub fn compare(&self, (low, high): (Option<f64>, Option<f64>), strict: bool) -> Outcome {
        let ends = [(self.low, low, high, 1.0), (self.high, high, low, -1.0)];
        let mut worst = Outcome::Met;
        for (end, near_side, far_side, sign) in ends {
            let Some(end) = end else { continue };
            let [near, far] = [near_side, far_side].map(|value| value.map(|value| value * sign));
            worst = worse(worst, self.one_sided(end * sign, near, far, strict));
        }
        match worst {
            Outcome::Met | Outcome::Overlap if self.covering => self.covered(low, high),
            _ => worst,
        }
    }

    /// `end` is a least value. `least` and `most` are the ends of what is stated.
    fn one_sided(&self, end: f64, least: Option<f64>, most: Option<f64>, strict: bool) -> Outcome {
        let slip = SLIP * end.abs().max(1e-12);
        let reaches = |value: f64| {
            if self.strict && !strict { value > end + slip } else { value >= end - slip }
        };
        match (least, most) {
            (Some(least), _) if reaches(least) => Outcome::Met,
            (Some(_), Some(most)) if reaches(most) => Outcome::Overlap,
            (None, Some(most)) if reaches(most) => Outcome::Open,
            (_, Some(value)) | (Some(value), None) => self.missed(end, value, slip),
            (None, None) => Outcome::Open,
        }
    }

    fn missed(&self, end: f64, value: f64, slip: f64) -> Outcome {
        match self.slack {
            Some(slack) if end - value <= slack + slip => Outcome::Tolerated,
            None if end - value <= NEAR * end.abs() + slip => Outcome::Near,
            _ => Outcome::NotMet,
        }
    }

    fn covered(&self, low: Option<f64>, high: Option<f64>) -> Outcome {
        let below = low.zip(self.low).is_none_or(|(stated, wanted)| stated <= wanted);
        let above = high.zip(self.high).is_none_or(|(stated, wanted)| stated >= wanted);
        if below && above { Outcome::Met } else { Outcome::Overlap }
    }
}

/// The outcome for both ends of a range.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    let order = [
        Outcome::NotMet,
        Outcome::Open,
        Outcome::Near,
        Outcome::Tolerated,
        Outcome::Overlap,
        Outcome::Met,
    ];
    order.into_iter().find(|outcome| [one, other].contains(outcome)).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(low: Option<f64>, high: Option<f64>) -> Bound {
        let unit = Unit::parse("%").unwrap();
        Bound { low, high, strict: false, covering: false, unit, slack: None, difference: false }
    }

    #[test]
    fn bounds_and_values() {
        use Outcome::{Met, Near, NotMet, Open, Overlap};
        let (ge, le) = (bound(Some(67.0), None), bound(None, Some(0.5)));
        let eq = bound(Some(0.0), Some(0.0));
        let range = bound(Some(55.0), Some(60.0));
        let table = [
            (&ge, (Some(70.0), Some(70.0)), Met),
            (&ge, (Some(67.0), Some(67.0)), Met),
            (&ge, (Some(65.0), Some(65.0)), Near),
            (&ge, (Some(50.0), Some(50.0)), NotMet),
            (&ge, (Some(60.0), Some(80.0)), Overlap),
            (&ge, (Some(70.0), None), Met),
            (&ge, (Some(50.0), None), NotMet),
            (&ge, (None, Some(90.0)), Open),
            (&ge, (None, Some(50.0)), NotMet),
            (&le, (Some(0.4), Some(0.4)), Met),
            (&le, (None, Some(0.5)), Met),
            (&le, (Some(0.51), Some(0.51)), Near),
            (&le, (Some(1.0), Some(1.0)), NotMet),
            (&le, (Some(0.1), None), Open),
            (&eq, (Some(0.0), Some(0.0)), Met),
            (&eq, (Some(1.0), Some(1.0)), NotMet),
            (&range, (Some(56.0), Some(58.0)), Met),
            (&range, (Some(50.0), Some(58.0)), Overlap),
            (&range, (Some(70.0), Some(80.0)), NotMet),
            (&range, (None, Some(58.0)), Open),
        ];
        for (bound, ends, expected) in table {
            assert_eq!(bound.compare(ends, false), expected, "{bound:?} {ends:?}");
        }
        assert_eq!(bound(Some(70.0), None).compare((Some(67.0), Some(67.0)), false), Near);
    }

    #[test]
    fn a_stated_tolerance_takes_the_place_of_what_is_near() {
        let tight = Bound { slack: Some(1.0), ..bound(Some(70.0), None) };
        assert_eq!(tight.compare((Some(69.0), Some(69.0)), false), Outcome::Tolerated);
        assert_eq!(tight.compare((Some(68.0), Some(68.0)), false), Outcome::NotMet);
    }

    #[test]
    fn ends_that_are_left_out_are_not_reached() {
        let gt = Bound { strict: true, ..bound(Some(80.0), None) };
        assert_eq!(gt.compare((Some(80.0), Some(80.0)), false), Outcome::Near);
        assert_eq!(gt.compare((Some(80.0), None), true), Outcome::Met);
    }

    #[test]
    fn a_range_that_must_be_covered_is_not_met_by_a_part_of_it() {
        let covering = Bound { covering: true, ..bound(Some(160.0), Some(440.0)) };
        assert_eq!(covering.compare((Some(100.0), Some(500.0)), false), Outcome::Met);
        assert_eq!(covering.compare((Some(140.0), Some(420.0)), false), Outcome::Overlap);
        assert_eq!(covering.compare((Some(200.0), Some(200.0)), false), Outcome::Overlap);
    }

    /// More of what is wanted never makes the outcome worse.
    #[test]
    fn what_is_met_stays_met_as_the_value_grows() {
        let ge = bound(Some(67.0), None);
        let rank = |value: f64| match ge.compare((Some(value), Some(value)), false) {
            Outcome::Met => 2,
            Outcome::Near => 1,
            _ => 0,
        };
        let ranks: Vec<i32> = (0..2_000).map(|step| rank(f64::from(step) / 10.0)).collect();
        assert!(ranks.is_sorted() && ranks[0] == 0 && ranks[1_999] == 2);
    }
}
