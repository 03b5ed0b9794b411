//! Suggestions: which pairs, for whom, and what becomes of them.

use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::db::Db;
use townbridge::disclosure::DisclosureLevel;
use townbridge::jobs::embedder;
use townbridge::needs::model::NeedId;
use townbridge::on;
use townbridge::organizations::model::Organization;
use townbridge::suggestions::making;
use townbridge::suggestions::model::{Suggestion, SuggestionId};

use crate::support::{
    Account, CapabilityBuilder, Client, ModelServer, NeedBuilder, OrgBuilder, TestApp,
};

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";

/// A firm, a provider, and those who look after their towns.
struct World {
    app: TestApp,
    firm_org: Organization,
    provider_org: Organization,
    firm: Account,
    provider: Account,
    liaison: Account,
    stranger: Account,
}

impl World {
    async fn start() -> Self {
        Self::of(TestApp::start().await)
    }

    fn of(app: TestApp) -> Self {
        let firm_org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let provider_org = OrgBuilder::university().insert(&app);
        let other = OrgBuilder::university().insert(&app);
        Self {
            firm: app.account(&[GrantRole::in_org(Role::OrgMember, firm_org.id)]),
            provider: app.account(&[GrantRole::in_org(Role::OrgMember, provider_org.id)]),
            liaison: app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]),
            stranger: app.account(&[GrantRole::in_org(Role::OrgAdmin, other.id)]),
            firm_org,
            provider_org,
            app,
        }
    }

    fn need(&self) -> String {
        NeedBuilder::published(&self.firm_org).insert(&self.app).id.to_string()
    }

    fn offer(&self) -> String {
        let builder = CapabilityBuilder::published(&self.provider_org);
        builder.title("大功率LED灯具散热结构").insert(&self.app).id.to_string()
    }

    /// One round of the job, on this node.
    async fn round(&self) {
        self.app.settle().await;
        making::make(self.app.service()).await.unwrap();
    }

    /// A need and a capability that are suggested to each other; the path of the suggestion.
    async fn pair(&self) -> (String, String, String) {
        let (need, offer) = (self.need(), self.offer());
        self.round().await;
        let all = self.shown(&self.liaison).await;
        assert_eq!(all.len(), 1, "{all:?}");
        (need, offer, format!("suggestions/{}", all[0]["id"].as_str().unwrap()))
    }

    async fn shown(&self, account: &Account) -> Vec<Value> {
        let found = self.app.client(account).get("suggestions").await.expect(200).json();
        found["items"].as_array().unwrap().clone()
    }

    async fn step(&self, record: &str, to: &str) {
        let (path, step) = (format!("{record}/steps"), json!({ "to": to, "comment": "测试" }));
        self.app.admin().post_json(&path, step).await.expect(200);
    }

    async fn change(&self, record: &str, fields: Value) {
        let admin = self.app.admin();
        let version = admin.get(record).await.expect(200).json()["version"].as_i64().unwrap();
        admin.patch_json(record, version, fields).await.expect(200);
    }

    /// How many pairs hold.
    fn holding(&self) -> i64 {
        use townbridge::db::schema::suggestions::dsl as s;
        let rows = s::suggestions.filter(s::holds.eq(true)).count();
        self.app.db.read(|db| Ok(on!(db, conn => rows.get_result(conn))?)).unwrap()
    }
}

#[tokio::test]
async fn good_pairs_are_suggested_to_the_liaison_and_to_both_sides() {
    let world = World::start().await;
    let (need, offer, path) = world.pair().await;
    for (account, side) in
        [(&world.liaison, "broker"), (&world.firm, "need"), (&world.provider, "provider")]
    {
        let shown = world.shown(account).await;
        assert_eq!(shown.len(), 1, "{side}");
        assert_eq!(shown[0]["side"], side);
        assert_eq!(shown[0]["need"]["id"], need.as_str());
        assert_eq!(shown[0]["capability"]["id"], offer.as_str());
        assert!(!shown[0]["sentence"].as_str().unwrap().is_empty());
        assert_ne!(shown[0]["grade"]["code"], "weak");
        world.app.client(account).get(&path).await.expect(200);
    }
    let elsewhere = world.app.account(&[GrantRole::in_region(Role::Liaison, XIAOLAN)]);
    for account in [&world.stranger, &elsewhere] {
        assert_eq!(world.shown(account).await, Vec::<Value>::new());
        world.app.client(account).get(&path).await.expect(404);
        let client = world.app.client(account);
        client.post_json(&format!("{path}/accept"), json!({})).await.expect(404);
        let reason = json!({ "reason": "other" });
        client.post_json(&format!("{path}/dismiss"), reason).await.expect(404);
    }
}

