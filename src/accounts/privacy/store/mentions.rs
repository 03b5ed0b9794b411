//! Records that name a person by the mail address of the account, and taking the person out of them.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde_json::{Map, Value};

use crate::accounts::principal::OrgId;
use crate::capabilities::model::CapabilityId;
use crate::db::schema::{capabilities, needs, organizations, record_versions};
use crate::db::types::sql::JsonDoc;
use crate::db::{Db, Json, Timestamp};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::on;
use crate::records::model::{EntryId, RecordKind};

/// What stands in place of a name.
const MASK: &str = "***";

/// A record that names the person.
#[derive(Debug)]
pub struct Mention {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// Its readable code.
    pub code: String,
    /// Number of its version.
    pub version: i32,
    /// Its status.
    pub status: String,
    /// All its fields.
    pub doc: Value,
}

/// A document as text that holds a text: wide, the documents found are looked through by [`scrub`].
macro_rules! holding {
    ($mail:expr) => {
        diesel::dsl::sql::<Bool>("LOWER(CAST(doc AS TEXT)) LIKE ")
            .bind::<Text, _>(pattern($mail))
            .sql(" ESCAPE '!'")
    };
}

/// A pattern for texts that hold an address, whose own signs are escaped by `!`.
pub(super) fn pattern(mail: &str) -> String {
    let mut inside = String::new();
    for sign in mail.to_lowercase().chars() {
        if matches!(sign, '%' | '_' | '!') {
            inside.push('!');
        }
        inside.push(sign);
    }
    format!("%{inside}%")
}

/// Records that name the person now.
///
/// # Errors
/// Database faults.
pub fn of(db: &mut Db, mail: &str) -> Result<Vec<Mention>> {
    let mut found = Vec::new();
    macro_rules! look {
        ($table:ident, $kind:expr) => {{
            let rows: Vec<(String, String, i32, String, Json<Value>)> = on!(db, conn => $table::table
                .filter(holding!(mail))
                .order($table::id.asc())
                .select((
                    diesel::dsl::sql::<Text>("CAST(id AS TEXT)"),
                    $table::code,
                    $table::version,
                    $table::status,
                    diesel::dsl::sql::<JsonDoc>("doc"),
                ))
                .load(conn))?;
            found.extend(rows.into_iter().map(|(id, code, version, status, doc)| Mention {
                kind: $kind, id, code, version, status, doc: doc.0,
            }));
        }};
    }
    look!(needs, RecordKind::Need);
    look!(capabilities, RecordKind::Capability);
    look!(organizations, RecordKind::Organization);
    found.retain(|one| scrub(&mut one.doc.clone(), mail));
    Ok(found)
}

/// Takes the person out of every object that carries the address: the texts of a contact are removed, and
/// the name is masked. Returns whether there was anything.
pub fn scrub(value: &mut Value, mail: &str) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| scrub(item, mail) | any),
        Value::Object(map) => {
            let named = map.get("mail").and_then(Value::as_str);
            if named.is_some_and(|one| one.trim().to_lowercase() == mail) {
                mask(map);
                return true;
            }
            map.values_mut().fold(false, |any, item| scrub(item, mail) | any)
        }
        _ => false,
    }
}

fn mask(contact: &mut Map<String, Value>) {
    for field in ["mail", "phone", "position"] {
        contact.remove(field);
    }
    if contact.contains_key("name") {
        contact.insert("name".to_owned(), Value::String(MASK.to_owned()));
    }
}

/// An id that was read as text.
fn known<Id: std::str::FromStr>(id: &str) -> Result<Id> {
    id.parse().map_err(|_| Error::internal(format!("{id} is no id")))
}

/// Writes the fields of a record without the person, if it still has the version that was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn rewrite(db: &mut Db, mention: &Mention, doc: &Value, now: Timestamp) -> Result<()> {
    macro_rules! write {
        ($table:ident, $id:ty) => {
            on!(db, conn => diesel::update(
                $table::table
                    .filter($table::id.eq(known::<$id>(&mention.id)?))
                    .filter($table::version.eq(mention.version)),
            )
            .set((
                $table::doc.eq(Json(doc.clone())),
                $table::version.eq(mention.version + 1),
                $table::updated_at.eq(now),
            ))
            .execute(conn))?
        };
    }
    let changed = match mention.kind {
        RecordKind::Need => write!(needs, NeedId),
        RecordKind::Capability => write!(capabilities, CapabilityId),
        _ => write!(organizations, OrgId),
    };
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Takes the person out of every version that was saved of any record.
///
/// # Errors
/// Database faults.
pub fn scrub_versions(db: &mut Db, mail: &str) -> Result<usize> {
    use record_versions::dsl as v;
    let rows: Vec<(EntryId, Json<Value>)> = on!(db, conn => v::record_versions
        .filter(holding!(mail))
        .select((v::id, diesel::dsl::sql::<JsonDoc>("doc")))
        .load(conn))?;
    let mut changed = 0;
    for (id, Json(mut doc)) in rows {
        if scrub(&mut doc, mail) {
            on!(db, conn => diesel::update(v::record_versions.find(id))
                .set(v::doc.eq(Json(doc)))
                .execute(conn))?;
            changed += 1;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contacts_with_the_address_are_masked_and_others_stay() {
        let mut doc = json!({
            "title": "散热", "contact": { "name": "何试", "mail": " He@Example.com ", "phone": "1" },
            "team": { "people": [{ "name": "周晨", "mail": "zhou@example.com" }] },
        });
        assert!(scrub(&mut doc, "he@example.com"));
        assert_eq!(doc["contact"], json!({ "name": "***" }));
        assert_eq!(doc["team"]["people"][0]["name"], "周晨");
        assert!(!scrub(&mut doc, "he@example.com"));
    }

    #[test]
    fn an_address_is_no_pattern() {
        assert_eq!(pattern("A_b%@x.y"), "%a!_b!%@x.y%");
    }
}
