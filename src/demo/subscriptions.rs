//! Subscriptions of the demonstration: of a firm to what may solve its problems, of an institute to what
//! is sought in its field.

use serde_json::{Value, json};

use super::accounts::People;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::needs;
use crate::needs::ops::ListNeeds;
use crate::subscriptions;

/// The organisations that have subscribed, by their keys.
const FIRM: &str = "f-guzhen1";
const INSTITUTE: &str = "i-materials";

/// Writes the subscriptions.
pub(super) fn enter(app: &App, people: &People) -> Result<()> {
    let firm = people.author(FIRM);
    let search = json!({ "q": "LED 散热", "kind": "capability" });
    subscribe(
        app,
        firm,
        json!({ "name": "散热方面的成果", "query": search, "frequency": "daily" }),
    )?;
    let own = firm.principal.as_ref().and_then(|person| person.org_ids().first().copied());
    let status = Some("published,matching".to_owned());
    let query = ListNeeds { org_id: own, status, limit: Some(1), ..ListNeeds::default() };
    for need in needs::ops::list(app, firm, &query)?.items {
        let record = json!({ "kind": "need", "id": need.id });
        let body = json!({ "name": "我们需求的新匹配", "record": record, "frequency": "at_once" });
        subscribe(app, firm, body)?;
    }
    let search = json!({ "kind": "need", "tech_field": "new_materials" });
    let body = json!({ "name": "新材料领域的需求", "query": search, "frequency": "weekly" });
    subscribe(app, people.author(INSTITUTE), body)
}

fn subscribe(app: &App, caller: &Caller, body: Value) -> Result<()> {
    let command = crate::reading::from_value(body)?;
    subscriptions::ops::create(app, caller, &command).map(drop)
}
