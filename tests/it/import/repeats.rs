//! Rows that share the credit code of an organisation with another row or a record, and cells that
//! are merged across columns.

use rust_xlsxwriter::{Format as CellFormat, Workbook};
use serde_json::json;
use townbridge::accounts::principal::{Caller, Language};
use townbridge::import::columns::FileKind;
use townbridge::import::run::{ImportOptions, ImportReport, run};

use super::{file, import, options, records};
use crate::support::{TestApp, credit_code};

const HEADER: &str = "单位名称,统一社会信用代码,机构类型,所在地区,联系人姓名,联系人电话";

/// A file of organisations: name, number of the credit code, contact's telephone.
fn organizations(rows: &[(&str, u32, &str)]) -> String {
    let line = |(name, number, phone): &(&str, u32, &str)| {
        let uscc = credit_code(*number);
        format!("{name},{uscc},科研院所,中山市,林试,{phone}\n")
    };
    format!("{HEADER}\n{}", rows.iter().map(line).collect::<String>())
}

fn rejected(report: &ImportReport) -> Vec<(u64, &str)> {
    let rows = report.first_rejected.iter();
    rows.map(|row| (row.number, row.reasons[0].as_str())).collect()
}

fn noted(report: &ImportReport) -> Vec<(u64, &str)> {
    report.first_noted.iter().map(|row| (row.number, row.note.as_str())).collect()
}

fn counts(report: &ImportReport) -> [usize; 4] {
    [report.added, report.repeated, report.rejected, report.noted]
}

#[actix_web::test]
async fn a_credit_code_under_two_names_is_a_conflict_that_names_the_other() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let wanted = options(FileKind::Organizations, None);
    let rows = [("甲研究院", 71, "1"), ("乙研究院", 72, "2"), ("丙研究院", 71, "3")];
    let path = file(&dir, "orgs.csv", organizations(&rows));
    let dry = ImportOptions { dry_run: true, ..wanted.clone() };
    for options in [dry, wanted.clone()] {
        let report = import(&app, &path, &options);
        assert_eq!(counts(&report), [2, 0, 1, 0], "{report:?}");
        let [(4, reason)] = rejected(&report)[..] else { panic!("{report:?}") };
        assert!(reason.starts_with("统一社会信用代码 (B): "), "{reason}");
        assert!(reason.contains("第 2 行") && reason.contains("甲研究院"), "{reason}");
    }
    // The rows that came in are there already; the third is held against its row, not dropped.
    let report = import(&app, &path, &wanted);
    assert_eq!(counts(&report), [0, 2, 1, 0], "{report:?}");
    // In a file of its own it is held against the record.
    let path = file(&dir, "alone.csv", organizations(&rows[2..]));
    let report = import(&app, &path, &wanted);
    assert_eq!(counts(&report), [0, 0, 1, 0], "{report:?}");
    let code = records_of(&app, "甲研究院");
    let [(2, reason)] = rejected(&report)[..] else { panic!("{report:?}") };
    assert!(reason.starts_with("统一社会信用代码 (B): "), "{reason}");
    assert!(reason.contains("甲研究院") && reason.contains(&code), "{reason}");
    assert_eq!(records(&app, FileKind::Organizations).len(), 2);
    // A row that is wrong does not make a right one after it wrong.
    let path = file(&dir, "both.csv", organizations(&[rows[2], rows[0]]));
    let report = import(&app, &path, &wanted);
    assert_eq!(counts(&report), [0, 1, 1, 0], "{report:?}");
    assert_eq!(rejected(&report)[0].0, 2);
}

/// Readable code of an organisation.
fn records_of(app: &TestApp, name: &str) -> String {
    app.db
        .read(|db| {
            let id = townbridge::organizations::ops::by_name(db, name)?.unwrap();
            Ok(townbridge::organizations::ops::place(db, id)?.code)
        })
        .unwrap()
}

