//! Figures in running text: number or range, how it is bounded, its unit and where it stands.

use super::text::{begins, ends, raised, skip, skip_back};
use super::unit::{self, Unit};
use super::words;
use crate::analysis::numbers::{Amount, amount, chinese_digit};

/// A figure as it is stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Least value it allows, in its unit; nothing when it has no lower end.
    pub low: Option<f64>,
    /// Greatest value it allows.
    pub high: Option<f64>,
    /// Whether the ends themselves are left out (`<`, `>`).
    pub strict: bool,
    /// Whether it is stated as a bound, not as a value.
    pub bounded: bool,
    /// Whether it is stated as being near (约, 左右).
    pub about: bool,
    /// Whether it is the best that was seen (最高可达).
    pub peak: bool,
    /// The sign that a bare `+` or `-` gives it.
    pub sign: Option<char>,
    /// Its unit; [`Unit::bare`] without one.
    pub unit: Unit,
    /// First character, with the words that bound it.
    pub from: usize,
    /// First character of the number.
    pub number: usize,
    /// Character after it, with unit and the words that bound it.
    pub to: usize,
}

/// How words or signs bound a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// At least.
    Ge,
    /// More than.
    Gt,
    /// At most.
    Le,
    /// Less than.
    Lt,
    /// Near.
    About,
    /// At best.
    Peak,
    /// Not further from zero.
    Within,
}

/// Every figure of a text in order; `own` is a unit to be known besides the listed ones.
pub fn figures(text: &[char], own: Option<&str>) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let last = found.last().map_or(0, |figure: &Figure| figure.to);
        match begins_number(text, at).then(|| figure(text, (last, at), own)).flatten() {
            Some(figure) => {
                at = figure.to.max(at + 1);
                found.push(figure);
            }
            None => at = skip_name(text, at),
        }
    }
    found
}

/// Words before a number that is a share of a hundred.
const PARTS: &str = "百分之";

/// Letters right before a number that are a sign or a scale, not a name.
const LEADS: [&str; 13] =
    ["hrc", "hv", "hb", "hra", "ra", "rz", "φ", "ф", "δe", "ph", "cri", "ugr", "σ"];

/// Whether a number may begin here: not within a name such as Q235 or PM2.5.
fn begins_number(text: &[char], at: usize) -> bool {
    if !text[at].is_ascii_digit() {
        let spelled = chinese_digit(text[at]).is_some() && !ends(text, at, "第");
        return spelled || begins(text, at, PARTS);
    }
    match at.checked_sub(1).map(|before| text[before]) {
        Some(c) if c.is_ascii_digit() || c == '.' || c == '_' => false,
        // GB/T 31485-2015, 6063-5, 1-3 as a part of a name.
        Some('-') if at > 1 && text[at - 2].is_ascii_alphanumeric() => false,
        Some(c) if c.is_alphabetic() && !is_han(c) => LEADS.iter().any(|lead| {
            let start = at - lead.chars().count().min(at);
            ends(text, at, lead) && (start == 0 || !text[start - 1].is_ascii_alphanumeric())
        }),
        _ => true,
    }
}

