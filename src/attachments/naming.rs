//! Names of files: cleaned when they come in, written safely when they go out.

use std::fmt::Write;

use super::file_type::FileType;

/// Longest name, in characters.
const MAX_NAME: usize = 120;

/// The name that a file is kept under: the last part of what was sent, without what could steer a
/// terminal, a path or the direction of writing, and with an ending of its type.
pub fn cleaned(sent: &str, kind: FileType) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !is_harmful(*c)).collect();
    let name = kept.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if kind.endings().contains(&ending.to_ascii_lowercase().as_str()) => {
            (stem, ending)
        }
        _ => (name, kind.endings()[0]),
    };
    let stem: String = stem.chars().take(MAX_NAME - ending.len() - 1).collect();
    let stem = if stem.trim().is_empty() { "file" } else { stem.trim() };
    format!("{stem}.{ending}")
}

fn is_harmful(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

/// The header that makes a browser save a file under its name (RFC 6266), the name in ASCII for old
/// clients and in full for all others (RFC 8187).
pub fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii() && !is_harmful(c) { c } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                full.push(char::from(byte));
            }
            // Writing to a text cannot fail.
            _ => drop(write!(full, "%{byte:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_no_path_no_control_character_and_an_ending_of_its_type() {
        let cases = [
            ("照片 1.JPG", FileType::Jpeg, "照片 1.JPG"),
            ("../../etc/passwd", FileType::Text, "passwd.txt"),
            ("C:\\temp\\合同.pdf", FileType::Pdf, "合同.pdf"),
            ("page.html", FileType::Text, "page.html.txt"),
            ("a\r\nSet-Cookie: b.pdf", FileType::Pdf, "aSet-Cookie b.pdf"),
            ("\u{202e}fdp.exe", FileType::Pdf, "fdp.exe.pdf"),
            ("", FileType::Png, "file.png"),
            ("...", FileType::Png, "file.png"),
            (".png", FileType::Png, "png.png"),
        ];
        for (sent, kind, name) in cases {
            assert_eq!(cleaned(sent, kind), name, "{sent:?}");
        }
        let long = cleaned(&format!("{}.docx", "长".repeat(300)), FileType::Docx);
        assert_eq!(long.chars().count(), MAX_NAME);
        assert!(long.ends_with("长.docx"));
    }

    #[test]
    fn a_chinese_name_goes_out_in_ascii_and_in_full() {
        assert_eq!(
            disposition("走访 a;b%.jpg"),
            "attachment; filename=\"__ a;b%.jpg\"; filename*=UTF-8''%E8%B5%B0%E8%AE%BF%20a%3Bb%25.jpg"
        );
    }
}
