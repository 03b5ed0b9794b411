//! A problem that was found on a visit becomes a draft need of the firm.

use super::model::{Visit, VisitFields, VisitId};
use super::{ops, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::Created;
use crate::needs;
use crate::needs::model::{Need, NeedFields, NeedId, NeedView};
use crate::organizations;
use crate::organizations::model::Organization;
use crate::organizations::ops::Unclaimed;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::reviewed::{self, Reviewed};
use crate::records::rules::Stage;
use crate::records::traced::Traced;

/// Longest title of a need, in characters.
const MAX_TITLE: usize = 60;

/// Makes a draft need of the firm out of what was found; the firm and its liaison complete it. The
/// visit names the need from then on. A firm that nobody has registered is recorded for it: the draft is
/// kept by the liaison until the firm is there.
///
/// # Errors
/// [`Error::NotFound`]; a conflict when a need has been made already;
/// [`Error::Forbidden`] when the firm lies outside the caller's region.
pub fn create_need(app: &App, caller: &Caller, id: VisitId) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let (need_id, change) = app.db.write(|db| {
        let mut visit = ops::find(db, caller, id)?;
        if visit.need_id.is_some() {
            return Err(Error::conflict("error.visit_has_need"));
        }
        let org = firm(db, caller, now, &visit)?;
        let mut need = Need::blank(NeedId::new(), org.id, now, caller.actor_id());
        need.place(fields(&visit, &org), &org);
        reviewed::check_author(caller, &need)?;
        need.check(Stage::Draft, &app.reference)?;
        let need_id = need.id;
        reviewed::insert_many(db, caller, now, &[need], "need.create")?;
        visit.need_id = Some(need_id);
        visit.version += 1;
        visit.updated_at = now;
        store::update(db, &visit)?;
        let fields = serde_json::to_value(&visit.doc.0)?;
        let mut change = visit.change("visit.make_need", &fields)?;
        change.comment = Some(need_id.to_string());
        let change = records::ops::trace(db, caller, now, &[change])?;
        let created = Created::record(RecordKind::Need, need_id);
        idempotency::ops::claim(db, caller, now, Some(&created), Some(change))?;
        Ok((need_id, change))
    })?;
    app.feed.wake();
    Ok(Written { value: needs::ops::show(app, caller, need_id)?, change })
}

/// Whose the need is: the firm of the platform, or a record of one that is not there yet.
fn firm(db: &mut Db, caller: &Caller, now: Timestamp, visit: &Visit) -> Result<Organization> {
    if visit.org_id.is_some() {
        return organizations::ops::writable(db, caller, visit.org_id);
    }
    let fields = &visit.doc.0;
    let named = Unclaimed {
        name: fields.org_name.as_deref().unwrap_or_default(),
        uscc: fields.org_uscc.as_deref(),
        town_code: &visit.town_code,
    };
    organizations::ops::met(db, caller, now, &named)
}

/// What the visit knows of the need. People met stay out of it.
fn fields(visit: &Visit, org: &Organization) -> NeedFields {
    let VisitFields { findings, town_code, .. } = visit.doc.0.clone();
    let findings = findings.unwrap_or_default();
    NeedFields {
        title: Some(title(&findings)),
        need_kind: Some("tech_problem".to_owned()),
        town_code: org.town_code.clone().or(town_code),
        industry_code: org.industry_code.clone(),
        problem: Some(findings),
        ..NeedFields::default()
    }
}

/// The first sentence, or as much of it as a title may have.
fn title(findings: &str) -> String {
    let end = |c: char| matches!(c, '\n' | '\r' | '。' | '！' | '？' | '；' | ';' | '!' | '?');
    let first = findings.split(end).map(str::trim).find(|part| !part.is_empty());
    let first = first.unwrap_or(findings);
    match first.char_indices().nth(MAX_TITLE) {
        None => first.to_owned(),
        Some((at, _)) => {
            // One character less leaves room for the sign that there is more.
            let at = first[..at].char_indices().last().map_or(at, |(last, _)| last);
            format!("{}…", first[..at].trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_sentence_and_not_too_long() {
        assert_eq!(title("\n压铸件气孔多。抛光后报废。"), "压铸件气孔多");
        assert_eq!(title("no full stop"), "no full stop");
        assert_eq!(title(&"长".repeat(60)).chars().count(), 60);
        let cut = title(&"长".repeat(61));
        assert_eq!(cut.chars().count(), 60);
        assert!(cut.ends_with("长…"));
    }
}
