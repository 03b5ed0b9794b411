//! What is said about the rows of a file, and under whose name they come in.

use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Format as CellFormat, Workbook};
use serde_json::json;
use townbridge::accounts::principal::{Caller, Language};
use townbridge::import::columns::FileKind;
use townbridge::import::run::{ImportReport, run};

use super::{file, import, options, records};
use crate::support::{OrgBuilder, TestApp};

/// Numbers of the rejected rows, each with what is said about it.
fn told(report: &ImportReport) -> Vec<(u64, String)> {
    report.first_rejected.iter().map(|row| (row.number, row.reasons.join("|"))).collect()
}

/// Saves a sheet of texts; of a merged column, each stretch of rows with its text.
fn sheet(rows: &[&[&str]], merged: &[(u16, u32, u32, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    for &(column, first, last, text) in merged {
        sheet.merge_range(first, column, last, column, text, &CellFormat::new()).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[actix_web::test]
async fn merged_cells_hold_for_all_their_rows() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let dir = tempfile::tempdir().unwrap();
    let rows: [&[&str]; 6] = [
        &["需求单位", "需求名称", "需求类别"],
        &["", "色差控制", ""],
        &["", "针孔控制", ""],
        &["", "镀层附着力", "技术难题"],
        &["", "灯罩雾度", "技术难题"],
        &["", "", ""],
    ];
    let merged = [(0, 1, 3, org.name.as_str()), (2, 1, 2, "技术难题")];
    let path = file(&dir, "merged.xlsx", sheet(&rows, &merged));
    let report = import(&app, &path, &options(FileKind::Needs, None));
    assert_eq!((report.added, report.rejected), (4, 0), "{report:?}");
    assert_eq!(report.unowned, [5], "only this row names nobody");
    for need in records(&app, FileKind::Needs) {
        let held = need["title"] == "灯罩雾度";
        let owner = if held { "导入资料待认领" } else { org.name.as_str() };
        assert_eq!((&need["org"], &need["need_kind"]), (&json!(owner), &json!("tech_problem")));
    }
    // A title belongs to one record; lines of a merged one are told apart from forgotten ones.
    let rows: [&[&str]; 3] =
        [&["需求单位", "需求名称", "需求类别"], &["", "", "技术难题"], &["", "", "技术难题"]];
    let path = file(&dir, "title.xlsx", sheet(&rows, &[(1, 1, 2, "涂层耐磨")]));
    let report = import(&app, &path, &options(FileKind::Needs, Some(&org)));
    assert_eq!((report.added, report.unowned.len()), (1, 0), "{report:?}");
    let told = told(&report);
    let [(3, reasons)] = told.as_slice() else { panic!("{report:?}") };
    assert!(reasons.starts_with("需求名称 (B): ") && reasons.contains('2'), "{reasons}");
}

#[actix_web::test]
async fn rows_without_an_organisation_are_told_and_only_those_that_came_in() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let text = "需求名称,需求类别\n甲需求,技术难题\n乙需求,不存在\n丙需求,技术难题\n";
    let path = file(&dir, "needs.csv", text);
    let mut wanted = options(FileKind::Needs, None);
    wanted.dry_run = true;
    assert_eq!(import(&app, &path, &wanted).unowned, [2, 4]);
    wanted.dry_run = false;
    assert_eq!(import(&app, &path, &wanted).unowned, [2, 4]);
    assert!(import(&app, &path, &wanted).unowned.is_empty(), "repeated rows move nowhere");
}

#[actix_web::test]
async fn rows_have_the_numbers_that_a_spreadsheet_shows() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let rows: [&[&str]; 7] = [
        &["某镇需求汇总表"],
        &[],
        &["需求名称", "需求类别", "预算上限"],
        &["甲需求", "技术难题", "很多"],
        &["多行\n标题", "技术难题", "不少"],
        &[],
        &["乙需求", "不存在", ""],
    ];
    let sheet = file(&dir, "needs.xlsx", sheet(&rows, &[]));
    let expected = [(4, "预算上限 (C)"), (5, "预算上限 (C)"), (7, "需求类别 (B)")];
    let mut files = vec![sheet];
    for (name, end) in [("unix.csv", "\n"), ("windows.csv", "\r\n"), ("old.csv", "\r")] {
        let quoted = |cell: &&str| format!("\"{cell}\"");
        let line = |row: &&[&str]| row.iter().map(quoted).collect::<Vec<_>>().join(",");
        let lines: Vec<String> = rows.iter().map(line).collect();
        files.push(file(&dir, name, lines.join(end)));
    }
    for path in files {
        let told = told(&import(&app, &path, &options(FileKind::Needs, None)));
        assert_eq!(told.len(), 3, "{} {told:?}", path.display());
        for ((number, reasons), (row, place)) in told.iter().zip(expected) {
            assert_eq!(*number, row, "{} {told:?}", path.display());
            assert!(reasons.starts_with(place), "{reasons}");
        }
    }
}

#[actix_web::test]
async fn cells_that_a_spreadsheet_failed_to_compute_are_told() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "formulas.xlsx", include_bytes!("formulas.xlsx"));
    let mut wanted = options(FileKind::Needs, None);
    wanted.rejects = Some(dir.path().join("bad.xlsx"));
    let report = import(&app, &path, &wanted);
    assert_eq!((report.added, report.rejected), (1, 2), "{report:?}");
    assert_eq!(records(&app, FileKind::Needs)[0]["budget_max"], 15.0);
    let told = told(&report);
    let expected = [
        (3, vec!["预算上限 (C): ", "=10+5"]),
        (4, vec!["需求名称 (A): ", "=A2&", "预算上限 (C): ", "#DIV/0!", "关键词 (D): ", "#REF!"]),
    ];
    for ((number, reasons), (row, parts)) in told.iter().zip(expected) {
        assert_eq!(*number, row);
        assert!(parts.iter().all(|part| reasons.contains(part)), "{reasons}");
    }
    // The errors stay errors in the file of rejected rows.
    wanted.rejects = None;
    let report = import(&app, &dir.path().join("bad.xlsx"), &wanted);
    assert_eq!(report.added, 0, "{report:?}");
}

