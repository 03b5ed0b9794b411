//! Which programme, channel and kind of activity a case or a contract belongs to: those of the project
//! that carries it.

use std::collections::HashMap;

use diesel::prelude::*;

use super::sources::{CHUNK, came_to_meet};
use crate::cases::model::{CaseId, Channel};
use crate::cases::stage::CaseStage;
use crate::contracts::model::ContractId;
use crate::db::Db;
use crate::db::schema::{case_entries, project_contracts, projects};
use crate::error::Result;
use crate::on;
use crate::projects::model::ProjectStatus;

/// The headings that a project stands under.
#[derive(Debug, Clone, Default, Queryable)]
pub struct Headings {
    /// Code of `programme`.
    pub programme: String,
    /// Code of `channel`.
    pub channel: String,
    /// Code of `activity_kind`.
    pub activity_kind: String,
}

/// The headings of cases and contracts.
#[derive(Debug, Default)]
pub struct Links {
    cases: HashMap<CaseId, Headings>,
    contracts: HashMap<ContractId, Headings>,
    met: HashMap<CaseId, Channel>,
}

impl Links {
    /// Looks up the projects of these cases and contracts, and how the sides of the cases met first.
    /// Where there are several projects, the first one counts.
    pub fn of(db: &mut Db, cases: &[CaseId], contracts: &[ContractId]) -> Result<Self> {
        let mut links = Self::default();
        for chunk in cases.chunks(CHUNK) {
            links.add_cases(db, chunk)?;
        }
        for chunk in contracts.chunks(CHUNK) {
            links.add_contracts(db, chunk)?;
        }
        Ok(links)
    }

    fn add_cases(&mut self, db: &mut Db, ids: &[CaseId]) -> Result<()> {
        let rows: Vec<(Option<CaseId>, Headings)> = on!(db, conn => projects::table
            .filter(projects::case_id.assume_not_null().eq_any(ids))
            .filter(projects::status.ne(ProjectStatus::Cancelled))
            .order((projects::created_at.asc(), projects::id.asc()))
            .select((
                projects::case_id,
                (projects::programme, projects::channel, projects::activity_kind),
            ))
            .load(conn))?;
        for (id, headings) in rows {
            if let Some(id) = id {
                self.cases.entry(id).or_insert(headings);
            }
        }
        let rows: Vec<(CaseId, Option<Channel>)> = on!(db, conn => case_entries::table
            .filter(case_entries::case_id.eq_any(ids))
            .filter(came_to_meet!())
            .filter(case_entries::channel.is_not_null())
            .order(case_entries::id.asc())
            .select((case_entries::case_id, case_entries::channel))
            .load(conn))?;
        for (id, channel) in rows {
            if let Some(channel) = channel {
                self.met.entry(id).or_insert(channel);
            }
        }
        Ok(())
    }

    fn add_contracts(&mut self, db: &mut Db, ids: &[ContractId]) -> Result<()> {
        let rows: Vec<(ContractId, Headings)> = on!(db, conn => project_contracts::table
            .inner_join(projects::table.on(project_contracts::project_id.eq(projects::id)))
            .filter(project_contracts::contract_id.eq_any(ids))
            .filter(projects::status.ne(ProjectStatus::Cancelled))
            .order((projects::created_at.asc(), projects::id.asc()))
            .select((
                project_contracts::contract_id,
                (projects::programme, projects::channel, projects::activity_kind),
            ))
            .load(conn))?;
        for (id, headings) in rows {
            self.contracts.entry(id).or_insert(headings);
        }
        Ok(())
    }

    /// The headings of a case: its project's, with the channel of the first meeting where there is
    /// none.
    pub fn case(&self, id: CaseId) -> Headings {
        let mut headings = self.cases.get(&id).cloned().unwrap_or_default();
        if headings.channel.is_empty() {
            headings.channel = self.met.get(&id).map(ToString::to_string).unwrap_or_default();
        }
        headings
    }

    /// The headings of a contract: those of the project that names it, or else of its case.
    pub fn contract(&self, id: ContractId, case: Option<CaseId>) -> Headings {
        match (self.contracts.get(&id), case) {
            (Some(headings), _) => headings.clone(),
            (None, Some(case)) => self.case(case),
            (None, None) => Headings::default(),
        }
    }
}
