//! Public records in the words of schema.org, for search engines. Only what stands on the card of a
//! record is said here, and only of records that are published to everybody.
//!
//! - a need is a `Demand`: somebody seeks something, in a region and until a day;
//! - a capability is a `Service`: what is offered, of whatever kind, is the work of a provider with it,
//!   whether a licence, a development or a test; its kind is the `serviceType`;
//! - an organisation is an `Organization`, an event an `Event`.

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::capabilities::model::CapabilityView;
use crate::capabilities::parts::ConsentScope;
use crate::disclosure::DisclosureLevel;
use crate::events::model::EventStatus;
use crate::events::views::EventView;
use crate::needs::model::NeedView;
use crate::organizations::model::{OrgStatus, OrganizationView};
use crate::outbound::addresses;
use crate::records::life::ReviewedLife;

/// Characters of a description; search engines show no more.
const DESCRIBED: usize = 160;

/// The beginning of a text in one line, as a description of a page.
pub fn described(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(DESCRIBED) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A description, without what is not said.
fn thing(kind: &str, app: &App, path: &str, all: Value) -> Value {
    let mut map = Map::new();
    map.insert("@context".to_owned(), json!("https://schema.org"));
    map.insert("@type".to_owned(), json!(kind));
    map.insert("url".to_owned(), json!(addresses::page(app, path)));
    if let Value::Object(all) = all {
        map.extend(all.into_iter().filter(|(_, value)| !value.is_null() && *value != json!("")));
    }
    Value::Object(map)
}

fn region(app: &App, code: &str, name: &str) -> Value {
    let code = (!code.is_empty()).then_some(code);
    json!({
        "@type": "AdministrativeArea", "name": name,
        "identifier": code.filter(|code| app.reference.region(code).is_some()),
    })
}

/// A need, when everybody may read it.
pub fn need(app: &App, view: &NeedView) -> Option<Value> {
    let fields = &view.fields;
    let level = fields.confidentiality.unwrap_or(DisclosureLevel::Members);
    let shown = view.status.is_open() && view.published_at.is_some();
    (shown && level == DisclosureLevel::Public).then(|| {
        let all = json!({
            "name": fields.title, "identifier": view.code,
            "description": fields.public_summary.as_deref().map(described),
            "availabilityStarts": view.published_at.map(|at| at.0.date_naive()),
            "availabilityEnds": fields.valid_until,
            "areaServed": region(app, &view.region_code, &view.region_name),
        });
        thing("Demand", app, &format!("/needs/{}", view.id), all)
    })
}

/// A capability, when everybody may read it.
pub fn capability(app: &App, view: &CapabilityView, kind: &str) -> Option<Value> {
    let fields = &view.fields;
    let level = fields.confidentiality.unwrap_or(DisclosureLevel::Members);
    let people = fields.consent() == ConsentScope::Public;
    let shown = view.status.is_open() && people;
    (shown && level == DisclosureLevel::Public).then(|| {
        let provider = view.org.as_ref().map(|org| {
            let place = addresses::page(app, &format!("/organizations/{}", org.id));
            json!({ "@type": "Organization", "name": org.name, "url": place })
        });
        let all = json!({
            "name": fields.title, "description": fields.summary, "identifier": view.code,
            "serviceType": kind, "provider": provider,
        });
        thing("Service", app, &format!("/capabilities/{}", view.id), all)
    })
}

/// An organisation that has been verified.
pub fn organization(app: &App, view: &OrganizationView) -> Option<Value> {
    (view.status == OrgStatus::Verified).then(|| {
        let all = json!({
            "name": view.fields.name, "description": view.fields.summary, "identifier": view.code,
            "address": {
                "@type": "PostalAddress", "addressCountry": "CN",
                "addressLocality": view.region_name,
            },
        });
        thing("Organization", app, &format!("/organizations/{}", view.id), all)
    })
}

/// An event that everybody may know of.
pub fn event(app: &App, view: &EventView, title: &str) -> Option<Value> {
    let fields = &view.fields;
    let shown = fields.public != Some(false) && view.status != EventStatus::Planned;
    shown.then(|| {
        let status = match view.status {
            EventStatus::Cancelled => "https://schema.org/EventCancelled",
            _ => "https://schema.org/EventScheduled",
        };
        let place = fields
            .place
            .as_ref()
            .map(|place| json!({ "@type": "Place", "name": place, "address": view.region_name }));
        let organiser = fields.organiser.as_ref();
        let organiser = organiser.map(|name| json!({ "@type": "Organization", "name": name }));
        let all = json!({
            "name": title, "description": fields.description, "eventStatus": status,
            "startDate": fields.starts_at, "endDate": fields.ends_at,
            "location": place, "organizer": organiser,
        });
        thing("Event", app, &format!("/events/{}", view.id), all)
    })
}
