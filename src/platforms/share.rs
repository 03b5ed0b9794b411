//! A share in percent, exact to four decimals.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::reading::narrow_digits;

/// Units of one percent.
const UNITS: i64 = 10_000;

/// A share in ten-thousandths of a percent; in JSON a number of percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = f64, example = 33.3333)]
pub struct Share(i64);

impl Share {
    /// The whole.
    pub const WHOLE: Self = Self(100 * UNITS);

    /// Reads a number of percent with at most four decimals.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = narrow_digits(text.trim());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 6 || !digits(whole) || !digits(fraction) {
            return Err(format!("{text:?} is no share in percent"));
        }
        if fraction.len() > 4 {
            return Err(format!("{text} has more than four decimals"));
        }
        let wrong = |_| format!("{text:?} is no share in percent");
        let whole: i64 = whole.parse().map_err(wrong)?;
        let part: i64 = format!("{fraction:0<4}").parse().map_err(wrong)?;
        Ok(Self(whole * UNITS + part))
    }

    /// Decimal text in percent without trailing zeros.
    pub fn to_percent(self) -> String {
        let fraction = format!("{:04}", self.0 % UNITS);
        match fraction.trim_end_matches('0') {
            "" => (self.0 / UNITS).to_string(),
            digits => format!("{}.{digits}", self.0 / UNITS),
        }
    }
}

impl std::iter::Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        Self(shares.map(|share| share.0).sum())
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % UNITS == 0 {
            return serializer.serialize_i64(self.0 / UNITS);
        }
        let number: f64 = self.to_percent().parse().map_err(S::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        Self::parse(&number.to_string()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Shares come back from their text and from JSON, and add up exactly in any order.
        #[test]
        fn shares_are_exact(units in prop::collection::vec(0_i64..=1_000_000, 0..30)) {
            let shares: Vec<Share> = units.iter().map(|units| Share(*units)).collect();
            for share in &shares {
                prop_assert_eq!(Share::parse(&share.to_percent()), Ok(*share));
                let json = serde_json::to_string(share).unwrap();
                prop_assert_eq!(&json, &share.to_percent());
                prop_assert_eq!(serde_json::from_str::<Share>(&json).unwrap(), *share);
            }
            let sum: Share = shares.iter().copied().sum();
            prop_assert_eq!(sum.0, units.iter().sum::<i64>());
        }
    }

    #[test]
    fn three_thirds_are_no_more_than_the_whole() {
        let third = Share::parse("33.3333").unwrap();
        assert!([third; 3].into_iter().sum::<Share>() <= Share::WHOLE);
        for wrong in ["", "-1", "1.00001", "1e2", "a", "1234567"] {
            assert!(Share::parse(wrong).is_err(), "{wrong}");
        }
    }
}
