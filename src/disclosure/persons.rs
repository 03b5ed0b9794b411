//! People named in records, and how far they have agreed to be shown. A person who is shown to
//! nobody is left out of every record of the own organisation at once: as responsible person, as
//! member of a team, as owner of a right, as contact, and in running text.

use serde_json::{Map, Value};

use super::Clearance;

/// What stands in running text in place of a name.
const MASK: &str = "＊＊＊";

/// Names of the people of one organisation who are not shown to everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Persons {
    /// Shown to nobody but the own organisation and administrators.
    pub nobody: Vec<String>,
    /// Shown to members, not to visitors.
    pub members: Vec<String>,
}

/// How far a caller sees people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// A visitor, or a member of an organisation that has not been verified.
    Visitor,
    /// Everybody who is cleared for more than a visitor, reviewers included.
    Member,
    /// The own organisation and administrators.
    Insider,
}

impl Sight {
    /// The sight of a caller with this clearance.
    pub fn of(clearance: Clearance, insider: bool) -> Self {
        match (insider, clearance) {
            (true, _) => Self::Insider,
            (false, Clearance::Public) => Self::Visitor,
            (false, _) => Self::Member,
        }
    }
}

impl Persons {
    /// Whether there is anybody to hide.
    pub fn is_empty(&self) -> bool {
        self.nobody.is_empty() && self.members.is_empty()
    }

    /// Names to be hidden from a sight.
    pub fn hidden_from(&self, sight: Sight) -> Vec<&str> {
        let members = self.members.iter().filter(|_| sight < Sight::Member);
        let nobody = self.nobody.iter().filter(|_| sight < Sight::Insider);
        nobody.chain(members).map(String::as_str).collect()
    }

    /// Removes from the fields of a record what a sight may not see of people; returns the names
    /// of the fields that lost an entry.
    pub fn hide(&self, sight: Sight, doc: &mut Map<String, Value>) -> Vec<String> {
        let names = self.hidden_from(sight);
        let mut withheld = Vec::new();
        if names.is_empty() {
            return withheld;
        }
        let named = |value: Option<&Value>| {
            value.and_then(Value::as_str).is_some_and(|name| names.contains(&name.trim()))
        };
        for field in ["lead_expert", "contact"] {
            let name = doc.get(field).map(|value| value.get("name").unwrap_or(value));
            if named(name) {
                doc.remove(field);
                withheld.push(field.to_owned());
            }
        }
        if let Some(members) = doc.get_mut("team").and_then(|team| team.get_mut("members"))
            && let Value::Array(members) = members
        {
            let before = members.len();
            members.retain(|member| !named(member.get("name")));
            if members.len() < before {
                withheld.push("team".to_owned());
            }
        }
        for item in doc.get_mut("ip_list").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(item) = item
                && named(item.get("owner"))
            {
                item.remove("owner");
            }
        }
        let marked: Vec<&str> = names.into_iter().filter(|name| is_distinctive(name)).collect();
        doc.values_mut().for_each(|value| mask(value, &marked));
        withheld
    }
}

/// Whether a name can be found in running text without hitting ordinary words: names of two
/// characters are too often parts of words or places.
fn is_distinctive(name: &str) -> bool {
    let count = name.chars().count();
    if name.is_ascii() { count >= 5 && name.contains(' ') } else { count >= 3 }
}

fn mask(value: &mut Value, names: &[&str]) {
    match value {
        Value::String(text) => {
            for name in names {
                if text.contains(name) {
                    *text = text.replace(name, MASK);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, names)),
        Value::Object(map) => map.values_mut().for_each(|item| mask(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hidden(sight: Sight) -> (Value, Vec<String>) {
        let persons =
            Persons { nobody: vec!["何其照".to_owned()], members: vec!["林砚修".to_owned()] };
        let mut doc = json!({
            "title": "何其照团队的光学设计",
            "lead_expert": "何其照",
            "contact": { "name": "何其照", "phone": "0760-5551906" },
            "team": { "members": [{ "name": "何其照" }, { "name": "林砚修" }, { "name": "马观澜" }] },
            "ip_list": [{ "kind": "invention", "title": "透镜", "owner": "何其照" }],
        });
        let withheld = persons.hide(sight, doc.as_object_mut().unwrap());
        (doc, withheld)
    }

    #[test]
    fn members_do_not_see_a_person_without_consent_anywhere() {
        let (doc, withheld) = hidden(Sight::Member);
        assert!(!doc.to_string().contains("何其照"), "{doc}");
        assert!(doc.to_string().contains("林砚修"));
        assert_eq!(doc["title"], "＊＊＊团队的光学设计");
        assert_eq!(doc["ip_list"][0]["title"], "透镜");
        assert_eq!(withheld, ["lead_expert", "contact", "team"]);
    }

    #[test]
    fn visitors_do_not_see_people_shown_to_members() {
        let (doc, _) = hidden(Sight::Visitor);
        assert_eq!(doc["team"], json!({ "members": [{ "name": "马观澜" }] }));
    }

    #[test]
    fn the_own_organisation_sees_its_people() {
        let (doc, withheld) = hidden(Sight::Insider);
        assert_eq!(doc["lead_expert"], "何其照");
        assert!(withheld.is_empty());
    }

    #[test]
    fn short_names_do_not_tear_words_apart() {
        let persons = Persons { nobody: vec!["高明".to_owned()], members: vec![] };
        let mut doc = json!({ "summary": "位于佛山高明区", "lead_expert": "高明" });
        persons.hide(Sight::Member, doc.as_object_mut().unwrap());
        assert_eq!(doc, json!({ "summary": "位于佛山高明区" }));
    }
}