#[actix_web::test]
async fn an_organisation_that_is_there_is_not_changed_and_the_row_is_told_what_differs() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let wanted = options(FileKind::Organizations, None);
    let rows = [("甲研究院（中山）", 71, "1"), ("甲研究院(中山)", 71, "1")];
    let path = file(&dir, "brackets.csv", organizations(&rows));
    let report = import(&app, &path, &wanted);
    assert_eq!(counts(&report), [1, 1, 0, 1], "{report:?}");
    let [(3, note)] = noted(&report)[..] else { panic!("{report:?}") };
    assert!(note.contains("第 2 行") && note.contains("单位名称 (A)"), "{note}");

    let path = file(&dir, "phone.csv", organizations(&[("甲研究院（中山）", 71, "2")]));
    let report = import(&app, &path, &wanted);
    assert_eq!(counts(&report), [0, 1, 0, 1], "{report:?}");
    let [(2, note)] = noted(&report)[..] else { panic!("{report:?}") };
    let code = records_of(&app, rows[0].0);
    for part in ["甲研究院（中山）", &code, "未作改动", "联系人电话 (F)"] {
        assert!(note.contains(part), "{part}: {note}");
    }
    assert!(!note.contains("单位名称"), "{note}");
    let stored = records(&app, FileKind::Organizations);
    assert_eq!(stored[0]["contact"]["phone"], "1", "{stored:?}");

    // A row that says less, and nothing else, is no news.
    let line = json!({ "name": rows[0].0, "uscc": credit_code(71).to_lowercase() });
    let path = file(&dir, "less.jsonl", line.to_string());
    assert_eq!(counts(&import(&app, &path, &wanted)), [0, 1, 0, 0]);
    let line = json!({ "name": rows[0].0, "uscc": credit_code(71), "summary": "新简介" });
    let path = file(&dir, "more.jsonl", line.to_string());
    let mut caller = Caller::system("test");
    caller.language = Language::English;
    let report = run(app.service(), &caller, &path, &wanted, &mut |_, _| {}).unwrap();
    let [(1, note)] = noted(&report)[..] else { panic!("{report:?}") };
    assert!(note.starts_with("already there under the name"), "{note}");
    assert!(note.ends_with("not changed; different here: summary"), "{note}");
}

#[actix_web::test]
async fn cells_merged_across_columns_fill_the_first_and_say_so() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows: [&[&str]; 5] = [
        &["需求名称", "需求类别", "技术难题", "背景与现状"],
        &["釉面针孔", "技术难题"],
        &["窑炉节能", "技术难题"],
        &["镀层附着力", "技术难题"],
        &["灯罩雾度", "技术难题", "雾度过高"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    let format = CellFormat::new();
    sheet.merge_range(1, 2, 1, 3, "烧成后有针孔", &format).unwrap();
    // Over rows and columns at once: the rows share the first column.
    sheet.merge_range(2, 2, 3, 3, "能耗高", &format).unwrap();
    // Nothing in it, nothing to tell.
    sheet.merge_range(4, 3, 4, 5, "", &format).unwrap();
    let path = file(&dir, "across.xlsx", book.save_to_buffer().unwrap());
    let report = import(&app, &path, &options(FileKind::Needs, None));
    assert_eq!(counts(&report), [4, 0, 0, 3], "{report:?}");
    let told = noted(&report);
    assert_eq!(told.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 3, 4]);
    for (_, note) in told {
        let columns = ["技术难题 (C)", "背景与现状 (D)"].map(|place| note.find(place).unwrap());
        assert!(columns[0] < columns[1], "{note}");
    }
    for need in records(&app, FileKind::Needs) {
        let problem = match need["title"].as_str().unwrap() {
            "釉面针孔" => "烧成后有针孔",
            "灯罩雾度" => "雾度过高",
            _ => "能耗高",
        };
        assert_eq!(need["problem"], problem);
        assert!(need["background"].is_null(), "{need}");
    }
}
