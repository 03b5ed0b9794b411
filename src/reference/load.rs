//! Reading the tables: the built-in files, or an operator's files of the same name.

use std::collections::HashMap;
use std::path::Path;

use ring::digest::{Context, SHA256};
use serde::de::DeserializeOwned;

use super::calendar::Holiday;
use super::policy::ContractRule;
use super::targets::Target;
use super::{CodeEntry, HitechField, Industry, Reference, Region, Tables, University};
use crate::accounts::privacy::model::{ConsentPurpose, ConsentText};
use crate::error::{Error, Result};

/// One table as built in.
struct Source {
    name: &'static str,
    text: &'static str,
}

const REGIONS: Source =
    Source { name: "regions.csv", text: include_str!("../../data/reference/regions.csv") };
const INDUSTRIES: Source =
    Source { name: "industries.csv", text: include_str!("../../data/reference/industries.csv") };
const CODES: Source =
    Source { name: "code_tables.csv", text: include_str!("../../data/reference/code_tables.csv") };
const HITECH_FIELDS: Source = Source {
    name: "hitech_fields.csv",
    text: include_str!("../../data/reference/hitech_fields.csv"),
};
const DISCIPLINES: Source =
    Source { name: "disciplines.csv", text: include_str!("../../data/reference/disciplines.csv") };
const UNIVERSITIES: Source = Source {
    name: "universities.csv",
    text: include_str!("../../data/reference/universities.csv"),
};
const HOLIDAYS: Source =
    Source { name: "holidays.csv", text: include_str!("../../data/reference/holidays.csv") };
const CONTRACT_RULES: Source = Source {
    name: "contract_rules.csv",
    text: include_str!("../../data/reference/contract_rules.csv"),
};

const CONSENT_TEXTS: Source = Source {
    name: "consent_texts.csv",
    text: include_str!("../../data/reference/consent_texts.csv"),
};

const TARGETS: Source =
    Source { name: "targets.csv", text: include_str!("../../data/reference/targets.csv") };

/// Loads all tables; a file in `directory` replaces the built-in one of the same name.
///
/// # Errors
/// Names the file and the line that cannot be read, or that contradicts another.
pub fn load(directory: &Path) -> Result<Reference> {
    let mut reader = Reader { directory, hash: Context::new(&SHA256) };
    let regions = reader.tree(&REGIONS, Region::check)?;
    let industries = reader.tree(&INDUSTRIES, Industry::check)?;
    let codes: Vec<CodeEntry> = reader.rows(&CODES)?;
    unique(CODES.name, &codes, |row| format!("{}/{}", row.table, row.code))?;
    let hitech_fields = reader.tree(&HITECH_FIELDS, |_: &HitechField| Ok(()))?;
    let disciplines = reader.rows(&DISCIPLINES)?;
    unique(DISCIPLINES.name, &disciplines, |row: &super::Discipline| row.code.clone())?;
    let universities: Vec<University> = reader.rows(&UNIVERSITIES)?;
    unique(UNIVERSITIES.name, &universities, |row| row.code.clone())?;
    let holidays = reader.holidays()?;
    let contract_rules: Vec<ContractRule> = reader.rows(&CONTRACT_RULES)?;
    check_rules(&contract_rules)?;
    let consent_texts: Vec<ConsentText> = reader.rows(&CONSENT_TEXTS)?;
    unique(CONSENT_TEXTS.name, &consent_texts, |row| format!("{}/{}", row.purpose, row.version))?;
    for purpose in ConsentPurpose::ALL {
        if !consent_texts.iter().any(|text| text.purpose == *purpose) {
            let reason = "there is no text for this purpose";
            return Err(broken(CONSENT_TEXTS.name, 0, purpose.as_str(), reason));
        }
    }
    let targets: Vec<Target> = reader.rows(&TARGETS)?;
    check_targets(&targets)?;
    let fingerprint = crate::audit::model::hex(&reader.hash.finish().as_ref()[..8]);
    let tables = Tables {
        regions,
        industries,
        codes,
        hitech_fields,
        disciplines,
        universities,
        contract_rules,
        consent_texts,
        holidays,
        targets,
    };
    Ok(Reference::new(tables, fingerprint))
}

