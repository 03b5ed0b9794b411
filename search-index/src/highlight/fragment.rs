//! The part of a text that shows best why it was found.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::hits::{Hit, hits};
use super::{Marker, Span, merge};
use crate::analysis::sentence::sentences;

/// A verbatim part of a text with its marks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The part itself.
    pub text: String,
    /// What to mark, as byte offsets into `text`.
    pub marks: Vec<Span>,
    /// Whether the whole text goes on before the part.
    pub before: bool,
    /// Whether the whole text goes on after the part.
    pub after: bool,
}

/// The part of at most `max_chars` characters that holds the weightiest different terms; the
/// beginning of the text when it holds none.
pub fn fragment(text: &str, marker: &Marker<'_>, max_chars: usize) -> Fragment {
    let found = hits(text, marker);
    if found.is_empty() {
        let to = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
        return cut(text, 0, to, &[]);
    }
    let borders = Borders::new(text);
    let (from, to) = match best_window(&borders, &found, max_chars) {
        Some((first, last)) => widen(text, &borders, first, last, max_chars),
        None => (0, max_chars.min(borders.count())),
    };
    cut(text, borders.byte(from), borders.byte(to), &found)
}

/// Byte offsets of a text's characters, to count lengths in characters.
struct Borders(Vec<usize>);

impl Borders {
    fn new(text: &str) -> Self {
        Self(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    fn count(&self) -> usize {
        self.0.len() - 1
    }

    fn byte(&self, character: usize) -> usize {
        self.0[character]
    }

    /// The character a byte offset begins; for the text's end, the count.
    fn character(&self, byte: usize) -> usize {
        self.0.partition_point(|&at| at < byte)
    }
}

/// The characters, first and last, of the run of hits worth most that fits the length.
fn best_window(borders: &Borders, found: &[Hit], max_chars: usize) -> Option<(usize, usize)> {
    let places: Vec<(usize, usize)> = found
        .iter()
        .map(|hit| (borders.character(hit.span.from), borders.character(hit.span.to)))
        .collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let (mut worth, mut best, mut next) = (0.0_f32, None, 0);
    let mut best_worth = 0.0_f32;
    for first in 0..found.len() {
        while next < found.len() && places[next].1 <= places[first].0 + max_chars {
            let times = seen.entry(&found[next].term).or_insert(0);
            *times += 1;
            worth += if *times == 1 { found[next].weight } else { 0.0 };
            next += 1;
        }
        if next <= first {
            // A single hit longer than the fragment: it cannot be shown whole.
            next = first + 1;
            continue;
        }
        // A hair more is rounding, not a better place: the earlier one stays.
        if worth > best_worth * 1.0001 {
            let end = places[first..next].iter().map(|place| place.1).max()?;
            (best, best_worth) = (Some((places[first].0, end)), worth);
        }
        if let Some(times) = seen.get_mut(found[first].term.as_str()) {
            *times -= 1;
            worth -= if *times == 0 { found[first].weight } else { 0.0 };
        }
    }
    best
}

/// Fills the window up: from the beginning of the sentence if that fits, else with some lead.
fn widen(
    text: &str,
    borders: &Borders,
    first: usize,
    last: usize,
    max_chars: usize,
) -> (usize, usize) {
    let spare = max_chars.saturating_sub(last - first);
    let sentence = sentences(text)
        .into_iter()
        .map(|range| borders.character(range.start))
        .take_while(|&start| start <= first)
        .filter(|start| first - start <= spare)
        .last();
    let from = sentence.unwrap_or_else(|| first.saturating_sub(spare / 3));
    let to = (from + max_chars).min(borders.count());
    // At the end of the text there is nothing to fill up with, so more of what precedes is shown.
    let from = if to == borders.count() { earlier(text, borders, from, max_chars) } else { from };
    (from, to)
}

fn earlier(text: &str, borders: &Borders, from: usize, max_chars: usize) -> usize {
    let earliest = borders.count().saturating_sub(max_chars);
    let starts = sentences(text).into_iter().map(|range| borders.character(range.start));
    starts.filter(|start| (earliest..=from).contains(start)).min().unwrap_or(earliest.min(from))
}

/// Cuts a byte range out of a text, with the hits that lie wholly in it.
pub(super) fn cut(text: &str, from: usize, to: usize, found: &[Hit]) -> Fragment {
    let piece = &text[from..to];
    let start = from + (piece.len() - piece.trim_start().len());
    let shown = piece.trim();
    let end = start + shown.len();
    let inside = found
        .iter()
        .map(|hit| hit.span)
        .filter(|span| span.from >= start && span.to <= end)
        .map(|span| Span { from: span.from - start, to: span.to - start });
    Fragment {
        marks: merge(inside),
        before: !text[..start].trim().is_empty(),
        after: !text[end..].trim().is_empty(),
        text: shown.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlight::TermSet;

    fn part(text: &str, query: &str, max_chars: usize) -> Fragment {
        fragment(text, &Marker::new(&TermSet::from_text(query)), max_chars)
    }

    fn marked(fragment: &Fragment) -> Vec<&str> {
        fragment.marks.iter().map(|span| &fragment.text[span.from..span.to]).collect()
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        let shown = part("電飯鍋內膽塗層", "电饭锅内胆", 80);
        assert_eq!(shown.text, "電飯鍋內膽塗層");
        assert_eq!(marked(&shown), ["電飯鍋內膽"]);
        assert!(!shown.before && !shown.after);
    }

    #[test]
    fn the_densest_place_is_shown_from_its_sentence_on() {
        let text = format!(
            "{}。釉料配方需要降低铅含量，釉面不能有针孔。{}",
            "甲".repeat(200),
            "乙".repeat(200)
        );
        let shown = part(&text, "无铅釉料 针孔", 40);
        assert!(shown.text.starts_with("釉料配方"), "{}", shown.text);
        assert!(shown.before && shown.after);
        assert!(shown.text.chars().count() <= 40);
        assert!(text.contains(&shown.text));
    }

    #[test]
    fn different_terms_beat_one_term_repeated() {
        let text = format!("{}{}型材与氧化工艺", "型材，".repeat(4), "无关内容，".repeat(20));
        let shown = part(&text, "型材 氧化", 12);
        assert!(shown.text.contains("氧化"), "{}", shown.text);
    }

    #[test]
    fn without_hits_the_beginning_is_shown() {
        let shown = part("一二三四五六七八", "陶瓷", 4);
        assert_eq!((shown.text.as_str(), shown.after), ("一二三四", true));
        assert!(shown.marks.is_empty());
    }

    #[test]
    fn one_character_is_marked_only_when_it_was_asked_for() {
        let text = "锁芯与门锁";
        assert_eq!(marked(&part(text, "锁", 20)), ["锁", "锁"]);
        assert!(part("解锁", "锁芯结构", 20).marks.is_empty());
    }

    #[test]
    fn impossible_lengths_do_no_harm() {
        for max_chars in 0..4 {
            let shown = part("Electroplating電鍍", "电镀", max_chars);
            assert!(shown.text.chars().count() <= max_chars);
        }
    }
}
