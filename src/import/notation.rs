//! How lists and structured fields are written in one cell.

use serde_json::{Map, Value, json};

/// Texts separated by semicolons or line breaks.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(['；', ';', '\n']).map(str::trim).filter(|item| !item.is_empty())
}

/// Short words, which may also be separated by commas.
pub fn words(text: &str) -> Vec<&str> {
    text.split(['；', ';', '，', ',', '、', '\n'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Signs of comparison, longest first, with their codes.
const SIGNS: [(&str, &str); 14] = [
    (">=", "ge"),
    ("<=", "le"),
    ("＞=", "ge"),
    ("＜=", "le"),
    ("≥", "ge"),
    ("≧", "ge"),
    ("≤", "le"),
    ("≦", "le"),
    ("＞", "gt"),
    (">", "gt"),
    ("＜", "lt"),
    ("<", "lt"),
    ("=", "eq"),
    ("＝", "eq"),
];

/// The usual sign of an operator.
fn sign_of(operator: &str) -> &'static str {
    match operator {
        "ge" => "≥",
        "le" => "≤",
        "gt" => ">",
        "lt" => "<",
        _ => "=",
    }
}

/// Reads `*吸水率 ≤ 0.5 %（GB/T 3810.3）`: a star for a must, name, sign, number or range, unit, and
/// in brackets tolerance or condition. Without sign: `名称：内容` in words, or a range.
pub fn requirement(item: &str) -> Value {
    let bare = item.trim_start_matches(['*', '＊']).trim();
    let must = bare.len() < item.len();
    let (body, tolerance) = bracketed(bare);
    let mut map = match split_sign(body) {
        Some((name, operator, rest)) => compared(name, operator, rest),
        None => described(body),
    };
    map.insert("must".to_owned(), must.into());
    if let Some(tolerance) = tolerance {
        map.insert("tolerance".to_owned(), tolerance.into());
    }
    Value::Object(map)
}

fn split_sign(body: &str) -> Option<(&str, &'static str, &str)> {
    let (at, sign, operator) = SIGNS
        .iter()
        .filter_map(|(sign, operator)| Some((body.find(sign)?, *sign, *operator)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())))?;
    let name = body[..at].trim().trim_end_matches(['：', ':']).trim();
    (!name.is_empty()).then(|| (name, operator, body[at + sign.len()..].trim()))
}

fn compared(name: &str, operator: &str, rest: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("name".to_owned(), name.into());
    let Some((value, after)) = number(rest) else {
        // Compared with something that is no number: keep the sign in the words.
        map.insert("operator".to_owned(), "text".into());
        map.insert("value".to_owned(), format!("{}{rest}", sign_of(operator)).into());
        return map;
    };
    let (operator, upper, unit) = match range_end(after) {
        Some((upper, unit)) if operator == "eq" => ("range", Some(upper), unit),
        _ => (operator, None, after.trim()),
    };
    fill(&mut map, operator, value, upper, unit);
    map
}

fn described(body: &str) -> Map<String, Value> {
    let (name, rest) = body.split_once(['：', ':']).unwrap_or((body, body));
    let (name, rest) = (name.trim(), rest.trim());
    let mut map = Map::new();
    map.insert("name".to_owned(), name.into());
    if let Some((value, after)) = number(rest)
        && let Some((upper, unit)) = range_end(after)
    {
        fill(&mut map, "range", value, Some(upper), unit);
        return map;
    }
    map.insert("operator".to_owned(), "text".into());
    map.insert("value".to_owned(), rest.into());
    map
}

fn fill(
    map: &mut Map<String, Value>,
    operator: &str,
    value: &str,
    upper: Option<&str>,
    unit: &str,
) {
    map.insert("operator".to_owned(), operator.into());
    map.insert("value".to_owned(), value.into());
    if let Some(upper) = upper {
        map.insert("value_max".to_owned(), upper.into());
    }
    if !unit.is_empty() {
        map.insert("unit".to_owned(), unit.into());
    }
}

/// A number at the beginning, and what follows it.
fn number(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut end = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(end);
    if whole == 0 {
        return None;
    }
    end += whole;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    Some((&text[..end], &text[end..]))
}

/// The upper end of a range after its lower end, and the unit.
fn range_end(after: &str) -> Option<(&str, &str)> {
    let after = after.trim_start();
    let rest = ["~", "～", "–", "—", "至", "-"].iter().find_map(|dash| after.strip_prefix(dash))?;
    let (upper, unit) = number(rest.trim_start())?;
    Some((upper, unit.trim()))
}

/// Takes a remark in brackets off the end.
fn bracketed(text: &str) -> (&str, Option<&str>) {
    for (open, close) in [('（', '）'), ('(', ')')] {
        if let Some(inner) = text.strip_suffix(close)
            && let Some(at) = inner.rfind(open)
            && at > 0
        {
            return (text[..at].trim(), Some(inner[at + open.len_utf8()..].trim()));
        }
    }
    (text, None)
}

fn part<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Writes a requirement as [`requirement`] reads it.
pub fn requirement_text(item: &Value) -> String {
    let (name, value, unit) = (part(item, "name"), part(item, "value"), part(item, "unit"));
    let star = if item.get("must") == Some(&Value::Bool(true)) { "*" } else { "" };
    let body = match part(item, "operator") {
        "text" if name == value => name.to_owned(),
        "text" => format!("{name}：{value}"),
        "range" => format!("{name}：{value}~{} {unit}", part(item, "value_max")),
        operator => format!("{name} {} {value} {unit}", sign_of(operator)),
    };
    format!("{star}{}{}", body.trim_end(), brackets(part(item, "tolerance")))
}

fn brackets(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("（{text}）") }
}

