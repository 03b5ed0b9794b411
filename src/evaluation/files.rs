//! The three files of a graded collection.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// An achievement to be ranked.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    /// Id in the collection.
    pub id: String,
    /// Title.
    pub title: String,
    /// Longer text, when the collection has one.
    #[serde(default)]
    pub text: String,
}

/// Grades of one query by achievement: 0 none, 1 weak, 2 fairly strong, 3 strong.
pub type Grades = HashMap<String, u8>;

/// A graded collection.
#[derive(Debug, Default)]
pub struct Collection {
    /// What is ranked.
    pub corpus: Vec<Item>,
    /// What it is ranked for.
    pub queries: Vec<Item>,
    /// Grades by query.
    pub grades: BTreeMap<String, Grades>,
}

impl Collection {
    /// Reads corpus and queries (JSON lines) and grades (`query-id corpus-id score`, separated by
    /// tabs, or the four columns of TREC).
    ///
    /// # Errors
    /// Names the file and line that cannot be read.
    pub fn read(corpus: &Path, queries: &Path, qrels: &Path) -> Result<Self> {
        Ok(Self { corpus: items(corpus)?, queries: items(queries)?, grades: grades(qrels)? })
    }
}

fn lines(path: &Path) -> Result<impl Iterator<Item = Result<(usize, String)>>> {
    let file = std::fs::File::open(path)
        .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    let reader = std::io::BufReader::new(file);
    Ok(reader.lines().enumerate().map(|(at, line)| Ok((at + 1, line?))))
}

fn unreadable(path: &Path, line: usize, reason: impl std::fmt::Display) -> Error {
    Error::internal(format!("{} line {line}: {reason}", path.display()))
}

/// Reads lines of JSON.
///
/// # Errors
/// Names the file and line that cannot be read.
pub fn items<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let mut items = Vec::new();
    for line in lines(path)? {
        let (number, text) = line?;
        if !text.trim().is_empty() {
            items.push(serde_json::from_str(&text).map_err(|e| unreadable(path, number, e))?);
        }
    }
    Ok(items)
}

fn grades(path: &Path) -> Result<BTreeMap<String, Grades>> {
    let mut all: BTreeMap<String, Grades> = BTreeMap::new();
    for line in lines(path)? {
        let (number, text) = line?;
        let columns: Vec<&str> = text.split_whitespace().collect();
        let (query, item, score) = match columns.as_slice() {
            [] => continue,
            [query, item, score] | [query, _, item, score] => (*query, *item, *score),
            _ => return Err(unreadable(path, number, "not three or four columns")),
        };
        match score.parse::<u8>() {
            // Where a pair is graded twice the higher grade counts.
            Ok(score) => {
                let known = all.entry(query.to_owned()).or_default();
                let best = known.get(item).map_or(score, |old| score.max(*old));
                known.insert(item.to_owned(), best);
            }
            Err(_) if number == 1 => {}
            Err(_) => return Err(unreadable(path, number, format!("{score:?} is no grade"))),
        }
    }
    Ok(all)
}
