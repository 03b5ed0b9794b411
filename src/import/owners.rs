//! The organisations that imported records belong to.

use std::collections::HashMap;
use std::sync::Arc;

use super::destination::{Checked, Plan};
use crate::accounts::principal::OrgId;
use crate::db::{Db, Json};
use crate::error::{Error, FieldError, Message, Result};
use crate::organizations::model::{OrgStatus, Organization, OrganizationFields};
use crate::organizations::ops::{self, Arrival};
use crate::records::parts::Contact;
use crate::reference::uscc;

/// Credit code of the organisation that holds records nobody is named for. Its ninth and tenth
/// characters are those of no organisation that has been registered.
const HOLDER_CODE: &str = "91440000TB0000000";

/// Finds the owners of rows and remembers them.
pub struct Owners {
    /// The organisation for rows that name none.
    default: Option<String>,
    /// Nothing may be written.
    dry_run: bool,
    found: HashMap<String, Option<Arc<Organization>>>,
}

impl Owners {
    /// Rows that name no organisation go to `default`, or to the holder when there is none.
    pub fn new(default: Option<String>, dry_run: bool) -> Self {
        Self { default, dry_run, found: HashMap::new() }
    }

    /// The organisation of a row: by credit code, id or full name.
    ///
    /// # Errors
    /// Database faults; an unknown organisation is what is wrong with the row.
    pub fn find(
        &mut self,
        plan: &Plan<'_>,
        named: Option<&str>,
    ) -> Result<Checked<Arc<Organization>>> {
        let named = named.map(str::trim).filter(|name| !name.is_empty());
        let Some(wanted) = named.or(self.default.as_deref()).map(str::to_owned) else {
            return Ok(Ok(self.holder(plan)?));
        };
        if !self.found.contains_key(&wanted) {
            let org = plan.app.db.read(|db| look_up(db, &wanted))?;
            self.found.insert(wanted.clone(), org.map(Arc::new));
        }
        Ok(self.found.get(&wanted).cloned().flatten().ok_or_else(|| {
            let message = Message::new("import.unknown_org").with("org", &wanted);
            vec![FieldError::new("/org", message)]
        }))
    }

    /// The organisation that holds records for which none is named; made when first needed.
    fn holder(&mut self, plan: &Plan<'_>) -> Result<Arc<Organization>> {
        if let Some(Some(holder)) = self.found.get("") {
            return Ok(Arc::clone(holder));
        }
        let code = holder_code();
        let holder = match plan.app.db.read(|db| look_up(db, &code))? {
            Some(holder) => holder,
            None if self.dry_run => unwritten_holder(plan, &code),
            None => match plan.app.db.write(|db| enter_holder(plan, db, &code)) {
                // Another import may have been faster.
                Err(error) => plan.app.db.read(|db| look_up(db, &code))?.ok_or(error)?,
                Ok(holder) => holder,
            },
        };
        let holder = Arc::new(holder);
        self.found.insert(String::new(), Some(Arc::clone(&holder)));
        Ok(holder)
    }
}

fn holder_code() -> String {
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{HOLDER_CODE}{check}"))
        .find(|code| uscc::is_valid(code))
        .unwrap_or_default()
}

fn holder_fields(code: &str) -> OrganizationFields {
    OrganizationFields {
        name: Some("导入资料待认领".to_owned()),
        name_en: Some("Imported records to be claimed".to_owned()),
        uscc: Some(code.to_owned()),
        org_type: Some("service_org".to_owned()),
        region_code: Some("44".to_owned()),
        summary: Some("导入时未指明单位的资料暂存于此，由平台管理员转给所属单位。".to_owned()),
        contact: Some(Contact { name: "平台管理员".to_owned(), ..Contact::default() }),
        ..OrganizationFields::default()
    }
}

fn enter_holder(plan: &Plan<'_>, db: &mut Db, code: &str) -> Result<Organization> {
    let (fields, status) = (holder_fields(code), OrgStatus::Verified);
    let arrival = Arrival { fields, status, source: "import", source_ref: None };
    let entered = ops::enter(plan.app, db, plan.caller, vec![arrival], plan.now)?;
    entered.value.into_iter().next().ok_or_else(|| Error::internal("no organisation was entered"))
}

/// The holder as it would be, for a run that writes nothing.
fn unwritten_holder(plan: &Plan<'_>, code: &str) -> Organization {
    let mut holder = Organization {
        id: OrgId::new(),
        code: String::new(),
        name: String::new(),
        uscc: String::new(),
        org_type: String::new(),
        town_code: None,
        region_code: String::new(),
        industry_code: None,
        status: OrgStatus::Verified,
        doc: Json(OrganizationFields::default()),
        source: "import".to_owned(),
        source_ref: None,
        created_by: None,
        version: 1,
        created_at: plan.now,
        updated_at: plan.now,
    };
    holder.set_fields(holder_fields(code));
    holder
}

/// An organisation by credit code, id or full name.
///
/// # Errors
/// Database faults.
pub fn look_up(db: &mut Db, wanted: &str) -> Result<Option<Organization>> {
    let id: Option<OrgId> = match wanted.parse() {
        Ok(id) => Some(id),
        Err(_) => match ops::by_uscc(db, &[wanted.to_ascii_uppercase()])?.into_values().next() {
            Some(id) => Some(id),
            None => ops::by_name(db, wanted)?,
        },
    };
    match id.map(|id| ops::place(db, id)) {
        Some(Err(Error::NotFound)) | None => Ok(None),
        Some(found) => found.map(Some),
    }
}
