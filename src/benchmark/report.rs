//! What a run has measured, held against the aims.

use std::collections::BTreeMap;

use serde::Serialize;

use super::deals::DealFigures;
use super::instance::Memory;
use super::intake::{ImportFigures, IndexFigures};
use super::latency::Summary;
use super::questions::Sort;

/// Rows a second that an import with its index should reach.
const ROWS_PER_SECOND: f64 = 2_000.0;
/// Seconds that the start of a filled instance may take.
const START_SECONDS: f64 = 1.0;
/// Memory that the service may hold.
const MEMORY_BYTES: f64 = 300e6;
/// Times the direct call that an answer through HTTP may take, and milliseconds on top.
const HTTP_TIMES: f64 = 2.0;
const HTTP_PLUS_MS: f64 = 2.0;

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where it ran.
    pub machine: Machine,
    /// Each file taken in.
    pub imports: Vec<ImportFigures>,
    /// All of them together, in rows a second.
    pub rows_per_second: f64,
    /// The index.
    pub index: IndexFigures,
    /// From starting the service on these records to being ready.
    pub start_seconds: f64,
    /// From then until it had made the suggestions and told the subscribers of these records; none unless
    /// the questions waited for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_seconds: Option<f64>,
    /// Memory of the service after all questions; none where the system does not tell.
    pub memory: Option<Memory>,
    /// Latencies by asker and number of clients.
    pub loads: Vec<Load>,
    /// What brokering costs; none unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deals: Option<DealFigures>,
}

/// What figures depend on.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Cores.
    pub cores: usize,
    /// Operating system and processor.
    pub system: String,
    /// Version of the program.
    pub version: &'static str,
    /// Whether it was built with optimisation.
    pub optimised: bool,
    /// Load average of the last minute when the run began: what else the machine was doing.
    pub load_before: Option<f64>,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            cores: crate::turns::cores(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
            load_before: load.and_then(|text| text.split_whitespace().next()?.parse().ok()),
        }
    }
}

/// One load of questions, through HTTP and straight on the index.
#[derive(Debug, Clone, Serialize)]
pub struct Load {
    /// `visitor`, `member` or `officer`.
    pub asker: &'static str,
    /// Clients that ask at the same time.
    pub clients: usize,
    /// Answers a second through HTTP.
    pub http_per_second: f64,
    /// Answers a second straight on the index.
    pub direct_per_second: f64,
    /// By sort of question.
    pub sorts: BTreeMap<Sort, Pair>,
}

/// The two ways side by side.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Pair {
    /// Through HTTP.
    pub http: Summary,
    /// Straight on the index.
    pub direct: Summary,
    /// p95 through HTTP in terms of that of the direct call.
    pub ratio: f64,
    /// Whether the p95 through HTTP is within the aim.
    pub within_aim: bool,
}

impl Pair {
    /// Compares.
    pub fn new(http: Summary, direct: Summary) -> Self {
        let within_aim = http.p95 <= HTTP_TIMES * direct.p95 + HTTP_PLUS_MS;
        Self { http, direct, ratio: http.p95 / direct.p95.max(0.001), within_aim }
    }
}

/// An aim and whether it is reached.
#[derive(Debug, Clone, Serialize)]
pub struct Aim {
    /// Which: the last part of its key in the message catalogue.
    pub name: &'static str,
    /// What was measured.
    pub measured: String,
    /// Whether it is reached; none where it could not be measured.
    pub reached: Option<bool>,
}

impl Report {
    /// Every aim.
    pub fn aims(&self) -> Vec<Aim> {
        let pairs: Vec<&Pair> = self.loads.iter().flat_map(|load| load.sorts.values()).collect();
        let within = pairs.iter().filter(|pair| pair.within_aim).count();
        let aim = |name, measured, reached| Aim { name, measured, reached };
        vec![
            aim(
                "http",
                format!("{within} / {}", pairs.len()),
                (!pairs.is_empty()).then_some(within == pairs.len()),
            ),
            aim(
                "import",
                format!("{:.0}/s", self.rows_per_second),
                Some(self.rows_per_second >= ROWS_PER_SECOND),
            ),
            aim(
                "start",
                format!("{:.2} s", self.start_seconds),
                Some(self.start_seconds < START_SECONDS),
            ),
            aim(
                "memory",
                self.memory.map(|memory| megabytes(memory.peak)).unwrap_or_default(),
                self.memory.map(|memory| (memory.peak as f64) < MEMORY_BYTES),
            ),
        ]
    }
}

/// Bytes in millions.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(p95: f64) -> Summary {
        Summary { count: 1, p50: p95, p95, p99: p95, max: p95 }
    }

    #[test]
    fn twice_the_direct_call_and_two_milliseconds_are_within_the_aim() {
        let pair = Pair::new(summary(8.0), summary(3.0));
        assert!(pair.within_aim && (pair.ratio - 8.0 / 3.0).abs() < 1e-9);
        assert!(!Pair::new(summary(8.1), summary(3.0)).within_aim);
    }

    #[test]
    fn an_aim_that_cannot_be_measured_is_neither_reached_nor_missed() {
        let machine = Machine::here();
        let index = IndexFigures {
            documents: 1,
            seconds: 1.0,
            documents_per_second: 1.0,
            index_bytes: 1,
            database_bytes: 1,
        };
        let report = Report {
            machine,
            imports: Vec::new(),
            rows_per_second: 1_999.0,
            index,
            start_seconds: 0.5,
            settle_seconds: None,
            memory: None,
            loads: Vec::new(),
            deals: None,
        };
        let reached: Vec<Option<bool>> = report.aims().iter().map(|aim| aim.reached).collect();
        assert_eq!(reached, [None, Some(false), Some(true), None]);
    }
}
