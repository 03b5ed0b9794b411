//! From a file that was sent to a table.

use std::io::Write;

use super::archive;
use super::table::{Line, MOST_ROWS, Table, columns};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::attachments::model::Upload;
use crate::error::{Error, Message, Result};
use crate::http::text;
use crate::import::columns::FileKind;
use crate::import::rows;
use crate::import::source::{self, Content, Format, Header, Row};
use crate::reference::Reference;

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 2 << 20;
/// Bytes that a spreadsheet unpacks to at most.
const MOST_UNPACKED: u64 = 24 << 20;

/// Reads a spreadsheet or a table of text.
///
/// # Errors
/// [`Error::Invalid`] at `/file` for what cannot be read, is too long, or has no known header.
pub fn table(app: &App, file: &Upload, kind: FileKind, language: Language) -> Result<Table> {
    let bad = |message: Message| Error::field("/file", message);
    let format = file.name.rsplit('.').next().unwrap_or_default().parse();
    let format = format.ok().filter(|format| matches!(format, Format::Xlsx | Format::Csv));
    let Some(format) = format else {
        return Err(bad(Message::new("import.no_table").with("file", &file.name)));
    };
    if file.bytes.len() > MOST_BYTES {
        let message = Message::new("import.table_too_large").with("megabytes", MOST_BYTES >> 20);
        return Err(bad(message));
    }
    let foreign = format == Format::Xlsx && !archive::unpacks_within(&file.bytes, MOST_UNPACKED);
    if foreign {
        return Err(bad(Message::new("import.no_workbook").with("file", &file.name)));
    }
    let opened = on_disk(file, format, kind).map_err(|error| match error {
        Error::BadRequest(message) => bad(named(message, &file.name)),
        other => other,
    })?;
    let (header, found) = opened;
    if found.len() > MOST_ROWS {
        let message = Message::new("import.too_many_rows").with("count", MOST_ROWS);
        return Err(bad(message));
    }
    if found.is_empty() {
        return Err(bad(Message::new("import.no_rows")));
    }
    Ok(Table {
        rows: found
            .into_iter()
            .map(|row| line(row, &header, (kind, language), &app.reference))
            .collect(),
    })
}

/// Reads by way of a file, as the reader of spreadsheets wants it.
fn on_disk(upload: &Upload, format: Format, kind: FileKind) -> Result<(Header, Vec<Row>)> {
    let ending = format!(".{}", format.ending());
    let mut file = tempfile::Builder::new().suffix(&ending).tempfile()?;
    file.write_all(&upload.bytes)?;
    let source = source::open_small(file.path(), kind, MOST_ROWS)?;
    let header = source.header.ok_or_else(|| Error::internal("a table without a header"))?;
    Ok((header, source.rows.take(MOST_ROWS + 1).collect()))
}

/// The message with the name that the sender knows.
fn named(mut message: Message, file: &str) -> Message {
    for (name, value) in &mut message.params {
        if *name == "file" {
            file.clone_into(value);
        }
    }
    message
}

/// The cells of a row in the order of the kind's own columns.
fn line(
    row: Row,
    header: &Header,
    (kind, language): (FileKind, Language),
    reference: &Reference,
) -> Line {
    let own = columns(kind);
    let place = |at: usize| {
        let column = header.columns.get(at).copied().flatten()?;
        own.iter().position(|one| one.field == column.field)
    };
    let mut line = Line {
        number: row.number,
        cells: vec![String::new(); own.len()],
        flaws: Vec::new(),
        notes: row.notes.iter().map(|note| text::render(note, language)).collect(),
    };
    let say = |message: &Message| text::render(message, language);
    for flaw in &row.flaws {
        let column = flaw.column.map(place);
        // What is wrong with a column that is not read is nobody's concern.
        if column != Some(None) {
            line.flaws.push((column.flatten(), say(&flaw.message)));
        }
    }
    // What is wrong with the row as a whole is said by the reader of rows, beside its cells.
    let whole = matches!(row.content, Content::TooWide(_) | Content::Unreadable(_));
    if whole && let Err(errors) = rows::parse(&row, Some(header), kind, reference) {
        line.flaws = errors.iter().map(|error| (None, say(&error.message))).collect();
    }
    if let Content::Cells(cells) | Content::TooWide(cells) = row.content {
        let beyond: Vec<&String> = cells.iter().skip(header.columns.len()).collect();
        if !beyond.is_empty() {
            let texts = beyond.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" ");
            line.notes.push(say(&Message::new("import.beyond").with("text", texts)));
        }
        for (at, text) in cells.into_iter().enumerate().take(header.columns.len()) {
            if let Some(at) = place(at) {
                line.cells[at] = text;
            }
        }
    }
    line
}
