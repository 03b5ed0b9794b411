//! How far the needs that a report counts have come: to a match, a case, a contract, and how soon
//! somebody was asked. See `docs/reports.md`.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::collect::owner;
use super::fact::{Fact, FactKind};
use super::query::Selection;
use super::store;
use super::store::progress::{self as rows, ProgressRow};
use super::store::sources::Scope;
use crate::code_enum;
use crate::db::Db;
use crate::error::Result;
use crate::needs::model::NeedId;
use crate::records::scope::Reach;
use crate::reference::calendar::Calendar;

code_enum!(
    /// How far a need has come, and what it is filtered by.
    NeedProgress {
        /// First contact within the limit.
        Answered = "answered",
        /// Later, or not at all though the limit is over.
        Late = "late",
        /// A good match was found, or a case opened.
        Matched = "matched",
        /// Neither.
        Unmatched = "unmatched",
        /// A case was opened.
        Case = "case",
        /// A contract was signed.
        Contract = "contract",
    }
);

code_enum!(
    /// A step of the funnel.
    Step {
        /// Published.
        Need = "need",
        /// A good match was found, or a case opened.
        Matched = "matched",
        /// A case was opened.
        Case = "case",
        /// A contract was signed.
        Contract = "contract",
    }
);

impl Step {
    /// Its number in the rows of the database.
    fn number(self) -> i32 {
        match self {
            Self::Need => 0,
            Self::Matched => 1,
            Self::Case => 2,
            Self::Contract => 3,
        }
    }

    /// The filter of records that leads to the needs of the step; none for all of them.
    pub fn filter(self) -> Option<NeedProgress> {
        match self {
            Self::Need => None,
            Self::Matched => Some(NeedProgress::Matched),
            Self::Case => Some(NeedProgress::Case),
            Self::Contract => Some(NeedProgress::Contract),
        }
    }
}

/// How the first contact with needs is counted.
#[derive(Debug, Clone, Copy)]
pub struct FirstContact<'a> {
    /// Which days are worked.
    pub calendar: &'a Calendar,
    /// Working days within which it is to be.
    pub limit: u32,
    /// The day in China.
    pub today: NaiveDate,
}

impl FirstContact<'_> {
    /// Whether it was in time; none while the limit still runs.
    pub fn in_time(&self, published: NaiveDate, contacted: Option<NaiveDate>) -> Option<bool> {
        let until = contacted.unwrap_or(self.today);
        let within = self.calendar.workdays_between(published, until) <= i64::from(self.limit);
        match (contacted, within) {
            (None, true) => None,
            (Some(_), within) => Some(within),
            (None, false) => Some(false),
        }
    }
}

/// Needs that have come equally far.
#[derive(Debug, Clone)]
pub struct Progress {
    /// What they have in common as facts: day and region.
    pub alike: Fact,
    /// The day of their first contact.
    pub contacted: Option<NaiveDate>,
    /// Code of `tech_field`, or empty.
    pub tech_field: String,
    reached: i32,
    /// How many.
    pub needs: i64,
}

impl Progress {
    fn read(row: ProgressRow) -> Option<Self> {
        let day = row.published.parse().ok()?;
        Some(Self {
            alike: Fact::new(FactKind::Need, String::new(), day, row.region_code),
            contacted: row.contacted.and_then(|day| day.parse().ok()),
            tech_field: row.tech_field,
            reached: row.reached,
            needs: row.needs,
        })
    }

    /// Whether they have come to a step.
    pub fn came_to(&self, step: Step) -> bool {
        self.reached >= step.number()
    }

    /// Whether a filter keeps them.
    pub fn is(&self, filter: NeedProgress, first: &FirstContact<'_>) -> bool {
        let in_time = || first.in_time(self.alike.on, self.contacted);
        match filter {
            NeedProgress::Answered => in_time() == Some(true),
            NeedProgress::Late => in_time() == Some(false),
            NeedProgress::Matched => self.came_to(Step::Matched),
            NeedProgress::Unmatched => !self.came_to(Step::Matched),
            NeedProgress::Case => self.came_to(Step::Case),
            NeedProgress::Contract => self.came_to(Step::Contract),
        }
    }
}

/// The needs of a selection, added up: those that its report counts.
///
/// # Errors
/// Database faults.
pub fn sums(db: &mut Db, reach: &Reach, selection: &Selection) -> Result<Vec<Progress>> {
    let scope = Scope { reach, region: selection.region.as_deref(), span: selection.span };
    loop {
        // As for the sums of a report: a need that is locked between the queries would count twice, or not.
        let before = store::changes(db)?;
        let mut all: Vec<Progress> =
            rows::live(db, &scope)?.into_iter().filter_map(Progress::read).collect();
        let locks = store::locks(db, scope.span)?;
        all.retain(|one| owner(&locks, &one.alike).is_none());
        all.extend(rows::locked(db, &scope)?.into_iter().filter_map(Progress::read));
        if store::changes(db)? == before {
            all.retain(|one| selection.holds(&one.alike));
            return Ok(all);
        }
    }
}

/// What needs behind a figure are filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// How far they have come.
    pub progress: Option<NeedProgress>,
    /// Code of `tech_field`; `none` where nobody has said.
    pub tech_field: Option<String>,
}

impl Filter {
    /// Whether it keeps everything.
    pub fn is_open(&self) -> bool {
        self.progress.is_none() && self.tech_field.is_none()
    }

    /// Keeps the facts of needs that it is about.
    ///
    /// # Errors
    /// Database faults.
    pub fn keep(&self, db: &mut Db, facts: &mut Vec<Fact>, first: &FirstContact<'_>) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        facts.retain(|fact| fact.key.kind == FactKind::Need);
        let ids: Vec<NeedId> =
            facts.iter().filter_map(|fact| fact.key.record_id.parse().ok()).collect();
        let found = rows::of(db, &ids)?.into_iter();
        let known: HashMap<String, rows::NeedProgress> =
            found.map(|row| (row.0.to_string(), row)).collect();
        facts.retain(|fact| {
            let found = known.get(&fact.key.record_id);
            let one = Progress {
                alike: fact.clone(),
                contacted: found.and_then(|row| row.1.as_deref()?.parse().ok()),
                tech_field: found.map(|row| row.2.clone()).unwrap_or_default(),
                reached: found.map_or(0, |row| row.3),
                needs: 1,
            };
            let field = self.tech_field.as_deref().is_none_or(|field| one.field() == field);
            field && self.progress.is_none_or(|filter| one.is(filter, first))
        });
        Ok(())
    }
}

impl Progress {
    /// The field, or `none` where nobody has said.
    pub fn field(&self) -> &str {
        if self.tech_field.is_empty() { super::dimension::UNASSIGNED } else { &self.tech_field }
    }
}
