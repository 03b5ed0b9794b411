//! Text of cells, read into JSON values and written from them. Reading and writing are inverse:
//! what the notation for people cannot say without loss is written as JSON, which is read back.

use chrono::NaiveDate;
use serde_json::Value;

use super::columns::Shape;
use super::notation;
use crate::accounts::principal::Language;
use crate::error::Message;
use crate::money::Money;
use crate::reading::narrow_digits;
use crate::reference::Reference;

/// Reads the text of a cell that is not empty.
///
/// # Errors
/// The reason, for the person who filled it in.
pub fn read(shape: Shape, text: &str, reference: &Reference) -> Result<Value, Message> {
    let text = text.trim();
    if is_structured(shape)
        && text.starts_with('[')
        && let Ok(value @ Value::Array(_)) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    match shape {
        Shape::Text | Shape::Shown | Shape::ShownCode(_) => Ok(text.into()),
        Shape::Words => Ok(notation::words(text).into_iter().collect()),
        Shape::Texts => Ok(notation::items(text).collect()),
        Shape::Code(table) => code(table, text, reference),
        Shape::Codes(table) => each(text, |word| code(table, word, reference)),
        Shape::Integer => integer(text),
        Shape::Decimal => decimal(text),
        Shape::Money => money(text),
        Shape::Date => date(text).map(|day| day.to_string().into()),
        Shape::Flag => flag(text),
        Shape::Region => region(text, reference),
        Shape::Regions => each(text, |word| region(word, reference)),
        Shape::Industry => industry(text, reference),
        Shape::Industries => each(text, |word| industry(word, reference)),
        Shape::Requirements => Ok(notation::items(text).map(notation::requirement).collect()),
        Shape::Performance => Ok(notation::items(text).map(notation::performance).collect()),
        Shape::Cases => Ok(notation::items(text).map(notation::case).collect()),
        Shape::Parts(names) => {
            Ok(notation::items(text).map(|item| named_parts(item, names, reference)).collect())
        }
    }
}

/// Parts of an item; the kind of an intellectual property may be given by name.
fn named_parts(item: &str, names: &[&str], reference: &Reference) -> Value {
    let mut value = notation::parts(item, names);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
    if let Ok(code) = code("ip_kind", kind, reference) {
        value["kind"] = code;
    }
    value
}

