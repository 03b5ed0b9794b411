//! Which records count, said once for the rows of facts ([`sources`](super::sources)) and for their sums
//! ([`sums`](super::sums)): each macro takes a query that may have joins or groups already.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Text;

use crate::contracts::model::ContractStatus;
use crate::projects::model::ProjectStatus;

/// States of a contract that has been signed and stands.
pub fn standing() -> Vec<ContractStatus> {
    ContractStatus::ALL.iter().copied().filter(|status| status.is_payable()).collect()
}

/// States of a project that has begun.
pub const RUN: [ProjectStatus; 3] =
    [ProjectStatus::Active, ProjectStatus::Suspended, ProjectStatus::Closed];

/// The region that a project counts for, as SQL.
pub const FIRST_TOWN: &str = "COALESCE(projects.doc -> 'town_codes' ->> 0, '')";

/// The region that a project counts for.
pub fn first_town() -> SqlLiteral<Text> {
    sql(FIRST_TOWN)
}

/// Keeps the rows of the scope by the column of their region.
macro_rules! in_scope {
    ($query:expr, $column:expr, $scope:expr) => {{
        let (mut query, scope) = ($query.into_boxed(), $scope);
        if !scope.reach.everything {
            query = query.filter(crate::in_regions!($column, scope.reach));
        }
        if let Some(region) = scope.region {
            query = query.filter($column.like(format!("{region}%")));
        }
        query
    }};
}

/// Keeps the rows of the scope by the columns of their region and of a moment that they need not have.
macro_rules! at_some_time {
    ($query:expr, $region:expr, $moment:expr, $scope:expr) => {{
        let (start, end) = $scope.moments();
        in_scope!($query, $region, $scope)
            .filter($moment.assume_not_null().ge(start))
            .filter($moment.assume_not_null().lt(end))
    }};
}

/// Keeps the rows of the scope by the columns of their region and of a day that they need not have.
macro_rules! on_some_day {
    ($query:expr, $region:expr, $day:expr, $scope:expr) => {
        in_scope!($query, $region, $scope)
            .filter($day.assume_not_null().between($scope.span.from, $scope.span.to))
    };
}

macro_rules! needs_published {
    ($query:expr, $scope:expr) => {
        at_some_time!($query, needs::region_code, needs::published_at, $scope)
    };
}

macro_rules! visits_made {
    ($query:expr, $scope:expr) => {
        in_scope!($query, visits::town_code, $scope)
            .filter(visits::visited_on.between($scope.span.from, $scope.span.to))
    };
}

macro_rules! platforms_opened {
    ($query:expr, $scope:expr) => {
        in_scope!($query, platforms::town_code, $scope)
            .filter(platforms::opened_on.between($scope.span.from, $scope.span.to))
    };
}

macro_rules! cases_opened {
    ($query:expr, $scope:expr) => {{
        let (start, end) = $scope.moments();
        in_scope!($query, cases::region_code, $scope)
            .filter(cases::created_at.ge(start))
            .filter(cases::created_at.lt(end))
    }};
}

macro_rules! cases_won {
    ($query:expr, $scope:expr) => {
        at_some_time!($query, cases::region_code, cases::closed_at, $scope)
            .filter(cases::stage.eq(crate::cases::stage::CaseStage::ClosedWon))
    };
}

macro_rules! meetings_held {
    ($query:expr, $scope:expr) => {{
        let (start, end) = $scope.moments();
        let came_to_meet = crate::reports::store::headings::came_to_meet("case_entries");
        in_scope!($query, cases::region_code, $scope)
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(&came_to_meet))
            .filter(case_entries::created_at.ge(start))
            .filter(case_entries::created_at.lt(end))
    }};
}

macro_rules! contracts_signed {
    ($query:expr, $scope:expr) => {
        on_some_day!($query, contracts::region_code, contracts::signed_on, $scope)
            .filter(contracts::status.eq_any(crate::reports::store::choice::standing()))
    };
}

macro_rules! contracts_registered {
    ($query:expr, $scope:expr) => {
        on_some_day!($query, contracts::region_code, contracts::registered_on, $scope)
            .filter(contracts::status.eq_any(crate::reports::store::choice::standing()))
    };
}

macro_rules! payments_made {
    ($query:expr, $scope:expr) => {
        in_scope!($query, contracts::region_code, $scope)
            .filter(contract_payments::paid_on.between($scope.span.from, $scope.span.to))
    };
}

macro_rules! projects_begun {
    ($query:expr, $scope:expr) => {
        on_some_day!($query, first_town(), projects::starts_on, $scope)
            .filter(projects::status.eq_any(crate::reports::store::choice::RUN))
    };
}

macro_rules! projects_closed {
    ($query:expr, $scope:expr) => {
        on_some_day!($query, first_town(), projects::closed_on, $scope)
            .filter(projects::status.eq(crate::projects::model::ProjectStatus::Closed))
    };
}

macro_rules! facts_locked {
    ($query:expr, $scope:expr) => {
        in_scope!($query, report_facts::region_code, $scope)
            .filter(report_facts::left_by.is_null())
            .filter(report_facts::day.between($scope.span.from, $scope.span.to))
    };
}

pub(super) use {
    at_some_time, cases_opened, cases_won, contracts_registered, contracts_signed, facts_locked,
    in_scope, meetings_held, needs_published, on_some_day, payments_made, platforms_opened,
    projects_begun, projects_closed, visits_made,
};
