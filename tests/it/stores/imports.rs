//! Importing into either database: in batches, and twice without adding anything.

use std::path::{Path, PathBuf};

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::capabilities::store::{CapabilityFilter, list};
use townbridge::import::columns::FileKind;
use townbridge::import::run::{ImportOptions, ImportReport, run};
use townbridge::organizations::model::OrgStatus;
use townbridge::records::scope::Reach;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_file_comes_in_once_and_bad_rows_stop_nothing,
    every_kind_comes_in_once,
    of_two_imports_of_one_file_at_once_the_slower_has_nothing_to_reject,
);

fn file(db: &TestDatabase, name: &str, text: &str) -> PathBuf {
    let path = db.directory().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn import(db: &TestDatabase, kind: FileKind, path: &Path) -> [usize; 3] {
    let rejects = None;
    let options = ImportOptions {
        kind,
        org: None,
        publish: true,
        dry_run: false,
        skip_similar: false,
        rejects,
    };
    let report: ImportReport =
        run(db, &Caller::system("import"), path, &options, &mut |_, _| {}).unwrap();
    [report.added, report.repeated, report.rejected]
}

fn a_file_comes_in_once_and_bad_rows_stop_nothing(db: &TestDatabase) {
    // More rows than one batch holds; one with a character that PostgreSQL cannot store.
    let patent = |number: usize| {
        json!({ "id": format!("p-{number}"), "title": format!("一种散热器{number}"),
            "abstract": "本发明公开了一种散热器。", "assignee": "某“大学”\\研究院" })
    };
    let mut lines: Vec<String> = (0..620).map(|number| patent(number).to_string()).collect();
    lines[300] = json!({ "id": "p-nul", "title": "零\u{0}", "abstract": "本发明。" }).to_string();
    lines[301] = lines[299].clone();
    let path = file(db, "patents.jsonl", &lines.join("\n"));
    assert_eq!(import(db, FileKind::Capabilities, &path), [618, 1, 1]);
    assert_eq!(import(db, FileKind::Capabilities, &path), [0, 619, 1]);
    let reach = Reach::of(&Caller::anonymous());
    let open = db.db.read(|db| list(db, &reach, &CapabilityFilter::default(), None, 1_000));
    let open = open.unwrap();
    assert_eq!(open.len(), 618);
    assert!(open.iter().all(|row| row.doc.0.tags == ["专利权人：某“大学”\\研究院"]));
}

fn every_kind_comes_in_once(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let needs = json!({ "id": "n-1", "title": "石灰窑", "text": "供风不均。" }).to_string();
    let uscc = crate::support::credit_code(7_001);
    let organisations = format!(
        "单位名称,统一社会信用代码,机构类型,所在地区,联系人姓名\n\
         第七研究院,{uscc},科研院所,中山市,林试\n"
    );
    let accounts =
        format!("姓名,登录邮箱,角色,所属单位\n何试,he@example.com,org_member,{}\n", org.uscc);
    for (kind, name, text) in [
        (FileKind::Needs, "needs.jsonl", &needs),
        (FileKind::Organizations, "orgs.csv", &organisations),
        (FileKind::Users, "users.csv", &accounts),
    ] {
        let path = file(db, name, text);
        assert_eq!(import(db, kind, &path), [1, 0, 0], "{name}");
        assert_eq!(import(db, kind, &path), [0, 1, 0], "{name}");
    }
}

/// Lines of a file of each kind, that any import may bring in.
fn lines(kind: FileKind, org: &str, rows: u32) -> String {
    let line = |row: u32| match kind {
        FileKind::Needs => json!({ "title": format!("第{row}座石灰窑供风"), "org": org,
            "need_kind": "tech_problem" }),
        FileKind::Capabilities => json!({ "title": format!("第{row}种散热器"),
            "asset_kind": "service", "summary": format!("用于第{row}种灯具。") }),
        FileKind::Organizations => json!({ "name": format!("第{row}研究院"),
            "uscc": crate::support::credit_code(8_000 + row), "org_type": "institute",
            "region_code": "442000", "contact": { "name": "林试" } }),
        FileKind::Users => json!({ "mail": format!("u{row}@x.example"), "name": "何试",
            "roles": [{ "role": "org_member" }], "org": org }),
    };
    (0..rows).map(|row| format!("{}\n", line(row))).collect()
}

fn of_two_imports_of_one_file_at_once_the_slower_has_nothing_to_reject(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    for (kind, rows) in [
        (FileKind::Needs, 600_u32),
        (FileKind::Capabilities, 600),
        (FileKind::Organizations, 600),
        (FileKind::Users, 20),
    ] {
        let path = file(db, "rows.jsonl", &lines(kind, &org.uscc, rows));
        let options = ImportOptions {
            kind,
            org: None,
            publish: false,
            dry_run: false,
            skip_similar: false,
            rejects: None,
        };
        let start = std::sync::Barrier::new(2);
        let one = || {
            start.wait();
            run(db, &Caller::system("import"), &path, &options, &mut |_, _| {}).unwrap()
        };
        let reports = std::thread::scope(|scope| {
            let both = [scope.spawn(one), scope.spawn(one)];
            both.map(|import| import.join().unwrap())
        });
        let sum = |count: fn(&ImportReport) -> usize| reports.iter().map(count).sum::<usize>();
        let rows = rows as usize;
        let told = || (reports.iter().map(|report| &report.first_rejected)).collect::<Vec<_>>();
        assert_eq!(sum(|report| report.rejected), 0, "{kind:?} {:?}", told());
        assert_eq!(sum(|report| report.added), rows, "{kind:?}");
        assert_eq!(sum(|report| report.repeated), rows, "{kind:?}");
    }
}
