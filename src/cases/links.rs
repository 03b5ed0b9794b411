//! What a record comes from, as links on its page: the need, the capability and the case, as far as
//! the reader may know of them.

use super::model::CaseId;
use super::reading;
use crate::accounts::principal::Caller;
use crate::capabilities::model::CapabilityId;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::records::reviewed;

/// A record that a page leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Path of its page.
    pub path: String,
    /// What it is called.
    pub name: String,
}

/// What a contract or a project comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The need.
    pub need: Option<Link>,
    /// The capability.
    pub capability: Option<Link>,
    /// The case.
    pub case: Option<Link>,
}

impl Links {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The links that the caller may follow.
///
/// # Errors
/// Database faults.
pub fn links(
    db: &mut Db,
    caller: &Caller,
    (need, capability, case): (Option<NeedId>, Option<CapabilityId>, Option<CaseId>),
) -> Result<Links> {
    let mut links = Links::default();
    if let Some(id) = need
        && let Some(seen) = Error::unless_absent(reviewed::find(db, caller, id))?
    {
        links.need = Some(link("needs", id, seen.redacted()?.0.title, &seen.row.code));
    }
    if let Some(id) = capability
        && let Some(seen) = Error::unless_absent(reviewed::find(db, caller, id))?
    {
        let title = seen.redacted()?.0.title;
        links.capability = Some(link("capabilities", id, title, &seen.row.code));
    }
    if let Some(id) = case {
        let found = Error::unless_absent(reading::find(db, caller, id))?;
        links.case = found.map(|(case, _)| link("cases", id, None, &case.code));
    }
    Ok(links)
}

fn link(folder: &str, id: impl ToString, title: Option<String>, code: &str) -> Link {
    let name = title.unwrap_or_else(|| code.to_owned());
    Link { path: format!("/{folder}/{}", id.to_string()), name }
}
