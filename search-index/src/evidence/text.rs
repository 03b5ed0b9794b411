//! Texts as characters of one width, each at the place of the one it stands for, so that what is
//! found in them can be quoted by its place.

/// The text, character by character: full width becomes half width, and the many strokes, points
/// and signs of comparison become one each. Case and length stay.
pub fn plain(text: &str) -> Vec<char> {
    text.chars().map(one).collect()
}

fn one(character: char) -> char {
    match character {
        '\u{3000}' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\t' => ' ',
        '～' | '〜' | '∼' | '˜' => '~',
        '－' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '﹣' | '─' => '-',
        '≧' | '⩾' | '≥' => '≥',
        '≦' | '⩽' | '≤' => '≤',
        'µ' | 'μ' => 'μ',
        'Ω' => 'Ω',
        'º' | '˚' => '°',
        '•' | '∙' | '⋅' | '・' | '‧' | '·' => '·',
        '∕' | '⁄' => '/',
        '∶' => ':',
        '△' => 'Δ',
        // Half width without its stops, which end sentences.
        '！'..='～' if !matches!(character, '，' | '；' | '！' | '？') => {
            char::from_u32(character as u32 - 0xfee0).unwrap_or(character)
        }
        other => other,
    }
}

/// The digit that a raised character stands for.
pub fn raised(character: char) -> Option<i32> {
    match character {
        '¹' => Some(1),
        '²' => Some(2),
        '³' => Some(3),
        '⁰' => Some(0),
        '⁴'..='⁹' => Some(character as i32 - '⁰' as i32),
        _ => None,
    }
}

/// Whether a run of characters begins here, whatever its case.
pub fn begins(text: &[char], at: usize, wanted: &str) -> bool {
    let mut rest = text.get(at..).unwrap_or_default().iter();
    wanted.chars().all(|c| rest.next().is_some_and(|found| found.to_ascii_lowercase() == c))
}

/// Whether a run of characters ends here, whatever its case.
pub fn ends(text: &[char], at: usize, wanted: &str) -> bool {
    let mut rest = text.get(..at).unwrap_or_default().iter().rev();
    wanted.chars().rev().all(|c| rest.next().is_some_and(|found| found.to_ascii_lowercase() == c))
}

/// First character from which nothing but spaces lies before `at`.
pub fn skip_back(text: &[char], at: usize) -> usize {
    text[..at].iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1)
}

/// First character from `at` on that is no space.
pub fn skip(text: &[char], at: usize) -> usize {
    text[at..].iter().position(|c| *c != ' ').map_or(text.len(), |first| at + first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_keeps_its_place() {
        let text = "光效　≧１１０ｌｍ／Ｗ（５０～６０ｍｍ），—";
        let plain = plain(text);
        assert_eq!(plain.len(), text.chars().count());
        assert_eq!(plain.iter().collect::<String>(), "光效 ≥110lm/W(50~60mm)，-");
    }
}
