//! Cases on both databases.

use townbridge::accounts::principal::{Caller, Role};
use townbridge::capabilities::life::CapabilityStatus;
use townbridge::capabilities::model::{Capability, CapabilityId};
use townbridge::cases::commands::{AnswerCase, OpenCase, TakeCaseStep};
use townbridge::cases::feedback::feedback;
use townbridge::cases::model::CaseId;
use townbridge::cases::ops::{self, ListCases};
use townbridge::cases::stage::CaseStage;
use townbridge::cases::views::CaseView;
use townbridge::error::{Error, Result};
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::Need;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::records::reviewed::Rows;

use super::capabilities::unsaved;
use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    one_case_a_pair_is_open,
    of_threads_that_answer_one_wins,
    lists_reach_as_far_as_the_caller,
    reasons_come_in_the_order_in_which_they_were_given
);

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";

pub(super) fn capability(db: &TestDatabase, org: &Organization) -> CapabilityId {
    let row = unsaved(db, org, CapabilityStatus::Published, "纳米镀层");
    db.db.write(|conn| Capability::insert_rows(conn, std::slice::from_ref(&row))).unwrap();
    row.id
}

fn broker() -> Caller {
    caller(Role::Liaison, None, Some(GUZHEN))
}

fn open(
    db: &TestDatabase,
    caller: &Caller,
    need: &Need,
    capability: CapabilityId,
) -> Result<CaseView> {
    let command = serde_json::json!({ "need_id": need.id, "capability_id": capability });
    let command: OpenCase = serde_json::from_value(command).unwrap();
    ops::open(db.service(), caller, &command).map(|written| written.value)
}

fn answer(
    db: &TestDatabase,
    caller: &Caller,
    id: CaseId,
    body: serde_json::Value,
) -> Result<CaseView> {
    let command: AnswerCase = serde_json::from_value(body).unwrap();
    ops::answer(db.service(), caller, id, &command).map(|written| written.value)
}

fn is_conflict<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Conflict { .. } | Error::PreconditionFailed))
}

fn one_case_a_pair_is_open(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let provider = db.organization(2, OrgStatus::Verified, XIAOLAN);
    let need = db.need(&firm, NeedStatus::Published, "电镀层");
    let offer = capability(db, &provider);
    let opened: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| open(db, &broker(), &need, offer))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().is_ok()).collect()
    });
    assert_eq!(opened.iter().filter(|ok| **ok).count(), 1);
    assert!(is_conflict(open(db, &broker(), &need, offer)));
    let case = ops::list(db.service(), &broker(), &ListCases::default()).unwrap().items.remove(0);
    let lost = serde_json::json!({ "to": "closed_lost", "reason": "other" });
    let lost: TakeCaseStep = serde_json::from_value(lost).unwrap();
    ops::take_step(db.service(), &broker(), case.id, &lost, &[]).unwrap();
    open(db, &broker(), &need, offer).unwrap();
    assert_eq!(ops::list(db.service(), &broker(), &ListCases::default()).unwrap().items.len(), 2);
}

fn of_threads_that_answer_one_wins(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let provider = db.organization(2, OrgStatus::Verified, XIAOLAN);
    let need = db.need(&firm, NeedStatus::Published, "电镀层");
    let case = open(db, &broker(), &need, capability(db, &provider)).unwrap().id;
    let sides = [("need", firm.id), ("provider", provider.id)];
    for (side, org) in sides {
        let yes = serde_json::json!({ "answer": "accepted", "side": side });
        let results: Vec<Result<CaseView>> = std::thread::scope(|scope| {
            let say = || answer(db, &caller(Role::OrgMember, Some(org), None), case, yes.clone());
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(say)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|one| one.is_ok()).count(), 1, "{side}");
        assert!(results.into_iter().filter(Result::is_err).all(is_conflict));
    }
    let view = ops::show(db.service(), &broker(), case).unwrap();
    assert_eq!(view.stage, CaseStage::Mutual);
    let need = db.db.read(|conn| Need::find_row(conn, need.id)).unwrap().unwrap();
    assert_eq!(need.status, NeedStatus::Matching);
}

fn lists_reach_as_far_as_the_caller(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let provider = db.organization(2, OrgStatus::Verified, XIAOLAN);
    let need = db.need(&firm, NeedStatus::Published, "电镀层");
    open(db, &broker(), &need, capability(db, &provider)).unwrap();
    let count = |caller: &Caller| {
        ops::list(db.service(), caller, &ListCases::default()).unwrap().items.len()
    };
    for (role, org, region, expected) in [
        (Role::OrgMember, Some(firm.id), None, 1),
        (Role::OrgAdmin, Some(provider.id), None, 1),
        (Role::Expert, Some(firm.id), None, 0),
        (Role::Liaison, None, Some(GUZHEN), 1),
        (Role::Liaison, None, Some(XIAOLAN), 0),
        (Role::Officer, None, Some("4420"), 1),
        (Role::Officer, None, Some("4406"), 0),
        (Role::Officer, None, Some("44"), 1),
        (Role::PlatformAdmin, None, None, 1),
    ] {
        assert_eq!(count(&caller(role, org, region)), expected, "{role} {region:?}");
    }
}

fn reasons_come_in_the_order_in_which_they_were_given(db: &TestDatabase) {
    let provider = db.organization(9, OrgStatus::Verified, XIAOLAN);
    let offer = capability(db, &provider);
    let firms: Vec<Organization> =
        (1..=4).map(|number| db.organization(number, OrgStatus::Verified, GUZHEN)).collect();
    let cases: Vec<CaseId> = firms
        .iter()
        .map(|firm| {
            let need = db.need(firm, NeedStatus::Published, "电镀层");
            open(db, &broker(), &need, offer).unwrap().id
        })
        .collect();
    // The last to be opened is the first to be declined.
    for (at, reason) in [(3, "budget"), (2, "budget"), (1, "region"), (0, "too_early")] {
        let body = serde_json::json!({ "answer": "declined", "side": "need", "reason": reason });
        answer(db, &caller(Role::OrgMember, Some(firms[at].id), None), cases[at], body).unwrap();
    }
    let own = caller(Role::OrgAdmin, Some(provider.id), None);
    let found = serde_json::to_value(feedback(db.service(), &own, offer).unwrap()).unwrap();
    let expected = serde_json::json!({
        "declined": 3,
        "reasons": [{ "reason": "budget", "count": 2 }, { "reason": "region", "count": 1 }],
        "waiting": 1,
    });
    assert_eq!(found, expected);
}
