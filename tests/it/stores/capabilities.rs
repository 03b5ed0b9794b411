//! Capabilities, and the consent of people that they tell of.

use chrono::NaiveDate;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::capabilities::life::CapabilityStatus;
use townbridge::capabilities::model::{Capability, CapabilityFields, CapabilityId};
use townbridge::capabilities::ops::{self, SetConsent};
use townbridge::capabilities::parts::{ConsentScope, Expert};
use townbridge::capabilities::store::{self, CapabilityFilter};
use townbridge::disclosure::DisclosureLevel;
use townbridge::error::Error;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::records::reviewed::Rows;
use townbridge::records::scope::Reach;

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    capability_is_read_as_it_was_written,
    capability_is_replaced_only_at_the_version_that_was_read,
    capability_of_a_source_comes_in_once,
    list_of_capabilities_shows_what_the_caller_may_know_of,
    list_of_capabilities_pages_without_gap_or_repeat,
    people_are_listed_as_far_as_they_have_agreed,
    capabilities_expire_after_their_last_day,
);

const GUZHEN: &str = "442000105";
const BEIJIAO: &str = "440606102";

/// A capability that is not stored yet.
pub(super) fn unsaved(
    db: &TestDatabase,
    org: &Organization,
    status: CapabilityStatus,
    title: &str,
) -> Capability {
    let mut row = Capability::blank(CapabilityId::new(), org.id, db.clock.now(), None);
    let fields = CapabilityFields {
        title: Some(title.to_owned()),
        asset_kind: Some("achievement".to_owned()),
        confidentiality: Some(DisclosureLevel::Members),
        valid_until: NaiveDate::from_ymd_opt(2030, 6, 30),
        ..CapabilityFields::default()
    };
    row.set_fields(fields, &org.region_code);
    row.status = status;
    row
}

fn save(db: &TestDatabase, rows: &[Capability]) {
    db.db.write(|db| store::insert(db, rows)).unwrap();
}

/// The profile of a person who has agreed to so much.
fn profile(db: &TestDatabase, org: &Organization, name: &str, scope: ConsentScope) -> Capability {
    let mut row = unsaved(db, org, CapabilityStatus::Published, name);
    let mut fields = row.doc.0.clone();
    fields.asset_kind = Some("expert".to_owned());
    fields.expert = Some(Expert { consent_scope: Some(scope), ..Expert::default() });
    row.set_fields(fields, &org.region_code);
    save(db, std::slice::from_ref(&row));
    row
}

fn titles(db: &TestDatabase, caller: &Caller, filter: &CapabilityFilter) -> String {
    let reach = Reach::of(caller);
    let rows = db.db.read(|db| store::list(db, &reach, filter, None, 100)).unwrap();
    let mut titles: Vec<String> = rows.into_iter().map(|row| row.title).collect();
    titles.sort_unstable();
    titles.join(" ")
}

fn capability_is_read_as_it_was_written(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let mut row = unsaved(db, &org, CapabilityStatus::Published, "𠮷田\u{0301} “引号” \\ % _");
    row.published_at = Some(db.clock.now());
    row.doc.0.keywords = vec!["散热".to_owned(), "a；b".to_owned()];
    let id = row.id;
    save(db, std::slice::from_ref(&row));
    let read = db.db.read(|db| store::find_unscoped(db, id)).unwrap();
    assert_eq!(read, Some(row));
}

fn capability_is_replaced_only_at_the_version_that_was_read(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let mut first = unsaved(db, &org, CapabilityStatus::Draft, "原题");
    let other = unsaved(db, &org, CapabilityStatus::Draft, "他题");
    save(db, &[first.clone(), other.clone()]);
    let mut second = first.clone();
    // Which record it repeats is written beside it, whatever its version.
    db.db.write(|db| Capability::set_repeated(db, &[first.id], Some(other.id))).unwrap();
    first.version += 1;
    first.title = "甲改".to_owned();
    first.valid_until = None;
    db.db.write(|db| store::update(db, &first)).unwrap();
    second.version += 1;
    second.title = "乙改".to_owned();
    let error = db.db.write(|db| store::update(db, &second)).unwrap_err();
    assert!(matches!(error, Error::PreconditionFailed), "{error}");
    let read = db.db.read(|db| store::find_unscoped(db, first.id)).unwrap().unwrap();
    assert_eq!(read.duplicate_of, Some(other.id));
    assert_eq!(Capability { duplicate_of: None, ..read }, first);
    second.version = 1;
    let error = db.db.write(|db| store::delete(db, &second)).unwrap_err();
    assert!(matches!(error, Error::PreconditionFailed), "{error}");
    db.db.write(|db| store::delete(db, &first)).unwrap();
    assert_eq!(db.db.read(|db| store::find_unscoped(db, first.id)).unwrap(), None);
}

fn capability_of_a_source_comes_in_once(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let arriving = || {
        let mut row = unsaved(db, &org, CapabilityStatus::Published, "外来成果");
        row.source = "harvest".to_owned();
        row.source_ref = Some("site:7".to_owned());
        row
    };
    save(db, &[arriving()]);
    let error = db.db.write(|db| store::insert(db, &[arriving()])).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let refs = ["site:6".to_owned(), "site:7".to_owned()];
    let known = |source| db.db.read(|db| store::known_refs_unscoped(db, source, &refs)).unwrap();
    assert_eq!(known("harvest"), ["site:7"]);
    assert!(known("import").is_empty());
    // More rows than one statement may hold.
    let many: Vec<_> =
        (0..1_000).map(|n| unsaved(db, &org, CapabilityStatus::Draft, &n.to_string())).collect();
    save(db, &many);
    let ids = db.db.read(|db| store::ids_unscoped(db, None, 2_000)).unwrap();
    assert_eq!(ids.len(), 1_001);
    assert!(ids.is_sorted());
}

