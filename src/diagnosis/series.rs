//! Lists in a text, and whether their items are needs of their own: 1、… 2、…, （1）…（2）…, 一是…二是…,
//! or tasks parted by semicolons. A list of parameters, of goals or of steps is one need.

use std::ops::Range;

use super::figures::figures;
use super::words::{self, Plain};

/// Shortest item that can be a need of its own, in characters.
const SHORTEST: usize = 8;
/// Shortest one that begins with its verb.
const SHORTEST_TASK: usize = 6;
/// Longest title of a section, in characters.
const LONGEST_SECTION: usize = 24;
/// Longest title that is proposed, in characters.
const TITLE: usize = 60;
/// Characters at the head of an item in which its verb is looked for.
const HEAD: usize = 8;
/// Numerals of lists, from one.
const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// An item that could be a need of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The place of the beginning that makes a title.
    pub title: Range<usize>,
    /// The place of the whole item.
    pub text: Range<usize>,
}

/// The needs that a text consists of; nothing when it is one need.
pub(super) fn needs(text: &str, plain: &Plain) -> Vec<Item> {
    let plain = plain.text();
    let numbered = series(plain).into_iter().find_map(|series| {
        let kind = heading(plain, series[0].start);
        (kind != Heading::Other && several(text, plain, &series, kind))
            .then(|| (0..series.len()).map(|at| item(plain, &series, at)).collect())
    });
    let items = numbered.or_else(|| tasks_between_semicolons(plain)).unwrap_or_default();
    let whole = |text: Range<usize>| Item { title: title(plain, &text), text };
    items.into_iter().filter(|item| !item.is_empty()).map(whole).collect()
}

/// The mark before an item.
struct Mark {
    start: usize,
    end: usize,
    style: u8,
    number: usize,
}

/// The lists of a text: marks of one style that count up from one.
fn series(plain: &str) -> Vec<Vec<Mark>> {
    let mut open: Vec<Vec<Mark>> = Vec::new();
    let mut previous = None;
    let mut skip = 0;
    for (at, character) in plain.char_indices() {
        if at >= skip
            && let Some(mark) = mark(&plain[at..], at, previous)
        {
            skip = mark.end;
            let goes_on = |list: &&mut Vec<Mark>| {
                list.last()
                    .is_some_and(|last| last.style == mark.style && last.number + 1 == mark.number)
            };
            match open.iter_mut().rev().find(goes_on) {
                Some(list) if mark.number > 1 => list.push(mark),
                _ if mark.number == 1 => open.push(vec![mark]),
                _ => {}
            }
        }
        previous = Some(character);
    }
    open.retain(|list| list.len() > 1);
    open
}

/// The mark that a text begins with, if it does.
fn mark(rest: &str, start: usize, previous: Option<char>) -> Option<Mark> {
    let free = previous.is_none_or(|c| !c.is_alphanumeric() && !"./-~".contains(c));
    let found = |style: u8, number: usize, length: usize| {
        Some(Mark { start, end: start + length, style, number })
    };
    let first = rest.chars().next()?;
    if let Some(inner) = rest.strip_prefix(['(', '（']) {
        let (number, length, spelled) = numeral(inner)?;
        let closing = inner[length..].chars().next().filter(|c| ")）".contains(*c))?;
        let style = if spelled { 2 } else { 1 };
        return found(style, number, first.len_utf8() + length + closing.len_utf8());
    }
    if let Some(number) = "①②③④⑤⑥⑦⑧⑨⑩".chars().position(|c| c == first) {
        return found(3, number + 1, first.len_utf8());
    }
    if !free {
        return None;
    }
    let ordinal = rest.starts_with('第');
    let inner = rest.strip_prefix('第').unwrap_or(rest);
    let (number, length, spelled) = numeral(inner)?;
    let after = &inner[length..];
    let closing = after.chars().next()?;
    let end = rest.len() - inner.len() + length + closing.len_utf8();
    let digit_follows = after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    match (ordinal, spelled, closing) {
        (true, _, '，' | ',' | '、' | '：') => found(4, number, end),
        (false, true, '是') => found(5, number, end),
        (false, true, '、') => found(6, number, end),
        (false, false, '、') => found(7, number, end),
        (false, false, '.' | '．') if !digit_follows => found(8, number, end),
        (false, false, ')' | '）') => found(9, number, end),
        _ => None,
    }
}

/// A small number at the head of a text, its length, and whether it is spelled.
fn numeral(text: &str) -> Option<(usize, usize, bool)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) {
        return text[..digits].parse().ok().map(|number| (number, digits, false));
    }
    let at = NUMERALS.iter().position(|numeral| text.starts_with(numeral))?;
    Some((at + 1, NUMERALS[at].len(), true))
}

