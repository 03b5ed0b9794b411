//! Near-duplicates share a place in results of search and in matches.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::capabilities::model::CapabilityView;
use townbridge::disclosure::DisclosureLevel;
use townbridge::needs::model::NeedView;
use townbridge::organizations::model::Organization;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

const TITLE: &str = "锁具电镀层耐盐雾工艺改进";
const PROBLEM: &str = "现有锁具电镀层在沿海使用半年即出现锈斑，耐盐雾时间不足四十八小时。需要开发耐盐雾\
                       九十六小时以上的环保电镀工艺，降低废水中的重金属，并保持现有生产节拍和成本。";

fn need(app: &TestApp, org: &Organization) -> NeedView {
    let need = NeedBuilder::published(org).title(TITLE).problem(PROBLEM);
    need.confidentiality(DisclosureLevel::Public).insert(app)
}

fn firms<const N: usize>(app: &TestApp) -> [Organization; N] {
    std::array::from_fn(|_| OrgBuilder::enterprise().insert(app))
}

async fn found(client: &Client, query: &str) -> Value {
    client.get(&format!("search?kind=need&{query}")).await.expect(200).json()
}

/// Ids of the hits, each with those it stands for.
fn groups(answer: &Value) -> Vec<(String, BTreeSet<String>)> {
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| {
        let alike = hit["alike"]["records"].as_array().into_iter().flatten().map(id);
        let alike: BTreeSet<String> = alike.collect();
        assert_eq!(hit["alike"]["count"].as_u64().unwrap_or(0) as usize, alike.len(), "{hit}");
        (id(&hit["record"]), alike)
    })
    .collect()
}

/// The same as sets: what stands together.
fn together(answer: &Value) -> BTreeSet<BTreeSet<String>> {
    let groups = groups(answer).into_iter();
    groups.map(|(best, alike)| alike.into_iter().chain([best]).collect()).collect()
}

fn sets<const N: usize>(sets: [&[&NeedView]; N]) -> BTreeSet<BTreeSet<String>> {
    sets.into_iter().map(|set| set.iter().map(|need| need.id.to_string()).collect()).collect()
}

#[tokio::test]
async fn needs_of_two_firms_share_a_place_but_not_for_their_owners() {
    let app = TestApp::start().await;
    let [one, two] = firms(&app);
    let [first, second] = [&one, &two].map(|org| need(&app, org));
    assert_eq!(second.duplicate_of, Some(first.id));
    app.settle().await;
    let answer = found(&app.anonymous(), "q=%E7%94%B5%E9%95%80").await;
    assert_eq!(together(&answer), sets([&[&first, &second]]));
    assert_eq!(answer["total"], 2, "totals are of records");
    let other =
        [&first, &second].into_iter().find(|it| answer["hits"][0]["record"]["id"] != json!(it.id));
    let (other, like) = (other.unwrap(), &answer["hits"][0]["alike"]["records"][0]);
    assert_eq!(
        (&like["code"], &like["title"], &like["kind"]),
        (&json!(other.code), &json!(TITLE), &json!("need"))
    );

    let answer = found(&app.anonymous(), "grouped=false").await;
    assert_eq!(together(&answer), sets([&[&first], &[&second]]));
    for org in [&one, &two] {
        let answer = found(&app.org_member(org.id), "sort=newest").await;
        assert_eq!(together(&answer), sets([&[&first], &[&second]]), "an own record is swallowed");
    }
    app.anonymous().get("search?grouped=perhaps").await.problem(422, "invalid");
}

