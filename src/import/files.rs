//! Files of needs, capabilities and organisations that a caller may see.

use std::io::Write;

use super::columns::FileKind;
use super::export::{self, Exported};
use super::source::Format;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::error::{Error, Result};
use crate::{capabilities, needs, organizations};

/// Which records a file is to hold.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only of this organisation.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind: `need_kind`, `asset_kind` or `org_type`.
    pub kind: Option<String>,
}

/// Writes the records that the caller may see, last changed first.
///
/// # Errors
/// Those of listing, and of writing.
pub fn write<W: Write + Send>(
    app: &App,
    caller: &Caller,
    kind: FileKind,
    selection: &Selection,
    format: Format,
    out: W,
    limit: Option<usize>,
) -> Result<(W, Exported)> {
    let Selection { org_id, status, region, kind: sort } = selection.clone();
    let page = Some(export::PAGE);
    let reference = &app.reference;
    match kind {
        FileKind::Needs => export::write(kind, format, out, limit, reference, |after| {
            let query = needs::listing::ListNeeds {
                org_id,
                status: status.clone(),
                region: region.clone(),
                need_kind: sort.clone(),
                limit: page,
                after,
            };
            needs::listing::list(app, caller, &query)
        }),
        FileKind::Capabilities => export::write(kind, format, out, limit, reference, |after| {
            let query = capabilities::listing::ListCapabilities {
                org_id,
                status: status.clone(),
                region: region.clone(),
                asset_kind: sort.clone(),
                limit: page,
                after,
            };
            capabilities::listing::list(app, caller, &query)
        }),
        FileKind::Organizations => export::write(kind, format, out, limit, reference, |after| {
            let query = organizations::ops::ListOrganizations {
                status: status.clone(),
                region: region.clone(),
                org_type: sort.clone(),
                limit: page,
                after,
                ..organizations::ops::ListOrganizations::default()
            };
            organizations::ops::list(app, caller, &query)
        }),
        FileKind::Users => Err(Error::internal("accounts are not exported")),
    }
}
