//! How like two texts are, and keys under which texts that are much alike are found without
//! comparing all with all.
//!
//! A text is the set of its pairs of neighbouring tokens: a Chinese character is a token, and so is
//! a run of letters or of digits, so that a changed figure or model code weighs as much as a changed
//! word. Two texts are as like as their sets overlap (Jaccard's measure): the order of clauses hardly
//! counts, and neither do punctuation, width and traditional forms, which are folded away. The keys
//! are hashed bands of a MinHash signature: two texts share at least one with a probability of
//! 1 − (1 − likeness⁴)⁸.

use crate::analysis::fold;

/// Keys of a text.
pub const BANDS: usize = 8;
/// Hashes that must agree for a key to agree.
const ROWS: usize = 4;
/// Raised whenever the keys of a text change; keys that were stored before are of no use then.
pub const LIKENESS_VERSION: u32 = 2;
/// Tokens of a text that are looked at: more than any abstract has.
const MAX_TOKENS: usize = 6_000;

/// A text, ready to be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Hashes of the pairs of tokens, in order, each once.
    pairs: Vec<u64>,
    /// Hashes of the tokens that hold a digit, in order, each once.
    figures: Vec<u64>,
}

impl Sketch {
    /// The sketch of a text.
    pub fn of(text: &str) -> Self {
        let folded = fold(text);
        let (mut pairs, mut figures) = (Vec::new(), Vec::new());
        let mut previous = None;
        for token in tokens(&folded).take(MAX_TOKENS) {
            let hash = hash_of(token.as_bytes());
            if token.bytes().any(|byte| byte.is_ascii_digit()) {
                figures.push(hash);
            }
            if let Some(previous) = previous.replace(hash) {
                pairs.push(mix(hash ^ u64::rotate_left(previous, 29)));
            }
        }
        // A single token has no neighbour and stands for itself.
        if let (true, Some(only)) = (pairs.is_empty(), previous) {
            pairs.push(mix(only));
        }
        pairs.sort_unstable();
        pairs.dedup();
        figures.sort_unstable();
        figures.dedup();
        Self { pairs, figures }
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Takes the pairs of another part of the same record in.
    pub fn join(&mut self, part: &Self) {
        self.pairs.extend(&part.pairs);
        self.pairs.sort_unstable();
        self.pairs.dedup();
    }

    /// How like two texts are, from 0 to 1; texts without a token are like none.
    pub fn likeness(&self, other: &Self) -> f32 {
        let (mut at, mut common) = (0, 0_usize);
        for pair in &self.pairs {
            while other.pairs.get(at).is_some_and(|there| there < pair) {
                at += 1;
            }
            if other.pairs.get(at) == Some(pair) {
                common += 1;
            }
        }
        let all = self.pairs.len() + other.pairs.len() - common;
        if all == 0 { 0.0 } else { common as f32 / all as f32 }
    }

    /// Whether both name the same figures, model codes and formulas.
    pub fn same_figures(&self, other: &Self) -> bool {
        self.figures == other.figures
    }

    /// The keys of the text, for records of one sort and part; none for an empty one.
    pub fn keys(&self, sort: &str) -> Vec<i64> {
        if self.pairs.is_empty() {
            return Vec::new();
        }
        let sort = hash_of(sort.as_bytes());
        let key = |band: usize| {
            let rows = (0..ROWS).map(|row| self.least((band * ROWS + row) as u64));
            rows.fold(mix(sort ^ band as u64), |key, least| mix(key ^ least)) as i64
        };
        (0..BANDS).map(key).collect()
    }

    /// One key that only texts of the very same pairs share.
    pub fn whole_key(&self, sort: &str) -> Option<i64> {
        let first = mix(hash_of(sort.as_bytes()) ^ u64::MAX);
        let key = self.pairs.iter().fold(first, |key, pair| mix(key ^ pair));
        (!self.pairs.is_empty()).then_some(key as i64)
    }

    /// The least hash of all pairs under one of the hash functions.
    fn least(&self, function: u64) -> u64 {
        let seed = mix(function + 1);
        self.pairs.iter().map(|pair| mix(pair ^ seed)).min().unwrap_or_default()
    }
}

/// The tokens of a folded text: runs of letters, runs of digits with the point of a decimal number,
/// and single characters of scripts that know no spaces.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        rest = &rest[start..];
        let first = rest.chars().next()?;
        let length = if stands_alone(first) { first.len_utf8() } else { run(rest) };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

/// Chinese and Japanese: no spaces between words.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Length of the run of digits or of letters that a text begins with: `304N` and `304 N` are the same.
fn run(text: &str) -> usize {
    let number = text.starts_with(|first: char| first.is_ascii_digit());
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let digit_after = characters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let inside = match number {
            true => character.is_ascii_digit() || (character == '.' && digit_after),
            false => character.is_alphabetic() && !stands_alone(character),
        };
        if at > 0 && !inside {
            return at;
        }
    }
    text.len()
}

/// Fowler, Noll and Vo's hash, the same in every build: keys are stored.
fn hash_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The finisher of SplitMix64: spreads every bit over all.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(one: &str, other: &str) -> f32 {
        Sketch::of(one).likeness(&Sketch::of(other))
    }

    #[test]
    fn spelling_does_not_count() {
        let text = "LED灯具散热，铝基板厚 1.5 mm；降低热阻";
        for other in
            ["ＬＥＤ燈具散熱,鋁基板厚1.5mm;降低熱阻", " led灯具散热 铝基板厚1.5 MM。降低热阻 "]
        {
            assert_eq!(Sketch::of(text), Sketch::of(other), "{other}");
        }
    }

    #[test]
    fn a_changed_figure_is_told() {
        let [one, other] = ["304N不锈钢丝研制", "316L不锈钢丝研制"].map(Sketch::of);
        assert!(!one.same_figures(&other));
        assert!(one.same_figures(&Sketch::of("研制 304n 不锈钢丝")));
        let tokens: Vec<&str> = tokens("0.5mm的x-ray. 3.").collect();
        assert_eq!(tokens, ["0.5", "mm", "的", "x", "ray", "3"]);
    }

    #[test]
    fn english_is_compared_by_words() {
        let one = "A low cost coating for ceramic tiles that resists stains and wear";
        let other = "A test bench for locks that reports wear, stains and cost";
        assert!(likeness(one, other) < 0.2);
        assert!(likeness(one, &one.replace("low cost", "cheap")) > 0.6);
    }

    #[test]
    fn texts_much_alike_share_a_key_and_others_none() {
        let text = "现有锁具电镀层耐盐雾时间短，需要开发一种耐盐雾九十六小时以上的环保电镀工艺，\
                    并降低废水中的重金属排放";
        let keys = |text: &str| Sketch::of(text).keys("need");
        let shared =
            |other: &str| keys(text).iter().filter(|key| keys(other).contains(key)).count();
        assert_eq!(shared(text), BANDS);
        assert!(shared(&text.replace("环保", "绿色环保")) > 0);
        assert_eq!(shared("玩具外壳注塑件表面光泽不均，需要改进模具排气和浇口"), 0);
        assert_eq!(
            Sketch::of(text).keys("capability").iter().filter(|k| keys(text).contains(k)).count(),
            0
        );
        assert!(Sketch::of("，。").keys("need").is_empty());
        assert_eq!(Sketch::of("，。").whole_key("need"), None);
    }
}
