//! Reports as files: CSV, or a spreadsheet whose second sheet has the records behind the figures.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::dimension::Dimension;
use super::fact::{Fact, Measure};
use super::ops::{self, Report};
use super::query::ExportQuery;
use super::tally::Sum;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::code_enum;
use crate::error::{Error, Result};
use crate::http::text;
use crate::money::Money;

code_enum!(
    /// Format of a report as a file.
    ReportFormat {
        /// Comma-separated text in UTF-8 with a byte order mark, as spreadsheets read it.
        Csv = "csv",
        /// Excel
        Xlsx = "xlsx",
    }
);

/// Most facts that a file lists: a sheet holds 1,048,576 rows.
const MOST_ROWS: usize = 1_000_000;

/// What stands before a text that a spreadsheet would take for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The report as a file.
///
/// # Errors
/// As for [`ops::report`].
pub fn export(app: &App, caller: &Caller, query: &ExportQuery) -> Result<Vec<u8>> {
    ops::broker(caller)?;
    let (selection, group_by) = query.asked(app)?;
    match query.format.unwrap_or(ReportFormat::Csv) {
        ReportFormat::Csv => {
            csv_file(&ops::report(app, caller, (selection, group_by))?, caller.language)
        }
        ReportFormat::Xlsx => {
            let facts = ops::facts(app, caller, &selection)?;
            // Of the same facts, whatever is written meanwhile.
            let sums: Vec<Sum> = facts.iter().map(Sum::from).collect();
            let report = ops::lay_out(app, caller, (&selection, group_by), &sums)?;
            let book = workbook(app, caller, &report, &facts);
            book.map_err(|error| Error::internal(format!("write a report: {error}")))
        }
    }
}

fn header(report: &Report, language: Language) -> Vec<String> {
    let heading = |one: &Dimension| text::text(&format!("report.dimension.{one}"), language);
    let measure = |one: &Measure| text::text(&format!("report.measure.{one}"), language);
    report.group_by.iter().map(heading).chain(Measure::ALL.iter().map(measure)).collect()
}

fn csv_file(report: &Report, language: Language) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::from("\u{feff}"));
    let failed = |error: csv::Error| Error::internal(format!("write a report: {error}"));
    out.write_record(header(report, language)).map_err(failed)?;
    let figure = |value: &serde_json::Value| value.to_string();
    for line in &report.lines {
        let names = line.headings.iter().map(|heading| harmless(&heading.name));
        let figures = Measure::ALL.iter().map(|one| figure(&line.figures[one.as_str()]));
        out.write_record(names.chain(figures)).map_err(failed)?;
    }
    let blank = report.group_by.iter().skip(1).map(|_| String::new());
    let total = std::iter::once(text::text("report.total", language)).chain(blank);
    let figures = Measure::ALL.iter().map(|one| figure(&report.total[one.as_str()]));
    out.write_record(total.chain(figures)).map_err(failed)?;
    out.into_inner().map_err(|error| Error::internal(format!("write a report: {error}")))
}

/// Rows of texts as a file of comma-separated values that spreadsheets read.
///
/// # Errors
/// Faults of ours.
pub fn csv_of(rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::from("\u{feff}"));
    for row in rows {
        let row: Vec<String> = row.iter().map(|text| harmless(text)).collect();
        out.write_record(row)
            .map_err(|error| Error::internal(format!("write a table: {error}")))?;
    }
    out.into_inner().map_err(|error| Error::internal(format!("write a table: {error}")))
}

/// A figure in a cell: counts whole, money with up to four decimals.
fn write_figure(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    measure: Measure,
    value: &serde_json::Value,
) -> std::result::Result<(), XlsxError> {
    let number = value.as_f64().unwrap_or_default();
    let format = if measure.is_money() { "#,##0.0000" } else { "#,##0" };
    sheet.write_number_with_format(row, column, number, &Format::new().set_num_format(format))?;
    Ok(())
}

fn write_report(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    let names = header(report, language);
    for (column, name) in (0_u16..).zip(&names) {
        sheet.write_string_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, 14)?;
    }
    let first = u16::try_from(report.group_by.len()).unwrap_or_default();
    let mut row = 1_u32;
    for line in &report.lines {
        for (column, heading) in (0_u16..).zip(&line.headings) {
            sheet.write_string(row, column, &heading.name)?;
        }
        for (column, measure) in (first..).zip(Measure::ALL) {
            write_figure(sheet, row, column, *measure, &line.figures[measure.as_str()])?;
        }
        row += 1;
    }
    sheet.write_string_with_format(row, 0, text::text("report.total", language), &bold)?;
    for (column, measure) in (first..).zip(Measure::ALL) {
        write_figure(sheet, row, column, *measure, &report.total[measure.as_str()])?;
    }
    sheet.set_freeze_panes(1, first)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9);
    Ok(())
}

/// Columns of the sheet of records.
const COLUMNS: [&str; 11] = [
    "on",
    "what",
    "code",
    "title",
    "region",
    "programme",
    "channel",
    "activity_kind",
    "amount",
    "of_which",
    "record",
];

fn write_records(
    sheet: &mut Worksheet,
    (app, caller): (&App, &Caller),
    facts: &[Fact],
) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(COLUMNS) {
        let name = text::text(&format!("report.column.{name}"), caller.language);
        sheet.write_string_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, if column == 3 { 36 } else { 14 })?;
    }
    let money = Format::new().set_num_format("#,##0.0000");
    for (row, fact) in (1_u32..).zip(facts.iter().take(MOST_ROWS)) {
        let named = |one: Dimension| ops::name(app, caller, one, &one.value(fact));
        let kind = fact.key.kind;
        let texts = [
            fact.on.to_string(),
            text::text(&format!("report.fact.{kind}"), caller.language),
            fact.code.clone(),
            fact.title.clone(),
            named(Dimension::Town),
            named(Dimension::Programme),
            named(Dimension::Channel),
            named(Dimension::ActivityKind),
        ];
        for (column, text) in (0_u16..).zip(&texts) {
            sheet.write_string(row, column, text)?;
        }
        for (column, Money(fen)) in [(8, fact.amount), (9, fact.of_which)] {
            let wan: f64 = Money(fen).to_wan().parse().unwrap_or_default();
            sheet.write_number_with_format(row, column, wan, &money)?;
        }
        sheet.write_string(row, 10, &fact.key.record_id)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn workbook(
    app: &App,
    caller: &Caller,
    report: &Report,
    facts: &[Fact],
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(text::text("report.sheet", caller.language))?;
    write_report(sheet, report, caller.language)?;
    let sheet = book.add_worksheet();
    sheet.set_name(text::text("report.records_sheet", caller.language))?;
    write_records(sheet, (app, caller), facts)?;
    book.save_to_buffer()
}
