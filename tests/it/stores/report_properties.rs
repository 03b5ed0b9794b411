//! Whatever is asked of whatever rows are there: the totals of a report are those of its records, and so is
//! each of its lines. Rows and questions are drawn at random; what is locked stays as it was.

use diesel::prelude::*;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::db::schema::{platforms as platform_rows, visits as visit_rows};
use townbridge::platforms::model::{Platform, PlatformFields, PlatformId};
use townbridge::reports::dimension::Dimension;
use townbridge::reports::fact::Fact;
use townbridge::reports::locks::{self, LockPeriod, LockedRecords};
use townbridge::reports::model::LockId;
use townbridge::reports::ops;
use townbridge::reports::query::RecordsQuery;
use townbridge::reports::tally::Figures;
use townbridge::visits::model::{Visit, VisitFields, VisitId};
use townbridge::{on, platforms, visits};

use super::databases::{TestDatabase, caller};
use super::on_both;
use super::report_sums::{TOWNS, fill, records, report_of};

on_both!(totals_are_those_of_the_records_under_any_filter_and_breakdown);

/// Rounds: each writes rows, moves others, and asks one question. The database is set up once for all of them.
const CASES: u32 = 40;
/// After which of them a month is locked.
const LOCKED_AFTER: [(u32, &str); 2] = [(12, "2026-03"), (24, "2026-Q2")];