/// Whether a character is Chinese.
pub fn is_han(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

fn skip_name(text: &[char], at: usize) -> usize {
    let inside = |c: &char| c.is_ascii_digit() || *c == '.';
    if !inside(&text[at]) {
        return at + 1;
    }
    at + text[at..].iter().take_while(|c| inside(c)).count()
}

/// A number with exponent and multiplier.
#[derive(Debug, Clone, Copy)]
struct Number {
    value: f64,
    multiplier: f64,
    scaled: bool,
    spelled: bool,
    end: usize,
}

/// Longest number that is read, in characters.
const LONGEST: usize = 32;

fn number(text: &[char], at: usize) -> Option<Number> {
    let window: String = text[at..].iter().take(LONGEST).collect();
    let Amount { end, value, multiplier, scaled, spelled, .. } = amount(&window, 0)?;
    let end = at + window[..end].chars().count();
    let (power, after) = exponent(text, end);
    let next = text.get(after).copied().unwrap_or(' ');
    // 64×64, 1:3, 12345X are no single numbers.
    let single = !matches!(next, '×' | ':' | '*' | '^') && raised(next).is_none();
    single.then_some(Number {
        value: value * 10f64.powi(power),
        multiplier,
        scaled,
        spelled,
        end: after,
    })
}

/// The power of ten behind a number: `×10^5`, `x10⁵`, `e-3`.
fn exponent(text: &[char], at: usize) -> (i32, usize) {
    let start = skip(text, at);
    if matches!(text.get(start), Some('×' | 'x' | '*')) && begins(text, skip(text, start + 1), "10")
    {
        let mut end = skip(text, start + 1) + 2;
        let written = text.get(end) == Some(&'^');
        end += usize::from(written);
        if let Some((power, end)) = power(text, end, written) {
            return (power, end);
        }
    }
    if matches!(text.get(at), Some('e' | 'E'))
        && let Some((power, end)) = power(text, at + 1, true)
    {
        return (power, end);
    }
    (0, at)
}

fn power(text: &[char], at: usize, plain: bool) -> Option<(i32, usize)> {
    let negative = matches!(text.get(at), Some('-' | '⁻'));
    let mut end = at + usize::from(negative || text.get(at) == Some(&'+'));
    let (start, mut value) = (end, 0);
    while let Some(digit) = text
        .get(end)
        .and_then(|c| raised(*c).or_else(|| c.to_digit(10).filter(|_| plain).map(|d| d as i32)))
    {
        value = value * 10 + digit;
        end += 1;
        if value > 30 {
            return None;
        }
    }
    (end > start).then_some((if negative { -value } else { value }, end))
}

/// The unit behind a number, and where it ends.
fn measured(text: &[char], number: &Number, own: Option<&str>) -> Option<(Unit, usize)> {
    let start = skip(text, number.end);
    // What is written out comes before a part of it that is known.
    if let Some(name) =
        own.filter(|name| !name.is_empty() && begins(text, start, &name.to_lowercase()))
    {
        return Some((Unit::opaque(name), start + name.chars().count()));
    }
    if let Some(found) = unit::read(text, start) {
        let date = found.0.fits(&Unit::parse("年").unwrap_or_else(Unit::bare))
            && (1900.0..2100.0).contains(&number.value);
        return (!date).then_some(found);
    }
    None
}

fn figure(text: &[char], (last, at): (usize, usize), own: Option<&str>) -> Option<Figure> {
    let (parts, at) = if begins(text, at, PARTS) { (true, at + 3) } else { (false, at) };
    let first = number(text, at)?;
    let share = Unit::parse("%").filter(|_| parts);
    let (mut unit, mut end) = match share {
        Some(share) => (Some(share), first.end),
        None => measured(text, &first, own).map_or((None, first.end), |(u, e)| (Some(u), e)),
    };
    let (mut low, mut high) = (first.value, first.value);
    if let Some((second, theirs, after)) = upper(text, end, own) {
        let scale = if first.scaled || unit.is_some() { 1.0 } else { second.multiplier };
        low *= scale;
        let known = unit.clone().or_else(|| theirs.clone());
        if let (Some(mine), Some(theirs)) = (&unit, &theirs) {
            if !mine.fits(theirs) {
                return None;
            }
            low = mine.convert(low, theirs, false);
        }
        high = second.value;
        unit = theirs.or(known);
        end = after;
    }
    // 一 in 一种 is no amount, and 三 without a unit hardly one.
    let start = if parts { at - PARTS.chars().count() } else { at };
    let (unit, start) = match unit {
        Some(unit) => (unit, start),
        None if first.spelled => return None,
        None => hardness(text, at).filter(|scale| scale.1 >= last).unwrap_or((Unit::bare(), start)),
    };
    Some(bounded(text, (last, start), Raw { low, high, unit, end }))
}

/// The scale that stands before a number, HRC60, with its first character.
fn hardness(text: &[char], at: usize) -> Option<(Unit, usize)> {
    let scales = ["HRC", "HRA", "HRB", "HV", "HB"];
    let before = skip_back(text, at);
    let scale = scales.into_iter().find(|scale| ends(text, before, &scale.to_lowercase()))?;
    Some((Unit::parse(scale)?, before - scale.len()))
}

/// The upper end of a range.
fn upper(text: &[char], at: usize, own: Option<&str>) -> Option<(Number, Option<Unit>, usize)> {
    let mut start = skip(text, at);
    if !matches!(text.get(start), Some('~' | '-' | '至' | '到')) {
        return None;
    }
    while matches!(text.get(start), Some('~' | '-' | '至' | '到' | ' ')) {
        start += 1;
    }
    if !text.get(start).is_some_and(|c| c.is_ascii_digit() || is_han(*c)) {
        return None;
    }
    let second = number(text, start)?;
    let (unit, end) =
        measured(text, &second, own).map_or((None, second.end), |(u, e)| (Some(u), e));
    Some((second, unit, end))
}

struct Raw {
    low: f64,
    high: f64,
    unit: Unit,
    end: usize,
}

/// Takes in the signs and words before and behind.
fn bounded(text: &[char], (last, number): (usize, usize), raw: Raw) -> Figure {
    let Raw { low, high, unit, end } = raw;
    let (mut low, mut high) = if low <= high { (low, high) } else { (high, low) };
    let (mut from, mut sign) = (number, None);
    let lead = text[last..number].last().copied();
    if let Some(mark @ ('-' | '+')) = lead {
        from = number - 1;
        let range = low < high;
        if mark == '-' && !unit.is_share() {
            (low, high) = if range { (-low, high) } else { (-high, -low) };
        }
        sign = Some(mark);
    }
    if ends(text, from, "零下") {
        (low, high) = (-high, -low);
        from -= 2;
    }
    let before = words::sign_before(&text[last..from]);
    if let Some((_, length)) = before {
        from -= length;
    }
    let behind = words::sign_behind(&text[end..]);
    let to = end + behind.map_or(0, |(_, length)| length);
    let mut figure = Figure {
        low: Some(low),
        high: Some(high),
        strict: false,
        bounded: false,
        about: false,
        peak: false,
        sign,
        unit,
        from,
        number,
        to,
    };
    for (sign, _) in before.into_iter().chain(behind) {
        figure.bind(sign);
    }
    figure
}

impl Figure {
    fn bind(&mut self, sign: Sign) {
        match sign {
            Sign::Ge | Sign::Gt => {
                self.low = self.high.filter(|_| self.low.is_none()).or(self.low);
                self.high = None;
            }
            Sign::Le | Sign::Lt => self.low = None,
            Sign::Within => {
                let most = self.high.unwrap_or_default().abs();
                (self.low, self.high) = (Some(0.0), Some(most));
            }
            Sign::About => self.about = true,
            Sign::Peak => self.peak = true,
        }
        self.strict |= matches!(sign, Sign::Gt | Sign::Lt);
        self.bounded |= !matches!(sign, Sign::About | Sign::Peak | Sign::Within);
    }

    /// The value, when it is a single one.
    pub fn single(&self) -> Option<f64> {
        self.low.filter(|low| self.high == Some(*low))
    }
}
