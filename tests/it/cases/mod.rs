//! Cases: from interest to acceptance, by clients of each side.

mod answers;
mod cockpit;
mod flow;
mod handover;
mod races;
mod sight;
mod visits;

use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;
use townbridge::organizations::model::Organization;

use crate::support::{Answer, CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

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
    outsider: Client,
}

impl World {
    async fn start() -> Self {
        Self::with(DisclosureLevel::Members).await
    }

    /// With a need of this confidentiality.
    async fn with(level: DisclosureLevel) -> Self {
        Self::of(TestApp::start().await, level)
    }

    /// In this service.
    fn of(app: TestApp, level: DisclosureLevel) -> Self {
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let provider_org = OrgBuilder::university().insert(&app);
        let other = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let need = NeedBuilder::published(&firm_org).confidentiality(level).insert(&app);
        let capability = CapabilityBuilder::published(&provider_org).insert(&app);
        Self {
            need: need.id.to_string(),
            capability: capability.id.to_string(),
            firm: app.org_member(firm_org.id),
            provider: app.org_member(provider_org.id),
            liaison: app.liaison(GUZHEN),
            outsider: app.org_admin(other.id),
            firm_org,
            provider_org,
            app,
        }
    }

    fn pair(&self) -> Value {
        json!({ "need_id": self.need, "capability_id": self.capability })
    }

    /// A case that this client opens; returns its path.
    async fn opened_by(&self, client: &Client) -> String {
        let answer = client.post_json("cases", self.pair()).await.expect(201);
        format!("cases/{}", answer.json()["id"].as_str().unwrap())
    }

    /// A case in which both have said yes.
    async fn mutual(&self) -> String {
        let case = self.opened_by(&self.firm).await;
        accept(&self.provider, &case).await.expect(200);
        case
    }

    async fn need_status(&self) -> String {
        let need = self.liaison.get(&format!("needs/{}", self.need)).await.expect(200).json();
        need["status"].as_str().unwrap().to_owned()
    }

    /// What the provider sees of the need.
    async fn need_as_seen_by_provider(&self) -> Value {
        self.provider.get(&format!("needs/{}", self.need)).await.expect(200).json()
    }
}

async fn accept(client: &Client, case: &str) -> Answer {
    client.post_json(&format!("{case}/answer"), json!({ "answer": "accepted" })).await
}

async fn decline(client: &Client, case: &str, reason: &str) -> Answer {
    let body = json!({ "answer": "declined", "reason": reason });
    client.post_json(&format!("{case}/answer"), body).await
}

async fn step(client: &Client, case: &str, body: Value) -> Answer {
    client.post_json(&format!("{case}/steps"), body).await
}

async fn stage(client: &Client, case: &str) -> String {
    client.get(case).await.expect(200).json()["stage"].as_str().unwrap().to_owned()
}

/// What is wrong, by field.
fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}
