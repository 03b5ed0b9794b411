//! The word lists in `words/`, read once, and the search for their words in a text.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// A text in which words can be found: folded, every character at its place in the original.
pub(super) struct Plain(String);

impl Plain {
    /// Folds traditional characters and letters where that does not move what follows.
    pub fn new(text: &str) -> Self {
        let mut plain = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_ascii() {
                plain.push(character.to_ascii_lowercase());
                continue;
            }
            let original = character.to_string();
            let folded = search_index::analysis::fold(&original);
            let fits = folded.len() == original.len() && folded.chars().count() == 1;
            plain.push_str(if fits { &folded } else { &original });
        }
        Self(plain)
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// One word list.
pub(super) struct List(Vec<String>);

impl List {
    fn read(file: &'static str) -> Self {
        let lines = file.lines().filter(|line| !line.starts_with('#'));
        Self(lines.flat_map(str::split_whitespace).map(|word| word.replace('_', " ")).collect())
    }

    /// Where a word of the list stands: no place inside another that was found, in order.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> =
            self.0.iter().flat_map(|word| occurrences(text, word)).collect();
        found.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut last = 0;
        found.retain(|place| {
            let outside = place.start >= last;
            last = last.max(place.end);
            outside
        });
        found
    }

    /// Whether a word of the list stands in the text.
    pub fn in_text(&self, text: &str) -> bool {
        self.0.iter().any(|word| occurrences(text, word).next().is_some())
    }

    /// Where the last word of the list in the text ends.
    pub fn last_end(&self, text: &str) -> Option<usize> {
        self.0.iter().flat_map(|word| occurrences(text, word)).map(|place| place.end).max()
    }

    /// Where the first word of the list in the text begins.
    pub fn first(&self, text: &str) -> Option<usize> {
        self.0.iter().filter_map(|word| occurrences(text, word).next()).map(|at| at.start).min()
    }
}

/// The places of a word; a word of letters counts only when it stands by itself.
fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let latin = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(word).map(|(at, found)| at..at + found.len()).filter(move |place| {
        let before = text[..place.start].chars().next_back().is_some_and(latin);
        let after = text[place.end..].chars().next().is_some_and(latin);
        !(before && word.starts_with(latin) || after && word.ends_with(latin))
    })
}

macro_rules! lists {
    ($($name:ident = $file:literal;)*) => {
        $(pub(super) static $name: LazyLock<List> =
            LazyLock::new(|| List::read(include_str!(concat!("words/", $file))));)*

        #[cfg(test)]
        const FILES: &[(&str, &str)] = &[$(($file, include_str!(concat!("words/", $file)))),*];
    };
}

lists! {
    MATERIALS = "materials.txt";
    METHODS = "methods.txt";
    EFFICACY = "efficacy.txt";
    PRODUCTS = "products.txt";
    APPLICATIONS = "applications.txt";
    STATES = "states.txt";
    TASKS = "tasks.txt";
    WISHES = "wishes.txt";
    PROBLEMS = "problems.txt";
    COMPARISONS = "comparisons.txt";
    BUDGETS = "budgets.txt";
    COSTS = "costs.txt";
    DEADLINES = "deadlines.txt";
    TARGET_HEADINGS = "target_headings.txt";
    NEED_HEADINGS = "need_headings.txt";
    OTHER_HEADINGS = "other_headings.txt";
    SECTIONS = "sections.txt";
}

/// A trade with what tells it.
pub(super) struct Trade {
    /// Its name, as in the catalogue of examples.
    pub name: &'static str,
    industries: Vec<&'static str>,
    tech_fields: Vec<&'static str>,
    words: List,
}

