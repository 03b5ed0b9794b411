//! Queries on endpoints and deliveries.

use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::ForeignKeyViolation;
use diesel::result::Error as DieselError;

use super::model::{Audience, Delivery, DeliveryId, DeliveryState, Endpoint, EndpointId};
use crate::accounts::principal::{OrgId, UserId};
use crate::db::schema::{deliveries, endpoints};
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::on;

/// Whose endpoints somebody looks after.
#[derive(Debug, Clone, Default)]
pub struct Charge {
    /// Everybody's.
    pub everything: bool,
    /// Those of these organisations.
    pub orgs: Vec<OrgId>,
    /// Those of the offices of exactly these regions.
    pub regions: Vec<String>,
}

/// Adds an endpoint.
pub fn insert(db: &mut Db, row: &Endpoint) -> Result<()> {
    on!(db, conn => diesel::insert_into(endpoints::table).values(row).execute(conn))?;
    Ok(())
}

/// Replaces an endpoint, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Endpoint) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        endpoints::table.filter(endpoints::id.eq(row.id)).filter(endpoints::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Removes an endpoint with what is on its way to it, what is being written meanwhile included.
pub fn delete(db: &mut Db, id: EndpointId) -> Result<()> {
    dialect::lock_endpoint(db, id)?;
    on!(db, conn => diesel::delete(deliveries::table.filter(deliveries::endpoint_id.eq(id)))
        .execute(conn))?;
    on!(db, conn => diesel::delete(endpoints::table.find(id)).execute(conn))?;
    Ok(())
}

/// An endpoint, whoever asks.
pub fn find_unscoped(db: &mut Db, id: EndpointId) -> Result<Option<Endpoint>> {
    Ok(on!(db, conn => endpoints::table.find(id).select(Endpoint::as_select()).first(conn))
        .optional()?)
}

/// The endpoints of an organisation or a region's office, oldest first.
pub fn of_audience(db: &mut Db, audience: &Audience) -> Result<Vec<Endpoint>> {
    Ok(on!(db, conn => {
        let query = endpoints::table.into_boxed();
        let query = match audience {
            Audience::Org(org) => query.filter(endpoints::org_id.eq(*org)),
            Audience::Region(code) => query.filter(endpoints::region_code.eq(code)),
        };
        query.order(endpoints::id.asc()).select(Endpoint::as_select()).load(conn)
    })?)
}

/// Endpoints that somebody has made and that are told something, oldest first.
pub fn active_of(db: &mut Db, maker: UserId) -> Result<Vec<Endpoint>> {
    Ok(on!(db, conn => endpoints::table
        .filter(endpoints::created_by.eq(maker))
        .filter(endpoints::active.eq(true))
        .order(endpoints::id.asc())
        .select(Endpoint::as_select())
        .load(conn))?)
}

/// The endpoints of the offices of these regions, oldest first.
pub fn of_regions(db: &mut Db, codes: &[&str]) -> Result<Vec<Endpoint>> {
    Ok(on!(db, conn => endpoints::table
        .filter(endpoints::region_code.eq_any(codes))
        .order(endpoints::id.asc())
        .select(Endpoint::as_select())
        .load(conn))?)
}

/// Endpoints that somebody looks after, newest first, before one of them.
pub fn list(
    db: &mut Db,
    charge: &Charge,
    before: Option<EndpointId>,
    limit: i64,
) -> Result<Vec<Endpoint>> {
    Ok(on!(db, conn => {
        let mut query = endpoints::table.into_boxed();
        if !charge.everything {
            let own = endpoints::org_id.eq_any(&charge.orgs);
            query = query.filter(own.or(endpoints::region_code.eq_any(&charge.regions)));
        }
        if let Some(before) = before {
            query = query.filter(endpoints::id.lt(before));
        }
        query.order(endpoints::id.desc()).limit(limit).select(Endpoint::as_select()).load(conn)
    })?)
}

/// Adds a delivery; false when the endpoint has the message already, or has just been removed.
pub fn insert_delivery(db: &mut Db, row: &Delivery) -> Result<bool> {
    let mut gone = false;
    let added = db.attempt(|db| {
        let added = on!(db, conn => diesel::insert_into(deliveries::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn));
        gone = matches!(&added, Err(DieselError::DatabaseError(ForeignKeyViolation, _)));
        Ok(added?)
    });
    match added {
        Err(_) if gone => Ok(false),
        added => Ok(added? == 1),
    }
}

/// A delivery, whoever asks.
pub fn delivery_unscoped(db: &mut Db, id: DeliveryId) -> Result<Option<Delivery>> {
    Ok(on!(db, conn => deliveries::table.find(id).select(Delivery::as_select()).first(conn))
        .optional()?)
}

