//! Every text that people read is in `locales/`, in both languages, with the same values in each; what
//! code and templates name is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// Where Chinese words stand in code for another reason than to be read on a page or in an answer.
const CHINESE: [(&str, &str); 21] = [
    ("src/benchmark/", "invented records to measure with"),
    ("src/cli/user.rs", "examples of names in the help of a command"),
    ("src/contracts/form/", "a Chinese paper for a Chinese registry, whoever asks"),
    ("src/demo/", "invented records"),
    ("src/diagnosis/", "words that are looked for in texts"),
    ("src/embeddings/yardstick.rs", "texts that a model is measured with"),
    ("src/http/openapi.rs", "the unit of amounts, as the API counts them"),
    ("src/http/openapi/tags.rs", "the document is read by both at once"),
    ("src/import/", "columns and words of spreadsheets, which are read as they come"),
    ("src/capabilities/document.rs", "separators of texts that are searched"),
    ("src/money.rs", "the unit of amounts, as the API counts them"),
    ("src/needs/document.rs", "separators of texts that are searched"),
    ("src/organizations/document.rs", "separators of texts that are searched"),
    ("src/records/rules.rs", "the sign of an extension in telephone numbers"),
    ("src/reading.rs", "digits as they are typed"),
    ("src/search/cards/", "separators of texts that are searched"),
    ("src/towns/document.rs", "separators of texts that are searched"),
    ("src/visits/", "marks at which typed text is cut"),
    ("src/disclosure/persons.rs", "the mask of a name"),
    ("src/messages/escape.rs", "signs that are put in place of others"),
    ("src/reference/places.rs", "brackets of a place"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of these endings, and its path from the root.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let (mut folders, mut found) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.extension().is_some_and(|e| e == *ending)) {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// The literals of Rust code that runs, as they are written: without comments, without its unit tests.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut signs = code.chars().peekable();
    let mut before = '\n';
    while let Some(sign) = signs.next() {
        match sign {
            '/' if signs.peek() == Some(&'/') => {
                while signs.next_if(|next| *next != '\n').is_some() {}
            }
            '\'' if !before.is_alphanumeric() => {
                // A character; of a lifetime it takes its name, which holds no literal either.
                let first = signs.next();
                if first == Some('\\') {
                    signs.next();
                }
                found.extend(first.map(String::from));
                signs.next_if_eq(&'\'');
            }
            '"' => {
                let mut literal = String::new();
                while let Some(next) = signs.next().filter(|next| *next != '"') {
                    literal.push(next);
                    if next == '\\' {
                        literal.extend(signs.next());
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
        before = sign;
    }
    found
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|sign| matches!(sign, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}'))
}

/// All texts by language and key.
fn texts() -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = root().join("locales");
    rust_i18n_support::load_locales(folder.to_str().unwrap(), |_| false)
}

/// The names in `%{…}` of a text.
fn values(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn literals_are_found() {
    let code = "// \"说\"\nlet a = \"你\\\"好\"; let b: &'static str = x('、', '\\n'); // '不'\nf(\"a.b\")";
    let found = literals(code);
    assert!(
        found.contains(&"你\\\"好".to_owned()) && found.contains(&"a.b".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"、".to_owned()), "{found:?}");
    assert!(!found.iter().any(|one| one.contains('说') || one.contains('不')), "{found:?}");
}

#[test]
fn no_chinese_stands_in_code_templates_or_scripts() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (name, code) in files("src", &["rs"]) {
        if name.ends_with("/tests.rs") {
            continue;
        }
        let Some(literal) = literals(&code).into_iter().find(|one| is_chinese(one)) else {
            continue;
        };
        match CHINESE.iter().find(|(prefix, _)| name.starts_with(prefix)) {
            Some((prefix, _)) => drop(used.insert(*prefix)),
            None => wrong.push(format!("{name}: {literal}")),
        }
    }
    for (name, text) in files("templates", &["html"]).into_iter().chain(files("static", &["js"])) {
        wrong.extend(
            text.lines().find(|line| is_chinese(line)).map(|line| format!("{name}: {line}")),
        );
    }
    assert_eq!(wrong, Vec::<String>::new(), "these belong into locales/");
    let idle: Vec<_> = CHINESE.iter().filter(|(prefix, _)| !used.contains(prefix)).collect();
    assert!(idle.is_empty(), "nothing Chinese is there any more: {idle:?}");
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_values() {
    let texts = texts();
    assert_eq!(texts.keys().map(String::as_str).collect::<Vec<_>>(), ["en", "zh-CN"]);
    let (english, chinese) = (&texts["en"], &texts["zh-CN"]);
    assert!(chinese.len() > 1_000);
    let missing: Vec<_> = chinese
        .keys()
        .filter(|key| !english.contains_key(*key))
        .chain(english.keys().filter(|key| !chinese.contains_key(*key)))
        .collect();
    assert!(missing.is_empty(), "in one language only: {missing:?}");
    // These speak of `%{` itself.
    let differ: Vec<_> = chinese
        .iter()
        .filter(|(key, _)| !key.starts_with("field.template_"))
        .filter(|(key, text)| values(text) != values(&english[*key]))
        .map(|(key, _)| key)
        .collect();
    assert!(differ.is_empty(), "other values in one language: {differ:?}");
    let untranslated: Vec<_> =
        english.iter().filter(|(_, text)| text.chars().any(is_han)).map(|(key, _)| key).collect();
    assert!(untranslated.iter().all(|key| BILINGUAL.contains(&key.as_str())), "{untranslated:?}");
}

/// English texts that name something by its Chinese name as well.
const BILINGUAL: &[&str] = &[
    "cell.not_an_amount",
    "cli.import.unowned",
    "field.unknown_region",
    "field.unknown_town",
    "page.brand_other",
    "page.form.town_hint",
    "page.nav.other_language",
];

fn is_han(sign: char) -> bool {
    matches!(sign, '\u{4e00}'..='\u{9fff}')
}

#[test]
fn every_text_that_is_named_is_there() {
    let texts = texts();
    let known = &texts["zh-CN"];
    let tops: BTreeSet<&str> = known.keys().filter_map(|key| key.split('.').next()).collect();
    let is_key = |text: &str| {
        let mut parts = text.split('.');
        parts.next().is_some_and(|top| tops.contains(top))
            && text.contains('.')
            && !text.ends_with('.')
            && text.chars().all(|sign| {
                sign.is_ascii_lowercase() || sign.is_ascii_digit() || "._".contains(sign)
            })
    };
    let mut missing = Vec::new();
    for (name, code) in files("src", &["rs"]) {
        for literal in literals(&code).iter().filter(|literal| is_key(literal)) {
            let found = [literal.clone(), format!("page.{literal}")];
            let found = found.iter().any(|key| known.contains_key(key.as_str()));
            if !found && !names_something_else(&name, literal) {
                missing.push(format!("{name}: {literal}"));
            }
        }
    }
    for (name, template) in files("templates", &["html"]) {
        for call in ["page.t(\"", "page.fill(\""] {
            for rest in template.split(call).skip(1) {
                let (key, after) = rest.split_once('"').unwrap();
                let key = format!("page.{key}");
                // What follows is put together: `page.t("a." ~ b)`.
                let whole = after.starts_with([')', ',']);
                if whole && !known.contains_key(&key) {
                    missing.push(format!("{name}: {key}"));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "not in locales/");
}

/// Whether what looks like a key is the name of a template, a setting or an action in the audit.
fn names_something_else(file: &str, literal: &str) -> bool {
    literal.ends_with(".html") || file.starts_with("src/config/") || NO_TEXTS.contains(&literal)
}

/// Actions as the audit names them, and the kind of a mail.
const NO_TEXTS: [&str; 6] = [
    "role.grant",
    "role.revoke",
    "report.lock",
    "report.correct",
    "suggestion.dismiss",
    "mail.verify",
];
