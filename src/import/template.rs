//! Spreadsheets to be filled in and imported: headers with the codes of the fields below them, an
//! example, drop-downs, notes, and a sheet that explains every column.

mod lists;

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet, XlsxError,
};

use lists::Lists;

use super::cells;
use super::columns::{Column, Due, FileKind, REMARK_COLUMN, Shape};
use super::tables::text_format;
use crate::error::{Error, Result};
use crate::reference::Reference;

/// Last row that is prepared for entries.
const LAST_ROW: u32 = 2_000;
/// First row for entries: below headers, codes and the example.
const FIRST_ROW: u32 = 3;

/// The template of a kind of record, as a file.
///
/// # Errors
/// Faults of ours only.
pub fn workbook(kind: FileKind, reference: &Reference) -> Result<Vec<u8>> {
    build(kind, reference).map_err(|error| Error::internal(format!("write a template: {error}")))
}

fn build(kind: FileKind, reference: &Reference) -> std::result::Result<Vec<u8>, XlsxError> {
    let columns: Vec<&Column> = std::iter::once(&REMARK_COLUMN).chain(kind.entered()).collect();
    let mut book = Workbook::new();
    let lists = Lists::of(columns.iter().copied(), reference);
    let entries = book.add_worksheet();
    entries.set_name(title(kind))?;
    write_entries(entries, &columns, &lists, reference)?;
    let guide = book.add_worksheet();
    guide.set_name("填写说明")?;
    write_guide(guide, &columns, reference)?;
    lists.write(book.add_worksheet())?;
    book.save_to_buffer()
}

/// A sheet with a header alone, for rows that are to be corrected in it: as helpful as the template.
/// Headers that are no columns stand as they are.
///
/// # Errors
/// Faults of ours only.
pub fn correction_book(
    header: &[(&str, Option<&Column>)],
    reference: &Reference,
) -> Result<Workbook> {
    build_correction(header, reference)
        .map_err(|error| Error::internal(format!("write a sheet for corrections: {error}")))
}

fn build_correction(
    header: &[(&str, Option<&Column>)],
    reference: &Reference,
) -> std::result::Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let lists = Lists::of(header.iter().filter_map(|(_, column)| *column), reference);
    let sheet = book.add_worksheet();
    for (at, (name, column)) in (0..).zip(header) {
        match column {
            Some(column) => prepare(sheet, at, name, column, (1, &lists), reference)?,
            None => {
                sheet.write_string_with_format(0, at, *name, &header_format(Due::Optional))?;
                sheet.set_column_width(at, 18)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    lists.write(book.add_worksheet())?;
    Ok(book)
}

fn title(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Needs => "技术需求",
        FileKind::Capabilities => "科技成果",
        FileKind::Organizations => "机构",
        FileKind::Users => "账户",
    }
}

fn write_entries(
    sheet: &mut Worksheet,
    columns: &[&Column],
    lists: &Lists,
    reference: &Reference,
) -> std::result::Result<(), XlsxError> {
    let code = Format::new().set_font_color(Color::Gray).set_font_size(9).set_italic();
    let example = text_format().set_font_color(Color::Gray);
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        prepare(sheet, at, column.header, column, (FIRST_ROW, lists), reference)?;
        sheet.write_string_with_format(1, at, column.field, &code)?;
        match (column.shape, cells::date(column.example)) {
            (Shape::Date, Ok(day)) => {
                let gray = date_format().set_font_color(Color::Gray);
                sheet.write_date_with_format(2, at, day, &gray)?;
            }
            _ => {
                let text =
                    if column.field == REMARK_COLUMN.field { EXAMPLE } else { column.example };
                sheet.write_string_with_format(2, at, text, &example)?;
            }
        }
    }
    sheet.set_freeze_panes(2, 1)?;
    Ok(())
}

/// Prepares a column for entries from a row on: header, note, format, width and drop-down.
fn prepare(
    sheet: &mut Worksheet,
    at: u16,
    name: &str,
    column: &Column,
    (first_row, lists): (u32, &Lists),
    reference: &Reference,
) -> std::result::Result<(), XlsxError> {
    sheet.write_string_with_format(0, at, name, &header_format(column.due))?;
    let explanation = explanation(column, reference);
    if !explanation.is_empty() {
        let note = Note::new(explanation).add_author_prefix(false).set_width(260);
        sheet.insert_note(0, at, &note.set_height(120))?;
    }
    let entered = if column.shape == Shape::Date { date_format() } else { text_format() };
    sheet.set_column_format(at, &entered)?;
    sheet.set_column_width(at, width(column))?;
    if let Some(validation) = lists.validation(column)? {
        sheet.add_data_validation(first_row, at, LAST_ROW, at, &validation)?;
    }
    Ok(())
}

fn date_format() -> Format {
    Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top)
}

/// What stands in the first cell of the example row; the import passes such rows over.
const EXAMPLE: &str = "示例（导入时忽略此行）";

