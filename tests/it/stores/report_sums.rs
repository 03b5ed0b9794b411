//! What the database adds up against the records behind it: under every heading and filter, for
//! everybody, before and after a period was locked.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::cases::commands::OpenCase;
use townbridge::cases::model::{CaseEntry, CaseId, Channel, EntryId, Side};
use townbridge::cases::stage::CaseStage;
use townbridge::contracts::model::{Contract, ContractFields, ContractStatus};
use townbridge::db::schema::{case_entries, cases, needs, visits};
use townbridge::db::{Db, Timestamp};
use townbridge::error::Result;
use townbridge::money::Money;
use townbridge::needs::life::NeedStatus;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::projects::model::{Output, ProjectStatus};
use townbridge::reports::dimension::Dimension;
use townbridge::reports::fact::{Fact, FactKind, Measure};
use townbridge::reports::locks::{self, CorrectReport, LockPeriod};
use townbridge::reports::ops;
use townbridge::reports::query::{RecordsQuery, ReportQuery};
use townbridge::reports::tally::Figures;
use townbridge::visits::model::{Visit, VisitFields};
use townbridge::{contracts, on, visits as visits_made};

use super::cases::capability;
use super::databases::{TestDatabase, caller};
use super::on_both;
use super::report_properties::platform;

on_both!(every_figure_is_that_of_its_records);

/// Two towns of one city, and one of another.
pub const TOWNS: [&str; 3] = ["442000105", "442000118", "441422102"];
/// Each a day and a moment of it; in China the second is the first of a month, the last the second.
const DAYS: [(&str, &str); 5] = [
    ("2026-01-31", "2026-01-31T15:59:59.999999Z"),
    ("2026-02-01", "2026-01-31T16:00:00Z"),
    ("2026-02-14", "2026-02-14T03:00:00Z"),
    ("2026-03-31", "2026-03-31T02:00:00Z"),
    ("2026-04-02", "2026-04-01T16:00:00Z"),
];

fn day(number: usize) -> NaiveDate {
    DAYS[number % DAYS.len()].0.parse().unwrap()
}

fn moment(number: usize) -> Timestamp {
    let text = DAYS[number % DAYS.len()].1;
    Timestamp::new(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap())
}

fn write(db: &TestDatabase, work: impl Fn(&mut Db) -> Result<()>) {
    db.db.write(work).unwrap();
}

/// A case of a town with a need of its own, opened and perhaps won, with so many meetings.
fn case(db: &TestDatabase, number: usize, firm: &Organization, provider: &Organization) -> CaseId {
    let need = db.need(firm, NeedStatus::Published, "镀层");
    let published = moment(number);
    write(db, |conn| {
        on!(conn, conn => diesel::update(needs::table.find(need.id))
            .set(needs::published_at.eq(Some(published)))
            .execute(conn))?;
        Ok(())
    });
    let command = json!({ "need_id": need.id, "capability_id": capability(db, provider) });
    let command: OpenCase = serde_json::from_value(command).unwrap();
    let broker = caller(Role::Liaison, None, Some(&firm.region_code));
    let id = townbridge::cases::ops::open(db.service(), &broker, &command).unwrap().value.id;
    let won = number.is_multiple_of(3).then(|| moment(number + 2));
    write(db, |conn| {
        on!(conn, conn => diesel::update(cases::table.find(id))
            .set((cases::created_at.eq(moment(number + 1)), cases::closed_at.eq(won)))
            .execute(conn))?;
        if won.is_some() {
            on!(conn, conn => diesel::update(cases::table.find(id))
                .set(cases::stage.eq(CaseStage::ClosedWon))
                .execute(conn))?;
        }
        Ok(())
    });
    for meeting in 0..number % 4 {
        let channels = [None, Some(Channel::Online), Some(Channel::Offline)];
        let held = number % 7 == 6 && meeting == 1;
        let from = if held { CaseStage::OnHold } else { CaseStage::Introduced };
        entry(db, id, from, channels[(number + meeting) % 3], moment(number + meeting));
    }
    id
}

