//! A need in one language finds an achievement in the other. `tests/data` holds the same matters in
//! Chinese and English: `cross_language.tsv` is older than the dictionary of terms, whose author knew
//! it; `cross_language_later.tsv` was written after it, and tells what to expect of other matters.

use std::sync::Arc;

use search_index::{
    Change, Document, Kind, MatchRequest, MatchSettings, Options, Profile, SearchIndex, Side,
    TextPart,
};

const KNOWN: &str = include_str!("../data/cross_language.tsv");
const LATER: &str = include_str!("../data/cross_language_later.tsv");

/// The matters of a file, Chinese first.
fn matters(file: &'static str) -> Vec<[&'static str; 2]> {
    let lines = file.lines();
    let matter = |line: &'static str| line.split_once('\t').expect("two titles a line");
    lines.map(matter).map(|(chinese, english)| [chinese, english]).collect()
}

/// An achievement of each matter in one language.
fn index(matters: &[[&str; 2]], language: usize) -> SearchIndex {
    let index = SearchIndex::create_in_ram(Options::default()).unwrap();
    let document = |(number, titles): (usize, &[&str; 2])| {
        let mut document =
            Document::new(format!("{number}"), Kind::Capability, titles[language].to_owned());
        document.open = true;
        Change::Upsert(document)
    };
    index.apply(matters.iter().enumerate().map(document).collect(), 1).unwrap();
    index
}

/// How many needs in the one language have their achievement in the other among the first.
fn found(file: &'static str, language: usize, within: usize) -> usize {
    let matters = matters(file);
    let index = index(&matters, 1 - language);
    let settings = Arc::new(MatchSettings::default());
    let finds = |(number, titles): &(usize, &[&str; 2])| {
        let request = MatchRequest {
            profile: Profile {
                side: Side::Need,
                parts: vec![TextPart::title(titles[language].to_owned())],
                ..Profile::default()
            },
            limit: within,
            settings: Arc::clone(&settings),
            ..MatchRequest::default()
        };
        let ranking = index.ranking(&request).unwrap();
        let found = ranking.iter().take(within).any(|(id, _)| *id == number.to_string());
        if !found {
            println!("not found: {titles:?}");
        }
        found
    };
    matters.iter().enumerate().filter(finds).count()
}

/// Checks that of ten needs at least so many find their achievement first, in both directions.
#[track_caller]
fn check(file: &'static str, least: usize) {
    let all = matters(file).len();
    for (language, direction) in ["Chinese to English", "English to Chinese"].iter().enumerate() {
        let first = found(file, language, 1);
        println!("{direction}: {first} first, {} among five of {all}", found(file, language, 5));
        assert!(first * 10 >= all * least, "{direction}: {first} of {all}");
    }
}

#[test]
fn needs_find_achievements_in_the_other_language() {
    check(KNOWN, 9);
}

#[test]
fn matters_that_the_dictionary_was_not_written_for_are_found_too() {
    check(LATER, 6);
}
