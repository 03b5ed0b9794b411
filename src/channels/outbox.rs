//! What is on its way to endpoints: to be seen, and sent again after it was given up.

use serde_json::json;

use super::model::{Delivery, DeliveryId, DeliveryState, DeliveryView, EndpointId, ListDeliveries};
use super::{ops, payload, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records::model::RecordKind;

/// Endpoints of one person whose deliveries are listed together.
const MOST_ENDPOINTS: i64 = 500;

/// A page of deliveries to the endpoints that the caller looks after, newest first.
///
/// # Errors
/// [`Error::Invalid`].
pub fn list(app: &App, caller: &Caller, query: &ListDeliveries) -> Result<Page<DeliveryView>> {
    let charge = ops::charge(caller)?;
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let to: Option<Vec<EndpointId>> = match query.endpoint_id {
            Some(id) => match ops::find(db, caller, id) {
                Ok(own) => Some(vec![own.id]),
                // To an endpoint that the caller does not look after there is nothing.
                Err(Error::NotFound) => Some(Vec::new()),
                Err(other) => return Err(other),
            },
            None if charge.everything => None,
            None => {
                let own = store::list(db, &charge, None, MOST_ENDPOINTS)?;
                Some(own.into_iter().map(|one| one.id).collect())
            }
        };
        let rows = store::deliveries(db, to.as_deref(), query.state, before, wanted)?;
        let views = rows.into_iter().map(|(row, name)| view(row, name)).collect();
        Ok(Page::cut(views, limit, |last: &DeliveryView| last.id.to_string()))
    })
}

pub(super) fn view(row: Delivery, endpoint_name: String) -> DeliveryView {
    let waits = row.state == DeliveryState::Waiting;
    DeliveryView {
        id: row.id,
        endpoint_id: row.endpoint_id,
        endpoint_name,
        message_id: payload::message_id(row.message_id),
        kind: row.kind,
        state: row.state,
        attempts: row.attempts,
        next_attempt_at: waits.then_some(row.next_attempt_at),
        last_error: row.last_error,
        sent_at: row.sent_at,
        created_at: row.created_at,
    }
}

fn shown(db: &mut Db, caller: &Caller, id: DeliveryId) -> Result<DeliveryView> {
    let row = store::delivery_unscoped(db, id)?.ok_or(Error::NotFound)?;
    let endpoint = ops::find(db, caller, row.endpoint_id)?;
    Ok(view(row, endpoint.name))
}

/// Sends a delivery again that was given up, under the same id.
///
/// # Errors
/// [`Error::NotFound`]; a conflict when it was not given up.
pub fn resend(app: &App, caller: &Caller, id: DeliveryId) -> Result<DeliveryView> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let found = shown(db, caller, id)?;
        if !store::revive(db, id, now)? {
            return Err(Error::conflict("error.not_given_up"));
        }
        let entry = audit::ops::Entry {
            action: "endpoint.resend",
            kind: RecordKind::Endpoint,
            id: &found.endpoint_id.to_string(),
            changes: json!({ "delivery_id": id }),
        };
        audit::ops::note(db, caller, now, entry)?;
        shown(db, caller, id)
    })
}
