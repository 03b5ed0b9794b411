//! What a figure is a figure of: the name of a property, and whether two names mean the same.

use super::words;
use crate::analysis;

/// A change that a figure tells, where it is not the state itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Raised by so much.
    Up,
    /// Lowered by so much.
    Down,
}

/// The name of a property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name, folded, with one name for each property that has several.
    pub text: String,
    /// Its words.
    pub words: Vec<String>,
    /// Whether its figure tells a change.
    pub change: Option<Change>,
    /// Whether the words before its figure say that a state is reached (提高到).
    pub reached: bool,
    /// What stands in brackets: conditions under which its figure holds.
    pub conditions: Vec<String>,
}

/// How a name that is said stands to the one that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// It is said of the same.
    Same,
    /// What is said leaves out a word that narrows what is wanted.
    Broader,
    /// What is said has a word more.
    Narrower,
}

/// What stands around the name of a property that is said, all folded.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The sentence it is said in.
    pub around: &'a str,
    /// Title of the record that says it.
    pub record: &'a str,
    /// Title of the need.
    pub need: &'a str,
    /// Whether the titles are about one thing.
    pub shared: bool,
}

impl Property {
    /// The property of this name, or of the words before a figure; nothing for words after which
    /// comes another property, or where something started (由…提高到).
    pub fn of(name: &str) -> Self {
        let (name, conditions) = without_brackets(name);
        let folded = words::canonical(&analysis::fold(&name));
        let plain: Vec<char> = folded.trim_end().chars().collect();
        let led = ["joint", "start"].iter().any(|list| words::ending(list, &plain).is_some());
        let stripped = strip(if led { "" } else { &folded });
        let tokens = analysis::words(&stripped.text).into_iter().map(|token| token.text);
        let said = |word: &String| !words::is("frame", word) && !is_unit(word);
        let words = tokens.filter(said).collect();
        let Stripped { text, change, reached } = stripped;
        Self { text, words, change, reached, conditions }
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether it tells the kind of figure alone (厚度), not of what.
    pub fn is_generic(&self) -> bool {
        self.words.iter().all(|word| words::is("generic", word)) || words::is("generic", &self.text)
    }

    /// Whether it is one word, as of very many things (节拍, 识别率).
    pub fn is_bare(&self) -> bool {
        self.words.len() < 2
    }

    /// Words of which one is what is measured: the last, and the one before a symbol (粗糙度Ra).
    fn heads(&self) -> &[String] {
        let count = self.words.len();
        let symbol = self.words.last().is_some_and(|word| word.is_ascii() || word.starts_with('δ'));
        let before = count > 1 && !self.words[count - 2].is_ascii();
        &self.words[count - (1 + usize::from(symbol && before)).min(count)..]
    }

    /// How a name that is said stands to this one, which is wanted.
    pub fn likeness(&self, said: &Self, context: &Context<'_>) -> Option<Likeness> {
        let empty = self.is_empty() || said.is_empty();
        if empty || self.change != said.change || words::apart(&self.text, &said.text) {
            return None;
        }
        let heads = self.heads();
        let is_head = |head: &&String| {
            // 收率 is no part of 吸收率, but 强度 is one of 弯曲强度.
            let part = words::is("generic", head) && head.chars().count() > 1;
            said.heads().contains(*head) || part && said.text.ends_with(*head)
        };
        let head = heads.iter().find(is_head)?;
        let rests = said.words.iter().map(|word| word.strip_suffix(head.as_str()).unwrap_or(word));
        let foreign: Vec<&str> = rests.filter(|rest| !self.text.contains(rest)).collect();
        // Words of the need's title tell whose property it is, and narrow it no further.
        let told = |rest: &&str| rest.len() > 1 && context.need.contains(*rest);
        let plain = |condition: &&String| !condition.contains(|c: char| c.is_ascii_digit());
        let limited = said.conditions.iter().filter(plain).any(|condition| {
            !(self.text.contains(condition.as_str()) || context.need.contains(condition.as_str()))
        });
        let more = limited || foreign.iter().any(|rest| !told(rest));
        // 镍回收率 is not 铬回收率, even where the title names both.
        let around = |word: &str| {
            let nearby = !said.is_generic() && context.around.contains(word);
            foreign.is_empty() && (nearby || context.record.contains(word))
        };
        let mut others = self.words.iter().filter(|word| !heads.contains(word));
        let missing =
            others.any(|word| !(said.text.contains(word.as_str()) || around(word.as_str())));
        match (missing, more) {
            (false, false) => Some(Likeness::Same),
            (true, false) if foreign.is_empty() && !said.is_generic() => Some(Likeness::Broader),
            (false, true) if !self.is_generic() => Some(Likeness::Narrower),
            _ => None,
        }
    }

    /// Whether less of it is better.
    pub fn is_small(&self) -> bool {
        words::holds("small", &self.text)
    }

    /// Whether a range of it that is wanted has to be covered, not only hit.
    pub fn is_covering(&self) -> bool {
        words::holds("covering", &self.text)
    }

    /// Whether it is a difference, which has no zero of its own.
    pub fn is_difference(&self) -> bool {
        ["温升", "温差", "升温", "降温", "误差", "偏差", "波动", "rise", "difference", "deviation"]
            .iter()
            .any(|word| self.text.contains(word))
            || self.change.is_some()
    }
}

/// Whether a word is the name of a unit: 噪音dB is 噪音.
fn is_unit(word: &str) -> bool {
    let letters = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    letters && super::unit::Unit::parse(word).is_some()
}

/// Whether two titles are about one thing: they share a word that not every title has.
pub fn share_a_word(one: &str, other: &str) -> bool {
    let telling = |word: &str| {
        word.chars().count() > 1
            && crate::dictionary::genre_weight(word) >= 1.0
            && !words::is("generic", word)
    };
    let known = analysis::words(one);
    let mut words = analysis::words(other).into_iter().filter(|token| telling(&token.text));
    words.any(|token| known.iter().any(|known| known.text == token.text))
}

/// The name, and what stands in brackets in it.
fn without_brackets(name: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), Vec::new(), 0);
    for character in name.chars() {
        match character {
            '(' | '（' | '[' | '【' => {
                depth += 1;
                inside.push(String::new());
            }
            ')' | '）' | ']' | '】' => depth = 0_i32.max(depth - 1),
            _ if depth > 0 => inside.last_mut().into_iter().for_each(|text| text.push(character)),
            _ => outside.push(character),
        }
    }
    (outside, inside.into_iter().filter(|text| is_condition(text)).collect())
}

