//! Importing and exporting records.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use townbridge::accounts::principal::Caller;
use townbridge::import::columns::FileKind;
use townbridge::import::files::{self, Selection};
use townbridge::import::run::{ImportOptions, ImportReport, run};
use townbridge::import::source::Format;
use townbridge::organizations::model::Organization;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

fn options(kind: FileKind, org: Option<&Organization>) -> ImportOptions {
    let org = org.map(|org| org.uscc.clone());
    ImportOptions { kind, org, publish: false, dry_run: false, rejects: None }
}

fn import(app: &TestApp, path: &Path, options: &ImportOptions) -> ImportReport {
    run(app.service(), &Caller::system("test"), path, options, &mut |_, _| {}).unwrap()
}

fn file(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Everything of a kind as the service itself sees it, as lines of JSON without what differs from
/// one instance to the next.
fn records(app: &TestApp, kind: FileKind) -> Vec<Value> {
    let selection = Selection::default();
    let caller = Caller::system("test");
    let (bytes, _) =
        files::write(app.service(), &caller, kind, &selection, Format::Jsonl, Vec::new(), None)
            .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut records: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for record in &mut records {
        let map = record.as_object_mut().unwrap();
        for name in ["code", "updated_at", "created_at", "published_at"] {
            map.remove(name);
        }
    }
    records
}

const NEEDS_CSV: &str = "\
需求名称,需求类别,预算上限,期望解决期限,主要技术指标
陶瓷窑炉节能改造,技术难题,50,2099-05-31,*吨瓷耗气 ≤ 300 m³
玩具耐磨涂层,随便写的,不清楚,2099-13-01,
锁具耐盐雾电镀,技术难题,30,2099-06-30,耐盐雾 ≥ 96 h；厚度：8~12 µm
";

#[actix_web::test]
async fn bad_rows_are_reported_by_row_and_column_and_the_others_come_in() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "needs.csv", NEEDS_CSV);
    let mut wanted = options(FileKind::Needs, Some(&org));
    wanted.rejects = Some(dir.path().join("bad.csv"));
    let report = import(&app, &path, &wanted);
    assert_eq!((report.rows, report.added, report.rejected), (3, 2, 1));
    let rejected = &report.first_rejected[0];
    assert_eq!(rejected.number, 3);
    let places: Vec<&str> =
        rejected.reasons.iter().map(|reason| reason.split(':').next().unwrap()).collect();
    assert_eq!(places, ["需求类别 (B)", "预算上限 (C)", "期望解决期限 (D)"]);

    let bad = std::fs::read_to_string(dir.path().join("bad.csv")).unwrap();
    assert!(bad.contains("玩具耐磨涂层") && bad.contains("导入错误"), "{bad}");
    let corrected = bad
        .replace("随便写的", "技术难题")
        .replace("不清楚", "20")
        .replace("2099-13-01", "2099-12-01");
    let path = file(&dir, "corrected.csv", corrected);
    let report = import(&app, &path, &options(FileKind::Needs, Some(&org)));
    assert_eq!((report.added, report.rejected), (1, 0), "{:?}", report.first_rejected);

    let needs = records(&app, FileKind::Needs);
    let lock = needs.iter().find(|need| need["title"] == "锁具耐盐雾电镀").unwrap();
    assert_eq!(
        lock["requirements"],
        json!([
            { "name": "耐盐雾", "operator": "ge", "value": "96", "unit": "h", "must": false },
            { "name": "厚度", "operator": "range", "value": "8", "value_max": "12", "unit": "µm",
                "must": false }
        ])
    );
    assert_eq!(lock["status"], "draft");
}

