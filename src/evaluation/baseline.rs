//! The measures of the shipped ranking as they were, query by query, so that a loss shows.

use std::path::Path;

use super::measures::QueryMeasures;
use super::run::{Measured, Report, Variant, compare};
use crate::error::{Error, Result};

/// The variant that is shipped.
pub const SHIPPED: Variant = Variant::Features;

/// Loss of a mean that is too much even where chance could explain it.
const MOST_LOSS: f64 = 0.01;

/// Writes the measures of the shipped ranking, one query a line.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, measured: &Measured) -> Result<()> {
    let mut text = String::new();
    for query in &measured[SHIPPED.as_str()] {
        text.push_str(&serde_json::to_string(query)?);
        text.push('\n');
    }
    std::fs::write(path, text)?;
    Ok(())
}

/// Compares the shipped ranking with the file.
///
/// # Errors
/// The file cannot be read or belongs to other queries.
pub fn against(path: &Path, measured: &Measured) -> Result<Report> {
    let fault =
        |reason: &dyn std::fmt::Display| Error::internal(format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
    let old = text
        .lines()
        .map(serde_json::from_str)
        .collect::<std::result::Result<Vec<QueryMeasures>, _>>()
        .map_err(|error| fault(&error))?;
    let new = &measured[SHIPPED.as_str()];
    if old.len() != new.len() {
        return Err(fault(&format!("{} queries, but {} were measured", old.len(), new.len())));
    }
    Ok(compare(new, &old))
}

/// The measures that are worse than before: by more than chance explains, or by more than 0.01.
pub fn losses(difference: &Report) -> Vec<&'static str> {
    let measures = [
        ("nDCG@10", &difference.ndcg10),
        ("AUC", &difference.auc),
        ("Recall@50", &difference.recall50),
    ];
    let lost = measures.into_iter().filter(|(_, d)| d.high < -1e-6 || d.value < -MOST_LOSS);
    lost.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(values: impl Iterator<Item = f64>) -> Measured {
        let query = |value| QueryMeasures {
            ndcg10: Some(value),
            auc: Some(0.5),
            recall50: None,
            ..QueryMeasures::default()
        };
        Measured::from([(SHIPPED.as_str(), values.map(query).collect())])
    }

    fn values(lift: f64) -> impl Iterator<Item = f64> {
        (0..60).map(move |i| f64::from(i % 7) / 10.0 + lift)
    }

    #[test]
    fn losses_show_and_gains_do_not() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("baseline.jsonl");
        write(&file, &measured(values(0.0))).unwrap();
        let lost = |now: Measured| losses(&against(&file, &now).unwrap());
        assert!(lost(measured(values(0.0))).is_empty());
        assert!(lost(measured(values(0.1))).is_empty());
        assert_eq!(lost(measured(values(-0.004))), ["nDCG@10"], "small, but in every query");
        assert_eq!(lost(measured(values(-0.1))), ["nDCG@10"]);
        let fewer = measured(values(0.0).take(10));
        assert!(against(&file, &fewer).unwrap_err().to_string().contains("60"));
    }
}
