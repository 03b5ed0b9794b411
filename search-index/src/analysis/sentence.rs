//! Sentence borders, so that quotations begin and end where the author did.

use std::ops::Range;

/// The sentences of a text as byte ranges, in order, without surrounding spaces.
///
/// A sentence ends after 。！？；, their half-width forms, a line break, or a full stop that is
/// followed by a space; closing quotes and brackets stay with the sentence they close.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let mut end = at + character.len_utf8();
        let next = characters.peek().map(|&(_, c)| c);
        if !ends_sentence(character, &text[start..at], next) {
            continue;
        }
        while let Some((at, closing)) = characters.next_if(|&(_, c)| follows_end(c)) {
            end = at + closing.len_utf8();
        }
        push_trimmed(text, start..end, &mut found);
        start = end;
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

fn ends_sentence(character: char, before: &str, next: Option<char>) -> bool {
    match character {
        '。' | '！' | '？' | '；' | '!' | '?' | ';' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
            true
        }
        // "1. 内容" is a numbered item, not a sentence of one digit.
        '.' | '．' => {
            next.is_none_or(char::is_whitespace)
                && !before.trim().chars().all(|c| c.is_ascii_digit())
        }
        _ => false,
    }
}

fn follows_end(character: char) -> bool {
    matches!(
        character,
        '。' | '！'
            | '？'
            | '；'
            | '!'
            | '?'
            | ';'
            | '”'
            | '’'
            | '」'
            | '』'
            | '）'
            | ')'
            | '】'
            | '》'
            | '"'
    )
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    let end = start + piece.trim().len();
    if start < end {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn chinese_marks_and_line_breaks_end_sentences() {
        assert_eq!(
            texts("釉面有针孔。能否改进？\n  预算十万；急！"),
            ["釉面有针孔。", "能否改进？", "预算十万；", "急！"]
        );
    }

    #[test]
    fn a_point_ends_a_sentence_only_before_a_space() {
        assert_eq!(texts("Ra 0.8 is needed. Help us."), ["Ra 0.8 is needed.", "Help us."]);
        assert_eq!(texts("1. 降低能耗"), ["1. 降低能耗"]);
    }

    #[test]
    fn closing_quotes_stay_with_their_sentence() {
        assert_eq!(texts("他说：“要快。”然后走了"), ["他说：“要快。”", "然后走了"]);
        assert_eq!(texts("快！！！好"), ["快！！！", "好"]);
    }

    #[test]
    fn blank_text_has_no_sentences() {
        assert!(texts(" \n\r\n　").is_empty());
    }
}
