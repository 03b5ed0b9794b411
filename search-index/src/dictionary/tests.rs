//! Reads every dictionary file the way its README describes it and names the first wrong line.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::analysis::{fold, grams, pinyin, words};

fn terms(text: &str) -> Vec<String> {
    words(text).into_iter().map(|token| token.text).collect()
}

/// Words that occur twice in a file, or that are not in their folded form.
fn flaws(words: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let mut seen = HashSet::new();
    words.into_iter().filter(|word| !seen.insert(fold(word)) || fold(word) != *word).collect()
}

#[test]
fn every_user_word_is_one_token() {
    let broken: Vec<_> = user_words()
        .map(|word| (word, terms(word)))
        .filter(|(_, found)| found.len() != 1)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(user_words().count() >= 400);
}

#[test]
fn user_words_are_unique_and_no_stop_words() {
    let folded: Vec<String> = user_words().map(fold).collect();
    let mut seen = HashSet::new();
    let doubled: Vec<_> = folded.iter().filter(|word| !seen.insert(*word)).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    let stopped: Vec<_> = folded.iter().filter(|word| is_stop_word(word)).collect();
    assert!(stopped.is_empty(), "{stopped:?}");
}

#[test]
fn stop_words_are_folded_and_unique() {
    assert_eq!(flaws(entries(STOP_WORDS).flat_map(str::split_whitespace)), [""; 0]);
    assert!(terms("的和与及").is_empty());
}

#[test]
fn genre_words_weigh_between_nothing_and_a_full_word() {
    let mut all = Vec::new();
    for line in entries(GENRE_WORDS) {
        let (weight, rest) = weighted(line).unwrap_or_else(|| panic!("no weight: {line}"));
        assert!(weight > 0.0 && weight < 1.0, "{line}");
        all.extend(rest.split_whitespace());
    }
    assert_eq!(flaws(all.iter().copied()), [""; 0]);
    let stopped: Vec<_> = all.into_iter().filter(|word| is_stop_word(word)).collect();
    assert!(stopped.is_empty(), "{stopped:?}");
    assert!(genre_weight("产业化") < genre_weight("检测"));
    assert_eq!(genre_weight("釉料"), 1.0);
}

#[test]
fn every_term_has_a_chinese_and_an_english_word_that_find_each_other() {
    let mut seen = HashSet::new();
    for line in entries(TERMS) {
        let (chinese, english) = line.split_once(' ').unwrap_or_else(|| panic!("one word: {line}"));
        assert!(seen.insert(chinese) && fold(line) == line, "{line}");
        assert!(!chinese.is_ascii() && english.is_ascii(), "{line}");
        let key = terms(chinese).join(" ");
        for word in english.split(' ') {
            let [term] = &terms(word)[..] else { panic!("no single term: {word}") };
            assert!(synonyms(&key).iter().any(|(found, _)| found == term), "{line}");
            assert!(!synonyms(term).is_empty(), "{line}");
        }
    }
}

#[test]
fn every_variant_is_replaced_and_stays_replaced() {
    let mut seen = HashSet::new();
    for line in entries(VARIANTS) {
        let (canonical, forms) = line.split_once('=').unwrap_or_else(|| panic!("no '=': {line}"));
        assert_eq!(fold(canonical), canonical, "the canonical form is itself replaced: {line}");
        assert!(forms.split_whitespace().count() > 0, "{line}");
        for form in forms.split_whitespace() {
            assert_eq!(fold(form), canonical, "{line}");
            assert!(seen.insert(form), "twice: {form}");
        }
    }
}

#[test]
fn variants_leave_longer_words_alone() {
    for word in ["专家俱乐部", "石墨稀释", "电磁器件", "方程式", "新生胚胎", "地图象征"]
    {
        assert_eq!(fold(word), word);
    }
}

#[test]
fn traditional_characters_have_one_simplified_form() {
    let mut seen = HashSet::new();
    for line in entries(TRADITIONAL) {
        let (simple, forms) = line.split_once('=').unwrap_or_else(|| panic!("no '=': {line}"));
        assert_eq!(simple.chars().count(), 1, "{line}");
        let simple = simple.chars().next().unwrap();
        assert_eq!(simplified(simple), simple, "simplified further: {line}");
        for form in forms.chars() {
            assert!(('\u{4e00}'..='\u{9fff}').contains(&form), "{line}");
            assert_eq!(simplified(form), simple, "{line}");
            assert!(seen.insert(form), "twice: {form}");
        }
    }
    assert!(seen.len() > 2_500);
}

