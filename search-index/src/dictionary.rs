//! The word lists behind the analysis: read once from the text files in `dict/`.
//!
//! Every file's format is described in `dict/README.md`. A wrong line is a mistake of ours, not of
//! a user, so it is found by the tests in `dictionary/tests.rs` and skipped at run time.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::analysis;
use crate::charset::CharSet;

#[cfg(test)]
mod tests;

pub(crate) const USER_WORDS: &str = include_str!("../dict/user_dictionary.txt");
pub(crate) const STOP_WORDS: &str = include_str!("../dict/stop_words.txt");
pub(crate) const GENRE_WORDS: &str = include_str!("../dict/genre_words.txt");
pub(crate) const VARIANTS: &str = include_str!("../dict/variants.txt");
pub(crate) const TRADITIONAL: &str = include_str!("../dict/traditional.txt");
pub(crate) const SYNONYMS: &str = include_str!("../dict/synonyms.txt");
pub(crate) const TERMS: &str = include_str!("../dict/terms.txt");
pub(crate) const PATENTS: &str = include_str!("../dict/ipc_industries.txt");
pub(crate) const UNITS: &str = include_str!("../dict/units.txt");
pub(crate) const PINYIN: &str = include_str!("../dict/pinyin.txt");

/// Raised whenever the analysis gives other terms for the same text although no dictionary
/// changed: an index holding the old terms must then be built anew.
const ANALYSER_VERSION: &str = "townbridge-analyser 2, jieba-rs 0.11, snowball english";

/// The lines of a dictionary file that carry an entry.
pub(crate) fn entries(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The trade words added to the segmenter's own dictionary, as written in the file.
pub fn user_words() -> impl Iterator<Item = &'static str> {
    entries(USER_WORDS).flat_map(str::split_whitespace)
}

/// Whether a folded word only serves grammar and is left out of the word terms.
pub fn is_stop_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> =
        LazyLock::new(|| entries(STOP_WORDS).flat_map(str::split_whitespace).collect());
    WORDS.contains(word)
}

/// How much a folded word says about the matter of a text, from 0 to 1.
///
/// Words that nearly every need and every achievement carries (研究, 关键, 产业化) stay findable
/// but should hardly decide a ranking. Words not listed weigh 1.
pub fn genre_weight(word: &str) -> f32 {
    static WEIGHTS: LazyLock<HashMap<&'static str, f32>> = LazyLock::new(|| {
        entries(GENRE_WORDS)
            .filter_map(weighted)
            .flat_map(|(weight, rest)| rest.split_whitespace().map(move |word| (word, weight)))
            .collect()
    });
    WEIGHTS.get(word).copied().unwrap_or(1.0)
}

/// Splits a line into its leading weight and the rest.
pub(crate) fn weighted(line: &'static str) -> Option<(f32, &'static str)> {
    let (weight, rest) = line.split_once(char::is_whitespace)?;
    Some((weight.parse().ok()?, rest.trim()))
}

/// The simplified form of a traditional character; any other character is returned unchanged.
pub(crate) fn simplified(character: char) -> char {
    static TABLE: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut table: Vec<char> = (HAN_FIRST..=HAN_LAST).collect();
        for (simple, forms) in entries(TRADITIONAL).filter_map(|line| line.split_once('=')) {
            let Some(simple) = simple.chars().next() else { continue };
            for form in forms.chars().filter(|c| (HAN_FIRST..=HAN_LAST).contains(c)) {
                table[form as usize - HAN_FIRST as usize] = simple;
            }
        }
        table
    });
    if (HAN_FIRST..=HAN_LAST).contains(&character) {
        TABLE[character as usize - HAN_FIRST as usize]
    } else {
        character
    }
}

const HAN_FIRST: char = '\u{4e00}';
const HAN_LAST: char = '\u{9fff}';

/// One spelling that is replaced by another before a text is cut into terms.
pub(crate) struct Variant {
    /// The characters as met in a text, already folded character by character.
    pub found: Vec<char>,
    /// What stands in their place afterwards.
    pub canonical: Vec<char>,
}

/// The spellings to replace that begin with a character, the longest first.
pub(crate) fn variants(first: char) -> &'static [Variant] {
    // Asked for every character of every text, of which hardly any begins one.
    static FIRSTS: LazyLock<CharSet> =
        LazyLock::new(|| VARIANTS_BY_FIRST.keys().copied().collect());
    static VARIANTS_BY_FIRST: LazyLock<HashMap<char, Vec<Variant>>> = LazyLock::new(|| {
        let mut by_first: HashMap<char, Vec<Variant>> = HashMap::new();
        for (canonical, forms) in entries(VARIANTS).filter_map(|line| line.split_once('=')) {
            for form in forms.split_whitespace() {
                let found: Vec<char> = form.chars().collect();
                let canonical = canonical.trim().chars().collect();
                by_first.entry(found[0]).or_default().push(Variant { found, canonical });
            }
        }
        for forms in by_first.values_mut() {
            forms.sort_by_key(|variant| std::cmp::Reverse(variant.found.len()));
        }
        by_first
    });
    if !FIRSTS.may_contain(first) {
        return &[];
    }
    VARIANTS_BY_FIRST.get(&first).map_or(&[], Vec::as_slice)
}

