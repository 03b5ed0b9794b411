//! Near-duplicates: told to authors and reviewers as far as they may know, named when a record comes
//! in, reported by an import.

mod files;

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;
use townbridge::jobs;

use crate::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

const TITLE: &str = "锁具电镀层耐盐雾工艺改进";
const PROBLEM: &str = "现有锁具电镀层在沿海使用半年即出现锈斑，耐盐雾时间不足四十八小时。需要开发耐盐雾\
                       九十六小时以上的环保电镀工艺，降低废水中的重金属，并保持现有生产节拍和成本。";

/// The same with a clause moved and a word changed.
fn reworded() -> Value {
    let problem = PROBLEM.replace("现有锁具", "目前锁具").replace("，并保持现有生产节拍和成本", "");
    json!({ "title": "鎖具電鍍層耐鹽霧工藝改進", "problem": format!("要保持现有生产节拍和成本。{problem}") })
}

async fn found(client: &Client, path: &str, body: &Value) -> Vec<String> {
    let answer = client.post_json(path, body).await.expect(200).json();
    let ids = answer.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn a_draft_is_held_against_what_its_author_may_know_of() {
    let app = TestApp::start().await;
    let [own, other] = std::array::from_fn(|_| OrgBuilder::enterprise().insert(&app));
    let need = |org| NeedBuilder::published(org).title(TITLE).problem(PROBLEM);
    let open = need(&other).confidentiality(DisclosureLevel::Public).insert(&app);
    let hidden = NeedBuilder::draft(&other).title(TITLE).problem(PROBLEM).insert(&app);
    let mine = NeedBuilder::draft(&own).title(TITLE).problem(PROBLEM).insert(&app);
    NeedBuilder::published(&other).title("玩具外壳注塑件光泽不均").insert(&app);
    let [author, neighbour] = [&own, &other].map(|org| app.org_member(org.id));

    let mut ids = found(&author, "needs/duplicates", &reworded()).await;
    ids.sort();
    let mut expected = vec![open.id.to_string(), mine.id.to_string()];
    expected.sort();
    assert_eq!(ids, expected);
    let ids = found(&neighbour, "needs/duplicates", &reworded()).await;
    assert!(ids.contains(&hidden.id.to_string()) && !ids.contains(&mine.id.to_string()), "{ids:?}");
    let answer = author.post_json("needs/duplicates", reworded()).await.expect(200).json();
    let like = &answer[0];
    assert!(like["likeness"].as_f64().unwrap() > 0.6 && like["title"] == TITLE, "{answer}");
    assert_eq!(
        answer.as_array().unwrap().iter().find(|it| it["id"] == json!(open.id)).unwrap()["org"]["id"],
        json!(other.id)
    );

    app.anonymous().post_json("needs/duplicates", reworded()).await.problem(401, "unauthenticated");
    let wrong = json!({ "title": TITLE, "colour": "red" });
    author.post_json("needs/duplicates", wrong).await.problem(422, "invalid");
    assert_eq!(found(&author, "needs/duplicates", &json!({})).await, Vec::<String>::new());
    assert_eq!(
        found(&author, "capabilities/duplicates", &json!({ "title": TITLE })).await.len(),
        0
    );
}

#[tokio::test]
async fn nobody_finds_a_need_by_wording_that_is_kept_back() {
    let app = TestApp::start().await;
    let owner = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&owner)
        .title("某企业表面处理难题")
        .problem(PROBLEM)
        .confidentiality(DisclosureLevel::Members)
        .insert(&app);
    let id = need.id.to_string();
    let draft = json!({ "title": "锁具防锈", "problem": PROBLEM });
    let member = app.org_member(OrgBuilder::enterprise().insert(&app).id);
    assert_eq!(found(&member, "needs/duplicates", &draft).await, [id.as_str()]);
    let unverified = app.org_member(OrgBuilder::enterprise().pending().insert(&app).id);
    assert_eq!(found(&unverified, "needs/duplicates", &draft).await.len(), 0);
    // By the title, which everybody sees, it is found by both.
    let titled = json!({ "title": "某企业表面处理难题" });
    for client in [&member, &unverified] {
        assert_eq!(found(client, "needs/duplicates", &titled).await, [id.as_str()]);
    }
}

#[tokio::test]
async fn a_record_names_what_it_repeats() {
    let app = TestApp::start().await;
    let [own, other] = std::array::from_fn(|_| OrgBuilder::enterprise().insert(&app));
    let first = NeedBuilder::published(&other).title(TITLE).problem(PROBLEM);
    let first = first.confidentiality(DisclosureLevel::Public).insert(&app);
    let author = app.org_member(own.id);
    let body = json!({ "title": TITLE, "problem": PROBLEM, "need_kind": "tech_problem",
        "confidentiality": "public", "public_summary": "寻求大功率LED灯具的新型散热结构。" });
    let created = author.post_json("needs", &body).await.expect(201).json();
    assert_eq!(created["duplicate_of"], json!(first.id));
    assert_eq!(created["possible_duplicates"][0]["id"], json!(first.id));
    let path = format!("needs/{}", created["id"].as_str().unwrap());
    assert_eq!(author.get(&path).await.expect(200).json(), created);

    // Who sees only what is open is told of no resemblance.
    let shown = author.get(&format!("needs/{}", first.id)).await.expect(200).json();
    assert!(shown.get("possible_duplicates").is_none() && shown.get("duplicate_of").is_none());

    // Another thing after all.
    let changed = json!({ "title": "灯具压铸件气孔检测", "problem": "压铸灯体气孔多".repeat(10) });
    let changed = author.patch_json(&path, 1, changed).await.expect(200).json();
    assert!(changed.get("duplicate_of").is_none(), "{changed}");
    assert!(changed.get("possible_duplicates").is_none(), "{changed}");
    let back = json!({ "title": TITLE, "problem": PROBLEM });
    let back = author.patch_json(&path, 2, back).await.expect(200).json();
    assert_eq!(back["duplicate_of"], json!(first.id));

    // The one that was there before becomes another thing: nothing repeats it any more.
    let admin = app.admin();
    let moved =
        json!({ "title": "陶瓷釉面针孔", "problem": "釉面针孔多，需要改进烧成制度。".repeat(5) });
    let first_path = format!("needs/{}", first.id);
    admin.patch_json(&first_path, first.version.into(), moved).await.expect(200);
    let left = author.get(&path).await.expect(200).json();
    assert!(left.get("duplicate_of").is_none(), "{left}");
}

