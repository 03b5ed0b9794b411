//! Texts of the message catalogue in the caller's language.

use crate::accounts::principal::Language;
use crate::error::Message;

/// A message in a language.
pub fn render(message: &Message, language: Language) -> String {
    filled(message.key, &message.params, language)
}

/// A text in a language with values put in for `%{name}`.
pub fn filled(key: &str, params: &[(&'static str, String)], language: Language) -> String {
    let mut text = text(key, language);
    for (name, value) in params {
        text = text.replace(&format!("%{{{name}}}"), value);
    }
    text
}

/// A message without parameters in a language.
pub fn text(key: &str, language: Language) -> String {
    rust_i18n::t!(key, locale = language.tag()).into_owned()
}
