//! Spreadsheets to be filled in and imported: headers with the codes of the fields below them, an
//! example, drop-downs, notes, and a sheet that explains every column.

use std::collections::HashMap;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, Format, FormatAlign, FormatBorder, Formula, Note,
    Workbook, Worksheet, XlsxError,
};

use super::cells;
use super::columns::{Column, Due, FileKind, REMARK_COLUMN, Shape};
use super::tables::text_format;
use crate::error::{Error, Result};
use crate::reference::Reference;

/// Last row that is prepared for entries.
const LAST_ROW: u32 = 2_000;
/// First row for entries: below headers, codes and the example.
const FIRST_ROW: u32 = 3;
/// Name of the hidden sheet that the drop-downs draw from.
const CODES_SHEET: &str = "代码表";

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
    let lists = code_lists(&columns, reference);
    let entries = book.add_worksheet();
    entries.set_name(title(kind))?;
    write_entries(entries, &columns, &lists, reference)?;
    let guide = book.add_worksheet();
    guide.set_name("填写说明")?;
    write_guide(guide, &columns, reference)?;
    let codes = book.add_worksheet();
    codes.set_name(CODES_SHEET)?;
    write_codes(codes, &columns, reference)?;
    codes.set_hidden(true);
    book.save_to_buffer()
}

fn title(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Needs => "技术需求",
        FileKind::Capabilities => "科技成果",
        FileKind::Organizations => "机构",
        FileKind::Users => "账户",
    }
}

/// The code tables of single-choice columns, each with the range it stands in.
fn code_lists(columns: &[&Column], reference: &Reference) -> HashMap<&'static str, String> {
    tables(columns)
        .into_iter()
        .enumerate()
        .map(|(at, table)| {
            let last = reference.code_table(table).len() + 1;
            let letter = column_letters(at);
            (table, format!("={CODES_SHEET}!${letter}$2:${letter}${last}"))
        })
        .collect()
}

/// The code tables that columns choose from, each once.
fn tables(columns: &[&Column]) -> Vec<&'static str> {
    let mut tables = Vec::new();
    for column in columns {
        if let Shape::Code(table) | Shape::Codes(table) = column.shape
            && !tables.contains(&table)
        {
            tables.push(table);
        }
    }
    tables
}

fn column_letters(at: usize) -> String {
    let letter = |at: usize| char::from(b'A' + (at % 26) as u8);
    if at < 26 { letter(at).to_string() } else { format!("{}{}", letter(at / 26 - 1), letter(at)) }
}

fn write_entries(
    sheet: &mut Worksheet,
    columns: &[&Column],
    lists: &HashMap<&'static str, String>,
    reference: &Reference,
) -> std::result::Result<(), XlsxError> {
    let code = Format::new().set_font_color(Color::Gray).set_font_size(9).set_italic();
    let example = text_format().set_font_color(Color::Gray);
    let date = Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top);
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, at, column.header, &header_format(column.due))?;
        sheet.write_string_with_format(1, at, column.field, &code)?;
        let explanation = explanation(column, reference);
        if !explanation.is_empty() {
            let note = Note::new(explanation).add_author_prefix(false).set_width(260);
            sheet.insert_note(0, at, &note.set_height(120))?;
        }
        let entered = if column.shape == Shape::Date { &date } else { &text_format() };
        sheet.set_column_format(at, entered)?;
        sheet.set_column_width(at, width(column))?;
        match (column.shape, cells::date(column.example)) {
            (Shape::Date, Ok(day)) => {
                let gray = date.clone().set_font_color(Color::Gray);
                sheet.write_date_with_format(2, at, day, &gray)?;
            }
            _ => {
                let text =
                    if column.field == REMARK_COLUMN.field { EXAMPLE } else { column.example };
                sheet.write_string_with_format(2, at, text, &example)?;
            }
        }
        if let Some(validation) = validation(column, lists)? {
            sheet.add_data_validation(FIRST_ROW, at, LAST_ROW, at, &validation)?;
        }
    }
    sheet.set_freeze_panes(2, 1)?;
    Ok(())
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

fn validation(
    column: &Column,
    lists: &HashMap<&'static str, String>,
) -> std::result::Result<Option<DataValidation>, XlsxError> {
    let message = "请从下拉列表中选择";
    let chosen = match column.shape {
        Shape::Code(table) => {
            let Some(range) = lists.get(table) else { return Ok(None) };
            DataValidation::new()
                .allow_list_formula(Formula::new(range.as_str()))
                .set_error_message(message)?
        }
        Shape::Flag => {
            DataValidation::new().allow_list_strings(&["是", "否"])?.set_error_message(message)?
        }
        Shape::Integer if column.note == "1 至 9" => DataValidation::new()
            .allow_whole_number(DataValidationRule::Between(1, 9))
            .set_error_message("请填 1 至 9 的整数")?,
        _ => return Ok(None),
    };
    Ok(Some(chosen))
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

fn write_codes(
    sheet: &mut Worksheet,
    columns: &[&Column],
    reference: &Reference,
) -> std::result::Result<(), XlsxError> {
    for (at, table) in tables(columns).into_iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        sheet.write_string(0, at, table)?;
        for (row, entry) in reference.code_table(table).into_iter().enumerate() {
            let row = u32::try_from(row + 1).unwrap_or(u32::MAX);
            sheet.write_string(row, at, &entry.name_zh)?;
        }
    }
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

    #[test]
    fn the_example_of_the_template_is_a_row_that_passes() {
        let reference = reference();
        let header: Vec<&Column> = FileKind::Needs.entered().collect();
        let cells: Vec<String> = header.iter().map(|column| column.example.to_owned()).collect();
        let row = source::Row::new(1, Content::Cells(cells));
        let header = source::Header {
            names: header.iter().map(|column| column.header.to_owned()).collect(),
            columns: header.into_iter().map(Some).collect(),
        };
        let parsed = rows::parse(&row, Some(&header), FileKind::Needs, &reference).unwrap();
        let mut wrong = parsed.wrong;
        let fields = crate::import::destination::typed(parsed.kind, parsed.fields, &mut wrong);
        let fields: crate::needs::model::NeedFields = fields.unwrap();
        assert_eq!(wrong, []);
        let town = fields.town_code.as_deref();
        crate::needs::rules::check(&fields, town, crate::needs::rules::Stage::Publish, &reference)
            .unwrap();
    }
}
