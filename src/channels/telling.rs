//! Writing messages to endpoints into their outbox.

use ring::digest;
use serde_json::json;

use super::model::{
    Audience, Delivery, DeliveryId, DeliveryState, DeliveryView, Endpoint, EndpointId, MessageId,
};
use super::{ops, outbox, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::audit;
use crate::db::types::Json;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::messages::{self, Texts};
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;

/// Sends a message that says it is a test.
///
/// # Errors
/// [`Error::NotFound`]; a conflict while the endpoint is paused.
pub fn test(app: &App, caller: &Caller, id: EndpointId) -> Result<DeliveryView> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let row = ops::find(db, caller, id)?;
        if !row.active {
            return Err(Error::conflict("error.endpoint_paused"));
        }
        let data = NoticeData::default();
        let event = Event { kind: NoticeKind::Test, record: None, data, once: None };
        let texts = messages::ops::texts(db)?;
        let delivery = new_delivery(app, &texts, &row, &event, (MessageId::new(), now));
        store::insert_delivery(db, &delivery)?;
        let (kind, changes) = (RecordKind::Endpoint, json!({}));
        let id = id.to_string();
        let entry = audit::ops::Entry { action: "endpoint.test", kind, id: &id, changes };
        audit::ops::note(db, caller, now, entry)?;
        Ok(outbox::view(delivery, row.name))
    })
}

fn new_delivery(
    app: &App,
    texts: &Texts,
    to: &Endpoint,
    event: &Event,
    (message_id, now): (MessageId, Timestamp),
) -> Delivery {
    let path = event.record.as_ref().map(|(kind, id)| format!("/{}/{id}", kind.folder()));
    let what = (event.kind, &event.data);
    let said = || notices::ops::said(app, texts, what, path.as_deref(), to.language());
    Delivery {
        said: to.kind.is_robot().then(said),
        id: DeliveryId::new(),
        endpoint_id: to.id,
        message_id,
        kind: event.kind,
        record_kind: event.record.as_ref().map(|(kind, _)| *kind),
        record_id: event.record.as_ref().map(|(_, id)| id.clone()),
        data: Json(event.data.clone()),
        state: DeliveryState::Waiting,
        attempts: 0,
        attempted_at: None,
        next_attempt_at: now,
        last_error: None,
        sent_at: None,
        created_at: now,
    }
}

/// Tells the endpoints of these of an event, in the transaction in which it happens: each that wants
/// to know once, whatever the number of nodes and ways on which it is told. What happens in a region
/// is told to its office, and to those of the regions that it lies in as far as they have chosen it.
///
/// Who may know of the event is the caller's to say.
///
/// # Errors
/// Database faults.
pub fn announce(app: &App, db: &mut Db, event: &Event, audiences: &[Audience]) -> Result<()> {
    let now = app.clock.now();
    let texts = messages::ops::texts(db)?;
    let message = event.once.as_deref().map_or_else(MessageId::new, id_of);
    for audience in audiences {
        let told = match audience {
            Audience::Org(_) => store::of_audience(db, audience)?,
            Audience::Region(code) => {
                let path = app.reference.region_path(code);
                let codes: Vec<&str> = path.iter().map(|region| region.code.as_str()).collect();
                store::of_regions(db, &codes)?
            }
        };
        for endpoint in told {
            let wanted = match audience {
                Audience::Region(code) if endpoint.region_code.as_ref() != Some(code) => {
                    endpoint.has_chosen(event.kind)
                }
                _ => endpoint.wants(event.kind),
            };
            if wanted {
                let delivery = new_delivery(app, &texts, &endpoint, event, (message, now));
                store::insert_delivery(db, &delivery)?;
            }
        }
    }
    Ok(())
}

/// The id of a message that is told under a key: always the same.
fn id_of(key: &str) -> MessageId {
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    MessageId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_makes_one_message() {
        assert_eq!(id_of("escalated/1"), id_of("escalated/1"));
        assert_ne!(id_of("escalated/1"), id_of("escalated/2"));
    }
}
