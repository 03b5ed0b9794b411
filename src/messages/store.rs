//! Queries on saved templates.

use diesel::prelude::*;

use super::model::{Template, TemplateId};
use crate::db::Db;
use crate::db::schema::message_templates;
use crate::error::Result;
use crate::on;

/// The last save of every message in every language.
pub fn in_force(db: &mut Db) -> Result<Vec<Template>> {
    use message_templates::dsl as t;
    Ok(on!(db, conn => t::message_templates
        .filter(t::in_force.eq(true))
        .select(Template::as_select())
        .load(conn))?)
}

/// The saves of a message in a language, the last first.
pub fn versions(db: &mut Db, kind: &str, language: &str) -> Result<Vec<Template>> {
    use message_templates::dsl as t;
    Ok(on!(db, conn => t::message_templates
        .filter(t::kind.eq(kind))
        .filter(t::language.eq(language))
        .order(t::version.desc())
        .select(Template::as_select())
        .load(conn))?)
}

/// Puts a save in force in place of the one before. Of two that are made of one version the second
/// fails by its number.
pub fn insert(db: &mut Db, row: &Template, before: Option<TemplateId>) -> Result<()> {
    use message_templates::dsl as t;
    if let Some(id) = before {
        on!(db, conn => diesel::update(t::message_templates.find(id))
            .set(t::in_force.eq(false))
            .execute(conn))?;
    }
    on!(db, conn => diesel::insert_into(t::message_templates).values(row).execute(conn))?;
    Ok(())
}