/// Words of like meaning for a word term (folded, one of [`analysis::words()`]), each with the
/// weight it deserves beside the word itself, the weightiest first.
///
/// A synonym of several words appears as these words, which share its weight; those of them that
/// any text of the kind holds count less, see [`genre_weight`].
pub fn synonyms(word: &str) -> &'static [(String, f32)] {
    SYNONYMS_BY_WORD.get(word).map_or(&[], Vec::as_slice)
}

/// Synonyms of the words of a whole text and of neighbouring words that together are an entry
/// (卫浴 五金 → 水暖), without the words the text holds itself.
pub fn expansions(tokens: &[analysis::Token]) -> Vec<(String, f32)> {
    let present: HashSet<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut best: HashMap<&str, f32> = HashMap::new();
    for length in 1..=LONGEST_ENTRY {
        for window in tokens.windows(length) {
            let key = window.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
            for (term, weight) in synonyms(&key) {
                if !present.contains(term.as_str()) {
                    let known = best.entry(term).or_insert(0.0);
                    *known = known.max(*weight);
                }
            }
        }
    }
    let mut found: Vec<_> = best.into_iter().map(|(term, w)| (term.to_string(), w)).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found
}

/// The most words one side of a synonym is made of.
const LONGEST_ENTRY: usize = 3;

/// Weight of a term in the other language beside the term itself.
const TERM_WEIGHT: f32 = 0.7;

type SynonymTable = HashMap<String, Vec<(String, f32)>>;

static SYNONYMS_BY_WORD: LazyLock<SynonymTable> = LazyLock::new(|| {
    let mut table = SynonymTable::new();
    let terms = entries(TERMS).map(|group| (TERM_WEIGHT, group));
    for (weight, group) in entries(SYNONYMS).filter_map(weighted).chain(terms) {
        let (broad, narrow) = match group.split_once('>') {
            Some((broad, narrow)) => (members(broad), members(narrow)),
            None => (members(group), members(group)),
        };
        for word in &broad {
            for other in narrow.iter().filter(|other| *other != word) {
                let share = weight / other.len() as f32;
                for term in other.iter().filter(|term| !word.contains(term)) {
                    let weight = share * genre_weight(term);
                    add_synonym(table.entry(word.join(" ")).or_default(), term, weight);
                }
            }
        }
    }
    for found in table.values_mut() {
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    table
});

/// The members of a synonym group, each as the word terms the analysis makes of it.
pub(crate) fn members(group: &str) -> Vec<Vec<String>> {
    group
        .split_whitespace()
        .map(|member| analysis::words(member).into_iter().map(|token| token.text).collect())
        .collect()
}

fn add_synonym(found: &mut Vec<(String, f32)>, term: &str, weight: f32) {
    match found.iter_mut().find(|(known, _)| known == term) {
        Some(entry) => entry.1 = entry.1.max(weight),
        None => found.push((term.to_string(), weight)),
    }
}

/// Readings that differ from a character's most common one, by the phrase that calls for them.
pub(crate) struct Reading {
    /// The phrase, in simplified characters.
    pub phrase: Vec<char>,
    /// One syllable for each character.
    pub syllables: Vec<&'static str>,
}

/// The readings whose phrase begins with a character, the longest first.
pub(crate) fn readings(first: char) -> &'static [Reading] {
    static READINGS: LazyLock<HashMap<char, Vec<Reading>>> = LazyLock::new(|| {
        let mut by_first: HashMap<char, Vec<Reading>> = HashMap::new();
        for line in entries(PINYIN) {
            let mut parts = line.split_whitespace();
            let phrase: Vec<char> = parts.next().unwrap_or_default().chars().collect();
            let syllables: Vec<&'static str> = parts.collect();
            if let (Some(first), true) = (phrase.first(), phrase.len() == syllables.len()) {
                by_first.entry(*first).or_default().push(Reading { phrase, syllables });
            }
        }
        for found in by_first.values_mut() {
            found.sort_by_key(|reading| std::cmp::Reverse(reading.phrase.len()));
        }
        by_first
    });
    READINGS.get(&first).map_or(&[], Vec::as_slice)
}

/// Names the exact analysis: it changes whenever a dictionary file or the analyser does, and an
/// index made under another fingerprint must be rebuilt.
pub fn dictionary_fingerprint() -> String {
    // FNV-1a: stable between builds and machines, which the standard hasher does not promise.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let files = [
        USER_WORDS,
        STOP_WORDS,
        GENRE_WORDS,
        VARIANTS,
        TRADITIONAL,
        SYNONYMS,
        TERMS,
        UNITS,
        PINYIN,
    ];
    for part in std::iter::once(ANALYSER_VERSION).chain(files) {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
