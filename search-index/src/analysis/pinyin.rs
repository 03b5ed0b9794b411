//! Pinyin of titles and keywords, for suggestions typed without an input method.

use pinyin::ToPinyin;

use super::normalize::fold;
use crate::dictionary::{self, Reading};

/// The first letters of the syllables: 电饭锅 → `dfg`. Letters and digits stay as they are.
pub fn initials(text: &str) -> String {
    spell(text, |syllable| &syllable[..1])
}

/// The syllables without tones: 电饭锅 → `dianfanguo`. Letters and digits stay as they are.
pub fn full(text: &str) -> String {
    spell(text, |syllable| syllable)
}

/// Spells a text, `part` saying what is kept of each syllable. Punctuation and spaces are dropped.
fn spell(text: &str, part: impl Fn(&'static str) -> &'static str) -> String {
    spell_with(text, reading_at, part)
}

fn spell_with(
    text: &str,
    reading_at: impl Fn(&[char]) -> Option<&'static Reading>,
    part: impl Fn(&'static str) -> &'static str,
) -> String {
    let characters: Vec<char> = fold(text).chars().collect();
    let mut spelled = String::with_capacity(characters.len() * 3);
    let mut at = 0;
    while at < characters.len() {
        if let Some(reading) = reading_at(&characters[at..]) {
            spelled.extend(reading.syllables.iter().map(|syllable| part(syllable)));
            at += reading.phrase.len();
            continue;
        }
        let character = characters[at];
        match character.to_pinyin() {
            // The crate writes ü, keyboards write v.
            Some(found) if found.plain().is_ascii() => spelled.push_str(part(found.plain())),
            Some(found) => spelled.push_str(part(without_umlaut(found.plain()))),
            None if character.is_alphanumeric() => spelled.push(character),
            None => {}
        }
        at += 1;
    }
    spelled
}

/// Keyboard spelling of the few syllables written with ü.
fn without_umlaut(syllable: &str) -> &'static str {
    match syllable {
        "lü" => "lv",
        "lüe" => "lve",
        "nü" => "nv",
        "nüe" => "nve",
        // Interjections (ê, m̀) carry other marks; none of them spells a product.
        _ => "e",
    }
}

fn reading_at(rest: &[char]) -> Option<&'static Reading> {
    dictionary::readings(rest[0]).iter().find(|reading| rest.starts_with(&reading.phrase))
}

/// The syllables a phrase has when its own entry in `dict/pinyin.txt` is overlooked.
#[cfg(test)]
pub(crate) fn full_without(phrase: &str) -> String {
    let overlooked: Vec<char> = phrase.chars().collect();
    let other = |rest: &[char]| {
        let found = dictionary::readings(rest[0]).iter();
        found.filter(|reading| reading.phrase != overlooked).find(|r| rest.starts_with(&r.phrase))
    };
    spell_with(phrase, other, |syllable| syllable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_products() {
        assert_eq!(initials("电饭锅"), "dfg");
        assert_eq!(full("电饭锅"), "dianfanguo");
        assert_eq!(full("鋁型材"), "lvxingcai");
    }

    #[test]
    fn letters_stay_and_punctuation_goes() {
        assert_eq!(initials("ＬＥＤ灯 (3W)"), "ledd3w");
        assert_eq!(full("，。！"), "");
    }

    #[test]
    fn phrases_choose_the_reading() {
        assert_eq!(full("重庆"), "chongqing");
        assert_eq!(full("重量"), "zhongliang");
        assert_eq!(full("长度"), "changdu");
        assert_eq!(full("调整"), "tiaozheng");
        assert_eq!(full("单晶"), "danjing");
    }
}