/// A row to be written: days after new year, town, whether a platform, and the headings of a visit.
type NewRow = (i64, &'static str, bool, Option<&'static str>, Option<&'static str>);

/// A question: who asks, headings, and how wide a filter is laid over which headings.
#[derive(Debug, Clone)]
struct Question {
    who: usize,
    by: Vec<Dimension>,
    filtered: Vec<Dimension>,
    /// Picks values among those that occur; more than there are means one that does not.
    picks: Vec<prop::sample::Index>,
    period: &'static str,
    region: Option<&'static str>,
}

fn rows() -> impl Strategy<Value = Vec<NewRow>> {
    let programme = select(vec![None, Some("university_town"), Some("institute_town"), Some("")]);
    let channel = select(vec![None, Some("online"), Some("offline"), Some("mixed")]);
    let row = (0_i64..366, select(TOWNS.to_vec()), any::<bool>(), programme, channel);
    prop::collection::vec(row, 0..4)
}

/// A record to be changed: which of those there are, and where it goes.
type Move = (prop::sample::Index, i64, &'static str);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (any::<prop::sample::Index>(), 0_i64..366, select(TOWNS.to_vec()));
    prop::collection::vec(one, 0..4)
}

/// Takes visits and platforms to another day and town, also out of what is locked, and into it.
fn change(db: &TestDatabase, (which, days, town): Move) {
    let new_year: chrono::NaiveDate = "2026-01-01".parse().unwrap();
    let on = new_year + chrono::TimeDelta::days(days);
    db.db
        .write(|conn| {
            let ids: Vec<PlatformId> = on!(conn, conn => platform_rows::table
                .order(platform_rows::id)
                .select(platform_rows::id)
                .load(conn))?;
            on!(conn, conn => diesel::update(platform_rows::table.find(which.get(&ids)))
                .set((platform_rows::opened_on.eq(on), platform_rows::town_code.eq(town)))
                .execute(conn))?;
            let ids: Vec<VisitId> = on!(conn, conn => visit_rows::table
                .order(visit_rows::id)
                .select(visit_rows::id)
                .load(conn))?;
            on!(conn, conn => diesel::update(visit_rows::table.find(which.get(&ids)))
                .set((visit_rows::visited_on.eq(on), visit_rows::town_code.eq(town)))
                .execute(conn))?;
            Ok(())
        })
        .unwrap();
}

fn questions() -> impl Strategy<Value = Question> {
    let by = subsequence(Dimension::ALL.to_vec(), 1..=3).prop_shuffle();
    let filtered = subsequence(Dimension::ALL.to_vec(), 0..=2);
    let picks = prop::collection::vec(any::<prop::sample::Index>(), 4);
    let period = select(vec!["2026", "2026", "2026-Q1", "2026-03", "2026-05"]);
    let region = select(vec![None, None, Some("4420"), Some("4414"), Some(TOWNS[0])]);
    (0_usize..4, by, filtered, picks, period, region).prop_map(
        |(who, by, filtered, picks, period, region)| Question {
            who,
            by,
            filtered,
            picks,
            period,
            region,
        },
    )
}

fn write(db: &TestDatabase, (days, town, platform, programme, channel): NewRow) {
    let new_year: chrono::NaiveDate = "2026-01-01".parse().unwrap();
    let on = new_year + chrono::TimeDelta::days(days);
    if platform {
        self::platform(db, town, on);
        return;
    }
    let fields = VisitFields {
        town_code: Some(town.to_owned()),
        org_name: Some("乙厂".to_owned()),
        visited_on: Some(on),
        programme: programme.map(str::to_owned),
        channel: channel.map(str::to_owned),
        ..VisitFields::default()
    };
    let row = Visit::new(fields, None, db.clock.now());
    db.db.write(|db| visits::store::insert(db, std::slice::from_ref(&row))).unwrap();
}

/// A platform of a town, opened on a day and closed later.
pub fn platform(db: &TestDatabase, town: &str, on: chrono::NaiveDate) {
    let fields = PlatformFields {
        name: Some("灯饰研究院".to_owned()),
        kind: Some("new_rd_institute".to_owned()),
        town_code: Some(town.to_owned()),
        opened_on: Some(on),
        closed_on: Some(on + chrono::TimeDelta::days(90)),
        ..PlatformFields::default()
    };
    let row = Platform::new(fields, None, db.clock.now());
    db.db.write(|db| platforms::store::insert(db, &row)).unwrap();
}

/// The query of a question, with values drawn from those that the records of the whole period have.
fn query_of(question: &Question, all: &[Fact]) -> RecordsQuery {
    let mut query = RecordsQuery {
        period: Some(question.period.to_owned()),
        region: question.region.map(str::to_owned),
        ..RecordsQuery::default()
    };
    for (at, dimension) in question.filtered.iter().enumerate() {
        let mut known: Vec<String> = all.iter().map(|fact| dimension.value(fact)).collect();
        known.sort_unstable();
        known.dedup();
        known.push("none".to_owned());
        let value = |pick: usize| known[question.picks[pick].index(known.len())].clone();
        let values = format!("{},{}", value(2 * at), value(2 * at + 1));
        let place = match dimension {
            Dimension::Programme => &mut query.programme,
            Dimension::Channel => &mut query.channel,
            Dimension::ActivityKind => &mut query.activity_kind,
            Dimension::Town => &mut query.town,
            Dimension::County => &mut query.county,
            Dimension::City => &mut query.city,
            Dimension::Month => &mut query.month,
            Dimension::Quarter => &mut query.quarter,
            Dimension::Year => &mut query.year,
        };
        *place = Some(values);
    }
    query
}

/// Asks, and compares with the records: the same ones, added up one by one. Returns how many there were.
fn compare(db: &TestDatabase, question: &Question) -> usize {
    let who = [
        Caller::system("test"),
        caller(Role::Officer, None, Some("44")),
        caller(Role::Officer, None, Some("4420")),
        caller(Role::Liaison, None, Some(TOWNS[1])),
    ];
    let who = &who[question.who];
    let wide = RecordsQuery {
        period: Some(question.period.to_owned()),
        region: question.region.map(str::to_owned),
        ..RecordsQuery::default()
    };
    let all = records(db, who, &wide, 100);
    let query = query_of(question, &all);
    let facts = records(db, who, &query, 100);
    // The filter keeps what stands under its values, and nothing else.
    let asked = report_of("programme", &query).asked(db.service()).unwrap().0;
    let kept: Vec<&Fact> = all.iter().filter(|fact| asked.stands(fact)).collect();
    assert_eq!(facts.iter().collect::<Vec<_>>(), kept, "{query:?}");
    let by: Vec<&str> = question.by.iter().map(|one| one.as_str()).collect();
    let asked = report_of(&by.join(","), &query).asked(db.service()).unwrap();
    let report = ops::report(db.service(), who, asked).unwrap();
    assert_eq!(report.total, Figures::of(&facts).values(), "{query:?}");
    let mut behind = 0;
    for line in &report.lines {
        let stands =
            |fact: &&Fact| line.headings.iter().all(|one| one.dimension.value(fact) == one.value);
        let own: Vec<&Fact> = facts.iter().filter(stands).collect();
        behind += own.len();
        assert_eq!(line.figures, Figures::of(own).values(), "{by:?} {query:?}");
    }
    assert_eq!(behind, facts.len());
    facts.len()
}

/// What a locked report held when it was locked.
struct Locked {
    id: LockId,
    facts: Vec<Fact>,
}

fn held(db: &TestDatabase, id: LockId) -> Vec<Fact> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let query = LockedRecords { limit: Some(100), after, ..LockedRecords::default() };
        let page = locks::records(db.service(), &Caller::system("test"), id, &query).unwrap();
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn lock(db: &TestDatabase, period: &str) -> Locked {
    let command =
        LockPeriod { period: period.to_owned(), region_code: "4420".to_owned(), note: None };
    let officer = caller(Role::Officer, None, Some("4420"));
    let id = locks::lock(db.service(), &officer, &command).unwrap().id;
    let facts = held(db, id);
    assert!(!facts.is_empty(), "{period}");
    Locked { id, facts }
}

/// A locked report has the figures of its records, and both are those of the day of locking.
fn check_locked(db: &TestDatabase, locked: &Locked) {
    let shown = locks::show(db.service(), &Caller::system("test"), locked.id).unwrap();
    assert!(shown.intact);
    assert_eq!(shown.as_locked, Figures::of(&locked.facts).values());
    assert_eq!(held(db, locked.id), locked.facts);
}

fn totals_are_those_of_the_records_under_any_filter_and_breakdown(db: &TestDatabase) {
    fill(db);
    let mut locked: Vec<Locked> = Vec::new();
    let (mut round, mut found) = (0, 0);
    // The service has its own saved failures; rounds build on one another and are not shrunk.
    let config = Config { failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let round_of = (rows(), moves(), questions());
    while round < CASES {
        let (rows, moves, question) = round_of.new_tree(&mut runner).unwrap().current();
        for row in rows {
            write(db, row);
        }
        for one in moves {
            change(db, one);
        }
        if let Some((_, period)) = LOCKED_AFTER.iter().find(|(after, _)| *after == round) {
            locked.push(lock(db, period));
        }
        found += compare(db, &question);
        round += 1;
    }
    assert!(found > 100, "{found} records behind all questions");
    for one in &locked {
        check_locked(db, one);
    }
}
