//! Reading the tables: the built-in files, or an operator's files of the same name.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::Reference;
use crate::error::{Error, Result};

const REGIONS: &str = include_str!("../../data/reference/regions.csv");
const INDUSTRIES: &str = include_str!("../../data/reference/industries.csv");
const CODES: &str = include_str!("../../data/reference/code_tables.csv");

/// Loads all tables; a file in `directory` replaces the built-in one of the same name.
///
/// # Errors
/// Names the file and line that cannot be read.
pub fn load(directory: &Path) -> Result<Reference> {
    Ok(Reference::new(
        table(directory, "regions.csv", REGIONS)?,
        table(directory, "industries.csv", INDUSTRIES)?,
        table(directory, "code_tables.csv", CODES)?,
    ))
}

fn table<T: DeserializeOwned>(directory: &Path, name: &str, built_in: &str) -> Result<Vec<T>> {
    let path = directory.join(name);
    let text = if path.is_file() { std::fs::read_to_string(&path)? } else { built_in.to_owned() };
    let text = text.trim_start_matches('\u{feff}');
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<std::result::Result<Vec<T>, _>>()
        .map_err(|error| Error::internal(format!("reference table {name}: {error}")))
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
    }

    #[test]
    fn an_operators_file_replaces_the_built_in_one() {
        let dir = tempfile::tempdir().unwrap();
        let text = "table,code,name_zh,name_en,sort\nneed_kind,odd,奇,Odd,1\n";
        std::fs::write(dir.path().join("code_tables.csv"), text).unwrap();
        let reference = load(dir.path()).unwrap();
        assert!(reference.has_code("need_kind", "odd"));
        assert!(!reference.has_code("need_kind", "tech_problem"));
    }

    #[test]
    fn a_broken_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("regions.csv"), "code,name\n44\n").unwrap();
        assert!(load(dir.path()).unwrap_err().to_string().contains("regions.csv"));
    }
}
