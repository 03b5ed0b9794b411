//! Character terms: every Chinese character and every pair of neighbours, letters in whole runs.
//!
//! They find what the segmenter cuts differently on the two sides, and one-character queries.

use tantivy::tokenizer::Tokenizer;

use super::normalize::Folded;
use super::runs::{Run, Script, runs};
use super::{TermStream, Token};

/// The character terms of a text in the order of the text. Pairs overlap by design.
pub fn grams(text: &str) -> Vec<Token> {
    let folded = Folded::new(text);
    let mut found = Vec::with_capacity(folded.text().len());
    let text = folded.text();
    each_gram(text, &runs(text), |_| true, |from, to| found.push(folded.token(from, to)));
    found
}

/// The byte range of every character term of a folded text, cut into its runs. Of Chinese only the
/// terms whose first character `begins` says yes to.
pub(crate) fn each_gram(
    text: &str,
    runs: &[Run],
    begins: impl Fn(char) -> bool,
    mut found: impl FnMut(usize, usize),
) {
    for &(script, from, to) in runs {
        if script == Script::Latin {
            found(from, to);
            continue;
        }
        let mut characters = text[from..to].char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if !begins(character) {
                continue;
            }
            let (start, end) = (from + at, from + at + character.len_utf8());
            found(start, end);
            if let Some((_, next)) = characters.peek() {
                found(start, end + next.len_utf8());
            }
        }
    }
}

/// [`grams()`] as a tokenizer for the index; register it as `grams`.
#[derive(Debug, Clone, Default)]
pub struct GramTokenizer;

impl Tokenizer for GramTokenizer {
    type TokenStream<'a> = TermStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream {
        TermStream::new(grams(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        grams(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn single_characters_and_pairs_in_order() {
        assert_eq!(texts("电饭锅"), ["电", "电饭", "饭", "饭锅", "锅"]);
        assert_eq!(texts("锁"), ["锁"]);
    }

    #[test]
    fn pairs_never_cross_punctuation_or_letters() {
        assert_eq!(texts("锁，LED灯"), ["锁", "led", "灯"]);
    }

    #[test]
    fn letters_are_not_stemmed() {
        assert_eq!(texts("Castings"), ["castings"]);
    }

    #[test]
    fn offsets_point_into_the_original_text() {
        let text = "鋁型材";
        let tokens = grams(text);
        assert_eq!(tokens[1].text, "铝型");
        assert_eq!(&text[tokens[1].from..tokens[1].to], "鋁型");
    }
}
