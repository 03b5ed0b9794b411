//! Values of fields in words, as lists of what has changed show them.

use chrono::NaiveDate;
use serde_json::Value;

use super::Frame;
use crate::error::FieldError;

/// Fields that hold codes, with the tables of these.
const TABLES: [(&str, &str); 15] = [
    ("contract_type", "contract_type"),
    ("subtype", "contract_subtype"),
    ("payment_mode", "payment_mode"),
    ("ip_kinds", "ip_kind"),
    ("tech_field", "tech_field"),
    ("socio_economic_goal", "socio_economic_goal"),
    ("plan_source", "plan_source"),
    ("country", "country"),
    ("legal_nature", "legal_nature"),
    ("programme", "programme"),
    ("channel", "channel"),
    ("activity_kind", "activity_kind"),
    ("role", "project_role"),
    ("source", "fund_source"),
    ("kind", "output_kind"),
];

impl Frame {
    /// The value of a field in words; empty when there is none.
    pub fn value_of(&self, field: &str, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Bool(yes) => self.t(if *yes { "yes" } else { "no" }),
            Value::Number(number) => number.to_string(),
            Value::String(text) => self.word_of(field, text),
            Value::Array(all) => {
                let separator = if all.iter().any(Value::is_object) { "; " } else { ", " };
                let words: Vec<String> = all.iter().map(|one| self.value_of(field, one)).collect();
                words.join(separator)
            }
            Value::Object(map) => {
                let part = |(name, value): (&String, &Value)| {
                    format!("{} {}", self.field(name), self.value_of(name, value))
                };
                map.iter().map(part).collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn word_of(&self, field: &str, text: &str) -> String {
        if let Some((_, table)) = TABLES.iter().find(|(name, _)| *name == field) {
            return self.code(table, text);
        }
        match field {
            "region_code" | "town_codes" => self.region(text),
            "industry_code" => self.industry(text),
            _ => match text.parse::<NaiveDate>() {
                Ok(day) => self.day(&day),
                Err(_) => text.to_owned(),
            },
        }
    }
}

/// Bytes in the units in which sizes of files are given.
const KILO: i64 = 1_000;

impl Frame {
    /// What is wrong with a list as a whole.
    pub fn wrong_only(&self, errors: &[FieldError], pointer: &str) -> String {
        let whole: Vec<FieldError> =
            errors.iter().filter(|error| error.pointer == pointer).cloned().collect();
        self.wrong(&whole, pointer)
    }

    /// What is wrong with an entry of a list.
    pub fn wrong_in(&self, errors: &[FieldError], list: &str, at: &usize) -> String {
        self.wrong(errors, &format!("/{list}/{at}"))
    }

    /// The size of a file.
    pub fn size(&self, bytes: &i64) -> String {
        match bytes / KILO {
            0 => format!("{bytes} B"),
            kilo if kilo < KILO => format!("{kilo} kB"),
            kilo => format!("{}.{} MB", kilo / KILO, kilo % KILO / 100),
        }
    }
}
