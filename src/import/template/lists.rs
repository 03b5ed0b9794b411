//! The drop-downs of a template, and the hidden sheet that they draw from.

use rust_xlsxwriter::{DataValidation, DataValidationRule, Formula, Worksheet, XlsxError};

use crate::accounts::principal::Language;
use crate::import::columns::{Column, Shape};
use crate::import::source::letters;
use crate::reference::Reference;

/// Name of the hidden sheet.
const SHEET: &str = "代码表";
/// Lists that are no code tables.
const TOWNS: &str = "towns";
const REGIONS: &str = "regions";
const INDUSTRIES: &str = "industries";

/// The lists that columns choose from, each once, in the order of the hidden sheet.
pub(super) struct Lists(Vec<(&'static str, Vec<String>)>);

impl Lists {
    /// The lists of these columns.
    pub(super) fn of<'a>(columns: impl Iterator<Item = &'a Column>, reference: &Reference) -> Self {
        let mut lists: Vec<(&'static str, Vec<String>)> = Vec::new();
        for name in columns.filter_map(list_of) {
            if lists.iter().all(|(known, _)| *known != name) {
                lists.push((name, entries(name, reference)));
            }
        }
        Self(lists)
    }

    /// What may be chosen in a column. Where several can be entered, or codes as well as names, the
    /// list is an offer and nothing else is refused.
    pub(super) fn validation(&self, column: &Column) -> Result<Option<DataValidation>, XlsxError> {
        let chosen = DataValidation::new();
        let chosen = match column.shape {
            Shape::Flag => chosen.allow_list_strings(&["是", "否"])?.set_error_message(CHOOSE)?,
            Shape::Integer if column.note == "1 至 9" => chosen
                .allow_whole_number(DataValidationRule::Between(1, 9))
                .set_error_message("请填 1 至 9 的整数")?,
            shape => {
                let Some(range) = list_of(column).and_then(|name| self.range(name)) else {
                    return Ok(None);
                };
                let chosen = chosen.allow_list_formula(Formula::new(range));
                match shape {
                    Shape::Code(_) => chosen.set_error_message(CHOOSE)?,
                    Shape::Region | Shape::Industry => {
                        offered(chosen, "可从列表中选择，也可直接填代码或名称")?
                    }
                    _ => offered(chosen, "可从列表中选一项；多项请手工填写，用分号隔开")?,
                }
            }
        };
        Ok(Some(chosen))
    }

    fn range(&self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        let (letter, last) = (letters(at), self.0[at].1.len() + 1);
        Some(format!("={SHEET}!${letter}$2:${letter}${last}"))
    }

    /// Fills the hidden sheet.
    pub(super) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(SHEET)?;
        for (at, (name, entries)) in (0..).zip(&self.0) {
            sheet.write_string(0, at, *name)?;
            for (row, entry) in (1..).zip(entries) {
                sheet.write_string(row, at, entry)?;
            }
        }
        sheet.set_hidden(true);
        Ok(())
    }
}

const CHOOSE: &str = "请从下拉列表中选择";

fn offered(chosen: DataValidation, prompt: &str) -> Result<DataValidation, XlsxError> {
    chosen.show_error_message(false).set_input_message(prompt)
}

/// The list that a column draws from.
fn list_of(column: &Column) -> Option<&'static str> {
    match column.shape {
        Shape::Code(table) | Shape::Codes(table) => Some(table),
        Shape::Region if column.field == "town_code" => Some(TOWNS),
        Shape::Region | Shape::Regions => Some(REGIONS),
        Shape::Industry | Shape::Industries => Some(INDUSTRIES),
        _ => None,
    }
}

/// Entries as they are chosen: names of code tables, else a code with its name.
fn entries(list: &str, reference: &Reference) -> Vec<String> {
    let regions = |wanted: fn(&str) -> bool| -> Vec<String> {
        let codes = reference.regions().iter().map(|region| region.code.as_str());
        let name = |code| reference.region_name(code, Language::Chinese);
        codes.filter(|code| wanted(code)).map(|code| coded(code, &name(code))).collect()
    };
    match list {
        TOWNS => regions(|code| code.len() == 9),
        REGIONS => regions(|_| true),
        INDUSTRIES => {
            let industries = reference.industries().iter();
            industries.map(|industry| coded(&industry.code, &industry.name)).collect()
        }
        table => reference.code_table(table).iter().map(|entry| entry.name_zh.clone()).collect(),
    }
}

/// A code with its name, without what would separate entries of a column that takes several.
fn coded(code: &str, name: &str) -> String {
    format!("{code} {}", name.replace(['、', '，', ',', '；', ';'], "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::cells;
    use crate::import::columns::FileKind;

    #[test]
    fn whatever_is_offered_can_be_imported() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for kind in [FileKind::Needs, FileKind::Capabilities, FileKind::Organizations] {
            let lists = Lists::of(kind.columns().iter(), &reference);
            for column in kind.entered() {
                let Some(name) = list_of(column) else { continue };
                let (_, entries) = lists.0.iter().find(|(known, _)| *known == name).unwrap();
                assert!(!entries.is_empty(), "{name}");
                assert!(lists.validation(column).unwrap().is_some(), "{}", column.field);
                for entry in entries {
                    let read = cells::read(column.shape, entry, &reference).unwrap();
                    let one = read.as_array().map_or(1, Vec::len);
                    assert_eq!(one, 1, "{}: {entry}", column.field);
                }
            }
        }
    }
}