#[actix_web::test]
async fn the_same_file_twice_adds_nothing_whatever_its_encoding() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let wanted = options(FileKind::Needs, Some(&org));
    let path = file(&dir, "needs.csv", NEEDS_CSV);
    assert_eq!(import(&app, &path, &wanted).added, 2);
    let again = import(&app, &path, &wanted);
    assert_eq!((again.added, again.repeated, again.rejected), (0, 2, 1));
    let (chinese, _, _) = encoding_rs::GB18030.encode(NEEDS_CSV);
    let path = file(&dir, "gb.csv", chinese);
    assert_eq!(import(&app, &path, &wanted).repeated, 2);
    let twice = format!("{NEEDS_CSV}{}", NEEDS_CSV.lines().nth(1).unwrap());
    let other = OrgBuilder::enterprise().insert(&app);
    let report = import(&app, &file(&dir, "t.csv", twice), &options(FileKind::Needs, Some(&other)));
    assert_eq!((report.added, report.repeated), (2, 1));
}

#[actix_web::test]
async fn a_dry_run_checks_and_writes_nothing() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "needs.csv", NEEDS_CSV);
    let mut wanted = options(FileKind::Needs, None);
    wanted.dry_run = true;
    let report = import(&app, &path, &wanted);
    assert_eq!((report.added, report.rejected), (2, 1));
    let last = app.db.read(townbridge::records::store::last_change).unwrap();
    assert_eq!(last, 0, "not even the holder of unclaimed records");
}

#[actix_web::test]
async fn a_misspelt_column_stops_the_import_before_it_loses_data() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "needs.csv", NEEDS_CSV.replace("预算上限", "予算上限"));
    let caller = Caller::system("test");
    let error = run(app.service(), &caller, &path, &options(FileKind::Needs, None), &mut |_, _| {})
        .unwrap_err();
    assert_eq!(error.code(), "bad_request");
    assert!(records(&app, FileKind::Needs).is_empty());
}

#[actix_web::test]
async fn records_survive_every_format_unchanged() {
    let (from, to) = (TestApp::start().await, TestApp::start().await);
    let org = OrgBuilder::enterprise().insert(&from);
    let twin = OrgBuilder::enterprise().name(&org.name).insert(&to);
    NeedBuilder::published(&org)
        .fields(|fields| {
            fields.keywords = vec!["散热".into(), "a；b".into(), "LED".into()];
            fields.problem = Some(
                "=1+1 是公式吗？\n第二行，含“引号”与\"直引号\"，长到足够五十个字才行，\
                                   所以这里再补上一些字，再补上一些字，再补上一些字。"
                    .into(),
            );
        })
        .insert(&from);
    let original = records(&from, FileKind::Needs).remove(0);
    let dir = tempfile::tempdir().unwrap();
    for format in [Format::Jsonl, Format::Csv, Format::Xlsx] {
        let caller = Caller::system("test");
        let (bytes, _) = files::write(
            from.service(),
            &caller,
            FileKind::Needs,
            &Selection::default(),
            format,
            Vec::new(),
            None,
        )
        .unwrap();
        let path = file(&dir, &format!("needs.{}", format.ending()), bytes);
        let mut wanted = options(FileKind::Needs, Some(&twin));
        wanted.publish = true;
        let report = import(&to, &path, &wanted);
        let first = format == Format::Jsonl;
        let expected = if first { (1, 0) } else { (0, 1) };
        assert_eq!((report.added, report.repeated), expected, "{format:?} {report:?}");
    }
    assert_eq!(records(&to, FileKind::Needs), [original]);
}

