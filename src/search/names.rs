//! Words for codes, amounts and dates in the caller's language.

use search_index::Kind;
use serde::Serialize;

use crate::accounts::principal::Language;
use crate::app::App;
use crate::http::text;
use crate::reference::Reference;

/// Tables that the finer sort within a kind comes from.
const SUBKIND_TABLES: [&str; 4] = ["need_kind", "asset_kind", "org_type", "town_level"];
/// Tables of states; those of organisations are in the message catalogue.
const STATUS_TABLES: [&str; 3] = ["need_status", "capability_status", "town_status"];

/// A code with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CodeName {
    /// The code.
    pub code: String,
    /// Its name in the caller's language.
    pub name: String,
}

/// Gives names in one language.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    reference: &'a Reference,
    language: Language,
}

impl<'a> Names<'a> {
    /// Names in a language.
    pub fn new(app: &'a App, language: Language) -> Self {
        Self::of(&app.reference, language)
    }

    /// Names of these tables in a language.
    pub fn of(reference: &'a Reference, language: Language) -> Self {
        Self { reference, language }
    }

    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    /// A text of the catalogue.
    pub fn text(self, key: &str) -> String {
        text::text(key, self.language)
    }

    /// A text of the catalogue with values put in for `%{name}`.
    pub fn filled(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.text(key);
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        text
    }

    /// Name of a code of a table.
    pub fn code(self, table: &str, code: &str) -> String {
        self.reference.code_name(table, code, self.language)
    }

    /// A code of a table with its name.
    pub fn coded(self, table: &str, code: &str) -> CodeName {
        CodeName { code: code.to_owned(), name: self.code(table, code) }
    }

    /// Codes of a table with their names.
    pub fn all_coded(self, table: &str, codes: &[String]) -> Vec<CodeName> {
        codes.iter().map(|code| self.coded(table, code)).collect()
    }

    /// Name of a kind of record.
    pub fn kind(self, kind: Kind) -> String {
        self.text(&format!("kind.{}", kind.as_str()))
    }

    /// Name of a finer sort. Some codes stand in several tables; without a kind the names that
    /// differ are given together.
    pub fn subkind(self, kind: Option<Kind>, code: &str) -> String {
        match kind {
            Some(kind) => self.code(subkind_table(kind), code),
            None => self.in_any(&SUBKIND_TABLES, code).unwrap_or_else(|| code.to_owned()),
        }
    }

    /// Name of a state of any kind of record.
    pub fn status(self, code: &str) -> String {
        self.in_any(&STATUS_TABLES, code).unwrap_or_else(|| {
            let known = ["pending", "verified", "rejected"].contains(&code);
            if known { self.text(&format!("org_status.{code}")) } else { code.to_owned() }
        })
    }

    /// A state with its name.
    pub fn status_coded(self, code: &str) -> CodeName {
        CodeName { code: code.to_owned(), name: self.status(code) }
    }

    fn in_any(self, tables: &[&str], code: &str) -> Option<String> {
        let mut names: Vec<String> = tables
            .iter()
            .filter(|table| self.reference.has_code(table, code))
            .map(|table| self.code(table, code))
            .collect();
        names.dedup();
        (!names.is_empty()).then(|| names.join(" / "))
    }

    /// Name of a region, from the city down.
    pub fn region(self, code: &str) -> String {
        match self.reference.region_name(code, self.language) {
            name if name.is_empty() => code.to_owned(),
            name => name,
        }
    }

    /// A region as it is told from others of its name.
    pub fn region_label(self, code: &str) -> String {
        self.reference.region_label(code, self.language)
    }

    /// Codes of the towns that a text means.
    pub fn towns_meant(self, text: &str) -> Vec<&'a str> {
        let towns = self.reference.towns_meant(text);
        towns.into_iter().map(|town| town.code.as_str()).collect()
    }

    /// Codes of the regions of any level that a text means.
    pub fn regions_meant(self, text: &str) -> Vec<&'a str> {
        let regions = self.reference.regions_meant(text);
        regions.into_iter().map(|region| region.code.as_str()).collect()
    }

    /// Name of an industry.
    pub fn industry(self, code: &str) -> String {
        self.reference.industry_name(code, self.language)
    }

    /// A region with its name.
    pub fn region_coded(self, code: &str) -> CodeName {
        CodeName { code: code.to_owned(), name: self.region(code) }
    }

    /// Industries with their names.
    pub fn industries_coded(self, codes: &[String]) -> Vec<CodeName> {
        let named = |code: &String| CodeName { code: code.clone(), name: self.industry(code) };
        codes.iter().map(named).collect()
    }

    /// An amount of money: `12.5 万元`, `CNY 125,000`.
    pub fn amount(self, fen: i64) -> String {
        self.money(self.number(fen))
    }

    /// A span of money: `30–50 万元`, `CNY 300,000–500,000`.
    pub fn amounts(self, from: Option<i64>, to: i64) -> String {
        match from.filter(|from| *from > 0 && *from < to) {
            None => self.amount(to),
            Some(from) => self.money(format!("{}–{}", self.number(from), self.number(to))),
        }
    }

    /// How many of the unit in which amounts are told.
    fn number(self, fen: i64) -> String {
        match self.language {
            Language::Chinese => wan(fen),
            Language::English => grouped(fen / 100),
        }
    }

    fn money(self, amount: String) -> String {
        text::filled("money", &[("amount", amount)], self.language)
    }

    /// Day of a moment in seconds since 1970.
    pub fn day(self, seconds: i64) -> String {
        chrono::DateTime::from_timestamp(seconds, 0)
            .map_or_else(String::new, |time| time.date_naive().to_string())
    }

    /// Several names as one text.
    pub fn list(self, names: impl IntoIterator<Item = String>) -> String {
        let names: Vec<String> = names.into_iter().collect();
        names.join(&self.text("page.list_separator"))
    }
}

/// The table that the finer sort of a kind comes from.
pub fn subkind_table(kind: Kind) -> &'static str {
    match kind {
        Kind::Need => "need_kind",
        Kind::Capability => "asset_kind",
        Kind::Organization => "org_type",
        Kind::Town => "town_level",
    }
}

/// Whether any kind of record has this finer sort.
pub fn is_subkind(reference: &Reference, code: &str) -> bool {
    SUBKIND_TABLES.iter().any(|table| reference.has_code(table, code))
}

fn wan(fen: i64) -> String {
    crate::money::Money(fen).to_wan()
}

/// Digits in groups of three.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn amounts_read_well_in_both_languages() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let zh = Names { reference: &reference, language: Language::Chinese };
        let en = Names { reference: &reference, language: Language::English };
        assert_eq!(zh.amounts(Some(30_000_000), 50_500_000), "30–50.5 万元");
        assert_eq!(en.amounts(Some(30_000_000), 50_500_000), "CNY 300,000–505,000");
        assert_eq!(zh.amounts(Some(0), 50_000_000), "50 万元");
    }

    #[test]
    fn a_code_of_two_tables_is_named_by_its_kind_or_by_both() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let zh = Names { reference: &reference, language: Language::Chinese };
        assert_eq!(zh.subkind(Some(Kind::Need), "finance"), "融资");
        assert_eq!(zh.subkind(None, "finance"), "融资 / 金融机构");
        assert_eq!(zh.status("matching"), "对接中");
        assert_eq!(zh.status("verified"), "已认证");
    }
}
