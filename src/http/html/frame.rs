//! What templates know about the request and how they put things into words.

use std::fmt::Display;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Visit, assets};
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Message;
use crate::http::text;
use crate::money::Money;
use crate::needs::model::Requirement;

/// Frame of a page.
pub struct Frame {
    /// Who looks at it.
    pub caller: Caller,
    /// Token for its forms.
    pub csrf: String,
    /// Path and query of the page.
    pub here: String,
    /// Which entry of the navigation it belongs to.
    pub section: &'static str,
    app: Arc<App>,
}

impl Frame {
    /// The frame of a page in a section of the navigation.
    pub fn new(app: &Arc<App>, visit: &Visit, section: &'static str) -> Self {
        Self {
            caller: visit.caller.clone(),
            csrf: visit.csrf.clone(),
            here: visit.here.clone(),
            section,
            app: Arc::clone(app),
        }
    }

    /// A text of the catalogue below `page.`.
    pub fn t(&self, key: &str) -> String {
        text::text(&format!("page.{key}"), self.caller.language)
    }

    /// A text with one value put in.
    pub fn fill(&self, key: &str, name: &str, value: impl Display) -> String {
        self.t(key).replace(&format!("%{{{name}}}"), &value.to_string())
    }

    /// A text with two values put in.
    pub fn fill2(&self, key: &str, one: (&str, &str), two: (&str, &str)) -> String {
        self.fill(key, one.0, one.1).replace(&format!("%{{{}}}", two.0), two.1)
    }

    /// A message of the rules.
    pub fn message(&self, message: &Message) -> String {
        text::render(message, self.caller.language)
    }

    /// Tag of the language.
    pub fn lang(&self) -> &'static str {
        self.caller.language.tag()
    }

    /// Tag of the language that the page can be switched to.
    pub fn other_lang(&self) -> &'static str {
        match self.caller.language {
            Language::Chinese => Language::English.tag(),
            Language::English => Language::Chinese.tag(),
        }
    }

    /// Name of the person who is signed in.
    pub fn person(&self) -> Option<&str> {
        self.caller.principal.as_ref().map(|principal| principal.name.as_str())
    }

    /// Address of a static file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// Name of a code.
    pub fn code(&self, table: &str, code: &str) -> String {
        self.app.reference.code_name(table, code, self.caller.language)
    }

    /// Name of an optional code; empty without one.
    pub fn code_of(&self, table: &str, code: &Option<String>) -> String {
        code.as_deref().map(|code| self.code(table, code)).unwrap_or_default()
    }

    /// Names of codes in one line.
    pub fn codes(&self, table: &str, codes: &[String]) -> String {
        let names: Vec<String> = codes.iter().map(|code| self.code(table, code)).collect();
        names.join(&self.t("list_separator"))
    }

    /// Codes and names of a table, for choices.
    pub fn choices(&self, table: &str) -> Vec<(String, String)> {
        let entries = self.app.reference.code_table(table);
        entries.iter().map(|entry| (entry.code.clone(), self.code(table, &entry.code))).collect()
    }

    /// Name of a region.
    pub fn region(&self, code: &str) -> String {
        self.app.reference.region_name(code, self.caller.language)
    }

    /// Names of regions in one line.
    pub fn regions(&self, codes: &[String]) -> String {
        let names: Vec<String> = codes.iter().map(|code| self.region(code)).collect();
        names.join(&self.t("list_separator"))
    }

    /// Name of an industry; its code when it is unknown.
    pub fn industry(&self, code: &str) -> String {
        let english = self.caller.language == Language::English;
        self.app.reference.industry(code).map_or_else(
            || code.to_owned(),
            |found| match english && !found.name_en.is_empty() {
                true => found.name_en.clone(),
                false => found.name.clone(),
            },
        )
    }

    /// Names of fields that are held back, in one line.
    pub fn withheld(&self, fields: &[String]) -> String {
        let mut names: Vec<String> =
            fields.iter().map(|field| self.t(&format!("fields.{field}"))).collect();
        names.dedup();
        names.join(&self.t("list_separator"))
    }

    /// What a requirement asks for, with signs for the comparisons.
    pub fn requirement(&self, requirement: &Requirement) -> String {
        let sign = match requirement.operator.as_str() {
            "ge" => "≥ ",
            "le" => "≤ ",
            "gt" => "> ",
            "lt" => "< ",
            "eq" => "= ",
            _ => "",
        };
        let upper = requirement.value_max.as_deref().filter(|_| requirement.operator == "range");
        let value = match upper {
            Some(upper) => format!("{}–{upper}", requirement.value),
            None => format!("{sign}{}", requirement.value),
        };
        match requirement.unit.as_deref() {
            None | Some("") => value,
            Some(unit) => format!("{value} {unit}"),
        }
    }

    /// A readiness level with its name.
    pub fn trl(&self, level: u8) -> String {
        format!("{level} {}", self.code("trl", &level.to_string()))
    }

    /// Texts in one line.
    pub fn list(&self, texts: &[String]) -> String {
        texts.join(&self.t("list_separator"))
    }

    /// A day as it is written in the language.
    pub fn day(&self, day: &NaiveDate) -> String {
        day.format(&self.t("day_format")).to_string()
    }

    /// The day of a moment.
    pub fn date(&self, at: &Timestamp) -> String {
        self.day(&at.0.date_naive())
    }

    /// An amount of money as it is written in the language.
    pub fn money(&self, money: &Money) -> String {
        let amount = match self.caller.language {
            Language::Chinese => money.to_wan(),
            Language::English => grouped(money.0 / 100),
        };
        self.fill("money", "amount", amount)
    }
}

/// Digits in groups of three.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_three_digits() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(300_000), "300,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
