//! The form of an event: fields to what was typed, and what was typed to fields.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value, json};

use crate::db::Timestamp;
use crate::error::{Error, FieldError, Result};
use crate::events::model::EventFields;
use crate::http::html::Posted;
use crate::http::html::typed::Typed;
use crate::search::names::Names;

const TEXTS: [&str; 6] = ["kind", "title", "title_en", "place", "online_url", "organiser"];
/// How browsers write a time of day.
const LOCAL: &str = "%Y-%m-%dT%H:%M";
/// Rows for breaks in an empty form.
pub const BREAKS: usize = 2;

/// China is eight hours ahead the whole year.
fn ahead() -> TimeDelta {
    TimeDelta::hours(8)
}

/// A moment as an input for local times holds it.
pub fn local(at: Timestamp) -> String {
    (at.0 + ahead()).format(LOCAL).to_string()
}

/// The time of day of a moment.
pub fn clock(at: Timestamp) -> String {
    (at.0 + ahead()).format("%H:%M").to_string()
}

/// The form of stored fields.
pub fn filled(fields: &EventFields, names: Names<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut put = |name: &str, text: Option<String>| {
        pairs.extend(text.map(|text| (name.to_owned(), text)));
    };
    put("kind", fields.kind.clone());
    put("title", fields.title.clone());
    put("title_en", fields.title_en.clone());
    put("town_code", fields.town_code.as_deref().map(|code| names.region_label(code)));
    put("place", fields.place.clone());
    put("online_url", fields.online_url.clone());
    put("organiser", fields.organiser.clone());
    put("description", fields.description.clone());
    put("starts_at", fields.starts_at.map(local));
    put("ends_at", fields.ends_at.map(local));
    put("capacity", fields.capacity.map(|most| most.to_string()));
    put("public", fields.public.filter(|yes| *yes).map(|_| "yes".to_owned()));
    put("self_booking", fields.self_booking.filter(|yes| *yes).map(|_| "yes".to_owned()));
    for code in &fields.industry_codes {
        put("industry_codes", Some(code.clone()));
    }
    for code in &fields.tech_fields {
        put("tech_fields", Some(code.clone()));
    }
    if let Some(plan) = &fields.slots {
        put("slots/tables", Some(plan.tables.to_string()));
        put("slots/minutes", Some(plan.minutes.to_string()));
        put("slots/pause_minutes", Some(plan.pause_minutes.to_string()));
        put("slots/from", plan.from.map(local));
        put("slots/until", plan.until.map(local));
        for (at, one) in plan.breaks.iter().enumerate() {
            put(&format!("slots/breaks/{at}/from"), Some(local(one.from)));
            put(&format!("slots/breaks/{at}/to"), Some(local(one.to)));
        }
    }
    pairs
}

/// How many breaks the form has room for.
pub fn break_rows(form: &Posted) -> usize {
    let used = (0..20).rev().find(|at| is_break(form, *at));
    used.map_or(BREAKS, |at| (at + 2).max(BREAKS))
}

/// Whether something was typed into the row of a break.
fn is_break(form: &Posted, at: usize) -> bool {
    ["from", "to"].iter().any(|end| form.filled(&format!("slots/breaks/{at}/{end}")).is_some())
}

/// Names a field that must not be empty beside others that were filled in.
fn require(form: &Posted, name: &str, wrong: &mut Vec<FieldError>) {
    if form.filled(name).is_none() {
        wrong.push(FieldError::new(format!("/{name}"), "field.required"));
    }
}

/// The moment in an input; null for nothing.
fn moment(form: &Posted, name: &str, wrong: &mut Vec<FieldError>) -> Value {
    let Some(text) = form.filled(name) else { return Value::Null };
    let typed = text.get(..16).unwrap_or(&text);
    match NaiveDateTime::parse_from_str(typed, LOCAL) {
        Ok(there) => json!(Timestamp::new((there - ahead()).and_utc())),
        Err(_) => {
            wrong.push(FieldError::new(format!("/{name}"), "field.date"));
            Value::Null
        }
    }
}

/// The number in an input; null for nothing.
fn number(form: &Posted, name: &str, wrong: &mut Vec<FieldError>) -> Value {
    let Some(text) = form.filled(name) else { return Value::Null };
    match text.parse::<u32>() {
        Ok(number) => json!(number),
        Err(_) => {
            wrong.push(FieldError::new(format!("/{name}"), "field.number"));
            Value::Null
        }
    }
}