#[tokio::test]
async fn who_comes_second_makes_no_difference() {
    let world = World::start().await;
    let need = world.need();
    world.round().await;
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new());
    let offer = world.offer();
    world.round().await;
    let shown = world.shown(&world.liaison).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["need"]["id"], need.as_str());
    let path = format!("needs/{need}/matches");
    let matches = world.app.client(&world.liaison).get(&path).await.expect(200).json();
    assert_eq!(matches["hits"][0]["record"]["id"], offer.as_str());
    assert_eq!(matches["hits"][0]["score"], shown[0]["score"], "the score of the match itself");
}

#[tokio::test]
async fn weak_pairs_and_hidden_texts_make_no_suggestion() {
    let world = World::start().await;
    world.offer();
    let weak = NeedBuilder::published(&world.firm_org).title("会计软件培训");
    weak.fields(|fields| {
        fields.problem = Some("需要为财务人员安排会计软件的操作培训，".repeat(4));
        fields.keywords = ["会计", "培训", "财务"].map(str::to_owned).to_vec();
        fields.public_summary = Some("会计软件培训。".to_owned());
        fields.background = Some("财务人员刚换了会计软件。".to_owned());
        fields.industry_code = Some("L7241".to_owned());
    })
    .insert(&world.app);
    NeedBuilder::published(&world.firm_org)
        .title("某项改进")
        .confidentiality(DisclosureLevel::Nda)
        .fields(|fields| {
            fields.public_summary = Some("工艺改进。".to_owned());
            fields.keywords = ["改进", "工艺", "质量"].map(str::to_owned).to_vec();
        })
        .insert(&world.app);
    world.round().await;
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new());
}

#[tokio::test]
async fn one_that_is_taken_up_becomes_a_case_and_is_suggested_no_more() {
    for (as_whom, stage) in
        [("broker", "reviewed"), ("need", "need_interested"), ("provider", "provider_interested")]
    {
        let world = World::start().await;
        let (need, offer, path) = world.pair().await;
        let account = match as_whom {
            "broker" => &world.liaison,
            "need" => &world.firm,
            _ => &world.provider,
        };
        let client = world.app.client(account);
        let accept = async || {
            let request = client.request(Method::POST, &format!("{path}/accept"));
            client.send(request.header("idempotency-key", "take-it-up").json(&json!({}))).await
        };
        let opened = accept().await.expect(201);
        let case = opened.json();
        assert_eq!((&case["stage"], &case["origin"]), (&json!(stage), &json!("suggestion")));
        assert_eq!((&case["need"]["id"], &case["capability"]["id"]), (&json!(need), &json!(offer)));
        assert_eq!(accept().await.expect(201).json()["id"], case["id"], "sent again");
        let entries = format!("cases/{}/entries", case["id"].as_str().unwrap());
        let entries = client.get(&entries).await.expect(200).json();
        let list = entries["items"].as_array().or(entries.as_array()).unwrap();
        assert_eq!(list[0]["channel"], "online");
        for other in [&world.liaison, &world.firm, &world.provider] {
            assert_eq!(world.shown(other).await, Vec::<Value>::new(), "{as_whom}");
            world.app.client(other).get(&path).await.expect(404);
        }
    }
}

#[tokio::test]
async fn one_that_is_dismissed_does_not_come_back_to_that_side() {
    let world = World::start().await;
    let (need, _, path) = world.pair().await;
    let firm: Client = world.app.client(&world.firm);
    let dismiss = format!("{path}/dismiss");
    firm.post_json(&dismiss, json!({ "reason": "colour" })).await.expect(422);
    firm.post_json(&dismiss, json!({})).await.expect(422);
    firm.post_json(&dismiss, json!({ "reason": "known_already" })).await.expect(204);
    firm.post_json(&dismiss, json!({ "reason": "known_already" })).await.expect(404);
    assert_eq!(world.shown(&world.firm).await, Vec::<Value>::new());
    firm.post_json(&format!("{path}/accept"), json!({})).await.expect(404);
    let seen = world.shown(&world.liaison).await;
    assert_eq!(seen[0]["need_dismissed"], "known_already", "the broker knows");
    let seen = world.shown(&world.provider).await;
    assert_eq!(seen[0].get("need_dismissed"), None, "the other side does not");
    let admin = world.app.admin();
    let version = admin.get(&format!("needs/{need}")).await.expect(200).json()["version"].as_i64();
    let change = json!({ "budget_max": 60 });
    admin.patch_json(&format!("needs/{need}"), version.unwrap(), change).await.expect(200);
    world.round().await;
    assert_eq!(world.shown(&world.firm).await, Vec::<Value>::new(), "not even when it changes");
    assert_eq!(world.shown(&world.provider).await.len(), 1);
    let log = admin.get("audit?action=suggestion.dismiss").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_closed_hidden_or_no_match_any_more_goes_by_itself() {
    let world = World::start().await;
    let (need, offer, path) = world.pair().await;
    world.step(&format!("needs/{need}"), "suspended").await;
    assert_eq!(world.shown(&world.provider).await, Vec::<Value>::new(), "before any round");
    world.app.client(&world.provider).get(&path).await.expect(404);
    world.round().await;
    world.step(&format!("needs/{need}"), "published").await;
    world.round().await;
    assert_eq!(world.shown(&world.provider).await.len(), 1, "it is open again");
    let admin = world.app.admin();
    let record = format!("capabilities/{offer}");
    let version = admin.get(&record).await.expect(200).json()["version"].as_i64().unwrap();
    let other = json!({
        "title": "会计软件培训课程", "summary": "为企业财务人员讲授会计软件的使用。".repeat(8),
        "problem_solved": "财务人员不会使用会计软件。", "keywords": ["会计", "培训", "财务"],
        "applications": ["财务培训"], "industry_codes": ["L72"]
    });
    admin.patch_json(&record, version, other).await.expect(200);
    world.app.settle().await;
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new(), "before any round");
    world.round().await;
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new(), "no match any more");
}

