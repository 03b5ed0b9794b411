//! Reads the number itself, in digits or in Chinese numerals.

/// A number as read from a folded text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amount {
    /// First byte of the number.
    pub start: usize,
    /// First byte after the number and its multiplier.
    pub end: usize,
    /// The value, multiplier applied.
    pub value: f64,
    /// 万 and the like, as a factor; 1 when there is none.
    pub multiplier: f64,
    /// Whether the number names a multiplier itself.
    pub scaled: bool,
    /// Whether it is written in Chinese numerals.
    pub spelled: bool,
}

/// The number that begins at a byte, with its multiplier.
pub(crate) fn amount(text: &str, start: usize) -> Option<Amount> {
    let first = text[start..].chars().next()?;
    if first.is_ascii_digit() { in_digits(text, start) } else { in_numerals(text, start) }
}

/// The byte after the sign between the two ends of a range.
pub(super) fn separator(text: &str, at: usize) -> Option<usize> {
    // The first end may carry a unit of its own: 100吨至300吨 is read as two quantities instead.
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches(' ');
    let sign = trimmed.chars().next()?;
    if !matches!(sign, '-' | '~' | '–' | '—' | '−' | '至' | '到' | '〜') {
        return None;
    }
    let tail = trimmed[sign.len_utf8()..].trim_start_matches(' ');
    Some(text.len() - tail.len())
}

fn in_digits(text: &str, start: usize) -> Option<Amount> {
    let bytes = text.as_bytes();
    let mut digits = String::new();
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => digits.push(*byte as char),
            b',' if groups_thousands(bytes, at, &digits) => {}
            b'.' if !digits.contains('.') && is_digit(bytes, at + 1) => digits.push('.'),
            _ => break,
        }
        at += 1;
    }
    let value: f64 = digits.parse().ok()?;
    let (multiplier, end) = multiplier(text, at);
    Some(Amount {
        start,
        end,
        value: value * multiplier,
        multiplier,
        scaled: multiplier > 1.0,
        spelled: false,
    })
}

fn is_digit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

/// A comma belongs to the number when exactly three digits follow it: 1,200 but not 3,5.
fn groups_thousands(bytes: &[u8], at: usize, before: &str) -> bool {
    !before.contains('.') && (1..=3).all(|i| is_digit(bytes, at + i)) && !is_digit(bytes, at + 4)
}

fn multiplier(text: &str, at: usize) -> (f64, usize) {
    let (mut factor, mut end) = (1.0, at);
    for character in text[at..].chars() {
        match character {
            '百' | '千' | '万' | '亿' => factor *= scale(character),
            _ => break,
        }
        end += character.len_utf8();
    }
    // 千 belongs to 千瓦 or 千克 when nothing else stands between: the unit list knows those.
    if text[at..end].ends_with('千') && text[end..].starts_with(['瓦', '克', '伏', '帕', '米'])
    {
        return (factor / 1000.0, end - '千'.len_utf8());
    }
    (factor, end)
}

fn scale(character: char) -> f64 {
    match character {
        '十' => 10.0,
        '百' => 100.0,
        '千' => 1000.0,
        '万' => 1e4,
        '亿' => 1e8,
        _ => 1.0,
    }
}

/// The value of a Chinese digit, or of 十, which may begin a number.
pub(crate) fn chinese_digit(character: char) -> Option<f64> {
    let value = match character {
        '零' | '〇' => 0.0,
        '一' | '壹' => 1.0,
        '二' | '两' | '贰' => 2.0,
        '三' | '叁' => 3.0,
        '四' | '肆' => 4.0,
        '五' | '伍' => 5.0,
        '六' | '陆' => 6.0,
        '七' | '柒' => 7.0,
        '八' | '捌' => 8.0,
        '九' | '玖' => 9.0,
        '十' => 10.0,
        _ => return None,
    };
    Some(value)
}

fn in_numerals(text: &str, start: usize) -> Option<Amount> {
    // Three levels: the digit, what stands below 万, and what stands above it.
    let (mut digit, mut section, mut total, mut multiplier) = (None, 0.0, 0.0, 1.0);
    let mut end = start;
    for character in text[start..].chars() {
        match character {
            '十' | '百' | '千' => section += digit.take().unwrap_or(1.0) * scale(character),
            '万' | '亿' => {
                multiplier = scale(character);
                total = (total + section + digit.take().unwrap_or(0.0)) * multiplier;
                section = 0.0;
            }
            // 五五 is no number that could be read with certainty.
            _ => match (chinese_digit(character), digit) {
                (Some(value), None | Some(0.0)) => digit = Some(value),
                (Some(_), Some(_)) => return None,
                (None, _) => break,
            },
        }
        end += character.len_utf8();
    }
    let value = total + section + digit.unwrap_or(0.0);
    let scaled = multiplier > 1.0;
    (end > start).then_some(Amount { start, end, value, multiplier, scaled, spelled: true })
}
