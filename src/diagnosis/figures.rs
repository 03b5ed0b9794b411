//! Figures in a text: which of them are targets to be reached, which the money that may be spent.

use std::ops::Range;

use search_index::analysis::numbers::quantities;

use super::words::{self, Plain};

/// Longest clause that is quoted, in characters.
const QUOTED: usize = 60;
/// Bytes before a figure in which a heading such as 指标 still speaks for it.
const HEADING_REACH: usize = 900;
/// Units of money.
const MONEY: [&str; 4] = ["元", "", "美元", "港元"];
/// Units in which things and times are counted: such figures are targets only with a comparison.
const COUNTED: [&str; 13] =
    ["年", "月", "天", "台", "套", "条", "次", "批", "件", "片", "只", "张", "把"];
/// Units of figures that tell of the firm or of nothing, never of a target.
const NEVER: [&str; 3] = ["人", "家", "个"];

/// The figures of a text, as places of the clauses that hold them.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// Figures to be reached.
    pub targets: Vec<Range<usize>>,
    /// Money that may be spent.
    pub budgets: Vec<Range<usize>>,
}

/// What a figure is measured in.
enum Measure {
    Money,
    Counted,
    Physical,
    /// A sign of comparison before a bare number.
    Compared,
}

/// Sorts the figures of a text.
pub(super) fn figures(text: &str, plain: &Plain) -> Figures {
    let plain = plain.text();
    let mut found = Figures::default();
    for (place, measure) in measured(text, plain) {
        let clause = bounds(plain, &place, ends_clause);
        let sentence = bounds(plain, &place, ends_sentence);
        let compared = is_compared(&plain[clause.clone()]);
        let target = match measure {
            Measure::Compared => true,
            Measure::Money => {
                let sentence = &plain[sentence];
                let spent = sentence.contains("已投入") || sentence.contains("已经投入");
                if words::BUDGETS.in_text(sentence) && !spent {
                    add(&mut found.budgets, quotable(plain, clause.clone()));
                    continue;
                }
                compared && words::COSTS.in_text(&plain[clause.clone()])
            }
            Measure::Counted => compared && !words::DEADLINES.in_text(&plain[clause.clone()]),
            Measure::Physical => compared || under_target_heading(plain, place.start),
        };
        if target {
            add(&mut found.targets, quotable(plain, clause));
        }
    }
    found
}

/// Every figure with its place, in order.
fn measured(text: &str, plain: &str) -> Vec<(Range<usize>, Measure)> {
    let of_unit = |unit: &str| match unit {
        unit if MONEY.contains(&unit) => Measure::Money,
        unit if COUNTED.contains(&unit) => Measure::Counted,
        _ => Measure::Physical,
    };
    let mut all: Vec<(Range<usize>, Measure)> = quantities(text)
        .into_iter()
        .filter(|quantity| !NEVER.contains(&quantity.unit.as_str()))
        .map(|quantity| (quantity.from..quantity.to, of_unit(&quantity.unit)))
        .collect();
    let spelled =
        plain.match_indices("百分之").map(|(at, word)| (at..at + word.len(), Measure::Physical));
    let times = plain.char_indices().filter(|(at, sign)| {
        *sign == '倍' && plain[..*at].chars().next_back().is_some_and(is_numeral)
    });
    let times = times.map(|(at, _)| (at..at + '倍'.len_utf8(), Measure::Physical));
    let signs = plain.char_indices().filter(|(at, sign)| {
        let rest = &plain[at + sign.len_utf8()..];
        is_sign(*sign) && rest.trim_start().starts_with(|c: char| c.is_numeric())
    });
    let signs = signs.map(|(at, sign)| (at..at + sign.len_utf8(), Measure::Compared));
    all.extend(spelled.chain(times).chain(signs));
    all.sort_by_key(|(place, _)| place.start);
    all
}

fn is_numeral(character: char) -> bool {
    character.is_numeric() || "一两二三四五六七八九十百数几".contains(character)
}

fn is_sign(character: char) -> bool {
    "≥≤≧≦＞＜><±".contains(character)
}

fn is_compared(clause: &str) -> bool {
    clause.contains(is_sign) || words::COMPARISONS.in_text(clause)
}

/// Whether the last heading before a figure says that figures to be reached follow.
fn under_target_heading(plain: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(HEADING_REACH);
    while !plain.is_char_boundary(from) {
        from += 1;
    }
    let before = &plain[from..at];
    let target = words::TARGET_HEADINGS.last_end(before);
    target.is_some() && target >= words::STATES.last_end(before)
}

fn ends_clause(character: char) -> bool {
    ends_sentence(character) || "，,、：:".contains(character)
}

fn ends_sentence(character: char) -> bool {
    "。；;！!？?\n\r".contains(character)
}

/// The piece between two borders that holds a place.
fn bounds(plain: &str, place: &Range<usize>, border: fn(char) -> bool) -> Range<usize> {
    let after = |(at, sign): (usize, &str)| at + sign.len();
    let start = plain[..place.start].rmatch_indices(border).next().map_or(0, after);
    let end = plain[place.end..].find(border).map_or(plain.len(), |at| place.end + at);
    start..end
}

/// The clause without space around it, cut to what can be quoted.
fn quotable(plain: &str, clause: Range<usize>) -> Range<usize> {
    let piece = &plain[clause.clone()];
    let start = clause.start + piece.len() - piece.trim_start().len();
    let trimmed = piece.trim();
    let length = trimmed.char_indices().nth(QUOTED).map_or(trimmed.len(), |(at, _)| at);
    start..start + length
}

/// A clause with several figures counts once.
fn add(places: &mut Vec<Range<usize>>, place: Range<usize>) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, targets: &[&str], budgets: &[&str]) {
        let found = figures(text, &Plain::new(text));
        let quote = |places: &[Range<usize>]| -> Vec<String> {
            places.iter().map(|place| text[place.clone()].to_owned()).collect()
        };
        assert_eq!(quote(&found.targets), targets, "{text}");
        assert_eq!(quote(&found.budgets), budgets, "{text}");
    }

    #[test]
    fn figures_to_be_reached_are_targets() {
        check("气孔率降到2%以内，合格率不低于95%", &["气孔率降到2%以内", "合格率不低于95%"], &[]);
        check("表面粗糙度：Ra≤0.2（镜面）", &["Ra≤0.2（镜面）"], &[]);
        check("气孔率降到百分之二以内", &["气孔率降到百分之二以内"], &[]);
        check("寿命提高两倍以上", &["寿命提高两倍以上"], &[]);
        check("技术指标：\n1、光效130lm/W\n2、功率200W", &["光效130lm/W", "功率200W"], &[]);
        check("reduce porosity to less than 2%", &["reduce porosity to less than 2%"], &[]);
        check("单件成本不超过3元", &["单件成本不超过3元"], &[]);
    }

    #[test]
    fn figures_of_what_is_are_no_targets() {
        check("我公司月产300吨，目前壁厚3mm", &[], &[]);
        check("拥有场地10000平方米，研究生以上学历人才13人，专利8件", &[], &[]);
        check("专利号ZL201721099528.4", &[], &[]);
        check("希望6个月内完成", &[], &[]);
    }

    #[test]
    fn money_that_may_be_spent_is_a_budget() {
        check("研发经费总预算：25万元", &[], &["25万元"]);
        check("预计投入研发费用30-50万元", &[], &["预计投入研发费用30-50万元"]);
        check("已投入资金100万元", &[], &[]);
    }
}
