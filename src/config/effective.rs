//! The settings in force with where they come from, for those who run the platform. What is secret is
//! masked here, so that it cannot reach a page.

use std::path::Path;

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};

use super::{Config, ConfigError, DEFAULTS, Overrides, describe, environment, readable};
use crate::code_enum;

code_enum!(
    /// Where the value of a setting comes from.
    Origin {
        /// Built in.
        Default = "default",
        /// Built in, made of other settings.
        Derived = "derived",
        /// The configuration file.
        File = "file",
        /// An environment variable.
        Environment = "environment",
        /// A flag.
        CommandLine = "command_line",
    }
);

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name with its section, e.g. `server.listen`.
    pub name: String,
    /// Its value; of a secret one nothing but whether there is one.
    pub value: String,
    /// Whether the value is secret.
    pub secret: bool,
    /// Where the value comes from.
    pub origin: Origin,
}

/// The levels that settings are put together from, the weakest first.
pub(super) struct Levels {
    /// The level with its origin.
    pub(super) all: Vec<(Origin, Figment)>,
    /// All of them together.
    pub(super) whole: Figment,
}

/// The levels that settings are put together from: each by itself, and all of them.
///
/// # Errors
/// When the file is not there, or is no TOML.
pub(super) fn levels(file: Option<&Path>, overrides: &Overrides) -> Result<Levels, ConfigError> {
    let defaults = Figment::from(Toml::string(DEFAULTS));
    let mut all = vec![(Origin::Default, defaults.clone())];
    if let Some(path) = file {
        if !path.is_file() {
            return Err(ConfigError(format!("no configuration file at {}", path.display())));
        }
        readable(path)?;
        all.push((Origin::File, Figment::from(Toml::file_exact(path))));
    }
    let variables = environment::Environment::typed_by(&defaults);
    all.push((Origin::Environment, Figment::from(variables)));
    let mut flags = Figment::new();
    if let Some(value) = &overrides.data_dir {
        flags = flags.merge(Serialized::default("data_dir", value));
    }
    if let Some(value) = &overrides.listen {
        flags = flags.merge(Serialized::default("server.listen", value));
    }
    if let Some(value) = &overrides.database_url {
        flags = flags.merge(Serialized::default("database.url", value));
    }
    all.push((Origin::CommandLine, flags));
    let whole = all.iter().fold(Figment::new(), |whole, (_, level)| whole.merge(level.clone()));
    Ok(Levels { all, whole })
}

/// Endings of the names of secret settings.
const SECRETS: [&str; 4] = ["password", "secret", "token", "key"];
/// What stands for a secret that is set.
const MASK: &str = "***";

/// Every setting, in the order of names within sections.
pub(super) fn settings(levels: &Levels, config: &Config) -> Result<Vec<Setting>, ConfigError> {
    let dict: Dict = levels.whole.extract().map_err(|error| describe(&error))?;
    let mut found = Vec::new();
    collect("", &dict, &mut found);
    // Sections come after what stands in none.
    found.sort_by_key(|(name, _)| {
        let (section, last) = name.rsplit_once('.').unwrap_or(("", name));
        (section.to_owned(), last.to_owned())
    });
    let settings = found.into_iter().map(|(name, value)| {
        let strongest = levels.all.iter().rev().find(|(_, level)| level.find_value(&name).is_ok());
        let origin = strongest.map_or(Origin::Default, |(origin, _)| *origin);
        let derived = match name.as_str() {
            "database.url" => Some(&config.database.url),
            "search.index_dir" => Some(&config.search.index_dir),
            "server.public_url" => Some(&config.server.public_url),
            _ => None,
        };
        match derived.filter(|_| value.is_empty()) {
            Some(text) => masked(name, text.clone(), Origin::Derived),
            None => masked(name, value, origin),
        }
    });
    Ok(settings.collect())
}

