//! Grants that open a record to an organisation.

use serde_json::json;
use townbridge::accounts::principal::{Caller, Principal, Role, RoleBinding, SessionId};
use townbridge::disclosure::DisclosureLevel;
use townbridge::disclosure::model::OpenRecord;
use townbridge::disclosure::ops::{levels, opened};
use townbridge::error::Error;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::ops;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::records::model::RecordKind;
use townbridge::records::reviewed::grants;

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(the_highest_grant_counts_until_it_is_taken_back, grants_go_with_the_record);

const GUZHEN: &str = "442000105";

/// Somebody of an organisation, with an account: grants remember who gave them.
fn member(db: &TestDatabase, org: &Organization) -> Caller {
    let user_id = db.account();
    let role = RoleBinding {
        role: Role::OrgMember,
        org_id: Some(org.id),
        org_verified: true,
        region_code: None,
    };
    let principal = Principal {
        user_id,
        session_id: SessionId::new(),
        name: "何试".to_owned(),
        roles: vec![role],
    };
    Caller { principal: Some(principal), ..Caller::anonymous() }
}

fn the_highest_grant_counts_until_it_is_taken_back(db: &TestDatabase) {
    let owner = db.organization(1, OrgStatus::Verified, GUZHEN);
    let guest = db.organization(2, OrgStatus::Verified, GUZHEN);
    let need = db.need(&owner, NeedStatus::Published, "散热");
    let (giver, reader) = (member(db, &owner), caller(Role::OrgMember, Some(guest.id), None));
    let open = |level| {
        let command =
            OpenRecord { org_id: guest.id, level, note: Some("“协议”第3号".to_owned()) };
        grants::open(db, &giver, need.id, &command).map(|written| written.value)
    };
    let level = |caller: &Caller| {
        let ids = [need.id.to_string(), "other".to_owned()];
        let found = db.db.read(|db| levels(db, caller, RecordKind::Need, &ids)).unwrap();
        let all = db.db.read(|db| opened(db, caller, RecordKind::Need)).unwrap();
        assert_eq!(found, all);
        found.get(&need.id.to_string()).copied()
    };
    assert_eq!(level(&reader), None);
    let matched = open(DisclosureLevel::Matched).unwrap();
    assert_eq!(level(&reader), Some(DisclosureLevel::Matched));
    let nda = open(DisclosureLevel::Nda).unwrap();
    assert_eq!(level(&reader), Some(DisclosureLevel::Nda));
    assert!(matches!(open(DisclosureLevel::Matched), Err(Error::Conflict { .. })));
    assert_eq!(level(&giver), None);
    assert_eq!(level(&Caller::anonymous()), None);
    grants::revoke(db, &giver, need.id, nda.id).unwrap();
    assert_eq!(level(&reader), Some(DisclosureLevel::Matched));
    assert!(matches!(grants::revoke(db, &giver, need.id, nda.id), Err(Error::NotFound)));
    grants::revoke(db, &giver, need.id, matched.id).unwrap();
    assert_eq!(level(&reader), None);
    let listed = grants::list(db, &giver, need.id).unwrap();
    assert_eq!(listed.iter().map(|grant| grant.id).collect::<Vec<_>>(), [nda.id, matched.id]);
    assert!(listed.iter().all(|grant| grant.revoked_at.is_some()));
    assert_eq!(json!(listed[0])["note"], "“协议”第3号");
    assert_eq!(json!(listed[0])["granted_by_name"], "何试");
}

fn grants_go_with_the_record(db: &TestDatabase) {
    let owner = db.organization(1, OrgStatus::Verified, GUZHEN);
    let guest = db.organization(2, OrgStatus::Verified, GUZHEN);
    let need = db.need(&owner, NeedStatus::Draft, "散热");
    let giver = member(db, &owner);
    let command = OpenRecord { org_id: guest.id, level: DisclosureLevel::Nda, note: None };
    grants::open(db, &giver, need.id, &command).unwrap();
    let reader = caller(Role::OrgMember, Some(guest.id), None);
    let count = || db.db.read(|db| opened(db, &reader, RecordKind::Need)).unwrap().len();
    assert_eq!(count(), 1);
    ops::delete(db, &giver, need.id, need.version).unwrap();
    assert_eq!(count(), 0);
}
