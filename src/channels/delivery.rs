//! Delivers the outbox of endpoints.
//!
//! A delivery is claimed before it is sent, by a conditional update that also counts the attempt. A
//! node that dies before the receiver has answered leaves it to be tried again when the claim has run
//! out; one that dies between the receiver's answer and our note of it makes the receiver see the same
//! `webhook-id` twice. That is the only window.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::stream;

use super::model::{Delivery, DeliveryId, DeliveryState, Endpoint, EndpointId};
use super::sender::{Outcome, Sender};
use super::{pausing, payload, store};
use crate::accounts::members;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::Result;
use crate::notices::model::NoticeKind;
use crate::outbound::model::wait_after;

/// Endpoints that are spoken to at a time.
const AT_A_TIME: usize = 8;
/// Messages of one endpoint that are read at a time; its settings are read anew with each lot.
const IN_A_ROW: i64 = 20;

/// Sends what is due now; returns how many messages were taken.
///
/// # Errors
/// Database faults; what cannot be sent is noted in the outbox instead.
pub async fn deliver(app: &Arc<App>, sender: &Sender) -> Result<usize> {
    let due = app.run(|app| app.db.read(|db| store::due_endpoints(db, app.clock.now()))).await?;
    let sent = stream::iter(due).map(|id| to_endpoint(app, sender, id)).buffer_unordered(AT_A_TIME);
    let all: Vec<Result<usize>> = sent.collect().await;
    all.into_iter().sum()
}

/// How long one endpoint is spoken to before the others have their turn.
const TURN: Duration = Duration::from_secs(5);

/// One endpoint's messages in their order, until one fails or its turn is over: whoever hangs is
/// waited for once, and whoever is slow keeps nobody else waiting for long.
async fn to_endpoint(app: &Arc<App>, sender: &Sender, id: EndpointId) -> Result<usize> {
    let end = Instant::now() + TURN;
    let mut sent = 0;
    loop {
        let (some, more) = in_a_row(app, sender, id, end).await?;
        sent += some;
        if !more {
            return Ok(sent);
        }
    }
}

/// Some of one endpoint's messages: how many were taken, and whether to go on.
async fn in_a_row(
    app: &Arc<App>,
    sender: &Sender,
    id: EndpointId,
    end: Instant,
) -> Result<(usize, bool)> {
    let due = move |app: &App| {
        app.db.read(|db| {
            let endpoint = store::find_unscoped(db, id)?;
            Ok(endpoint.zip(Some(store::due(db, id, app.clock.now(), IN_A_ROW)?)))
        })
    };
    let Some((endpoint, due)) = app.run(due).await? else { return Ok((0, false)) };
    let endpoint = Arc::new(endpoint);
    let mut sent = 0;
    for delivery in due {
        match try_one(app, sender, &endpoint, delivery).await? {
            Some(true) => sent += 1,
            Some(false) => return Ok((sent, false)),
            None => {}
        }
        if Instant::now() >= end {
            return Ok((sent, false));
        }
    }
    Ok((sent, sent > 0 && Instant::now() < end))
}

/// Whether the message was taken; none when it is another node's, or its time has not come.
async fn try_one(
    app: &Arc<App>,
    sender: &Sender,
    endpoint: &Arc<Endpoint>,
    delivery: Delivery,
) -> Result<Option<bool>> {
    let (to, row) = (Arc::clone(endpoint), delivery.clone());
    match app.run(move |app| claim(app, &to, &row)).await? {
        Claimed::Ours => {}
        Claimed::Taken => return Ok(None),
        Claimed::Throttled => return Ok(Some(false)),
    }
    let outcome = match sender.guard.check(&endpoint.url) {
        Ok(checked) => {
            let request = payload::request(app, endpoint, &delivery, checked.url, app.clock.now());
            sender.send(endpoint.kind, request, checked.trusted).await
        }
        Err(refusal) => Outcome::Unreachable(refusal.to_string()),
    };
    let taken = outcome == Outcome::Taken;
    let attempt = delivery.attempts + 1;
    match &outcome {
        Outcome::Taken => tracing::debug!(delivery = %delivery.id, attempt, "message taken"),
        Outcome::Failed(reason) | Outcome::Unreachable(reason) => {
            tracing::warn!(delivery = %delivery.id, attempt, reason, "message not taken");
        }
        Outcome::Gone => tracing::warn!(delivery = %delivery.id, "the endpoint is gone; paused"),
    }
    let to = Arc::clone(endpoint);
    app.run(move |app| settle(app, &to, &delivery, outcome)).await?;
    Ok(Some(taken))
}

