//! Events: from the plan to what came of them, by clients of each side.

mod booking;
mod flow;
mod pages;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;
use townbridge::organizations::model::Organization;

use crate::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

/// The town of the firm.
const GUZHEN: &str = "442000105";
/// Another town.
const XIAOLAN: &str = "442000118";

/// A firm with a need, a university with an answer, and those who have to do with them.
struct World {
    app: TestApp,
    firm_org: Organization,
    provider_org: Organization,
    need: String,
    capability: String,
    firm: Client,
    provider: Client,
    liaison: Client,
}

impl World {
    async fn start() -> Self {
        Self::with(DisclosureLevel::Members).await
    }

    /// With a need of this confidentiality.
    async fn with(level: DisclosureLevel) -> Self {
        let app = TestApp::start().await;
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let provider_org = OrgBuilder::university().insert(&app);
        let need = NeedBuilder::published(&firm_org).confidentiality(level).insert(&app);
        let capability = CapabilityBuilder::published(&provider_org).insert(&app);
        Self {
            need: need.id.to_string(),
            capability: capability.id.to_string(),
            firm: app.org_admin(firm_org.id),
            provider: app.org_admin(provider_org.id),
            liaison: app.liaison(GUZHEN),
            firm_org,
            provider_org,
            app,
        }
    }

    /// When events of these tests begin: tomorrow at a whole hour.
    fn start_time(&self) -> DateTime<Utc> {
        let now = self.app.clock.time() + TimeDelta::days(1);
        now.date_naive().and_hms_opt(2, 0, 0).unwrap().and_utc()
    }

    fn fields(&self) -> Value {
        let start = self.start_time();
        json!({
            "kind": "matchmaking", "title": "灯饰散热对接会", "place": "会展中心",
            "online_url": "https://meet.example/1",
            "starts_at": start, "ends_at": start + TimeDelta::hours(2),
            "slots": { "tables": 2, "minutes": 30 }
        })
    }

    /// An event of the liaison; returns its path.
    async fn planned(&self, changes: Value) -> String {
        let mut fields = self.fields();
        let map = fields.as_object_mut().unwrap();
        map.extend(changes.as_object().unwrap().clone());
        let made = self.liaison.post_json("events", fields).await.expect(201).json();
        format!("events/{}", made["id"].as_str().unwrap())
    }

    /// An event that is open for registration.
    async fn open(&self, changes: Value) -> String {
        let event = self.planned(changes).await;
        self.step(&event, "open").await;
        event
    }

    async fn step(&self, event: &str, to: &str) {
        let body = json!({ "to": to });
        self.liaison.post_json(&format!("{event}/steps"), body).await.expect(200);
    }

    fn pair(&self) -> Value {
        json!({ "need_id": self.need, "capability_id": self.capability })
    }

    /// Invites the pair of this world; returns the path of its meeting.
    async fn invited(&self, event: &str) -> String {
        self.invited_pair(event, self.pair()).await
    }

    async fn invited_pair(&self, event: &str, pair: Value) -> String {
        let path = format!("{event}/meetings");
        let made = self.liaison.post_json(&path, pair).await.expect(201).json();
        format!("{path}/{}", made["id"].as_str().unwrap())
    }

    /// Both sides say that they come.
    async fn both_come(&self, event: &str) {
        for client in [&self.firm, &self.provider] {
            answer(client, event, json!({ "answer": "accepted" })).await;
        }
    }
}

/// Answers for the caller's own organisation.
async fn answer(client: &Client, event: &str, said: Value) {
    let own = client.get(event).await.expect(200).json()["own"][0]["id"].clone();
    let path = format!("{event}/guests/{}/answer", own.as_str().unwrap());
    client.post_json(&path, said).await.expect(200);
}

/// Sends a PUT on a version.
async fn put(client: &Client, path: &str, version: i64, body: Value) -> crate::support::Answer {
    let request = client
        .request(reqwest::Method::PUT, path)
        .header("if-match", format!("\"v{version}\""))
        .json(&body);
    client.send(request).await
}

/// Kinds of notices in an inbox, newest first.
async fn told(client: &Client) -> Vec<String> {
    let inbox = client.get("inbox?limit=100").await.expect(200).json();
    let items = inbox["items"].as_array().unwrap();
    items.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}
