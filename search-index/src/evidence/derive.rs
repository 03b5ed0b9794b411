//! Requirements out of running text, for needs that list none.

use std::ops::Range;

use super::figure::Figure;
use super::property::{Change, Property};
use super::statement::{Doubt, Sentence, sentences};
use super::unit::Unit;
use super::{Asked, words};

/// Requirements taken from one text.
const MOST: usize = 10;
/// Longest name of a property, in characters.
const LONGEST_NAME: usize = 30;

/// The figures to be reached that a text names, as far as it says of what and in which direction.
/// `targets` are the byte ranges that hold figures to be reached.
pub fn derived(text: &str, targets: &[Range<usize>]) -> Vec<Asked> {
    let characters = |at: usize| text[..at].chars().count();
    let targets: Vec<Range<usize>> =
        targets.iter().map(|range| characters(range.start)..characters(range.end)).collect();
    let original: Vec<char> = text.chars().collect();
    let mut found: Vec<Asked> = Vec::new();
    for sentence in sentences(text) {
        for (at, figure) in sentence.figures.iter().enumerate() {
            let place = sentence.start + figure.number;
            if !targets.iter().any(|range| range.contains(&place)) {
                continue;
            }
            let Some(asked) = asked(&sentence, at, &original) else { continue };
            if found.len() < MOST && !found.contains(&asked) {
                found.push(asked);
            }
        }
    }
    found
}

fn asked(sentence: &Sentence, at: usize, original: &[char]) -> Option<Asked> {
    let figure = &sentence.figures[at];
    // What is wanted is planned by its nature; figures of what is now are no requirements.
    let doubt = sentence.doubt(figure.from..figure.to);
    if doubt == Some(Doubt::Other) {
        return None;
    }
    let phrase = sentence.phrase(at);
    let property = sentence.property(at);
    let folded = sentence.folded(phrase.clone());
    if property.is_empty()
        || property.is_generic()
        || words::holds("earlier", &folded)
        || words::holds("present", &sentence.folded(sentence.clause(phrase.clone())))
    {
        return None;
    }
    let written = |range: Range<usize>| -> String {
        original[sentence.start + range.start..sentence.start + range.end].iter().collect()
    };
    let name = name(&written(phrase));
    // What goes on behind the unit as nothing known was not understood.
    let cut = matches!(sentence.plain.get(figure.to), Some('?' | '？' | '/' | '·' | '•'));
    if cut || Unit::parse(&name).is_some() {
        return None;
    }
    let (operator, value, value_max) = bound(figure, property)?;
    if !figure.bounded && !property.reached && doubt.is_none() {
        // 降低1%，油耗可降低0.7% tells how things are connected, not what is wanted.
        return None;
    }
    let length = name.chars().count();
    (2..=LONGEST_NAME).contains(&length).then(|| Asked {
        name,
        operator: operator.to_owned(),
        value,
        value_max,
        unit: unit(sentence, figure)
            .map(|range| written(range).trim().to_owned())
            .or_else(|| figure.unit.scale_name()),
        tolerance: None,
    })
}

/// The words before a figure without list numbers, signs and words that only lead to the figure.
fn name(phrase: &str) -> String {
    let heading = |head: &str| {
        ["要求", "指标", "参数", "目标", "如下"].iter().any(|word| head.trim().ends_with(word))
    };
    let phrase = match phrase.split_once(['：', ':']) {
        Some((head, rest)) if heading(head) => rest,
        _ => phrase,
    };
    let signs = |c: char| !c.is_alphanumeric() && !matches!(c, '(' | '（' | ')' | '）' | '"' | '”');
    let numbered = phrase.trim_matches(signs);
    let trimmed = numbered.trim_start_matches(|c: char| c.is_numeric() || signs(c));
    let mut name: Vec<char> = trimmed.trim_matches(signs).chars().collect();
    let mut reached = false;
    loop {
        let plain = super::text::plain(&name.iter().collect::<String>());
        let state = words::ending("state_after", &plain);
        let change =
            reached.then(|| words::ending("up", &plain).or_else(|| words::ending("down", &plain)));
        let Some(length) = state.or(change.flatten()).or_else(|| words::ending("trail", &plain))
        else {
            break;
        };
        reached |= state.is_some();
        name.truncate(name.len() - length);
    }
    while let Some(length) =
        words::beginning("lead", &super::text::plain(&name.iter().collect::<String>()))
    {
        name.drain(..length);
    }
    name.iter().collect::<String>().trim_matches(signs).to_owned()
}

