//! Folding: one form for all spellings of the same text, with a way back to the original bytes.
//!
//! Character by character: compatibility forms (full width, ligatures, ㎡) become plain ones,
//! letters become lower case and lose their accents, traditional characters become simplified,
//! invisible characters vanish, and so does the `s` of abbreviations in the plural (`LEDs`). Then
//! whole spellings from `dict/variants.txt` are replaced.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Token;
use crate::dictionary;

/// A folded text that knows where each of its bytes came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each byte of `text`, the span of the original characters it stands for.
    origins: Vec<(u32, u32)>,
}

/// The folded form of a text. Spaces and punctuation stay, in their plain form.
pub fn fold(text: &str) -> String {
    Folded::new(text).text
}

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Self {
        let characters = replace_variants(fold_characters(text));
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len()),
        };
        for (character, from, to) in characters {
            folded.text.push(character);
            folded.origins.resize(folded.text.len(), (from, to));
        }
        folded
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The span of the original text behind a non-empty byte range of the folded text.
    pub fn origin(&self, from: usize, to: usize) -> (usize, usize) {
        debug_assert!(from < to, "an empty range has no origin");
        (self.origins[from].0 as usize, self.origins[to - 1].1 as usize)
    }

    /// A non-empty byte range of the folded text as a term, with its place in the original.
    pub fn token(&self, from: usize, to: usize) -> Token {
        let (start, end) = self.origin(from, to);
        Token { text: self.text[from..to].to_owned(), from: start, to: end }
    }
}

/// A folded character with the original span it stands for.
type Placed = (char, u32, u32);

fn fold_characters(text: &str) -> Vec<Placed> {
    let mut folded = Vec::with_capacity(text.len() / 2 + 1);
    let mut run = Run::default();
    for (offset, character) in text.char_indices() {
        let (from, to) = (offset as u32, (offset + character.len_utf8()) as u32);
        match character {
            's' | 'ｓ' if run.ends_in_plural(text, &folded, to) => extend_last(&mut folded, to),
            c if c.is_ascii() => folded.push((c.to_ascii_lowercase(), from, to)),
            '\u{4e00}'..='\u{9fff}' => folded.push((dictionary::simplified(character), from, to)),
            // Its compatibility form is two characters, of which one is no letter.
            '℃' => folded.push(('℃', from, to)),
            // Both are typed for the degree sign; their compatibility forms are a letter and a space.
            'º' | '˚' => folded.push(('°', from, to)),
            c if is_invisible(c) => {}
            c => fold_other(c, |plain| folded.push((plain, from, to))),
        }
    }
    folded
}

/// The letters and digits at the end of what has been folded so far. Each folded character is taken
/// in once: looking back from every `s` would cost the square of the length of some texts.
#[derive(Default)]
struct Run {
    /// Folded characters that have been taken in.
    taken: usize,
    /// Capitals since the last character that is neither an ASCII letter nor a digit.
    capitals: usize,
    /// Whether any other letter stands among them.
    small: bool,
}

impl Run {
    /// Whether an `s` that ends at a byte is the plural of an abbreviation: what it ends is written
    /// in capitals and digits otherwise. Small letters do not tell: `mems` may be an abbreviation
    /// itself.
    fn ends_in_plural(&mut self, text: &str, before: &[Placed], end: u32) -> bool {
        let ends = text[end as usize..]
            .chars()
            .next()
            .is_none_or(|next| !next.is_lowercase() && !next.is_uppercase() && !next.is_numeric());
        if !ends {
            return false;
        }
        for (folded, from, _) in &before[self.taken..] {
            self.take(*folded, text[*from as usize..].chars().next());
        }
        self.taken = before.len();
        self.capitals >= 2 && !self.small
    }

    fn take(&mut self, folded: char, written: Option<char>) {
        #[cfg(test)]
        tests::STEPS.with(|steps| steps.set(steps.get() + 1));
        if !folded.is_ascii_alphanumeric() {
            (self.capitals, self.small) = (0, false);
        } else if !folded.is_ascii_digit() {
            match written {
                Some(written) if written.is_uppercase() => self.capitals += 1,
                _ => self.small = true,
            }
        }
    }
}

/// Lets the character before stand for one that vanishes, so that both are marked.
fn extend_last(folded: &mut [Placed], to: u32) {
    if let Some((_, _, end)) = folded.last_mut() {
        *end = to;
    }
}

fn fold_other(character: char, mut push: impl FnMut(char)) {
    for plain in std::iter::once(character).nfkc().flat_map(char::to_lowercase) {
        if is_accented_alphabet(plain) {
            for part in std::iter::once(plain).nfd().filter(|part| !is_combining_mark(*part)) {
                push(part);
            }
        } else if !('\u{300}'..='\u{36f}').contains(&plain) {
            push(dictionary::simplified(plain));
        }
    }
}