fn collect(path: &str, dict: &Dict, found: &mut Vec<(String, String)>) {
    for (name, value) in dict {
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::Dict(_, inner) => collect(&name, inner, found),
            other => found.push((name, text(other))),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Char(_, sign) => sign.to_string(),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => match (number.to_u128(), number.to_i128(), number.to_f64()) {
            (Some(whole), ..) => whole.to_string(),
            (_, Some(whole), _) => whole.to_string(),
            (.., Some(broken)) => broken.to_string(),
            _ => String::new(),
        },
        Value::Empty(..) => String::new(),
        Value::Dict(..) => "{…}".to_owned(),
        Value::Array(_, items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

fn masked(name: String, value: String, origin: Origin) -> Setting {
    let last = name.rsplit(['.', '_']).next().unwrap_or_default();
    let secret = SECRETS.contains(&last);
    let value = match secret {
        true if value.is_empty() => String::new(),
        true => MASK.to_owned(),
        false => without_credentials(&value),
    };
    Setting { name, value, secret, origin }
}

/// An address without user, password and query; anything else as it is.
fn without_credentials(text: &str) -> String {
    let shown = |address: &str| {
        let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        // A password may hold a slash, so all up to the last sign counts as one.
        match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://{MASK}@{host}"),
            None => format!("{scheme}://{rest}"),
        }
    };
    // The other way to name a database: words with values, one of which is the password.
    if text.contains("password=") {
        return MASK.to_owned();
    }
    text.split(", ").map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, overrides: &Overrides) -> Vec<Setting> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("townbridge.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), overrides).unwrap().effective
    }

    fn one<'a>(settings: &'a [Setting], name: &str) -> &'a Setting {
        settings.iter().find(|setting| setting.name == name).unwrap()
    }

    #[test]
    fn secrets_are_told_to_be_there_and_no_more() {
        let text = "[mail]\npassword = \"hunter2\"\n[server]\nmetrics_token = \"hunter2\"\n\
                    [embeddings]\napi_key = \"hunter2\"\n";
        let overrides = Overrides {
            database_url: Some("postgres://town:hun/ter2@db.example/town?password=hunter2".into()),
            ..Overrides::default()
        };
        let settings = load(text, &overrides);
        assert!(
            settings
                .iter()
                .all(|one| !one.value.contains("hunter2") && !one.value.contains("ter2"))
        );
        for name in ["mail.password", "server.metrics_token", "embeddings.api_key"] {
            let setting = one(&settings, name);
            assert!(setting.secret && setting.value == MASK && setting.origin == Origin::File);
        }
        assert!(one(&load("", &Overrides::default()), "mail.password").value.is_empty());
        assert_eq!(one(&settings, "database.url").value, "***");
        assert_eq!(
            without_credentials("postgres://town:p@db.example/town"),
            "postgres://***@db.example/town"
        );
        assert_eq!(without_credentials("host=db password=x user=y"), "***");
    }

    #[test]
    fn each_setting_says_where_it_comes_from() {
        let overrides = Overrides { data_dir: Some("elsewhere".into()), ..Overrides::default() };
        let settings = load("[server]\nworkers = 3\n", &overrides);
        let origin = |name| one(&settings, name).origin;
        assert_eq!(origin("server.workers"), Origin::File);
        assert_eq!(one(&settings, "server.workers").value, "3");
        assert_eq!(origin("data_dir"), Origin::CommandLine);
        assert_eq!(origin("server.max_wait_ms"), Origin::Default);
        assert_eq!(origin("database.url"), Origin::Derived);
        assert!(one(&settings, "database.url").value.contains("elsewhere"));
        // All of them are there, and none twice.
        let named = DEFAULTS
            .lines()
            .filter(|line| line.split_once(" = ").is_some_and(|(name, _)| !name.starts_with('#')));
        assert!(settings.len() >= named.count() / 2, "{}", settings.len());
        let mut names: Vec<&str> = settings.iter().map(|one| one.name.as_str()).collect();
        names.dedup();
        assert_eq!(names.len(), settings.len());
    }
}