/// Operator and values, where the text tells a direction.
fn bound(figure: &Figure, property: &Property) -> Option<(&'static str, String, Option<String>)> {
    let text = |value: f64| value.to_string();
    let (low, high) = (figure.low, figure.high);
    match (low, high) {
        (Some(low), None) => Some((if figure.strict { "gt" } else { "ge" }, text(low), None)),
        (None, Some(high)) => Some((if figure.strict { "lt" } else { "le" }, text(high), None)),
        // ±1 μm: no further from zero than this.
        (Some(0.0), Some(high)) if high > 0.0 => Some(("le", text(high), None)),
        (Some(low), Some(high)) if low < high && property.reached => {
            Some(("range", text(low), Some(text(high))))
        }
        (Some(low), Some(high)) if low == high => {
            let lowered = property.change == Some(Change::Down) && property.reached;
            match (property.reached, property.change) {
                (true, _) if lowered || property.is_small() => Some(("le", text(low), None)),
                (true, _) | (false, Some(_)) => Some(("ge", text(low), None)),
                (false, None) => None,
            }
        }
        _ => None,
    }
}

/// Where the unit of a figure stands.
fn unit(sentence: &Sentence, figure: &Figure) -> Option<Range<usize>> {
    if figure.unit == Unit::bare() {
        return None;
    }
    let text = &sentence.plain;
    (figure.number..figure.to).rev().find_map(|start| {
        let (unit, end) = super::unit::read(text, start)?;
        // The last unit of the figure from its first letter on: of kg not the g alone.
        let wider = (figure.number..start).rev().take_while(|at| !text[*at].is_ascii_digit());
        let first = wider.filter(|at| {
            super::unit::read(text, *at)
                .is_some_and(|(wide, to)| to == end && wide.fits(&figure.unit))
        });
        let first = first.last().unwrap_or(start);
        unit.fits(&figure.unit).then_some(first..end).filter(|_| end <= figure.to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, &str, &str)]) {
        let all = 0..text.len();
        let found = derived(text, std::slice::from_ref(&all));
        let found: Vec<_> = found
            .iter()
            .map(|a| {
                (
                    a.name.as_str(),
                    a.operator.as_str(),
                    a.value.as_str(),
                    a.unit.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn targets_with_a_property_and_a_direction_become_requirements() {
        check(
            "气孔率降到2%以内，合格率不低于95%",
            &[("气孔率", "le", "2", "%"), ("合格率", "ge", "95", "%")],
        );
        check("2、涂敷层硬度:≥60HRC", &[("涂敷层硬度", "ge", "60", "HRC")]);
        check("外圆表面处理层硬度≥HRC50", &[("外圆表面处理层硬度", "ge", "50", "HRC")]);
        check("表面粗糙度：Ra≤0.2（镜面）", &[("表面粗糙度：Ra", "le", "0.2", "")]);
        check("隔膜厚度均匀性控制在±1um以内", &[("隔膜厚度均匀性", "le", "1", "um")]);
        check("遥感估产精度需达90%以上", &[("遥感估产精度", "ge", "90", "%")]);
        check("吸料速度达到65立方米/小时", &[("吸料速度", "ge", "65", "立方米/小时")]);
        check("返修率降低50%以上", &[("返修率降低", "ge", "50", "%")]);
        check("加热速率≥0.6℃/min", &[("加热速率", "ge", "0.6", "℃/min")]);
    }

    #[test]
    fn what_tells_no_property_or_no_direction_is_left_alone() {
        check("功率200W，长度11Km以上", &[]);
        check("目前合格率只有90%以上", &[]);
        check("90%以上都是井下开采", &[]);
        check("汽车重量降低1%，油耗可降低0.7%", &[]);
    }
}
