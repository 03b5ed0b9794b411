//! The form as a spreadsheet. All cells are text: a name that begins like a formula stays a name.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Form, Section, TITLE};
use crate::error::{Error, Result};

/// Columns: label, value, label, value.
const LAST: u16 = 3;
/// Their widths in characters of Latin script.
const WIDTHS: [u16; 4] = [20, 28, 20, 28];
/// Height of a line in points.
const LINE: u32 = 16;

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
    for (column, width) in (0..).zip(WIDTHS) {
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
    let (mut column, mut lines) = (0, 1);
    for entry in &section.entries {
        if entry.wide && column != 0 {
            row += 1;
            column = 0;
        }
        // Programs do not find the height of merged cells by themselves.
        let needed = lines_of(&entry.value, entry.wide).max(entry.lines.into());
        lines = if column == 0 { needed } else { lines.max(needed) };
        sheet.set_row_height(row, lines * LINE)?;
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

/// Lines that a value takes in its cell: a Chinese character is as wide as two Latin ones.
fn lines_of(value: &str, wide: bool) -> u32 {
    let room = if wide { WIDTHS[1] + WIDTHS[2] + WIDTHS[3] } else { WIDTHS[1] };
    // One character of room is left for the border, and one for words that are not cut.
    let room = u32::from(room) - 2;
    let units: u32 = value.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    units.div_ceil(room).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_has_the_lines_that_it_needs() {
        assert_eq!((lines_of("", true), lines_of("HT2611", false)), (1, 1));
        let name = "铝合金压铸件气孔率控制与散热结构一体化设计".repeat(3);
        assert_eq!((lines_of(&name, true), lines_of(&name, false)), (2, 5));
    }
}
