//! Latencies of many calls, by sort of question.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::questions::Sort;

/// What calls took, in microseconds: every one is kept, so the percentiles are exact.
#[derive(Debug, Default)]
pub struct Latencies {
    by_sort: BTreeMap<Sort, Vec<u32>>,
}

impl Latencies {
    /// Notes one call.
    pub fn note(&mut self, sort: Sort, took: Duration) {
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.by_sort.entry(sort).or_default().push(micros);
    }

    /// Takes in what another thread has noted.
    pub fn absorb(&mut self, other: Self) {
        for (sort, calls) in other.by_sort {
            self.by_sort.entry(sort).or_default().extend(calls);
        }
    }

    /// Calls of all sorts.
    pub fn count(&self) -> usize {
        self.by_sort.values().map(Vec::len).sum()
    }

    /// The percentiles of each sort.
    pub fn summaries(self) -> BTreeMap<Sort, Summary> {
        self.by_sort.into_iter().map(|(sort, calls)| (sort, Summary::of(calls))).collect()
    }
}

/// Percentiles of calls, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Calls.
    pub count: usize,
    /// Half of them took no longer.
    pub p50: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Summary {
    /// Sums calls up.
    pub fn of(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        // Nearest rank: a value that was measured, never one between two.
        let at = |per_cent: usize| {
            let rank = (micros.len() * per_cent).div_ceil(100).max(1);
            micros.get(rank - 1).map_or(0.0, |&micros| f64::from(micros) / 1_000.0)
        };
        Self { count: micros.len(), p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let summary = Summary::of((1..=200).rev().map(|milli| milli * 1_000).collect());
        let wanted = Summary { count: 200, p50: 100.0, p95: 190.0, p99: 198.0, max: 200.0 };
        assert_eq!(summary, wanted);
        let one = Summary::of(vec![1_500]);
        assert_eq!((one.p50, one.p99, one.max), (1.5, 1.5, 1.5));
        assert_eq!(Summary::of(Vec::new()).count, 0);
    }

    #[test]
    fn threads_are_summed_up_together() {
        let mut all = Latencies::default();
        for millis in [1, 3] {
            let mut one = Latencies::default();
            one.note(Sort::Words, Duration::from_millis(millis));
            one.note(Sort::Title, Duration::from_millis(9));
            all.absorb(one);
        }
        assert_eq!(all.count(), 4);
        let summaries = all.summaries();
        assert_eq!((summaries[&Sort::Words].p50, summaries[&Sort::Words].max), (1.0, 3.0));
        assert_eq!(summaries[&Sort::Title].count, 2);
    }
}
