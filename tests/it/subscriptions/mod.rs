//! Subscriptions: who is told of what, how often, and how it is stopped.

mod finding;
mod matches;
mod pages;
mod rules;
mod telling;

use chrono::{NaiveTime, TimeDelta};
use diesel::RunQueryDsl;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::config::Config;
use townbridge::jobs;
use townbridge::on;
use townbridge::organizations::model::Organization;

use crate::support::{Account, NeedBuilder, OrgBuilder, TestApp};

/// The town of the firm.
const GUZHEN: &str = "442000105";

/// A firm that publishes, and a university that has subscribed.
struct World {
    app: TestApp,
    firm_org: Organization,
    provider_org: Organization,
    firm: Account,
    provider: Account,
}

impl World {
    async fn start() -> Self {
        // What comes in two rounds is told in two notices, whatever the clock says.
        Self::with(|config| config.notices.subscription_pause_minutes = 0).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(change).await;
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let provider_org = OrgBuilder::university().insert(&app);
        Self {
            firm: app.account(&[GrantRole::in_org(Role::OrgMember, firm_org.id)]),
            provider: app.account(&[GrantRole::in_org(Role::OrgMember, provider_org.id)]),
            firm_org,
            provider_org,
            app,
        }
    }

    /// Subscribes the provider; returns the path.
    async fn subscribe(&self, body: Value) -> String {
        self.subscribe_as(&self.provider, body).await
    }

    async fn subscribe_as(&self, account: &Account, body: Value) -> String {
        let made = self.app.client(account).post_json("subscriptions", body).await.expect(201);
        format!("subscriptions/{}", made.json()["id"].as_str().unwrap())
    }

    /// Subscribes the provider to needs that speak of moulds.
    async fn search(&self, frequency: &str) -> String {
        self.subscribe(json!({
            "name": "模具", "query": { "q": "模具", "kind": "need" }, "frequency": frequency
        }))
        .await
    }

    /// A published need of the firm; its id.
    fn need(&self, title: &str) -> String {
        NeedBuilder::published(&self.firm_org).title(title).insert(&self.app).id.to_string()
    }

    /// One round of the job, on this node.
    async fn round(&self) -> usize {
        self.app.settle().await;
        jobs::subscriptions::round(self.app.service()).await.unwrap()
    }

    /// What the provider has been told, newest first.
    async fn inbox(&self) -> Vec<Value> {
        let inbox = self.app.client(&self.provider).get("inbox?limit=100").await.expect(200).json();
        inbox["items"].as_array().unwrap().clone()
    }

    /// The records that the provider has been told of, last told first.
    async fn told(&self, subscription: &str) -> Vec<String> {
        let path = format!("{subscription}/finds?limit=100");
        let finds = self.app.client(&self.provider).get(&path).await.expect(200).json();
        let items = finds["items"].as_array().unwrap().iter();
        items.map(|find| find["record"]["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Takes a step of a record, as an administrator.
    async fn step(&self, record: &str, to: &str) {
        let step = json!({ "to": to, "comment": "测试" });
        self.app.admin().post_json(&format!("{record}/steps"), step).await.expect(200);
    }

    /// Takes a published need to talks with somebody.
    async fn negotiate(&self, need: &str) {
        self.step(&format!("needs/{need}"), "matching").await;
        self.step(&format!("needs/{need}"), "negotiating").await;
    }

    /// Changes a need of the firm.
    async fn change(&self, need: &str, fields: Value) {
        let (admin, path) = (self.app.admin(), format!("needs/{need}"));
        let version = admin.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
        admin.patch_json(&path, version, fields).await.expect(200);
    }

    /// What a query says, by its column `said`.
    fn said(&self, query: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Said {
            #[diesel(sql_type = diesel::sql_types::Text)]
            said: String,
        }
        let rows: Vec<Said> = self
            .app
            .db
            .read(|db| Ok(on!(db, conn => diesel::sql_query(query).load(conn))?))
            .unwrap();
        rows.into_iter().map(|row| row.said).collect()
    }

    /// How much waits to be told, to whomever.
    fn waiting(&self) -> usize {
        self.said("SELECT record_id AS said FROM subscription_finds WHERE told_at IS NULL").len()
    }

    async fn recommendations(&self, personalised: bool) {
        let body = json!({ "personalised": personalised });
        self.app.client(&self.provider).put_json("me/recommendations", body).await.expect(200);
    }

    /// Sets the clock to this hour in China, so many days after tomorrow.
    fn set_hour(&self, days: i64, hour: i64) {
        let today = self.app.clock.time().date_naive().and_time(NaiveTime::MIN).and_utc();
        let wanted = today + TimeDelta::days(2 + days) + TimeDelta::hours(hour - 8);
        self.app.clock.advance(wanted - self.app.clock.time());
    }
}