fn header_format(due: Due) -> Format {
    let color = match due {
        Due::Draft => 0xF8CBAD,
        Due::Submit => 0xFFE699,
        Due::Publish => 0xDDEBF7,
        Due::Optional => 0xEDEDED,
    };
    Format::new()
        .set_bold()
        .set_background_color(Color::RGB(color))
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
}

fn width(column: &Column) -> f64 {
    match column.shape {
        Shape::Text | Shape::Requirements | Shape::Performance | Shape::Texts
            if !column.field.contains('.') && !column.example.is_empty() =>
        {
            36.0
        }
        _ => 16.0,
    }
}

fn due_text(due: Due) -> &'static str {
    match due {
        Due::Draft => "必填",
        Due::Submit => "提交审核时必填",
        Due::Publish => "发布时必填",
        Due::Optional => "选填",
    }
}

/// What a note and the guide say about a column.
fn explanation(column: &Column, reference: &Reference) -> String {
    let mut parts = Vec::new();
    if column.due != Due::Optional {
        parts.push(due_text(column.due).to_owned());
    }
    if !column.note.is_empty() {
        parts.push(column.note.to_owned());
    }
    let choices = choices(column, reference);
    if !choices.is_empty() {
        parts.push(format!("可选：{choices}"));
    }
    parts.join("\n")
}

fn choices(column: &Column, reference: &Reference) -> String {
    match column.shape {
        Shape::Code(table) | Shape::Codes(table) => {
            let entries = reference.code_table(table);
            let names: Vec<&str> = entries.iter().map(|entry| entry.name_zh.as_str()).collect();
            names.join("、")
        }
        Shape::Flag => "是、否".to_owned(),
        _ => String::new(),
    }
}

fn form(shape: Shape) -> &'static str {
    match shape {
        Shape::Words | Shape::Codes(_) | Shape::Regions | Shape::Industries => "多项，用分号隔开",
        Shape::Texts | Shape::Cases | Shape::Requirements | Shape::Performance => {
            "多项，用分号或换行隔开"
        }
        Shape::Parts(_) => "多项，用分号隔开；项内用竖线隔开",
        Shape::Integer => "整数",
        Shape::Decimal => "数字",
        Shape::Money => "数字，单位万元，最多四位小数",
        Shape::Date => "日期，如 2027-05-31",
        _ => "文字",
    }
}

fn write_guide(
    sheet: &mut Worksheet,
    columns: &[&Column],
    reference: &Reference,
) -> std::result::Result<(), XlsxError> {
    let head = header_format(Due::Optional);
    let text = text_format();
    for (at, (name, width)) in [
        ("列名", 22.0),
        ("字段", 26.0),
        ("何时必填", 16.0),
        ("格式", 26.0),
        ("说明", 48.0),
        ("可选值", 60.0),
    ]
    .into_iter()
    .enumerate()
    {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, at, name, &head)?;
        sheet.set_column_width(at, width)?;
    }
    for (row, column) in columns.iter().skip(1).enumerate() {
        let row = u32::try_from(row + 1).unwrap_or(u32::MAX);
        let choices = choices(column, reference);
        let texts = [
            column.header,
            column.field,
            due_text(column.due),
            form(column.shape),
            column.note,
            choices.as_str(),
        ];
        for (at, value) in texts.into_iter().enumerate() {
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            sheet.write_string_with_format(row, at, value, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::rows;
    use crate::import::source::{self, Content};

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    #[test]
    fn an_untouched_template_holds_no_rows() {
        for kind in [FileKind::Needs, FileKind::Capabilities, FileKind::Organizations] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("t.xlsx");
            std::fs::write(&path, workbook(kind, &reference()).unwrap()).unwrap();
            let source = source::open(&path, kind).unwrap();
            assert_eq!(source.rows.count(), 0, "{kind:?}");
        }
    }

    /// The fields of the example row, every cell of which can be read.
    fn example<T: serde::de::DeserializeOwned>(kind: FileKind, reference: &Reference) -> T {
        let columns: Vec<&Column> = kind.entered().collect();
        let cells = columns.iter().map(|column| column.example.to_owned()).collect();
        let header = source::Header {
            names: columns.iter().map(|column| column.header.to_owned()).collect(),
            columns: columns.into_iter().map(Some).collect(),
        };
        let row = source::Row::new(1, Content::Cells(cells));
        let parsed = rows::parse(&row, Some(&header), kind, reference).unwrap();
        let mut wrong = parsed.wrong;
        let fields = crate::import::destination::typed(kind, parsed.fields, &mut wrong).unwrap();
        assert_eq!(wrong, []);
        fields
    }

    #[test]
    fn the_examples_of_the_templates_are_rows_that_pass() {
        use crate::records::rules::Stage::Publish;
        let reference = reference();
        let need: crate::needs::model::NeedFields = example(FileKind::Needs, &reference);
        let town = need.town_code.as_deref();
        crate::needs::rules::check(&need, town, Publish, &reference).unwrap();
        let capability: crate::capabilities::model::CapabilityFields =
            example(FileKind::Capabilities, &reference);
        crate::capabilities::rules::check(&capability, Publish, &reference).unwrap();
    }
}
