//! Who gets to see what: every level of confidentiality, every kind of caller, every way out.
//!
//! A record carries a mark in a field of each class. Whatever a caller asks for, the answer must
//! hold the marks that the caller is cleared for and no other. A new way out is one function and
//! one line in [`WAYS`]. What tells who owns a record without naming the owner is in [`owners`].

mod owners;
mod ways;

use std::process::Command;

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::disclosure::{Clearance, DisclosureLevel};
use townbridge::organizations::model::Organization;
use townbridge::{capabilities, needs};

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};
use ways::WAYS;

const GUZHEN: &str = "442000105";
const CARD: &str = "markcardtext";
const DETAIL: &str = "markdetailtext";
const SEALED: &str = "marksealedtext";
const PHONE: &str = "0760-5559173";

/// Name of the owner.
const OWNER: &str = "记号照明协会";

/// The mark of a class and the clearance it needs at a level.
fn marks(level: DisclosureLevel) -> [(&'static str, Clearance); 5] {
    let (detail, sealed) = (level.into(), Clearance::from(level).max(Clearance::Matched));
    let card = (CARD, Clearance::Public);
    [card, (DETAIL, detail), (OWNER, detail), (SEALED, sealed), (PHONE, sealed)]
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
    version: i32,
}

impl Marked {
    fn folder(&self) -> &'static str {
        if self.kind == Kind::Need { "needs" } else { "capabilities" }
    }

    fn path(&self) -> String {
        format!("{}/{}", self.folder(), self.id)
    }
}

/// How much of what a caller is cleared for a way shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// Everything.
    All,
    /// Everything to those with full clearance, nothing to others.
    AllOrNothing,
    /// Some of it; the card to everybody.
    Card,
    /// Some of it; the card to those with full clearance.
    Part,
    /// What there is room for.
    Any,
    /// None of it, whoever asks.
    Nothing,
}

/// A caller and the clearance that the caller has on the marked record.
struct Viewer {
    name: &'static str,
    client: Client,
    clearance: Clearance,
    /// What of it does not come from a grant: all that the index knows.
    indexed: Clearance,
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
        let [stranger, matched, nda, revoked] =
            std::array::from_fn(|_| OrgBuilder::enterprise().insert(&app));
        // Of a sort and an industry that nobody else has here.
        let owner = OrgBuilder::enterprise().name(OWNER).fields(|fields| {
            fields.org_type = Some("association".to_owned());
            fields.industry_code = Some("C2110".to_owned());
        });
        let owner = owner.insert(&app);
        let pending = OrgBuilder::enterprise().pending().insert(&app);
        Self { app, owner, stranger, pending, matched, nda, revoked }
    }

    fn viewers(&self) -> Vec<Viewer> {
        let (app, member) = (&self.app, |org: &Organization| self.app.org_member(org.id));
        let viewer = |name, client, clearance| {
            let granted = matches!(clearance, Clearance::Matched | Clearance::Nda);
            let indexed = if granted { Clearance::Member } else { clearance };
            Viewer { name, client, clearance, indexed }
        };
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
        let version = touch(app, kind, &id);
        let record = Marked { kind, id, org: self.owner.id.to_string(), version };
        let owner = app.org_member(self.owner.id);
        let grants = format!("{}/grants", record.path());
        for (org, level) in [(&self.matched, "matched"), (&self.nda, "nda"), (&self.revoked, "nda")]
        {
            let body = json!({ "org_id": org.id, "level": level });
            let answer = owner.post_json(&grants, body).await.expect(201);
            let (grant, place) = (answer.json(), answer.header("location").to_owned());
            let path = place.trim_start_matches("/api/v1/");
            assert_eq!(owner.get(path).await.expect(200).json(), grant);
            if org.id == self.revoked.id {
                owner.delete(path).await.expect(204);
                assert!(owner.get(path).await.expect(200).json()["revoked_at"].is_string());
            }
        }
        app.settle().await;
        record
    }
}

/// Changes every marked field, so that there are versions to compare; the number of the last.
fn touch(app: &TestApp, kind: Kind, id: &str) -> i32 {
    let caller = Caller::system("test");
    let contact = json!({ "name": "梁试", "phone": PHONE, "position": "厂长" });
    match kind {
        Kind::Need => {
            let id = id.parse::<needs::model::NeedId>().unwrap();
            let before = needs::ops::show(app, &caller, id).unwrap();
            let (text, detail) = (before.fields.problem.unwrap(), before.fields.restricted_detail);
            let patch = json!({ "public_summary": format!("寻求新的散热结构 {CARD}"),
                "problem": format!("{text} 补充"), "contact": contact,
                "restricted_detail": format!("{} 补充", detail.unwrap()) });
            needs::ops::update(app, &caller, id, before.version, &patch).unwrap().value.version
        }
        Kind::Capability => {
            let id = id.parse::<capabilities::model::CapabilityId>().unwrap();
            let before = capabilities::ops::show(app, &caller, id).unwrap();
            let fields = before.fields;
            let patch = json!({ "summary": format!("{} 补充", fields.summary.unwrap()),
                "problem_solved": format!("{} 补充", fields.problem_solved.unwrap()),
                "restricted_detail": format!("{} 补充", fields.restricted_detail.unwrap()),
                "contact": contact });
            let version = before.version;
            capabilities::ops::update(app, &caller, id, version, &patch).unwrap().value.version
        }
    }
}

