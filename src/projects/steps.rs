//! The steps of a project: begin, pause, go on, close, give up.

use chrono::NaiveDate;
use serde::Deserialize;

use super::life::Standing;
use super::model::{Output, ProjectId, ProjectStatus, ProjectView};
use super::ops::{find, save, view};
use super::rules;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::records;
use crate::records::life::Life;
use crate::records::ops::Written;
use crate::records::rules::step_comment;
use crate::records::traced::Traced;

/// A step to take, with what closing needs.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeProjectStep {
    /// The state to go to.
    pub to: ProjectStatus,
    /// Why; needed for `suspended` and `cancelled`.
    #[serde(default)]
    pub comment: Option<String>,
    /// 结题日期; needed for `closed`.
    #[serde(default)]
    pub closed_on: Option<NaiveDate>,
    /// 产出; one at least for `closed`.
    #[serde(default)]
    pub outputs: Vec<Output>,
    /// 需求方满意度, 1 to 5, as the reviewer was told; that side may say so itself afterwards.
    #[serde(default)]
    pub satisfaction_need: Option<u8>,
    /// 供给方满意度, 1 to 5, as the reviewer was told; that side may say so itself afterwards.
    #[serde(default)]
    pub satisfaction_provider: Option<u8>,
}

/// Takes a step of a project's life.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound); a conflict that lists the legal steps;
/// [`Error::Forbidden`](crate::error::Error::Forbidden);
/// [`Error::Invalid`](crate::error::Error::Invalid) with what closing lacks.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: ProjectId,
    step: &TakeProjectStep,
) -> Result<Written<ProjectView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        row.status.check_step(step.to, Standing::of(caller, &row))?;
        let comment = step_comment(step.comment.as_deref(), step.to.needs_comment())?;
        let before = serde_json::to_value(&row.doc.0)?;
        if step.to == ProjectStatus::Closed {
            let mut fields = row.doc.0.clone();
            fields.closed_on = step.closed_on;
            fields.outputs.clone_from(&step.outputs);
            fields.satisfaction_need = step.satisfaction_need;
            fields.satisfaction_provider = step.satisfaction_provider;
            rules::check_close(&fields, &app.reference, app.clock.today_in_china())?;
            row.set_fields(fields);
        }
        let from = std::mem::replace(&mut row.status, step.to);
        save(db, now, &mut row)?;
        let mut change = row.step("project.step", from, comment.map(str::to_owned))?;
        change.before = before;
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change: number })
    })?;
    app.feed.wake();
    Ok(written)
}
