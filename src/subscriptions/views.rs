//! Subscriptions as their person sees them.

use super::model::{
    SubscribedRecord, Subscription, SubscriptionFields, SubscriptionKind, SubscriptionView,
};
use super::rules;

/// The record whose matches are subscribed to.
pub fn record(row: &Subscription) -> Option<SubscribedRecord> {
    let (kind, id) = row.record_kind.zip(row.record_id.clone())?;
    Some(SubscribedRecord { kind, id })
}

/// A subscription for a person who wants nothing recommended, or does.
pub fn view(row: Subscription, recommendations_off: bool) -> SubscriptionView {
    let record = record(&row);
    let path = match &record {
        Some(record) => format!("/{}/{}#matches", record.kind.folder(), record.id),
        None => format!("/search?{}", rules::address(&row.query.0)),
    };
    SubscriptionView {
        id: row.id,
        kind: row.kind,
        name: row.name,
        query: row.query.0,
        record,
        path,
        threshold: row.threshold,
        frequency: row.frequency,
        active: row.active,
        resting: row.active && recommendations_off && row.kind == SubscriptionKind::Matches,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// What may be changed of it, as it is.
pub fn fields(row: &Subscription) -> SubscriptionFields {
    SubscriptionFields {
        name: row.name.clone(),
        query: row.query.0.clone(),
        threshold: row.threshold,
        frequency: row.frequency,
        active: row.active,
    }
}