/// Writes a value as the text of a cell.
pub fn write(shape: Shape, value: &Value, reference: &Reference) -> String {
    let text = match (shape, value) {
        (_, Value::Null) => return String::new(),
        (Shape::Code(table) | Shape::ShownCode(table), Value::String(code)) => {
            return reference.code_name(table, code, Language::Chinese);
        }
        (Shape::Flag, Value::Bool(yes)) => return if *yes { "是" } else { "否" }.to_owned(),
        (_, Value::String(text)) => return text.clone(),
        (Shape::Codes(table), Value::Array(items)) => join(items, |item| {
            reference.code_name(table, item.as_str().unwrap_or_default(), Language::Chinese)
        }),
        (Shape::Requirements, Value::Array(items)) => join(items, notation::requirement_text),
        (Shape::Performance, Value::Array(items)) => join(items, notation::performance_text),
        (Shape::Cases, Value::Array(items)) => join(items, notation::case_text),
        (Shape::Parts(names), Value::Array(items)) => {
            join(items, |item| notation::parts_text(item, names))
        }
        (_, Value::Array(items)) => {
            join(items, |item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
        }
        (_, other) => other.to_string(),
    };
    if is_structured(shape) && read(shape, &text, reference).as_ref() != Ok(value) {
        return value.to_string();
    }
    text
}

fn is_structured(shape: Shape) -> bool {
    !matches!(
        shape,
        Shape::Text
            | Shape::Shown
            | Shape::ShownCode(_)
            | Shape::Code(_)
            | Shape::Integer
            | Shape::Decimal
            | Shape::Money
            | Shape::Date
            | Shape::Flag
            | Shape::Region
            | Shape::Industry
    )
}

fn join(items: &[Value], text: impl Fn(&Value) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join("；")
}

fn each(text: &str, read: impl Fn(&str) -> Result<Value, Message>) -> Result<Value, Message> {
    notation::words(text).into_iter().map(read).collect()
}

fn code(table: &str, text: &str, reference: &Reference) -> Result<Value, Message> {
    if reference.has_code(table, text) {
        return Ok(text.into());
    }
    let entries = reference.code_table(table);
    let named = entries.iter().find(|entry| {
        entry.name_zh == text
            || entry.name_en.eq_ignore_ascii_case(text)
            || entry.code.eq_ignore_ascii_case(text)
    });
    named.map(|entry| entry.code.clone().into()).ok_or_else(|| {
        let choices: Vec<&str> = entries.iter().map(|entry| entry.name_zh.as_str()).collect();
        Message::new("cell.unknown_choice").with("text", text).with("choices", choices.join("、"))
    })
}

/// Numbers as people write them: full-width digits, thousands separators, a unit at the end.
fn plain_number(text: &str, units: &[&str]) -> String {
    let narrow: String =
        narrow_digits(text).chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
    let bare = units.iter().find_map(|unit| narrow.strip_suffix(unit));
    bare.unwrap_or(&narrow).trim().to_owned()
}

fn integer(text: &str) -> Result<Value, Message> {
    let number = plain_number(text, &["级", "项", "天", "人", "小时"]);
    // Spreadsheets hand whole numbers over as 6.0.
    let number = number.strip_suffix(".0").unwrap_or(&number);
    let number = number.trim_start_matches("TRL").trim_start_matches("trl");
    number
        .parse::<u32>()
        .map(Value::from)
        .map_err(|_| Message::new("cell.not_an_integer").with("text", text))
}

fn decimal(text: &str) -> Result<Value, Message> {
    let number: Option<f64> = plain_number(text, &["°"]).parse().ok();
    number
        .filter(|number| number.is_finite())
        .map(Value::from)
        .ok_or_else(|| Message::new("cell.not_a_number").with("text", text))
}

fn money(text: &str) -> Result<Value, Message> {
    let wrong = || Message::new("cell.not_an_amount").with("text", text);
    let amount = Money::parse_wan(&plain_number(text, &["万元", "万"])).map_err(|_| wrong())?;
    serde_json::to_value(amount).map_err(|_| wrong())
}

/// A date as people and spreadsheets write it.
///
/// # Errors
/// When it is none.
pub fn date(text: &str) -> Result<NaiveDate, Message> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(day, format).ok())
        .ok_or_else(|| Message::new("cell.not_a_date").with("text", text))
}

fn flag(text: &str) -> Result<Value, Message> {
    match text.to_ascii_lowercase().as_str() {
        "是" | "有" | "√" | "✓" | "1" | "y" | "yes" | "true" => Ok(true.into()),
        "否" | "无" | "×" | "0" | "n" | "no" | "false" => Ok(false.into()),
        _ => Err(Message::new("cell.not_a_flag").with("text", text)),
    }
}

fn region(text: &str, reference: &Reference) -> Result<Value, Message> {
    // Alone, or before its name as the drop-downs have it.
    let code = text.split([' ', '　']).next().unwrap_or(text);
    let code = code.strip_suffix(".0").unwrap_or(code);
    if reference.region(code).is_some() {
        return Ok(code.into());
    }
    let named = reference.regions_named(text).into_iter();
    let mut found: Vec<&str> = named.map(|region| region.code.as_str()).collect();
    // A city without counties has one county of the same name below it.
    found.sort_by_key(|code| code.len());
    match found.as_slice() {
        [only] => Ok((*only).into()),
        [first, rest @ ..] if rest.iter().all(|code| code.starts_with(first)) => {
            Ok((*first).into())
        }
        [] => Err(Message::new("cell.unknown_region").with("text", text)),
        several => {
            let label = |code: &&str| reference.region_label(code, Language::Chinese);
            let choices: Vec<String> = several.iter().map(label).collect();
            Err(Message::new("cell.several_regions")
                .with("text", text)
                .with("choices", choices.join("；")))
        }
    }
}

