//! A message in the form that its receiver takes: one line and a link for groups, JSON by Standard
//! Webhooks for programs.

use reqwest::Url;
use serde_json::{Value, json};

use super::model::{Delivery, Endpoint, EndpointKind, MessageId};
use super::signing;
use crate::app::App;
use crate::db::Timestamp;
use crate::messages::Texts;
use crate::notices;
use crate::outbound::addresses::by_sign_in;
use crate::records::model::RecordKind;

/// A request to be sent.
pub(super) struct Request {
    /// Where to.
    pub url: Url,
    /// Headers beside those of its form.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// The id of a message as receivers see it.
pub(super) fn message_id(id: MessageId) -> String {
    format!("msg_{}", id.0.simple())
}

/// What a delivery is sent as.
pub(super) fn request(
    app: &App,
    endpoint: &Endpoint,
    delivery: &Delivery,
    mut url: Url,
    now: Timestamp,
) -> Request {
    let (mut headers, secret) = (Vec::new(), endpoint.secret.as_deref().unwrap_or_default());
    let body = match endpoint.kind {
        EndpointKind::Webhook => {
            let body = event(app, delivery).to_string();
            let old = endpoint.old_secret.as_deref();
            let old = old.filter(|_| endpoint.old_until.is_some_and(|until| until > now));
            let secrets: Vec<&str> = std::iter::once(secret).chain(old).collect();
            let (id, seconds) = (message_id(delivery.message_id), now.0.timestamp());
            let signature = signing::webhook(&secrets, &id, seconds, &body);
            headers.push(("webhook-id", id));
            headers.push(("webhook-timestamp", seconds.to_string()));
            headers.push(("webhook-signature", signature));
            return Request { url, headers, body };
        }
        EndpointKind::Wecom => text("msgtype", &said(app, endpoint, delivery)),
        EndpointKind::Dingtalk => {
            let milliseconds = now.0.timestamp_millis();
            url.query_pairs_mut()
                .append_pair("timestamp", &milliseconds.to_string())
                .append_pair("sign", &signing::dingtalk(secret, milliseconds));
            text("msgtype", &said(app, endpoint, delivery))
        }
        EndpointKind::Feishu => {
            let seconds = now.0.timestamp();
            json!({
                "timestamp": seconds.to_string(),
                "sign": signing::feishu(secret, seconds),
                "msg_type": "text",
                "content": { "text": said(app, endpoint, delivery) },
            })
        }
    };
    Request { url, headers, body: body.to_string() }
}

fn text(name: &str, said: &str) -> Value {
    json!({ name: "text", "text": { "content": said } })
}

/// What is said to a group: as it was written, so that a template changed since does not make another
/// message of it. A release before wrote nothing down; its messages say what is shipped.
fn said(app: &App, endpoint: &Endpoint, delivery: &Delivery) -> String {
    delivery.said.clone().unwrap_or_else(|| {
        let what = (delivery.kind, &delivery.data.0);
        let path = path(delivery);
        notices::ops::said(app, &Texts::default(), what, path.as_deref(), endpoint.language())
    })
}

/// The page of the record.
fn path(delivery: &Delivery) -> Option<String> {
    let (kind, id): (RecordKind, &String) =
        delivery.record_kind.zip(delivery.record_id.as_ref())?;
    Some(format!("/{}/{id}", kind.folder()))
}

/// The same by way of signing in.
fn link(app: &App, delivery: &Delivery) -> Option<String> {
    Some(by_sign_in(app, &path(delivery)?))
}

/// The event as a program gets it; the same at every attempt.
fn event(app: &App, delivery: &Delivery) -> Value {
    let record = delivery.record_kind.zip(delivery.record_id.as_ref());
    let record = record.map(|(kind, id)| json!({ "kind": kind, "id": id }));
    let mut data = serde_json::to_value(&delivery.data.0).unwrap_or_default();
    if let (Some(fields), Some(record)) = (data.as_object_mut(), record) {
        fields.insert("record".to_owned(), record);
        fields.insert("url".to_owned(), json!(link(app, delivery)));
    }
    // Names of events are grouped by points there: `case.asked`.
    let name = delivery.kind.as_str().replacen('_', ".", 1);
    json!({ "type": name, "timestamp": delivery.created_at, "data": data })
}
