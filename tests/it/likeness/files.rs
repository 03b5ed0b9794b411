//! Near-duplicates among the rows of a file.

use std::path::Path;

use townbridge::accounts::principal::Caller;
use townbridge::import::columns::FileKind;
use townbridge::import::run::{ImportOptions, ImportReport, run};
use townbridge::import::source::Format;
use townbridge::import::tables::TableWriter;
use townbridge::records::likeness::batch::Resembled;

use super::{PROBLEM, TITLE};
use crate::support::{NeedBuilder, OrgBuilder, TestApp};

fn import(app: &TestApp, path: &Path, options: &ImportOptions) -> ImportReport {
    run(app.service(), &Caller::system("test"), path, options, &mut |_, _| {}).unwrap()
}

/// A workbook of needs: title and problem.
fn workbook(path: &Path, rows: &[[&str; 2]]) {
    let out = std::fs::File::create(path).unwrap();
    let header = ["需求名称", "需求类别", "技术难题"];
    let mut table = TableWriter::new(Format::Xlsx, out, &header).unwrap();
    for [title, problem] in rows {
        let cells = [*title, "技术难题", *problem].map(str::to_owned);
        table.write(&cells).unwrap();
    }
    table.finish().unwrap();
}

#[actix_web::test]
async fn the_same_workbook_twice_adds_nothing_and_repeats_are_reported_by_row() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let there = NeedBuilder::draft(&org).title("玩具外壳注塑件光泽不均").problem(
        "玩具外壳注塑件表面光泽不均，良率只有八成五，需要改进模具排气、浇口位置和保压曲线，使良率达到九成八以上。",
    );
    let there = there.fields(|fields| fields.public_summary = None).insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("needs.xlsx");
    let near = PROBLEM.replace("现有锁具", "目前的锁具");
    let rows = [
        [TITLE, PROBLEM],
        [
            "陶瓷窑炉余热利用",
            "窑炉尾气温度高，余热没有利用，需要回收用于坯体干燥，使吨瓷气耗降低一成以上。",
        ],
        ["锁具电镀层 耐盐雾工艺改进", &near],
        ["玩具外壳注塑件光泽不均", there.fields.problem.as_deref().unwrap()],
        ["304N不锈钢丝研制", ""],
        ["316L不锈钢丝研制", ""],
    ];
    workbook(&path, &rows);
    let mut options = ImportOptions {
        kind: FileKind::Needs,
        org: Some(org.uscc.clone()),
        publish: false,
        dry_run: true,
        skip_similar: false,
        rejects: None,
    };
    for dry_run in [true, false] {
        options.dry_run = dry_run;
        let report = import(&app, &path, &options);
        assert_eq!((report.rows, report.added, report.similar), (6, 6, 2), "{report:?}");
        let told: Vec<_> =
            report.first_similar.iter().map(|it| (it.number, it.resemblance.to.clone())).collect();
        let expected = [(4, Resembled::Row(2)), (5, Resembled::Record(there.code.clone()))];
        assert_eq!(told, expected, "dry run: {dry_run}");
    }
    let again = import(&app, &path, &options);
    assert_eq!((again.added, again.repeated, again.similar), (0, 6, 0));
    let selected = app.admin().get("needs?limit=100").await.expect(200).json();
    assert_eq!(selected["items"].as_array().unwrap().len(), 7);
}

#[actix_web::test]
async fn rows_that_repeat_others_can_be_left_out() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("needs.xlsx");
    let near = PROBLEM.replace("现有锁具", "目前的锁具");
    workbook(&path, &[[TITLE, PROBLEM], [TITLE, &near]]);
    let options = ImportOptions {
        kind: FileKind::Needs,
        org: Some(org.uscc.clone()),
        publish: false,
        dry_run: false,
        skip_similar: true,
        rejects: None,
    };
    let report = import(&app, &path, &options);
    assert_eq!((report.added, report.similar, report.repeated), (1, 1, 0));
    let again = import(&app, &path, &options);
    assert_eq!((again.added, again.similar, again.repeated), (0, 1, 1));
}
