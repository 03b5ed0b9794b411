//! Quantities in running text: numbers with a unit, brought to one scale per kind of quantity.
//!
//! 1.5 kW and 1500 瓦 come out alike, as do 30-50万元 and 三十至五十万元. Names of things that
//! merely look like quantities (5G, 2019年) are left alone.

mod parse;
mod units;

pub(crate) use parse::{Amount, amount, chinese_digit};
pub(super) use units::is_long_unit;

use super::normalize::Folded;
use parse::separator;
use units::unit;

/// A number with its unit, and where it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The amount, in `unit`.
    pub value: f64,
    /// The canonical unit of its kind (`mm`, `kg`, `W`, `元` …); empty for amounts such as 30万
    /// that name none.
    pub unit: String,
    /// First byte in the original text.
    pub from: usize,
    /// First byte after it in the original text.
    pub to: usize,
}

/// The quantities of a text in order. A range gives its two ends, both with the unit.
pub fn quantities(text: &str) -> Vec<Quantity> {
    let folded = Folded::new(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_start(folded.text(), at) {
        at = match read(text, &folded, (at, start), &mut found) {
            Some(end) => end,
            None => skip_word(folded.text(), start),
        };
    }
    found
}

/// The next place a number may begin: not in the middle of a name such as `Q235` or `PM2.5`.
fn next_start(text: &str, from: usize) -> Option<usize> {
    let mut previous = text[..from].chars().next_back();
    for (at, character) in text[from..].char_indices() {
        let inside = previous.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        let digit = character.is_ascii_digit();
        if (digit && !inside) || chinese_digit(character).is_some() {
            return Some(from + at);
        }
        previous = Some(character);
    }
    None
}

fn skip_word(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    // A Chinese numeral without a unit is skipped alone: 一 in 一种 is no amount.
    from + end.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// Reads a quantity or a range at `start`; its end, or nothing when the number has no unit.
/// `last` is where the reading before ended: a dash right there is no minus sign.
fn read(
    text: &str,
    folded: &Folded,
    (last, start): (usize, usize),
    found: &mut Vec<Quantity>,
) -> Option<usize> {
    let plain = folded.text();
    let first = amount(plain, start)?;
    let second = separator(plain, first.end).and_then(|at| amount(plain, at));
    if let Some(second) = second
        && let Some((name, factor, end)) = measured(text, folded, &second)
    {
        let scale = if first.scaled { 1.0 } else { second.multiplier };
        let from = with_sign(plain, last, &first);
        push(folded, (from.0, first.end), (from.1 * scale * factor, name), found);
        push(folded, (second.start, end), (second.value * factor, name), found);
        return Some(end);
    }
    let (name, factor, end) = measured(text, folded, &first)?;
    let (from, value) = with_sign(plain, last, &first);
    push(folded, (from, end), (value * factor, name), found);
    Some(end)
}

/// The unit behind an amount: its canonical name, the factor to it and where it ends.
fn measured(text: &str, folded: &Folded, amount: &Amount) -> Option<(&'static str, f64, usize)> {
    let plain = folded.text();
    let money_sign = plain[..amount.start].ends_with('¥');
    match unit(text, folded, amount) {
        Some(found) => Some(found),
        None if money_sign => Some(("元", 1.0, amount.end)),
        None if amount.multiplier >= 10_000.0 && !amount.spelled => Some(("", 1.0, amount.end)),
        None => None,
    }
}

/// Takes in a minus sign that stands before the number, neither between two of them nor in a name.
fn with_sign(text: &str, last: usize, amount: &Amount) -> (usize, f64) {
    let before = &text[last..amount.start];
    let Some(sign) = before.chars().next_back().filter(|c| matches!(c, '-' | '−')) else {
        return (amount.start, amount.value);
    };
    let lead = before[..before.len() - sign.len_utf8()].chars().next_back();
    let in_name = lead.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
    if in_name || (lead.is_none() && last > 0) {
        return (amount.start, amount.value);
    }
    (amount.start - sign.len_utf8(), -amount.value)
}

fn push(
    folded: &Folded,
    (start, end): (usize, usize),
    (value, unit): (f64, &str),
    found: &mut Vec<Quantity>,
) {
    let (from, to) = folded.origin(start, end);
    found.push(Quantity { value, unit: unit.to_string(), from, to });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(f64, String)> {
        quantities(text).into_iter().map(|q| ((q.value * 1e6).round() / 1e6, q.unit)).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[(f64, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(v, u)| (*v, u.to_string())).collect();
        assert_eq!(read_all(text), expected, "{text}");
    }

    #[test]
    fn units_of_one_kind_share_a_scale() {
        check("功率1.5kW", &[(1500.0, "W")]);
        check("功率１５００瓦", &[(1500.0, "W")]);
        check("厚度0.5 cm，误差5μm", &[(5.0, "mm"), (0.005, "mm")]);
        check("日产100吨", &[(100_000.0, "kg")]);
        check("2 mW与2 MW", &[(0.002, "W"), (2_000_000.0, "W")]);
    }

    #[test]
    fn ranges_share_unit_and_multiplier() {
        check("投入30-50万元", &[(300_000.0, "元"), (500_000.0, "元")]);
        check("3.2～4.6米", &[(3200.0, "mm"), (4600.0, "mm")]);
        check("100吨至300吨", &[(100_000.0, "kg"), (300_000.0, "kg")]);
        check("100吨-300吨", &[(100_000.0, "kg"), (300_000.0, "kg")]);
        check("-20~60℃", &[(-20.0, "℃"), (60.0, "℃")]);
    }

    #[test]
    fn thousands_separators_signs_and_money() {
        check("年产1,200,000件", &[(1_200_000.0, "件")]);
        check("耐温-40℃", &[(-40.0, "℃")]);
        check("¥300", &[(300.0, "元")]);
        check("预算30万", &[(300_000.0, "")]);
        check("公差±0.05mm", &[(0.05, "mm")]);
    }

    #[test]
    fn chinese_numerals_count_when_a_unit_follows() {
        check("三百五十万元", &[(3_500_000.0, "元")]);
        check("二十台设备", &[(20.0, "台")]);
        check("十二个月", &[(12.0, "月")]);
        check("一种方法，统一标准，万能", &[]);
    }

    #[test]
    fn names_and_dates_are_no_quantities() {
        check("5G基站 Q235B 2019年 PM2.5 6063-T5", &[]);
        check("三年内", &[(3.0, "年")]);
    }

    #[test]
    fn spans_are_verbatim() {
        let text = "厚度３０ｍｍ，成品率≥95%";
        let found: Vec<&str> = quantities(text).iter().map(|q| &text[q.from..q.to]).collect();
        assert_eq!(found, ["３０ｍｍ", "95%"]);
    }
}
