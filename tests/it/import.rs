//! Importing and exporting records.

mod repeats;
mod rows;

use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx, open_workbook};
use serde_json::{Value, json};
use tempfile::TempDir;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::import::columns::FileKind;
use townbridge::import::files::{self, Selection};
use townbridge::import::run::{ImportOptions, ImportReport, run};
use townbridge::import::source::Format;
use townbridge::import::tables::TableWriter;
use townbridge::organizations::model::Organization;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

fn options(kind: FileKind, org: Option<&Organization>) -> ImportOptions {
    let org = org.map(|org| org.uscc.clone());
    ImportOptions { kind, org, publish: false, dry_run: false, skip_similar: false, rejects: None }
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

/// Writes rows as a file of a format.
fn table(path: &Path, rows: &[Vec<String>]) {
    let out = std::fs::File::create(path).unwrap();
    let header: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    let mut table = TableWriter::new(Format::of(path).unwrap(), out, &header).unwrap();
    rows[1..].iter().for_each(|row| table.write(row).unwrap());
    table.finish().unwrap();
}

/// Reads the rows of such a file.
fn rows_of(path: &Path) -> Vec<Vec<String>> {
    if Format::of(path).unwrap() == Format::Csv {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = reader.into_records();
        return records.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    }
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheets().remove(0).1;
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[actix_web::test]
async fn rejected_rows_of_tables_are_corrected_in_their_file_and_come_in() {
    let cells = |row: &[&str]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    let bad = [
        cells(&["需求名称", "需求类别", "预算上限", "主要技术指标"]),
        cells(&["陶瓷窑炉节能改造", "技术难题", "50", "*吨瓷耗气 ≤ 300 m³"]),
        cells(&["玩具耐磨涂层", "随便写的", "很多", ""]),
        cells(&["锁具耐盐雾电镀", "技术难题", "30", "耐盐雾", "多出来的一格"]),
        cells(&["", "技术难题", "=1+1", ""]),
    ];
    for ending in ["csv", "xlsx"] {
        let app = TestApp::start().await;
        let dir = tempfile::tempdir().unwrap();
        let name = |name: &str| dir.path().join(format!("{name}.{ending}"));
        table(&name("bad"), &bad);
        let rejects = |file: &str| Some(name(file));
        let wanted =
            |file| ImportOptions { rejects: rejects(file), ..options(FileKind::Needs, None) };
        let report = import(&app, &name("bad"), &wanted("one"));
        assert_eq!((report.added, report.rejected), (1, 3), "{ending} {report:?}");
        let told: Vec<(u64, String)> =
            report.first_rejected.iter().map(|row| (row.number, row.reasons.join("|"))).collect();
        assert_eq!(told.iter().map(|row| row.0).collect::<Vec<_>>(), [3, 4, 5]);
        for (at, parts) in [
            (0, vec!["需求类别 (B)", "随便写的", "技术难题", "预算上限 (C)", "很多"]),
            (1, vec!["E 列", "表头"]),
            (2, vec!["预算上限 (C)"]),
        ] {
            assert!(parts.iter().all(|part| told[at].1.contains(part)), "{:?}", told[at]);
        }
        // As it is: the same rows, the same reasons, nothing lost.
        let report = import(&app, &name("one"), &wanted("two"));
        assert_eq!((report.added, report.rejected), (0, 3));
        let mut corrected = rows_of(&name("one"));
        let again = rows_of(&name("two"));
        assert_eq!(corrected[0], again[0]);
        assert_eq!(corrected[1], again[1]);
        assert_eq!(corrected[2][..4], cells(&["锁具耐盐雾电镀", "技术难题", "30", "耐盐雾"]));
        assert!(corrected[2][4].contains("E 列"), "{:?}", corrected[2]);
        assert_eq!((&corrected[2][5], &again[2][5]), (&bad[3][4], &bad[3][4]));
        // Corrected: all come in, the reasons being passed over.
        corrected[1][1] = "技术难题".to_owned();
        corrected[1][2] = "20".to_owned();
        corrected[2].truncate(5);
        corrected[2][3] = "耐盐雾 ≥ 96 h".to_owned();
        corrected[3][0] = "灯具散热".to_owned();
        corrected[3][2] = "10".to_owned();
        table(&name("three"), &corrected);
        let report = import(&app, &name("three"), &wanted("four"));
        assert_eq!((report.added, report.rejected), (3, 0), "{ending} {report:?}");
        let report = import(&app, &name("three"), &wanted("four"));
        assert_eq!((report.added, report.repeated), (0, 3));
        assert_eq!(records(&app, FileKind::Needs).len(), 4);
    }
}

#[actix_web::test]
async fn rejected_lines_are_corrected_in_their_file_and_come_in() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let bad = "{\"title\":\"甲\",\"asset_kind\":\"service\"}\n\
               {\"title\":\"乙\",\"asset_kind\":\"service\",\"trl\":\"高\"}\n\
               {\"title\":\"丙\",\"asset_kind\":\"service\"\n\
               [1,2]\n";
    let path = file(&dir, "bad.jsonl", bad);
    let name = |name: &str| dir.path().join(format!("{name}.jsonl"));
    let wanted = |file| {
        let rejects = Some(name(file));
        ImportOptions { rejects, ..options(FileKind::Capabilities, None) }
    };
    let report = import(&app, &path, &wanted("one"));
    assert_eq!((report.added, report.rejected), (1, 3), "{report:?}");
    let numbers: Vec<u64> = report.first_rejected.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [2, 3, 4]);
    assert!(report.first_rejected[0].reasons[0].starts_with("trl: "), "{report:?}");
    let report = import(&app, &name("one"), &wanted("two"));
    assert_eq!((report.added, report.rejected), (0, 3));
    let text = std::fs::read_to_string(name("one")).unwrap();
    assert_eq!(text, std::fs::read_to_string(name("two")).unwrap());
    let text = text
        .replace("\"高\"", "7")
        .replace("\\\"service\\\"\"", "\\\"service\\\"}\"")
        .replace("[1,2]", "{\\\"title\\\":\\\"丁\\\",\\\"asset_kind\\\":\\\"service\\\"}");
    let path = file(&dir, "three.jsonl", text);
    let report = import(&app, &path, &wanted("four"));
    assert_eq!((report.added, report.rejected), (3, 0), "{report:?}");
    let mut titles: Vec<String> = records(&app, FileKind::Capabilities)
        .iter()
        .map(|record| record["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort_unstable();
    assert_eq!(titles, ["丁", "丙", "乙", "甲"]);
}

#[actix_web::test]
async fn what_is_published_by_an_import_meets_the_rules_of_the_day() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let need = |deadline: &str| {
        let mut fields = crate::support::needs::complete_fields();
        fields["deadline"] = deadline.into();
        fields
    };
    let offer = |registered: &str, until: &str| {
        let mut fields = crate::support::capabilities::complete_fields();
        fields["registered_on"] = registered.into();
        fields["valid_until"] = until.into();
        fields
    };
    let today = app.clock.today();
    let day = |days: i64| (today + chrono::TimeDelta::days(days)).to_string();
    for (kind, good, bad, places) in [
        (FileKind::Needs, need(&day(30)), need(&day(0)), vec!["deadline"]),
        (
            FileKind::Capabilities,
            offer(&day(0), &day(30)),
            offer(&day(1), &day(-1)),
            vec!["valid_until", "registered_on"],
        ),
    ] {
        let path = file(&dir, "rows.jsonl", format!("{good}\n{bad}\n"));
        let wanted = ImportOptions { publish: true, ..options(kind, Some(&org)) };
        let report = import(&app, &path, &wanted);
        assert_eq!((report.added, report.rejected), (1, 1), "{report:?}");
        let reasons = report.first_rejected[0].reasons.join("\n");
        assert!(places.iter().all(|place| reasons.contains(place)), "{reasons}");
        // A draft may still hold them, as over HTTP.
        let draft = ImportOptions { publish: false, ..options(kind, Some(&org)) };
        assert_eq!(import(&app, &path, &draft).added, 1);
    }
}

#[actix_web::test]
async fn the_consent_of_an_expert_is_stated_by_those_who_may() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let expert = json!({ "title": "林试", "asset_kind": "expert",
        "expert": { "research_areas": ["散热"], "consent_scope": "public" } });
    let path = file(&dir, "experts.jsonl", expert.to_string());
    let wanted = options(FileKind::Capabilities, Some(&org));
    let liaison = crate::stores::databases::caller(Role::Liaison, None, Some("440106"));
    let report = run(app.service(), &liaison, &path, &wanted, &mut |_, _| {}).unwrap();
    assert_eq!((report.added, report.rejected), (0, 1), "{report:?}");
    assert_eq!(import(&app, &path, &wanted).added, 1, "the operator may");
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
