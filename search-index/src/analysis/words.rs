//! Word terms: segmented Chinese, stemmed English, numbers.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use jieba_rs::Jieba;
use tantivy::tokenizer::Tokenizer;

use super::normalize::{Folded, fold};
use super::runs::{Run, Script, runs};
use super::{TermStream, Token};
use crate::dictionary;

/// Loading takes a tenth of a second, so it happens once, at the first text.
static SEGMENTER: LazyLock<Jieba> = LazyLock::new(|| {
    let mut segmenter = Jieba::new();
    for word in dictionary::user_words() {
        // Without a frequency the segmenter picks one that makes the word win against its parts.
        segmenter.add_word(&fold(word), None, None);
    }
    segmenter
});

/// User words of Chinese and letters, such as T恤, which the runs would part.
static MIXED: LazyLock<HashSet<String>> = LazyLock::new(|| {
    dictionary::user_words().map(fold).filter(|word| runs(word).len() > 1).collect()
});

/// The parts of these that are letters.
static MIXED_LETTERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let letters = |word: &String| -> Vec<String> {
        let latin = runs(word).into_iter().filter(|(script, ..)| *script == Script::Latin);
        latin.map(|(_, from, to)| word[from..to].to_owned()).collect()
    };
    MIXED.iter().flat_map(letters).collect()
});

/// Words shorter than this are left unstemmed: most are abbreviations (ABS, PPS), no plurals.
const SHORTEST_STEMMED: usize = 5;

/// The word terms of a text, without stop words, in the order of the text.
///
/// Chinese is segmented precisely, so that words never overlap.
pub fn words(text: &str) -> Vec<Token> {
    let folded = Folded::new(text);
    let text = folded.text();
    let mut found = Vec::with_capacity(text.len() / 5);
    let every = Wanted { in_run: |_: &str| true, begins: |_| true };
    each_word(text, &runs(text), &every, |word, from, to| {
        let (start, end) = folded.origin(from, to);
        found.push(Token { text: word.into_owned(), from: start, to: end });
    });
    found
}

/// Which words are looked for. Either may say yes too often, but never no to one that is.
pub(crate) struct Wanted<R, B> {
    /// Whether a run of Chinese can hold one. A run is segmented by itself, so leaving one out
    /// changes nothing in the others.
    pub in_run: R,
    /// Whether one begins with a character.
    pub begins: B,
}

/// The word terms of a folded text, cut into its runs, that are wanted, with their byte ranges.
pub(crate) fn each_word<'a>(
    text: &'a str,
    runs: &[Run],
    wanted: &Wanted<impl Fn(&str) -> bool, impl Fn(char) -> bool>,
    mut found: impl FnMut(Cow<'a, str>, usize, usize),
) {
    let mut spans = cut(text, runs, &wanted.in_run);
    merge_mixed(text, &mut spans);
    let stemmer = Stemmer::new(Algorithm::English);
    for (from, to) in spans {
        let word = &text[from..to];
        // Stemming leaves the first letter as it is.
        if word.starts_with(&wanted.begins) && !dictionary::is_stop_word(word) {
            found(stem(&stemmer, word), from, to);
        }
    }
}

/// Whether a run of letters touches a run of Chinese that it may be one word with.
fn joins_neighbour(text: &str, runs: &[Run], at: usize) -> bool {
    let (_, from, to) = runs[at];
    let joins = |other: &Run, touches: bool| {
        touches && other.0 == Script::Latin && MIXED_LETTERS.contains(&text[other.1..other.2])
    };
    let before = at.checked_sub(1).map(|at| &runs[at]);
    before.is_some_and(|run| joins(run, run.2 == from))
        || runs.get(at + 1).is_some_and(|run| joins(run, run.1 == to))
}

/// The words of a text as they are written: folded, but with stop words and not stemmed, for looking
/// them up in lists.
pub(crate) fn surface_words(text: &str) -> Vec<String> {
    let folded = Folded::new(text);
    let text = folded.text();
    let spans = cut(text, &runs(text), |_: &str| true);
    spans.into_iter().map(|(from, to)| text[from..to].to_owned()).collect()
}