#[tokio::test]
async fn of_a_hidden_member_nothing_is_told_and_the_others_stay_together() {
    let app = TestApp::start().await;
    let orgs = firms::<3>(&app);
    let needs = orgs.each_ref().map(|org| need(&app, org));
    let owner = app.org_admin(orgs[0].id);
    app.settle().await;
    assert_eq!(
        together(&found(&app.anonymous(), "").await),
        sets([&[&needs[0], &needs[1], &needs[2]]])
    );

    // The original goes: nobody else hears of it, and what repeats it is still one thing.
    let steps = format!("needs/{}/steps", needs[0].id);
    owner.post_json(&steps, json!({ "to": "suspended" })).await.expect(200);
    app.settle().await;
    let visitor = found(&app.anonymous(), "").await;
    assert_eq!(together(&visitor), sets([&[&needs[1], &needs[2]]]));
    assert!(!visitor.to_string().contains(&needs[0].id.to_string()), "{visitor}");
    assert!(!visitor.to_string().contains(&needs[0].code), "{visitor}");
    assert_eq!(visitor["hits"][0]["alike"]["count"], 1);
    let all = "status=suspended,published";
    let own = found(&owner, all).await;
    assert_eq!(together(&own), sets([&[&needs[0]], &[&needs[1], &needs[2]]]));

    // A second one goes: what is left stands alone, without a word of likes.
    let steps = format!("needs/{}/steps", needs[1].id);
    app.org_admin(orgs[1].id).post_json(&steps, json!({ "to": "suspended" })).await.expect(200);
    app.settle().await;
    let visitor = found(&app.anonymous(), all).await;
    assert_eq!(together(&visitor), sets([&[&needs[2]]]));
    assert!(visitor["hits"][0].get("alike").is_none(), "{visitor}");
}

#[tokio::test]
async fn groups_follow_what_is_written() {
    let app = TestApp::start().await;
    let orgs = firms::<3>(&app);
    let needs = orgs.each_ref().map(|org| need(&app, org));
    app.settle().await;
    // The original becomes another thing: the two others are still alike.
    let admin = app.admin();
    let path = format!("needs/{}", needs[0].id);
    let other =
        json!({ "title": "陶瓷釉面针孔", "problem": "釉面针孔多，需要改进烧成制度。".repeat(5) });
    admin.patch_json(&path, needs[0].version.into(), other).await.expect(200);
    app.settle().await;
    let visitor = app.anonymous();
    assert_eq!(together(&found(&visitor, "").await), sets([&[&needs[0]], &[&needs[1], &needs[2]]]));
    // It becomes the same again.
    let same = json!({ "title": TITLE, "problem": PROBLEM });
    admin.patch_json(&path, i64::from(needs[0].version) + 1, same).await.expect(200);
    app.settle().await;
    let all = sets([&[&needs[0], &needs[1], &needs[2]]]);
    assert_eq!(together(&found(&visitor, "").await), all);
    // An index that is built anew says the same.
    let service = std::sync::Arc::clone(app.service());
    let rebuilt =
        tokio::task::spawn_blocking(move || townbridge::jobs::indexer::rebuild(&service, |_| {}));
    rebuilt.await.unwrap().unwrap();
    assert_eq!(together(&found(&visitor, "").await), all);
}

