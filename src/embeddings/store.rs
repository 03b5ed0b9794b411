//! Queries on models and on texts with their vectors.

use diesel::prelude::*;

use super::model::{MAX_ATTEMPTS, StoredModel, TextId, TextVector};
use crate::db::schema::{embedding_models, text_vectors};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Rows per insert: keeps bind counts below both databases' limits.
const CHUNK: usize = 500;

/// Adds a model unless it is known, and renews how its questions are asked.
pub fn put_model(db: &mut Db, row: &StoredModel) -> Result<()> {
    use embedding_models::dsl as m;
    on!(db, conn => diesel::insert_into(m::embedding_models)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    let of_row = m::embedding_models.filter(m::name.eq(&row.name));
    on!(db, conn => diesel::update(of_row).set(m::recipe.eq(&row.recipe)).execute(conn))?;
    Ok(())
}

/// Every model, the one that began to serve last first.
pub fn models(db: &mut Db) -> Result<Vec<StoredModel>> {
    use embedding_models::dsl as m;
    let mut models = on!(db, conn => m::embedding_models
        .order((m::created_at.desc(), m::name.asc()))
        .select(StoredModel::as_select())
        .load(conn))?;
    models.sort_by_key(|model| std::cmp::Reverse(model.serving_at));
    Ok(models)
}

/// Moves a model's position; false when another node has moved it already.
pub fn advance(db: &mut Db, model: &str, from: i64, to: i64) -> Result<bool> {
    use embedding_models::dsl as m;
    let of_model = m::embedding_models.filter(m::name.eq(model)).filter(m::position.eq(from));
    let moved = on!(db, conn => diesel::update(of_model).set(m::position.eq(to)).execute(conn))?;
    Ok(moved == 1)
}

/// Keeps the vectors of the fixed texts, and how long vectors are, unless they are known.
pub fn put_yardstick(db: &mut Db, model: &str, vectors: &[u8], dimensions: i32) -> Result<()> {
    use embedding_models::dsl as m;
    let of_model = m::embedding_models.filter(m::name.eq(model)).filter(m::yardstick.is_null());
    on!(db, conn => diesel::update(of_model)
        .set((m::yardstick.eq(Some(vectors)), m::dimensions.eq(dimensions)))
        .execute(conn))?;
    Ok(())
}

/// Lets a model serve from now on, unless it does already.
pub fn let_serve(db: &mut Db, model: &str, now: Timestamp) -> Result<bool> {
    use embedding_models::dsl as m;
    let of_model = m::embedding_models.filter(m::name.eq(model)).filter(m::serving_at.is_null());
    let changed = on!(db, conn => diesel::update(of_model)
        .set(m::serving_at.eq(Some(now)))
        .execute(conn))?;
    Ok(changed == 1)
}

/// Removes a model with its vectors.
pub fn delete_model(db: &mut Db, model: &str) -> Result<()> {
    use embedding_models::dsl as m;
    use text_vectors::dsl as t;
    on!(db, conn => diesel::delete(t::text_vectors.filter(t::model.eq(model))).execute(conn))?;
    on!(db, conn => diesel::delete(m::embedding_models.filter(m::name.eq(model)))
        .execute(conn))?;
    Ok(())
}

/// Everything known of texts of these records, for every model.
pub fn of_records(db: &mut Db, ids: &[String]) -> Result<Vec<TextVector>> {
    use text_vectors::dsl as t;
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        rows.extend(on!(db, conn => t::text_vectors
            .filter(t::record_id.eq_any(chunk))
            .select(TextVector::as_select())
            .load(conn))?);
    }
    Ok(rows)
}

/// Adds texts to the queue.
pub fn insert(db: &mut Db, rows: &[TextVector]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        on!(db, conn => diesel::insert_into(text_vectors::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

/// Removes texts.
pub fn delete(db: &mut Db, ids: &[TextId]) -> Result<()> {
    use text_vectors::dsl as t;
    for chunk in ids.chunks(CHUNK) {
        on!(db, conn => diesel::delete(t::text_vectors.filter(t::id.eq_any(chunk)))
            .execute(conn))?;
    }
    Ok(())
}

/// Texts of a model that are due, the longest waiting first.
pub fn due(db: &mut Db, model: &str, now: Timestamp, limit: i64) -> Result<Vec<TextVector>> {
    use text_vectors::dsl as t;
    Ok(on!(db, conn => t::text_vectors
        .filter(t::model.eq(model))
        .filter(t::vector.is_null())
        .filter(t::next_attempt_at.le(now))
        .order((t::next_attempt_at.asc(), t::id.asc()))
        .limit(limit)
        .select(TextVector::as_select())
        .load(conn))?)
}

/// Counts an attempt and keeps other nodes off the text until a time; false when one of them was
/// faster.
pub fn claim(db: &mut Db, row: &TextVector, until: Timestamp) -> Result<bool> {
    use text_vectors::dsl as t;
    let unclaimed = t::text_vectors
        .filter(t::id.eq(row.id))
        .filter(t::vector.is_null())
        .filter(t::attempts.eq(row.attempts))
        .filter(t::next_attempt_at.eq(row.next_attempt_at));
    let changed = on!(db, conn => diesel::update(unclaimed)
        .set((t::attempts.eq(row.attempts + 1), t::next_attempt_at.eq(until)))
        .execute(conn))?;
    Ok(changed == 1)
}

/// Notes when a text is to be tried again, and why.
pub fn postpone(
    db: &mut Db,
    id: TextId,
    attempts: i32,
    next: Timestamp,
    error: Option<&str>,
) -> Result<()> {
    use text_vectors::dsl as t;
    let waiting = t::text_vectors.filter(t::id.eq(id)).filter(t::vector.is_null());
    on!(db, conn => diesel::update(waiting)
        .set((t::attempts.eq(attempts), t::next_attempt_at.eq(next), t::last_error.eq(error)))
        .execute(conn))?;
    Ok(())
}

/// Keeps the vector of a text; false when the text is gone.
pub fn put_vector(db: &mut Db, id: TextId, vector: &[u8]) -> Result<bool> {
    use text_vectors::dsl as t;
    let changed = on!(db, conn => diesel::update(t::text_vectors.filter(t::id.eq(id)))
        .set((t::vector.eq(Some(vector)), t::last_error.eq(None::<&str>)))
        .execute(conn))?;
    Ok(changed == 1)
}

/// Texts that wait, and texts that failed time and again.
pub fn queue(db: &mut Db, model: &str) -> Result<(i64, i64)> {
    use text_vectors::dsl as t;
    let pending = || t::text_vectors.filter(t::model.eq(model)).filter(t::vector.is_null()).count();
    let all: i64 = on!(db, conn => pending().get_result(conn))?;
    let failed: i64 =
        on!(db, conn => pending().filter(t::attempts.ge(MAX_ATTEMPTS)).get_result(conn))?;
    Ok((all - failed, failed))
}

/// Vectors of a model.
pub fn done(db: &mut Db, model: &str) -> Result<i64> {
    use text_vectors::dsl as t;
    let done = t::text_vectors.filter(t::model.eq(model)).filter(t::vector.is_not_null()).count();
    Ok(on!(db, conn => done.get_result(conn))?)
}
