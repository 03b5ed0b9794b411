//! The rules of the architecture that can be read off the imports: which libraries and which parts
//! of the service a file may use.

use std::path::{Path, PathBuf};

/// Source files of the service with their path below `src/`, without their unit tests.
fn sources() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "only {} files found", found.len());
    found
}

fn collect(root: &Path, dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines: Vec<&str> =
                code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.push((name, lines.join("\n")));
        }
    }
}

/// Whether the code names the library: as the first part of a path.
fn uses(code: &str, library: &str) -> bool {
    code.match_indices(library).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let free = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        let rest = &code[at + library.len()..];
        free && (rest.starts_with("::") || rest.starts_with(';') || rest.starts_with(" as "))
    })
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn offenders(library: &str, may: impl Fn(&str) -> bool) -> Vec<String> {
    sources()
        .into_iter()
        .filter(|(path, code)| !may(path) && uses(code, library))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn only_the_fronts_know_http() {
    let may = |path: &str| {
        let front = ["api.rs", "pages.rs"].contains(&file_name(path))
            || path.contains("/api/")
            || path.contains("/pages/");
        front || path.starts_with("http/") || path == "app.rs" || path == "cli/serve.rs"
    };
    for library in
        ["actix_web", "actix_cors", "actix_multipart", "tracing_actix_web", "utoipa_actix_web"]
    {
        assert_eq!(offenders(library, may), Vec::<String>::new(), "{library}");
    }
}

#[test]
fn only_stores_know_the_database() {
    let may = |path: &str| {
        let own = path.starts_with("db/") || path == "error.rs";
        own || ["store.rs", "model.rs"].contains(&file_name(path)) || path.contains("/store/")
    };
    // The macro that declares ids derives diesel's traits wherever it is used; it names them
    // by full paths inside `db/`, so its users need no import.
    assert_eq!(offenders("diesel", may), Vec::<String>::new());
}

#[test]
fn only_the_search_crate_knows_the_engine() {
    for library in ["tantivy", "jieba_rs"] {
        assert_eq!(offenders(library, |_| false), Vec::<String>::new(), "{library}");
    }
}

#[test]
fn models_do_no_input_or_output() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        if file_name(&path) != "model.rs" {
            continue;
        }
        for forbidden in ["crate::app::", "crate::http::", "&mut Db", "std::fs", "::store::"] {
            if code.contains(forbidden) {
                wrong.push(format!("{path} uses {forbidden}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The first folder of a path, or the file's own name for modules at the top.
fn folder(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

#[test]
fn no_folder_reaches_into_anothers_store() {
    // The records' own store of versions and changes is what the indexer feeds from.
    let shared = ["records", "disclosure"];
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        for (at, _) in code.match_indices("store") {
            let before: Vec<&str> =
                code[..at].rsplit([' ', '\n', '(', '{', '&', '<']).take(1).collect();
            let Some(chain) = before.first().and_then(|c| c.strip_prefix("crate::")) else {
                continue;
            };
            let owner = chain.split("::").next().unwrap_or_default();
            if owner != folder(&path) && !shared.contains(&owner) && chain.ends_with("::") {
                wrong.push(format!("{path}: crate::{chain}store"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn stores_never_open_transactions_or_decide() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let is_store = file_name(&path) == "store.rs" || path.contains("/store/");
        if !is_store {
            continue;
        }
        for forbidden in ["crate::app::", ".transaction(", "crate::http::extract", "::ops::"] {
            if code.contains(forbidden) {
                wrong.push(format!("{path} uses {forbidden}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
