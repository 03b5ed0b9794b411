//! Reading files row by row: `.xlsx`, `.csv` and `.jsonl`.

mod lines;
mod separated;
mod sheet;
mod table;
mod text;

use std::path::Path;

use super::columns::FileKind;
use crate::error::{Error, Message, Result};

pub use table::{Header, letters};

/// Formats of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A spreadsheet.
    Xlsx,
    /// Values separated by commas, semicolons or tabs.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// The format that a file name ends in.
    ///
    /// # Errors
    /// For any other ending.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        ending.parse().map_err(|()| {
            let name = path.display();
            Error::BadRequest(Message::new("import.unknown_format").with("file", name))
        })
    }

    /// The format that a file of this name is written in. Endings that are read like another are
    /// refused: a spreadsheet program would not open what stands behind them.
    ///
    /// # Errors
    /// For any other ending.
    pub fn to_write(path: &Path) -> Result<Self> {
        let format = Self::of(path)?;
        let lower = path.extension().map(|ending| ending.to_ascii_lowercase());
        if lower.is_some_and(|ending| ending == format.ending()) {
            return Ok(format);
        }
        Err(Error::BadRequest(Message::new("import.unknown_format").with("file", path.display())))
    }

    /// Media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }

    /// Ending of the file name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        match text.to_ascii_lowercase().as_str() {
            "xlsx" | "xlsm" => Ok(Self::Xlsx),
            "csv" | "tsv" | "txt" => Ok(Self::Csv),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            _ => Err(()),
        }
    }
}

/// What a row holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Cells of a table, as text.
    Cells(Vec<String>),
    /// A line of JSON.
    Line(String),
    /// Cells of a table, more than it has headers.
    TooWide(Vec<String>),
    /// A row that cannot be read, with the reason.
    Unreadable(Message),
}

/// What is wrong with a row before its texts are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Flaw {
    /// Where in the row, from 0; none for the row as a whole.
    pub column: Option<usize>,
    /// The reason.
    pub message: Message,
}

/// One row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number of the row as a spreadsheet shows it, header and remarks included; of the line in a
    /// file of lines. From 1.
    pub number: u64,
    /// What it holds.
    pub content: Content,
    /// What is wrong with it already.
    pub flaws: Vec<Flaw>,
    /// What else is to be said about it.
    pub notes: Vec<Message>,
}

impl Row {
    /// A row that nothing is known against.
    pub fn new(number: u64, content: Content) -> Self {
        Self { number, content, flaws: Vec::new(), notes: Vec::new() }
    }
}

/// A file that has been opened.
pub struct Source {
    /// Its format.
    pub format: Format,
    /// The header of a table; none for lines of JSON.
    pub header: Option<Header>,
    /// About how many rows there are.
    pub rows_expected: u64,
    /// The rows that hold something, without header and examples.
    pub rows: Box<dyn Iterator<Item = Row>>,
}

/// Opens a file.
///
/// # Errors
/// When it cannot be read at all, has no known header, or a column that is not known.
pub fn open(path: &Path, kind: FileKind) -> Result<Source> {
    match Format::of(path)? {
        Format::Jsonl => lines::open(path),
        Format::Csv => table::open_csv(path, kind),
        Format::Xlsx => table::open_xlsx(path, kind, Bounds::NONE),
    }
}

/// Opens a table of few rows, from somebody who is not trusted with the memory: what lies beyond these
/// rows is not read, except that there is more.
///
/// # Errors
/// Those of [`open`].
pub fn open_small(path: &Path, kind: FileKind, most_rows: usize) -> Result<Source> {
    match Format::of(path)? {
        Format::Xlsx => table::open_xlsx(path, kind, Bounds::few(most_rows)),
        _ => table::open_csv(path, kind),
    }
}

/// How much of a sheet is read.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Rows.
    rows: usize,
    /// Columns; what stands beyond is put into the last one.
    columns: usize,
    /// Merged cells.
    merged: usize,
}

impl Bounds {
    /// All of it.
    const NONE: Self = Self { rows: usize::MAX, columns: usize::MAX, merged: usize::MAX };

    /// So many rows, with room for headers, remarks and empty rows between them.
    fn few(rows: usize) -> Self {
        Self { rows: rows * 5 + 100, columns: 500, merged: 2_000 }
    }
}

/// A file that cannot be read, as an error that names it.
fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::BadRequest(
        Message::new("import.unreadable_file").with("file", path.display()).with("reason", reason),
    )
}
