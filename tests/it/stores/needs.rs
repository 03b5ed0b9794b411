//! Needs.

use chrono::NaiveDate;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::error::Error;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::store::{self, NeedFilter};
use townbridge::organizations::model::OrgStatus;
use townbridge::records::scope::Reach;

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    need_is_read_as_it_was_written,
    need_is_replaced_only_at_the_version_that_was_read,
    need_of_a_source_comes_in_once,
    list_shows_what_the_caller_may_know_of,
    list_of_needs_pages_without_gap_or_repeat,
    needs_expire_after_their_last_day,
);

const GUZHEN: &str = "442000105";
const BEIJIAO: &str = "440606102";

fn titles(db: &TestDatabase, caller: &Caller, filter: &NeedFilter) -> Vec<String> {
    let reach = Reach::of(caller);
    let rows = db.db.read(|db| store::list(db, &reach, filter, None, 100)).unwrap();
    let mut titles: Vec<String> = rows.into_iter().map(|need| need.title).collect();
    titles.sort_unstable();
    titles
}

fn need_is_read_as_it_was_written(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let mut need = db.new_need(&org, NeedStatus::Published, "𠮷田\u{0301} “引号” \\ % _");
    need.budget_max = Some(i64::MAX);
    need.deadline = NaiveDate::from_ymd_opt(2028, 2, 29);
    need.published_at = Some(db.clock.now());
    need.broker_id = None;
    let id = need.id;
    db.db.write(|db| store::insert(db, std::slice::from_ref(&need))).unwrap();
    let read = db.db.read(|db| store::find_unscoped(db, id)).unwrap();
    assert_eq!(read, Some(need));
}

fn need_is_replaced_only_at_the_version_that_was_read(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let mut first = db.need(&org, NeedStatus::Draft, "原题");
    let mut second = first.clone();
    first.version += 1;
    first.title = "甲改".to_owned();
    first.valid_until = None;
    db.db.write(|db| store::update(db, &first)).unwrap();
    second.version += 1;
    second.title = "乙改".to_owned();
    let error = db.db.write(|db| store::update(db, &second)).unwrap_err();
    assert!(matches!(error, Error::PreconditionFailed), "{error}");
    let read = db.db.read(|db| store::find_unscoped(db, first.id)).unwrap().unwrap();
    assert_eq!(read, first);
}

fn need_of_a_source_comes_in_once(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let arriving = || {
        let mut need = db.new_need(&org, NeedStatus::Published, "外来需求");
        need.source = "harvest".to_owned();
        need.source_ref = Some("site:7".to_owned());
        need
    };
    db.db.write(|db| store::insert(db, &[arriving()])).unwrap();
    let error = db.db.write(|db| store::insert(db, &[arriving()])).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let refs = ["site:6".to_owned(), "site:7".to_owned()];
    let known = db.db.read(|db| store::known_refs_unscoped(db, "harvest", &refs)).unwrap();
    assert_eq!(known, ["site:7"]);
}

fn list_shows_what_the_caller_may_know_of(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let other = db.organization(2, OrgStatus::Verified, BEIJIAO);
    let barred = db.organization(3, OrgStatus::Suspended, BEIJIAO);
    db.need(&firm, NeedStatus::Draft, "甲稿");
    db.need(&firm, NeedStatus::Published, "甲开");
    db.need(&other, NeedStatus::Submitted, "乙审");
    db.need(&other, NeedStatus::Solved, "乙成");
    db.need(&barred, NeedStatus::Published, "丙开");
    let all = NeedFilter::default();
    let seen = |caller: &Caller| titles(db, caller, &all).join(" ");
    assert_eq!(seen(&Caller::anonymous()), "乙成 甲开");
    assert_eq!(seen(&caller(Role::OrgMember, Some(firm.id), None)), "乙成 甲开 甲稿");
    assert_eq!(seen(&caller(Role::OrgMember, Some(barred.id), None)), "丙开 乙成 甲开");
    assert_eq!(seen(&caller(Role::Liaison, None, Some(BEIJIAO))), "丙开 乙审 乙成 甲开");
    assert_eq!(seen(&caller(Role::Officer, None, Some("4406"))), "丙开 乙审 乙成 甲开");
    assert_eq!(seen(&caller(Role::Officer, None, Some("44"))), "丙开 乙审 乙成 甲开 甲稿");
    assert_eq!(seen(&Caller::system("test")), "丙开 乙审 乙成 甲开 甲稿");
    let here = NeedFilter { region: Some("4420".to_owned()), ..NeedFilter::default() };
    assert_eq!(titles(db, &Caller::anonymous(), &here), ["甲开"]);
    let drafts = NeedFilter { statuses: vec![NeedStatus::Draft], ..NeedFilter::default() };
    assert!(titles(db, &Caller::anonymous(), &drafts).is_empty());
}

fn list_of_needs_pages_without_gap_or_repeat(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    // All at the same moment, so that the id alone decides the order.
    let now = db.clock.now();
    let mut rows: Vec<_> =
        (0..25).map(|n| db.new_need(&org, NeedStatus::Published, &format!("需求{n}"))).collect();
    for row in &mut rows {
        row.updated_at = now;
    }
    db.db.write(|db| store::insert(db, &rows)).unwrap();
    let (reach, filter) = (Reach::of(&Caller::anonymous()), NeedFilter::default());
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = db.db.read(|db| store::list(db, &reach, &filter, before, 7)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.updated_at, last.id));
        seen.extend(page.iter().map(|need| need.id));
    }
    let mut expected: Vec<_> = rows.iter().map(|row| row.id).collect();
    expected.sort_unstable();
    expected.reverse();
    assert_eq!(seen, expected);
}

fn needs_expire_after_their_last_day(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let open = db.need(&org, NeedStatus::Published, "到期");
    db.need(&org, NeedStatus::Draft, "草稿不过期");
    let day = |day| NaiveDate::from_ymd_opt(2030, 6, 29).unwrap() + chrono::TimeDelta::days(day);
    let expired = |day| db.db.read(|db| store::expired_unscoped(db, day, 10)).unwrap();
    assert!(expired(day(1)).is_empty());
    assert_eq!(expired(day(2)), [open]);
}
