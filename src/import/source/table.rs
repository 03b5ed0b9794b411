//! Tables: CSV files and spreadsheets. The header is the first row in which at least two cells
//! name columns; rows above it (titles, remarks) are passed over.

use std::path::Path;

use calamine::{Data, Reader, SheetVisible, Xlsx, open_workbook};

use super::{Content, Format, Row, Source, decode, unreadable};
use crate::error::{Error, Message, Result};
use crate::import::columns::{Column, FileKind};
use crate::import::tables::unguarded;

/// Rows at the beginning in which a header is looked for.
const HEADER_ROWS: usize = 10;

/// The columns of a table as the file has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The texts of the header.
    pub names: Vec<String>,
    /// What they mean; none for an empty header.
    pub columns: Vec<Option<&'static Column>>,
}

impl Header {
    /// The header that these cells are, if at least two of them name columns.
    fn of(cells: &[String], kind: FileKind) -> Option<Self> {
        // The cells of a sheet are as many in each row: those behind the last header are none.
        let width = cells.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |at| at + 1);
        let names = cells[..width].to_vec();
        let columns: Vec<_> = names.iter().map(|name| kind.column(name)).collect();
        let enough = columns.iter().flatten().count() >= 2;
        enough.then_some(Self { names, columns })
    }

    /// Where a field stands: `主要技术指标 (H)`; the header alone would not be found in a wide sheet.
    pub fn place(&self, field: &str) -> Option<String> {
        let at = self.columns.iter().position(|column| {
            column.is_some_and(|column| {
                column.field == field
                    || column.field.split_once('.').is_some_and(|(outer, _)| outer == field)
            })
        })?;
        Some(format!("{} ({})", self.names[at].trim(), letters(at)))
    }

    /// Every header must be known and stand once: a misspelt one would lose its whole column.
    fn check(&self, path: &Path) -> Result<()> {
        let mut unknown = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            if self.columns[at].is_none() && !name.trim().is_empty() {
                unknown.push(format!("{} ({})", name.trim(), letters(at)));
            }
        }
        if !unknown.is_empty() {
            return Err(Error::BadRequest(
                Message::new("import.unknown_columns")
                    .with("file", path.display())
                    .with("columns", unknown.join("、")),
            ));
        }
        for (at, column) in self.columns.iter().enumerate() {
            if column.is_some() && self.columns[..at].contains(column) {
                return Err(Error::BadRequest(
                    Message::new("import.column_twice")
                        .with("file", path.display())
                        .with("column", self.names[at].trim()),
                ));
            }
        }
        Ok(())
    }
}

/// Letters of a column as spreadsheets show them.
pub fn letters(mut at: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (at % 26) as u8));
        if at < 26 {
            return letters.iter().rev().collect();
        }
        at = at / 26 - 1;
    }
}

pub(super) fn open_csv(path: &Path, kind: FileKind) -> Result<Source> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
    let text = decode(bytes).map_err(|reason| unreadable(path, reason))?;
    let delimiter = delimiter(&text);
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(std::io::Cursor::new(text.into_bytes()));
    // The number of a row is that of the line it begins on: what an editor shows.
    let rows: Vec<Row> = reader
        .into_records()
        .map(|record| match record {
            Ok(record) => {
                let number = record.position().map_or(0, csv::Position::line);
                let cells = record.iter().map(|cell| unguarded(cell.trim()).to_owned()).collect();
                Row { number, content: Content::Cells(cells) }
            }
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                Row { number, content: Content::Unreadable(error.to_string()) }
            }
        })
        .collect();
    table(path, kind, Format::Csv, rows)
        .and_then(|found| found.ok_or_else(|| no_header(path, kind)))
}

/// The delimiter that stands most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let head: String = text.lines().take(HEADER_ROWS).collect();
    [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count())
        .unwrap_or(b',')
}

pub(super) fn open_xlsx(path: &Path, kind: FileKind) -> Result<Source> {
    let mut book: Xlsx<_> =
        open_workbook(path).map_err(|error: calamine::XlsxError| unreadable(path, error))?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in sheets {
        let range = book.worksheet_range(&name).map_err(|error| unreadable(path, error))?;
        let first = range.start().map_or(0, |(row, _)| u64::from(row));
        let left = range.start().map_or(0, |(_, column)| column as usize);
        let rows: Vec<Row> = range
            .rows()
            .enumerate()
            .map(|(at, cells)| {
                // The range begins at the first cell that is used; columns are told by letter.
                let mut texts = vec![String::new(); left];
                texts.extend(cells.iter().map(cell_text));
                Row { number: first + at as u64 + 1, content: Content::Cells(texts) }
            })
            .collect();
        if let Some(source) = table(path, kind, Format::Xlsx, rows)? {
            return Ok(source);
        }
    }
    Err(no_header(path, kind))
}

