//! Settings from environment variables. A variable has no type of its own, so it takes that of
//! the setting: a password of digits is no number.

use figment::providers::Env;
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

/// The variables whose names begin with `TOWNBRIDGE_`.
pub(super) struct Environment<'a> {
    variables: Env,
    /// Every setting with its default.
    defaults: &'a Figment,
}

impl<'a> Environment<'a> {
    /// What is set, read in the types of the defaults.
    pub(super) fn typed_by(defaults: &'a Figment) -> Self {
        let variables =
            Env::prefixed("TOWNBRIDGE_").ignore(&["config"]).split("__").lowercase(true);
        Self { variables, defaults }
    }
}

impl Provider for Environment<'_> {
    fn metadata(&self) -> Metadata {
        self.variables.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut settings = Dict::new();
        for (path, text) in self.variables.iter() {
            let value = value(self.defaults, path.as_str(), text);
            insert(&mut settings, path.as_str(), value);
        }
        Ok(Profile::Default.collect(settings))
    }
}

/// What a variable says: for a setting that is a text the text as it is, unless it is quoted.
fn value(defaults: &Figment, path: &str, text: String) -> Value {
    let wants_text = matches!(defaults.find_value(path), Ok(Value::String(..)));
    match text.parse::<Value>() {
        Ok(guessed) if !wants_text || matches!(guessed, Value::String(..)) => guessed,
        _ => Value::from(text),
    }
}

fn insert(settings: &mut Dict, path: &str, value: Value) {
    let Some((section, rest)) = path.split_once('.') else {
        settings.insert(path.to_owned(), value);
        return;
    };
    let inner = settings.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = inner {
        insert(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format, Toml};

    use super::*;

    #[test]
    fn texts_stay_texts_and_the_rest_is_read() {
        let defaults = Figment::from(Toml::string(crate::config::DEFAULTS));
        let read = |path: &str, text: &str| value(&defaults, path, text.to_owned());
        for text in ["123456", "000123", "12e5", "true", "[a]", "{a=b}", "-1", "0.50", "p\"w"] {
            assert_eq!(read("mail.password", text).as_str(), Some(text));
        }
        assert_eq!(read("mail.password", "\"0123\"").as_str(), Some("0123"));
        assert_eq!(read("mail.password", "").as_str(), Some(""));
        assert_eq!(read("mail.port", "2525").to_u128(), Some(2525));
        assert_eq!(read("server.secure_cookies", "true").to_bool(), Some(true));
        assert!(read("server.cors_origins", "[\"https://a.example\"]").as_array().is_some());
    }

    #[test]
    fn variables_of_one_section_come_together() {
        let mut settings = Dict::new();
        insert(&mut settings, "mail.user", Value::from("7"));
        insert(&mut settings, "mail.password", Value::from("8"));
        insert(&mut settings, "data_dir", Value::from("9"));
        let mail = settings["mail"].as_dict().unwrap();
        assert_eq!((mail["user"].as_str(), mail["password"].as_str()), (Some("7"), Some("8")));
        assert_eq!(settings["data_dir"].as_str(), Some("9"));
    }
}
