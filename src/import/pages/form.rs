//! Rows as fields of a form, and what was typed into them.

use std::collections::BTreeSet;

use crate::accounts::principal::Language;
use crate::error::Result;
use crate::http::html::{Frame, Posted};
use crate::import::columns::{Column, FileKind, Shape};
use crate::import::trial::look::Looked;
use crate::import::trial::table::{Line, Table, columns};

/// Characters from which on a text gets several lines.
const LONG: usize = 60;

/// Fields that are texts of several sentences.
const TEXTS: [&str; 8] = [
    "summary",
    "problem_solved",
    "advantage_over_existing",
    "economic_comparison",
    "background",
    "problem",
    "public_summary",
    "restricted_detail",
];

/// The kind that a code means.
pub(super) fn kind_of(code: &str) -> Option<FileKind> {
    match code {
        "needs" => Some(FileKind::Needs),
        "capabilities" => Some(FileKind::Capabilities),
        _ => None,
    }
}

/// A row with fields.
pub(super) struct RowForm {
    /// What has been found out about it.
    pub(super) looked: Looked,
    /// What is wrong with the row as a whole.
    pub(super) whole: Vec<String>,
    /// What else is to be said of it.
    pub(super) notes: Vec<String>,
    /// Its fields: those with something wrong and its title, or all.
    pub(super) fields: Vec<CellForm>,
    /// Whether they are all.
    pub(super) open: bool,
}

/// A cell as a field.
pub(super) struct CellForm {
    /// Name of the input.
    pub(super) name: String,
    /// Its label.
    pub(super) label: String,
    /// What to fill in.
    pub(super) hint: &'static str,
    /// Its text.
    pub(super) text: String,
    /// What is wrong with it, in one line.
    pub(super) wrong: String,
    /// Whether it has several lines.
    pub(super) long: bool,
    /// Table whose names it takes.
    pub(super) table: Option<&'static str>,
}

impl RowForm {
    /// The form of a row.
    pub(super) fn of(
        page: &Frame,
        kind: FileKind,
        line: &Line,
        looked: Looked,
        open: bool,
    ) -> Self {
        let all = columns(kind);
        let wanted = |at: usize, column: &Column| {
            open || column.field == "title" || !looked.wrong_at(at).is_empty()
        };
        let fields = all.iter().enumerate().filter(|(at, column)| wanted(*at, column));
        let fields = fields.map(|(at, column)| CellForm {
            name: format!("c-{}-{at}", line.number),
            label: label(page, kind, column),
            hint: if page.caller.language == Language::Chinese { column.note } else { "" },
            text: line.text(at).to_owned(),
            wrong: wrong(page, &looked, at),
            long: TEXTS.contains(&column.field) || is_long(column.shape, line.text(at)),
            table: match column.shape {
                Shape::Code(table) => Some(table),
                _ => None,
            },
        });
        let fields = fields.collect();
        let whole = looked.wrong.iter().filter(|wrong| wrong.column.is_none());
        let whole = whole.map(|wrong| wrong.text.clone()).collect();
        Self { whole, notes: line.notes.clone(), fields, open, looked }
    }
}

fn wrong(page: &Frame, looked: &Looked, at: usize) -> String {
    let texts = looked.wrong_at(at).into_iter().map(|wrong| match wrong.item {
        Some(item) => page.fill2("imports.item", "item", item, "reason", &wrong.text),
        None => wrong.text.clone(),
    });
    texts.collect::<Vec<_>>().join("; ")
}

fn is_long(shape: Shape, text: &str) -> bool {
    let listed = matches!(
        shape,
        Shape::Texts | Shape::Requirements | Shape::Performance | Shape::Cases | Shape::Parts(_)
    );
    listed || text.contains('\n') || text.chars().count() > LONG
}

/// What a column is called: as in the template, or in English as on the pages.
fn label(page: &Frame, kind: FileKind, column: &Column) -> String {
    if page.caller.language == Language::Chinese {
        return column.header.to_owned();
    }
    let (outer, inner) = column.field.rsplit_once('.').unwrap_or(("", column.field));
    let section = if kind == FileKind::Needs { "needs_fields" } else { "capabilities_fields" };
    let parted = format!("record.{outer}_{inner}");
    let keys = [
        parted,
        format!("record.{inner}"),
        format!("{section}.{inner}"),
        format!("fields.{inner}"),
    ];
    // Names of parts stand with their part alone.
    let keys = if outer.is_empty() { &keys[2..] } else { &keys[..] };
    let found = keys.iter().map(|key| (key, page.t(key))).find(|(key, text)| !text.contains(*key));
    found.map_or_else(|| column.field.to_owned(), |(_, text)| text)
}

/// The tables whose names the fields take, with these names.
pub(super) fn choices(
    page: &Frame,
    kind: FileKind,
    rows: &[RowForm],
) -> Vec<(&'static str, Vec<String>)> {
    let shown: BTreeSet<&'static str> =
        rows.iter().flat_map(|row| &row.fields).filter_map(|field| field.table).collect();
    let own: BTreeSet<&'static str> = columns(kind)
        .iter()
        .filter_map(|column| match column.shape {
            Shape::Code(table) => Some(table),
            _ => None,
        })
        .collect();
    let tables = shown.intersection(&own).copied();
    tables
        .map(|table| (table, page.choices(table).into_iter().map(|(_, name)| name).collect()))
        .collect()
}

/// The table that a form brings back, with what was typed, without the rows that were left out.
///
/// # Errors
/// Those of [`Table::unpacked`].
pub(super) fn mended(form: &Posted, kind: FileKind) -> Result<Table> {
    let mut table = Table::unpacked(form.text("table"), kind)?;
    for (name, text) in form.pairs() {
        let place = name.strip_prefix("c-").and_then(|rest| rest.split_once('-'));
        let Some((number, at)) = place else { continue };
        let (Ok(number), Ok(at)) = (number.parse::<u64>(), at.parse::<usize>()) else { continue };
        if let Some(line) = table.rows.iter_mut().find(|line| line.number == number) {
            line.set(at, text);
        }
    }
    let out = numbers(form, "out");
    table.rows.retain(|line| !out.contains(&line.number));
    Ok(table)
}

/// Rows whose fields are all to be shown.
pub(super) fn opened(form: &Posted) -> Vec<u64> {
    let mut opened = numbers(form, "opened");
    opened.extend(numbers(form, "open"));
    opened.sort_unstable();
    opened.dedup();
    opened
}

fn numbers(form: &Posted, name: &str) -> Vec<u64> {
    form.all(name).iter().filter_map(|text| text.parse().ok()).collect()
}
