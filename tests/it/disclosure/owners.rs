//! Whose a record is must not be told by counts, filters, orders, conditions or gaps either.

use serde_json::{Value, json};
use townbridge::disclosure::{Clearance, DisclosureLevel};

use super::{CARD, Kind, Marked, Viewer, World};
use crate::support::{CapabilityBuilder, NeedBuilder, TestApp};

/// The sort of the owner, and one that nobody has.
const SORT: &str = "association";
const OTHER: &str = "finance";

async fn get(viewer: &Viewer, path: &str) -> Value {
    viewer.client.get(path).await.expect(200).json()
}

fn holds(list: &Value, record: &Marked) -> bool {
    let items = list.as_array().unwrap();
    items.iter().any(|item| item["id"] == record.id || item["record"]["id"] == record.id)
}

/// A public record of the other kind by the same owner.
fn companion(world: &World, record: &Marked) -> String {
    let (app, owner) = (&world.app, &world.owner);
    match record.kind {
        Kind::Need => {
            let offer =
                CapabilityBuilder::published(owner).confidentiality(DisclosureLevel::Public);
            format!("capabilities/{}", offer.insert(app).id)
        }
        Kind::Capability => {
            let need = NeedBuilder::published(owner).confidentiality(DisclosureLevel::Public);
            format!("needs/{}", need.insert(app).id)
        }
    }
}

/// What a match by text says of a wish for a sort of partner, and how it is scored.
async fn wished(viewer: &Viewer, record: &Marked, sort: &str) -> (Value, Value, Value) {
    let side = if record.kind == Kind::Need { "capability" } else { "need" };
    let body = json!({ "side": side, "title": CARD, "partner_types": [sort] });
    let answer = viewer.client.post_json("match", body).await.expect(200).json();
    let hits = answer["hits"].as_array().unwrap();
    let hit = hits.iter().find(|hit| hit["record"]["id"] == record.id).unwrap();
    let conditions = hit["conditions"].as_array().unwrap();
    let wish = conditions.iter().find(|one| one["name"] == "partner_type").unwrap();
    (wish["outcome"].clone(), hit["score"].clone(), hit["sentence"].clone())
}

/// Counts, filters and conditions of the index, for one viewer.
async fn check_index(viewer: &Viewer, record: &Marked, level: DisclosureLevel) {
    let place = format!("{}, {level}, {:?}", viewer.name, record.kind);
    let indexed = Clearance::from(level) <= viewer.indexed;
    let known = Clearance::from(level) <= viewer.clearance;
    let found = get(viewer, &format!("search?q={CARD}&facets=all")).await;
    assert_eq!(found["total"], 1, "{place}");
    let counted = |facet: &str| found["facets"][facet].as_array().unwrap().clone();
    let sorts = counted("org_type");
    let expected = if indexed { vec![json!(SORT)] } else { vec![] };
    assert_eq!(sorts.iter().map(|v| v["value"].clone()).collect::<Vec<_>>(), expected, "{place}");
    assert!(sorts.iter().all(|value| value["count"] == 1), "{place}");
    assert!(counted("industry").iter().all(|value| value["value"] != "C21"), "{place}");
    let filtered = get(viewer, &format!("search?q={CARD}&org_type={SORT}")).await;
    assert_eq!(filtered["total"], usize::from(indexed), "{place}");
    let none = get(viewer, &format!("search?q={CARD}&org_type={OTHER}")).await;
    assert_eq!(none["total"], 0, "{place}");
    let industry = get(viewer, &format!("search?q={CARD}&industry=C21")).await;
    assert_eq!(industry["total"], 0, "{place}");
    let (right, wrong) = (wished(viewer, record, SORT).await, wished(viewer, record, OTHER).await);
    let outcomes = if known { ("met", "not_met") } else { ("unknown", "unknown") };
    assert_eq!((&right.0, &wrong.0), (&json!(outcomes.0), &json!(outcomes.1)), "{place}");
    assert!(known || right == wrong, "{place}: {right:?} {wrong:?}");
}

