//! The word lists of `words.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::figure::Sign;
use super::text::{begins, ends, skip, skip_back};

type Lists = HashMap<&'static str, Vec<String>>;

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists::new();
    for (name, words) in lines().filter(|(name, _)| !matches!(*name, "same" | "opposite")) {
        let list = lists.entry(name).or_default();
        list.extend(words);
        // The longest first, so that 不低于 is not read as 低于.
        list.sort_by_key(|word: &String| std::cmp::Reverse(word.chars().count()));
    }
    lists
});

/// Names of one property, the first of which stands for all.
static SAME: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for (_, words) in lines().filter(|(name, _)| *name == "same") {
        let first = words[0].clone();
        pairs.extend(words.into_iter().skip(1).map(|word| (word, first.clone())));
    }
    pairs.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    pairs
});

/// Words that make two properties different.
static OPPOSITES: LazyLock<Vec<[String; 2]>> = LazyLock::new(|| {
    let pairs = lines().filter(|(name, _)| *name == "opposite").map(|(_, words)| words);
    pairs.filter_map(|words| words.try_into().ok()).collect()
});

fn lines() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    crate::dictionary::entries(include_str!("words.txt")).filter_map(|line| {
        let (name, words) = line.split_once(' ')?;
        Some((name, words.split_whitespace().map(|word| word.replace('_', " ")).collect()))
    })
}

/// The words of a list, the longest first.
pub fn list(name: &str) -> &'static [String] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a word stands in a list.
pub fn is(name: &str, word: &str) -> bool {
    list(name).iter().any(|known| known == word)
}

/// Whether a folded text holds a word of a list; English ones as whole words.
pub fn holds(name: &str, text: &str) -> bool {
    list(name).iter().any(|word| {
        text.match_indices(word.as_str()).any(|(at, found)| {
            let latin = |c: char| c.is_ascii_alphabetic();
            let before = text[..at].chars().next_back().is_some_and(latin);
            let after = text[at + found.len()..].chars().next().is_some_and(latin);
            !(before && word.starts_with(latin) || after && word.ends_with(latin))
        })
    })
}

/// The word of a list that a text ends with, in characters.
pub fn ending(name: &str, text: &[char]) -> Option<usize> {
    let whole = |length: usize| {
        let start = text.len() - length;
        let joins = |c: char| c.is_ascii_alphabetic();
        start == 0 || !(joins(text[start]) && joins(text[start - 1]))
    };
    let found = list(name).iter().filter(|word| ends(text, text.len(), word));
    found.map(|word| word.chars().count()).find(|length| whole(*length))
}

/// The word of a list that a text begins with, in characters.
pub fn beginning(name: &str, text: &[char]) -> Option<usize> {
    list(name).iter().find(|word| begins(text, 0, word)).map(|word| word.chars().count())
}

const BEFORE: [(&str, Sign); 7] = [
    ("within", Sign::Within),
    ("ge", Sign::Ge),
    ("le", Sign::Le),
    ("gt", Sign::Gt),
    ("lt", Sign::Lt),
    ("peak", Sign::Peak),
    ("about", Sign::About),
];
const BEHIND: [(&str, Sign); 3] =
    [("behind_ge", Sign::Ge), ("behind_le", Sign::Le), ("behind_about", Sign::About)];

/// The sign or word that bounds the number behind this text, with its length, spaces counted.
pub fn sign_before(text: &[char]) -> Option<(Sign, usize)> {
    let end = skip_back(text, text.len());
    let length = |name| ending(name, &text[..end]);
    let found = BEFORE.iter().filter_map(|(name, sign)| Some((length(name)?, *sign)));
    // Of 不大于 and 大于 the longer one was written.
    let (length, sign) = found.max_by_key(|(length, _)| *length)?;
    Some((sign, text.len() - end + length))
}

/// The same for words behind the unit.
pub fn sign_behind(text: &[char]) -> Option<(Sign, usize)> {
    let start = skip(text, 0);
    let length = |name| beginning(name, &text[start..]);
    let found = BEHIND.iter().filter_map(|(name, sign)| Some((length(name)?, *sign)));
    let (length, sign) = found.max_by_key(|(length, _)| *length)?;
    Some((sign, start + length))
}

/// A folded text with every name of a property replaced by the one that stands for it.
pub fn canonical(text: &str) -> String {
    let mut canonical = text.to_owned();
    for (word, first) in SAME.iter() {
        if canonical.contains(word.as_str()) && !canonical.contains(first.as_str()) {
            canonical = canonical.replace(word.as_str(), first);
        }
    }
    canonical
}

/// Whether one text has a word of which the other has the opposite.
pub fn apart(one: &str, other: &str) -> bool {
    OPPOSITES.iter().any(|[first, second]| {
        let only =
            |text: &str, with: &str, without: &str| text.contains(with) && !text.contains(without);
        only(one, first, second) && only(other, second, first)
            || only(one, second, first) && only(other, first, second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_folded_and_stands_once_in_its_list() {
        for (name, words) in LISTS.iter() {
            for (at, word) in words.iter().enumerate() {
                let folded = crate::analysis::fold(word);
                // Folding turns signs of comparison into others.
                let sign = word.chars().all(|c| !c.is_alphanumeric());
                assert!(sign || folded == *word, "{name}: {word}");
                assert!(!words[..at].contains(word), "{name}: {word} twice");
            }
        }
        assert_eq!(LISTS.len(), 28);
        assert!(SAME.len() > 30 && OPPOSITES.len() > 20);
    }

    #[test]
    fn the_longer_word_bounds() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(sign_before(&chars("率不低于")), Some((Sign::Ge, 3)));
        assert_eq!(sign_before(&chars("率低于 ")), Some((Sign::Lt, 3)));
        assert_eq!(sign_before(&chars("not less than ")), Some((Sign::Ge, 14)));
        assert_eq!(sign_before(&chars("硬度")), None);
        assert_eq!(sign_behind(&chars("及以上")), Some((Sign::Ge, 3)));
    }

    #[test]
    fn names_of_one_property_become_one() {
        assert_eq!(canonical("整灯光效"), "整灯发光效率");
        assert_eq!(canonical("整灯发光效率"), "整灯发光效率");
    }
}
