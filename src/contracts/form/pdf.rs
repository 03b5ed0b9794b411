//! The form as a PDF of A4 pages. The characters used are embedded from a subset of Noto Sans CJK
//! SC, with a table back to Unicode, so that the text can be found and copied everywhere.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::{Entry, Form, Section, TITLE};
use crate::error::{Error, Result};

/// Made by `scripts/build-form-font`; SIL Open Font License, see `fonts/OFL.txt`.
static FONT: &[u8] = include_bytes!("../../../fonts/form.otf");

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 48.0;
const BOTTOM: f32 = PAGE.1 - MARGIN;
/// Width of a label and of a value in a row of two entries.
const LABEL: f32 = 110.0;
const VALUE: f32 = (PAGE.0 - 2.0 * MARGIN) / 2.0 - LABEL;
const SIZE: f32 = 9.0;
const LINE: f32 = 13.0;
const PADDING: f32 = 4.0;

/// A box with text in it.
struct Cell<'a> {
    x: f32,
    width: f32,
    text: &'a str,
    shaded: bool,
    /// Lines that it is high at least.
    lines: u8,
}

/// Writes the form.
pub(super) fn write(form: &Form) -> Result<Vec<u8>> {
    let font = Font::new(FONT.into(), 0).ok_or_else(|| Error::internal("form font"))?;
    let rows: Vec<Vec<Cell<'_>>> = form.sections.iter().flat_map(rows).collect();
    let mut document = Document::new();
    let title = format!("{TITLE} {}", form.code);
    document.set_metadata(Metadata::new().title(title).language("zh-CN".to_owned()));
    let mut next = 0;
    while next < rows.len() {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1);
        let size = size.ok_or_else(|| Error::internal("size of a page"))?;
        let mut page = document.start_page_with(size);
        let mut pen = Pen { surface: page.surface(), font: font.clone() };
        let mut y = MARGIN;
        if next == 0 {
            pen.centered(TITLE, y + 16.0, 16.0);
            pen.text(&form.code, MARGIN, y + 34.0, SIZE);
            y += 42.0;
        }
        let first = next;
        while let Some(row) = rows.get(next) {
            let height = height(row);
            // A row that is higher than a page is set all the same, and a title goes with its first row.
            let follows = rows.get(next + 1).filter(|_| row.len() == 1);
            let needed = height + follows.map_or(0.0, |row| self::height(row));
            if y + needed > BOTTOM && next > first {
                break;
            }
            pen.row(row, y, height);
            y += height;
            next += 1;
        }
        drop(pen);
        page.finish();
    }
    document.finish().map_err(|error| Error::internal(format!("write a form: {error:?}")))
}

/// The rows of a section: its title, then entries side by side or alone.
fn rows(section: &Section) -> Vec<Vec<Cell<'_>>> {
    if section.entries.is_empty() {
        return Vec::new();
    }
    let all = PAGE.0 - 2.0 * MARGIN;
    let mut rows =
        vec![vec![Cell { x: MARGIN, width: all, text: section.title, shaded: true, lines: 1 }]];
    let mut open: Option<&Entry> = None;
    for entry in &section.entries {
        if entry.wide {
            rows.extend(open.take().map(|left| pair(left, None)));
            rows.push(cells(entry, MARGIN, all - LABEL));
        } else if let Some(left) = open.take() {
            rows.push(pair(left, Some(entry)));
        } else {
            open = Some(entry);
        }
    }
    rows.extend(open.map(|left| pair(left, None)));
    rows
}

fn cells(entry: &Entry, x: f32, width: f32) -> Vec<Cell<'_>> {
    let label = Cell { x, width: LABEL, text: entry.label, shaded: true, lines: 1 };
    let (x, text, lines) = (x + LABEL, &entry.value, entry.lines);
    vec![label, Cell { x, width, text, shaded: false, lines }]
}

fn pair<'a>(left: &'a Entry, right: Option<&'a Entry>) -> Vec<Cell<'a>> {
    let Some(right) = right else { return cells(left, MARGIN, 2.0 * VALUE + LABEL) };
    let mut row = cells(left, MARGIN, VALUE);
    row.extend(cells(right, MARGIN + LABEL + VALUE, VALUE));
    row
}

/// Width of a character in em, at least as wide as it is set.
fn width(c: char) -> f32 {
    match c {
        'M' | 'W' | 'm' | 'w' | '@' | '%' => 0.95,
        'A'..='Z' => 0.75,
        ' '..='~' => 0.62,
        _ => 1.0,
    }
}

/// Signs that no line begins with.
const CLOSING: &str = "，。、；：！？）】》”’％,.;:!?)]%";

/// Whether a line may end between two characters: anywhere in Chinese, but not inside a Latin word
/// or a number, and not before a closing sign.
fn may_part(before: char, after: char) -> bool {
    let inside = |c: char| c.is_ascii_graphic() && c != '-';
    let bound = CLOSING.contains(after) || (inside(before) && inside(after));
    !bound
}