#[actix_web::test]
async fn a_damaged_place_of_a_csv_file_costs_its_row_alone() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut bytes =
        "需求名称,需求类别,关键词\n甲需求,技术难题,\"未闭合\n乙需求,技术难题,\"釉\n料\"\n\
                     丙"
        .as_bytes()
        .to_vec();
    bytes.extend_from_slice("\u{0}".as_bytes());
    bytes.extend_from_slice(b"\xff");
    bytes.extend_from_slice("需求,技术难题,\n丁需求,技术难题,\n".as_bytes());
    let path = file(&dir, "needs.csv", &bytes);
    let mut wanted = options(FileKind::Needs, None);
    wanted.rejects = Some(dir.path().join("bad.csv"));
    let report = import(&app, &path, &wanted);
    assert_eq!((report.rows, report.added, report.rejected), (4, 2, 2), "{report:?}");
    let told = told(&report);
    assert!(told[0].0 == 2 && told[0].1.contains("C"), "{told:?}");
    assert!(told[1].0 == 4 && told[1].1.starts_with("需求名称 (A): "), "{told:?}");
    let bad = std::fs::read_to_string(dir.path().join("bad.csv")).unwrap();
    assert!(bad.contains("甲需求,技术难题,未闭合,"), "{bad}");
    // What is no text at all is said to be none.
    let path = file(&dir, "picture.csv", [0x89, b'P', b'N', b'G', 0xff, 0xff]);
    let caller = Caller::system("test");
    let error = run(app.service(), &caller, &path, &wanted, &mut |_, _| {}).unwrap_err();
    assert!(format!("{error:?}").contains("import.unknown_encoding"), "{error:?}");
}

#[actix_web::test]
async fn reasons_about_accounts_name_their_columns_all_at_once() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let text = "登录邮箱,姓名,角色,所属单位,负责地区\n\
                坏邮箱,,单位管理员,,\n\
                b@x.example,乙,科技专员,,\n\
                c@x.example,丙,皇帝,没有的单位,\n";
    let path = file(&dir, "users.csv", text);
    let told = told(&import(&app, &path, &options(FileKind::Users, None)));
    let expected = [
        (2, vec!["登录邮箱 (A): ", "姓名 (B): ", "所属单位 (D): "]),
        (3, vec!["负责地区 (E): "]),
        (4, vec!["角色 (C): ", "所属单位 (D): "]),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((number, reasons), (row, places)) in told.iter().zip(expected) {
        assert_eq!(*number, row);
        assert_eq!(reasons.split('|').count(), places.len(), "{reasons}");
        assert!(places.iter().all(|place| reasons.contains(place)), "{reasons}");
    }
    let lines = "{\"login_mail\":7,\"name\":\"甲\",\"role\":\"emperor\",\"rank\":1}\n";
    let path = file(&dir, "users.jsonl", lines);
    let report = import(&app, &path, &options(FileKind::Users, None));
    let mut places: Vec<&str> =
        report.first_rejected[0].reasons.iter().map(|r| r.split(':').next().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(places, ["login_mail", "rank", "role"], "{report:?}");
}

#[actix_web::test]
async fn every_wrong_field_of_a_line_is_told_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let line = json!({ "need_kind": "none", "title": 5, "budget_negotiable": "maybe",
        "target_trl": 300, "current_trl": 12, "deadline": "明年", "budget_max": "许多",
        "keywords": "一；二", "contact": "张三", "colour": "red",
        "requirements": [{ "name": "色差", "operator": "le", "value": "1", "must": "是" }] });
    let path = file(&dir, "needs.jsonl", line.to_string());
    let mut caller = Caller::system("test");
    caller.language = Language::Chinese;
    let wanted = options(FileKind::Needs, None);
    let report = run(app.service(), &caller, &path, &wanted, &mut |_, _| {}).unwrap();
    let mut places = Vec::new();
    for reason in &report.first_rejected[0].reasons {
        let (place, words) = reason.split_once(": ").unwrap();
        places.push(place);
        let foreign = ["expected", "invalid", "boolean", "string", "sequence", "date", "struct"];
        assert!(foreign.iter().all(|word| !words.contains(word)), "{reason}");
    }
    places.sort_unstable();
    let expected = [
        "budget_max",
        "budget_negotiable",
        "colour",
        "contact",
        "current_trl",
        "deadline",
        "keywords",
        "need_kind",
        "requirements/0/must",
        "target_trl",
        "title",
    ];
    assert_eq!(places, expected, "{report:?}");
}