/// Each rule can be read, and on no day do two say different things of the same.
fn check_rules(rules: &[ContractRule]) -> Result<()> {
    for (at, rule) in rules.iter().enumerate() {
        rule.check()
            .map_err(|reason| broken(CONTRACT_RULES.name, at, rule.rule.as_str(), &reason))?;
        if rules[..at].iter().any(|other| rule.clashes(other)) {
            let reason = "another row rules the same region and time";
            return Err(broken(CONTRACT_RULES.name, at, rule.rule.as_str(), reason));
        }
    }
    Ok(())
}

/// Each target can be, and on no day do two say different things of the same.
fn check_targets(targets: &[Target]) -> Result<()> {
    for (at, target) in targets.iter().enumerate() {
        let name = target.indicator.as_str();
        target.check().map_err(|reason| broken(TARGETS.name, at, name, &reason))?;
        if targets[..at].iter().any(|other| target.clashes(other)) {
            let reason = "another row says something of the same region and time";
            return Err(broken(TARGETS.name, at, name, reason));
        }
    }
    Ok(())
}

/// A row that stands in a tree of codes.
pub(super) trait Node {
    /// Its code.
    fn code(&self) -> &str;
    /// Code of the row above; empty at the top.
    fn parent_code(&self) -> &str;
}

macro_rules! node {
    ($($row:ty),+) => {
        $(impl Node for $row {
            fn code(&self) -> &str {
                &self.code
            }
            fn parent_code(&self) -> &str {
                &self.parent_code
            }
        })+
    };
}
node!(Region, Industry, HitechField);

impl Region {
    /// Digits by level: what makes "inside region X" a test of prefixes.
    fn check(&self) -> std::result::Result<(), String> {
        let digits = match self.level.as_str() {
            "province" => 2,
            "city" => 4,
            "county" => 6,
            "town" => 9,
            other => return Err(format!("unknown level {other:?}")),
        };
        if self.code.len() != digits || !self.code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("a {} must have {digits} digits", self.level));
        }
        if (digits == 2) != self.parent_code.is_empty() {
            return Err("provinces, and they alone, have no parent".to_owned());
        }
        Ok(())
    }
}

impl Industry {
    fn check(&self) -> std::result::Result<(), String> {
        let length = match self.level.as_str() {
            "section" => 1,
            "division" => 3,
            "group" => 4,
            "class" => 5,
            other => return Err(format!("unknown level {other:?}")),
        };
        if self.code.len() == length {
            Ok(())
        } else {
            Err(format!("a {} must have {length} characters", self.level))
        }
    }
}

/// Reads tables and hashes what it reads.
struct Reader<'a> {
    directory: &'a Path,
    hash: Context,
}

impl Reader<'_> {
    fn rows<T: DeserializeOwned>(&mut self, source: &Source) -> Result<Vec<T>> {
        let path = self.directory.join(source.name);
        let text = if path.is_file() {
            let unreadable =
                |error| Error::internal(format!("reference table {}: {error}", path.display()));
            std::fs::read_to_string(&path).map_err(unreadable)?
        } else {
            source.text.to_owned()
        };
        self.hash.update(text.as_bytes());
        // The length keeps neighbouring files apart.
        self.hash.update(&text.len().to_be_bytes());
        let text = text.trim_start_matches('\u{feff}');
        csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .collect::<std::result::Result<Vec<T>, _>>()
            .map_err(|error| Error::internal(format!("reference table {}: {error}", source.name)))
    }

    fn holidays(&mut self) -> Result<Vec<Holiday>> {
        let rows: Vec<Holiday> = self.rows(&HOLIDAYS)?;
        unique(HOLIDAYS.name, &rows, |row| row.date.to_string())?;
        for (at, row) in rows.iter().enumerate() {
            let date = row.date.to_string();
            row.check().map_err(|reason| broken(HOLIDAYS.name, at, &date, &reason))?;
        }
        Ok(rows)
    }

    /// Reads a table whose rows form a tree, and checks the tree.
    fn tree<T: DeserializeOwned + Node>(
        &mut self,
        source: &Source,
        check: impl Fn(&T) -> std::result::Result<(), String>,
    ) -> Result<Vec<T>> {
        let rows: Vec<T> = self.rows(source)?;
        unique(source.name, &rows, |row| row.code().to_owned())?;
        let known: std::collections::HashSet<&str> = rows.iter().map(Node::code).collect();
        for (at, row) in rows.iter().enumerate() {
            check(row).map_err(|reason| broken(source.name, at, row.code(), &reason))?;
            let parent = row.parent_code();
            if parent.is_empty() {
                continue;
            }
            if !known.contains(parent) {
                let reason = format!("there is no row {parent:?} above it");
                return Err(broken(source.name, at, row.code(), &reason));
            }
            if !row.code().starts_with(parent) || row.code() == parent {
                let reason = format!("its code does not begin with that of its parent {parent:?}");
                return Err(broken(source.name, at, row.code(), &reason));
            }
        }
        Ok(rows)
    }
}

