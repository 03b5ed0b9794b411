//! Completion of what somebody types, straight from the term dictionary.
//!
//! Every phrase of an open document is a term of its own, once as it is folded and once each by its
//! pinyin and its initials. Nothing is kept in memory. A term stays in the dictionary after its
//! documents have gone, until segments merge: so a phrase counts only while a live document has it.

use std::collections::{BinaryHeap, HashMap};

use serde::{Deserialize, Serialize};
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, SegmentReader};

use crate::analysis::{fold, pinyin};
use crate::error::Result;
use crate::live::Live;

/// A phrase that completes what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The phrase as a document carries it.
    pub text: String,
    /// Open documents that carry it.
    pub count: usize,
}

/// Longest phrase worth completing, in characters.
const MAX_PHRASE: usize = 40;

/// Terms of one segment that are looked at for one key; with a letter or two typed there may be
/// very many.
const MAX_SCANNED: usize = 20_000;

/// Phrases whose live documents are counted.
const MAX_COUNTED: usize = 200;

/// Suggestions of one answer.
const MAX_LIMIT: usize = 50;

/// Between the key that is searched and the phrase that is shown.
const SEPARATOR: char = '\u{1}';

/// What a key is made of.
const BY_TEXT: char = 't';
const BY_PINYIN: char = 'p';
const BY_INITIALS: char = 'i';

/// The terms a phrase is indexed under.
pub(crate) fn terms(phrase: &str) -> Vec<String> {
    let phrase: Vec<&str> = phrase.split_whitespace().collect();
    let phrase = phrase.join(" ").replace(SEPARATOR, "");
    if phrase.is_empty() || phrase.chars().count() > MAX_PHRASE {
        return Vec::new();
    }
    let folded = fold(&phrase);
    let mut terms = vec![format!("{BY_TEXT}{folded}{SEPARATOR}{phrase}")];
    if !folded.is_ascii() {
        let (full, initials) = (latin(&pinyin::full(&phrase)), latin(&pinyin::initials(&phrase)));
        terms.push(format!("{BY_PINYIN}{full}{SEPARATOR}{phrase}"));
        terms.push(format!("{BY_INITIALS}{initials}{SEPARATOR}{phrase}"));
    }
    terms
}

/// What somebody types as pinyin comes with spaces and apostrophes or without.
fn latin(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The keys under which phrases that complete `typed` are found.
fn prefixes(typed: &str) -> Vec<String> {
    let typed: Vec<&str> = typed.split_whitespace().collect();
    let folded = fold(&typed.join(" "));
    if folded.is_empty() || folded.chars().count() > MAX_PHRASE {
        return Vec::new();
    }
    let mut prefixes = vec![format!("{BY_TEXT}{folded}")];
    let letters = latin(&folded);
    if folded.is_ascii() && !letters.is_empty() {
        prefixes.push(format!("{BY_PINYIN}{letters}"));
        prefixes.push(format!("{BY_INITIALS}{letters}"));
    }
    prefixes
}

/// Completes `typed`, the phrase of most documents first.
pub(crate) fn suggest(live: &Live, typed: &str, limit: usize) -> Result<Vec<Suggestion>> {
    let searcher = live.searcher();
    let mut known: HashMap<String, Phrase> = HashMap::new();
    for prefix in prefixes(typed) {
        for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
            for (key, info) in scan(reader, live, &prefix)? {
                let Some((_, text)) = key.split_once(SEPARATOR) else { continue };
                let phrase = known.entry(text.to_owned()).or_default();
                // The same documents come again under the next key of the phrase.
                if phrase.terms.iter().all(|(known, _)| *known != ordinal) {
                    phrase.documents += info.doc_freq;
                    phrase.terms.push((ordinal, info));
                }
            }
        }
    }
    let mut phrases: Vec<_> = known.into_iter().collect();
    phrases.sort_by(|(a, one), (b, other)| {
        other.documents.cmp(&one.documents).then_with(|| shorter(a, b))
    });
    phrases.truncate(MAX_COUNTED);
    alive(&searcher, live, phrases, limit.min(MAX_LIMIT))
}

#[derive(Default)]
struct Phrase {
    /// Documents, gone ones included.
    documents: u32,
    /// Where it stands in which segment.
    terms: Vec<(usize, TermInfo)>,
}

fn shorter(a: &str, b: &str) -> std::cmp::Ordering {
    a.chars().count().cmp(&b.chars().count()).then_with(|| a.cmp(b))
}

/// Counts live documents; phrases that differ only in writing are one suggestion.
fn alive(
    searcher: &Searcher,
    live: &Live,
    phrases: Vec<(String, Phrase)>,
    limit: usize,
) -> Result<Vec<Suggestion>> {
    let mut found: Vec<(String, Suggestion)> = Vec::new();
    for (text, phrase) in phrases {
        let mut count = 0;
        for (ordinal, info) in &phrase.terms {
            let reader = &searcher.segment_readers()[*ordinal];
            count += live_documents(reader, live, info)?;
        }
        let folded = fold(&text);
        match found.iter_mut().find(|(known, _)| *known == folded) {
            Some((_, known)) => known.count += count,
            None if count > 0 => found.push((folded, Suggestion { text, count })),
            None => {}
        }
    }
    let mut found: Vec<_> = found.into_iter().map(|(_, suggestion)| suggestion).collect();
    found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| shorter(&a.text, &b.text)));
    found.truncate(limit);
    Ok(found)
}

/// The terms of a segment that begin with `prefix`, those of most documents.
fn scan(reader: &SegmentReader, live: &Live, prefix: &str) -> Result<Vec<(String, TermInfo)>> {
    let inverted = reader.inverted_index(live.fields.suggest)?;
    let mut stream = inverted.terms().range().ge(prefix.as_bytes()).into_stream()?;
    let mut best = BinaryHeap::new();
    let mut scanned = 0;
    while scanned < MAX_SCANNED && stream.advance() {
        if !stream.key().starts_with(prefix.as_bytes()) {
            break;
        }
        scanned += 1;
        let frequency = std::cmp::Reverse(stream.value().doc_freq);
        best.push((frequency, String::from_utf8_lossy(stream.key()).into_owned()));
        if best.len() > MAX_COUNTED {
            best.pop();
        }
    }
    let mut terms = Vec::with_capacity(best.len());
    for (_, key) in best {
        if let Some(info) = inverted.terms().get(key.as_bytes())? {
            terms.push((key, info));
        }
    }
    Ok(terms)
}

/// Live documents of one segment that have a term.
fn live_documents(reader: &SegmentReader, live: &Live, info: &TermInfo) -> Result<usize> {
    let Some(bits) = reader.alive_bitset() else { return Ok(info.doc_freq as usize) };
    let inverted = reader.inverted_index(live.fields.suggest)?;
    let postings = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    Ok(postings.doc_freq_given_deletes(bits) as usize)
}
