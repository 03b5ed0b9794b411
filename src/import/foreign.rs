//! Lines of JSON in the shape of other collections: bare needs, patents, paper abstracts. What
//! such a line lacks stays empty, and nothing is made up.

use serde_json::{Map, Value, json};

use super::columns::FileKind;
use super::destination::Parsed;
use crate::capabilities::rules::is_ipc;

/// Longest title that records have, in characters.
const TITLE: usize = 60;
/// Shortest clause that can stand as a title.
const CLAUSE: usize = 8;

/// Maps a line of another collection; hands it back when it has another shape.
pub fn map(kind: FileKind, line: Map<String, Value>) -> Result<Parsed, Map<String, Value>> {
    let is_text = |name: &str| line.get(name).is_some_and(Value::is_string);
    let fields = match kind {
        FileKind::Needs if is_text("id") && is_text("title") && is_text("text") => need(&line),
        FileKind::Capabilities if is_text("id") && is_text("abstract") => {
            if is_text("assignee") || is_patent(&line) { patent(&line) } else { paper(&line) }
        }
        _ => return Err(line),
    };
    let source_ref = Some(text(&line, "id").to_owned());
    Ok(Parsed { kind, fields, org: None, source_ref, lenient: true, wrong: Vec::new() })
}

/// Patents without assignee are told from papers by their words: a patent's abstract begins with
/// "this invention" or "this utility model", or it has claims or a class.
fn is_patent(line: &Map<String, Value>) -> bool {
    let head: String = text(line, "abstract").chars().take(12).collect();
    ["发明", "实用新型"].iter().any(|word| head.contains(word))
        || ["claims", "ipc", "assignee_kind"].iter().any(|name| line.contains_key(*name))
        || !["keywords", "discipline", "category"].iter().any(|name| line.contains_key(*name))
}

fn text<'a>(line: &'a Map<String, Value>, name: &str) -> &'a str {
    line.get(name).and_then(Value::as_str).unwrap_or_default().trim()
}

fn need(line: &Map<String, Value>) -> Map<String, Value> {
    let (title, rest) = titled(text(line, "title"), text(line, "text"));
    let mut fields = Map::new();
    fields.insert("title".to_owned(), title.into());
    fields.insert("need_kind".to_owned(), "tech_problem".into());
    put(&mut fields, "problem", &rest);
    fields.insert("confidentiality".to_owned(), "public".into());
    fields
}

fn patent(line: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = published_text(line, "patent");
    let owners = match line.get("assignees") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec![text(line, "assignee")],
    };
    let mut tags: Vec<String> = owners
        .into_iter()
        .filter(|owner| !owner.is_empty())
        .map(|owner| shortened(&format!("专利权人：{owner}"), 30))
        .collect();
    tags.truncate(20);
    put_list(&mut fields, "tags", tags);
    let classes = match line.get("ipc") {
        Some(Value::Array(codes)) => {
            codes.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(codes)) => codes.split([';', '；', ',']).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // Registers write a class with its edition and kind behind it: E01B23/00(2006.01)I.
    let bare = |code: String| code.split('(').next().unwrap_or_default().trim().to_owned();
    let mut classes: Vec<String> = classes.into_iter().map(bare).collect();
    classes.retain(|code| is_ipc(code));
    classes.truncate(20);
    put_list(&mut fields, "ipc", classes);
    fields
}

fn paper(line: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = published_text(line, "achievement");
    if !text(line, "title").is_empty() {
        fields.insert("papers".to_owned(), json!([text(line, "title")]));
    }
    let tags: Vec<String> = ["discipline", "category"]
        .iter()
        .map(|name| text(line, name).to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    put_list(&mut fields, "tags", tags);
    fields
}

/// What patents and papers share: title, abstract, keywords.
fn published_text(line: &Map<String, Value>, asset_kind: &str) -> Map<String, Value> {
    let summary = text(line, "abstract");
    let (title, rest) = match text(line, "title") {
        "" => (first_clause(summary), summary.to_owned()),
        title => titled(title, summary),
    };
    let mut fields = Map::new();
    fields.insert("title".to_owned(), title.into());
    fields.insert("asset_kind".to_owned(), asset_kind.into());
    put(&mut fields, "summary", &rest);
    fields.insert("confidentiality".to_owned(), "public".into());
    let mut keywords: Vec<String> = match line.get("keywords") {
        Some(Value::Array(words)) => words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty() && word.chars().count() <= 30)
            .collect(),
        _ => Vec::new(),
    };
    keywords.truncate(8);
    put_list(&mut fields, "keywords", keywords);
    fields
}

fn put(fields: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        fields.insert(name.to_owned(), text.into());
    }
}

