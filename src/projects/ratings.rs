//! What each side says of a project that has ended: a party rates for its own side alone.

use serde::Deserialize;

use super::model::{Project, ProjectId, ProjectSide, ProjectStatus, ProjectView};
use super::ops::{find, save, view};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records;
use crate::records::ops::Written;
use crate::records::traced::Traced;
use crate::validation::Checker;

/// How satisfied a side is.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateProject {
    /// `need` or `provider`: one's own side.
    pub side: ProjectSide,
    /// 1 (not at all) to 5 (fully).
    pub rating: u8,
}

impl ProjectSide {
    /// The role of the parties on this side.
    fn role(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Provider => "provider",
        }
    }
}

/// Sides for which the caller may rate the project now: those of its own organisations, once it has
/// been closed.
pub(super) fn ratable(caller: &Caller, project: &Project) -> Vec<ProjectSide> {
    let Some(principal) = &caller.principal else { return Vec::new() };
    if project.status != ProjectStatus::Closed {
        return Vec::new();
    }
    let own = |side: &ProjectSide| {
        project.doc.0.parties.iter().any(|party| {
            party.role == side.role() && party.org_id.is_some_and(|org| principal.works_for(org))
        })
    };
    ProjectSide::ALL.iter().copied().filter(own).collect()
}

/// Says for one's own side how satisfied it is with a project that has been closed; saying it again
/// replaces what was said.
///
/// # Errors
/// [`Error::NotFound`]; a conflict before the project is closed; [`Error::Forbidden`] for a side that
/// is not the caller's; [`Error::Invalid`].
pub fn rate(
    app: &App,
    caller: &Caller,
    id: ProjectId,
    command: &RateProject,
) -> Result<Written<ProjectView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.status != ProjectStatus::Closed {
            return Err(Error::conflict("error.project_not_closed"));
        }
        if !ratable(caller, &row).contains(&command.side) {
            return Err(Error::forbidden("error.not_your_side"));
        }
        let mut checker = Checker::default();
        checker.range("/rating", Some(command.rating), 1, 5);
        checker.finish()?;
        let before = serde_json::to_value(&row.doc.0)?;
        let mut fields = row.doc.0.clone();
        match command.side {
            ProjectSide::Need => fields.satisfaction_need = Some(command.rating),
            ProjectSide::Provider => fields.satisfaction_provider = Some(command.rating),
        }
        row.set_fields(fields);
        save(db, now, &mut row)?;
        let change = row.change("project.rate", &before)?;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}