#[tokio::test]
async fn who_wants_nothing_recommended_gets_no_suggestions() {
    let world = World::start().await;
    let (need, _, path) = world.pair().await;
    for account in [&world.liaison, &world.firm, &world.provider] {
        let client = world.app.client(account);
        let off = json!({ "personalised": false });
        client.put_json("me/recommendations", off).await.expect(200);
        let found = client.get("suggestions").await.expect(200).json();
        assert_eq!(found, json!({ "off": true, "items": [] }));
        client.get(&path).await.expect(404);
        client.post_json(&format!("{path}/accept"), json!({})).await.expect(404);
        let hits = client.get(&format!("needs/{need}/matches")).await.expect(200).json();
        assert_eq!(hits["hits"].as_array().unwrap().len(), 1, "asked by hand");
        let page = world.app.browser_of(account).await.get("/suggestions").await.expect(200);
        assert_eq!((page.count("[data-off]"), page.count("[data-suggestion]")), (1, 0));
        let on = json!({ "personalised": true });
        client.put_json("me/recommendations", on).await.expect(200);
        assert_eq!(world.shown(account).await.len(), 1);
    }
}

#[tokio::test]
async fn a_suggestion_is_explained_on_request() {
    let world = World::start().await;
    let (_, offer, path) = world.pair().await;
    let client = world.app.client(&world.provider).in_english();
    let detail = client.get(&path).await.expect(200).json();
    let explained = &detail["explanation"];
    assert!(explained["rule"].as_str().unwrap().contains("68.0"), "{explained}");
    assert!(explained["data"].as_str().unwrap().contains("behaviour"), "{explained}");
    let version = env!("CARGO_PKG_VERSION");
    assert!(explained["ranking"].as_str().unwrap().starts_with(version), "{explained}");
    assert!(!explained["dictionary"].as_str().unwrap().is_empty());
    assert_eq!(detail["match"]["record"]["id"], offer.as_str());
    let parts = detail["match"]["parts"].as_array().unwrap().iter();
    let sum: f64 = parts.map(|part| part["contribution"].as_f64().unwrap()).sum();
    assert!((sum - detail["score"].as_f64().unwrap()).abs() < 0.001, "the parts make the score");
}

#[tokio::test]
async fn suggestions_are_taken_up_and_dismissed_on_pages() {
    let world = World::start().await;
    let (_, _, path) = world.pair().await;
    let firm = world.app.browser_of(&world.firm).await;
    let page = firm.get("/suggestions").await.expect(200);
    assert_eq!(page.count("[data-suggestion]"), 1);
    let own = firm.get(&format!("/{path}")).await.expect(200);
    assert_eq!((own.count("[data-explanation]"), own.count("[data-match]")), (1, 1));
    firm.submit(&format!("/{path}/dismiss"), &[("reason", "")]).await.expect(422);
    firm.submit(&format!("/{path}/dismiss"), &[("reason", "no_capacity")]).await.expect(303);
    assert_eq!(firm.get("/suggestions").await.expect(200).count("[data-empty]"), 1);
    let liaison = world.app.browser_of(&world.liaison).await;
    let page = liaison.get("/cockpit").await.expect(200);
    assert_eq!(page.count("nav.work a[href='/suggestions']"), 1);
    let opened = liaison.submit(&format!("/{path}/accept"), &[]).await.expect(303);
    assert!(opened.header("location").starts_with("/cases/"));
}

