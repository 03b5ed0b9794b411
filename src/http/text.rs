//! Texts of the message catalogue in the caller's language.

use crate::accounts::principal::Language;
use crate::error::Message;

/// A message in a language.
pub fn render(message: &Message, language: Language) -> String {
    let mut text = rust_i18n::t!(message.key, locale = language.tag()).into_owned();
    for (name, value) in &message.params {
        text = text.replace(&format!("%{{{name}}}"), value);
    }
    text
}

/// A message without parameters in a language.
pub fn text(key: &str, language: Language) -> String {
    rust_i18n::t!(key, locale = language.tag()).into_owned()
}