/// Reads `整机效率：93.5 %（220 V 满载）`.
pub fn performance(item: &str) -> Value {
    let (body, basis) = bracketed(item);
    let (name, rest) = body.split_once(['：', ':']).unwrap_or((body, body));
    let rest = rest.trim();
    let (value, unit) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut map = Map::new();
    map.insert("name".to_owned(), name.trim().into());
    map.insert("value".to_owned(), value.into());
    if !unit.trim().is_empty() {
        map.insert("unit".to_owned(), unit.trim().into());
    }
    if let Some(basis) = basis {
        map.insert("test_basis".to_owned(), basis.into());
    }
    Value::Object(map)
}

/// Writes a performance figure as [`performance`] reads it.
pub fn performance_text(item: &Value) -> String {
    let figure = format!("{} {}", part(item, "value"), part(item, "unit"));
    format!("{}：{}{}", part(item, "name"), figure.trim_end(), brackets(part(item, "test_basis")))
}

/// Reads `2024：…`, or a text without year.
pub fn case(item: &str) -> Value {
    if let Some((year, text)) = item.split_once(['：', ':'])
        && let Ok(year) = year.trim().trim_end_matches('年').parse::<i32>()
    {
        return json!({ "year": year, "text": text.trim() });
    }
    json!({ "text": item })
}

/// Writes a case as [`case`] reads it.
pub fn case_text(item: &Value) -> String {
    match item.get("year").and_then(Value::as_i64) {
        Some(year) => format!("{year}：{}", part(item, "text")),
        None => part(item, "text").to_owned(),
    }
}

/// Reads fields in a fixed order, separated by `|`; empty ones are left out.
pub fn parts(item: &str, names: &[&str]) -> Value {
    let texts = item.split(['|', '｜']).map(str::trim);
    let filled = names.iter().zip(texts).filter(|(_, text)| !text.is_empty());
    Value::Object(filled.map(|(name, text)| ((*name).to_owned(), text.into())).collect())
}

/// Writes fields as [`parts`] reads them.
pub fn parts_text(item: &Value, names: &[&str]) -> String {
    let texts: Vec<&str> = names.iter().map(|name| part(item, name)).collect();
    texts.join("|").trim_end_matches('|').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_as_people_write_them() {
        let cases = [
            (
                "*吸水率 ≤ 0.5 %（GB/T 3810.3）",
                json!({ "name": "吸水率", "operator": "le", "value": "0.5", "unit": "%",
                    "must": true, "tolerance": "GB/T 3810.3" }),
            ),
            (
                "失效率（三年）<=1.0%",
                json!({ "name": "失效率（三年）", "operator": "le", "value": "1.0", "unit": "%",
                    "must": false }),
            ),
            (
                "光束角 = 55～60 °",
                json!({ "name": "光束角", "operator": "range", "value": "55", "value_max": "60",
                    "unit": "°", "must": false }),
            ),
            (
                "工作温度：-20~60℃",
                json!({ "name": "工作温度", "operator": "range", "value": "-20",
                    "value_max": "60", "unit": "℃", "must": false }),
            ),
            (
                "外观：无裂纹",
                json!({ "name": "外观", "operator": "text", "value": "无裂纹", "must": false }),
            ),
            (
                "可批量生产",
                json!({ "name": "可批量生产", "operator": "text", "value": "可批量生产",
                    "must": false }),
            ),
            (
                "防护等级 ≥ IP65",
                json!({ "name": "防护等级", "operator": "text", "value": "≥IP65",
                    "must": false }),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(requirement(text), expected, "{text}");
        }
    }
}