/// An entry that reaches a meeting.
fn entry(db: &TestDatabase, id: CaseId, from: CaseStage, channel: Option<Channel>, at: Timestamp) {
    let row = CaseEntry {
        id: EntryId::new(),
        case_id: id,
        from_stage: Some(from),
        to_stage: CaseStage::Met,
        side: Side::Broker,
        actor_id: None,
        channel,
        note: None,
        shared: false,
        next_action: None,
        due_on: None,
        lost_reason: None,
        created_at: at,
    };
    write(db, |conn| {
        on!(conn, conn => diesel::insert_into(case_entries::table).values(&row).execute(conn))?;
        Ok(())
    });
}

fn contract(db: &TestDatabase, number: usize, case: Option<CaseId>) -> Contract {
    let contract_type = ["development", "transfer"][number % 2];
    let fields = json!({
        "project_name": "散热结构委托开发", "region_code": TOWNS[number % 3], "case_id": case,
        "contract_type": contract_type,
        "amount": 50.5, "tech_amount": 40.1234,
        "instalments": [
            { "due_on": "2026-02-01", "planned": 20.25 }, { "due_on": "2026-03-01", "planned": 9 }
        ],
    });
    let fields: ContractFields = serde_json::from_value(fields).unwrap();
    let view = contracts::ops::create(db.service(), &Caller::system("test"), &fields).unwrap();
    let id = view.value.id;
    let states = [ContractStatus::Registered, ContractStatus::Signed, ContractStatus::Cancelled];
    let write = |db: &mut Db| {
        let mut row = contracts::store::find_unscoped(db, id)?.unwrap();
        let mut fields = row.doc.0.clone();
        fields.signed_on = Some(day(number));
        fields.registered_on = number.is_multiple_of(3).then(|| day(number + 2));
        for (at, one) in fields.instalments.iter_mut().enumerate() {
            one.paid_on = Some(day(number + at + 1));
            one.paid = Some(Money(1_000_100 + 300 * i64::try_from(number).unwrap()));
        }
        row.set_fields(fields);
        row.status = states[number % 3];
        row.version += 1;
        contracts::store::update(db, &row)?;
        Ok(row)
    };
    db.db.write(write).unwrap()
}

/// A project of two towns that carries a case or a contract.
fn project(db: &TestDatabase, number: usize, case: Option<CaseId>, contract: Option<&Contract>) {
    let contracts: Vec<_> = contract.iter().map(|one| one.id).collect();
    let programme = ["university_town", "institute_town"][number % 2];
    let fields = json!({
        "title": "联合攻关", "programme": programme,
        "channel": "online", "activity_kind": "joint_research", "case_id": case,
        "contract_ids": contracts, "town_codes": [TOWNS[number % 3], TOWNS[(number + 1) % 3]],
        "parties": [
            { "name": "外地研究院", "role": "provider" }, { "name": "外地企业", "role": "need" }
        ],
        "starts_on": day(number), "ends_on": "2026-12-31",
        "funds": [{ "source": "town", "planned": 10.0001, "paid": 5 }],
    });
    let fields = serde_json::from_value(fields).unwrap();
    let caller = Caller::system("test");
    let id = townbridge::projects::ops::create(db, &caller, &fields).unwrap().value.id;
    let closed = (number % 4 == 1).then(|| day(number + 1));
    let status = match (number % 5, closed) {
        (3, _) => ProjectStatus::Cancelled,
        (_, Some(_)) => ProjectStatus::Closed,
        _ => ProjectStatus::Active,
    };
    write(db, |conn| {
        let mut row = townbridge::projects::store::find_unscoped(conn, id)?.unwrap();
        let mut fields = row.doc.0.clone();
        fields.closed_on = closed;
        fields.outputs = vec![Output {
            kind: "output_value".to_owned(),
            count: None,
            amount: Some(Money(7_000_900)),
            note: None,
        }];
        row.set_fields(fields);
        row.status = status;
        if number % 6 == 2 {
            // Of a project through no channel, that of the first meeting counts for its case.
            row.channel = String::new();
        }
        row.version += 1;
        townbridge::projects::store::update(conn, &row)
    });
}

