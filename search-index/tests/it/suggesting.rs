//! Completion.

use search_index::{Document, SearchIndex, Viewer};

use crate::support::*;

fn with(id: &str, phrases: &[&str]) -> Document {
    let suggestions = phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
    Document { suggestions, ..capability(id, "标题") }
}

fn texts(index: &SearchIndex, typed: &str) -> Vec<String> {
    let found = index.suggest(typed, &Viewer::default(), 10).unwrap();
    found.into_iter().map(|suggestion| suggestion.text).collect()
}

#[test]
fn text_pinyin_and_initials_complete() {
    let index = index([with("a", &["电饭锅", "涂层"]), with("b", &["LED 灯珠"])]);
    for typed in ["电", "电饭", "电饭锅", "dian", "dianfanguo", "Dian Fan", "d", "dfg", "DFG"]
    {
        assert_eq!(texts(&index, typed), ["电饭锅"], "{typed}");
    }
    for typed in ["led", "LED 灯", "ｌｅｄ"] {
        assert_eq!(texts(&index, typed), ["LED 灯珠"], "{typed}");
    }
    for typed in ["", " ", "饭锅", "xyz", "！"] {
        assert!(texts(&index, typed).is_empty(), "{typed}");
    }
}

#[test]
fn phrase_of_more_documents_comes_first() {
    let index = index([with("a", &["电饭锅"]), with("b", &["电机"]), with("c", &["电机", "电机"])]);
    let found = index.suggest("d", &Viewer::default(), 10).unwrap();
    let pairs: Vec<_> = found.iter().map(|s| (s.text.as_str(), s.count)).collect();
    assert_eq!(pairs, [("电机", 2), ("电饭锅", 1)]);
    assert_eq!(index.suggest("d", &Viewer::default(), 1).unwrap().len(), 1);
}

#[test]
fn documents_that_are_not_open_suggest_nothing_to_anybody() {
    let index = index([Document { open: false, ..with("a", &["保密项目"]) }]);
    for viewer in [Viewer::default(), Viewer::everything()] {
        assert!(index.suggest("保密", &viewer, 10).unwrap().is_empty());
    }
}

#[test]
fn closed_or_deleted_phrase_is_gone_before_segments_merge() {
    let index = index([with("a", &["电饭锅"]), with("b", &["电饭锅"]), with("c", &["电机"])]);
    add(&index, [Document { open: false, ..with("a", &["电饭锅"]) }]);
    assert_eq!(index.suggest("dfg", &Viewer::default(), 10).unwrap()[0].count, 1);
    delete(&index, "b");
    assert!(texts(&index, "dfg").is_empty());
    assert!(texts(&index, "电饭").is_empty());
    assert_eq!(texts(&index, "电"), ["电机"]);
}

#[test]
fn spellings_of_a_phrase_are_one_suggestion() {
    let index = index([with("a", &["LED灯"]), with("b", &["led灯"]), with("c", &["ＬＥＤ灯"])]);
    let found = index.suggest("led", &Viewer::default(), 10).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].count, 3);
}
