//! The dashboard against the report and against the records behind its figures: for everybody, in every
//! region, before and after a period was locked.

use diesel::prelude::*;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::db::schema::needs;
use townbridge::error::Error;
use townbridge::on;
use townbridge::reports::dashboard::{self, AskBoard, Dashboard};
use townbridge::reports::dimension::Dimension;
use townbridge::reports::fact::Measure;
use townbridge::reports::locks::{self, LockPeriod};
use townbridge::reports::ops;
use townbridge::reports::progress::{NeedProgress, Step};
use townbridge::reports::query::RecordsQuery;
use townbridge::reports::tally::Figures;

use super::databases::{TestDatabase, caller};
use super::on_both;
use super::report_sums::{TOWNS, fill, records, report_of};

on_both!(
    figures_of_the_dashboard_are_those_of_the_report_and_of_its_records,
    a_need_comes_to_the_step_of_what_was_made_of_it
);

fn asked(period: &str, region: Option<&str>) -> AskBoard {
    AskBoard { period: Some(period.to_owned()), region: region.map(str::to_owned), by: None }
}

fn query(board: &Dashboard) -> RecordsQuery {
    RecordsQuery {
        period: Some(board.period.clone()),
        region: board.region.clone(),
        ..RecordsQuery::default()
    }
}

/// Needs that records with a filter list.
fn listed(db: &TestDatabase, who: &Caller, query: RecordsQuery) -> i64 {
    i64::try_from(records(db, who, &query, 7).len()).unwrap()
}

/// Holds one dashboard against the report of the same choice, and its needs against records.
fn compare(db: &TestDatabase, who: &Caller, board: &Dashboard) {
    let query = query(board);
    let report = report_of(board.by.as_str(), &query).asked(db.service()).unwrap();
    let report = ops::report(db.service(), who, report).unwrap();
    assert_eq!(board.total.values(), report.total, "{query:?}");
    assert_eq!(board.total, Figures::of(&records(db, who, &query, 50)));
    if !board.places.is_empty() {
        let lines = report.lines.iter().map(|line| (&line.headings[0].value, &line.figures));
        let told: Vec<_> =
            board.places.iter().map(|one| (&one.code, one.figures.values())).collect();
        assert_eq!(told, lines.map(|(code, all)| (code, all.clone())).collect::<Vec<_>>());
        for (at, sum) in board.steps.iter().enumerate() {
            assert_eq!(board.places.iter().map(|place| place.steps[at]).sum::<i64>(), *sum);
        }
    }
    for (at, step) in Step::ALL.iter().enumerate() {
        let some = RecordsQuery {
            measure: Some(Measure::Needs),
            progress: step.filter(),
            ..query.clone()
        };
        assert_eq!(listed(db, who, some), board.steps[at], "{step} {query:?}");
    }
    assert_eq!(board.steps[0], board.total.sum(Measure::Needs));
    assert!(board.steps.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", board.steps);
    for goal in &board.goals {
        let some = RecordsQuery { progress: Some(goal.filter), ..query.clone() };
        assert_eq!(listed(db, who, some), goal.met, "{:?}", goal.indicator);
    }
    for line in &board.fields {
        let cell = RecordsQuery {
            town: Some(line.town.clone()),
            tech_field: Some(line.field.clone()),
            ..query.clone()
        };
        let unmatched = RecordsQuery { progress: Some(NeedProgress::Unmatched), ..cell.clone() };
        assert_eq!(
            (listed(db, who, cell), listed(db, who, unmatched)),
            (line.needs, line.unmatched)
        );
    }
    assert_eq!(board.fields.iter().map(|line| line.needs).sum::<i64>(), board.steps[0]);
    for (month, figures) in &board.months {
        let query = RecordsQuery { period: Some(month.clone()), ..query.clone() };
        assert_eq!(figures, &Figures::of(&records(db, who, &query, 50)), "{month}");
    }
}

fn compare_all(db: &TestDatabase) -> i64 {
    let mut needs = 0;
    for (who, regions) in [
        (Caller::system("test"), vec![None, Some("4420"), Some("44"), Some(TOWNS[2])]),
        (caller(Role::Officer, None, Some("44")), vec![None, Some("441422")]),
        (caller(Role::Officer, None, Some("4420")), vec![None, Some(TOWNS[0])]),
        (caller(Role::Liaison, None, Some(TOWNS[1])), vec![None]),
    ] {
        for region in regions {
            for period in ["2026", "2026-02"] {
                let board = dashboard::board(db.service(), &who, &asked(period, region)).unwrap();
                compare(db, &who, &board);
                needs += board.steps[0];
            }
        }
    }
    needs
}

fn figures_of_the_dashboard_are_those_of_the_report_and_of_its_records(db: &TestDatabase) {
    fill(db);
    let before = compare_all(db);
    assert!(before > 50, "{before}");
    let lock =
        LockPeriod { period: "2026-02".to_owned(), region_code: "4420".to_owned(), note: None };
    let officer = caller(Role::Officer, None, Some("4420"));
    locks::lock(db.service(), &officer, &lock).unwrap();
    assert_eq!(compare_all(db), before);
    // What a locked report holds counts as it was, and its needs are still told by how far they have come.
    db.db
        .write(|conn| {
            on!(conn, conn => diesel::update(needs::table.filter(needs::region_code.eq(TOWNS[0])))
                .set(needs::region_code.eq(TOWNS[2]))
                .execute(conn))?;
            Ok(())
        })
        .unwrap();
    assert!(compare_all(db) > 0);
    let board = |who, region| dashboard::board(db.service(), who, &asked("2026", region));
    for region in ["44", "4414", TOWNS[2], "999"] {
        assert!(matches!(board(&officer, Some(region)), Err(Error::NotFound)), "{region}");
    }
    let member = caller(Role::OrgMember, None, None);
    assert!(matches!(board(&member, None), Err(Error::Forbidden(_))));
    assert!(matches!(board(&Caller::anonymous(), None), Err(Error::Unauthenticated(_))));
}

fn a_need_comes_to_the_step_of_what_was_made_of_it(db: &TestDatabase) {
    fill(db);
    let all = Caller::system("test");
    let board = dashboard::board(db.service(), &all, &asked("2026", None)).unwrap();
    // Every need has a case; contracts that stand were signed for some of them.
    let [needs, matched, cases, contracts] = board.steps;
    assert_eq!((needs, matched, cases), (14, 14, 14));
    assert!(contracts > 0 && contracts < cases, "{contracts}");
    assert_eq!(board.by, Dimension::City);
    assert_eq!(board.path, ["44"]);
    // Needs whose limit still runs are left out.
    let answered = &board.goals[0];
    assert!(answered.met <= answered.of && answered.of <= needs);
    let wrong = RecordsQuery {
        period: Some("2026".to_owned()),
        measure: Some(Measure::Visits),
        progress: Some(NeedProgress::Matched),
        ..RecordsQuery::default()
    };
    assert!(matches!(ops::records(db.service(), &all, &wrong), Err(Error::Invalid(_))));
}
