//! Rows of a file that resemble records that are there, or rows before them.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::lookup::{candidates, drawn, readable};
use super::model::{Drawn, EVERY_TIER, MOST_COMPARED, SubjectId};
use crate::db::Db;
use crate::error::Result;
use crate::records::reviewed::Reviewed;

/// Rows that are remembered while a file is read. What came before them is found in the database,
/// unless nothing is written.
const REMEMBERED: usize = 20_000;

/// What a row resembles.
#[derive(Debug, Clone, PartialEq)]
pub enum Resembled {
    /// A row before it.
    Row(u64),
    /// A record, by its readable code.
    Record(String),
}

/// A row that resembles something.
#[derive(Debug, Clone, PartialEq)]
pub struct Resemblance {
    /// What.
    pub to: Resembled,
    /// How like it is.
    pub likeness: f32,
}

/// The rows of a file so far.
#[derive(Default)]
pub struct Earlier {
    rows: VecDeque<(u64, Vec<i64>, Drawn)>,
    /// Rows by their keys, counted from the first row of the file.
    by_key: HashMap<i64, VecDeque<usize>>,
    /// Rows that have been forgotten.
    forgotten: usize,
}

impl Earlier {
    /// What each row of a batch resembles most, if anything.
    ///
    /// # Errors
    /// Database faults.
    pub fn resemblances<R: Reviewed>(
        &mut self,
        db: &mut Db,
        batch: &[(u64, &R)],
    ) -> Result<Vec<Option<Resemblance>>> {
        let drawn_rows: Vec<Drawn> = batch.iter().map(|(_, row)| drawn(*row)).collect();
        let wordings: Vec<Vec<i64>> = drawn_rows.iter().map(|row| row.all_keys(R::KIND)).collect();
        // Whoever imports sees everything.
        let found = candidates(db, &wordings, EVERY_TIER, |_, _| true)?;
        let mut stored: HashMap<SubjectId, (String, Drawn)> = HashMap::new();
        for row in readable::<R, R>(db, &found.ids::<R>(), R::find_rows) {
            if let Ok(id) = row.id().to_string().parse() {
                stored.insert(id, (row.head().code.to_owned(), drawn(&row)));
            }
        }
        let mut all = Vec::with_capacity(batch.len());
        for (at, (row, keys)) in drawn_rows.into_iter().zip(wordings).enumerate() {
            let records = found.of[at].iter().filter_map(|(id, _)| stored.get(id));
            let records = records.filter_map(|(code, other)| {
                let to = Resembled::Record(code.clone());
                Some(Resemblance { to, likeness: row.suspected(other)? })
            });
            let before = self.alike(&keys, &row);
            let best = before.into_iter().chain(records);
            all.push(best.reduce(|best, it| if it.likeness > best.likeness { it } else { best }));
            self.remember(batch[at].0, keys, row);
        }
        Ok(all)
    }

    /// The row before it that a row resembles most, if any; records that are there are not looked at.
    pub fn among_rows<R: Reviewed>(&mut self, number: u64, row: &R) -> Option<Resemblance> {
        let drawn_row = drawn(row);
        let keys = drawn_row.all_keys(R::KIND);
        let found = self.alike(&keys, &drawn_row);
        self.remember(number, keys, drawn_row);
        found
    }

    /// The row before it that a row resembles most.
    fn alike(&self, keys: &[i64], row: &Drawn) -> Option<Resemblance> {
        let places: BTreeSet<usize> =
            keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        let rated = places.into_iter().take(MOST_COMPARED).filter_map(|place| {
            let (number, _, other) = self.rows.get(place.checked_sub(self.forgotten)?)?;
            Some(Resemblance { to: Resembled::Row(*number), likeness: row.suspected(other)? })
        });
        rated.reduce(|best, it| if it.likeness > best.likeness { it } else { best })
    }

    fn remember(&mut self, number: u64, keys: Vec<i64>, row: Drawn) {
        let place = self.forgotten + self.rows.len();
        for key in &keys {
            self.by_key.entry(*key).or_default().push_back(place);
        }
        self.rows.push_back((number, keys, row));
        if self.rows.len() > REMEMBERED
            && let Some((_, keys, _)) = self.rows.pop_front()
        {
            for key in keys {
                if let Some(places) = self.by_key.get_mut(&key) {
                    places.pop_front();
                    if places.is_empty() {
                        self.by_key.remove(&key);
                    }
                }
            }
            self.forgotten += 1;
        }
    }
}
