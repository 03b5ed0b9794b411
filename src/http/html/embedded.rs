//! Data inside a page, in a `<script>` of a type that no browser runs: charts and descriptions for
//! search engines. The policy of pages does not concern such blocks.

use serde::Serialize;

/// A value as JSON that cannot leave its block: what could end a script or begin a comment is written as
/// an escape, which means the same in JSON.
pub fn embedded(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_block() {
        let text = "</script><!-- <script>&\u{2028}";
        let block = embedded(&serde_json::json!({ "name": text }));
        assert!(!block.contains(['<', '>', '&', '\u{2028}']), "{block}");
        let read: serde_json::Value = serde_json::from_str(&block).unwrap();
        assert_eq!(read["name"], text);
    }
}
