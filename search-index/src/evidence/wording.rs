//! Requirements in words: a code (R11, IP65, GB/T 31485) or a short wording that must really stand
//! in the record, not denied and not planned.

use std::ops::Range;

use super::property::{Context, Likeness, Property};
use super::statement::Sentence;
use super::words;
use crate::analysis;

/// Longest wording that can be looked for, in characters: more is several claims at once.
const LONGEST: usize = 16;

/// What a requirement in words looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    /// The wording, folded, without what introduces it.
    text: String,
    /// Whether it is a code that tells by itself what is meant.
    telling: bool,
}

impl Wording {
    /// What to look for; nothing when the value is too long or too short to be looked for.
    pub fn of(value: &str) -> Option<Self> {
        let folded = squeezed(value);
        let mut text = folded.as_str();
        for lead in ["达到", "符合", "满足", "通过", "不低于", "至少", "应", "须", "为"]
        {
            text = text.strip_prefix(lead).unwrap_or(text);
        }
        for tail in ["标准要求", "标准", "要求", "认证", "等级", "级", "以上"] {
            text = text.strip_suffix(tail).filter(|rest| !rest.is_empty()).unwrap_or(text);
        }
        let count = text.chars().count();
        let one = !text.contains(|c: char| "，,；;。、".contains(c));
        let telling = is_code(text);
        let short = count <= LONGEST && one && (count >= 2 || folded != text);
        short.then(|| Self { text: text.to_owned(), telling })
    }

    /// Where the sentence says so, as characters of it.
    pub fn said_in(
        &self,
        sentence: &Sentence,
        wanted: &Property,
        context: Context<'_>,
    ) -> Option<Range<usize>> {
        let place = self.place(&sentence.plain)?;
        let clause = sentence.clause(place.clone());
        let said =
            Property::of(&sentence.plain[clause.start..place.start].iter().collect::<String>());
        let named = wanted.likeness(&said, &context) == Some(Likeness::Same)
            || sentence.folded(clause.clone()).contains(&wanted.text);
        let denied = ["不", "无", "非", "未", "没有", "没", "避免", "防止", "解决", "缺乏", "缺少"];
        let before: String = sentence.plain[clause.start..place.start].iter().collect();
        let near = before.trim_end();
        let is_denied = denied.iter().any(|word| near.ends_with(word))
            || words::holds("denied", &sentence.folded(clause));
        ((self.telling || named) && !is_denied).then_some(place)
    }

    /// The first place of the wording, spaces aside, as a whole word.
    fn place(&self, text: &[char]) -> Option<Range<usize>> {
        let wanted: Vec<char> = self.text.chars().collect();
        (0..text.len()).find_map(|start| {
            let (mut at, mut met) = (start, 0);
            while met < wanted.len() && at < text.len() {
                let folded = fold_one(text[at]);
                if folded == wanted[met] {
                    met += 1;
                } else if met == 0 || !matches!(text[at], ' ' | '-') {
                    return None;
                }
                at += 1;
            }
            let code = |c: char| c.is_ascii_alphanumeric();
            let joined =
                |one: Option<&char>, other: char| code(other) && one.is_some_and(|c| code(*c));
            let whole = start == 0 || !joined(text.get(start - 1), wanted[0]);
            let ends = !joined(text.get(at), *wanted.last()?);
            (met == wanted.len() && whole && ends).then_some(start..at)
        })
    }
}

fn fold_one(character: char) -> char {
    analysis::fold(&character.to_string()).chars().next().unwrap_or(character)
}

/// Folded, without spaces and hyphens.
fn squeezed(text: &str) -> String {
    analysis::fold(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

/// Letters and digits together (r11, ip65, gb/t31485): nothing else is called so.
fn is_code(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.'));
    let has = |test: fn(char) -> bool| text.chars().any(test);
    plain && text.len() >= 3 && has(|c| c.is_ascii_alphabetic()) && has(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::statement::sentences;

    #[track_caller]
    fn check(name: &str, value: &str, text: &str, expected: Option<&str>) {
        let wording = Wording::of(value).unwrap_or_else(|| panic!("{value}"));
        let context = Context { around: "", record: "", need: "", shared: true };
        let found = sentences(text).iter().find_map(|sentence| {
            let place = wording.said_in(sentence, &Property::of(name), context)?;
            Some(sentence.plain[place].iter().collect::<String>())
        });
        assert_eq!(found.as_deref(), expected, "{value} in {text}");
    }

    #[test]
    fn codes_are_found_as_whole_words() {
        check("防滑等级", "达到R11", "斜坡法防滑等级达R11。", Some("R11"));
        check("防滑等级", "达到R11", "防滑等级R110。", None);
        check("防护等级", "IP65", "防护等级 IP 65，耐候", Some("IP 65"));
        check("安规", "满足GB/T 31485-2015", "符合GB/T 31485-2015要求", Some("GB/T 31485-2015"));
    }

    #[test]
    fn a_wording_counts_where_its_property_is_named_and_it_is_not_denied() {
        check("釉料", "无铅", "釉料无铅，亮度高。", Some("无铅"));
        check("釉料", "含锌", "釉料不含锌。", None);
        check("铅笔硬度", "不低于H", "漆膜铅笔硬度H。", Some("H"));
        check("铅笔硬度", "不低于H", "漆膜铅笔硬度2H。", None);
        check("铅笔硬度", "不低于H", "H型支架。", None);
    }

    #[test]
    fn what_is_no_single_wording_is_not_looked_for() {
        assert_eq!(Wording::of("满足客户对外观、手感和气味的全部要求"), None);
        assert_eq!(Wording::of("好"), None);
    }
}
