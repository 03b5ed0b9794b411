//! Who gets to see what: every level of confidentiality, every kind of caller, every way out.
//!
//! A record carries a mark in a field of each class. Whatever a caller asks for, the answer must
//! hold the marks that the caller is cleared for and no other. A new way out is one function and
//! one line in [`WAYS`].

use std::future::Future;
use std::pin::Pin;

use serde_json::json;
use townbridge::disclosure::{Clearance, DisclosureLevel};
use townbridge::organizations::model::Organization;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const CARD: &str = "markcardtext";
const DETAIL: &str = "markdetailtext";
const SEALED: &str = "marksealedtext";
const PHONE: &str = "0760-5559173";

/// The mark of a class and the clearance it needs at a level.
fn marks(level: DisclosureLevel) -> [(&'static str, Clearance); 4] {
    let sealed = Clearance::from(level).max(Clearance::Matched);
    [(CARD, Clearance::Public), (DETAIL, Clearance::from(level)), (SEALED, sealed), (PHONE, sealed)]
}

/// Kind of the marked record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Need,
    Capability,
}

/// The marked record.
#[derive(Debug, Clone)]
struct Marked {
    kind: Kind,
    id: String,
    org: String,
}

impl Marked {
    fn path(&self) -> String {
        let folder = if self.kind == Kind::Need { "needs" } else { "capabilities" };
        format!("{folder}/{}", self.id)
    }
}

/// How much of what a caller is cleared for a way shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// Everything.
    All,
    /// Everything to those with full clearance, nothing to others.
    AllOrNothing,
    /// Some of it.
    Part,
}

type Answered = Pin<Box<dyn Future<Output = String>>>;

/// A way that a record leaves the service: the whole answer to one caller, as text.
type Way = fn(Client, Marked) -> Answered;

const WAYS: &[(&str, Shows, Way)] = &[
    ("show", Shows::All, show),
    ("list", Shows::All, list),
    ("list of the organisation", Shows::Part, list_of_org),
    ("version", Shows::AllOrNothing, version),
    ("comparison of versions", Shows::Part, comparison),
    ("search", Shows::Part, search),
    ("search for hidden words", Shows::Part, search_hidden),
    ("suggestions", Shows::Part, suggest),
    ("matches of free text", Shows::Part, matches_of_text),
    ("matches of the record", Shows::Part, matches_of_record),
    ("grants", Shows::Part, grants),
];

/// The answer's body, whatever the status: a problem must not tell either.
fn get(client: Client, path: String) -> Answered {
    Box::pin(async move { client.get(&path).await.text() })
}

fn show(client: Client, record: Marked) -> Answered {
    get(client, record.path())
}

fn list(client: Client, record: Marked) -> Answered {
    get(client, format!("{}?limit=100", record.path().split('/').next().unwrap()))
}

fn list_of_org(client: Client, record: Marked) -> Answered {
    let folder = record.path().split('/').next().unwrap().to_owned();
    get(client, format!("{folder}?limit=100&org_id={}", record.org))
}

fn version(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/versions/1", record.path()))
}

fn comparison(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/versions/1/differences/3", record.path()))
}

fn grants(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/grants", record.path()))
}

fn search(client: Client, _: Marked) -> Answered {
    get(client, format!("search?q={CARD}"))
}

/// By words of the fields that not everybody sees.
fn search_hidden(client: Client, _: Marked) -> Answered {
    Box::pin(async move {
        let mut all = String::new();
        for words in [DETAIL, SEALED] {
            all.push_str(&client.get(&format!("search?q={words}")).await.expect(200).text());
        }
        all
    })
}

fn suggest(client: Client, _: Marked) -> Answered {
    get(client, "suggest?q=mark".to_owned())
}

fn matches_of_text(client: Client, record: Marked) -> Answered {
    let side = if record.kind == Kind::Need { "capability" } else { "need" };
    let text = format!("{CARD} {DETAIL} {SEALED}");
    let body = json!({ "side": side, "title": text, "text": text });
    Box::pin(async move { client.post_json("match", body).await.expect(200).text() })
}

fn matches_of_record(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/matches", record.path()))
}

/// A caller and the clearance that the caller has on the marked record.
struct Viewer {
    name: &'static str,
    client: Client,
    clearance: Clearance,
}

