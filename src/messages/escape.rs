//! Values of templates, and what keeps them from being more than text where they go out.

use super::model::Form;
use crate::accounts::letters::plain;

/// A value.
#[derive(Debug, Clone)]
enum Value {
    /// Typed by somebody: a name, a title.
    Foreign(String),
    /// Made by the service: a link, a date, the name of a code, texts that are safe already.
    Own(String),
}

/// Values by name.
#[derive(Debug, Clone, Default)]
pub struct Values(Vec<(&'static str, Value)>);

impl Values {
    /// Adds what somebody has typed.
    #[must_use]
    pub fn foreign(mut self, name: &'static str, text: &str) -> Self {
        self.0.push((name, Value::Foreign(text.to_owned())));
        self
    }

    /// Adds what the service has made.
    #[must_use]
    pub fn own(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.push((name, Value::Own(value.to_string())));
        self
    }

    /// A value as it is put into a text.
    pub(super) fn shown(&self, name: &str, form: Form) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(match (value, form) {
            (Value::Own(text), Form::Line | Form::Subject) => one_line(text),
            (Value::Own(text), _) => text.clone(),
            (Value::Foreign(text), Form::Group) => without_marks(&plain(text)),
            (Value::Foreign(text), _) => plain(text),
        })
    }
}

/// A text in one line.
pub(super) fn one_line(text: &str) -> String {
    text.replace(|letter: char| letter.is_control(), " ")
}

/// Signs that robots of one platform or another read as markup, mention or link, with the wide ones
/// that look alike and mean nothing: 飞书 takes `<at user_id="all">`, `**` and `[](…)` even in plain
/// text, 企业微信 `<@…>`, 钉钉 `@`.
const MARKS: [(char, char); 19] = [
    ('<', '＜'),
    ('>', '＞'),
    ('@', '＠'),
    ('&', '＆'),
    ('*', '＊'),
    ('_', '＿'),
    ('`', '｀'),
    ('~', '～'),
    ('[', '［'),
    (']', '］'),
    ('(', '（'),
    (')', '）'),
    ('{', '｛'),
    ('}', '｝'),
    ('#', '＃'),
    ('|', '｜'),
    ('!', '！'),
    ('\\', '＼'),
    ('=', '＝'),
];

/// A text for a group, without signs that mean something there.
fn without_marks(text: &str) -> String {
    let wide = |letter: char| {
        MARKS.iter().find(|(mark, _)| *mark == letter).map_or(letter, |(_, wide)| *wide)
    };
    text.chars().map(wide).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn everywhere(text: &str) -> Vec<String> {
        let values = Values::default().foreign("name", text);
        Form::ALL.iter().map(|form| values.shown("name", *form).unwrap()).collect()
    }

    #[test]
    fn groups_are_neither_called_nor_led_elsewhere() {
        let nasty = "<at user_id=\"all\"></at>@所有人 [领奖](https://evil.example) **急**";
        let shown = Values::default().foreign("name", nasty).shown("name", Form::Group).unwrap();
        assert!(!shown.contains(|letter| MARKS.iter().any(|(mark, _)| *mark == letter)), "{shown}");
        assert!(!shown.contains("://"), "{shown}");
        assert!(shown.contains("所有人") && shown.contains("领奖"));
    }

    proptest! {
        #[test]
        fn what_people_type_stays_one_line_without_steering(text in "\\PC{0,80}|.{0,80}") {
            let typed = format!("甲\r\nBcc: x@evil.example\u{2028}\u{202e}{text}\u{85}\n乙 www.evil.example http://x");
            for shown in everywhere(&typed) {
                prop_assert!(!shown.contains(char::is_control), "{shown:?}");
                let steers = shown.contains(['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']);
                prop_assert!(!steers, "{:?}", shown);
                prop_assert!(!shown.contains("://") && !shown.contains("www."), "{shown}");
                prop_assert!(shown.chars().count() <= 100);
            }
        }

        #[test]
        fn subjects_and_lines_are_one_line_whatever_is_put_in(text in ".{0,80}") {
            let values = Values::default().own("link", format!("a\r\nBcc: {text}\nb"));
            for form in [Form::Line, Form::Subject] {
                prop_assert!(!values.shown("link", form).unwrap().contains(['\r', '\n']));
            }
        }
    }
}