fn industry(text: &str, reference: &Reference) -> Result<Value, Message> {
    let code = text.split([' ', '　', '（', '(']).next().unwrap_or(text).to_ascii_uppercase();
    if reference.industry(&code).is_some() {
        return Ok(code.into());
    }
    // Codes are often written without the letter of their section.
    let tail = code.strip_suffix(".0").unwrap_or(&code);
    let by_digits = reference
        .industries()
        .iter()
        .find(|industry| industry.code.len() > 1 && &industry.code[1..] == tail);
    let named = || reference.industries().iter().find(|industry| industry.name == text);
    by_digits
        .or_else(named)
        .map(|industry| industry.code.clone().into())
        .ok_or_else(|| Message::new("cell.unknown_industry").with("text", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    fn read_ok(shape: Shape, text: &str) -> Value {
        read(shape, text, &reference()).unwrap()
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let cases = [
            (Shape::Words, "陶瓷、釉料，节能", json!(["陶瓷", "釉料", "节能"])),
            (Shape::Texts, "检测报告，2024；查新报告", json!(["检测报告，2024", "查新报告"])),
            (Shape::Code("need_kind"), "技术难题", json!("tech_problem")),
            (Shape::Code("need_kind"), "Tech_Problem", json!("tech_problem")),
            (Shape::Integer, "6.0", json!(6)),
            (Shape::Integer, "TRL6", json!(6)),
            (Shape::Money, "1,200.5 万元", json!(1200.5)),
            (Shape::Money, "３０", json!(30)),
            (Shape::Date, "2027年5月3日", json!("2027-05-03")),
            (Shape::Date, "2027-05-03 00:00:00", json!("2027-05-03")),
            (Shape::Flag, "是", json!(true)),
            (Shape::Region, "442000105", json!("442000105")),
            (Shape::Region, "442000105 中山市古镇镇", json!("442000105")),
            (Shape::Region, "古镇镇", json!("442000105")),
            (Shape::Region, "中山市古镇镇", json!("442000105")),
            (Shape::Region, "佛山市南庄镇", json!("440604100")),
            (Shape::Region, "中山市", json!("4420")),
            (Shape::Industry, "C3872 照明灯具制造", json!("C3872")),
            (Shape::Industry, "3872", json!("C3872")),
        ];
        for (shape, text, expected) in cases {
            assert_eq!(read_ok(shape, text), expected, "{shape:?} {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        let cases = [
            (Shape::Code("need_kind"), "随便", "cell.unknown_choice"),
            (Shape::Integer, "六", "cell.not_an_integer"),
            (Shape::Money, "-3", "cell.not_an_amount"),
            (Shape::Date, "明年", "cell.not_a_date"),
            (Shape::Flag, "也许", "cell.not_a_flag"),
            (Shape::Region, "某镇", "cell.unknown_region"),
            (Shape::Region, "太平镇", "cell.several_regions"),
            (Shape::Industry, "Z99", "cell.unknown_industry"),
        ];
        for (shape, text, key) in cases {
            assert_eq!(read(shape, text, &reference()).unwrap_err().key, key, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let parts = Shape::Parts(&["kind", "number"]);
        let cases = [
            (Shape::Words, json!(["a；b", "c"])),
            (Shape::Texts, json!(["甲，乙", "丙"])),
            (Shape::Codes("org_type"), json!(["university", "institute"])),
            (Shape::Money, json!(12.5)),
            (Shape::Flag, json!(false)),
            (
                Shape::Requirements,
                json!([{ "name": "吸水率", "operator": "le", "value": "0.5",
                "unit": "%", "must": true, "tolerance": "GB/T 3810.3" }]),
            ),
            (
                Shape::Requirements,
                json!([{ "name": "外观", "operator": "text",
                "value": "无裂纹；无针孔", "must": false }]),
            ),
            (Shape::Performance, json!([{ "name": "效率", "value": "≤93.5", "unit": "%" }])),
            (Shape::Cases, json!([{ "year": 2024, "text": "改造一条线" }, { "text": "两家试用" }])),
            (parts, json!([{ "kind": "invention", "number": "ZL1" }, { "kind": "software" }])),
        ];
        for (shape, value) in cases {
            let text = write(shape, &value, &reference());
            assert_eq!(read_ok(shape, &text), value, "{text}");
        }
    }
}
