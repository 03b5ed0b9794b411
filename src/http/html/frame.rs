//! What templates know about the request and how they put things into words.

mod head;
mod navigation;
mod people;
mod places;

use std::fmt::Display;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Visit;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{FieldError, Message};
use crate::http::text;
use crate::matching::answer::Match;
use crate::matching::evidence::MatchRequirement;
use crate::money::Money;
use crate::needs::model::Requirement;
use crate::records::model::RecordKind;
use crate::search::cards::Card;
use crate::search::names::Names;
use crate::towns::model::TownFields;

/// Words of a match that are listed.
const MAX_WORDS: usize = 12;

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
    /// Notices that the person has not read.
    pub unread: i64,
    /// Records that wait for the person's review.
    pub to_review: i64,
    /// Whether the person is to be asked about the text on personal data.
    pub consent_due: bool,
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
            unread: visit.unread,
            to_review: visit.to_review,
            consent_due: visit.consent_due,
            app: Arc::clone(app),
        }
    }

    /// A text of the catalogue below `page.`.
    pub fn t(&self, key: impl AsRef<str>) -> String {
        text::text(&format!("page.{}", key.as_ref()), self.caller.language)
    }

    /// A text with one value put in.
    pub fn fill(&self, key: &str, name: &str, value: impl Display) -> String {
        self.t(key).replace(&format!("%{{{name}}}"), &value.to_string())
    }

    /// A text with two values put in.
    pub fn fill2(
        &self,
        key: &str,
        one: &str,
        first: impl Display,
        two: &str,
        second: impl Display,
    ) -> String {
        self.fill(key, one, first).replace(&format!("%{{{two}}}"), &second.to_string())
    }

    /// A message of the rules.
    pub fn message(&self, message: &Message) -> String {
        let mut named = message.clone();
        for (name, value) in &mut named.params {
            let table = named.codes.iter().find(|(param, _)| param == name);
            if let Some((_, table)) = table {
                *value = self.code(table, value);
            }
        }
        text::render(&named, self.caller.language)
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

    /// Whether the person looks after regions, and so has visits to log.
    pub fn is_broker(&self) -> bool {
        self.caller.principal.as_ref().is_some_and(|one| one.is_broker() || one.is_admin())
    }

    /// Name of a code.
    pub fn code(&self, table: &str, code: &str) -> String {
        self.app.reference.code_name(table, code, self.caller.language)
    }

    /// Name of a state of a need or a capability.
    pub fn state(&self, kind: &RecordKind, code: &str) -> String {
        let needs = *kind == RecordKind::Need;
        self.code(if needs { "need_status" } else { "capability_status" }, code)
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

    /// A span of money.
    pub fn amounts(&self, from: Option<&Money>, to: &Money) -> String {
        Names::new(&self.app, self.caller.language).amounts(from.map(|money| money.0), to.0)
    }

    /// Name of the city that a region code lies in.
    pub fn city(&self, code: &str) -> String {
        self.region(code.get(..4).unwrap_or(code))
    }

    /// Name of a field, in the words of the page's section if it has own ones; the field itself when
    /// it has none in the catalogue. Of a field inside another that of the inner one.
    pub fn field(&self, name: &str) -> String {
        let name = name.rsplit('/').next().unwrap_or(name);
        self.known_field(name).unwrap_or_else(|| name.to_owned())
    }

    fn known_field(&self, name: &str) -> Option<String> {
        let keys = [format!("{}_fields.{name}", self.section), format!("fields.{name}")];
        keys.iter()
            .map(|key| (key, self.t(key)))
            .find(|(key, text)| !text.contains(*key))
            .map(|(_, t)| t)
    }

    /// Names of the fields that a JSON pointer leads through, with the places in lists.
    pub fn pointed(&self, pointer: &str) -> String {
        let mut parts = pointer.trim_start_matches('/').split('/');
        let mut words = self.field(parts.next().unwrap_or_default());
        for part in parts {
            let word = match part.parse::<usize>() {
                Ok(at) => Some((at + 1).to_string()),
                Err(_) => self.known_field(part),
            };
            words.extend(word.map(|word| format!(" {word}")));
        }
        words
    }

    /// Words that a match rests on, heaviest first, each once.
    pub fn matched_words(&self, hit: &Match) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for term in hit.terms.iter().filter(|term| term.field == "words") {
            if !words.contains(&term.term) {
                words.push(term.term.clone());
            }
        }
        words.truncate(MAX_WORDS);
        words
    }

    /// A share of the score in points of a hundred.
    pub fn points(&self, share: &f32) -> String {
        format!("{:.0}", share * 100.0)
    }

    /// Industries of the second level with their codes, for choices; a finer one that has been
    /// chosen elsewhere stays possible.
    pub fn industry_choices(&self, chosen: &str) -> Vec<(String, String)> {
        let all = self.app.reference.industries().iter();
        all.filter(|one| one.level == "division" || one.code == chosen)
            .map(|one| (one.code.clone(), self.coded_industry(&one.code)))
            .collect()
    }

    /// An industry as `C38 …`; a name that is borrowed from above ends in the code already.
    fn coded_industry(&self, code: &str) -> String {
        let name = self.industry(code);
        format!("{code} {}", name.trim_end_matches(&format!(" ({code})")))
    }

    /// Name of a region.
    pub fn region(&self, code: &str) -> String {
        self.app.reference.region_name(code, self.caller.language)
    }

    /// Name of a region without those above it.
    pub fn short_region(&self, code: &str) -> String {
        self.app.reference.short_name(code, self.caller.language)
    }

    /// Names of regions in one line.
    pub fn regions(&self, codes: &[String]) -> String {
        let names: Vec<String> = codes.iter().map(|code| self.region(code)).collect();
        names.join(&self.t("list_separator"))
    }

    /// Name of an industry.
    pub fn industry(&self, code: &str) -> String {
        Names::new(&self.app, self.caller.language).industry(code)
    }

    /// Names of fields that are held back, in one line.
    pub fn withheld(&self, fields: &[String]) -> String {
        let name = |field: &String| match field.as_str() {
            "budget_min" | "budget_max" => self.t("need.budget"),
            other => self.field(other),
        };
        let mut names: Vec<String> = fields.iter().map(name).collect();
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

    /// Musts of the need that a match does not meet, in one line.
    pub fn missed_musts(&self, hit: &Match) -> String {
        let names = hit.missed_musts().map(|one| one.requirement.name.as_str());
        names.collect::<Vec<_>>().join(&self.t("list_separator"))
    }

    /// A measured figure with its name, when a requirement is held against one: running text is
    /// quoted instead.
    pub fn figure_name(&self, row: &MatchRequirement) -> Option<String> {
        let figure = row.found.as_ref().filter(|figure| figure.measured)?;
        let basis = figure.test_basis.as_ref();
        let basis = basis.map(|text| self.fill("match.basis", "basis", text)).unwrap_or_default();
        Some(format!("{} {}{basis}", figure.name, figure.text))
    }

    /// A readiness level with its name.
    pub fn trl(&self, level: u8) -> String {
        format!("{level} {}", self.code("trl", &level.to_string()))
    }

    /// Address of the page of a record.
    pub fn record_address(&self, card: &Card) -> String {
        format!("/{}/{}", card.kind.folder(), card.id)
    }

    /// The beginning of a text, to so many characters.
    pub fn short(&self, text: &str, characters: usize) -> String {
        match text.char_indices().nth(characters) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text.to_owned(),
        }
    }

    /// What is wrong with a field of a form; empty when nothing is.
    pub fn wrong(&self, errors: &[FieldError], pointer: &str) -> String {
        let inside = format!("{pointer}/");
        let at_field = |e: &&FieldError| e.pointer == pointer || e.pointer.starts_with(&inside);
        let reasons: Vec<String> =
            errors.iter().filter(at_field).map(|error| self.message(&error.message)).collect();
        reasons.join(&self.t("list_separator"))
    }

    /// A share of one as a whole percentage.
    pub fn percent(&self, share: &f32) -> u32 {
        // Shares lie between 0 and 1, so neither sign nor size is lost.
        (share.clamp(0.0, 1.0) * 100.0).round() as u32
    }

    /// The trades of a town.
    pub fn trades(&self, town: &TownFields) -> String {
        let names: Vec<String> =
            town.specialty_industries.iter().map(|trade| trade.name.clone()).collect();
        self.list(&names)
    }

    /// Name of the state of an organisation.
    pub fn org_status(&self, status: &str) -> String {
        Names::new(&self.app, self.caller.language).status(status)
    }

    /// Readiness levels, for choices.
    pub fn levels(&self) -> Vec<(String, String)> {
        let named = |(level, name): (String, String)| {
            let label = format!("{level} {name}");
            (level, label)
        };
        self.choices("trl").into_iter().map(named).collect()
    }

    /// What is wrong with a field of that name.
    pub fn wrong_at(&self, errors: &[FieldError], name: &str) -> String {
        self.wrong(errors, &format!("/{name}"))
    }

    /// Texts in one line.
    pub fn list(&self, texts: &[String]) -> String {
        texts.join(&self.t("list_separator"))
    }

    /// A day as it is written in the language.
    pub fn day(&self, day: &NaiveDate) -> String {
        day.format(&self.t("day_format")).to_string()
    }

    /// How long ago a record was confirmed, in words.
    pub fn verified(&self, at: &Timestamp) -> String {
        match (self.app.clock.time() - at.0).num_days() {
            ..=0 => self.t("fresh.today"),
            1 => self.t("fresh.yesterday"),
            days => self.fill("fresh.days", "days", days),
        }
    }

    /// The same with the day.
    pub fn confirmed(&self, at: &Timestamp) -> String {
        format!("{} · {}", self.date(at), self.verified(at))
    }

    /// The day of a moment.
    pub fn date(&self, at: &Timestamp) -> String {
        self.day(&at.0.date_naive())
    }

    /// A word about cases for a code, such as that of a side or an answer.
    pub fn case_word(&self, prefix: &str, code: &str) -> String {
        let key =
            [prefix, code].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
        self.t(format!("case.{}", key.join("_")))
    }

    /// A word of a page's part of the catalogue for a code in a group of codes.
    pub fn word(&self, part: &str, group: &str, code: &str) -> String {
        self.t(format!("{part}.{group}_{code}"))
    }

    /// A moment as clocks in China show it.
    pub fn moment(&self, at: &Timestamp) -> String {
        let there = at.0 + chrono::TimeDelta::hours(8);
        there.format(&self.t("moment_format")).to_string()
    }

    /// An amount of money as it is written in the language.
    pub fn money(&self, money: &Money) -> String {
        Names::new(&self.app, self.caller.language).amount(money.0)
    }
}
