//! The file of rejected rows: in the format of the file they came from, with a column of reasons,
//! to be corrected and imported again.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::columns::{Column, REASONS, REASONS_COLUMN};
use super::new_file::NewFile;
use super::source::{Content, Format, Row, Source};
use super::tables::TableWriter;
use super::template;
use crate::error::{Error, Message, Result};
use crate::reference::Reference;

/// Writes rejected rows.
pub enum Rejects {
    /// Nobody wants them.
    Dropped,
    /// A table.
    Table(TableWriter<BufWriter<NewFile>>),
    /// Lines of JSON.
    Lines(BufWriter<NewFile>),
}

impl Rejects {
    /// Begins the file, if one is wanted.
    ///
    /// # Errors
    /// When it cannot be made or is there already (it may be the very file that is imported), or its
    /// name ends in another format than the source's.
    pub fn begin(path: Option<&Path>, source: &Source, reference: &Reference) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Dropped) };
        if Format::of(path)? != source.format {
            let message =
                Message::new("import.rejects_format").with("ending", source.format.ending());
            return Err(Error::BadRequest(message));
        }
        let out = BufWriter::new(NewFile::begin(path)?);
        let Some(header) = &source.header else { return Ok(Self::Lines(out)) };
        let kept = header.names.iter().zip(&header.columns);
        let mut columns: Vec<(&str, Option<&Column>)> = kept
            .filter(|(_, column)| !is_reasons(**column))
            .map(|(name, column)| (name.as_str(), *column))
            .collect();
        columns.push((REASONS_COLUMN.header, Some(&REASONS_COLUMN)));
        if source.format == Format::Xlsx {
            let book = template::correction_book(&columns, reference)?;
            return Ok(Self::Table(TableWriter::in_book(book, out)));
        }
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        Ok(Self::Table(TableWriter::new(source.format, out, &names)?))
    }

    /// Writes one row with its reasons.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, source: &Source, row: &Row, reasons: &[String]) -> Result<()> {
        match self {
            Self::Dropped => Ok(()),
            Self::Lines(out) => {
                writeln!(out, "{}", line(row, reasons))?;
                Ok(())
            }
            Self::Table(table) => {
                let columns = source.header.as_ref().map(|header| header.columns.as_slice());
                let columns = columns.unwrap_or_default();
                let cells: &[String] = match &row.content {
                    Content::Cells(cells) | Content::TooWide(cells) => cells,
                    _ => &[],
                };
                let mut texts: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .filter(|(_, column)| !is_reasons(**column))
                    .map(|(at, _)| cells.get(at).cloned().unwrap_or_default())
                    .collect();
                texts.push(reasons.join("；"));
                // What stands beyond the headers is shown beyond the reasons, lest it be lost.
                texts.extend(cells.iter().skip(columns.len()).cloned());
                table.write(&texts)
            }
        }
    }

    /// Ends the file; without rows there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self, rows: usize) -> Result<()> {
        let mut out = match self {
            Self::Dropped => return Ok(()),
            Self::Table(table) => table.finish()?,
            Self::Lines(out) => out,
        };
        out.flush()?;
        match rows {
            0 => Ok(()),
            _ => out.into_inner().map_err(std::io::IntoInnerError::into_error)?.keep(),
        }
    }
}

fn is_reasons(column: Option<&Column>) -> bool {
    column.is_some_and(|column| column.field == REASONS)
}

/// Name under which a line that is no object is kept.
const UNREADABLE: &str = "unreadable";

/// A line as it came: of one that was kept as text beside its reasons, the text, so that it can be
/// corrected where it stands.
pub fn original(line: &str) -> Cow<'_, str> {
    if line.contains(UNREADABLE)
        && let Ok(Value::Object(map)) = serde_json::from_str(line)
        && map.keys().all(|name| [UNREADABLE, REASONS].contains(&name.as_str()))
        && let Some(Value::String(text)) = map.get(UNREADABLE)
    {
        return Cow::Owned(text.clone());
    }
    Cow::Borrowed(line)
}

/// The object with its reasons; what is no object is kept as text beside them.
fn line(row: &Row, reasons: &[String]) -> Value {
    let text = match &row.content {
        Content::Line(text) => original(text),
        _ => Cow::Borrowed(""),
    };
    let mut map = match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => map,
        _ => Map::from_iter([(UNREADABLE.to_owned(), text.into())]),
    };
    map.insert(REASONS.to_owned(), reasons.into());
    Value::Object(map)
}
