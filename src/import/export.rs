//! Records as files: what the caller may see of them, in the columns that the import reads.

use std::io::Write;

use serde_json::{Map, Value};

use super::columns::{Column, FileKind};
use super::rows::flatten;
use super::source::Format;
use super::tables::TableWriter;
use crate::error::{Error, Result};
use crate::http::pagination::Page;
use crate::reference::Reference;

/// Records asked for at a time.
pub const PAGE: usize = 100;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Records written.
    pub count: usize,
    /// Whether there are more, beyond the limit.
    pub cut: bool,
}

/// Writes records page by page until there are none left or the limit is reached.
///
/// # Errors
/// Those of `next_page`, and when writing fails.
pub fn write<W: Write + Send, V: serde::Serialize>(
    kind: FileKind,
    format: Format,
    out: W,
    limit: Option<usize>,
    reference: &Reference,
    mut next_page: impl FnMut(Option<String>) -> Result<Page<V>>,
) -> Result<(W, Exported)> {
    let columns: Vec<&Column> = kind.columns().iter().collect();
    let mut sink = Sink::begin(format, out, &columns)?;
    let mut done = Exported { count: 0, cut: false };
    let mut after = None;
    loop {
        let page = next_page(after.take())?;
        for view in &page.items {
            if limit.is_some_and(|limit| done.count >= limit) {
                done.cut = true;
                return Ok((sink.finish()?, done));
            }
            sink.write(&columns, record(kind, serde_json::to_value(view)?)?, reference)?;
            done.count += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((sink.finish()?, done)),
        }
    }
}

enum Sink<W: Write + Send> {
    Table(TableWriter<W>),
    Lines(W),
}

impl<W: Write + Send> Sink<W> {
    fn begin(format: Format, out: W, columns: &[&Column]) -> Result<Self> {
        if format == Format::Jsonl {
            return Ok(Self::Lines(out));
        }
        let header: Vec<&str> = columns.iter().map(|column| column.header).collect();
        Ok(Self::Table(TableWriter::new(format, out, &header)?))
    }

    fn write(
        &mut self,
        columns: &[&Column],
        record: Map<String, Value>,
        reference: &Reference,
    ) -> Result<()> {
        match self {
            Self::Lines(out) => Ok(writeln!(out, "{}", Value::Object(record))?),
            Self::Table(table) => table.write(&flatten(columns, &record, reference)),
        }
    }

    fn finish(self) -> Result<W> {
        match self {
            Self::Table(table) => table.finish(),
            Self::Lines(mut out) => {
                out.flush()?;
                Ok(out)
            }
        }
    }
}

/// A view as a record of the file: the owner by name, and nothing that has no column.
fn record(kind: FileKind, view: Value) -> Result<Map<String, Value>> {
    let Value::Object(mut map) = view else {
        return Err(Error::internal("a view is not an object"));
    };
    if let Some(name) = map.get("org").and_then(|org| org.get("name")).cloned() {
        map.insert("org".to_owned(), name);
    }
    map.retain(|name, _| {
        kind.columns().iter().any(|column| {
            column.field == name
                || column.field.split_once('.').is_some_and(|(outer, _)| outer == name)
        })
    });
    Ok(map)
}