/// What has become of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claimed {
    /// It is ours to send.
    Ours,
    /// Another node was faster.
    Taken,
    /// The robot has had what it may have in a minute.
    Throttled,
}

/// Counts the attempt, unless another node has, or a robot has had what it may have in a minute.
fn claim(app: &App, endpoint: &Endpoint, delivery: &Delivery) -> Result<Claimed> {
    let now = app.clock.now();
    let seconds = i64::try_from(app.config.outbound.timeout_seconds).unwrap_or(3_600);
    // Longer than an attempt can take.
    let until = Timestamp::new(now.0 + TimeDelta::seconds(2 * seconds + 5));
    app.db.write(|db| {
        if endpoint.kind.is_robot() {
            // Nodes that count at the same time would each see room for one more.
            dialect::lock_deliveries(db)?;
            let since = Timestamp::new(now.0 - TimeDelta::seconds(60));
            let recent = store::attempts_since(db, endpoint.id, since)?;
            if recent >= i64::from(app.config.outbound.robot_messages_per_minute) {
                return Ok(Claimed::Throttled);
            }
        }
        let ours = store::claim(db, delivery, now, until)?;
        Ok(if ours { Claimed::Ours } else { Claimed::Taken })
    })
}

fn settle(app: &App, endpoint: &Endpoint, delivery: &Delivery, outcome: Outcome) -> Result<()> {
    let now = app.clock.now();
    let attempt = delivery.attempts + 1;
    let key = (delivery.id, attempt);
    let (reason, reached) = match outcome {
        Outcome::Taken => return app.db.write(|db| taken(db, endpoint, key, now)),
        Outcome::Failed(reason) => (reason, true),
        Outcome::Unreachable(reason) => (reason, false),
        Outcome::Gone => {
            return app.db.write(|db| {
                let reason = Some("status 410: gone");
                store::settle(db, key, DeliveryState::Dead, now, reason)?;
                pause(app, db, endpoint.id)
            });
        }
    };
    let given_up =
        u32::try_from(attempt).is_ok_and(|count| count >= app.config.outbound.max_attempts);
    let state = if given_up { DeliveryState::Dead } else { DeliveryState::Waiting };
    if given_up {
        tracing::error!(delivery = %delivery.id, attempt, "message given up");
    }
    let [chance, ..] = *uuid::Uuid::new_v4().as_bytes();
    let next = Timestamp::new(now.0 + wait_after(attempt, chance));
    app.db.write(|db| {
        store::settle(db, key, state, next, Some(&reason))?;
        if reached {
            return store::note_reached(db, endpoint.id);
        }
        // Whoever is not there for one message is not there for the others either.
        store::postpone(db, endpoint.id, next)?;
        // When nothing is left to try, nobody knows whether it is there: the next message will tell.
        if given_up && !store::has_waiting(db, endpoint.id)? {
            return store::note_reached(db, endpoint.id);
        }
        failing(app, db, endpoint.id)
    })
}

fn taken(db: &mut Db, endpoint: &Endpoint, key: (DeliveryId, i32), now: Timestamp) -> Result<()> {
    store::settle(db, key, DeliveryState::Sent, now, None)?;
    store::note_reached(db, endpoint.id)
}

/// Notes that an endpoint was not reached, and pauses it when that has gone on for days.
fn failing(app: &App, db: &mut Db, id: EndpointId) -> Result<()> {
    let now = app.clock.now();
    let Some(endpoint) = store::find_unscoped(db, id)? else { return Ok(()) };
    let Some(since) = endpoint.failing_since else {
        return store::note_failing(db, id, now);
    };
    let patience = TimeDelta::days(app.config.outbound.pause_after_days.into());
    if now.0 - since.0 < patience { Ok(()) } else { pause(app, db, id) }
}

/// Pauses an endpoint that answers 410, or has not answered for days.
fn pause(app: &App, db: &mut Db, id: EndpointId) -> Result<()> {
    let Some(row) = store::find_unscoped(db, id)?.filter(|row| row.active) else { return Ok(()) };
    let people: Vec<UserId> = match row.org_id {
        Some(org) => members::ops::responsible(db, org, row.created_by)?,
        None => row.created_by.into_iter().collect(),
    };
    let told = (NoticeKind::EndpointPaused, people.as_slice());
    pausing::pause(app, db, &Caller::system("deliveries"), row, told)
}
