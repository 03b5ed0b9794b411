//! Units of measure: what they measure, and how one is turned into another.
//!
//! A unit is a factor on a product of base units. What is composed of names in `units.txt`
//! (`W/(m·K)`, `元/kg`, `kg·m⁻³`) is understood without being listed. Scales that cannot be turned
//! into each other (HRC and HV) are base units of their own, so that they never compare.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Base units with their powers, sorted, without zeros.
pub type Dimension = Vec<(String, i32)>;

/// A unit of measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// What it measures. One thing per another of the same sort (mg/kg) is a share and has none.
    pub dimension: Dimension,
    factor: f64,
    /// Where its zero lies on the scale of the base unit.
    offset: f64,
}

impl Unit {
    /// What a bare number is measured in: a scale of its own, not comparable with shares.
    pub fn bare() -> Self {
        Self::scale("number")
    }

    /// A unit that is not known: comparable with itself alone.
    pub fn opaque(name: &str) -> Self {
        Self::scale(&format!("“{}”", crate::analysis::fold(name).replace(' ', "")))
    }

    fn scale(name: &str) -> Self {
        Self { dimension: vec![(name.to_owned(), 1)], factor: 1.0, offset: 0.0 }
    }

    /// The unit of this name; nothing when it is not known in whole.
    pub fn parse(name: &str) -> Option<Self> {
        let characters: Vec<char> = super::text::plain(name.trim());
        let (unit, end) = read(&characters, 0)?;
        (end == characters.len()).then_some(unit)
    }

    /// Whether values of both can be compared.
    pub fn fits(&self, other: &Self) -> bool {
        self.dimension == other.dimension
    }

    /// Whether it measures shares of a whole: percent and the like.
    pub fn is_share(&self) -> bool {
        self.dimension.is_empty()
    }

    /// A value of this unit in another one that fits. The `difference` of two temperatures has no
    /// zero to be moved.
    pub fn convert(&self, value: f64, into: &Self, difference: bool) -> f64 {
        let shift = if difference { 0.0 } else { self.offset - into.offset };
        if self.factor == into.factor {
            value + shift / into.factor
        } else {
            (value * self.factor + shift) / into.factor
        }
    }

    /// The name of the scale itself, for a unit that stands before its number (HRC60).
    pub fn scale_name(&self) -> Option<String> {
        match self.dimension.as_slice() {
            [] if self.factor == 0.01 => Some("%".to_owned()),
            [(name, 1)] if self.factor == 1.0 && *self != Self::bare() => Some(name.clone()),
            _ => None,
        }
    }

    fn times(&self, other: &Self, sign: i32) -> Self {
        let mut dimension = self.dimension.clone();
        for (base, power) in &other.dimension {
            match dimension.iter_mut().find(|(known, _)| known == base) {
                Some((_, known)) => *known += power * sign,
                None => dimension.push((base.clone(), power * sign)),
            }
        }
        dimension.retain(|(_, power)| *power != 0);
        dimension.sort();
        let factor = if sign > 0 { self.factor * other.factor } else { self.factor / other.factor };
        // Per degree, or degrees times something: differences alone can be meant.
        Self { dimension, factor, offset: 0.0 }
    }

    fn power(&self, power: i32) -> Self {
        let dimension = self.dimension.iter().map(|(base, known)| (base.clone(), known * power));
        Self { dimension: dimension.collect(), factor: self.factor.powi(power), offset: 0.0 }
    }
}

/// Units by name; those that count only behind a stroke begin with it.
static TABLE: LazyLock<HashMap<Vec<char>, Unit>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in crate::dictionary::entries(include_str!("units.txt")) {
        let mut parts = line.split_whitespace();
        let (Some(dimension), Some(scale)) = (parts.next(), parts.next()) else { continue };
        let (factor, offset) = scale.split_once('+').unwrap_or((scale, "0"));
        let (Ok(factor), Ok(offset)) = (factor.parse(), offset.parse()) else { continue };
        let unit = Unit { dimension: self::dimension(dimension), factor, offset };
        table.extend(parts.map(|name| (name.chars().collect(), unit.clone())));
    }
    table
});