/// What the lists of a column offer in a file: the cells of its hidden sheet below the header.
fn offered(path: &std::path::Path, list: &str) -> Vec<String> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range("代码表").unwrap();
    let at = sheet.headers().unwrap().iter().position(|name| name == list).unwrap();
    let column = sheet.rows().skip(1).map(|row| row[at].to_string());
    column.filter(|text| !text.is_empty()).collect()
}

#[actix_web::test]
async fn rejected_rows_of_a_sheet_have_the_drop_downs_of_the_template() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let template = app.anonymous().get("templates/needs.xlsx").await.expect(200);
    let template = file(&dir, "template.xlsx", &template.body);
    let rows: [&[&str]; 2] =
        [&["需求名称", "需求类别", "国民经济行业", "所属专业镇"], &["甲需求", "不存在", "", ""]];
    let path = file(&dir, "needs.xlsx", sheet(&rows, &[]));
    let mut wanted = options(FileKind::Needs, None);
    let rejects = dir.path().join("bad.xlsx");
    wanted.rejects = Some(rejects.clone());
    assert_eq!(import(&app, &path, &wanted).rejected, 1);
    for (list, entry) in [
        ("need_kind", "技术难题"),
        ("industries", "C3872 照明灯具制造"),
        ("towns", "442000105 中山市古镇镇"),
    ] {
        let entries = offered(&rejects, list);
        assert!(entries.iter().any(|text| text == entry), "{list}");
        assert_eq!(entries, offered(&template, list));
    }
}

#[actix_web::test]
async fn the_file_of_rejected_rows_overwrites_nothing_least_of_all_what_is_imported() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let good = "需求名称,需求类别\n甲需求,技术难题\n";
    let text = format!("{good}乙需求,不存在\n");
    let path = file(&dir, "needs.csv", &text);
    let mut wanted = options(FileKind::Needs, None);
    wanted.rejects = Some(path.clone());
    let caller = Caller::system("test");
    let error = run(app.service(), &caller, &path, &wanted, &mut |_, _| {}).unwrap_err();
    assert!(format!("{error:?}").contains("import.file_exists"), "{error:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert!(records(&app, FileKind::Needs).is_empty(), "nothing is half done");
    // Without rejected rows there is no file, so the same command can be given again.
    let path = file(&dir, "good.csv", good);
    wanted.rejects = Some(dir.path().join("bad.csv"));
    for _ in 0..2 {
        import(&app, &path, &wanted);
        assert!(!dir.path().join("bad.csv").exists());
    }
}

#[actix_web::test]
async fn accounts_come_in_with_the_fields_of_the_api() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let org = OrgBuilder::enterprise().insert(&app);
    let member = |mail: &str| {
        let roles = json!([{ "role": "org_member", "org_id": org.id }]);
        json!({ "mail": mail, "name": "甲", "language": "en", "roles": roles })
    };
    let mut bad = member("b@x.example");
    bad["password"] = "x".into();
    bad["roles"][0]["role"] = "emperor".into();
    let path = file(&dir, "users.jsonl", format!("{}\n{bad}\n", member("a@x.example")));
    let report = import(&app, &path, &options(FileKind::Users, None));
    assert_eq!((report.added, report.rejected), (1, 1), "{report:?}");
    let reasons = report.first_rejected[0].reasons.join("|");
    assert!(reasons.contains("password: ") && reasons.contains("roles/0/role: "), "{reasons}");
}

#[actix_web::test]
async fn what_is_no_spreadsheet_is_said_to_be_none() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "needs.xlsx", "需求名称,需求类别\n");
    let (caller, wanted) = (Caller::system("test"), options(FileKind::Needs, None));
    let error = run(app.service(), &caller, &path, &wanted, &mut |_, _| {}).unwrap_err();
    assert!(format!("{error:?}").contains("import.no_workbook"), "{error:?}");
}