fn marked_need(app: &TestApp, org: &Organization, level: DisclosureLevel) -> String {
    let need = NeedBuilder::published(org).confidentiality(level).fields(|fields| {
        fields.public_summary = Some(format!("寻求散热结构 {CARD}"));
        fields.keywords.push(CARD.to_owned());
        fields.problem = Some(format!("{} {DETAIL}", "需要新的散热结构。".repeat(8)));
        fields.restricted_detail = Some(format!("内腔尺寸 {SEALED}"));
        fields.requirements[0].name = format!("结温 {DETAIL}");
        fields.contact.as_mut().unwrap().phone = Some(PHONE.to_owned());
    });
    need.insert(app).id.to_string()
}

fn marked_capability(app: &TestApp, org: &Organization, level: DisclosureLevel) -> String {
    let capability = CapabilityBuilder::published(org).confidentiality(level).fields(|fields| {
        let summary = fields.summary.take().unwrap_or_default();
        fields.summary = Some(format!("{summary} {CARD}"));
        fields.keywords.push(CARD.to_owned());
        fields.problem_solved = Some(format!("密闭灯腔散热差 {DETAIL}"));
        fields.restricted_detail = Some(format!("控制参数 {SEALED}，壳温不超过60℃"));
        fields.performance[0].test_basis = Some(format!("热电偶 {DETAIL}"));
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
                if mark == OWNER && ways::NAME_THE_OWNER.contains(way_name) {
                    continue;
                }
                let cleared = needed <= viewer.clearance;
                let there = answer.contains(mark);
                let place = format!("{way_name}, {}, {level}, {mark}: {answer}", viewer.name);
                assert!(cleared || !there, "shows what it must not: {place}");
                let full = viewer.clearance == Clearance::Full;
                let expected = match shows {
                    Shows::All => cleared,
                    // A version holds the fields; whose they are stands with the record.
                    Shows::AllOrNothing if mark == OWNER => false,
                    Shows::AllOrNothing => full,
                    Shows::Card if mark == CARD => true,
                    Shows::Part if mark == CARD && full => true,
                    Shows::Card | Shows::Part | Shows::Any => there,
                    Shows::Nothing => false,
                };
                assert_eq!(there, expected, "{place}");
            }
        }
    }
    check_command(&world, &record);
}

/// The command writes what the operator may see: everything, like the database itself.
fn check_command(world: &World, record: &Marked) {
    for ending in ["csv", "jsonl"] {
        let file = world.app.data_dir().join(format!("all.{ending}"));
        let command = Command::new(env!("CARGO_BIN_EXE_townbridge"))
            .args(["export", record.folder()])
            .arg(&file)
            .arg("--data-dir")
            .arg(world.app.data_dir())
            .output()
            .unwrap();
        assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
        let text = std::fs::read_to_string(&file).unwrap();
        for (mark, _) in marks(DisclosureLevel::Nda) {
            assert!(text.contains(mark), "{mark} in {text}");
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

/// What the matrix leaves open: that evidence is shown at all, to those who may read it.
#[actix_web::test]
async fn evidence_rests_on_what_the_caller_may_read() {
    let world = World::new().await;
    let record = world.publish(Kind::Capability, DisclosureLevel::Members).await;
    let text =
        json!({ "title": format!("{CARD} 灯具散热"), "text": "结温不超过95℃，壳温不超过70℃" });
    for viewer in world.viewers() {
        let answer = viewer.client.post_json("match", &text).await.expect(200).json();
        let hits = answer["hits"].as_array().unwrap();
        let hit = hits.iter().find(|hit| hit["record"]["id"] == record.id).unwrap();
        let says = |at: usize, name: &str, mark: &str| {
            let row = &hit["requirements"][at];
            assert_eq!(row["name"], name, "{hit}");
            row["verdict"] != "unknown" && row.to_string().contains(mark)
        };
        let told = (says(0, "结温", DETAIL), says(1, "壳温", SEALED));
        let may = (viewer.clearance >= Clearance::Member, viewer.clearance >= Clearance::Matched);
        assert_eq!(told, may, "{}: {hit}", viewer.name);
    }
}
