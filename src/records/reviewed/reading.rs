//! What a caller sees of a record, and what the index is given.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Reviewed, ReviewedId, Seen, Shown};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::Db;
use crate::disclosure::persons::Persons;
use crate::disclosure::{self, RecordScope};
use crate::error::{Error, Result};
use crate::organizations;
use crate::records::life::Life;
use crate::records::likeness;
use crate::records::likeness::model::LikeRecord;
use crate::records::scope::Standing;
use crate::records::traced::{Insight, Traced};

impl<R: Reviewed> Seen<R> {
    /// The fields as far as the caller may see them, and the names of those withheld.
    ///
    /// # Errors
    /// Never for fields that were stored by this program.
    pub fn redacted(&self) -> Result<(R::Fields, Vec<String>)> {
        let Value::Object(mut map) = serde_json::to_value(self.row.fields())? else {
            return Err(Error::internal("fields are not an object"));
        };
        let withheld = self.insight.redact(R::KIND, &mut map);
        Ok((serde_json::from_value(Value::Object(map))?, withheld))
    }

    /// Whether the caller may know whose record it is.
    pub fn knows_owner(&self) -> bool {
        self.insight.shows(R::KIND, "org")
    }
}

/// Whether people of the organisation are known to the caller, whatever they have agreed to.
pub(super) fn is_insider(caller: &Caller, org: OrgId) -> bool {
    caller.is_admin() || caller.principal.as_ref().is_some_and(|p| p.works_for(org))
}

/// Keeps the records the caller may know of, with owner and what the caller sees.
pub(super) fn see<R: Reviewed>(db: &mut Db, caller: &Caller, rows: Vec<R>) -> Result<Vec<Seen<R>>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id().to_string()).collect();
    let grants = disclosure::ops::levels(db, caller, R::KIND, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.head().org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let persons = R::persons(db, &orgs)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let head = row.head();
            let owner = owners.get(&head.org_id)?.clone();
            let scope = RecordScope {
                org_id: Some(head.org_id),
                region_code: head.region_code.to_owned(),
                open_from: row.open_from(&owner),
                open_to_reviewers: row.open_to_reviewers(),
                granted: grants.get(&row.id().to_string()).copied(),
            };
            let insight = Insight {
                level: head.confidentiality,
                clearance: disclosure::clearance(caller, &scope)?,
                insider: is_insider(caller, head.org_id),
                persons: persons.get(&head.org_id).cloned().unwrap_or_default(),
            };
            Some(Seen { row, owner, insight })
        })
        .collect())
}

/// A record the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find<I: ReviewedId>(db: &mut Db, caller: &Caller, id: I) -> Result<Seen<I::Record>> {
    let Some(row) = <I::Record as super::Rows>::find_row(db, id)? else {
        ask_in_vain::<I>(db, caller, id)?;
        return Err(Error::NotFound);
    };
    see(db, caller, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Asks what is asked of a record that exists, so that the time of the answer does not tell a hidden
/// record from none.
fn ask_in_vain<I: ReviewedId>(db: &mut Db, caller: &Caller, id: I) -> Result<()> {
    let nobody = [OrgId(uuid::Uuid::nil())];
    disclosure::ops::levels(db, caller, I::Record::KIND, &[id.to_string()])?;
    organizations::ops::owners(db, &nobody)?;
    I::Record::persons(db, &nobody)?;
    Ok(())
}

/// Records by id that the caller may know of, in no order: for search hits and matches.
///
/// # Errors
/// Database faults.
pub fn find_many<I: ReviewedId>(
    db: &mut Db,
    caller: &Caller,
    ids: &[I],
) -> Result<Vec<Seen<I::Record>>> {
    let rows = <I::Record as super::Rows>::find_rows(db, ids)?;
    see(db, caller, rows)
}

/// What the caller sees of a record.
///
/// # Errors
/// Those of [`Seen::redacted`].
pub fn view<R: Reviewed>(app: &App, caller: &Caller, seen: &Seen<R>) -> Result<R::View> {
    view_with(app, caller, seen, Vec::new())
}

/// The same, with records that say much the same.
pub(super) fn view_with<R: Reviewed>(
    app: &App,
    caller: &Caller,
    seen: &Seen<R>,
    possible_duplicates: Vec<LikeRecord>,
) -> Result<R::View> {
    let (fields, mut withheld) = seen.redacted()?;
    let knows_org = seen.knows_owner();
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    let head = seen.row.head();
    let shown = Shown {
        org: knows_org.then(|| seen.owner.clone()),
        region_name: app.reference.region_name(head.region_code, caller.language),
        fields,
        withheld,
        steps: head.status.steps_for(head.standing(caller)),
        possible_duplicates,
    };
    Ok(seen.row.present(shown))
}

/// Shows a record.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show<I: ReviewedId>(
    app: &App,
    caller: &Caller,
    id: I,
) -> Result<<I::Record as Reviewed>::View> {
    app.db.read(|db| seen_again(app, db, caller, id))
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents<R: Reviewed>(
    app: &App,
    db: &mut Db,
    ids: &[String],
) -> Result<Vec<search_index::Document>> {
    let ids: Vec<R::Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let rows = R::find_rows(db, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|row| row.head().org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let persons = R::persons(db, &orgs)?;
    let repeated: BTreeSet<R::Id> =
        R::repeats(db, &ids)?.into_iter().map(|(_, original)| original).collect();
    let nobody = Persons::default();
    let mut documents = Vec::with_capacity(rows.len());
    for row in &rows {
        let org = row.head().org_id;
        let Some(owner) = owners.get(&org) else { continue };
        let persons = persons.get(&org).unwrap_or(&nobody);
        let mut document = row.document(owner, persons, &app.reference)?;
        // What repeats nothing and is not repeated stands alone.
        let original = Some(row.id()).filter(|id| repeated.contains(id));
        document.group = row.duplicate_of().or(original).map(|id| id.to_string());
        documents.push(document);
    }
    Ok(documents)
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids<R: Reviewed>(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    let after = after.and_then(|id| id.parse().ok());
    Ok(R::row_ids(db, after, limit)?.iter().map(ToString::to_string).collect())
}

/// What the caller sees of one record: with records that say much the same, for its owner and its
/// reviewers.
///
/// # Errors
/// [`Error::NotFound`].
pub(in crate::records) fn seen_again<I: ReviewedId>(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    id: I,
) -> Result<<I::Record as Reviewed>::View> {
    let seen = find(db, caller, id)?;
    let alike = likeness::ops::of_record(db, caller, &seen)?;
    view_with(app, caller, &seen, alike)
}

/// A record that the caller may work on, and what the caller is to it.
pub(in crate::records) fn workable<I: ReviewedId>(
    db: &mut Db,
    caller: &Caller,
    id: I,
) -> Result<(I::Record, Standing)> {
    let row = find(db, caller, id)?.row;
    let standing = row.head().standing(caller).require_part()?;
    Ok((row, standing))
}