/// An abbreviation in brackets is another name, not a condition.
fn is_condition(text: &str) -> bool {
    let trimmed = text.trim();
    let short = trimmed.chars().count() <= 6 && trimmed.chars().all(|c| c.is_ascii_alphabetic());
    !(trimmed.is_empty() || short || super::unit::Unit::parse(trimmed).is_some())
}

struct Stripped {
    text: String,
    change: Option<Change>,
    reached: bool,
}

/// Takes away, from the end, what says nothing of the property itself.
fn strip(folded: &str) -> Stripped {
    let mut text: Vec<char> = folded.chars().collect();
    let (mut change, mut reached) = (None, false);
    loop {
        while text.last().is_some_and(|c| !c.is_alphanumeric() && !matches!(c, '*' | '°')) {
            text.pop();
        }
        let found = [("up", Some(Change::Up)), ("down", Some(Change::Down))];
        let found = found.into_iter().find_map(|(list, what)| {
            Some((words::ending(list, &text).filter(|length| *length < text.len())?, what))
        });
        let state = words::ending("state_after", &text);
        let frame = words::ending("frame", &text);
        match (found, state, frame) {
            (Some((length, what)), ..) => {
                // 效率提高到95% is a state, 效率提高20% a change.
                if !reached && change.is_none() {
                    change = what;
                }
                text.truncate(text.len() - length);
            }
            (None, Some(length), _) => {
                reached = true;
                text.truncate(text.len() - length);
            }
            (None, None, Some(length)) => text.truncate(text.len() - length),
            (None, None, None) => break,
        }
    }
    Stripped { text: text.into_iter().collect(), change, reached }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, said: &str, around: &str, expected: Option<Likeness>) {
        let (wanted, said) = (Property::of(wanted), Property::of(said));
        let context =
            Context {
                around, record: "高强度铝合金型材", need: "锁体线材", shared: true
            };
        let got = wanted.likeness(&said, &context);
        assert_eq!(got, expected, "{wanted:?} {said:?}");
    }

    #[test]
    fn the_same_property_is_known_by_its_words() {
        use Likeness::{Broader, Narrower, Same};
        check("抗拉强度", "抗拉强度达到", "", Some(Same));
        check("抗拉强度", "型材的抗拉强度可达", "", Some(Narrower));
        check("拉伸强度", "抗拉强度", "", Some(Same));
        check("抗拉强度", "屈服强度", "抗拉强度和屈服强度", None);
        check("整灯光效", "发光效率不", "整灯发光效率", Some(Same));
        check("粗糙度Ra", "Ra", "", Some(Same));
        check("表面粗糙度Ra", "Ra", "", Some(Broader));
        check("表面粗糙度", "内壁粗糙度", "", None);
        check("膜层硬度", "硬度", "", Some(Broader));
        check("膜层硬度", "硬度", "该膜层致密且硬度高", Some(Same));
        check("硬度", "刃口硬度", "", Some(Narrower));
        check("整机效率", "光学效率", "整机", None);
        check("厚度", "涂层厚度", "", None);
        check("涂层厚度", "厚度", "", None);
        check("线材直径", "直径", "", None);
        check("型材壁厚偏差", "通孔壁厚偏差", "", None);
        check("批内色差", "批间色差", "", None);
        check("抗拉强度", "锁体抗拉强度", "", Some(Same));
        check("抗拉强度", "抗拉强度（棒材）", "", Some(Narrower));
        check("钢回收率", "铝合金回收率", "", None);
        check("综合良率", "焊接良率", "", None);
    }

    #[test]
    fn a_change_is_no_state() {
        let of = |name: &str| Property::of(name);
        assert_eq!(of("维护成本降低").change, Some(Change::Down));
        assert_eq!(of("生产效率提高了").change, Some(Change::Up));
        assert_eq!(of("合格率提高到").change, None);
        assert!(of("合格率提高到").reached);
        check("成本降低", "成本", "", None);
        check("生产成本降低", "生产成本降低了", "", Some(Likeness::Same));
    }

    #[test]
    fn brackets_hold_conditions_or_other_names() {
        assert_eq!(Property::of("噪声（1m声压级）").conditions, ["1m声压级"]);
        assert!(Property::of("拒认率（FRR）").conditions.is_empty());
        assert!(Property::of("厚度(mm)").conditions.is_empty());
    }
}