fn visit(db: &TestDatabase, number: usize) {
    let programme = [None, Some("university_town"), Some("")][number % 3];
    let channel = [Some("online"), None][number % 2];
    let fields = VisitFields {
        town_code: Some(TOWNS[number % 3].to_owned()),
        org_name: Some("甲厂".to_owned()),
        visited_on: Some(day(number)),
        programme: programme.map(str::to_owned),
        channel: channel.map(str::to_owned),
        ..VisitFields::default()
    };
    let row = Visit::new(fields, None, moment(number));
    write(db, |conn| visits_made::store::insert(conn, std::slice::from_ref(&row)));
}

/// Records that tell facts of every kind but events.
pub fn fill(db: &TestDatabase) {
    let provider = db.organization(9, OrgStatus::Verified, TOWNS[1]);
    let firms: Vec<Organization> = (0_u32..3)
        .map(|number| db.organization(number + 1, OrgStatus::Verified, TOWNS[number as usize]))
        .collect();
    for number in 0..14 {
        visit(db, number);
        platform(db, TOWNS[number % 3], day(number + 1));
        let case = case(db, number, &firms[number % 3], &provider);
        let contract = contract(db, number, (number % 4 != 3).then_some(case));
        if number % 2 == 0 {
            project(db, number, Some(case), None);
        }
        if number % 3 != 1 {
            project(db, number + 1, None, Some(&contract));
        }
    }
}