/// Breaks text into lines that fit. What has no good place to be parted is cut where it is full.
fn lines(text: &str, wide: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used): (Vec<char>, f32) = (Vec::new(), 0.0);
    for c in text.chars() {
        let advance = width(c) * SIZE;
        if used + advance > wide && !line.is_empty() {
            let part = |at: &usize| may_part(line[at - 1], line.get(*at).copied().unwrap_or(c));
            let at = (1..=line.len()).rev().find(part).unwrap_or(line.len());
            let rest = line.split_off(at);
            lines.push(line.into_iter().collect());
            used = rest.iter().map(|c| width(*c) * SIZE).sum();
            line = rest;
        }
        used += advance;
        line.push(c);
    }
    lines.push(line.into_iter().collect());
    lines
}

fn height(row: &[Cell<'_>]) -> f32 {
    let lines = |cell: &Cell<'_>| {
        let set = lines(cell.text, cell.width - 2.0 * PADDING).len();
        u16::try_from(set).unwrap_or(u16::MAX).max(cell.lines.into())
    };
    f32::from(row.iter().map(lines).max().unwrap_or(1)) * LINE + 2.0 * PADDING
}

/// Sets boxes and text on a page.
struct Pen<'a> {
    surface: Surface<'a>,
    font: Font,
}

impl Pen<'_> {
    fn text(&mut self, text: &str, x: f32, y: f32, size: f32) {
        self.surface.set_stroke(None);
        self.surface
            .set_fill(Some(Fill { paint: rgb::Color::new(0, 0, 0).into(), ..Fill::default() }));
        let (at, font) = (Point::from_xy(x, y), self.font.clone());
        self.surface.draw_text(at, font, size, text, false, TextDirection::LeftToRight);
    }

    fn centered(&mut self, text: &str, y: f32, size: f32) {
        let wide: f32 = text.chars().map(|c| width(c) * size).sum();
        self.text(text, (PAGE.0 - wide) / 2.0, y, size);
    }

    fn row(&mut self, row: &[Cell<'_>], y: f32, height: f32) {
        for cell in row {
            if let Some(path) = rectangle(cell, y, height) {
                let shade = rgb::Color::new(242, 242, 242);
                let fill = Fill { paint: shade.into(), ..Fill::default() };
                self.surface.set_fill(cell.shaded.then_some(fill));
                let line = rgb::Color::new(120, 120, 120);
                let stroke = Stroke { paint: line.into(), width: 0.6, ..Stroke::default() };
                self.surface.set_stroke(Some(stroke));
                self.surface.draw_path(&path);
            }
            let mut baseline = y + PADDING + SIZE;
            for line in lines(cell.text, cell.width - 2.0 * PADDING) {
                self.text(&line, cell.x + PADDING, baseline, SIZE);
                baseline += LINE;
            }
        }
    }
}

fn rectangle(cell: &Cell<'_>, y: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(cell.x, y, cell.width, height)?);
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_where_it_fits_and_nothing_is_lost() {
        let text = "大功率LED灯具压铸散热结构委托开发WWWWWW与检测".repeat(5);
        let broken = lines(&text, 120.0);
        assert!(broken.len() > 5);
        assert_eq!(broken.concat(), text);
        for line in broken {
            let wide: f32 = line.chars().map(|c| width(c) * SIZE).sum();
            assert!(wide <= 120.0, "{line}");
        }
    }

    #[test]
    fn words_stay_whole_and_no_line_begins_with_a_closing_sign() {
        let wide = 10.0 * SIZE;
        assert_eq!(lines("甲乙丙丁戊己庚辛壬癸，子丑", wide), ["甲乙丙丁戊己庚辛壬", "癸，子丑"]);
        assert_eq!(lines("欧阳澜与 Solvang-Nordhaven", wide), ["欧阳澜与 Solvang-", "Nordhaven"]);
        assert_eq!(lines("甲乙丙丁戊己庚 1250.5001 万元", wide)[1], "1250.5001 万元");
        assert_eq!(lines("", wide), [""]);
    }

    #[test]
    fn a_form_of_many_rows_goes_on_over_pages() {
        let entry =
            Entry { label: "分期付款", value: "第 1 期".to_owned(), wide: true, lines: 1 };
        let section = Section { title: "付款计划", entries: vec![entry; 60] };
        let form = Form { code: "HT2611-7KD3QZ0M".to_owned(), sections: vec![section] };
        let bytes = write(&form).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        // The dictionary of a page; that of all pages is called Pages.
        let count = bytes.windows(11).filter(|part| *part == b"/Type/Page/").count();
        assert_eq!(count, 2);
        assert!(bytes.len() < 60_000, "{} bytes: the whole font?", bytes.len());
    }
}