#[tokio::test]
async fn every_record_is_on_one_page_once() {
    let app = TestApp::start().await;
    let orgs = firms::<3>(&app);
    let subjects =
        ["灯具散热", "陶瓷釉料", "压铸气孔", "注塑缩水", "染料污水", "轴承噪声", "锂电隔膜"];
    for (at, subject) in subjects.iter().enumerate() {
        for org in &orgs[..=at % 3] {
            NeedBuilder::published(org)
                .title(&format!("{subject}问题"))
                .problem(&format!("{subject}长期不稳定，返工很多，交货经常因此推迟。希望改进{subject}的工艺与检测，\
                     找到{subject}不稳定的原因，并在现有设备上把返工率降到百分之二以下。"))
                .confidentiality(DisclosureLevel::Public)
                .insert(&app);
        }
    }
    app.settle().await;
    let visitor = app.anonymous();
    for query in ["sort=newest", "sort=deadline", "q=%E9%97%AE%E9%A2%98%E5%B7%A5%E8%89%BA"] {
        let (mut after, mut seen, mut sizes) = (String::new(), Vec::new(), Vec::new());
        loop {
            let answer = found(&visitor, &format!("{query}&limit=3{after}")).await;
            assert_eq!(answer["total"], 13);
            let page = groups(&answer);
            sizes.push(page.len());
            seen.extend(page.into_iter().flat_map(|(best, alike)| alike.into_iter().chain([best])));
            let Some(next) = answer["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(sizes, [3, 3, 1], "{query}");
        assert_eq!(seen.len(), 13);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 13, "{query}");
    }
}

fn capabilities(app: &TestApp) -> [CapabilityView; 2] {
    std::array::from_fn(|_| {
        let org = OrgBuilder::university().insert(app);
        CapabilityBuilder::published(&org).confidentiality(DisclosureLevel::Public).insert(app)
    })
}

#[tokio::test]
async fn matches_that_say_the_same_are_one_match() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public).insert(&app);
    let [first, second] = capabilities(&app);
    assert_eq!(second.duplicate_of, Some(first.id));
    app.settle().await;
    let visitor = app.anonymous();
    let path = format!("needs/{}/matches", need.id);
    let answer = visitor.get(&path).await.expect(200).json();
    let [(best, alike)] = groups(&answer).try_into().unwrap();
    let both = BTreeSet::from([first.id.to_string(), second.id.to_string()]);
    assert_eq!(alike.into_iter().chain([best]).collect::<BTreeSet<_>>(), both);
    assert_eq!(answer["considered"], 2);
    // One match, and no page after it.
    let one = visitor.get(&format!("{path}?limit=1")).await.expect(200).json();
    assert!(one.get("next_offset").is_none(), "{one}");
    let single = visitor.get(&format!("{path}?grouped=false&limit=1")).await.expect(200).json();
    assert_eq!(single["next_offset"], 1);
    assert!(single["hits"][0].get("alike").is_none(), "{single}");
    let text = json!({ "text": "大功率灯具散热", "grouped": false });
    assert_eq!(
        visitor.post_json("match", text).await.expect(200).json()["hits"].as_array().unwrap().len(),
        2
    );
    // The other way round.
    let like = NeedBuilder::published(&OrgBuilder::enterprise().insert(&app));
    let like = like.confidentiality(DisclosureLevel::Public).insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", first.id);
    let answer = visitor.get(&path).await.expect(200).json();
    assert_eq!(together(&answer), sets([&[&need, &like]]));

    // Whoever owns one of them finds it by itself.
    let text = json!({ "text": "大功率灯具散热" });
    let own = app.org_member(first.org.as_ref().unwrap().id);
    let answer = own.post_json("match", &text).await.expect(200).json();
    assert_eq!(answer["hits"].as_array().unwrap().len(), 2);
    let answer = visitor.post_json("match", &text).await.expect(200).json();
    assert_eq!(answer["hits"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_name_the_others_in_both_languages() {
    let app = TestApp::start().await;
    let orgs = firms::<2>(&app);
    let needs = orgs.each_ref().map(|org| need(&app, org));
    let capabilities = capabilities(&app);
    let asked =
        NeedBuilder::published(&orgs[0]).confidentiality(DisclosureLevel::Public).insert(&app);
    app.settle().await;
    let browser = app.browser();
    let english = app.browser();
    english.set_cookie("townbridge_language", "en");
    let path = "/search?kind=need&q=%E7%94%B5%E9%95%80";
    for (browser, summary, way) in
        [(&browser, "另有 1 条内容相同", "逐条列出"), (&english, "And 1 alike", "List each one")]
    {
        let page = browser.get(path).await.expect(200);
        assert_eq!(page.count("[data-hit]"), 1);
        assert_eq!(page.only("[data-group] summary"), summary);
        let other = page.attribute("[data-like]", "data-like");
        let other = needs.iter().find(|need| need.id.to_string() == other).unwrap();
        assert!(page.only("[data-like]").contains(&other.code));
        assert_eq!(page.attribute("[data-like] a", "href"), format!("/needs/{}", other.id));
        assert_eq!(page.only("[data-grouping]"), way);
        let each = browser.get(&page.attribute("[data-grouping]", "href")).await.expect(200);
        assert_eq!((each.count("[data-hit]"), each.count("[data-group]")), (2, 0));
        let back = browser.get(&each.attribute("[data-grouping]", "href")).await.expect(200);
        assert_eq!(back.count("[data-hit]"), 1);
        let page = browser.get(&format!("/needs/{}", asked.id)).await.expect(200);
        assert_eq!(page.only("[data-match] [data-group] summary"), summary);
        let other = page.attribute("[data-like] a", "href");
        assert!(capabilities.iter().any(|one| other == format!("/capabilities/{}", one.id)));
        let fields = [("text", "大功率灯具散热"), ("side", "need")];
        let page = browser.submit("/match", &fields).await.expect(200);
        assert_eq!(page.only("[data-match] [data-group] summary"), summary);
    }
    // Where nothing is alike there is nothing to choose.
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, orgs[0].id)]);
    let page = app.browser_of(&account).await.get(path).await.expect(200);
    assert_eq!((page.count("[data-hit]"), page.count("[data-grouping]")), (2, 0));
}
