//! The terms of a text before it is known which of them are worth searching.

use std::collections::HashMap;

use super::{Recipe, Widening};
use crate::analysis::{Token, grams, words};
use crate::dictionary::synonyms;
use crate::document::TIERS;
use crate::schema::Fields;
use tantivy::schema::Field;

/// Characters of a part that are looked at. What matters stands at the beginning; a book pasted
/// into the search box must not cost more than a page.
const MAX_CHARACTERS: usize = 4_000;

/// Distinct terms of a field that are looked up in the index.
const MAX_DRAFTS: usize = 600;

/// Neighbouring words that may be one entry among the synonyms.
const LONGEST_ENTRY: usize = 3;

/// One passage of the text that is searched for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub text: &'a str,
    pub weight: f32,
}

/// The two ways every text is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TermField {
    Words,
    Characters,
}

impl TermField {
    /// Name in explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            TermField::Words => "words",
            TermField::Characters => "characters",
        }
    }

    /// The fields of the index, by tier.
    pub fn of(self, fields: &Fields) -> &[Field; TIERS] {
        match self {
            TermField::Words => &fields.words,
            TermField::Characters => &fields.characters,
        }
    }
}

/// A distinct term of the text.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub text: String,
    pub field: TermField,
    pub weight: f32,
    /// Weight by part.
    pub shares: Vec<(usize, f32)>,
    /// Order of first occurrence.
    pub first: usize,
    /// Number of the word this is, or stands for.
    pub group: usize,
    /// Stands for a word of the text without being in it.
    pub synonym: bool,
    /// One of several words that together stand for a word.
    pub partial: bool,
    /// Says something about how much of the text a document shares.
    counts: bool,
}

impl Draft {
    /// Whether finding this term counts towards the share of the text in that field.
    pub fn covers(&self, field: TermField) -> bool {
        self.field == field && self.counts && !self.synonym
    }
}

/// The distinct terms of all parts.
pub(crate) fn drafts(parts: &[Part<'_>], recipe: Recipe) -> Vec<Draft> {
    let mut words_of = Vec::new();
    let mut characters_of = Vec::new();
    for part in parts {
        let text = beginning(part.text);
        words_of.push(words(text));
        characters_of.push(grams(text));
    }
    let mut all = distinct(TermField::Words, &words_of, parts, recipe.k3);
    add_synonyms(&mut all, &words_of, parts, recipe.widening);
    let mut characters = distinct(TermField::Characters, &characters_of, parts, recipe.k3);
    // Single characters are in half of all documents; they count where there is nothing else.
    if characters.iter().any(|draft| is_pair(&draft.text)) {
        for draft in characters.iter_mut().filter(|draft| !is_pair(&draft.text)) {
            draft.counts = false;
        }
    }
    all.append(&mut characters);
    all
}

fn is_pair(gram: &str) -> bool {
    gram.is_ascii() || gram.chars().nth(1).is_some()
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(MAX_CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

/// The distinct tokens of one field, weightiest first where there are too many.
fn distinct(field: TermField, tokens: &[Vec<Token>], parts: &[Part<'_>], k3: f32) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (number, (tokens, part)) in tokens.iter().zip(parts).enumerate() {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for token in tokens {
            *counts.entry(&token.text).or_default() += 1;
        }
        for token in tokens {
            let Some(count) = counts.remove(token.text.as_str()) else { continue };
            let count = count as f32;
            let weight = part.weight * (k3 + 1.0) * count / (k3 + count);
            let group = *known.entry(&token.text).or_insert_with(|| {
                drafts.push(Draft::new(field, token.text.clone(), drafts.len()));
                drafts.len() - 1
            });
            drafts[group].weight += weight;
            drafts[group].shares.push((number, weight));
        }
    }
    drafts.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.first.cmp(&b.first)));
    drafts.truncate(MAX_DRAFTS);
    drafts
}

impl Draft {
    fn new(field: TermField, text: String, first: usize) -> Draft {
        Draft {
            text,
            field,
            weight: 0.0,
            shares: Vec::new(),
            first,
            group: first,
            synonym: false,
            partial: false,
            counts: true,
        }
    }
}

/// Adds the synonyms of the words and of neighbouring words that are one entry together. Each has
/// its share of the weight of the word it stands for.
fn add_synonyms(
    drafts: &mut Vec<Draft>,
    texts: &[Vec<Token>],
    parts: &[Part<'_>],
    widening: Widening,
) {
    let mut known: HashMap<String, usize> =
        drafts.iter().enumerate().map(|(at, draft)| (draft.text.clone(), at)).collect();
    let windows = texts.iter().zip(parts).flat_map(|(tokens, part)| {
        let windows = (1..=LONGEST_ENTRY).flat_map(|length| tokens.windows(length));
        windows.map(|window| (window, part.text))
    });
    for (window, written) in windows {
        let Some(&origin) = known.get(&window[0].text) else { continue };
        let key = window.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        let listed = synonyms(&key).iter().map(|(text, share)| (text.as_str(), *share, true));
        // A plural is the word itself, to be found even where nobody writes it like that.
        let singular = singular(&key, &written[window[0].from..window[0].to]);
        let singular = singular.map(|text| (text, SINGULAR_WEIGHT, false));
        for (text, share, synonym) in listed.chain(singular) {
            if widening == Widening::OtherLanguage && text.is_ascii() == key.is_ascii() {
                continue;
            }
            if drafts.len() >= MAX_DRAFTS || known.contains_key(text) {
                continue;
            }
            let origin = &drafts[origin];
            let added = Draft {
                weight: origin.weight * share,
                shares: origin
                    .shares
                    .iter()
                    .map(|(part, weight)| (*part, weight * share))
                    .collect(),
                group: origin.group,
                synonym,
                // A synonym of several words comes as these words, which divide its weight.
                partial: share < 0.5,
                ..Draft::new(TermField::Words, text.to_owned(), origin.first)
            };
            known.insert(text.to_owned(), drafts.len());
            drafts.push(added);
        }
    }
}

/// Weight of the word that a short one may be the plural of.
const SINGULAR_WEIGHT: f32 = 0.9;

/// What a word of four small letters is the plural of, if it is one: `pins`, `leds`. Too many such
/// words are abbreviations (hips, mems) to be stemmed in the index; written in capitals they are
/// nothing else.
fn singular<'a>(word: &'a str, written: &str) -> Option<&'a str> {
    let small = word.len() == 4 && written.bytes().all(|byte| byte.is_ascii_lowercase());
    let singular = word.strip_suffix('s').filter(|_| small)?;
    (!singular.ends_with(['a', 'e', 'i', 'o', 'u', 's', 'y'])).then_some(singular)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_letters_may_be_a_short_plural() {
        assert_eq!(singular("leds", "leds"), Some("led"));
        for (word, written) in [
            ("mems", "MEMS"),
            ("leds", "Leds"),
            ("lens pin", "lens"),
            ("glass", "glass"),
            ("loss", "loss"),
            ("bias", "bias"),
            ("gas", "gas"),
        ] {
            assert_eq!(singular(word, written), None, "{written}");
        }
    }
}
