//! Cuts a folded text into runs of one script: Chinese characters, or letters and digits.

use super::numbers;

/// What a run is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Chinese characters, to be segmented.
    Han,
    /// Letters and digits of any alphabet, taken whole.
    Latin,
}

/// A run's script and its byte range in the folded text.
pub(crate) type Run = (Script, usize, usize);

/// Longer runs of letters are no words (hashes, encoded data) and would only swell the index.
const LONGEST_RUN: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Han,
    Ascii,
    Letter,
    Other,
}

fn class(character: char) -> Class {
    match character {
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}' => Class::Han,
        '〇' | '々' => Class::Han,
        // A micrometre is written with a Greek letter, yet is one word with what follows.
        'μ' => Class::Ascii,
        c if c.is_ascii_alphanumeric() => Class::Ascii,
        '℃' => Class::Letter,
        c if c.is_alphanumeric() => Class::Letter,
        _ => Class::Other,
    }
}

/// All runs of a folded text in order. Punctuation and spaces are in none of them.
pub(crate) fn runs(text: &str) -> Vec<Run> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((from, first)) = characters.next() {
        let kind = class(first);
        if kind == Class::Other {
            continue;
        }
        let mut to = from + first.len_utf8();
        while let Some(&(at, next)) = characters.peek() {
            let joins = class(next) == kind || (kind == Class::Ascii && joins_run(text, at));
            if !joins {
                break;
            }
            to = at + next.len_utf8();
            characters.next();
        }
        match kind {
            Class::Han => found.push((Script::Han, from, to)),
            _ => push_latin(text, from, to, &mut found),
        }
    }
    found
}

/// Whether the punctuation mark at a byte belongs to the run before it: the point of a decimal
/// number, or the signs of names such as C++ and C#.
fn joins_run(text: &str, at: usize) -> bool {
    let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let previous = before.last().copied().unwrap_or(b' ');
    let next = after.first().copied().unwrap_or(b' ');
    match text.as_bytes()[at] {
        b'.' => previous.is_ascii_digit() && next.is_ascii_digit(),
        b'+' => {
            let after_plus = after.iter().find(|b| **b != b'+').copied().unwrap_or(b' ');
            let sign = previous == b'+' || next == b'+';
            (previous.is_ascii_alphabetic() || previous == b'+')
                && sign
                && !after_plus.is_ascii_alphanumeric()
        }
        b'#' => previous == b'c' && !next.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// Adds a run of letters, cut in two where a number meets its unit, so that 10mm and 10 mm agree.
fn push_latin(text: &str, from: usize, to: usize, found: &mut Vec<Run>) {
    let run = &text[from..to];
    if run.chars().count() > LONGEST_RUN {
        return;
    }
    let digits = run.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(run.len());
    if digits > 0 && numbers::is_long_unit(&run[digits..]) {
        found.push((Script::Latin, from, from + digits));
        found.push((Script::Latin, from + digits, to));
    } else {
        found.push((Script::Latin, from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        runs(text).into_iter().map(|(_, from, to)| &text[from..to]).collect()
    }

    #[test]
    fn scripts_are_parted_and_punctuation_dropped() {
        assert_eq!(texts("led灯,用304不锈钢。"), ["led", "灯", "用", "304", "不锈钢"]);
        assert_eq!(texts("6063-t5"), ["6063", "t5"]);
        assert_eq!(texts(" ,.!()"), Vec::<&str>::new());
    }

    #[test]
    fn decimal_points_and_language_names_stay_whole() {
        assert_eq!(texts("pm2.5 3.0.1 end."), ["pm2.5", "3.0.1", "end"]);
        assert_eq!(texts("c++ (foo"), ["c++", "foo"]);
        assert_eq!(texts("c# a:b:c a+b"), ["c#", "a", "b", "c", "a", "b"]);
    }

    #[test]
    fn numbers_part_from_their_unit() {
        assert_eq!(texts("10mm"), ["10", "mm"]);
        assert_eq!(texts("0.5μm 300℃"), ["0.5", "μm", "300", "℃"]);
        assert_eq!(texts("5g 3d"), ["5g", "3d"]);
    }

    #[test]
    fn endless_runs_are_left_out() {
        assert!(texts(&"a".repeat(65)).is_empty());
        assert_eq!(texts(&"a".repeat(64)).len(), 1);
    }
}
