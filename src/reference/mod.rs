//! Reference tables: regions, industries, code tables, holidays. They ship with the program and can be
//! replaced without a release by files of the same name in `<data directory>/reference`.

pub mod api;
pub mod calendar;
mod load;
mod places;
pub mod policy;
pub mod targets;
pub mod uscc;

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use self::policy::{ContractPolicy, ContractRule};
use crate::accounts::principal::Language;
use crate::accounts::privacy::model::ConsentText;
use calendar::{Calendar, Holiday};

pub use load::load;

/// One row of `regions.csv`: province, city, county or town by GB/T 2260 and its town codes.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Region {
    /// 2, 4, 6 or 9 digits; the parent's code is a prefix.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name, where there is a usual one.
    pub name_en: String,
    /// `province`, `city`, `county` or `town`.
    pub level: String,
    /// Code of the region above; empty for a province.
    pub parent_code: String,
    /// `prd`, `east`, `west` or `north` in Guangdong; empty elsewhere.
    pub region_group: String,
}

/// One row of `industries.csv`: GB/T 4754-2017.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Industry {
    /// Letter of the section and digits, e.g. `C3854`.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name of sections and divisions.
    pub name_en: String,
    /// `section`, `division`, `group` or `class`.
    pub level: String,
    /// Code of the level above.
    pub parent_code: String,
}

/// One row of `code_tables.csv`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CodeEntry {
    /// Name of the table, e.g. `need_kind`.
    pub table: String,
    /// Stable code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Order in lists.
    pub sort: i32,
}

/// One row of `hitech_fields.csv`: 国家重点支持的高新技术领域 (2016).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HitechField {
    /// Digits; the parent's code is a prefix.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// 1 to 3.
    pub level: u8,
    /// Code of the field above.
    pub parent_code: String,
}

/// One row of `disciplines.csv`: GB/T 13745, first level.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Discipline {
    /// Three digits.
    pub code: String,
    /// Chinese name.
    pub name: String,
}

/// One row of `universities.csv`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct University {
    /// Identifier of the Ministry of Education.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// City as printed in the list.
    pub city: String,
    /// Province in `regions.csv`.
    pub province_code: String,
    /// `undergraduate` or `junior_college`.
    pub level: String,
}

/// The rows of all tables.
#[derive(Debug, Default)]
pub struct Tables {
    /// `regions.csv`
    pub regions: Vec<Region>,
    /// `industries.csv`
    pub industries: Vec<Industry>,
    /// `code_tables.csv`
    pub codes: Vec<CodeEntry>,
    /// `hitech_fields.csv`
    pub hitech_fields: Vec<HitechField>,
    /// `disciplines.csv`
    pub disciplines: Vec<Discipline>,
    /// `universities.csv`
    pub universities: Vec<University>,
    /// `holidays.csv`
    pub holidays: Vec<Holiday>,
    /// `contract_rules.csv`
    pub contract_rules: Vec<ContractRule>,
    /// `targets.csv`
    pub targets: Vec<targets::Target>,
    /// `consent_texts.csv`
    pub consent_texts: Vec<ConsentText>,
}

/// All reference tables, read once at start.
#[derive(Debug, Default)]
pub struct Reference {
    tables: Tables,
    calendar: Calendar,
    fingerprint: String,
    region_at: HashMap<String, usize>,
    industry_at: HashMap<String, usize>,
    code_at: HashMap<(String, String), usize>,
}

impl Reference {
    /// Orders the rows by code and builds the look-ups. The fingerprint names the contents.
    pub fn new(mut tables: Tables, fingerprint: String) -> Self {
        tables.regions.sort_by(|a, b| a.code.cmp(&b.code));
        tables.industries.sort_by(|a, b| a.code.cmp(&b.code));
        tables.hitech_fields.sort_by(|a, b| a.code.cmp(&b.code));
        tables.disciplines.sort_by(|a, b| a.code.cmp(&b.code));
        tables.universities.sort_by(|a, b| a.code.cmp(&b.code));
        tables.holidays.sort_by_key(|row| row.date);
        let calendar = Calendar::new(&tables.holidays);
        let (regions, industries, codes) = (&tables.regions, &tables.industries, &tables.codes);
        let region_at = regions.iter().enumerate().map(|(i, r)| (r.code.clone(), i)).collect();
        let industry_at = industries.iter().enumerate().map(|(i, r)| (r.code.clone(), i)).collect();
        let code_at =
            codes.iter().enumerate().map(|(i, c)| ((c.table.clone(), c.code.clone()), i)).collect();
        Self { calendar, fingerprint, region_at, industry_at, code_at, tables }
    }

    /// Changes whenever a table changes: for caches.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The regions from the province down to a code, itself included.
    pub fn region_path(&self, code: &str) -> Vec<&Region> {
        let mut path: Vec<&Region> =
            std::iter::successors(self.region(code), |region| self.region(&region.parent_code))
                .collect();
        path.reverse();
        path
    }