fn list_of_capabilities_shows_what_the_caller_may_know_of(db: &TestDatabase) {
    let firm = db.organization(1, OrgStatus::Verified, GUZHEN);
    let other = db.organization(2, OrgStatus::Verified, BEIJIAO);
    let barred = db.organization(3, OrgStatus::Suspended, BEIJIAO);
    save(
        db,
        &[
            unsaved(db, &firm, CapabilityStatus::Draft, "甲稿"),
            unsaved(db, &firm, CapabilityStatus::Published, "甲开"),
            unsaved(db, &other, CapabilityStatus::Submitted, "乙审"),
            unsaved(db, &barred, CapabilityStatus::Published, "丙开"),
        ],
    );
    profile(db, &other, "某会员", ConsentScope::Members);
    profile(db, &other, "某隐者", ConsentScope::Nobody);
    let all = CapabilityFilter::default();
    let seen = |caller: &Caller| titles(db, caller, &all);
    assert_eq!(seen(&Caller::anonymous()), "甲开");
    assert_eq!(seen(&caller(Role::OrgMember, Some(firm.id), None)), "某会员 甲开 甲稿");
    assert_eq!(seen(&caller(Role::OrgMember, Some(other.id), None)), "乙审 某会员 某隐者 甲开");
    assert_eq!(seen(&caller(Role::OrgMember, Some(barred.id), None)), "丙开 某会员 甲开");
    assert_eq!(seen(&caller(Role::Liaison, None, Some(BEIJIAO))), "丙开 乙审 某会员 甲开");
    assert_eq!(seen(&caller(Role::Officer, None, Some("4420"))), "某会员 甲开 甲稿");
    assert_eq!(seen(&Caller::system("test")), "丙开 乙审 某会员 某隐者 甲开 甲稿");
    let everything = |filter: CapabilityFilter| titles(db, &Caller::system("test"), &filter);
    let here = CapabilityFilter { region: Some("4420".to_owned()), ..all.clone() };
    assert_eq!(everything(here), "甲开 甲稿");
    let drafts = CapabilityFilter { statuses: vec![CapabilityStatus::Draft], ..all.clone() };
    assert_eq!(everything(drafts), "甲稿");
    let kind = CapabilityFilter { kind: Some("expert".to_owned()), ..all.clone() };
    assert_eq!(everything(kind), "某会员 某隐者");
    let own = CapabilityFilter { org_id: Some(firm.id), ..all };
    assert_eq!(everything(own), "甲开 甲稿");
}

fn list_of_capabilities_pages_without_gap_or_repeat(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    // All at the same moment, so that the id alone decides the order.
    let now = db.clock.now();
    let mut rows: Vec<_> = (0..25)
        .map(|n| unsaved(db, &org, CapabilityStatus::Published, &format!("成果{n}")))
        .collect();
    for row in &mut rows {
        row.updated_at = now;
    }
    save(db, &rows);
    let (reach, filter) = (Reach::of(&Caller::anonymous()), CapabilityFilter::default());
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = db.db.read(|db| store::list(db, &reach, &filter, before, 7)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.updated_at, last.id));
        seen.extend(page.iter().map(|row| row.id));
    }
    let mut expected: Vec<_> = rows.iter().map(|row| row.id).collect();
    expected.sort_unstable();
    expected.reverse();
    assert_eq!(seen, expected);
}

fn people_are_listed_as_far_as_they_have_agreed(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let other = db.organization(2, OrgStatus::Verified, GUZHEN);
    let open = profile(db, &org, "某公开", ConsentScope::Public);
    profile(db, &org, "某会员", ConsentScope::Members);
    profile(db, &other, "某隐者", ConsentScope::Nobody);
    let limited = |orgs: &[&Organization]| {
        let orgs: Vec<_> = orgs.iter().map(|org| org.id).collect();
        let rows = db.db.read(|db| store::limited_people_unscoped(db, &orgs)).unwrap();
        let mut names: Vec<_> =
            rows.into_iter().map(|(_, scope, fields)| (fields.title.unwrap(), scope)).collect();
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        names
    };
    let member = ("某会员".to_owned(), ConsentScope::Members);
    let nobody = ("某隐者".to_owned(), ConsentScope::Nobody);
    assert_eq!(limited(&[&org]), std::slice::from_ref(&member));
    assert_eq!(limited(&[&org, &other]), [member, nobody]);
    let withdrawn = SetConsent { scope: ConsentScope::Nobody };
    let admin = caller(Role::PlatformAdmin, None, None);
    ops::set_consent(db, &admin, open.id, None, withdrawn).unwrap();
    assert_eq!(
        limited(&[&org]),
        [("某会员".to_owned(), ConsentScope::Members), {
            ("某公开".to_owned(), ConsentScope::Nobody)
        }]
    );
}

fn capabilities_expire_after_their_last_day(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let open = unsaved(db, &org, CapabilityStatus::Published, "到期");
    save(db, &[open.clone(), unsaved(db, &org, CapabilityStatus::Draft, "草稿不过期")]);
    let day = |day| NaiveDate::from_ymd_opt(2030, 6, 29).unwrap() + chrono::TimeDelta::days(day);
    let expired = |day| db.db.read(|db| store::expired_unscoped(db, day, 10)).unwrap();
    assert!(expired(day(1)).is_empty());
    assert_eq!(expired(day(2)), [open]);
}