/// The text of a cell. Dates become `2027-05-31`, whole numbers lose their decimals.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Data::DateTime(moment) => match moment.as_datetime() {
            Some(time) => time.date().to_string(),
            None => moment.as_f64().to_string(),
        },
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(error) => format!("{error}"),
    }
}

fn no_header(path: &Path, kind: FileKind) -> Error {
    let expected: Vec<&str> = kind.entered().take(6).map(|column| column.header).collect();
    Error::BadRequest(
        Message::new("import.no_header")
            .with("file", path.display())
            .with("columns", expected.join("、")),
    )
}

/// Finds the header and keeps the rows below it; none when there is no header.
fn table(path: &Path, kind: FileKind, format: Format, rows: Vec<Row>) -> Result<Option<Source>> {
    let header =
        rows.iter().take(HEADER_ROWS).enumerate().find_map(|(at, row)| match &row.content {
            Content::Cells(cells) => Header::of(cells, kind).map(|header| (at, header)),
            _ => None,
        });
    let Some((at, header)) = header else { return Ok(None) };
    header.check(path)?;
    let below = rows.get(at + 1).is_some_and(|row| is_second_header(row, kind));
    let width = header.names.len();
    let kept: Vec<Row> = rows
        .into_iter()
        .skip(at + 1 + usize::from(below))
        .filter(|row| !is_example_or_empty(row))
        .map(|row| too_wide(row, width))
        .collect();
    Ok(Some(Source {
        format,
        header: Some(header),
        rows_expected: kept.len() as u64,
        rows: Box::new(kept.into_iter()),
    }))
}

/// Whether a row below the header names nothing but columns again: the codes of the template.
fn is_second_header(row: &Row, kind: FileKind) -> bool {
    let Content::Cells(cells) = &row.content else { return false };
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| kind.column(cell).is_some())
}

fn is_example_or_empty(row: &Row) -> bool {
    let Content::Cells(cells) = &row.content else { return false };
    cells.iter().all(String::is_empty)
        || cells
            .first()
            .is_some_and(|first| ["示例", "例：", "#"].iter().any(|mark| first.starts_with(mark)))
}

/// Text beyond the last header has no column to go to, or a separator stands inside a value.
fn too_wide(mut row: Row, width: usize) -> Row {
    if let Content::Cells(cells) = &mut row.content {
        if let Some(last) = cells.iter().rposition(|cell| !cell.is_empty())
            && last >= width
        {
            cells.truncate(last + 1);
            return Row { number: row.number, content: Content::TooWide(std::mem::take(cells)) };
        }
        cells.truncate(width);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Source> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("needs.csv");
        std::fs::write(&path, text).unwrap();
        open_csv(&path, FileKind::Needs)
    }

    #[test]
    fn titles_codes_and_examples_are_no_rows() {
        let text = "某镇需求汇总表,,\n说明,需求名称,需求类别\n#,title,need_kind\n示例,甲,乙\n,\"丙\n丁\",技术难题\n,,\n,戊,己\n";
        let source = csv(text).unwrap();
        let rows: Vec<Row> = source.rows.collect();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5, 8]);
        let Content::Cells(cells) = &rows[0].content else { panic!() };
        assert_eq!(cells[1], "丙\n丁");
    }

    #[test]
    fn an_unknown_column_is_named_with_its_letter() {
        let error = csv("需求名称,需求类别,预算上现\n甲,乙,3\n").err().unwrap();
        let Error::BadRequest(message) = error else { panic!("{error:?}") };
        assert_eq!(message.key, "import.unknown_columns");
        assert!(message.params.contains(&("columns", "预算上现 (C)".to_owned())));
    }

    #[test]
    fn other_separators_are_found_and_a_row_too_wide_is_told() {
        let rows: Vec<Row> = csv("需求名称;需求类别\n甲;乙;丙;;\n丁;戊;\n").unwrap().rows.collect();
        let cells = vec!["甲".into(), "乙".into(), "丙".into()];
        assert_eq!(rows[0].content, Content::TooWide(cells));
        assert_eq!(rows[1].content, Content::Cells(vec!["丁".into(), "戊".into()]));
    }

    #[test]
    fn columns_have_the_letters_of_spreadsheets() {
        assert_eq!([letters(0), letters(25), letters(26), letters(701)], ["A", "Z", "AA", "ZZ"]);
    }
}