fn unique<T>(name: &str, rows: &[T], key: impl Fn(&T) -> String) -> Result<()> {
    let mut seen = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let Some(first) = seen.insert(key(row), at) {
            let reason = format!("the code stands on line {} already", first + 2);
            return Err(broken(name, at, &key(row), &reason));
        }
    }
    Ok(())
}

/// Names the line: the header is line 1, and no cell of these tables holds a line break.
fn broken(name: &str, at: usize, code: &str, reason: &str) -> Error {
    Error::internal(format!("reference table {name}: line {}: {code}: {reason}", at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    #[test]
    fn built_in_tables_load_and_resolve() {
        let reference = load(Path::new("/nonexistent")).unwrap();
        assert_eq!(reference.region_group("442000105"), "prd");
        assert_eq!(reference.region_name("442000105", Language::Chinese), "中山市古镇镇");
        assert_eq!(reference.industry("C3854").unwrap().level, "class");
        assert!(reference.has_code("need_kind", "tech_problem"));
        assert_eq!(reference.code_name("asset_kind", "patent", Language::Chinese), "专利");
        assert!(reference.has_discipline("110"));
        assert_eq!(reference.hitech_fields().len(), 314);
        assert_eq!(reference.universities().len(), 2_631);
        let path: Vec<&str> =
            reference.region_path("442000105").iter().map(|region| region.code.as_str()).collect();
        assert_eq!(path, ["44", "4420", "442000", "442000105"]);
    }

    #[test]
    fn every_industry_is_called_by_an_english_name() {
        let reference = load(Path::new("/nonexistent")).unwrap();
        let name = |code| reference.industry_name(code, Language::English);
        assert_eq!(name("C38"), "Manufacture of Electrical Machinery and Apparatus");
        assert_eq!(name("C3872"), "Manufacture of Electrical Machinery and Apparatus (C3872)");
        assert_eq!(name("X9"), "X9");
        assert_eq!(reference.industry_name("C3872", Language::Chinese), "照明灯具制造");
        for row in reference.industries() {
            assert!(name(&row.code).is_ascii(), "{}", row.code);
            let own = ["section", "division"].contains(&row.level.as_str());
            assert_eq!(row.name_en.is_empty(), !own, "{}", row.code);
        }
    }

    /// The error that a replaced file causes.
    fn failure(name: &str, text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
        load(dir.path()).unwrap_err().to_string()
    }

    #[test]
    fn an_operators_file_replaces_the_built_in_one() {
        let dir = tempfile::tempdir().unwrap();
        let text = "\u{feff}table,code,name_zh,name_en,sort\nneed_kind,odd,奇,Odd,1\n";
        std::fs::write(dir.path().join("code_tables.csv"), text).unwrap();
        let reference = load(dir.path()).unwrap();
        assert!(reference.has_code("need_kind", "odd"));
        assert!(!reference.has_code("need_kind", "tech_problem"));
        let built_in = load(Path::new("/nonexistent")).unwrap();
        assert_ne!(reference.fingerprint(), built_in.fingerprint());
    }

    #[test]
    fn a_contract_follows_the_rule_of_the_day_of_its_signing() {
        let dir = tempfile::tempdir().unwrap();
        let rules = "rule,region_code,valid_from,valid_to,value,source\n\
                     registration_days,,2020-01-01,2025-12-31,30,old\n\
                     registration_days,,2026-01-01,,60,new\n\
                     registration_days,4420,2026-01-01,,90,city\n";
        std::fs::write(dir.path().join("contract_rules.csv"), rules).unwrap();
        let reference = load(dir.path()).unwrap();
        let day = |text: &str| text.parse().unwrap();
        let days =
            |region, on| reference.contract_policy(region, day(on)).registration_days.unwrap_or(0);
        assert_eq!(days("440605", "2025-12-31"), 30);
        assert_eq!(days("440605", "2026-01-01"), 60);
        assert_eq!(days("442000105", "2025-12-31"), 30);
        assert_eq!(days("442000105", "2026-01-01"), 90);
        assert_eq!(days("442000105", "2019-12-31"), 0);
        let built_in = load(Path::new("/nonexistent")).unwrap();
        let license = |on| {
            let types = built_in.contract_policy("44", day(on)).contract_types;
            types.is_some_and(|types| types.contains("license"))
        };
        assert_eq!([license("2020-12-31"), license("2021-01-01")], [false, true]);
    }

    #[test]
    fn rules_on_contracts_that_cannot_be_are_refused() {
        let head = "rule,region_code,valid_from,valid_to,value,source\n";
        let cases = [
            ("registrant,,2020-01-01,,nobody,x\n", "line 2", "nobody"),
            ("registration_days,,2020-01-01,2019-01-01,3,x\n", "line 2", "ends before"),
            ("major_amount,,2020-01-01,,1.00001,x\n", "line 2", "decimals"),
            (
                "decision_days,,2020-01-01,,3,x\ndecision_days,,2019-01-01,2020-01-01,4,x\n",
                "line 3",
                "same region and time",
            ),
        ];
        for (rows, line, reason) in cases {
            let error = failure("contract_rules.csv", &format!("{head}{rows}"));
            assert!(error.contains(line) && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let missing = failure("regions.csv", "code,name\n44,广东省\n");
        assert!(missing.contains("regions.csv") && missing.contains("line: 2"), "{missing}");
    }

    #[test]
    fn a_tree_that_does_not_hold_together_is_refused() {
        let head = "code,name,name_en,level,parent_code,region_group\n";
        let cases = [
            ("44,广东省,,province,,\n4401,广州市,,city,45,\n", "line 3", "no row \"45\""),
            ("44,广东省,,province,,\n44,广东省,,province,,\n", "line 3", "line 2 already"),
            ("44,甲,,province,,\n45,乙,,province,,\n4501,丙,,city,44,\n", "line 4", "begin with"),
            ("44,广东省,,province,,\n440,广州市,,city,44,\n", "line 3", "4 digits"),
            ("4401,广州市,,city,,\n", "line 2", "no parent"),
            ("44,广东省,,land,,\n", "line 2", "unknown level"),
        ];
        for (rows, line, reason) in cases {
            let error = failure("regions.csv", &format!("{head}{rows}"));
            assert!(error.contains(line) && error.contains(reason), "{error}");
        }
        let industries = "code,name,name_en,level,parent_code\nC38,电气,,division,D\n";
        assert!(failure("industries.csv", industries).contains("line 2"));
    }

    #[test]
    fn a_list_of_holidays_that_cannot_be_meant_is_refused() {
        let cases = [
            ("2027-01-01,holiday,元旦,\n2027-01-01,holiday,元旦,\n", "line 2 already"),
            ("2027-02-30,holiday,春节,\n", "line: 2"),
            ("2027-01-01,feast,元旦,\n", "line: 2"),
            // A Wednesday.
            ("2027-01-01,holiday,元旦,\n2027-01-06,workday,元旦,\n", "line 3"),
        ];
        for (rows, reason) in cases {
            let error = failure("holidays.csv", &format!("date,kind,name_zh,name_en\n{rows}"));
            assert!(error.contains("holidays.csv") && error.contains(reason), "{error}");
        }
    }
}
