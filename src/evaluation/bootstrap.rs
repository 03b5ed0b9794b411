//! Bootstrap intervals over queries (Efron and Tibshirani 1993): resample the queries with
//! replacement, take the middle 95 % of the means. The generator is fixed, so that the same input
//! gives the same interval.

use serde::Serialize;

/// Resamples taken.
const SAMPLES: usize = 2_000;

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Mean over the queries for which the measure is defined.
    pub value: f64,
    /// Number of those queries.
    pub n: usize,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Generator(u64);

impl Generator {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// The mean of the values with its interval; zeros when there is none.
pub fn estimate(values: &[f64]) -> Estimate {
    let n = values.len();
    if n == 0 {
        return Estimate { value: 0.0, n, low: 0.0, high: 0.0 };
    }
    let mut generator = Generator(0x746f_776e);
    let mut means: Vec<f64> = (0..SAMPLES)
        .map(|_| (0..n).map(|_| values[generator.below(n)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    Estimate {
        value: values.iter().sum::<f64>() / n as f64,
        n,
        low: means[SAMPLES * 25 / 1000],
        high: means[SAMPLES * 975 / 1000 - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_holds_the_mean_and_is_repeatable() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 7)).collect();
        let got = estimate(&values);
        assert!(got.low < got.value && got.value < got.high);
        assert_eq!(got, estimate(&values));
    }

    #[test]
    fn equal_values_have_no_spread() {
        let got = estimate(&[0.25; 9]);
        assert_eq!((got.low, got.value, got.high, got.n), (0.25, 0.25, 0.25, 9));
    }
}
