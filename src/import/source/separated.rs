//! The records of a CSV file, each with the number that spreadsheets show for it. A quotation mark
//! that is not closed costs the line it stands in, not all that follow.

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its row in a spreadsheet: a cell of several lines is one row, an empty line is one too.
    pub(super) number: u64,
    /// Its cells.
    pub(super) cells: Vec<String>,
    /// A quotation mark opens a cell and nothing closes it; the cells are those of the line.
    pub(super) torn: bool,
}

/// All records that are no empty lines.
pub(super) fn records(text: &str, delimiter: char) -> Vec<Record> {
    let mut records = Vec::new();
    let (mut rest, mut number) = (text, 0);
    while !rest.is_empty() {
        number += 1;
        let mut read = record(rest, delimiter);
        let torn = read.torn;
        if torn {
            let line = rest.find(['\n', '\r']).map_or(rest, |end| &rest[..end]);
            read = Read { length: line.len(), ..record(line, delimiter) };
        }
        let (line, after) = rest.split_at(read.length);
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        if !line.is_empty() {
            records.push(Record { number, cells: read.cells, torn });
        }
    }
    records
}

struct Read {
    cells: Vec<String>,
    /// Bytes up to the line break that ends it.
    length: usize,
    torn: bool,
}

/// Where a character stands.
#[derive(PartialEq)]
enum Place {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotation marks, or behind them.
    Plain,
    /// Between quotation marks.
    Quoted,
    /// Behind a mark that closes a cell, or is the first of two that mean one.
    Closed,
}

/// The record at the beginning of the text.
fn record(text: &str, delimiter: char) -> Read {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut place, mut length, mut strayed) = (Place::Start, text.len(), false);
    for (at, c) in text.char_indices() {
        place = match (place, c) {
            (Place::Quoted, '"') => Place::Closed,
            (Place::Start, '"') => Place::Quoted,
            (Place::Closed, '"') | (Place::Quoted, _) => {
                cell.push(c);
                Place::Quoted
            }
            (_, c) if c == delimiter => {
                cells.push(std::mem::take(&mut cell));
                Place::Start
            }
            (_, '\n' | '\r') => {
                length = at;
                place = Place::Plain;
                break;
            }
            (before, c) => {
                strayed |= before == Place::Closed && c != ' ';
                cell.push(c);
                Place::Plain
            }
        };
    }
    cells.push(cell);
    // Text behind a closing mark, lines below the opening one: the mark belongs to another row.
    let torn = place == Place::Quoted || (strayed && text[..length].contains(['\n', '\r']));
    Read { cells, length, torn }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let found = records(text, ',').into_iter();
        found.map(|record| (record.number, record.cells, record.torn)).collect()
    }

    fn row(number: u64, cells: &[&str], torn: bool) -> (u64, Vec<String>, bool) {
        (number, cells.iter().map(ToString::to_string).collect(), torn)
    }

    #[test]
    fn rows_have_the_numbers_of_spreadsheets_whatever_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,b{end}{end}\"c{end}d\",\"e\"\"f\" {end}g,{end}");
            let cell = format!("c{end}d");
            let expected = [
                row(1, &["a", "b"], false),
                row(3, &[&cell, "e\"f "], false),
                row(4, &["g", ""], false),
            ];
            assert_eq!(read(&text), expected);
        }
    }

    #[test]
    fn a_mark_that_is_not_closed_costs_its_line_alone() {
        let expected = [row(1, &["a", "b c"], true), row(2, &["d", "e"], false)];
        assert_eq!(read("a,\"b c\nd,e\n"), expected);
        // The next mark opens the cell of another row and closes nothing.
        let expected = [
            row(1, &["a", "b"], true),
            row(2, &["c", "d\ne"], false),
            row(4 - 1, &["5\" pipe", "f\"g"], false),
        ];
        assert_eq!(read("a,\"b\nc,\"d\ne\"\n5\" pipe,\"f\"\"g\""), expected);
    }
}