fn cut(text: &str, runs: &[Run], holds: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
    let mut spans = Vec::with_capacity(text.len() / 5);
    for (number, &(script, from, to)) in runs.iter().enumerate() {
        if script == Script::Latin {
            spans.push((from, to));
            continue;
        }
        if !holds(&text[from..to]) && !joins_neighbour(text, runs, number) {
            continue;
        }
        let mut at = from;
        for token in SEGMENTER.cut(&text[from..to], false) {
            spans.push((at, at + token.word.len()));
            at += token.word.len();
        }
    }
    spans
}

/// Joins neighbouring spans that together are a user word of two scripts.
fn merge_mixed(text: &str, spans: &mut Vec<(usize, usize)>) {
    let mut kept: usize = 0;
    for at in 0..spans.len() {
        let (from, to) = spans[at];
        if let Some(last) = kept.checked_sub(1) {
            let joined = spans[last].0..to;
            if spans[last].1 == from
                && is_ascii_byte(text, from) != is_ascii_byte(text, from - 1)
                && MIXED.contains(&text[joined])
            {
                spans[last].1 = to;
                continue;
            }
        }
        spans[kept] = (from, to);
        kept += 1;
    }
    spans.truncate(kept);
}

fn is_ascii_byte(text: &str, at: usize) -> bool {
    text.as_bytes()[at].is_ascii()
}

fn stem<'a>(stemmer: &Stemmer, word: &'a str) -> Cow<'a, str> {
    if word.len() >= SHORTEST_STEMMED && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        stemmer.stem(word)
    } else {
        Cow::Borrowed(word)
    }
}

/// [`words()`] as a tokenizer for the index; register it as `words`.
#[derive(Debug, Clone, Default)]
pub struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = TermStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream {
        TermStream::new(words(text))
    }
}

#[cfg(test)]
mod tests {
    use tantivy::tokenizer::TokenStream;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn segments_chinese_and_drops_stop_words_and_punctuation() {
        assert_eq!(texts("电饭锅的内胆，和涂层！"), ["电饭锅", "内胆", "涂层"]);
    }

    #[test]
    fn traditional_full_width_and_upper_case_give_the_same_words() {
        assert_eq!(texts("電飯鍋ＬＥＤ"), texts("电饭锅led"));
    }

    #[test]
    fn english_is_stemmed_but_abbreviations_are_not() {
        assert_eq!(texts("Die-casting moulds"), texts("die casting mould"));
        assert_eq!(texts("ABS PPS"), ["abs", "pps"]);
        assert!(texts("the of and").is_empty());
    }

    #[test]
    fn abbreviations_are_found_by_their_plural_and_the_other_way_round() {
        assert_eq!(texts("LEDs PCBs MOSFETs"), texts("LED PCB MOSFET"));
        let token = &words("high-power LEDs")[2];
        assert_eq!((token.text.as_str(), token.from, token.to), ("led", 11, 15));
    }

    #[test]
    fn words_of_two_scripts_are_joined() {
        assert_eq!(texts("纯棉T恤面料"), ["纯棉", "t恤", "面料"]);
    }

    #[test]
    fn offsets_point_into_the_original_text() {
        let text = "新型電飯鍋，功率１０００Ｗ";
        let found: Vec<&str> = words(text).iter().map(|t| &text[t.from..t.to]).collect();
        assert_eq!(found, ["新型", "電飯鍋", "功率", "１０００Ｗ"]);
    }

    #[test]
    fn the_tokenizer_counts_positions_from_zero() {
        let mut tokenizer = WordTokenizer;
        let mut stream = tokenizer.token_stream("陶瓷釉料");
        let mut seen = Vec::new();
        stream.process(&mut |token| seen.push((token.position, token.text.clone())));
        assert_eq!(seen, [(0, "陶瓷".to_string()), (1, "釉料".to_string())]);
    }
}