#[tokio::test]
async fn what_is_repeated_follows_from_wording_that_everybody_may_read() {
    let app = TestApp::start().await;
    let [own, other] = std::array::from_fn(|_| OrgBuilder::enterprise().insert(&app));
    let member_only = |org, title, summary: &str| {
        let need = NeedBuilder::published(org).title(title).problem(PROBLEM);
        need.fields(|fields| fields.public_summary = Some(summary.to_owned()))
            .confidentiality(DisclosureLevel::Members)
    };
    member_only(&other, "锁具表面处理", "寻求表面处理的合作方。").insert(&app);
    let mine = member_only(&own, "锁具防锈", "五金件沿海使用容易生锈。").insert(&app);
    let author = app.org_member(own.id);
    let shown = author.get(&format!("needs/{}", mine.id)).await.expect(200).json();
    assert!(shown.get("duplicate_of").is_none(), "{shown}");
    assert_eq!(
        shown["possible_duplicates"].as_array().map(Vec::len),
        Some(1),
        "members may read it"
    );
}

#[tokio::test]
async fn records_of_an_earlier_release_are_found_once_they_have_keys() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let [first, second] =
        std::array::from_fn(|_| CapabilityBuilder::published(&org).title(TITLE).insert(&app));
    assert_eq!(second.duplicate_of, Some(first.id));
    app.db
        .write(|db| {
            db.execute_batch(
                "DELETE FROM likeness_keys; UPDATE capabilities SET duplicate_of = NULL",
            )?;
            Ok(())
        })
        .unwrap();
    let author = app.org_member(org.id);
    let path = format!("capabilities/{}", second.id);
    assert!(author.get(&path).await.expect(200).json().get("possible_duplicates").is_none());
    assert_eq!(jobs::likeness::complete(&app).unwrap(), 2);
    let shown = author.get(&path).await.expect(200).json();
    assert_eq!(shown["duplicate_of"], json!(first.id));
    assert_eq!(jobs::likeness::complete(&app).unwrap(), 0, "once is enough");
}

#[tokio::test]
async fn the_form_and_the_page_of_a_need_name_what_it_may_repeat() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let first = NeedBuilder::published(&org).title(TITLE).problem(PROBLEM).insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let fields = [("title", TITLE), ("problem", PROBLEM), ("need_kind", "tech_problem")];
    let checked = browser.submit("/needs/diagnose", &fields).await.expect(200);
    let link = format!("[data-like='{}'] a", first.id);
    assert_eq!(checked.attribute(&link, "href"), format!("/needs/{}", first.id));
    assert!(checked.only("[data-like] .count").contains("100%"));
    let pressed = [&fields[..], &[("button", "check")]].concat();
    assert_eq!(browser.submit("/needs/new", &pressed).await.expect(200).count("[data-alike]"), 1);

    // Saved all the same; the page says it, and the form of the need itself does not name it.
    let saved = [&fields[..], &[("button", "save")]].concat();
    let place =
        browser.submit("/needs/new", &saved).await.expect(303).header("location").to_owned();
    let page = browser.get(&place).await.expect(200);
    assert_eq!(page.count(&link), 1);
    assert_eq!(page.count("[data-like]"), 1);
    let form = browser.get(&format!("{place}/edit")).await.expect(200);
    assert_eq!(form.count("[data-like]"), 1);
    let id = form.attribute("input[name=need]", "value");
    let again = [&fields[..], &[("need", id.as_str())]].concat();
    let again = browser.submit("/needs/diagnose", &again).await.expect(200);
    assert_eq!(again.count("[data-like]"), 1, "the need resembles itself");
    let english = app.browser_of(&author).await;
    english.set_cookie("townbridge_language", "en");
    let page = english.get(&place).await.expect(200);
    assert_eq!(page.only("[data-alike] h2"), "This may repeat");

    // The reviewer sees it too; visitors are told nothing.
    let reviewer = app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    let reviewer = app.browser_of(&reviewer).await;
    assert_eq!(reviewer.get(&place).await.expect(200).count("[data-like]"), 1);
    let visitor = app.browser();
    let page = visitor.get(&format!("/needs/{}", first.id)).await.expect(200);
    assert_eq!(page.count("[data-like]"), 0);
    assert_eq!(
        visitor.submit("/needs/diagnose", &fields).await.expect(200).count("[data-like]"),
        0
    );
}