/// Deliveries to these endpoints, newest first, before one of them; to all without a list.
pub fn deliveries(
    db: &mut Db,
    to: Option<&[EndpointId]>,
    state: Option<DeliveryState>,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<(Delivery, String)>> {
    use deliveries::dsl as d;
    Ok(on!(db, conn => {
        let mut query = d::deliveries
            .inner_join(endpoints::table.on(endpoints::id.eq(d::endpoint_id)))
            .into_boxed();
        if let Some(to) = to {
            query = query.filter(d::endpoint_id.eq_any(to));
        }
        if let Some(state) = state {
            query = query.filter(d::state.eq(state));
        }
        if let Some(before) = before {
            query = query.filter(d::id.lt(before));
        }
        query
            .order(d::id.desc())
            .limit(limit)
            .select((Delivery::as_select(), endpoints::name))
            .load(conn)
    })?)
}

/// Active endpoints that something is due to.
pub fn due_endpoints(db: &mut Db, now: Timestamp) -> Result<Vec<EndpointId>> {
    use deliveries::dsl as d;
    Ok(on!(db, conn => d::deliveries
        .inner_join(endpoints::table.on(endpoints::id.eq(d::endpoint_id)))
        .filter(endpoints::active.eq(true))
        .filter(d::state.eq(DeliveryState::Waiting))
        .filter(d::next_attempt_at.le(now))
        .select(d::endpoint_id)
        .distinct()
        .load(conn))?)
}

/// What is due to an endpoint, the longest waiting first.
pub fn due(db: &mut Db, to: EndpointId, now: Timestamp, limit: i64) -> Result<Vec<Delivery>> {
    use deliveries::dsl as d;
    Ok(on!(db, conn => d::deliveries
        .filter(d::endpoint_id.eq(to))
        .filter(d::state.eq(DeliveryState::Waiting))
        .filter(d::next_attempt_at.le(now))
        .order((d::next_attempt_at.asc(), d::id.asc()))
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn))?)
}

/// Attempts that were begun after a time.
pub fn attempts_since(db: &mut Db, to: EndpointId, since: Timestamp) -> Result<i64> {
    use deliveries::dsl as d;
    Ok(on!(db, conn => d::deliveries
        .filter(d::endpoint_id.eq(to))
        .filter(d::attempted_at.gt(since))
        .count()
        .get_result(conn))?)
}

/// Counts an attempt and keeps other nodes off the delivery until a time; false when one of them was
/// faster.
pub fn claim(db: &mut Db, row: &Delivery, now: Timestamp, until: Timestamp) -> Result<bool> {
    use deliveries::dsl as d;
    let changed = on!(db, conn => diesel::update(
        d::deliveries
            .filter(d::id.eq(row.id))
            .filter(d::state.eq(DeliveryState::Waiting))
            .filter(d::attempts.eq(row.attempts)),
    )
    .set((d::attempts.eq(row.attempts + 1), d::attempted_at.eq(Some(now)), d::next_attempt_at.eq(until)))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Notes what has come of an attempt: the number of it must still be that of the row.
pub fn settle(
    db: &mut Db,
    (id, attempt): (DeliveryId, i32),
    state: DeliveryState,
    at: Timestamp,
    error: Option<&str>,
) -> Result<()> {
    use deliveries::dsl as d;
    let sent = (state == DeliveryState::Sent).then_some(at);
    on!(db, conn => diesel::update(
        d::deliveries.filter(d::id.eq(id)).filter(d::attempts.eq(attempt)),
    )
    .set((d::state.eq(state), d::next_attempt_at.eq(at), d::last_error.eq(error), d::sent_at.eq(sent)))
    .execute(conn))?;
    Ok(())
}

/// Lets everything that waits for an endpoint wait until a time.
pub fn postpone(db: &mut Db, to: EndpointId, until: Timestamp) -> Result<()> {
    use deliveries::dsl as d;
    on!(db, conn => diesel::update(
        d::deliveries
            .filter(d::endpoint_id.eq(to))
            .filter(d::state.eq(DeliveryState::Waiting))
            .filter(d::next_attempt_at.lt(until)),
    )
    .set(d::next_attempt_at.eq(until))
    .execute(conn))?;
    Ok(())
}

/// Notes since when an endpoint has not been reached. It is no change of the endpoint by somebody, so
/// its version stays.
pub fn note_failing(db: &mut Db, id: EndpointId, since: Timestamp) -> Result<()> {
    on!(db, conn => diesel::update(endpoints::table.find(id))
        .set(endpoints::failing_since.eq(Some(since)))
        .execute(conn))?;
    Ok(())
}

/// Whether something still waits for an endpoint.
pub fn has_waiting(db: &mut Db, to: EndpointId) -> Result<bool> {
    use deliveries::dsl as d;
    let waiting =
        d::deliveries.filter(d::endpoint_id.eq(to)).filter(d::state.eq(DeliveryState::Waiting));
    Ok(on!(db, conn => diesel::select(diesel::dsl::exists(waiting)).get_result(conn))?)
}

/// Notes that nothing is known any more of an endpoint not being there.
pub fn note_reached(db: &mut Db, id: EndpointId) -> Result<()> {
    let failing = endpoints::table.find(id).filter(endpoints::failing_since.is_not_null());
    on!(db, conn => diesel::update(failing)
        .set(endpoints::failing_since.eq(None::<Timestamp>))
        .execute(conn))?;
    Ok(())
}

/// Sends a delivery again that was given up, from the first attempt on; false when it was not.
pub fn revive(db: &mut Db, id: DeliveryId, now: Timestamp) -> Result<bool> {
    use deliveries::dsl as d;
    let changed = on!(db, conn => diesel::update(
        d::deliveries.filter(d::id.eq(id)).filter(d::state.eq(DeliveryState::Dead)),
    )
    .set((d::state.eq(DeliveryState::Waiting), d::attempts.eq(0), d::next_attempt_at.eq(now)))
    .execute(conn))?;
    Ok(changed == 1)
}
