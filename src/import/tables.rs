//! Writing tables: CSV and spreadsheets. What begins like a formula is written so that no
//! spreadsheet takes it for one.

use std::io::Write;

use rust_xlsxwriter::{Format as CellFormat, FormatAlign, Workbook};

use super::source::Format;
use crate::error::{Error, Result};

/// A table being written.
pub enum TableWriter<W: Write + Send> {
    /// CSV, row by row.
    Csv(Box<csv::Writer<W>>),
    /// A spreadsheet, kept in memory until the end, as the format demands.
    Xlsx(Box<Sheet<W>>),
}

/// A spreadsheet being filled.
pub struct Sheet<W> {
    book: Workbook,
    row: u32,
    text: CellFormat,
    out: W,
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(format: Format, mut out: W, header: &[&str]) -> Result<Self> {
        let mut table = match format {
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet();
                sheet.set_freeze_panes(1, 0).map_err(fault)?;
                for at in 0..u16::try_from(header.len()).unwrap_or(u16::MAX) {
                    sheet.set_column_width(at, 18).map_err(fault)?;
                }
                let text = text_format();
                Self::Xlsx(Box::new(Sheet { book, row: 0, text, out }))
            }
            Format::Csv | Format::Jsonl => {
                // With the mark spreadsheets know that it is UTF-8.
                out.write_all(b"\xEF\xBB\xBF")?;
                // A rejected row may hold more cells than there are headers.
                let writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
                Self::Csv(Box::new(writer))
            }
        };
        table.write(header)?;
        Ok(table)
    }

    /// A spreadsheet whose first sheet holds its header already.
    pub fn in_book(book: Workbook, out: W) -> Self {
        Self::Xlsx(Box::new(Sheet { book, row: 1, text: text_format(), out }))
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<()> {
        match self {
            Self::Csv(writer) => {
                let guarded = cells.iter().map(|cell| guarded(cell.as_ref()));
                writer.write_record(guarded).map_err(fault)
            }
            Self::Xlsx(sheet) => sheet.write(cells),
        }
    }

    /// Ends the table and hands back where it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W> {
        match self {
            Self::Csv(writer) => writer.into_inner().map_err(|error| fault(error.error())),
            Self::Xlsx(sheet) => {
                let Sheet { mut book, mut out, .. } = *sheet;
                let bytes = book.save_to_buffer().map_err(fault)?;
                out.write_all(&bytes)?;
                Ok(out)
            }
        }
    }
}

impl<W> Sheet<W> {
    fn write<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(fault)?;
        for (at, cell) in cells.iter().enumerate() {
            let column = u16::try_from(at).unwrap_or(u16::MAX);
            let text = shortened(cell.as_ref());
            sheet.write_string_with_format(self.row, column, text, &self.text).map_err(fault)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// Text cells: shown as they are, also after somebody has edited them.
pub fn text_format() -> CellFormat {
    CellFormat::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top)
}

/// A cell of a spreadsheet holds at most 32,767 characters.
fn shortened(text: &str) -> &str {
    match text.char_indices().nth(32_767) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// CSV knows no types, so an apostrophe stands before what a spreadsheet would take for a formula;
/// the import takes it off again.
fn guarded(text: &str) -> String {
    let formula = text.starts_with(FORMULA) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// What formulas begin with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Takes the apostrophe off that [`TableWriter`] puts before formulas.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(text)
}

fn fault(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("write a table: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_written_as_text_and_numbers_are_left_alone() {
        let mut table = TableWriter::new(Format::Csv, Vec::new(), &["a", "b", "c"]).unwrap();
        table.write(&["=1+1", "-3.5", "@cmd|' /C calc'!A0"]).unwrap();
        let text = String::from_utf8(table.finish().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}a,b,c\n'=1+1,-3.5,'@cmd|' /C calc'!A0\n");
        assert_eq!(unguarded("'=1+1"), "=1+1");
        assert_eq!(unguarded("'quoted'"), "'quoted'");
    }
}