#[test]
fn synonym_groups_are_well_formed() {
    let mut pairs = BTreeMap::new();
    let mut groups = 0;
    for line in entries(SYNONYMS) {
        let (weight, group) = weighted(line).unwrap_or_else(|| panic!("no weight: {line}"));
        assert!(weight > 0.0 && weight < 1.0, "{line}");
        let found = members(&group.replace('>', " "));
        assert!(found.len() > 1, "one member: {line}");
        assert!(found.iter().all(|member| !member.is_empty()), "a member is a stop word: {line}");
        assert!(found.iter().all(|member| member.len() <= LONGEST_ENTRY), "too long: {line}");
        for (at, one) in found.iter().enumerate() {
            for other in &found[at + 1..] {
                assert_ne!(one, other, "the same word twice: {line}");
                let pair = (one.min(other).clone(), one.max(other).clone());
                if !group.contains('>') {
                    assert_eq!(pairs.insert(pair, line), None, "pair given twice: {line}");
                }
            }
        }
        groups += 1;
    }
    assert!(groups >= 150);
}

#[test]
fn synonyms_lead_both_ways_and_broad_words_only_down() {
    let weight = |word: &str, other: &str| {
        synonyms(word).iter().find(|(term, _)| term == other).map(|(_, weight)| *weight)
    };
    assert_eq!(weight("电饭锅", "电饭煲"), Some(0.95));
    assert_eq!(weight("电饭煲", "电饭锅"), Some(0.95));
    assert!(weight("刀剪", "菜刀").is_some());
    assert_eq!(weight("菜刀", "刀剪"), None);
    assert!(synonyms("没有这样的词").is_empty());
}

#[test]
fn synonyms_of_several_words_share_their_weight_and_are_found_together() {
    let found = synonyms("打样");
    let shares: Vec<_> =
        found.iter().filter(|(term, _)| term == "样品" || term == "制作").collect();
    assert_eq!(shares.len(), 2, "{found:?}");
    assert!(shares.iter().all(|(_, weight)| *weight == 0.45));
    let expanded = expansions(&words("样品制作"));
    assert!(expanded.iter().any(|(term, _)| term == "打样"), "{expanded:?}");
    assert!(expansions(&words("电饭锅与电饭煲")).iter().all(|(term, _)| term != "电饭煲"));
}

#[test]
fn readings_have_a_syllable_for_each_character_and_say_something_new() {
    let (mut seen, mut needless) = (HashSet::new(), Vec::new());
    for line in entries(PINYIN) {
        let (phrase, syllables) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert_eq!(phrase.chars().count(), syllables.split_whitespace().count(), "{line}");
        assert!(syllables.chars().all(|c| c == ' ' || c.is_ascii_lowercase()), "{line}");
        assert!(seen.insert(phrase), "twice: {phrase}");
        assert_eq!(pinyin::full(phrase), syllables.replace(' ', ""), "{line}");
        if pinyin::full_without(phrase) == syllables.replace(' ', "") {
            needless.push(phrase);
        }
    }
    assert!(needless.is_empty(), "{}", needless.join(" "));
}

#[test]
fn units_are_folded_and_unique() {
    let mut names = Vec::new();
    for line in entries(UNITS) {
        let mut parts = line.split_whitespace().skip(1);
        let factor: f64 = parts.next().and_then(|f| f.parse().ok()).unwrap_or_default();
        assert!(factor > 0.0, "{line}");
        names.extend(parts);
    }
    assert_eq!(flaws(names), [""; 0]);
}

#[test]
fn the_fingerprint_is_stable_within_a_build() {
    assert_eq!(dictionary_fingerprint(), dictionary_fingerprint());
    assert_eq!(dictionary_fingerprint().len(), 16);
}

#[test]
fn user_words_are_found_by_their_characters_too() {
    for word in user_words().filter(|word| word.chars().count() > 1) {
        assert!(grams(word).len() >= 2, "{word}");
    }
}
