//! Queries on kept forms.

use diesel::prelude::*;

use super::model::{KeptForm, KeptId};
use crate::accounts::principal::UserId;
use crate::db::schema::kept_forms;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds one; false when the person has a draft for that address already.
pub fn insert(db: &mut Db, row: &KeptForm) -> Result<bool> {
    let added = on!(db, conn => diesel::insert_into(kept_forms::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(added == 1)
}

/// A form by its id.
pub fn find(db: &mut Db, id: KeptId) -> Result<Option<KeptForm>> {
    Ok(on!(db, conn => kept_forms::table
        .find(id)
        .select(KeptForm::as_select())
        .first(conn))
    .optional()?)
}

/// A person's draft for an address.
pub fn draft(db: &mut Db, user: UserId, place: &str) -> Result<Option<KeptForm>> {
    Ok(on!(db, conn => kept_forms::table
        .filter(kept_forms::user_id.eq(user))
        .filter(kept_forms::place.eq(place))
        .select(KeptForm::as_select())
        .first(conn))
    .optional()?)
}

/// Writes a draft over its version before; false when somebody was faster.
pub fn update(db: &mut Db, row: &KeptForm) -> Result<bool> {
    use kept_forms::dsl as k;
    let changed = on!(db, conn => diesel::update(k::kept_forms.find(row.id))
        .filter(k::version.eq(row.version - 1))
        .set((
            k::version.eq(row.version),
            k::doc.eq(&row.doc),
            k::saved_at.eq(row.saved_at),
            k::expires_at.eq(row.expires_at),
        ))
        .execute(conn))?;
    Ok(changed == 1)
}

/// Removes a person's draft for an address.
pub fn discard(db: &mut Db, user: UserId, place: &str) -> Result<()> {
    on!(db, conn => diesel::delete(kept_forms::table
            .filter(kept_forms::user_id.eq(user))
            .filter(kept_forms::place.eq(place)))
        .execute(conn))?;
    Ok(())
}

/// Removes all but the newest of a person's drafts, or of a browser's lost forms.
pub fn thin(db: &mut Db, user: Option<UserId>, browser: Option<&str>, most: i64) -> Result<()> {
    use kept_forms::dsl as k;
    let old: Vec<KeptId> = on!(db, conn => {
        let mut query = k::kept_forms.into_boxed();
        query = match user {
            Some(user) => query.filter(k::user_id.eq(user)),
            None => query.filter(k::user_id.is_null()).filter(k::browser.eq(browser)),
        };
        query.order((k::saved_at.desc(), k::id.desc())).offset(most).limit(100).select(k::id).load(conn)
    })?;
    if !old.is_empty() {
        on!(db, conn => diesel::delete(k::kept_forms.filter(k::id.eq_any(&old))).execute(conn))?;
    }
    Ok(())
}

/// How many lost forms are kept at this moment.
pub fn lost(db: &mut Db, now: Timestamp) -> Result<i64> {
    use kept_forms::dsl as k;
    Ok(on!(db, conn => k::kept_forms
        .filter(k::user_id.is_null())
        .filter(k::expires_at.gt(now))
        .count()
        .get_result(conn))?)
}
