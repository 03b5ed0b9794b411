//! Group robots and webhooks, with real receivers on loopback.

mod endpoints;
mod failing;
mod messages;
mod pages;

use chrono::TimeDelta;
use serde_json::{Value, json};
use townbridge::accounts::principal::{OrgId, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::config::Config;
use townbridge::jobs::deliveries::deliver_due;

use crate::support::{Account, OrgBuilder, Receiver, TestApp};

/// The town of the firm.
const GUZHEN: &str = "442000105";

/// The service, allowed to speak to loopback, with a firm and its manager.
struct World {
    app: TestApp,
    org: OrgId,
    manager: Account,
}

impl World {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(|config| {
            config.outbound.allow_private = true;
            config.outbound.timeout_seconds = 1;
            config.outbound.max_attempts = 3;
            change(config);
        })
        .await;
        let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app).id;
        let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org)]);
        Self { app, org, manager }
    }

    /// Registers an endpoint of the firm; returns its path.
    async fn endpoint(&self, fields: Value) -> String {
        let mut body = json!({ "name": "对接群", "org_id": self.org });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = self.app.client(&self.manager).post_json("endpoints", body).await.expect(201);
        format!("endpoints/{}", made.json()["id"].as_str().unwrap())
    }

    /// A webhook to this receiver.
    async fn webhook(&self, receiver: &Receiver) -> String {
        self.endpoint(json!({ "kind": "webhook", "url": receiver.url("/hook") })).await
    }

    /// Has a test message written.
    async fn test(&self, endpoint: &str) -> Value {
        let client = self.app.client(&self.manager);
        client.post_json(&format!("{endpoint}/test"), json!({})).await.expect(202).json()
    }

    /// Sends what is due now.
    async fn deliver(&self) -> usize {
        deliver_due(self.app.service()).await.unwrap()
    }

    /// The deliveries, newest first.
    async fn deliveries(&self) -> Vec<Value> {
        let list = self.app.client(&self.manager).get("deliveries?limit=100").await.expect(200);
        list.json()["items"].as_array().unwrap().clone()
    }

    /// Goes on to a time at which everything that waits is due again.
    fn later(&self) {
        self.app.clock.advance(TimeDelta::hours(7));
    }
}