/// Reads `kg.m-1.s-2`; `1` is no base unit at all.
fn dimension(text: &str) -> Dimension {
    let base = |part: &str| {
        let at = part.find(|c: char| c == '-' || c.is_ascii_digit()).unwrap_or(part.len());
        (part[..at].to_owned(), part[at..].parse().unwrap_or(1))
    };
    let mut dimension: Dimension = text.split('.').filter(|part| *part != "1").map(base).collect();
    dimension.sort();
    dimension
}

static LONGEST: LazyLock<usize> =
    LazyLock::new(|| TABLE.keys().map(Vec::len).max().unwrap_or_default());

/// The longest unit that begins at a character, and the character after it. The characters are
/// `super::text::plain`.
pub fn read(text: &[char], at: usize) -> Option<(Unit, usize)> {
    let (mut unit, mut end) = product(text, at, false)?;
    while text.get(end) == Some(&'/') {
        // What is divided by something unknown is unknown itself.
        let (number, start) = number(text, end + 1);
        let (below, after) = product(text, start, true)?;
        unit = unit.times(&below, -1);
        unit.factor /= number;
        end = after;
    }
    Some((unit, end))
}

/// A number inside a unit: 处/100m.
fn number(text: &[char], at: usize) -> (f64, usize) {
    let digits: String = text[at..].iter().take_while(|c| c.is_ascii_digit()).collect();
    let mut end = at + digits.len();
    while !digits.is_empty() && text.get(end) == Some(&' ') {
        end += 1;
    }
    (digits.parse().unwrap_or(1.0), end)
}

/// Units joined by a point: behind a stroke all of them are below it, as in W/m·K.
fn product(text: &[char], at: usize, below: bool) -> Option<(Unit, usize)> {
    let (mut unit, mut end) = factor(text, at, below)?;
    while matches!(text.get(end), Some('·' | '.' | '*')) {
        let Some((next, after)) = factor(text, end + 1, below) else { break };
        unit = unit.times(&next, 1);
        end = after;
    }
    Some((unit, end))
}

fn factor(text: &[char], at: usize, below: bool) -> Option<(Unit, usize)> {
    if text.get(at) == Some(&'(') {
        let (unit, end) = product(text, at + 1, false)?;
        return (text.get(end) == Some(&')')).then_some((unit, end + 1));
    }
    let (unit, end) = name(text, at, below)?;
    let (power, end) = exponent(text, end);
    if text[end - 1].is_ascii_alphanumeric()
        && text.get(end).is_some_and(char::is_ascii_alphanumeric)
    {
        // The m of 5model is no metre.
        return None;
    }
    Some((if power == 1 { unit } else { unit.power(power) }, end))
}

fn name(text: &[char], at: usize, below: bool) -> Option<(Unit, usize)> {
    let longest = (*LONGEST).min(text.len() - at.min(text.len()));
    (1..=longest).rev().find_map(|length| {
        let written = &text[at..at + length];
        let whole = !(written[length - 1].is_ascii_alphabetic()
            && text.get(at + length).is_some_and(char::is_ascii_alphabetic));
        let behind: Vec<char> = std::iter::once('/').chain(written.iter().copied()).collect();
        let unit = TABLE.get(written).or_else(|| TABLE.get(&behind).filter(|_| below));
        unit.filter(|_| whole).map(|unit| (unit.clone(), at + length))
    })
}

/// The power behind a name: `²`, `3`, `^-1`, `⁻³`.
fn exponent(text: &[char], at: usize) -> (i32, usize) {
    let (mut end, mut sign, mut value) = (at, 1, 0);
    let latin = at > 0 && text[at - 1].is_ascii_alphabetic();
    if text.get(end) == Some(&'^') {
        end += 1;
    }
    if matches!(text.get(end), Some('-' | '⁻')) {
        sign = -1;
        end += 1;
    }
    while let Some(digit) = text.get(end).and_then(|c| small(*c, latin)) {
        value = value * 10 + digit;
        end += 1;
    }
    // A number of two digits behind a name is another number.
    if value == 0 || value > 6 { (1, at) } else { (sign * value, end) }
}

