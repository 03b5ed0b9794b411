//! Suggestions on both databases: nodes that look at the same time, and what is remembered.

use townbridge::accounts::principal::{Caller, Role};
use townbridge::capabilities;
use townbridge::capabilities::life::CapabilityStatus;
use townbridge::jobs::indexer;
use townbridge::needs;
use townbridge::needs::life::NeedStatus;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::suggestions::making;
use townbridge::suggestions::model::{DismissReason, DismissSuggestion, Suggestions};
use townbridge::suggestions::ops;

use super::databases::{TestDatabase, caller};
use super::on_both;
use crate::support::{capabilities as offers, needs as wants};

on_both!(a_pair_is_kept_once_listed_dismissed_and_taken_back);

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn make(db: &TestDatabase) -> usize {
    indexer::catch_up(db.service()).unwrap();
    wait(making::make(db.service())).unwrap()
}

fn published_need(db: &TestDatabase, org: &Organization) -> needs::model::NeedId {
    let system = Caller::system("test");
    let fields = serde_json::from_value(wants::complete_fields()).unwrap();
    let command = needs::model::CreateNeed { org_id: Some(org.id), fields };
    let need = needs::ops::create(db.service(), &system, &command).unwrap().value;
    for to in [NeedStatus::Submitted, NeedStatus::Published] {
        let step = needs::ops::TakeNeedStep { to, comment: None, valid_until: None };
        needs::ops::take_step(db.service(), &system, need.id, &step).unwrap();
    }
    need.id
}

fn published_offer(db: &TestDatabase, org: &Organization) {
    let system = Caller::system("test");
    let fields = serde_json::from_value(offers::complete_fields()).unwrap();
    let command = capabilities::model::CreateCapability { org_id: Some(org.id), fields };
    let offer = capabilities::ops::create(db.service(), &system, &command).unwrap().value;
    for to in [CapabilityStatus::Submitted, CapabilityStatus::Published] {
        let step = capabilities::ops::TakeCapabilityStep { to, comment: None, valid_until: None };
        capabilities::ops::take_step(db.service(), &system, offer.id, &step).unwrap();
    }
}

fn listed(db: &TestDatabase, who: &Caller) -> Suggestions {
    wait(ops::list(db.service(), who, &Default::default())).unwrap()
}

fn a_pair_is_kept_once_listed_dismissed_and_taken_back(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, "442000105");
    let provider = db.organization(2, OrgStatus::Verified, "442000118");
    let need = published_need(db, &firm);
    published_offer(db, &provider);
    indexer::catch_up(db.service()).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| make(db))).collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let liaison = caller(Role::Liaison, None, Some("442000105"));
    let sides = [
        caller(Role::OrgMember, Some(firm.id), None),
        caller(Role::OrgMember, Some(provider.id), None),
    ];
    let shown = listed(db, &liaison).items;
    assert_eq!(shown.len(), 1);
    for side in &sides {
        assert_eq!(listed(db, side).items.len(), 1);
    }
    assert_eq!(listed(db, &caller(Role::Liaison, None, Some("442000118"))).items.len(), 0);
    let why = DismissSuggestion { reason: DismissReason::NoCapacity };
    let dismiss = || wait(ops::dismiss(db.service(), &sides[1], shown[0].id, why));
    dismiss().unwrap();
    assert!(dismiss().is_err());
    assert_eq!(listed(db, &sides[1]).items.len(), 0);
    assert_eq!(listed(db, &liaison).items[0].provider_dismissed, Some(why.reason));
    let withdraw =
        needs::ops::TakeNeedStep { to: NeedStatus::Suspended, comment: None, valid_until: None };
    let system = Caller::system("test");
    needs::ops::take_step(db.service(), &system, need, &withdraw).unwrap();
    assert!(make(db) > 0);
    assert_eq!(listed(db, &liaison).items.len(), 0);
    let again =
        needs::ops::TakeNeedStep { to: NeedStatus::Published, comment: None, valid_until: None };
    needs::ops::take_step(db.service(), &system, need, &again).unwrap();
    assert!(make(db) > 0);
    assert_eq!(listed(db, &liaison).items.len(), 1, "it holds again");
    assert_eq!(listed(db, &sides[1]).items.len(), 0, "the provider's word is remembered");
}