/// Puts a list without repeats.
fn put_list(fields: &mut Map<String, Value>, name: &str, list: Vec<String>) {
    let mut kept: Vec<String> = Vec::with_capacity(list.len());
    for item in list {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    let list = kept;
    if !list.is_empty() {
        fields.insert(name.to_owned(), list.into());
    }
}

/// A title that fits; the whole of a longer one is kept at the head of the text.
fn titled(title: &str, text: &str) -> (String, String) {
    if title.chars().count() <= TITLE {
        return (title.to_owned(), text.to_owned());
    }
    (shortened(title, TITLE), format!("{title}\n{text}").trim().to_owned())
}

/// The first clause of a text, as a title: to the first stop or comma, further when that is only a
/// word or two, never more than fits.
fn first_clause(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut end = 0;
    for (at, stop) in chars.iter().enumerate() {
        if at > TITLE {
            break;
        }
        if is_stop(&chars, at, *stop) {
            end = at;
            if at >= CLAUSE {
                break;
            }
        }
    }
    if end >= CLAUSE || chars.len() <= TITLE {
        let end = if end >= CLAUSE { end } else { chars.len() };
        let clause: String = chars[..end].iter().collect();
        return clause.trim().trim_end_matches(['。', '.', '．']).to_owned();
    }
    shortened(text, TITLE)
}

/// Whether a clause ends here. A point or comma between digits or letters is part of them.
fn is_stop(chars: &[char], at: usize, sign: char) -> bool {
    match sign {
        '。' | '！' | '？' | '；' | '，' | '．' | '!' | '?' | ';' => true,
        '.' | ',' | ':' | '：' => {
            !chars.get(at + 1).is_some_and(|next| next.is_ascii_alphanumeric())
        }
        _ => false,
    }
}

/// Cuts a text that is too long behind a word, if there is a gap or sign to cut at, and marks the
/// cut.
fn shortened(text: &str, limit: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= limit {
        return text.to_owned();
    }
    let head = &chars[..limit - 1];
    let gap = head.iter().rposition(|c| matches!(c, ' ' | '、' | '，' | ',' | '；' | '的' | '及'));
    let end = gap.filter(|at| *at >= limit / 2).unwrap_or(limit - 1);
    format!("{}…", chars[..end].iter().collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(kind: FileKind, line: Value) -> Parsed {
        let Value::Object(line) = line else { panic!() };
        map(kind, line).map_err(|_| "not mapped").unwrap()
    }

    #[test]
    fn a_bare_need_becomes_a_need_without_invented_fields() {
        let line = json!({ "id": "n1", "title": "石灰窑炉供风系统", "text": "窑内供风不均匀。" });
        let parsed = mapped(FileKind::Needs, line);
        assert_eq!(parsed.source_ref.as_deref(), Some("n1"));
        let expected = json!({ "title": "石灰窑炉供风系统", "need_kind": "tech_problem",
            "problem": "窑内供风不均匀。", "confidentiality": "public" });
        assert_eq!(Value::Object(parsed.fields), expected);
    }

    #[test]
    fn patents_and_papers_are_told_apart() {
        let patent = json!({ "id": "p1", "title": "一种散热器", "abstract": "本发明公开了一种散热器。",
            "assignee": "某公司", "assignees": ["某公司", "某大学"] });
        let parsed = mapped(FileKind::Capabilities, patent);
        assert_eq!(parsed.fields["asset_kind"], "patent");
        assert_eq!(parsed.fields["tags"], json!(["专利权人：某公司", "专利权人：某大学"]));
        let paper = json!({ "id": "q1", "title": "", "keywords": ["电缆"], "discipline": "电气工程",
            "abstract": "针对电缆接头发热问题,提出一种监测方法.实验结果表明方法有效." });
        let parsed = mapped(FileKind::Capabilities, paper);
        assert_eq!(parsed.fields["asset_kind"], "achievement");
        assert_eq!(parsed.fields["title"], "针对电缆接头发热问题");
        assert_eq!(parsed.fields["tags"], json!(["电气工程"]));
    }

    #[test]
    fn classes_are_kept_without_edition_and_only_when_they_are_classes() {
        let patent = json!({ "id": "p1", "title": "轨道", "abstract": "该实用新型涉及轨道。",
            "ipc": "E01B23/00(2006.01)I; H05B; 无" });
        let parsed = mapped(FileKind::Capabilities, patent);
        assert_eq!(parsed.fields["ipc"], json!(["E01B23/00", "H05B"]));
    }

    #[test]
    fn titles_end_at_a_boundary_and_fit() {
        let long = "甲".repeat(80);
        let cases = [
            (
                "目的:研究温度对强度达25.65MPa的材料的影响,结果良好.",
                "目的:研究温度对强度达25.65MPa的材料的影响",
            ),
            ("短文", "短文"),
            ("摘要。", "摘要"),
        ];
        for (text, title) in cases {
            assert_eq!(first_clause(text), title);
        }
        assert_eq!(first_clause(&long).chars().count(), TITLE);
        let (title, text) = titled(&long, "正文");
        assert_eq!(title.chars().count(), TITLE);
        assert!(text.starts_with(&long) && text.ends_with("正文"));
    }
}