/// What the words before a list say about its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Needs,
    Other,
    Nothing,
}

fn heading(plain: &str, start: usize) -> Heading {
    // Where a sentence ends right before the list, it is that sentence that announces it.
    let ends = |c: char| c.is_whitespace() || "。：:；;".contains(c);
    let before = plain[..start].trim_end_matches(ends);
    let border = before.rmatch_indices(['。', '；', ';', '\n']).next();
    let from = border.map_or(0, |(at, sign)| at + sign.len());
    let words = &before[from..];
    // 存在以下问题 announces what is wrong with one thing.
    if words.contains("存在") {
        return Heading::Other;
    }
    let (need, other) =
        (words::NEED_HEADINGS.last_end(words), words::OTHER_HEADINGS.last_end(words));
    match (need, other) {
        (None, None) => Heading::Nothing,
        (need, other) if need > other => Heading::Needs,
        _ => Heading::Other,
    }
}

/// The text of an item: up to the next mark; the last one as far as the others go, to the end of
/// their sentence or of their line.
fn item(plain: &str, series: &[Mark], at: usize) -> Range<usize> {
    let start = series[at].end;
    let end = match series.get(at + 1) {
        Some(next) => next.start,
        None => {
            let line = plain[start..].find('\n').map_or(plain.len(), |end| start + end);
            let stop = plain[start..line].find('。').map_or(line, |end| start + end);
            let longer = (0..at).any(|other| {
                let text = &plain[series[other].end..series[other + 1].start];
                text.trim_end().trim_end_matches('。').contains('。')
            });
            if longer { line } else { stop }
        }
    };
    trimmed(plain, start..end)
}

fn trimmed(plain: &str, place: Range<usize>) -> Range<usize> {
    let border = |c: char| c.is_whitespace() || "，,、。；;：:．.\"”".contains(c);
    let piece = &plain[place.clone()];
    let start = place.start + piece.len() - piece.trim_start_matches(border).len();
    start..start + piece.trim_matches(border).len()
}

/// The first sentence of an item: what follows may explain, it does not change what the item is.
fn first_sentence(plain: &str, series: &[Mark], at: usize) -> Range<usize> {
    let start = series[at].end;
    let end = series.get(at + 1).map_or(plain.len(), |next| next.start);
    let stop = plain[start..end].find(['。', '；', ';', '\n']).map_or(end, |stop| start + stop);
    trimmed(plain, start..stop)
}

fn several(text: &str, plain: &str, series: &[Mark], kind: Heading) -> bool {
    let sentences: Vec<Range<usize>> =
        (0..series.len()).map(|at| first_sentence(plain, series, at)).collect();
    if sentences.iter().any(|at| is_section(plain, at)) {
        return false;
    }
    let is_need = |at: &&Range<usize>| is_need(&text[(*at).clone()], &plain[(*at).clone()], kind);
    let needs = sentences.iter().filter(is_need).count();
    needs >= 2 && needs * 2 > series.len()
}

/// Whether an item is a section of one paper: 需求内容, 现有工作基础, 目的：…
fn is_section(plain: &str, sentence: &Range<usize>) -> bool {
    let text = &plain[sentence.clone()];
    let title = text.split(['：', ':', '。']).next().unwrap_or(text);
    let goes_on = title.len() < text.len()
        || plain[sentence.end..].starts_with(['\n', '；', ';', '：', '。']);
    goes_on && title.chars().count() <= LONGEST_SECTION && words::SECTIONS.in_text(title)
}

/// Whether an item says what is to be done or what is wrong, rather than how much of something.
fn is_need(original: &str, plain: &str, kind: Heading) -> bool {
    let length = plain.chars().count();
    let opening: String = plain.chars().take(HEAD).collect();
    if length >= SHORTEST_TASK && words::TASKS.first(plain) == Some(0) {
        return true;
    }
    if length < SHORTEST {
        return false;
    }
    if words::TASKS.in_text(&opening) || ends_in_task(plain) {
        return true;
    }
    let measured = !figures(original, &Plain::new(original)).targets.is_empty()
        || plain.contains(|c: char| "≥≤＞＜><".contains(c));
    if measured {
        return false;
    }
    // What is wrong with one thing is often listed: such an item must be announced as a need.
    let announced = kind == Heading::Needs;
    words::WISHES.in_text(&opening)
        || announced && (words::PROBLEMS.in_text(plain) || words::EFFICACY.in_text(plain))
}

/// Whether an item is named after work: …的研发, …技术.
fn ends_in_task(plain: &str) -> bool {
    let ends = ["研发", "开发", "研制", "研究", "设计", "改造", "技术", "难题", "问题"];
    ends.iter().any(|end| plain.ends_with(end))
}

