//! Amounts of money: whole 分 inside, 万元 with at most four decimals outside, never a float.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 分 in one 万元.
const FEN_PER_WAN: i64 = 1_000_000;
/// 分 in the fourth decimal of 万元 (one yuan).
const FEN_PER_UNIT: i64 = 100;
/// Largest amount accepted: ten trillion yuan, far above any contract and far below overflow.
const MAX_WAN: i64 = 1_000_000_000;

/// An amount in 分. In JSON it is a number in 万元 with at most four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = f64, minimum = 0)]
pub struct Money(pub i64);

impl Money {
    /// Parses decimal text in 万元, such as `12.5`.
    ///
    /// # Errors
    /// When it is no such number, is negative, too large or has more than four decimals.
    pub fn parse_wan(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(format!("{text:?} is not an amount in 万元"));
        }
        let significant = fraction.trim_end_matches('0');
        if significant.len() > 4 {
            return Err(format!("{text} has more than four decimals"));
        }
        let whole: i64 = whole.parse().map_err(|_| format!("{text} is too large"))?;
        if whole > MAX_WAN {
            return Err(format!("{text} is too large"));
        }
        let padded = format!("{significant:0<4}");
        let units: i64 = padded.parse().map_err(|_| format!("{text:?} is not an amount"))?;
        Ok(Self(whole * FEN_PER_WAN + units * FEN_PER_UNIT))
    }

    /// So many 万元.
    pub fn of_wan(wan: u32) -> Self {
        Self(i64::from(wan) * FEN_PER_WAN)
    }

    /// Decimal text in 万元 without trailing zeros.
    pub fn to_wan(self) -> String {
        let (whole, rest) = (self.0 / FEN_PER_WAN, self.0 % FEN_PER_WAN);
        let fraction = format!("{:04}", rest / FEN_PER_UNIT);
        match fraction.trim_end_matches('0') {
            "" => whole.to_string(),
            digits => format!("{whole}.{digits}"),
        }
    }
}

impl std::iter::Sum for Money {
    /// Exact: an amount is at most 10^15 分, so that even 9,000 of the largest fit.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|amount| amount.0).sum())
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % FEN_PER_WAN == 0 {
            return serializer.serialize_i64(self.0 / FEN_PER_WAN);
        }
        // Shortest round-trip text of this quotient is the decimal itself up to 2^53 units.
        let number: f64 = self.to_wan().parse().map_err(serde::ser::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        Self::parse_wan(&number.to_string()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Adding up amounts loses nothing, in no order, and neither does writing the sum down.
        #[test]
        fn sums_are_exact(units in prop::collection::vec(0_i64..10_000_000_000_000, 0..60)) {
            let amounts: Vec<Money> = units.iter().map(|units| Money(units * 100)).collect();
            let sum: Money = amounts.iter().copied().sum();
            let exact: i128 = units.iter().map(|&units| i128::from(units) * 100).sum();
            prop_assert_eq!(i128::from(sum.0), exact);
            let backwards: Money = amounts.iter().rev().copied().sum();
            prop_assert_eq!(backwards, sum);
            for amount in amounts {
                let text = amount.to_wan();
                prop_assert_eq!(Money::parse_wan(&text), Ok(amount));
                let json = serde_json::to_string(&amount).unwrap();
                prop_assert_eq!(&json, &text);
                prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
            }
        }
    }

    #[test]
    fn keeps_four_decimals_exactly() {
        for text in ["0", "12", "12.5", "0.0001", "999999.9999", "30.25"] {
            let money = Money::parse_wan(text).unwrap();
            assert_eq!(money.to_wan(), text);
            let json = serde_json::to_string(&money).unwrap();
            assert_eq!(json, text);
            assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", "-1", "1.00001", "1e3", "abc", "99999999999"] {
            assert!(Money::parse_wan(text).is_err(), "{text}");
        }
    }
}
