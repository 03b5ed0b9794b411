//! Organisations for tests.

use std::sync::atomic::{AtomicU32, Ordering};

use townbridge::accounts::principal::{Caller, OrgId};
use townbridge::db::Json;
use townbridge::organizations::model::{OrgStatus, Organization, OrganizationFields};
use townbridge::organizations::store;
use townbridge::records::model::{RecordKind, readable_code};
use townbridge::records::ops::{Change, trace};
use townbridge::reference::uscc;

use super::TestApp;

static COUNT: AtomicU32 = AtomicU32::new(1);

/// An organisation to be put into the database, verified by default.
pub struct OrgBuilder {
    status: OrgStatus,
    fields: OrganizationFields,
}

impl OrgBuilder {
    /// A firm in Guzhen town of Zhongshan.
    pub fn enterprise() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let fields = OrganizationFields {
            name: Some(format!("第{number}灯饰有限公司")),
            uscc: Some(credit_code(number)),
            org_type: Some("enterprise".to_owned()),
            region_code: Some("442000".to_owned()),
            town_code: Some("442000105".to_owned()),
            industry_code: Some("C3872".to_owned()),
            ..OrganizationFields::default()
        };
        Self { status: OrgStatus::Verified, fields }
    }

    /// A university in Guangzhou.
    pub fn university() -> Self {
        let mut builder = Self::enterprise();
        builder.fields.name = builder.fields.name.map(|name| name.replace("灯饰有限公司", "大学"));
        builder.fields.org_type = Some("university".to_owned());
        builder.fields.industry_code = None;
        builder.fields.town_code = None;
        builder.fields.region_code = Some("440106".to_owned());
        builder
    }

    /// Another name.
    pub fn name(mut self, name: &str) -> Self {
        self.fields.name = Some(name.to_owned());
        self
    }

    /// In another town (9 digits).
    pub fn town(mut self, code: &str) -> Self {
        self.fields.town_code = Some(code.to_owned());
        self.fields.region_code = code.get(..6).map(str::to_owned);
        self
    }

    /// Not verified yet.
    pub fn pending(self) -> Self {
        self.status(OrgStatus::Pending)
    }

    /// In another state.
    pub fn status(mut self, status: OrgStatus) -> Self {
        self.status = status;
        self
    }

    /// Changes any field.
    pub fn fields(mut self, change: impl FnOnce(&mut OrganizationFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Writes it, with its trace.
    pub fn insert(self, app: &TestApp) -> Organization {
        let org = self.row(app);
        let change = Change {
            kind: RecordKind::Organization,
            id: org.id.to_string(),
            action: "organization.create",
            version: 1,
            status: org.status.to_string(),
            step_from: Some(None),
            comment: None,
            before: serde_json::Value::Null,
            after: serde_json::to_value(&org.doc.0).unwrap(),
        };
        let caller = Caller::system("test");
        app.db
            .write(|db| {
                store::insert(db, std::slice::from_ref(&org))?;
                trace(db, &caller, org.created_at, std::slice::from_ref(&change))
            })
            .unwrap();
        app.feed.wake();
        org
    }

    fn row(self, app: &TestApp) -> Organization {
        let (id, now) = (OrgId::new(), app.clock.now());
        let mut org = Organization {
            id,
            code: readable_code("JG", id.0, now),
            name: String::new(),
            uscc: String::new(),
            org_type: String::new(),
            town_code: None,
            region_code: String::new(),
            industry_code: None,
            status: self.status,
            doc: Json(OrganizationFields::default()),
            source: "manual".to_owned(),
            source_ref: None,
            created_by: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        org.set_fields(self.fields);
        org
    }
}

/// A valid credit code with this number in it.
pub fn credit_code(number: u32) -> String {
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("91442000{number:09}{check}"))
        .find(|code| uscc::is_valid(code))
        .unwrap()
}
