//! Tables: CSV files and spreadsheets. The header is the first row in which at least two cells
//! name columns; rows above it (titles, remarks) are passed over.

use std::path::Path;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError, open_workbook};

use super::separated::{self, Record};
use super::sheet::{self, Merged};
use super::text::{Decoded, UNDECODABLE, decode};
use super::{Bounds, Content, Flaw, Format, Row, Source, unreadable};
use crate::error::{Error, Message, Result};
use crate::import::columns::{Column, FileKind, REMARK_COLUMN};
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
        Some(self.shown(at))
    }

    /// A column as it is named to people; by its letter alone where it has no header.
    fn shown(&self, at: usize) -> String {
        match self.names.get(at).map(|name| name.trim()).filter(|name| !name.is_empty()) {
            Some(name) => format!("{name} ({})", letters(at)),
            None => letters(at),
        }
    }

    /// Whether the cells of a column are read.
    fn is_read(&self, at: usize) -> bool {
        self.columns.get(at).copied().flatten().is_some_and(|column| !column.shape.is_shown_only())
    }

    /// Whether the column of remarks says that a row is an example.
    fn is_example(&self, row: &Row) -> bool {
        let Content::Cells(cells) = &row.content else { return false };
        let marked = self.columns.iter().position(|column| *column == Some(&REMARK_COLUMN));
        let mark = marked.and_then(|at| cells.get(at)).map_or("", String::as_str);
        ["示例", "例：", "#"].iter().any(|start| mark.starts_with(start))
    }

    /// Every header must be known and stand once: a misspelt one would lose its whole column.
    fn check(&self, path: &Path) -> Result<()> {
        let mut unknown = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            if self.columns[at].is_none() && !name.trim().is_empty() {
                unknown.push(self.shown(at));
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
    let Decoded { text, faulty } = decode(bytes);
    let records = separated::records(&text, delimiter(&text)).into_iter();
    let rows = records.map(|record| csv_row(record, faulty)).collect();
    match table(path, kind, Format::Csv, rows, &[])? {
        Some(source) => Ok(source),
        None if faulty => Err(Error::BadRequest(
            Message::new("import.unknown_encoding").with("file", path.display()),
        )),
        None => Err(no_header(path, kind)),
    }
}

fn csv_row(record: Record, faulty: bool) -> Row {
    let cells = record.cells.iter().map(|cell| unguarded(cell.trim()).to_owned()).collect();
    let mut row = Row::new(record.number, Content::Cells(cells));
    if record.torn {
        let column = letters(record.cells.len() - 1);
        let message = Message::new("import.open_quote").with("column", column);
        row.flaws.push(Flaw { column: None, message });
    }
    if faulty {
        let damaged = record.cells.iter().enumerate();
        let damaged = damaged.filter(|(_, cell)| cell.contains(UNDECODABLE));
        let flaw = |(at, _)| Flaw { column: Some(at), message: Message::new("cell.undecodable") };
        row.flaws.extend(damaged.map(flaw));
    }
    row
}

/// The delimiter that stands most often in the first lines.
fn delimiter(text: &str) -> char {
    let head: String = text.lines().take(HEADER_ROWS).collect();
    [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count())
        .map_or(',', char::from)
}

pub(super) fn open_xlsx(path: &Path, kind: FileKind, bounds: Bounds) -> Result<Source> {
    let mut book: Xlsx<_> = match open_workbook(path) {
        Ok(book) => book,
        Err(XlsxError::Io(error)) => return Err(unreadable(path, error)),
        // No archive, or one without a workbook: what stands in it is another format.
        Err(_) => {
            let message = Message::new("import.no_workbook").with("file", path.display());
            return Err(Error::BadRequest(message));
        }
    };
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in sheets {
        let (rows, merged) =
            sheet::read(&mut book, &name, bounds).map_err(|error| unreadable(path, error))?;
        if let Some(source) = table(path, kind, Format::Xlsx, rows, &merged)? {
            return Ok(source);
        }
    }
    Err(no_header(path, kind))
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
fn table(
    path: &Path,
    kind: FileKind,
    format: Format,
    mut rows: Vec<Row>,
    merged: &[Merged],
) -> Result<Option<Source>> {
    let header =
        rows.iter().take(HEADER_ROWS).enumerate().find_map(|(at, row)| match &row.content {
            Content::Cells(cells) => Header::of(cells, kind).map(|header| (at, header)),
            _ => None,
        });
    let Some((at, header)) = header else { return Ok(None) };
    header.check(path)?;
    let below = rows.get(at + 1).is_some_and(|row| is_second_header(row, kind));
    rows.drain(..=at + usize::from(below));
    rows.retain(|row| !header.is_example(row) && !is_empty(row));
    for cells in merged {
        note_across(&mut rows, &header, *cells);
        take_over(&mut rows, &header, *cells);
    }
    let kept: Vec<Row> = rows.into_iter().map(|row| fit(row, &header)).collect();
    Ok(Some(Source {
        format,
        header: Some(header),
        rows_expected: kept.len() as u64,
        rows: Box::new(kept.into_iter()),
    }))
}

/// Gives the rows of merged cells what their first cell holds. What tells one record from another
/// cannot be shared, so there the row is told about it.
fn take_over(rows: &mut [Row], header: &Header, merged: Merged) {
    let Merged { columns: (column, _), rows: (first, last) } = merged;
    let Some(Some(meaning)) = header.columns.get(column) else { return };
    let Some(from) = rows.iter().find(|row| row.number == first) else { return };
    let Content::Cells(cells) = &from.content else { return };
    let Some(text) = cells.get(column).filter(|text| !text.is_empty()).cloned() else { return };
    let flaws = from.flaws.iter().filter(|flaw| flaw.column == Some(column));
    let mut flaws: Vec<Flaw> = flaws.cloned().collect();
    let single = meaning.tells_records_apart();
    if single {
        let message = Message::new("cell.merged").with("row", first);
        flaws = vec![Flaw { column: Some(column), message }];
    }
    for row in rows.iter_mut().filter(|row| row.number > first && row.number <= last) {
        let Content::Cells(cells) = &mut row.content else { continue };
        if !single {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column].clone_from(&text);
        }
        row.flaws.extend(flaws.iter().cloned());
    }
}

/// Tells the rows of cells merged across columns which column has their text: nobody but the writer
/// knows what it was meant to say of the others, so they stay empty.
fn note_across(rows: &mut [Row], header: &Header, merged: Merged) {
    let Merged { columns: (column, end), rows: (first, last) } = merged;
    let others: Vec<String> =
        (column + 1..=end).filter(|at| header.is_read(*at)).map(|at| header.shown(at)).collect();
    let text = rows.iter().find(|row| row.number == first).map(|row| &row.content);
    let filled = matches!(text, Some(Content::Cells(cells))
        if cells.get(column).is_some_and(|text| !text.is_empty()));
    if others.is_empty() || !filled {
        return;
    }
    let message = Message::new("cell.merged_across")
        .with("column", header.shown(column))
        .with("others", others.join("、"));
    for row in rows.iter_mut().filter(|row| (first..=last).contains(&row.number)) {
        row.notes.push(message.clone());
    }
}

/// Whether a row below the header names nothing but columns again: the codes of the template.
fn is_second_header(row: &Row, kind: FileKind) -> bool {
    let Content::Cells(cells) = &row.content else { return false };
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| kind.column(cell).is_some())
}

fn is_empty(row: &Row) -> bool {
    matches!(&row.content, Content::Cells(cells) if cells.iter().all(String::is_empty))
}

/// A row as wide as the header, with the flaws that concern its columns. Text beyond the last
/// header has no column to go to, or a separator stands inside a value.
fn fit(mut row: Row, header: &Header) -> Row {
    row.flaws.retain(|flaw| flaw.column.is_none_or(|at| header.is_read(at)));
    if let Content::Cells(cells) = &mut row.content {
        let width = header.names.len();
        if let Some(last) = cells.iter().rposition(|cell| !cell.is_empty())
            && last >= width
        {
            cells.truncate(last + 1);
            row.content = Content::TooWide(std::mem::take(cells));
        } else {
            cells.truncate(width);
        }
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
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5, 7]);
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
