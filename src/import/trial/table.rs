//! The table as it travels with its page: packed, so that a form holds it.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Message, Result};
use crate::import::columns::{Column, FileKind};

/// Rows of one table at most; longer files are split, or brought in by the operator.
pub const MOST_ROWS: usize = 200;
/// Bytes that a table unpacks to at most.
const MOST_BYTES: u64 = 8 << 20;

/// Rows that are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The rows, in the order of the file.
    pub rows: Vec<Line>,
}

/// A row, with a text for each column that its kind has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the file.
    pub number: u64,
    /// Texts of the cells, in the order of [`columns`].
    pub cells: Vec<String>,
    /// What the file itself had wrong: place of the column (none for the row), and why in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<(Option<usize>, String)>,
    /// What else was to be said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The columns that are filled in, in their order.
pub fn columns(kind: FileKind) -> Vec<&'static Column> {
    kind.entered().collect()
}

impl Line {
    /// Puts another text into a cell; what the file had wrong there is done with.
    pub fn set(&mut self, at: usize, text: &str) {
        // A browser ends lines otherwise than the file did.
        let text = text.replace("\r\n", "\n");
        let Some(cell) = self.cells.get_mut(at).filter(|cell| **cell != text) else { return };
        *cell = text;
        self.flaws.retain(|(column, _)| column.is_some_and(|column| column != at));
    }

    /// The text of a cell.
    pub fn text(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }
}

impl Table {
    /// Packs the table.
    ///
    /// # Errors
    /// Never for rows that were read.
    pub fn packed(&self) -> Result<String> {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        packing.write_all(&serde_json::to_vec(self)?)?;
        Ok(URL_SAFE_NO_PAD.encode(packing.finish()?))
    }

    /// Unpacks what a form brought back.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for what was not packed here.
    pub fn unpacked(text: &str, kind: FileKind) -> Result<Self> {
        let bad = || Error::BadRequest(Message::new("import.unreadable_table"));
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let mut json = Vec::new();
        let size = GzDecoder::new(bytes.as_slice()).take(MOST_BYTES + 1).read_to_end(&mut json);
        if u64::try_from(size.map_err(|_| bad())?).unwrap_or(u64::MAX) > MOST_BYTES {
            return Err(bad());
        }
        let mut table: Self = serde_json::from_slice(&json).map_err(|_| bad())?;
        if table.rows.len() > MOST_ROWS {
            return Err(bad());
        }
        let width = columns(kind).len();
        table.rows.iter_mut().for_each(|row| row.cells.resize(width, String::new()));
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        let flaws = vec![(None, "open quote".to_owned()), (Some(1), "formula".to_owned())];
        let width = columns(FileKind::Capabilities).len();
        let mut cells = vec![String::new(); width];
        cells[1] = "=A1".to_owned();
        Line { number: 4, cells, flaws, notes: vec![] }
    }

    #[test]
    fn a_table_comes_back_as_it_was_packed() {
        let table = Table { rows: vec![line(), Line { number: 5, ..line() }] };
        let packed = table.packed().unwrap();
        assert_eq!(Table::unpacked(&packed, FileKind::Capabilities).unwrap(), table);
        for bad in ["", "!", "AAAA", &packed[..packed.len() / 2]] {
            assert!(Table::unpacked(bad, FileKind::Capabilities).is_err(), "{bad}");
        }
        let long = Table { rows: vec![line(); MOST_ROWS + 1] };
        assert!(Table::unpacked(&long.packed().unwrap(), FileKind::Capabilities).is_err());
    }

    #[test]
    fn what_the_file_had_wrong_is_done_with_when_somebody_types_there() {
        let mut row = line();
        row.set(1, "=A1");
        assert_eq!(row.flaws.len(), 2, "nothing has been typed");
        row.set(1, "a title");
        assert_eq!((row.text(1), row.flaws.len()), ("a title", 0));
        row.set(10_000, "beyond the table");
        assert_eq!(row.text(10_000), "");
    }
}