/// Alphabets whose accents may be dropped; Kana and Hangul would fall apart.
fn is_accented_alphabet(character: char) -> bool {
    matches!(character, '\u{c0}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}')
}

/// Characters without width: soft hyphens, joiners, direction marks, byte order marks.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

fn replace_variants(characters: Vec<Placed>) -> Vec<Placed> {
    let mut replaced = Vec::with_capacity(characters.len());
    let mut at = 0;
    while at < characters.len() {
        match variant_at(&characters[at..]) {
            Some(variant) => {
                let found = &characters[at..at + variant.found.len()];
                place(&variant.canonical, found, &mut replaced);
                at += found.len();
            }
            None => {
                replaced.push(characters[at]);
                at += 1;
            }
        }
    }
    replaced
}

fn variant_at(rest: &[Placed]) -> Option<&'static dictionary::Variant> {
    dictionary::variants(rest[0].0).iter().find(|variant| {
        rest.len() >= variant.found.len()
            && variant.found.iter().zip(rest).all(|(wanted, (found, ..))| wanted == found)
    })
}

/// Puts a canonical spelling in place of the one found. Equal lengths map character by character;
/// otherwise each new character stands for the whole of the old spelling.
fn place(canonical: &[char], found: &[Placed], into: &mut Vec<Placed>) {
    if canonical.len() == found.len() {
        into.extend(canonical.iter().zip(found).map(|(c, (_, from, to))| (*c, *from, *to)));
    } else if let (Some(first), Some(last)) = (found.first(), found.last()) {
        into.extend(canonical.iter().map(|c| (*c, first.1, last.2)));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// Characters that were looked at to tell whether an `s` is a plural.
        pub static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn folds_width_case_accents_and_compatibility_forms() {
        assert_eq!(fold("ＬＥＤ　Ｌａｍｐ，ＡＢＣ"), "led lamp,abc");
        assert_eq!(fold("Café"), fold("Cafe\u{301}"));
        assert_eq!(fold("㎡"), "m2");
        assert_eq!(fold("25 ℃"), fold("25 °C"));
    }

    #[test]
    fn folds_traditional_characters_and_variant_spellings() {
        assert_eq!(fold("電飯鍋內膽"), "电饭锅内胆");
        assert_eq!(fold("磁磚"), "瓷砖");
        assert_eq!(fold("裡面"), fold("裏面"));
        assert_eq!(fold("著名"), "著名", "a character simplified text uses must stay");
    }

    #[test]
    fn the_plural_of_an_abbreviation_is_folded_and_other_words_are_not() {
        for (plural, singular) in [
            ("LEDs", "led"),
            ("MOSFETs,", "mosfet,"),
            ("含VOCs废气", "含voc废气"),
            ("ＰＣＢｓ", "pcb"),
            ("V2Xs", "v2x"),
        ] {
            assert_eq!(fold(plural), singular);
        }
        for word in
            ["ABS", "PPS", "As", "GaAs", "MPas", "LEDsx", "LEDs2", "leds", "CdS", "Ｌｅｄｓ"]
        {
            assert!(fold(word).contains('s'), "{word}");
        }
        let folded = Folded::new("用LEDs照明");
        assert_eq!(folded.origin(3, 6), (3, 7), "marked with its plural sign");
    }

    #[test]
    fn telling_plurals_takes_no_more_steps_than_there_are_characters() {
        for text in [
            "A".repeat(10_000) + &"s\u{200b}".repeat(10_000),
            "A".repeat(10_000) + &"s，".repeat(5_000),
            "As ".repeat(5_000),
            "ABs\u{200b}".repeat(5_000),
        ] {
            STEPS.set(0);
            let folded = fold(&text);
            assert!(STEPS.get() <= text.chars().count(), "{} steps", STEPS.get());
            assert!(STEPS.get() > 0 && !folded.is_empty());
        }
        assert_eq!(fold(&("A".repeat(3_000) + "s")), "a".repeat(3_000));
        assert_eq!(fold("ABs\u{200b}s\u{200b}CDs"), "abcd");
    }

    #[test]
    fn invisible_characters_vanish_but_are_covered_by_the_origin() {
        let text = "电\u{200b}饭锅";
        let folded = Folded::new(text);
        assert_eq!(folded.text(), "电饭锅");
        assert_eq!(folded.origin(0, folded.text().len()), (0, text.len()));
    }

    #[test]
    fn origins_of_expanding_characters_are_whole_characters() {
        let text = "面积㎡。";
        let folded = Folded::new(text);
        let at = folded.text().find("m2").unwrap();
        assert_eq!(folded.origin(at, at + 1), (6, 9));
        assert_eq!(folded.origin(at + 1, at + 2), (6, 9));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["電鍋磁磚 ＬＥＤ灯", "ﬁne ½ ㈱ Ⅷ ǅ", "İstanbul ẞ ſ", "黏土與黏合劑"]
        {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