#[actix_web::test]
async fn foreign_lines_become_published_records_that_are_found() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let patent = json!({ "id": "p-1", "title": "一种石墨烯散热器", "assignee": "某大学",
        "abstract": "本发明公开了一种石墨烯散热器，包括底座和鳍片，散热效率高。", "label": 0 });
    let paper = json!({ "id": "q-1", "title": "", "keywords": ["茶叶", "茶叶", "发酵"],
        "abstract": "研究红茶发酵过程中的儿茶素变化,结果表明温度影响显著.", "source": "x" });
    let path = file(&dir, "c.jsonl", format!("{patent}\n{paper}\n"));
    let mut wanted = options(FileKind::Capabilities, None);
    wanted.publish = true;
    let report = import(&app, &path, &wanted);
    assert_eq!((report.added, report.rejected), (2, 0), "{:?}", report.first_rejected);
    app.settle().await;
    let found = app.anonymous().get("search?q=石墨烯散热器").await.expect(200).json();
    assert_eq!(found["hits"][0]["record"]["title"], "一种石墨烯散热器", "{found}");
    let paper = &records(&app, FileKind::Capabilities)[0];
    assert_eq!(paper["status"], "published");
    let again = import(&app, &path, &wanted);
    assert_eq!((again.added, again.repeated), (0, 2));
}

#[actix_web::test]
async fn organisations_and_accounts_come_in_and_repeat_nothing() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let org = OrgBuilder::enterprise().insert(&app);
    let code = crate::support::credit_code(990_001);
    let text = format!(
        "单位名称,统一社会信用代码,机构类型,所在地区,联系人姓名\n\
         新登记研究院,{code},科研院所,中山市,王某\n\
         {},{},企业,442000,李某\n\
         坏代码公司,123,科研院所,中山市,赵某\n",
        org.name, org.uscc
    );
    let path = file(&dir, "orgs.csv", text);
    let report = import(&app, &path, &options(FileKind::Organizations, None));
    assert_eq!((report.added, report.repeated, report.rejected), (1, 1, 1), "{report:?}");
    let text = format!("登录邮箱,姓名,角色,所属单位\nA@Example.com,甲,org_member,{code}\n");
    let path = file(&dir, "users.csv", text);
    let wanted = options(FileKind::Users, None);
    assert_eq!(import(&app, &path, &wanted).added, 1);
    assert_eq!(import(&app, &path, &wanted).repeated, 1);
}

#[actix_web::test]
async fn an_export_holds_what_the_reader_may_see_and_no_more() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    NeedBuilder::draft(&org).title("还没有发布的草稿").insert(&app);
    for format in ["csv", "jsonl"] {
        let path = format!("needs/export?format={format}");
        let public = app.anonymous().get(&path).await.expect(200).text();
        assert!(public.contains("大功率LED灯具散热结构优化"));
        for secret in ["0760-5550199", "灯体内腔尺寸", "灯珠结温", "还没有发布的草稿", &org.name]
        {
            assert!(!public.contains(secret), "{secret}");
        }
        let own = app.org_member(org.id).get(&path).await.expect(200).text();
        for known in ["0760-5550199", "灯体内腔尺寸", "灯珠结温", "还没有发布的草稿"]
        {
            assert!(own.contains(known), "{known}");
        }
    }
    let sheet = app.anonymous().get("needs/export?format=xlsx").await.expect(200);
    assert!(sheet.header("content-disposition").contains("needs.xlsx"));
    assert_eq!(&sheet.body[..2], b"PK");
    app.anonymous().get("needs/export?format=pdf").await.problem(422, "invalid");
    app.anonymous().get("needs/export?colour=red").await.problem(422, "invalid");
    for path in ["capabilities/export", "organizations/export"] {
        app.anonymous().get(path).await.expect(200);
    }
}

#[actix_web::test]
async fn templates_are_served_and_can_be_imported_as_they_are() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let kinds = [
        ("needs", FileKind::Needs),
        ("capabilities", FileKind::Capabilities),
        ("organizations", FileKind::Organizations),
    ];
    for (name, kind) in kinds {
        let answer = app.anonymous().get(&format!("templates/{name}.xlsx")).await.expect(200);
        let path = file(&dir, &format!("{name}.xlsx"), &answer.body);
        let report = import(&app, &path, &options(kind, None));
        assert_eq!(report.rows, 0, "the example is passed over");
    }
    app.anonymous().get("templates/others.xlsx").await.problem(404, "not_found");
}
