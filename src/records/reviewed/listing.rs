//! Lists of records.

use super::reading::see;
use super::{Reviewed, view};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::Db;
use crate::disclosure::{self, DisclosureLevel};
use crate::error::Result;
use crate::http::pagination::{Page, checked_limit};
use crate::records::page;
use crate::records::scope::Reach;
use crate::records::traced::Traced;

/// What to list, for the store.
#[derive(Debug, Clone)]
pub struct Filter<S, Id> {
    /// Only of this organisation.
    pub org_id: Option<OrgId>,
    /// Only in these states.
    pub statuses: Vec<S>,
    /// Only of regions with this prefix.
    pub region: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only those whose owner the caller may know.
    pub owner_known: Option<OwnerKnown<Id>>,
}

impl<S, Id> Default for Filter<S, Id> {
    fn default() -> Self {
        Self { org_id: None, statuses: vec![], region: None, kind: None, owner_known: None }
    }
}

/// Where a caller may know whose record it is, beside own ones and those of reviewed regions.
#[derive(Debug, Clone)]
pub struct OwnerKnown<Id> {
    /// Records of these levels.
    pub levels: Vec<DisclosureLevel>,
    /// These records, up to the level "matched".
    pub matched: Vec<Id>,
    /// These records at any level.
    pub nda: Vec<Id>,
}

/// What a caller asks to be listed.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Only of this organisation; records whose owner is not shown to the caller are left out.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<&'a str>,
    /// Only of this region, at any level of the code.
    pub region: Option<&'a str>,
    /// Only of this kind.
    pub kind: Option<&'a str>,
    /// Entries on the page.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<&'a str>,
}

/// A query that asks for a page of records.
pub trait Listing {
    /// The records.
    type Record: Reviewed;

    /// What it asks.
    fn asked(&self) -> Asked<'_>;
}

/// A page of records, last changed first.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) for a filter that cannot be.
pub fn list<Q: Listing>(
    app: &App,
    caller: &Caller,
    query: &Q,
) -> Result<Page<<Q::Record as Reviewed>::View>> {
    page_of::<Q::Record>(app, caller, query.asked())
}

fn page_of<R: Reviewed>(app: &App, caller: &Caller, asked: Asked<'_>) -> Result<Page<R::View>> {
    let limit = checked_limit(asked.limit)?;
    let reach = Reach::of(caller);
    let before = asked.after.map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let mut filter = Filter {
        org_id: asked.org_id,
        statuses: page::statuses(asked.status)?,
        region: page::region(asked.region)?,
        kind: asked.kind.map(str::to_owned),
        owner_known: None,
    };
    app.db.read(|db| {
        if asked.org_id.is_some() {
            filter.owner_known = Some(owner_known::<R>(db, caller, &reach)?);
        }
        let rows = R::page(db, &reach, &filter, before, wanted)?;
        let page = Page::cut(rows, limit, |last| page::cursor(last.head().updated_at, last.id()));
        let seen = see(db, caller, page.items)?;
        let shown = seen.iter().filter(|one| asked.org_id.is_none() || one.knows_owner());
        let items = shown.map(|one| view(app, caller, one)).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next: page.next })
    })
}

/// Listing by organisation must not tell whose record it is when its card does not, so the query
/// itself leaves those out: the cursor of the page would tell as much as an entry.
fn owner_known<R: Reviewed>(
    db: &mut Db,
    caller: &Caller,
    reach: &Reach,
) -> Result<OwnerKnown<<R as Traced>::Id>> {
    let opened = disclosure::ops::opened(db, caller, R::KIND)?;
    let mut known = OwnerKnown { levels: reach.levels(), matched: vec![], nda: vec![] };
    for (id, level) in opened {
        let Ok(id) = id.parse() else { continue };
        known.matched.push(id);
        if level == DisclosureLevel::Nda {
            known.nda.push(id);
        }
    }
    Ok(known)
}
