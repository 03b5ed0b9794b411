//! Claims that must hold for any text, tried on a few thousand made-up ones.

use std::time::{Duration, Instant};

use super::*;
use crate::highlight::{Marker, TermSet, fragment, quotes};

/// A small deterministic generator (xorshift): the same texts in every run.
pub(crate) struct Generator(pub u64);

impl Generator {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn character(&mut self) -> char {
        const ODD: &str =
            "℃㎡½ﬁǅİẞΣÅ①㈱ｱﾞé\u{301}\u{200b}\u{feff}\u{200d}👩‍🔧𠮷々〇。，．.-+#~%\r\n\t 　";
        let range = match self.next(10) {
            0 => return ODD.chars().nth(self.next(ODD.chars().count())).unwrap(),
            1..=4 => 0x4e00..0x9fff,
            5 | 6 => 0x20..0x7f,
            7 => 0xa0..0x2fff,
            8 => 0xf900..0xffff,
            _ => 0x1_0000..0x3_0000,
        };
        let code = range.start + self.next((range.end - range.start) as usize) as u32;
        char::from_u32(code).unwrap_or('\u{fffd}')
    }

    /// Half characters from anywhere, half pieces of real sentences.
    pub fn text(&mut self) -> String {
        const PIECES: [&str; 12] = [
            "電飯鍋内胆",
            "磁砖",
            "300℃",
            "3.2～4.6米",
            "LED灯",
            "PCBs",
            "GaAs",
            "。",
            "三百五十万元",
            "T恤",
            " C++ ",
            "其它",
        ];
        let mut text = String::new();
        for _ in 0..self.next(60) {
            match self.next(3) {
                0 => text.push_str(PIECES[self.next(PIECES.len())]),
                _ => text.push(self.character()),
            }
        }
        text
    }
}

fn check_tokens(text: &str, tokens: &[Token]) {
    let mut last = (0, 0);
    for token in tokens {
        assert!(token.from < token.to, "{text:?} {token:?}");
        assert!(text.get(token.from..token.to).is_some(), "{text:?} {token:?}");
        assert!(!token.text.is_empty() && (token.from, token.to) >= last, "{text:?} {token:?}");
        last = (token.from, token.to);
    }
}

fn check_highlights(text: &str, terms: &TermSet, max_chars: usize) {
    let shown = fragment(text, &Marker::new(terms), max_chars);
    assert!(text.contains(&shown.text) && shown.text.chars().count() <= max_chars, "{text:?}");
    let mut last = 0;
    for mark in &shown.marks {
        assert!(mark.from >= last && shown.text.get(mark.from..mark.to).is_some(), "{text:?}");
        last = mark.to;
    }
    for quote in quotes(&[("body", text)], terms, 3) {
        assert_eq!(text.get(quote.from..quote.to), Some(quote.text.as_str()), "{text:?}");
        assert!(quote.marks.iter().all(|m| quote.text.get(m.from..m.to).is_some()), "{text:?}");
    }
}

#[test]
fn spans_are_verbatim_for_any_text() {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15);
    for _ in 0..4_000 {
        let text = generator.text();
        check_tokens(&text, &words(&text));
        check_tokens(&text, &grams(&text));
        for quantity in numbers::quantities(&text) {
            assert!(
                text.get(quantity.from..quantity.to).is_some_and(|t| !t.is_empty()),
                "{text:?}"
            );
            assert!(quantity.value.is_finite(), "{text:?}");
        }
        let sentences = sentence::sentences(&text);
        assert!(sentences.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text:?}");
        assert!(sentences.iter().all(|range| text.get(range.clone()).is_some()), "{text:?}");
        assert_eq!(fold(&fold(&text)), fold(&text), "{text:?}");
        assert!(pinyin::initials(&text).chars().count() <= pinyin::full(&text).chars().count());
    }
}

#[test]
fn highlights_are_verbatim_for_any_text() {
    let mut generator = Generator(0x2545_f491_4f6c_dd1d);
    for _ in 0..2_000 {
        let text = generator.text();
        let terms = TermSet::from_text(&generator.text());
        let longest = generator.next(50);
        check_highlights(&text, &terms, longest);
        check_highlights(&text, &TermSet::from_text(&text), longest);
    }
}

#[test]
fn folded_text_has_the_same_terms_as_the_original() {
    let mut generator = Generator(0xd1b5_4a32_d192_ed03);
    let texts = |tokens: Vec<Token>| tokens.into_iter().map(|t| t.text).collect::<Vec<_>>();
    for _ in 0..1_000 {
        let text = generator.text();
        assert_eq!(texts(words(&text)), texts(words(&fold(&text))), "{text:?}");
        assert_eq!(texts(grams(&text)), texts(grams(&fold(&text))), "{text:?}");
    }
}

/// Long texts must not make any function quadratic; the bound is wide, for slow test machines.
#[test]
fn long_texts_take_linear_time() {
    let text = "釉面有针孔，希望改进烧成制度；预算30-50万元。".repeat(2_000);
    let terms = TermSet::from_text("无铅釉料针孔改进");
    words("词典");
    let start = Instant::now();
    assert!(!words(&text).is_empty() && !grams(&text).is_empty());
    assert_eq!(numbers::quantities(&text).len(), 4_000);
    assert_eq!(sentence::sentences(&text).len(), 4_000);
    assert!(!fragment(&text, &Marker::new(&terms), 120).marks.is_empty());
    assert_eq!(quotes(&[("body", &text)], &terms, 3).len(), 1);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
