//! Regions and times of day.

use super::Frame;
use crate::db::Timestamp;

impl Frame {
    /// Whether there is such a region.
    pub fn is_region(&self, code: &str) -> bool {
        self.app.reference.region(code).is_some()
    }

    /// A moment of today as clocks in China show it.
    pub fn clock(&self, at: &Timestamp) -> String {
        let there = at.0 + chrono::TimeDelta::hours(8);
        there.format(&self.t("clock_format")).to_string()
    }
}