/// Tasks parted by semicolons, each beginning with its verb.
fn tasks_between_semicolons(plain: &str) -> Option<Vec<Range<usize>>> {
    plain.split_inclusive(['。', '\n']).find_map(|sentence| {
        let base = sentence.as_ptr() as usize - plain.as_ptr() as usize;
        let mut at = base;
        let pieces = sentence.split_inclusive(['；', ';']).map(|piece| {
            let place = at..at + piece.len();
            at = place.end;
            trimmed(plain, place)
        });
        let pieces: Vec<Range<usize>> = pieces.filter(|place| !place.is_empty()).collect();
        let begins = |place: &Range<usize>| {
            let text = &plain[place.clone()];
            text.chars().count() >= SHORTEST_TASK && words::TASKS.first(text) == Some(0)
        };
        (pieces.len() > 1 && pieces.iter().all(begins)).then_some(pieces)
    })
}

/// The beginning of an item that makes a title.
fn title(plain: &str, item: &Range<usize>) -> Range<usize> {
    let text = &plain[item.clone()];
    let clause = text.find(['，', ',', '。', '；', ';', '：', ':', '\n', '（', '(']);
    let clause = clause.filter(|end| text[..*end].chars().count() >= SHORTEST);
    let end = clause.unwrap_or(text.len());
    let end = text[..end].char_indices().nth(TITLE).map_or(end, |(at, _)| at);
    trimmed(plain, item.start..item.start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        needs(text, &Plain::new(text)).into_iter().map(|item| &text[item.text]).collect()
    }

    #[track_caller]
    fn splits(text: &str, expected: &[&str]) {
        assert_eq!(texts(text), expected, "{text}");
    }

    #[test]
    fn several_needs_are_taken_apart_word_for_word() {
        let (a, b, c) = ("冲压产品批量开裂问题", "开发电镀品防发霉工艺", "寻求智能化冲压产线方案");
        splits(&format!("1、{a}\n2、{b}\n3、{c}"), &[a, b, c]);
        splits(&format!("我公司有以下需求：1. {a}；2. {b}；3. {c}。"), &[a, b, c]);
        splits(&format!("（1）{a}；（2）{b}。"), &[a, b]);
        splits(&format!("①{a}②{b}③{c}"), &[a, b, c]);
        splits(&format!("难题一是{a}"), &[]);
        splits(&format!("主要需求，一是{a}，二是{b}。预算30万元。"), &[a, b]);
        splits("开发釉料配方；研制自动施釉设备。预算30万元", &["开发釉料配方", "研制自动施釉设备"]);
    }

    #[test]
    fn parameters_goals_and_steps_of_one_need_stay_together() {
        splits("技术指标：1、直径0.25mm；2、厚度不超过3mm；3、硬度≥HRC50", &[]);
        splits("1、直径不小于25毫米\n2、厚度不超过3毫米\n3、寿命不低于8000小时", &[]);
        splits("预期目标：1、解决锻件开裂的问题；2、开发新的模具结构", &[]);
        splits("研究内容：\n1、开发一种树脂配方\n2、研究碳化工艺参数", &[]);
        splits("难题：（1）工艺复杂；（2）去除率低；（3）运行费用高", &[]);
        splits("生产中存在以下问题：\n1、工艺不成熟，容易开裂\n2、设备故障多，无法连续运行", &[]);
        splits("1、温度过高时产品容易变形开裂；2、压力太低时填充不足", &[]);
        splits(
            "一、需求内容\n研发新型釉料\n二、拟解决的技术难题\n釉面开裂\n三、现有工作基础\n有窑炉",
            &[],
        );
        splits("①目的：解决釉面开裂的问题②难题：不能改变烧成制度", &[]);
        splits("压铸件厚度1.5毫米，气孔率2.0%，要求改进。", &[]);
        splits("气孔率降到2%以内；合格率达到95%", &[]);
    }

    #[test]
    fn a_title_is_the_beginning_of_its_item() {
        let text = "1、开发新型釉料配方，用于日用瓷，不含铅镉。\n2、研制自动施釉设备。";
        let found = needs(text, &Plain::new(text));
        let titles: Vec<&str> = found.iter().map(|item| &text[item.title.clone()]).collect();
        assert_eq!(titles, ["开发新型釉料配方", "研制自动施釉设备"]);
        let long = format!("1、开发{}\n2、研制自动施釉设备", "釉".repeat(100));
        let found = needs(&long, &Plain::new(&long));
        assert_eq!(long[found[0].title.clone()].chars().count(), TITLE);
    }
}
