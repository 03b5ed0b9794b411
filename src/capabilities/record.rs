//! A capability as a [reviewed record](crate::records::reviewed).

use std::collections::HashMap;

use chrono::NaiveDate;

use super::life::CapabilityStatus;
use super::model::{Capability, CapabilityFields, CapabilityId, CapabilityView};
use super::parts::ConsentScope;
use super::{consent, document, rules};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::config::Config;
use crate::db::{Db, Timestamp};
use crate::disclosure::persons::Persons;
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::organizations::model::Organization;
use crate::records::likeness::model::Wording;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{
    self, Actions, Head, HeadMut, Reviewed, ReviewedId, Rewrite, Shown,
};
use crate::records::rules::Stage;
use crate::records::traced::{Insight, State, Traced};
use crate::reference::Reference;

impl ReviewedId for CapabilityId {
    type Record = Capability;

    fn fresh() -> Self {
        Self::new()
    }
}

impl Traced for Capability {
    const KIND: RecordKind = RecordKind::Capability;

    type Id = CapabilityId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    fn insight(db: &mut Db, caller: &Caller, id: &CapabilityId) -> Result<Insight> {
        Ok(reviewed::find(db, caller, *id)?.insight)
    }
}

impl Reviewed for Capability {
    type Fields = CapabilityFields;
    type View = CapabilityView;

    const ACTIONS: Actions = Actions {
        create: "capability.create",
        update: "capability.update",
        step: "capability.step",
        verify: "capability.verify",
        expire: "capability.expire",
        delete: "capability.delete",
        import: "capability.import",
    };
    const VALID_YEARS: u32 = rules::VALID_YEARS;
    const DETAIL: &'static str = "problem_solved";

    fn blank(id: CapabilityId, org_id: OrgId, now: Timestamp, author: Option<UserId>) -> Self {
        Self::blank(id, org_id, now, author)
    }

    fn id(&self) -> CapabilityId {
        self.id
    }

    fn head(&self) -> Head<'_, CapabilityStatus> {
        Head {
            org_id: self.org_id,
            region_code: &self.region_code,
            status: self.status,
            confidentiality: self.confidentiality,
            valid_until: self.valid_until,
            version: self.version,
            updated_at: self.updated_at,
            source_ref: self.source_ref.as_deref(),
            code: &self.code,
            created_by: self.created_by,
        }
    }

    fn head_mut(&mut self) -> HeadMut<'_, CapabilityStatus> {
        HeadMut {
            status: &mut self.status,
            valid_until: &mut self.valid_until,
            valid_until_field: &mut self.doc.0.valid_until,
            published_at: &mut self.published_at,
            last_verified_at: &mut self.last_verified_at,
            version: &mut self.version,
            updated_at: &mut self.updated_at,
            updated_by: &mut self.updated_by,
            source: &mut self.source,
            source_ref: &mut self.source_ref,
        }
    }

    fn fields(&self) -> &CapabilityFields {
        &self.doc.0
    }

    fn stated_level(&self) -> Option<DisclosureLevel> {
        self.doc.0.confidentiality
    }

    fn place(&mut self, fields: CapabilityFields, org: &Organization) {
        self.set_fields(fields, &org.region_code);
    }

    fn wording(fields: &CapabilityFields) -> Wording<'_> {
        Wording {
            title: fields.title.as_deref().unwrap_or_default(),
            card: fields.summary.as_deref().unwrap_or_default(),
            detail: fields.problem_solved.as_deref().unwrap_or_default(),
        }
    }

    fn duplicate_of(&self) -> Option<CapabilityId> {
        self.duplicate_of
    }

    fn set_duplicate_of(&mut self, original: Option<CapabilityId>) {
        self.duplicate_of = original;
    }

    fn present(&self, shown: Shown<Self>) -> CapabilityView {
        CapabilityView {
            id: self.id,
            code: self.code.clone(),
            status: self.status,
            version: self.version,
            org: shown.org,
            region_code: self.region_code.clone(),
            region_name: shown.region_name,
            fields: shown.fields,
            withheld: shown.withheld,
            steps: shown.steps,
            duplicate_of: self.duplicate_of.filter(|original| {
                shown.possible_duplicates.iter().any(|it| it.id == original.to_string())
            }),
            possible_duplicates: shown.possible_duplicates,
            published_at: self.published_at,
            last_verified_at: self.last_verified_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    fn valid_days(config: &Config) -> u32 {
        config.records.capability_valid_days
    }

    fn check(&self, stage: Stage, reference: &Reference) -> Result<()> {
        rules::check(&self.doc.0, stage, reference)
    }

    fn check_on(
        &self,
        stage: Stage,
        reference: &Reference,
        today: NaiveDate,
        before: Option<&CapabilityFields>,
    ) -> Result<()> {
        rules::check_on(&self.doc.0, stage, reference, today, before)
    }

    fn document(
        &self,
        owner: &OwnerView,
        persons: &Persons,
        reference: &Reference,
    ) -> Result<search_index::Document> {
        document::document(self, owner, persons, reference)
    }

    fn open_from(&self, owner: &OwnerView) -> Option<Clearance> {
        consent::open_from(self, owner)
    }

    fn open_to_reviewers(&self) -> bool {
        self.consent_scope != ConsentScope::Nobody
    }

    fn persons(db: &mut Db, orgs: &[OrgId]) -> Result<HashMap<OrgId, Persons>> {
        consent::persons(db, orgs)
    }

    fn check_outsider(before: Option<&Self>, after: &Self) -> Result<()> {
        let touched = match before {
            Some(before) => after.consent_scope != before.consent_scope,
            None => after.doc.0.expert.as_ref().is_some_and(|it| it.consent_scope.is_some()),
        };
        if touched { Err(Error::forbidden("error.consent_not_yours")) } else { Ok(()) }
    }

    fn check_fixed(before: &Self, after: &Self) -> Result<()> {
        if after.doc.0.asset_kind.as_deref() == Some(before.asset_kind.as_str()) {
            Ok(())
        } else {
            Err(Error::field("/asset_kind", "field.kind_is_fixed"))
        }
    }

    fn written(
        db: &mut Db,
        now: Timestamp,
        rewrites: &[Rewrite<'_, CapabilityFields>],
    ) -> Result<i64> {
        consent::touch_mentions(db, now, rewrites)
    }
}