#[tokio::test]
async fn a_pair_comes_back_when_the_need_seeks_again() {
    let world = World::start().await;
    let (need, _, path) = world.pair().await;
    let need = format!("needs/{need}");
    for to in ["matching", "negotiating"] {
        world.step(&need, to).await;
        world.round().await;
    }
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new());
    world.step(&need, "matching").await;
    world.round().await;
    let shown = world.shown(&world.liaison).await;
    assert_eq!(format!("suggestions/{}", shown[0]["id"].as_str().unwrap()), path, "the same");
}

#[tokio::test]
async fn a_pair_comes_back_when_an_organisation_is_reinstated() {
    for provider in [false, true] {
        let world = World::start().await;
        world.pair().await;
        let org = if provider { &world.provider_org } else { &world.firm_org };
        let org = format!("organizations/{}", org.id);
        world.step(&org, "suspended").await;
        world.round().await;
        assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new());
        world.step(&org, "verified").await;
        world.round().await;
        assert_eq!(world.shown(&world.liaison).await.len(), 1, "provider: {provider}");
    }
}

#[tokio::test]
async fn who_has_dismissed_as_broker_may_take_up_as_firm() {
    let world = World::start().await;
    let (_, _, path) = world.pair().await;
    let both = world.app.account(&[
        GrantRole::in_region(Role::Liaison, GUZHEN),
        GrantRole::in_org(Role::OrgMember, world.firm_org.id),
    ]);
    let client = world.app.client(&both);
    assert_eq!(world.shown(&both).await[0]["side"], "broker");
    let dismiss = format!("{path}/dismiss");
    client.post_json(&dismiss, json!({ "reason": "no_capacity" })).await.expect(204);
    assert_eq!(world.shown(&both).await[0]["side"], "need");
    assert_eq!(client.get(&path).await.expect(200).json()["side"], "need");
    assert_eq!(world.shown(&world.liaison).await, Vec::<Value>::new());
    client.post_json(&dismiss, json!({ "reason": "no_capacity" })).await.expect(204);
    assert_eq!(world.shown(&both).await, Vec::<Value>::new());
    client.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_page_asks_for_no_more_than_twenty_matches() {
    let world = World::start().await;
    let client = world.app.client(&world.liaison);
    client.get("suggestions?limit=20").await.expect(200);
    for limit in ["0", "21"] {
        client.get(&format!("suggestions?limit={limit}")).await.problem(422, "invalid");
    }
}

#[tokio::test]
async fn pairs_that_were_not_looked_at_again_are_kept() {
    let world = World::start().await;
    let (_, offer, _) = world.pair().await;
    // Pairs with needs that are gone: where one is looked at, it does not hold.
    let add = |db: &mut Db| {
        use townbridge::db::schema::suggestions;
        Ok(on!(db, conn => {
            let real: Suggestion =
                suggestions::table.select(Suggestion::as_select()).first(conn)?;
            for _ in 0..60 {
                let (id, need_id) = (SuggestionId::new(), NeedId::new());
                let row = Suggestion { id, need_id, score: real.score - 1, ..real.clone() };
                diesel::insert_into(suggestions::table).values(row).execute(conn)?;
            }
            Ok::<(), diesel::result::Error>(())
        })?)
    };
    world.app.db.write(add).unwrap();
    world.change(&format!("capabilities/{offer}"), json!({ "min_budget": 21 })).await;
    world.round().await;
    assert_eq!(world.holding(), 61 - 49, "fifty were looked at, one of them is good");
}

#[tokio::test]
async fn drafts_and_what_has_no_pair_are_no_work() {
    let world = World::start().await;
    let draft = NeedBuilder::draft(&world.firm_org).insert(&world.app).id;
    world.app.settle().await;
    assert_eq!(making::make(world.app.service()).await.unwrap(), 0);
    world.step(&format!("needs/{draft}"), "withdrawn").await;
    world.app.settle().await;
    assert_eq!(making::make(world.app.service()).await.unwrap(), 0);
    world.need();
    world.app.settle().await;
    assert_eq!(making::make(world.app.service()).await.unwrap(), 1);
}

#[actix_web::test]
async fn suggestions_are_shown_with_the_aid_they_were_made_with() {
    let server = ModelServer::start();
    let world = World::of(TestApp::start_with(|config| server.configure(config)).await);
    let (need, _) = (world.need(), world.offer());
    for _ in 0..100 {
        world.app.settle().await;
        if !embedder::round(world.app.service()).await.unwrap() {
            break;
        }
    }
    world.round().await;
    let shown = world.shown(&world.provider).await;
    let path = format!("needs/{need}/matches");
    let matches = world.app.client(&world.provider).get(&path).await.expect(200).json();
    assert!(matches["hits"][0]["model_nearness"].is_number(), "{}", matches["hits"][0]);
    assert_eq!(shown[0]["score"], matches["hits"][0]["score"]);
}