    /// The industries from the section down to a code, itself included.
    pub fn industry_path(&self, code: &str) -> Vec<&Industry> {
        let mut path: Vec<&Industry> =
            std::iter::successors(self.industry(code), |row| self.industry(&row.parent_code))
                .collect();
        path.reverse();
        path
    }

    /// All key fields of high technology, ordered by code.
    pub fn hitech_fields(&self) -> &[HitechField] {
        &self.tables.hitech_fields
    }

    /// All disciplines, ordered by code.
    pub fn disciplines(&self) -> &[Discipline] {
        &self.tables.disciplines
    }

    /// All texts that people agree to, in the order of the file: the last one of a purpose is in force.
    pub fn consent_texts(&self) -> &[ConsentText] {
        &self.tables.consent_texts
    }

    /// All rules on technology contracts, in the order of the file.
    pub fn contract_rules(&self) -> &[ContractRule] {
        &self.tables.contract_rules
    }

    /// The rules for a contract of a region that was signed on a day.
    pub fn contract_policy(&self, region: &str, day: NaiveDate) -> ContractPolicy {
        ContractPolicy::of(&self.tables.contract_rules, region, day)
    }

    /// Whether there is a discipline with this code.
    pub fn has_discipline(&self, code: &str) -> bool {
        self.disciplines().binary_search_by(|row| row.code.as_str().cmp(code)).is_ok()
    }

    /// All universities, ordered by code.
    pub fn universities(&self) -> &[University] {
        &self.tables.universities
    }

    /// Public holidays and the days worked in exchange, ordered by date.
    pub fn holidays(&self) -> &[Holiday] {
        &self.tables.holidays
    }

    /// Which days are worked.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// A region by its code.
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.region_at.get(code).map(|&at| &self.tables.regions[at])
    }

    /// All regions, ordered by code.
    pub fn regions(&self) -> &[Region] {
        &self.tables.regions
    }

    /// The region group of a code (`prd`, `east`, `west`, `north`), or an empty text.
    pub fn region_group(&self, code: &str) -> &str {
        let city = code.get(..4).unwrap_or(code);
        self.region(city).map_or("", |region| region.region_group.as_str())
    }

    /// Readable name of a region, from the city down: `中山市古镇镇`.
    pub fn region_name(&self, code: &str, language: Language) -> String {
        let cuts = [2, 4, 6, 9].into_iter().filter(|&cut| cut <= code.len());
        let mut chain: Vec<&Region> =
            cuts.filter_map(|cut| self.region(code.get(..cut)?)).collect();
        if chain.len() > 1 {
            chain.remove(0);
        }
        chain.dedup_by(|a, b| a.name == b.name);
        match language {
            Language::Chinese => chain.iter().map(|r| r.name.as_str()).collect(),
            Language::English => {
                let names: Vec<&str> = chain
                    .iter()
                    .rev()
                    .map(|r| if r.name_en.is_empty() { &r.name } else { &r.name_en })
                    .map(String::as_str)
                    .collect();
                names.join(", ")
            }
        }
    }

    /// An industry by its code, at any level.
    pub fn industry(&self, code: &str) -> Option<&Industry> {
        self.industry_at.get(code).map(|&at| &self.tables.industries[at])
    }

    /// Name of an industry in the language; the code itself when the table lacks it. What has no
    /// English name has that of the nearest level above, with its own code.
    pub fn industry_name(&self, code: &str, language: Language) -> String {
        let path = self.industry_path(code);
        let Some(own) = path.last() else { return code.to_owned() };
        let english = path.iter().rev().find(|row| !row.name_en.is_empty());
        match english.filter(|_| language == Language::English) {
            None => own.name.clone(),
            Some(named) if named.code == own.code => named.name_en.clone(),
            Some(above) => format!("{} ({code})", above.name_en),
        }
    }

    /// All industries, ordered by code.
    pub fn industries(&self) -> &[Industry] {
        &self.tables.industries
    }

    /// Whether a code table has the code.
    pub fn has_code(&self, table: &str, code: &str) -> bool {
        self.code_at.contains_key(&(table.to_owned(), code.to_owned()))
    }

    /// Name of a code in the language; the code itself when the table lacks it.
    pub fn code_name(&self, table: &str, code: &str, language: Language) -> String {
        match self.code_at.get(&(table.to_owned(), code.to_owned())) {
            Some(&at) => match language {
                Language::Chinese => self.tables.codes[at].name_zh.clone(),
                Language::English => self.tables.codes[at].name_en.clone(),
            },
            None => code.to_owned(),
        }
    }

    /// Entries of a code table in order.
    pub fn code_table(&self, table: &str) -> Vec<&CodeEntry> {
        let mut entries: Vec<&CodeEntry> =
            self.tables.codes.iter().filter(|entry| entry.table == table).collect();
        entries.sort_by_key(|entry| entry.sort);
        entries
    }

    /// Names of all code tables.
    pub fn table_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.tables.codes.iter().map(|entry| entry.table.as_str()).collect();
        names.dedup();
        names.sort_unstable();
        names.dedup();
        names
    }
}
