//! What was found, marked. The texts come from redacted fields only, so nothing can be marked that
//! the caller may not read.

use search_index::highlight::{Fragment, Marker, Span, fragment};
use serde::Serialize;

/// A piece of text, marked or not. The pieces of a list, joined, are the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Piece {
    /// The piece.
    pub text: String,
    /// Whether it is what was searched for.
    pub mark: bool,
}

/// A part of a field that shows why a record was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldFragment {
    /// Name of the field.
    pub field: &'static str,
    /// Whether the field goes on before the part.
    pub before: bool,
    /// Whether the field goes on after the part.
    pub after: bool,
    /// The part, word for word.
    pub pieces: Vec<Piece>,
}

/// Longest part shown, in characters.
const FRAGMENT_CHARS: usize = 90;
/// Parts shown for one record.
const MAX_FRAGMENTS: usize = 2;

/// Cuts a text at its marks.
pub fn pieces(text: &str, marks: &[Span]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |part: &str, mark: bool| {
        if !part.is_empty() {
            pieces.push(Piece { text: part.to_owned(), mark });
        }
    };
    let mut at = 0;
    for span in marks {
        push(&text[at..span.from], false);
        push(&text[span.from..span.to], true);
        at = span.to;
    }
    push(&text[at..], false);
    pieces
}

/// A whole short text with its marks.
pub fn marked(text: &str, marker: &Marker<'_>) -> Vec<Piece> {
    let whole = fragment(text, marker, text.chars().count());
    if whole.before || whole.after {
        // Never cut a title: show it unmarked instead.
        return pieces(text, &[]);
    }
    pieces(&whole.text, &whole.marks)
}

/// The parts of the fields that show most, best first.
pub fn best(texts: &[(&'static str, String)], marker: &Marker<'_>) -> Vec<FieldFragment> {
    let mut found: Vec<(usize, &'static str, Fragment)> = texts
        .iter()
        .map(|(field, text)| (field, fragment(text, marker, FRAGMENT_CHARS)))
        .filter(|(_, fragment)| !fragment.marks.is_empty())
        .map(|(field, fragment)| (marked_characters(&fragment), *field, fragment))
        .collect();
    // Stable: of equals the field that stands first in the record comes first.
    found.sort_by_key(|(worth, _, _)| std::cmp::Reverse(*worth));
    found.truncate(MAX_FRAGMENTS);
    found
        .into_iter()
        .map(|(_, field, fragment)| FieldFragment {
            field,
            before: fragment.before,
            after: fragment.after,
            pieces: pieces(&fragment.text, &fragment.marks),
        })
        .collect()
}

/// Characters under different marks: a word repeated shows no more than once.
fn marked_characters(fragment: &Fragment) -> usize {
    let words: std::collections::HashSet<&str> =
        fragment.marks.iter().map(|span| &fragment.text[span.from..span.to]).collect();
    words.iter().map(|word| word.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use search_index::TermSet;

    use super::*;

    fn joined(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn pieces_joined_are_the_text() {
        let terms = TermSet::from_text("釉料 色差");
        let text = "大规格岩板釉料批次色差大，求控制办法";
        let shown = marked(text, &Marker::new(&terms));
        assert_eq!(joined(&shown), text);
        let marks: Vec<&str> =
            shown.iter().filter(|piece| piece.mark).map(|piece| piece.text.as_str()).collect();
        assert_eq!(marks, ["釉料", "色差"]);
    }

    #[test]
    fn a_text_without_hits_is_one_unmarked_piece() {
        let shown = marked("电饭锅内胆", &Marker::new(&TermSet::from_text("釉料")));
        assert_eq!(shown, [Piece { text: "电饭锅内胆".into(), mark: false }]);
    }

    #[test]
    fn fields_with_more_different_hits_come_first_and_fields_without_never() {
        let terms = TermSet::from_text("釉料色差针孔");
        let texts = vec![
            ("background", "釉料用了三年。".to_owned()),
            ("keywords", "窑炉".to_owned()),
            ("problem", "釉料色差与针孔并存。".to_owned()),
        ];
        let shown = best(&texts, &Marker::new(&terms));
        let fields: Vec<&str> = shown.iter().map(|fragment| fragment.field).collect();
        assert_eq!(fields, ["problem", "background"]);
    }
}