/// Lists by organisation, and what matches of the owner's other records leave out.
async fn check_gaps(viewer: &Viewer, record: &Marked, level: DisclosureLevel, companion: &str) {
    let place = format!("{}, {level}, {:?}", viewer.name, record.kind);
    let known = Clearance::from(level) <= viewer.clearance;
    let listed = get(viewer, &format!("{}?org_id={}", record.folder(), record.org)).await;
    assert_eq!(holds(&listed["items"], record), known, "{place}");
    assert!(known || listed["next"].is_null(), "{place}");
    let export = format!("{}/export?format=jsonl&org_id={}", record.folder(), record.org);
    let exported = viewer.client.get(&export).await.expect(200).text();
    assert_eq!(exported.contains(CARD), known, "{place}");
    // An organisation's own records are no news to it; that must not tell whose the others are.
    let matched = get(viewer, &format!("{companion}/matches?limit=50")).await;
    assert_eq!(holds(&matched["hits"], record), !known, "{place}: {matched}");
}

/// A budget that is not on the card is no filter and no order, whoever asks.
async fn check_budget(viewer: &Viewer, level: DisclosureLevel) {
    let open = level == DisclosureLevel::Public;
    for (span, fits) in [("budget_min=10", true), ("budget_max=60", true), ("budget_min=51", false)]
    {
        let found = get(viewer, &format!("search?q={CARD}&{span}")).await;
        assert_eq!(found["total"], usize::from(open && fits), "{}, {level}, {span}", viewer.name);
    }
}

/// Needs by budget, greatest first; one whose budget is hidden stands where one without does.
async fn by_budget(app: &TestApp) -> Vec<Value> {
    let path = "search?grouped=false&kind=need&sort=budget&q=散热";
    let answer = app.anonymous().get(path).await.expect(200).json();
    let hits = answer["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["record"]["title"].clone()).collect()
}

async fn check(kind: Kind, level: DisclosureLevel) {
    let world = World::new().await;
    let record = world.publish(kind, level).await;
    let companion = companion(&world, &record);
    world.app.settle().await;
    for viewer in world.viewers() {
        check_index(&viewer, &record, level).await;
        check_gaps(&viewer, &record, level, &companion).await;
        if kind == Kind::Need {
            check_budget(&viewer, level).await;
        }
    }
}

#[actix_web::test]
async fn nothing_tells_the_owner_of_a_need_to_those_who_may_not_know() {
    for &level in DisclosureLevel::ALL {
        check(Kind::Need, level).await;
    }
}

#[actix_web::test]
async fn nothing_tells_the_owner_of_a_capability_to_those_who_may_not_know() {
    for &level in DisclosureLevel::ALL {
        check(Kind::Capability, level).await;
    }
}

#[actix_web::test]
async fn hidden_budgets_do_not_order_what_is_found() {
    let app = TestApp::start().await;
    let org = crate::support::OrgBuilder::enterprise().insert(&app);
    let need = |title: &str, level, most| {
        let need = NeedBuilder::published(&org).title(title).confidentiality(level);
        need.fields(|fields| fields.budget_max = Some(townbridge::money::Money(most))).insert(&app)
    };
    let (public, hidden) = (DisclosureLevel::Public, DisclosureLevel::Members);
    need("散热甲", public, 60_000_000);
    need("散热乙", public, 90_000_000);
    let secret = need("散热丙", hidden, 80_000_000);
    app.settle().await;
    assert_eq!(by_budget(&app).await, ["散热乙", "散热甲", "散热丙"]);
    let caller = townbridge::accounts::principal::Caller::system("test");
    let patch = json!({ "budget_max": 900 });
    townbridge::needs::ops::update(&app, &caller, secret.id, secret.version, &patch).unwrap();
    app.settle().await;
    assert_eq!(by_budget(&app).await, ["散热乙", "散热甲", "散热丙"]);
}