/// What was typed as a merge patch.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read.
pub fn patch(form: &Posted, names: Names<'_>) -> Result<Value> {
    let mut typed = Typed::new(form, names);
    let mut wrong = Vec::new();
    typed.texts(&TEXTS);
    typed.texts(&["description"]);
    let town = typed.region("town_code");
    typed.put("town_code", town);
    for name in ["starts_at", "ends_at"] {
        typed.put(name, moment(form, name, &mut wrong));
    }
    typed.put("capacity", number(form, "capacity", &mut wrong));
    for name in ["industry_codes", "tech_fields"] {
        typed.put(name, json!(form.all(name)));
    }
    for name in ["public", "self_booking"] {
        typed.put(name, form.filled(name).is_some());
    }
    typed.put("slots", slots(form, &mut wrong));
    match (typed.patch(), wrong.is_empty()) {
        (done, true) => done,
        (Ok(_), false) => Err(Error::Invalid(wrong)),
        (Err(Error::Invalid(mut errors)), false) => {
            errors.extend(wrong);
            Err(Error::Invalid(errors))
        }
        (other, false) => other,
    }
}

/// Tables and times; none when nothing was typed. What was typed in part is named.
fn slots(form: &Posted, wrong: &mut Vec<FieldError>) -> Value {
    if !form.pairs().any(|(name, text)| name.starts_with("slots/") && !text.trim().is_empty()) {
        return Value::Null;
    }
    require(form, "slots/tables", wrong);
    require(form, "slots/minutes", wrong);
    let mut plan = Map::new();
    for name in ["tables", "minutes", "pause_minutes"] {
        plan.insert(name.to_owned(), number(form, &format!("slots/{name}"), wrong));
    }
    if plan["pause_minutes"].is_null() {
        plan.insert("pause_minutes".to_owned(), json!(0));
    }
    for name in ["from", "until"] {
        plan.insert(name.to_owned(), moment(form, &format!("slots/{name}"), wrong));
    }
    let breaks: Vec<Value> = (0..break_rows(form))
        .filter(|at| is_break(form, *at))
        .map(|at| {
            let mut end = |name: &str| {
                let name = format!("slots/breaks/{at}/{name}");
                require(form, &name, wrong);
                moment(form, &name, wrong)
            };
            json!({ "from": end("from"), "to": end("to") })
        })
        .collect();
    plan.insert("breaks".to_owned(), json!(breaks));
    Value::Object(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;
    use crate::http::html::typed;

    #[test]
    fn a_stored_event_comes_back_from_its_form_unchanged() {
        let stored: EventFields = serde_json::from_value(json!({
            "kind": "matchmaking", "title": "灯饰散热对接会", "title_en": "Heat of lamps",
            "town_code": "442000105", "place": "会展中心", "online_url": "https://meet.example/1",
            "starts_at": "2026-12-01T01:30:00Z", "ends_at": "2026-12-01T09:00:00Z",
            "capacity": 40, "organiser": "镇政府", "description": "一\n二",
            "industry_codes": ["C38"], "tech_fields": ["new_materials"],
            "public": true, "self_booking": false,
            "slots": {
                "tables": 3, "minutes": 20, "pause_minutes": 5,
                "from": "2026-12-01T02:00:00Z",
                "breaks": [{ "from": "2026-12-01T04:00:00Z", "to": "2026-12-01T05:30:00Z" }]
            }
        }))
        .unwrap();
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for language in [Language::Chinese, Language::English] {
            let names = Names::of(&reference, language);
            let form = Posted::new(filled(&stored, names));
            assert_eq!(form.text("starts_at"), "2026-12-01T09:30");
            let patch = patch(&form, names).unwrap();
            assert_eq!(typed::document::<EventFields>(&patch).unwrap(), stored);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let pairs = [("starts_at", "soon"), ("capacity", "many"), ("town_code", "Nowhere")];
        let form = Posted::new(pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec());
        let Err(Error::Invalid(errors)) = patch(&form, names) else { panic!("accepted") };
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/town_code", "/starts_at", "/capacity"]);
    }

    #[test]
    fn a_plan_that_was_typed_in_part_is_not_taken_for_none() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let wrong = |pairs: &[(&str, &str)]| -> Vec<String> {
            let pairs = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            match patch(&Posted::new(pairs), names) {
                Err(Error::Invalid(errors)) => errors.into_iter().map(|one| one.pointer).collect(),
                _ => Vec::new(),
            }
        };
        let morning = "2026-12-01T10:00";
        let (tables, minutes) = (("slots/tables", "2"), ("slots/minutes", "30"));
        assert_eq!(wrong(&[minutes]), ["/slots/tables"]);
        assert_eq!(wrong(&[tables]), ["/slots/minutes"]);
        assert_eq!(wrong(&[("slots/from", morning)]), ["/slots/tables", "/slots/minutes"]);
        let half = ("slots/breaks/1/to", morning);
        assert_eq!(wrong(&[tables, minutes, half]), ["/slots/breaks/1/from"]);
        assert_eq!(wrong(&[tables, minutes, ("slots/until", "2026-12-01")]), ["/slots/until"]);
        assert_eq!(wrong(&[("slots/tables", " ")]), [""; 0]);
    }
}
