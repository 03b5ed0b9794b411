//! Sheets of a spreadsheet: texts of cells, what cannot be one, and merged cells.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{Data, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::{Bounds, Content, Flaw, Row};
use crate::error::Message;

/// Cells that were merged: only the first of them holds their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merged {
    /// The first and the last column, from 0.
    pub(super) columns: (usize, usize),
    /// Numbers of the first and the last row.
    pub(super) rows: (u64, u64),
}

/// The rows of a sheet that hold cells, and the merged cells.
pub(super) fn read<S: Read + Seek>(
    book: &mut Xlsx<S>,
    name: &str,
    bounds: Bounds,
) -> Result<(Vec<Row>, Vec<Merged>), XlsxError> {
    let mut rows: BTreeMap<u32, (Vec<String>, Vec<Flaw>)> = BTreeMap::new();
    let mut cells = book.worksheet_cells_reader(name)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata()? {
        let column = (cell.pos.1 as usize).min(bounds.columns);
        if rows.len() >= bounds.rows && !rows.contains_key(&cell.pos.0) {
            break;
        }
        let (texts, flaws) = rows.entry(cell.pos.0).or_default();
        let value = Data::from(cell.value);
        let text = match (&value, cell.formula) {
            (Data::Empty, Some(formula)) => {
                let formula = formula_text(formula);
                let message = Message::new("cell.no_result").with("formula", &formula);
                flaws.push(Flaw { column: Some(column), message });
                formula
            }
            _ => cell_text(&value),
        };
        if text.is_empty() {
            continue;
        }
        if texts.len() <= column {
            texts.resize(column + 1, String::new());
        }
        texts[column] = text;
    }
    drop(cells);
    let merged = book.merge_cells_by_sheet_name(name)?.into_iter().take(bounds.merged);
    let merged = merged.map(|at| Merged {
        columns: (at.start.1 as usize, at.end.1 as usize),
        rows: (u64::from(at.start.0) + 1, u64::from(at.end.0) + 1),
    });
    let rows = rows.into_iter().map(|(at, (texts, flaws))| Row {
        flaws,
        ..Row::new(u64::from(at) + 1, Content::Cells(texts))
    });
    Ok((rows.collect(), merged.collect()))
}

fn formula_text(formula: XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => {
            format!("={formula}")
        }
        _ => "=".to_owned(),
    }
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
