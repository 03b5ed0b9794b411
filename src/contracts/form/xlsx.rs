//! The form as a spreadsheet. All cells are text: a name that begins like a formula stays a name.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Form, Section, TITLE};
use crate::error::{Error, Result};

/// Columns: label, value, label, value.
const LAST: u16 = 3;

/// Writes the form.
pub(super) fn write(form: &Form) -> Result<Vec<u8>> {
    workbook(form).map_err(|error| Error::internal(format!("write a form: {error}")))
}

fn text() -> Format {
    Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
}

fn workbook(form: &Form) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(TITLE)?;
    for (column, width) in [(0, 20), (1, 28), (2, 20), (3, 28)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, LAST, TITLE, &title)?;
    sheet.merge_range(1, 0, 1, LAST, &form.code, &Format::new().set_align(FormatAlign::Right))?;
    let mut row = 2;
    for section in &form.sections {
        row = write_section(sheet, section, row)?;
    }
    book.save_to_buffer()
}

/// Writes a section from a row on, and returns the row after it.
fn write_section(
    sheet: &mut Worksheet,
    section: &Section,
    mut row: u32,
) -> std::result::Result<u32, XlsxError> {
    if section.entries.is_empty() {
        return Ok(row);
    }
    let label = text().set_background_color(0x00F2_F2F2);
    sheet.merge_range(row, 0, row, LAST, section.title, &label.clone().set_bold())?;
    row += 1;
    let mut column = 0;
    for entry in &section.entries {
        if entry.wide && column != 0 {
            row += 1;
            column = 0;
        }
        sheet.write_string_with_format(row, column, entry.label, &label)?;
        if entry.wide {
            sheet.merge_range(row, 1, row, LAST, &entry.value, &text())?;
        } else {
            sheet.write_string_with_format(row, column + 1, &entry.value, &text())?;
        }
        column = if entry.wide || column != 0 { 0 } else { 2 };
        if column == 0 {
            row += 1;
        }
    }
    Ok(if column == 0 { row } else { row + 1 })
}