/// A question: headings, and values of headings that it is about.
type Asked = (&'static str, RecordsQuery);

fn questions() -> Vec<Asked> {
    let some = |text: &str| Some(text.to_owned());
    let year = || RecordsQuery { period: some("2026"), ..RecordsQuery::default() };
    let days = |from: &str, to: &str| RecordsQuery {
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        ..RecordsQuery::default()
    };
    vec![
        ("programme,channel,activity_kind", year()),
        ("town,month", year()),
        ("county,quarter", year()),
        ("city,year,programme", year()),
        ("month", days("2026-01-31", "2026-02-13")),
        ("channel", days("2026-02-14", "2026-04-02")),
        ("programme", RecordsQuery { month: some("2026-02,2026-04"), ..year() }),
        ("month", RecordsQuery { town: some(TOWNS[0]), ..year() }),
        ("month", RecordsQuery { city: some("4420"), quarter: some("2026-Q1"), ..year() }),
        ("town", RecordsQuery { programme: some("none"), ..year() }),
        ("activity_kind", RecordsQuery { channel: some("online,none"), ..year() }),
        ("month", RecordsQuery { region: some("4414"), ..year() }),
        ("month", RecordsQuery { activity_kind: some("joint_research"), ..year() }),
        ("month", RecordsQuery { county: some("none"), ..year() }),
    ]
}

/// The report over the same facts.
pub fn report_of(group_by: &str, query: &RecordsQuery) -> ReportQuery {
    let query = query.clone();
    ReportQuery {
        period: query.period,
        from: query.from,
        to: query.to,
        region: query.region,
        programme: query.programme,
        channel: query.channel,
        activity_kind: query.activity_kind,
        town: query.town,
        county: query.county,
        city: query.city,
        month: query.month,
        quarter: query.quarter,
        year: query.year,
        group_by: Some(group_by.to_owned()),
    }
}

/// All records, by pages of a few.
pub fn records(db: &TestDatabase, who: &Caller, query: &RecordsQuery, limit: usize) -> Vec<Fact> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let query = RecordsQuery { limit: Some(limit), after, ..query.clone() };
        let page = ops::records(db.service(), who, &query).unwrap();
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// Asks everything for everybody; returns how many lines there were.
fn compare(db: &TestDatabase) -> usize {
    let people = [
        Caller::system("test"),
        caller(Role::Officer, None, Some("44")),
        caller(Role::Officer, None, Some("4420")),
        caller(Role::Liaison, None, Some(TOWNS[1])),
    ];
    let mut lines = 0;
    for who in &people {
        for (at, (group_by, query)) in questions().into_iter().enumerate() {
            let facts = records(db, who, &query, 100);
            if at == 0 {
                assert_eq!(records(db, who, &query, 17), facts, "{query:?}");
            }
            let asked = report_of(group_by, &query).asked(db.service()).unwrap();
            let report = ops::report(db.service(), who, asked).unwrap();
            assert_eq!(report.total, Figures::of(&facts).values(), "{query:?}");
            let mut behind = 0;
            for line in &report.lines {
                let stands = |fact: &&Fact| {
                    line.headings.iter().all(|one| one.dimension.value(fact) == one.value)
                };
                let own: Vec<&Fact> = facts.iter().filter(stands).collect();
                behind += own.len();
                let figures = Figures::of(own).values();
                assert_eq!(line.figures, figures, "{group_by} {query:?} {:?}", line.headings);
                lines += 1;
            }
            assert_eq!(behind, facts.len());
        }
        let year = RecordsQuery { period: Some("2026".to_owned()), ..RecordsQuery::default() };
        let all = records(db, who, &year, 100);
        for measure in Measure::ALL {
            let query = RecordsQuery {
                period: Some("2026".to_owned()),
                measure: Some(*measure),
                ..RecordsQuery::default()
            };
            let own = all.iter().filter(|fact| fact.key.kind == measure.kind());
            let own: Vec<Fact> = own.cloned().collect();
            assert_eq!(records(db, who, &query, 60), own, "{measure}");
        }
    }
    lines
}

fn every_figure_is_that_of_its_records(db: &TestDatabase) {
    fill(db);
    let year = RecordsQuery { period: Some("2026".to_owned()), ..RecordsQuery::default() };
    let before = records(db, &Caller::system("test"), &year, 100);
    let told = |kind: FactKind| before.iter().any(|fact| fact.key.kind == kind);
    for kind in FactKind::ALL.iter().filter(|kind| **kind != FactKind::Event) {
        assert!(told(*kind), "{kind}");
    }
    let values = |one: Dimension| {
        let values = before.iter().map(|fact| one.value(fact));
        values.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!((values(Dimension::Programme), values(Dimension::Channel)), (3, 3));
    assert!(compare(db) > 100);

    let officer = caller(Role::Officer, None, Some("4420"));
    for period in ["2026-02", "2026-Q1"] {
        let period = period.to_owned();
        let command = LockPeriod { period, region_code: "4420".to_owned(), note: None };
        locks::lock(db.service(), &officer, &command).unwrap();
    }
    compare(db);
    // Visits and meetings move out of what was locked and into it, and to another town.
    write(db, |conn| {
        on!(conn, conn => diesel::update(visits::table.filter(visits::visited_on.eq(day(2))))
            .set(visits::visited_on.eq(day(4)))
            .execute(conn))?;
        on!(conn, conn => diesel::update(visits::table.filter(visits::town_code.eq(TOWNS[0])))
            .set(visits::town_code.eq(TOWNS[2]))
            .execute(conn))?;
        let late = case_entries::table.filter(case_entries::created_at.eq(moment(2)));
        on!(conn, conn => diesel::update(late)
            .set(case_entries::created_at.eq(moment(4)))
            .execute(conn))?;
        Ok(())
    });
    compare(db);
    let after = records(db, &Caller::system("test"), &year, 100);
    let known = locks::list(db.service(), &officer, &locks::ListLocks::default()).unwrap();
    let february = known.items.iter().find(|lock| lock.period == "2026-02").unwrap();
    let shown = locks::show(db.service(), &officer, february.id).unwrap();
    assert!(shown.intact && !shown.differences.is_empty());
    let key = shown.differences[0].key().clone();
    let command = CorrectReport {
        kind: key.kind,
        record_id: key.record_id,
        part: key.part,
        reason: "改期".to_owned(),
    };
    locks::correct(db.service(), &officer, february.id, &command).unwrap();
    assert_ne!(records(db, &Caller::system("test"), &year, 100), after);
    compare(db);
}