fn small(character: char, latin: bool) -> Option<i32> {
    match super::text::raised(character) {
        Some(digit) => Some(digit),
        None if latin => character.to_digit(10).map(|digit| digit as i32),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn convert(value: f64, from: &str, into: &str) -> f64 {
        let unit = |name: &str| Unit::parse(name).unwrap_or_else(|| panic!("{name} is not known"));
        let (from, into) = (unit(from), unit(into));
        assert!(from.fits(&into), "{from:?} {into:?}");
        from.convert(value, &into, false)
    }

    #[test]
    fn units_of_one_sort_are_converted() {
        let table = [
            (5.0, "μm", 0.005, "mm"),
            (5.0, "um", 5e-4, "cm"),
            (1.5, "kW", 1500.0, "瓦"),
            (25.0, "℃", 298.15, "K"),
            (212.0, "°F", 100.0, "℃"),
            (1.0, "MPa", 10.0, "bar"),
            (1.0, "N/mm²", 1.0, "MPa"),
            (500.0, "Mpa", 0.5, "GPa"),
            (1000.0, "kg/m³", 1.0, "g/cm3"),
            (1000.0, "mPa·s", 1.0, "Pa·s"),
            (0.2, "w/m.k", 0.2, "W/(m·K)"),
            (1.0, "mg/kg", 1.0, "ppm"),
            (0.05, "%", 500.0, "mg/kg"),
            (2.0, "%", 20.0, "‰"),
            (60.0, "m/min", 1.0, "m/s"),
            (65.0, "立方米/小时", 65.0, "m3/h"),
            (3000.0, "转/分", 50.0, "r/s"),
            (3000.0, "rpm", 3000.0, "r/min"),
            (3.0, "处/百米", 3.0, "处/100m"),
            (1.2, "万元", 12_000.0, "元"),
            (30.0, "元/kg", 30.0, "CNY/kg"),
            (2.0, "h", 120.0, "min"),
            (3.0, "天", 72.0, "小时"),
            (1.0, "kWh", 3.6, "MJ"),
            (20.0, "m³·h⁻¹", 20.0, "m3/h"),
            (100.0, "cd/m²", 100.0, "nit"),
            (72.0, "分贝", 72.0, "dB(A)"),
            (2.0, "MW", 2000.0, "kW"),
            (2.0, "mW", 0.002, "W"),
        ];
        for (value, from, expected, into) in table {
            let got = convert(value, from, into);
            assert!((got - expected).abs() < 1e-6 * expected.abs(), "{value} {from}: {got} {into}");
            let back = convert(got, into, from);
            assert!((back - value).abs() < 1e-9 * value.abs().max(1.0), "{value} {from}: {back}");
        }
    }

    #[test]
    fn what_cannot_be_converted_does_not_fit() {
        let pairs = [
            ("HRC", "HV"),
            ("mm", "kg"),
            ("%", "mm"),
            ("mg/L", "ppm"),
            ("W", "kWh"),
            ("天", "个月"),
            ("天", "工作日"),
            ("元", "美元"),
            ("件", "台"),
            ("Shore A", "HRC"),
            ("级", "%"),
            ("lm", "lm/W"),
            ("百分点", "%"),
        ];
        for (one, other) in pairs {
            let unit = |name: &str| Unit::parse(name).unwrap_or_else(|| Unit::opaque(name));
            assert!(!unit(one).fits(&unit(other)), "{one} {other}");
        }
        assert!(!Unit::bare().fits(&Unit::parse("%").unwrap()));
    }

    #[test]
    fn names_that_are_not_known_in_whole_are_not_guessed() {
        for name in ["", "g/袋", "model", "5", "克拉", "m/"] {
            assert_eq!(Unit::parse(name), None, "{name}");
        }
        assert!(Unit::opaque("Shore A").fits(&Unit::opaque("shore a")));
    }

    #[test]
    fn differences_of_temperatures_have_no_zero() {
        let unit = |name: &str| Unit::parse(name).unwrap();
        assert_eq!(unit("℃").convert(18.0, &unit("K"), true), 18.0);
        assert!((unit("°F").convert(18.0, &unit("K"), true) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn every_line_of_the_table_is_read_and_every_name_stands_once() {
        let mut names = Vec::new();
        for line in crate::dictionary::entries(include_str!("units.txt")) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let (factor, offset) = parts[1].split_once('+').unwrap_or((parts[1], "0"));
            assert!(factor.parse::<f64>().is_ok_and(|f| f > 0.0), "{line}");
            assert!(offset.parse::<f64>().is_ok(), "{line}");
            assert!(parts.len() > 2, "{line}");
            names.extend(parts[2..].iter().copied());
        }
        let count = names.len();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty() && count > 150, "{twice:?}");
    }
}
