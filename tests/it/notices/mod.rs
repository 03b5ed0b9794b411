//! Notices: who is told what, in the inbox and by mail.

mod cases;
mod inbox;
mod mails;

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::ops as case_ops;
use townbridge::organizations::model::Organization;

use crate::support::{Account, CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

/// The town of the firm.
const GUZHEN: &str = "442000105";

/// A firm with a need, a university with an answer, and those who have to do with them.
struct World {
    app: TestApp,
    firm_org: Organization,
    need: String,
    capability: String,
    firm: Account,
    provider: Account,
    liaison: Account,
    officer: Account,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let provider_org = OrgBuilder::university().insert(&app);
        let need = NeedBuilder::published(&firm_org).title("压铸件气孔").insert(&app);
        let capability = CapabilityBuilder::published(&provider_org).insert(&app);
        Self {
            need: need.id.to_string(),
            capability: capability.id.to_string(),
            firm: app.account(&[GrantRole::in_org(Role::OrgMember, firm_org.id)]),
            provider: app.account(&[GrantRole::in_org(Role::OrgMember, provider_org.id)]),
            liaison: app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]),
            officer: app.account(&[GrantRole::in_region(Role::Officer, "4420")]),
            firm_org,
            app,
        }
    }

    /// A case that somebody opens; returns its path.
    async fn opened_by(&self, account: &Account) -> String {
        let pair = json!({ "need_id": self.need, "capability_id": self.capability });
        let answer = self.app.client(account).post_json("cases", pair).await.expect(201);
        format!("cases/{}", answer.json()["id"].as_str().unwrap())
    }

    async fn post(&self, account: &Account, path: &str, body: Value) {
        self.app.client(account).post_json(path, body).await.expect(200);
    }

    /// What somebody has been told, newest first.
    async fn inbox(&self, account: &Account) -> Vec<Value> {
        let inbox = self.app.client(account).get("inbox?limit=100").await.expect(200).json();
        inbox["items"].as_array().unwrap().clone()
    }

    /// The kinds of it.
    async fn kinds(&self, account: &Account) -> Vec<String> {
        let items = self.inbox(account).await;
        items.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    }

    async fn choose(&self, account: &Account, choice: Value) {
        self.app.client(account).put_json("me/notices", choice).await.expect(200);
    }
}

/// Opens a case as the service itself, so that everybody is told.
fn open_case(app: &TestApp, need: &str, capability: &str) -> String {
    let pair = json!({ "need_id": need, "capability_id": capability });
    let command = serde_json::from_value(pair).unwrap();
    let opened = case_ops::open(app.service(), &Caller::system("test"), &command).unwrap();
    opened.value.id.to_string()
}