static TRADES: LazyLock<Vec<Trade>> = LazyLock::new(|| {
    let lines = include_str!("words/trades.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(trade).collect()
});

fn trade(line: &'static str) -> Option<Trade> {
    let mut columns = line.split(';').map(str::trim);
    let name = columns.next()?;
    let industries = columns.next()?.split_whitespace().collect();
    let tech_fields = columns.next()?.split_whitespace().collect();
    Some(Trade { name, industries, tech_fields, words: List::read(columns.next()?) })
}

/// Name of the trade that a need is about: by its text, else by the trades of the town, by the
/// industry, by the technical field; nothing when none of them tells.
pub(super) fn trade_of(
    plain: &str,
    town_trades: &[String],
    industry: Option<&str>,
    tech_field: Option<&str>,
) -> Option<&'static str> {
    let by_words = |text: &str| {
        let different = |trade: &Trade| {
            let words: HashSet<&str> =
                trade.words.places(text).into_iter().map(|place| &text[place]).collect();
            words.len()
        };
        let counted = TRADES.iter().map(|trade| (different(trade), trade.name));
        let best = counted.rev().max_by_key(|(count, _)| *count);
        best.filter(|(count, _)| *count > 0).map(|(_, name)| name)
    };
    let within = |code: &str| {
        let inside = |trade: &&Trade| trade.industries.iter().any(|part| code.starts_with(part));
        TRADES.iter().find(inside).map(|trade| trade.name)
    };
    let of_field = |field: &str| {
        let has = |trade: &&Trade| trade.tech_fields.contains(&field);
        TRADES.iter().find(has).map(|trade| trade.name)
    };
    by_words(plain)
        .or_else(|| town_trades.iter().find_map(|name| by_words(Plain::new(name).text())))
        .or_else(|| industry.and_then(within))
        .or_else(|| tech_field.and_then(of_field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;
    use crate::http::text;

    #[test]
    fn every_word_is_folded_unique_and_long_enough() {
        let mut flaws = Vec::new();
        for (file, content) in FILES {
            let mut seen = HashSet::new();
            for word in List::read(content).0 {
                let folded = Plain::new(&word).text() == word;
                if !folded || !seen.insert(word.clone()) || word.chars().count() < 2 {
                    flaws.push(format!("{file}: {word}"));
                }
            }
            assert!(seen.len() >= 5, "{file} has only {} words", seen.len());
        }
        assert!(flaws.is_empty(), "{flaws:?}");
    }

    #[test]
    fn every_list_is_described() {
        let readme = include_str!("words/README.md");
        for (file, _) in FILES {
            assert!(readme.contains(&format!("| `{file}` |")), "{file}");
        }
    }

    #[test]
    fn every_trade_has_codes_that_exist_and_examples_in_both_languages() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        assert!(TRADES.len() >= 6);
        for trade in TRADES.iter() {
            for code in &trade.industries {
                assert!(reference.industry(code).is_some(), "{}: {code}", trade.name);
            }
            for code in &trade.tech_fields {
                assert!(reference.has_code("tech_field", code), "{}: {code}", trade.name);
            }
            for gap in super::super::score::TRADE_EXAMPLES {
                let key = format!("diagnosis.trade_example.{gap}.{}", trade.name);
                for language in [Language::Chinese, Language::English] {
                    assert!(!text::text(&key, language).contains(&key), "{key} in {language:?}");
                }
            }
        }
    }

    #[test]
    fn letters_count_only_as_words_of_their_own() {
        assert!(MATERIALS.in_text(Plain::new("外壳用ABS，不用 PVC").text()));
        assert!(!MATERIALS.in_text(Plain::new("absolute appeal").text()));
        assert!(MATERIALS.in_text(Plain::new("鋁合金壓鑄件").text()));
    }

    #[test]
    fn the_text_tells_the_trade_before_town_industry_and_field() {
        let town = ["灯饰".to_owned()];
        let of =
            |text: &str, town: &[String], industry, field| trade_of(text, town, industry, field);
        assert_eq!(of("锁芯开裂", &town, Some("C30"), None), Some("hardware"));
        assert_eq!(of("开裂", &town, Some("C3071"), None), Some("lighting"));
        assert_eq!(of("开裂", &[], Some("C3071"), Some("agriculture")), Some("ceramics"));
        assert_eq!(of("开裂", &[], None, Some("agriculture")), Some("food"));
        assert_eq!(of("开裂", &[], None, Some("nuclear")), None);
    }
}
