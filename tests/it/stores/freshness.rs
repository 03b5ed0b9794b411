//! Which records are in doubt, and what is noted when their owners are asked.

use chrono::{Days, TimeDelta};
use townbridge::capabilities::model::Capability;
use townbridge::jobs::renewal;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::store;
use townbridge::organizations::model::OrgStatus;
use townbridge::records::freshness::ops;

use super::databases::TestDatabase;
use super::on_both;

on_both!(records_are_in_doubt_until_they_are_asked_about);

const GUZHEN: &str = "442000105";

fn records_are_in_doubt_until_they_are_asked_about(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let today = db.clock.today();
    let rows: Vec<_> = [("快到期", 3, 1), ("久未核实", 300, 91), ("都好", 300, 1)]
        .map(|(title, days, ago)| {
            let mut need = db.new_need(&org, NeedStatus::Published, title);
            need.valid_until = today.checked_add_days(Days::new(days));
            let verified = db.clock.time() - TimeDelta::days(ago);
            need.last_verified_at = Some(townbridge::db::Timestamp::new(verified));
            need
        })
        .into();
    let mut draft = db.new_need(&org, NeedStatus::Draft, "草稿");
    draft.valid_until = Some(today);
    db.db.write(|conn| store::insert(conn, &rows)).unwrap();
    db.db.write(|conn| store::insert(conn, std::slice::from_ref(&draft))).unwrap();
    assert_eq!(renewal::ask(db).unwrap(), 2);
    assert_eq!(renewal::ask(db).unwrap(), 0);
    db.clock.advance(TimeDelta::days(15));
    assert_eq!(renewal::ask(db).unwrap(), 1, "it has lapsed, and nobody has let it");
    assert_eq!(ops::ask::<Capability>(db).unwrap(), 0);
}