struct World {
    app: TestApp,
    owner: Organization,
    stranger: Organization,
    pending: Organization,
    matched: Organization,
    nda: Organization,
    revoked: Organization,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let [owner, stranger, matched, nda, revoked] =
            std::array::from_fn(|_| OrgBuilder::enterprise().insert(&app));
        let pending = OrgBuilder::enterprise().pending().insert(&app);
        Self { app, owner, stranger, pending, matched, nda, revoked }
    }

    fn viewers(&self) -> Vec<Viewer> {
        let (app, member) = (&self.app, |org: &Organization| self.app.org_member(org.id));
        let viewer = |name, client, clearance| Viewer { name, client, clearance };
        vec![
            viewer("visitor", app.anonymous(), Clearance::Public),
            viewer("member of a pending org", member(&self.pending), Clearance::Public),
            viewer("member of another org", member(&self.stranger), Clearance::Member),
            viewer("liaison of another town", app.liaison("440606102"), Clearance::Broker),
            viewer("granted matched", member(&self.matched), Clearance::Matched),
            viewer("granted nda", member(&self.nda), Clearance::Nda),
            viewer("grant revoked", member(&self.revoked), Clearance::Member),
            viewer("owner", member(&self.owner), Clearance::Full),
            viewer("liaison of the town", app.liaison(GUZHEN), Clearance::Full),
            viewer("officer above", app.officer("4420"), Clearance::Full),
            viewer("officer of another city", app.officer("4406"), Clearance::Broker),
            viewer("administrator", app.admin(), Clearance::Full),
        ]
    }

    /// Publishes a marked record and opens it to those who are granted something.
    async fn publish(&self, kind: Kind, level: DisclosureLevel) -> Marked {
        let app = &self.app;
        let id = match kind {
            Kind::Need => marked_need(app, &self.owner, level),
            Kind::Capability => marked_capability(app, &self.owner, level),
        };
        let record = Marked { kind, id, org: self.owner.id.to_string() };
        let owner = app.org_member(self.owner.id);
        let grants = format!("{}/grants", record.path());
        for (org, level) in [(&self.matched, "matched"), (&self.nda, "nda"), (&self.revoked, "nda")]
        {
            let body = json!({ "org_id": org.id, "level": level });
            let grant = owner.post_json(&grants, body).await.expect(201).json();
            if org.id == self.revoked.id {
                let path = format!("{grants}/{}", grant["id"].as_str().unwrap());
                owner.delete(&path).await.expect(204);
            }
        }
        app.settle().await;
        record
    }
}

fn marked_need(app: &TestApp, org: &Organization, level: DisclosureLevel) -> String {
    let need = NeedBuilder::published(org).confidentiality(level).fields(|fields| {
        fields.public_summary = Some(format!("寻求散热结构 {CARD}"));
        fields.problem = Some(format!("{} {DETAIL}", "需要新的散热结构。".repeat(8)));
        fields.restricted_detail = Some(format!("内腔尺寸 {SEALED}"));
        fields.contact.as_mut().unwrap().phone = Some(PHONE.to_owned());
    });
    need.insert(app).id.to_string()
}

fn marked_capability(app: &TestApp, org: &Organization, level: DisclosureLevel) -> String {
    let capability = CapabilityBuilder::published(org).confidentiality(level).fields(|fields| {
        let summary = fields.summary.take().unwrap_or_default();
        fields.summary = Some(format!("{summary} {CARD}"));
        fields.problem_solved = Some(format!("密闭灯腔散热差 {DETAIL}"));
        fields.restricted_detail = Some(format!("控制参数 {SEALED}"));
        fields.contact.as_mut().unwrap().phone = Some(PHONE.to_owned());
    });
    capability.insert(app).id.to_string()
}

async fn check(kind: Kind, level: DisclosureLevel) {
    let world = World::new().await;
    let record = world.publish(kind, level).await;
    for viewer in world.viewers() {
        for (way_name, shows, way) in WAYS {
            let answer = way(viewer.client.clone(), record.clone()).await;
            for (mark, needed) in marks(level) {
                let cleared = needed <= viewer.clearance;
                let there = answer.contains(mark);
                let place = format!("{way_name}, {}, {level}, {mark}: {answer}", viewer.name);
                assert!(cleared || !there, "shows what it must not: {place}");
                let expected = match shows {
                    Shows::All => cleared,
                    Shows::AllOrNothing => viewer.clearance == Clearance::Full,
                    Shows::Part => there,
                };
                assert_eq!(there, expected, "{place}");
            }
        }
    }
}

#[actix_web::test]
async fn needs_show_to_each_caller_what_the_level_allows() {
    for &level in DisclosureLevel::ALL {
        check(Kind::Need, level).await;
    }
}

#[actix_web::test]
async fn capabilities_show_to_each_caller_what_the_level_allows() {
    for &level in DisclosureLevel::ALL {
        check(Kind::Capability, level).await;
    }
}

/// What the matrix leaves open: that searching finds what the caller may read, and nothing by what
/// the caller may not.
#[actix_web::test]
async fn words_of_a_field_find_the_record_for_those_who_may_read_it() {
    let world = World::new().await;
    let record = world.publish(Kind::Need, DisclosureLevel::Members).await;
    for viewer in world.viewers() {
        for (words, needed) in [(CARD, Clearance::Public), (DETAIL, Clearance::Member)] {
            let answer = viewer.client.get(&format!("search?q={words}")).await.expect(200).json();
            let hits = answer["hits"].as_array().unwrap();
            let found = hits.iter().any(|hit| hit["record"]["id"] == record.id);
            assert_eq!(found, needed <= viewer.clearance, "{} {words}", viewer.name);
        }
    }
}
