//! Queries on projects.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Project, ProjectId, ProjectStatus};
use crate::accounts::principal::OrgId;
use crate::cases::model::CaseId;
use crate::db::functions::{containing, lower};
use crate::db::schema::{project_contracts, project_parties, project_towns, projects};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::on;
use crate::records::scope::{BrokeredBy, Reach};

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ProjectFilter {
    /// Only in these states.
    pub statuses: Vec<ProjectStatus>,
    /// Only of these programmes.
    pub programmes: Vec<String>,
    /// Only of these channels.
    pub channels: Vec<String>,
    /// Only of these kinds of activity.
    pub activity_kinds: Vec<String>,
    /// Only of towns with this prefix.
    pub region: Option<String>,
    /// Only with this organisation as a party.
    pub org_id: Option<OrgId>,
    /// Only out of this case.
    pub case_id: Option<CaseId>,
    /// Only with this text in the title or the code.
    pub text: Option<String>,
    /// Only with this text in the name of a party.
    pub party: Option<String>,
}

/// Inserts a project with its parties and towns.
///
/// # Errors
/// Database faults.
pub fn insert(db: &mut Db, row: &Project) -> Result<()> {
    on!(db, conn => diesel::insert_into(projects::table).values(row).execute(conn))?;
    insert_parts(db, row)
}

fn insert_parts(db: &mut Db, row: &Project) -> Result<()> {
    let (parties, towns) = (row.party_rows(), row.town_rows());
    on!(db, conn => diesel::insert_into(project_parties::table).values(&parties).execute(conn))?;
    on!(db, conn => diesel::insert_into(project_towns::table).values(&towns).execute(conn))?;
    let carried = row.contract_rows();
    on!(db, conn => diesel::insert_into(project_contracts::table).values(&carried).execute(conn))?;
    Ok(())
}

fn remove_parts(db: &mut Db, id: ProjectId) -> Result<()> {
    on!(db, conn => diesel::delete(
        project_parties::table.filter(project_parties::project_id.eq(id)),
    )
    .execute(conn))?;
    on!(db, conn => diesel::delete(project_towns::table.filter(project_towns::project_id.eq(id)))
        .execute(conn))?;
    let carried = project_contracts::table.filter(project_contracts::project_id.eq(id));
    on!(db, conn => diesel::delete(carried).execute(conn))?;
    Ok(())
}

/// Replaces a project, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Project) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        projects::table
            .filter(projects::id.eq(row.id))
            .filter(projects::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed != 1 {
        return Err(Error::PreconditionFailed);
    }
    remove_parts(db, row.id)?;
    insert_parts(db, row)
}

/// Removes a project, if it still has the version that was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn remove(db: &mut Db, row: &Project) -> Result<()> {
    remove_parts(db, row.id)?;
    let removed = on!(db, conn => diesel::delete(
        projects::table.filter(projects::id.eq(row.id)).filter(projects::version.eq(row.version)),
    )
    .execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A project by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: ProjectId) -> Result<Option<Project>> {
    Ok(on!(db, conn => projects::table.find(id).select(Project::as_select()).first(conn))
        .optional()?)
}

/// The condition that the caller may know of a row: as in
/// [`Standing::takes_part`](super::life::Standing::takes_part).
macro_rules! within_reach {
    ($query:expr, $reach:expr) => {{
        let (mut query, reach) = ($query, $reach);
        if !reach.everything {
            let own = project_parties::table
                .filter(project_parties::org_id.eq_any(&reach.orgs))
                .select(project_parties::project_id);
            let reviewed = project_towns::table
                .filter(crate::in_regions!(project_towns::region_code, reach))
                .select(project_towns::project_id);
            query = query.filter(projects::id.eq_any(own).or(projects::id.eq_any(reviewed)));
        }
        query
    }};
}

/// A page of projects that the caller may know of, newest first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &ProjectFilter,
    before: Option<(Timestamp, ProjectId)>,
    limit: i64,
) -> Result<Vec<Project>> {
    use projects::dsl as p;
    Ok(on!(db, conn => {
        let mut query = within_reach!(p::projects.into_boxed(), reach);
        if !filter.statuses.is_empty() {
            query = query.filter(p::status.eq_any(filter.statuses.clone()));
        }
        if !filter.programmes.is_empty() {
            query = query.filter(p::programme.eq_any(filter.programmes.clone()));
        }
        if !filter.channels.is_empty() {
            query = query.filter(p::channel.eq_any(filter.channels.clone()));
        }
        if !filter.activity_kinds.is_empty() {
            query = query.filter(p::activity_kind.eq_any(filter.activity_kinds.clone()));
        }
        if let Some(region) = &filter.region {
            let inside = project_towns::table
                .filter(project_towns::region_code.like(format!("{region}%")))
                .select(project_towns::project_id);
            query = query.filter(p::id.eq_any(inside));
        }
        if let Some(org) = filter.org_id {
            let theirs = project_parties::table
                .filter(project_parties::org_id.eq(org))
                .select(project_parties::project_id);
            query = query.filter(p::id.eq_any(theirs));
        }
        if let Some(case) = filter.case_id {
            query = query.filter(p::case_id.assume_not_null().eq(case));
        }
        if let Some(text) = &filter.text {
            let pattern = containing(text);
            query = query.filter(
                lower(p::title).like(pattern.clone()).escape('!')
                    .or(lower(p::code).like(pattern).escape('!')),
            );
        }
        if let Some(party) = &filter.party {
            query = query.filter(lower(p::party_names).like(containing(party)).escape('!'));
        }
        if let Some((at, id)) = before {
            query = query.filter(p::created_at.lt(at).or(p::created_at.eq(at).and(p::id.lt(id))));
        }
        query
            .order((p::created_at.desc(), p::id.desc()))
            .limit(limit)
            .select(Project::as_select())
            .load(conn)
    })?)
}

/// Projects with a milestone that was due before a day.
macro_rules! late {
    ($reach:expr, $whose:expr, $today:expr) => {{
        let late = within_reach!(projects::table.into_boxed(), $reach)
            .filter(projects::status.ne_all([ProjectStatus::Closed, ProjectStatus::Cancelled]))
            .filter(projects::next_milestone_on.assume_not_null().lt($today));
        crate::brokered_by!(late, projects::case_id, $whose)
    }};
}

/// Open projects that the caller may know of with a milestone that was due before a day and has
/// not been reached, the longest due first.
///
/// # Errors
/// Database faults.
pub fn with_overdue(
    db: &mut Db,
    (reach, whose): (&Reach, BrokeredBy),
    today: NaiveDate,
    limit: i64,
) -> Result<Vec<Project>> {
    use projects::dsl as p;
    Ok(on!(db, conn => {
        late!(reach, whose, today)
            .order((p::next_milestone_on.asc(), p::id.asc()))
            .limit(limit)
            .select(Project::as_select())
            .load(conn)
    })?)
}

/// How many projects [`with_overdue`] finds without a limit.
///
/// # Errors
/// Database faults.
pub fn count_overdue(
    db: &mut Db,
    (reach, whose): (&Reach, BrokeredBy),
    today: NaiveDate,
) -> Result<i64> {
    Ok(on!(db, conn => late!(reach, whose, today).count().get_result(conn))?)
}
